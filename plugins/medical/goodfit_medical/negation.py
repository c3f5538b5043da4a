"""Which problems a text says are absent, and which it says are there.

In the manner of NegEx (Chapman et al. 2001, https://doi.org/10.1006/jbin.2001.1029): a cue negates the problems that
follow it in its clause. A clause ends at a full stop, a semicolon, a colon, a question mark or a word such as "but".
"""

import re

from goodfit_medical.vocabulary import occurrences

CLAUSE_ENDS = re.compile(
    r"[.;:!?](?=\s|$)|\b(?:but|however|although|though|except|apart from|still has|reports|complains)\b"
)
CUES = re.compile(
    r"\b(?:no(?! (?:change|increase|improvement|better|worse)\b)|not(?! only\b)|never|without|denies|denied|nor|neither"
    r"|free of|negative for|absence of|ruled out|excluded)\b|n't\b|n’t\b"
)
CUES_BEHIND = re.compile(r"\b(?:is|are|was|were|been) (?:absent|denied|ruled out|excluded)\b")


def polarity(text: str) -> dict[str, bool]:
    """Problem -> whether the text negates it; one that it both negates and states counts as stated."""
    found: dict[str, bool] = {}
    for clause in CLAUSE_ENDS.split(text.lower()):
        cue, behind = CUES.search(clause), CUES_BEHIND.search(clause)
        for start, name in occurrences("problems", clause):
            negated = bool(cue and cue.end() <= start) or bool(behind and start < behind.start())
            found[name] = negated and found.get(name, True)
    return found


def negated(text: str) -> set[str]:
    """The problems that a text says are absent."""
    return {name for name, absent in polarity(text).items() if absent}


def stated(text: str) -> set[str]:
    """The problems that a text says are there."""
    return {name for name, absent in polarity(text).items() if not absent}
