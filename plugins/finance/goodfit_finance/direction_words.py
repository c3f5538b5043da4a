"""The English words that say that something rose, fell or stayed, and those that decide what such a word belongs to."""

import re

VERBS = {
    "up": "rose rises risen grew grows grown increased climbed climbs up gained gains improved advanced jumped surged "
    "soared rocketed doubled tripled quadrupled expanded rallied rebounded",
    "down": "fell falls fallen declined declines dropped drops decreased down shrank shrunk slipped slid contracted "
    "weakened plunged plummeted dipped dips slumped tumbled sank halved "
    "worsened deteriorated",
    "flat": "unchanged",
}
CHANGED = {"up": "raised lifted boosted", "down": "cut reduced lowered slashed trimmed", "flat": ""}
"""What somebody does to a measure: it counts behind ``was``, or where the measure follows at once."""

ADJECTIVES = {"up": "higher", "down": "lower", "flat": "flat stable steady"}
NOUNS = {
    "up": "rise rising growth growing increase increasing increases climbing surge surging jump gain improvement",
    "down": "fall falling decline declining drop dropping decrease decreasing shrinking plunge slump dip",
    "flat": "",
}
TABLES = (VERBS, CHANGED, ADJECTIVES, NOUNS)
DIRECTION = {word: way for table in TABLES for way, words in table.items() for word in words.split()}
IS_VERB, IS_CHANGED, IS_ADJECTIVE, IS_NOUN = (
    frozenset(word for words in table.values() for word in words.split()) for table in TABLES
)

JUDGING = frozenset(("improved", "improvement", "weakened", "worsened", "deteriorated"))
"""They say that something got better or worse: a direction only for a measure whose rise is good."""

RISE_IS_GOOD = re.compile(
    r"(?!.*\b(?:costs?|expenses?|taxes|tax|loss|losses|debts?|returns|outstanding)\b)"
    r".*\b(?:revenues?|sales|turnover|profits?|earnings|ebitd?a?|income|margins?|cash flow|orders?|customers|equity)\b"
)

LISTS = {
    "be": "is are was were be been being got gets get",
    "shows": "show shows showed shown see sees saw seen record records recorded post posts posted report reports "
    "reported register registered experienced suffered enjoyed achieved delivered displayed",
    "of a noun": "a an another the very strong solid robust healthy good steady continued clear marked sharp steep "
    "slight small modest moderate further significant considerable large big organic renewed",
    "negations": "not no never without neither nor cannot hardly barely failed would could might should",
    "phrasal": "make makes made making set sets setting add adds added sum sums take takes took taken break breaks "
    "broke broken write writes wrote written split build builds built back backed",
    "no subject": "then also again later still even both has have had is are was were be been being it they",
}
BE, SHOWS, OF_A_NOUN, NEGATIONS, PHRASAL, NO_SUBJECT = (frozenset(words.split()) for words in LISTS.values())
"""What stands before a participle; verbs that give a noun to a measure, and what may stand between the two (``showed
very strong growth``, not ``saw price increases``); denials and suppositions; words that take ``up`` and ``down`` for
themselves (``made up 40 % of sales``); and words before a verb that leave its part of a sentence without a subject."""
