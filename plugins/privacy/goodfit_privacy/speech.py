"""Words that stand with a capital in ordinary speech, where they name nobody."""

from __future__ import annotations

import re

_SPEECH = """
    yes yeah yep yup no nope nah ok okay alright right well oh ah eh um uh hmm hey hi hello bye wow
    please sorry thanks thank welcome maybe perhaps anyway actually really exactly absolutely definitely indeed
    and but or if then than because although though while so just also now ma'am c'mon
    what when where who why how which whose that this these those here there
    i me my mine you your yours he him his she her hers it its we us our ours they them their theirs the
    is are was were been did does have had could might must shall should would let
    mom mommy mummy mum mother dad daddy father grandma grandmother grandpa grandfather sister brother
    cousin niece nephew wife husband daughter parents
    alcohol tobacco nicotine dementia diabetes asthma lupus ebit ebitda gaap
    assets liabilities dividends salaries equity revenue revenues earnings income expenses inventories
    goodwill receivables payables taxation depreciation amortisation amortization impairment provisions
    borrowings group americas apac emea nand
"""
"""Answers and fillers, joining and asking words, pronouns, helping verbs, kin, and what reports and tables speak of."""

SPEECH = frozenset(_SPEECH.split())

_CHAT = "hai hiya ya yea yah yess okey ty thx thnx thnk thanx pls plz gud mrng mng nyt evng mam sir sure too"
"""How people greet and agree in a chat; with a capital some of these name somebody."""

CHAT = SPEECH | frozenset(_CHAT.split())

_IN_JOINED = CHAT | frozenset(["nice", "good", "great", "fine", "day", "have", "help", "now", "night", "morning"])

JOINED = 6
"""From so many letters on two words of speech without a space between them are two words; shorter ones are names."""

_NAMES_TOO = """
    january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday
    an art autumn bill can chase dawn do drew faith frank grace grant guy has hope hunter jack joy mark miles page pat
    patient price rich rose sky son star sue summer will winter young
    aunt uncle doctor nurse professor captain sir lady lord miss
"""
"""Words that are also names, or belong to one: where one of these stands alone it may be the word."""

NAMES_TOO = frozenset(_NAMES_TOO.split())

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SHORT = re.compile(r"(?!OK)[A-Z]{2,3}")
"""US and WHO are no pronouns."""
_RUN, _LAST_RUN = re.compile(r"(\w)\1+"), re.compile(r"(\w)\1+$")
_ENDING = re.compile(r"'(?:s|re|ll|ve|d|m)$")


def is_speech(word: str) -> bool:
    """Whether a word is one of ordinary speech, also where it is joined with another one: that's, don't."""
    low = word.casefold().replace("’", "'")
    return low in SPEECH or low.endswith("n't") or _ENDING.sub("", low) in SPEECH or _is_chat(word)


def _is_chat(word: str) -> bool:
    """Whether a word in small letters is one of speech, drawn out or joined with another one: byee, okthanks."""
    if not word.islower():
        return False
    drawn = (_RUN.sub(r"\1", word), _LAST_RUN.sub(r"\1", word))
    parts = ((word[:cut], word[cut:]) for cut in range(1, len(word) if len(word) >= JOINED else 0))
    return not CHAT.isdisjoint(drawn) or any(_IN_JOINED.issuperset(pair) for pair in parts)


def is_only_speech(name: str) -> bool:
    """Whether what looks like a name has no word but those of ordinary speech."""
    return all(map(is_speech, _WORD.findall(name))) and not _SHORT.fullmatch(name)
