"""What a report says rose, fell or stayed, and whether its figures say so, too.

The figures are the text that a source object becomes: ``revenue: EUR 4 million | revenue last year: EUR 3 million``. A
measure that stands there with an earlier value has a direction. In a report, a word of direction belongs to the measure
that follows at once (``higher costs``, ``a fall in costs``). If none does, a verb belongs to the nearest measure before
it in its part of the sentence, or else to the next one; a part without a subject of its own goes on about the measure
before it (``and fell later``). An adjective does so only where no other word follows that it could belong to (``higher
than``, not ``higher energy prices``), a noun only behind a verb such as ``showed`` or ``is``. A comparison between
commas names no measure (``costs, unlike revenue, rose``). ``Improved`` and ``worsened`` claim a
direction only for a measure whose rise is good.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from goodfit_finance.amounts import numbers
from goodfit_finance.direction_words import (
    BE,
    DIRECTION,
    IS_ADJECTIVE,
    IS_CHANGED,
    IS_NOUN,
    IS_VERB,
    JUDGING,
    NEGATIONS,
    NO_SUBJECT,
    OF_A_NOUN,
    PHRASAL,
    RISE_IS_GOOD,
    SHOWS,
)

EARLIER = ("last year", "a year earlier", "previous year", "previous quarter", "last quarter", "a quarter earlier")
AFTER_ADJECTIVE = re.compile(r"\W*(?:$|[,.;:]|\s(?:than|at|by|from|to|in|on|and|but|while|whereas|this|with|as)\b)")
WORD = re.compile(r"[a-z]+(?:['’][a-z]+)?")
NEGATED_WITHIN = 2
"""Words before a word of direction among which a negation is looked for: ``did not really rise``."""

SENTENCE_END = re.compile(r"(?<=[.!?;])\s+")
PART_END = re.compile(
    r"\s(?:and|but|or|while|whereas|although|though|because|since|as|when|where|which|even if|yet)\s|[;(]\s*|\s[-–—]\s"
)
ASIDE = re.compile(
    r",\s(?:which|who|whose|unlike|like|in contrast to|in contrast with|compared (?:with|to)"
    r"|as opposed to|other than|rather than|despite|in spite of|excluding|including|together with"
    r"|along with|not)\s[^,.;]*,|\([^()]*\)"
)


class Claim(NamedTuple):
    """``Claim("revenue", "up")``: revenue rose."""

    measure: str
    direction: str


class Part(NamedTuple):
    """A part of a sentence between two conjunctions."""

    text: str
    named: list[tuple[int, str]]
    """Where its measures stand, and their names."""
    subject: str | None
    """The last measure of the parts before."""
    is_first: bool


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
    """What a text says about the direction of these measures; what it denies or supposes is left out."""
    names = "|".join(re.escape(name) for name in sorted(measures, key=len, reverse=True))
    if not names:
        return []
    measure = re.compile(rf"\b(?:{names})\b")
    sentences = SENTENCE_END.split(text.lower())
    return [claim for sentence in sentences for part in _parts(sentence, measure) for claim in _claims(part)]


def _parts(sentence: str, measure: re.Pattern[str]) -> Iterator[Part]:
    """The parts of a sentence, comparisons between commas left out."""
    plain = ASIDE.sub(lambda aside: " " * len(aside[0]), sentence)
    joined = measure.sub(lambda name: name[0].replace(" ", "_"), plain)  # a measure's "and" ends no part
    subject, is_first = None, True
    for text in (part.replace("_", " ") for part in PART_END.split(joined)):
        named = [(match.start(), match[0]) for match in measure.finditer(text)]
        yield Part(text, named, subject, is_first)
        subject, is_first = named[-1][1] if named else subject, False


def _claims(part: Part) -> Iterator[Claim]:
    """The claims of one part of a sentence."""
    words = list(WORD.finditer(part.text))
    for place, word in enumerate(words):
        before = [earlier[0] for earlier in words[:place]]
        if word[0] in DIRECTION and not _is_denied(before) and not (before and before[-1] in PHRASAL):
            about = _measure_of(word, before, part)
            if about and (word[0] not in JUDGING or RISE_IS_GOOD.match(about)):
                yield Claim(about, DIRECTION[word[0]])


def _is_denied(before: Sequence[str]) -> bool:
    """Whether one of the last words is a negation; ``not only`` is none."""
    near = before[-NEGATED_WITHIN:]
    if near[-2:] == ["not", "only"]:
        return False
    return any(word in NEGATIONS or re.search(r"n['’]t$", word) for word in near)


def _measure_of(word: re.Match[str], before: Sequence[str], part: Part) -> str | None:
    """The measure that a word of direction speaks of."""
    gap = re.compile(r"\s+(?:in\s+|of\s+|the\s+|its\s+|our\s+|their\s+)*").match(part.text, word.end())
    at_once = [name for start, name in part.named if gap and start == gap.end()]
    if at_once or not _speaks_of_a_subject(word, before, part.text):
        return at_once[0] if at_once else None
    subjects = [name for start, name in part.named if start < word.start()]
    if subjects:
        return subjects[-1]
    if part.subject and set(before) <= NO_SUBJECT:
        return part.subject
    may_follow = part.is_first and word[0] not in IS_NOUN
    return part.named[0][1] if part.named and may_follow else None


def _speaks_of_a_subject(word: re.Match[str], before: Sequence[str], text: str) -> bool:
    """Whether a word of direction says what a subject did or is, and does not belong to a noun behind it."""
    if word[0] in IS_ADJECTIVE:
        return bool(AFTER_ADJECTIVE.match(text, word.end()))
    if word[0] in IS_CHANGED:
        return bool(BE & set(before[-2:]))
    if word[0] in IS_NOUN:
        is_participle = word[0].endswith("ing") and bool(BE & set(before[-2:]))
        verb = next((earlier for earlier in reversed(before) if earlier not in OF_A_NOUN), "")
        return is_participle or verb in SHOWS
    return word[0] in IS_VERB
