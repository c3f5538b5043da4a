"""What a report says rose, fell or stayed, and whether its figures say so, too.

The figures are the text that a source object becomes: ``revenue: EUR 4 million | revenue last year: EUR 3 million``. A
measure that stands there with an earlier value has a direction. In a report, a word of direction belongs to the measure
that follows at once (``higher costs``, ``a fall in costs``). If none does, a verb belongs to the nearest measure before
it in its sentence, or else to the next one; an adjective does so only where no other word follows that it could belong
to (``higher than``, not ``higher energy prices``), and a noun never does.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from goodfit_finance.amounts import numbers

EARLIER = ("last year", "a year earlier", "previous year", "previous quarter", "last quarter", "a quarter earlier")
VERBS = {
    "up": "rose rises risen grew grows grown increased climbed climbs up gained gains improved advanced jumped",
    "down": "fell falls fallen declined declines dropped drops decreased down shrank slipped slid contracted weakened",
    "flat": "unchanged",
}
ADJECTIVES = {"up": "higher", "down": "lower", "flat": "flat stable steady"}
NOUNS = {
    "up": "rise rising growth growing increase increasing increases",
    "down": "fall falling decline declining drop decrease decreasing",
    "flat": "",
}
DIRECTION = {
    word: way for table in (VERBS, ADJECTIVES, NOUNS) for way, words in table.items() for word in words.split()
}
IS_VERB, IS_ADJECTIVE = ({word for words in table.values() for word in words.split()} for table in (VERBS, ADJECTIVES))
AFTER_ADJECTIVE = re.compile(r"\W*(?:$|[,.;:]|\s(?:than|at|by|from|to|in|on|and|but|while|whereas|this|with|as)\b)")
WORD = re.compile(r"[a-z]+")
NEGATIONS = {"not", "no", "never", "without", "neither"}
NEGATED_WITHIN = 2
"""Words before a word of direction among which a negation is looked for: ``did not really rise``."""

SENTENCE_END = re.compile(r"(?<=[.!?;])\s+")


class Claim(NamedTuple):
    """``Claim("revenue", "up")``: revenue rose."""

    measure: str
    direction: str


def directions(source: str) -> dict[str, str]:
    """Measure -> ``up``, ``down`` or ``flat``, for every measure whose earlier value the figures have as well."""
    values = dict(part.split(": ", 1) for part in source.split(" | ") if ": " in part)
    found = {}
    for name, value in values.items():
        earlier = next((values[f"{name} {when}"] for when in EARLIER if f"{name} {when}" in values), None)
        if earlier is not None and numbers(value) and numbers(earlier):
            now, before = numbers(value)[0].value, numbers(earlier)[0].value
            found[name.lower()] = "flat" if now == before else "up" if now > before else "down"
    return found


def claims(text: str, measures: Iterable[str]) -> list[Claim]:
    """What a text says about the direction of these measures; what it denies is left out."""
    names = "|".join(re.escape(name) for name in sorted(measures, key=len, reverse=True))
    if not names:
        return []
    measure = re.compile(rf"\b(?:{names})\b")
    return [claim for sentence in SENTENCE_END.split(text.lower()) for claim in _claims(sentence, measure)]


def _claims(sentence: str, measure: re.Pattern[str]) -> list[Claim]:
    named = [(match.start(), match[0]) for match in measure.finditer(sentence)]
    words = list(WORD.finditer(sentence)) if named else []
    found = []
    for place, word in enumerate(words):
        before = {earlier[0] for earlier in words[max(0, place - NEGATED_WITHIN) : place]}
        about = _measure_of(word, sentence, named) if word[0] in DIRECTION and not before & NEGATIONS else None
        if about:
            found.append(Claim(about, DIRECTION[word[0]]))
    return found


def _measure_of(word: re.Match[str], sentence: str, named: list[tuple[int, str]]) -> str | None:
    """The measure that a word of direction speaks of."""
    gap = re.compile(r"\s+(?:in\s+|of\s+)?").match(sentence, word.end())
    at_once = [name for start, name in named if gap and start == gap.end()]
    stands_alone = word[0] in IS_ADJECTIVE and AFTER_ADJECTIVE.match(sentence, word.end())
    if at_once or not (word[0] in IS_VERB or stands_alone):
        return at_once[0] if at_once else None
    return [*(name for start, name in reversed(named) if start < word.start()), named[0][1]][0]
