"""Which problems a text says are absent, and which it says are there.

In the manner of NegEx (Chapman et al. 2001, https://doi.org/10.1006/jbin.2001.1029): a trigger negates the problems
that follow it within six words, or in a few cases precede it ("fever absent"). A termination term ("but", "now", "and
has") ends its reach, and so does the end of a sentence. Words that only look like a trigger ("no change in", "did not
help") negate nothing. A list is negated as a whole: each problem in it opens a new window of six words. What stands
behind a comma and is said to be there ("no fever, cough for 3 days") is none of the list, nor is what follows a lack
that is a complaint itself ("no appetite, nausea all day"). What was not taken for a problem denies no problem.
"""

import re
from collections.abc import Sequence

from goodfit_medical.vocabulary import occurrences

WINDOW_WORDS = 6

WHOSE = r"(?:his|her|their|its|our|your|my)"
SUBJECT = r"(?:he|she|they|it|we|you|i|there|the patient|patient)"
HAVING = (
    rf"(?:\s+(?:that|{SUBJECT}|ever|yet|ha(?:s|d|ve|ving)|been|be|any|feel(?:s|ing)?|felt|get(?:s|ting)?|got"
    r"|develop(?:s|ed)?|report(?:s|ed)?|complain(?:s|ed)? of|notic(?:e|es|ed))\b)*:?"
)
"""Words that belong to a trigger: in "denies that he has" and "has never had", having something ends no reach."""

TRIGGERS = re.compile(
    r"\b(?:no longer(?: has| have| had| feels?| gets?)?|no|nil|none of|without|negative for|free (?:of|from)|absence of"
    r"|absent|ruled out|rules out|excluded?|excludes)\b:?|\bw/o\b"
    rf"|(?:\b(?:not|never|cannot|den(?:y|ies|ied|ying)|nor|neither)\b|n['’]t\b){HAVING}"
)
NO_EFFECT = (
    r"(?:\w+ly )?(?:be |been )?(?:help\w*|improv\w*|reliev\w*|eas(?:e|es|ed|ing)|settl\w*|resolv\w*|stop\w*|respond\w*"
    r"|work\w*|touch\w*|ruled? out|exclud\w*|den(?:y|ied)|certain|sure|gone|cleared)\b"
)
LOOKS_LIKE_ONE = re.compile(
    r"\bno doubt\b|\b(?:no|not|without)(?: \w+)? (?:change|increase|improvement|relief|better|worse|effect)\b"
    r"|\bnot (?:only|just)\b"
    rf"|\b(?:not|never|cannot|\w*n['’]t) {NO_EFFECT}|\bnever (?:smoked|smoker|drank|drinks|drinker)\b"
)
TREATMENT = (
    r"(?:treatments?|medications?|medicines?|meds|therapy|tablets?|inhalers?|antibiotics?|painkillers?|anything)"
)
TERMINATION = re.compile(
    rf"\b(?:{TREATMENT}|need(?:s|ed)?)\b(?:\s+\w+){{0,2}}?\s+for\b"
    r"|\b(?:tak(?:e|es|en|ing)|us(?:e|es|ed|ing)|need(?:s|ed)?)\b(?:\s+\w+){1,4}?\s+for\b"
    rf"|\b{TREATMENT}\s+(?:the|this|that|{WHOSE})\b|\bworr(?:y|ied)\b"
    r"|:|\b(?:but|however|nevertheless|yet|though|although|still|except|apart from|aside from|other than|which|now"
    r"|because of|due to|caused by|secondary to|as the cause of|reports?|reported|complains?|complained|presents?"
    r"|presented|develop(?:s|ed)|has|had|have|having|gets|got|feels|felt)\b"
    r"|\bwith (?:a )?(?:new|worse|worsening|increasing|ongoing|persistent)\b"
    rf"|(?:,|\band)\s+(?:{SUBJECT}|is|are|was|were|came|comes|began|started)\b"
)
BEHIND = re.compile(
    r"\s+(?:(?:is|are|was|were|has been|have been|had been|being)\s+)?(?:absent|denied|ruled out|excluded|free|nil"
    r"|negative|not (?:present|seen|found|noted|reported))\b(?! (?:for|of|from)\b)"
)
STATED_BEHIND = re.compile(
    r"\s*\+|\s+(?:(?:is|was) )?(?:persists?|continues?|remains?|persisted|came|began|started|worse\w*)\b"
)
LACKED = re.compile(
    rf"\b(?:appetite|energy|sleep\w*|slept|strength|interest|motivation|relief|rest|taste|smell|bowels?|stools?|urine"
    rf"|concentrat\w+|food|fluids|help|{TREATMENT}|eat\w*|drink\w*|walk\w*|stand\w*|sit\w*|mov(?:e|ing)|bend|straighten"
    r"|work\w*|able|well|cop(?:e|ing))\b"
)
"""Of whose lack a patient complains: a problem behind it and a comma is there, unless "or" joins it."""
OR_BEHIND = re.compile(r"(?:\W+\w+){0,6}?\W+n?or\b")
SET_APART = re.compile(r",(?!\s*(?:and|or|nor)\b)")
STATED_APART = re.compile(r"\s+(?:(?:is|was) )?(?:present|noted|since|for (?:\d+|an?|two|three|several)|[x×]\s?\d+)\b")
"""What says that a problem behind a comma is there: "no fever, cough present"; without the comma it is denied."""
DENIES = re.compile(r"\bden(?:y|ies|ied|ying)\b")
"""Who denies, denies the whole list: "denies fever, cough since Monday"."""
ANSWERED = re.compile(
    r"(?:\s*[:?=]\s*|\s+[-\u2013]\s*)(?:no|none|nil|never|negative|absent|denied|ve)(?=\s*(?:[.,;!?)]|(?m:$)))"
)
"""The answer to the name of a problem: "fever: no", "fever - no", "fever -ve"."""
SENTENCE_ENDS = re.compile(r"[.;!?](?=\s|$)|\||(?<![:,])\n")
JOINED = re.compile(r"\s*,?\s*(?:and|or|nor|/)\s*(?:(?:an?|any)\s+)?")
COMMA = re.compile(r"\s*,\s*(?:(?:an?|any)\s+)?")
Places = Sequence[tuple[int, int, str]]


