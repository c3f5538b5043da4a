"""Whether a text says in words that a figure of it lies below zero: ``a loss of EUR 1 million``, ``it fell by 3 %``.

A word counts in its part of the sentence, and in the parts behind it that have no verb of their own: ``a loss of EUR 1
million, after EUR 2 million``. What a figure fell *to* is no fall: ``profit fell to EUR 1 million`` speaks of a profit.
Costs and payments are written with a minus in many a statement, so that their words count, too. These are plain rules
for English, and some words of German; they let a figure pass rather than doubt it.
"""

import re

LOSS = re.compile(
    r"\b(?:loss(?:es)?|los(?:e|es|ing|t)|deficits?|negative|minus|below|short(?:falls?)?|in the red|overdr\w+"
    r"|overspen\w+|outflows?|outgo\w*|debit(?:s|ed)?|withdr\w+|deduct\w*|discount\w*|rebates?|refund\w*|repa(?:y|id)\w*"
    r"|credit(?:s|ed)?|burn\w*|costs?|expen[sd]\w+|spen[dt]\w*|pa(?:id|y|ys|ying|yments?|yables?)|charge[sd]?|fees?|interest"
    r"|tax(?:es|ation)?|depreciat\w+|amorti[sz]\w+|impair\w+|writ(?:e|ten)[\s-](?:downs?|offs?)|provisions?|dividends?"
    r"|used|invest\w+|capex|purchas\w+|bought|buy-?backs?|acqui\w+|liabilit\w+|debts?|ow(?:e|es|ed|ing)"
    r"|\w*verlust\w*|\w*fehlbetr\w+|\w*kosten|\w*ausgaben|\w*aufw[aä]nd\w*|abschreib\w+|abzüg\w*|rabatt\w*|schuld\w*)\b"
)
FALL = re.compile(
    r"\b(?:f[ae]ll(?:s|en|ing)?|declin\w+|decreas\w+|drop\w*|down\w*|lower\w*|less\w*|fewer|small\w*|weak\w*|worse\w*"
    r"|shrank|shrunk\w*|shrink\w*|slip\w*|slid\w*|contract(?:s|ed|ing|ion)|reduc\w+|cut\w*|trimm\w+|slash\w+|narrow\w+"
    r"|plung\w+|plummet\w+|dip\w*|slump\w*|tumbl\w+|sank|sunk|sink\w*|eas(?:ed|ing)|erod\w+|deteriorat\w+|reced\w+"
    r"|sav(?:e|ed|es|ing|ings)|off|under\w*|behind|miss(?:ed)?|diminish\w*|cool\w*|cold\w*|back"
    r"|fiel\w*|gefallen|gesunken|gesenkt|rückg\w+|weniger|niedriger|abgenommen|abnahme)\b"
)
LEVEL = re.compile(
    r"(?<!\d )(?<!% )\b(?:to|from|at|after|against|than|with|versus|vs\.?)\s(?:(?:an?|about|only|just)\s)*$"
)
"""What stands before a figure that says where something was or went; the end of a range is no such thing."""

PART_END = re.compile(r"[.](?=\s)|[!?;\n|]|,(?!\d)|\s[-–—]\s|\s(?:and|but|while|whereas|although|though|und)\s")
VERB = re.compile(
    r":|(?<=\w)(?<!\bit)(?<!\bthis)(?<!\bthat)(?<!\bthey)(?<!\bwhich)\s(?:is|are|was|were|ha[sd]|have|came|comes"
    r"|stands?|stood|amount(?:s|ed)|total(?:s|led)|reach(?:es|ed)|makes?|made|earn(?:s|ed)|post(?:s|ed)|report(?:s|ed)"
    r"|record(?:s|ed)|rises?|rose|grows?|grew|growth|increas\w+|gain(?:s|ed)|climb\w+|jump\w+|improv\w+|up"
    r"|betr[au]g\w*|stieg\w*)\b"
)
NEW_START = re.compile(r"\n\s*(?=\n|[-*•|]|\d+[.)])")
"""A paragraph, a line of a list or of a table: no word before it counts."""

BEFORE_COSTS = re.compile(
    r"\b(?:before|after|excluding)(?:[\s,]+(?:income|interest|tax\w*|depreciation|amorti\w+|and)\b)+"
)
"""``Profit before interest and tax`` is a profit."""

GAP = r"(?:,?\san?)?(?:\s(?!(?:on|with|after|despite|from|than|to|and|but|against|as)\s)[\w-]+)?\s"
OF = r"\s(?:of|in|for|was|were|is|are|ha(?:s|ve) been)\s(?:[\w-]+\s)?"
BEHIND = re.compile(rf"{GAP}(?:{LOSS.pattern}|{FALL.pattern})|{OF}{LOSS.pattern}")
"""``5 % lower``, ``EUR 1 million net loss``, ``EUR 1 million of costs``."""

IN_BRACKETS = re.compile(r"[^()\n]{0,12}\)")
"""Behind a figure in brackets, as accountants write what is below zero: ``EUR (1.0) million``."""

FARTHEST = 300
"""Characters before a figure among which its words are looked for."""


def is_below_zero(text: str, start: int, end: int) -> bool:
    """Whether words say that a figure is a loss or a fall, though it has no minus.

    Args:
        text: What states the figure, in small letters.
        start: Where the figure begins there.
        end: Where it ends.
    """
    if BEHIND.match(text, end) or (text[:start].endswith("(") and IN_BRACKETS.match(text, end)):
        return True
    before = BEFORE_COSTS.sub(" ", NEW_START.split(text[max(0, start - FARTHEST) : start])[-1])
    is_level = LEVEL.search(before)
    for part in reversed(PART_END.split(before)):
        if LOSS.search(part) or (not is_level and FALL.search(part)):
            return True
        if VERB.search(part):
            return False
    return False