def polarity(text: str) -> dict[str, bool]:
    """Problem -> whether the text negates it; one that it both negates and states counts as stated."""
    small = ANSWERED.sub(" absent |", re.sub(r"(\w)-free\b", r"\1 free", text.lower()))
    small = LOOKS_LIKE_ONE.sub(lambda words: "~" * len(words[0]), small)
    found: dict[str, bool] = {}
    for sentence in SENTENCE_ENDS.split(small):
        for name, absent in _in_sentence(sentence):
            found[name] = absent and found.get(name, True)
    return found


def _in_sentence(sentence: str) -> list[tuple[str, bool]]:
    """The problems of one sentence, and whether it negates each."""
    problems = list(occurrences("problems", sentence))
    triggers_behind = [match for _, end, _ in problems if (match := BEHIND.match(sentence, end))]
    used = [match.span() for match in triggers_behind]
    before = [
        match.end()
        for match in TRIGGERS.finditer(sentence)
        if not any(start <= match.start() < end for start, end in used)
    ]
    absent = _reached(sentence, problems, before) | _before_a_trigger(sentence, problems)
    return [(name, place in absent) for place, (_, _, name) in enumerate(problems)]


def _reached(sentence: str, problems: Places, opened: Sequence[int]) -> set[int]:
    """Which problems are in the reach of a trigger.

    Args:
        sentence: In small letters.
        problems: Its problems in order.
        opened: Where the reach of each trigger begins; a negated problem opens another one for its list.
    """
    absent: set[int] = set()
    opened = list(opened)
    for place, (start, end, _) in enumerate(problems):
        nearest = max((begin for begin in opened if begin <= start), default=None)
        if nearest is None or STATED_BEHIND.match(sentence, end):
            continue
        between = sentence[nearest:start]
        set_apart = SET_APART.search(between) and not DENIES.search(sentence, 0, start)
        if set_apart and STATED_APART.match(sentence, end):
            continue
        if set_apart and LACKED.search(between.split(",")[0]) and not OR_BEHIND.match(sentence, end):
            continue
        if len(between.split()) <= WINDOW_WORDS and not TERMINATION.search(between):
            absent.add(place)
            opened.append(end)
    return absent


def _before_a_trigger(sentence: str, problems: Places) -> set[int]:
    """Which problems a trigger behind them negates: the last one, and the list that "and" or "or" joins to it."""
    absent: set[int] = set()
    in_list = False
    for place in reversed(range(len(problems))):
        end = problems[place][1]
        gap = sentence[end : problems[place + 1][0]] if place + 1 in absent else ""
        in_list = bool(JOINED.fullmatch(gap)) or (in_list and bool(COMMA.fullmatch(gap)))
        if in_list or BEHIND.match(sentence, end):
            absent.add(place)
    return absent


def negated(text: str) -> set[str]:
    """The problems that a text says are absent."""
    return {name for name, absent in polarity(text).items() if absent}


def stated(text: str) -> set[str]:
    """The problems that a text says are there."""
    return {name for name, absent in polarity(text).items() if not absent}
