"""Which drug a text gives which dose and how often, and what an answer moved from one drug to another.

Only what stands right behind its drug counts (``metformin 500 mg bd``), up to the next drug, comma, "and" or end of a
sentence. It is moved where the source gives the drug others of its sort, and gives this one to other drugs only.
"""

import re
from collections.abc import Callable
from typing import TypeVar

from goodfit_medical.doses import NUMBER_WORD, Dose, doses
from goodfit_medical.frequencies import regular
from goodfit_medical.vocabulary import named_drugs

BEHIND = re.compile(rf"\s\(?(?:\d|half\b|(?:an?|{NUMBER_WORD})\b)")
BEHIND_OR_OFTEN = re.compile(
    rf"{BEHIND.pattern}|\s\(?(?:once|twice|thrice|every|each|daily|weekly|[bt]\.?i\.?d|[bo]\.?d|[tq]\.?d\.?s)\b"
)
STOP = re.compile(r"[,;.](?:\s|$)|\n|\b(?:and|or|then|to)\b")
T = TypeVar("T")
"""What is read behind a drug."""


def moved_doses(answer: str, source: str) -> set[Dose]:
    """The doses that an answer gives to a drug, and that its source gives to other drugs only."""
    return _moved(answer, source, doses, BEHIND)


def moved_frequencies(answer: str, source: str) -> set[float]:
    """How often an answer says that a drug is taken, and its source says of other drugs only; in hours."""
    return _moved(answer, source, regular, BEHIND_OR_OFTEN)


def _moved(answer: str, source: str, read: Callable[[str], set[T]], opens: re.Pattern[str]) -> set[T]:
    right, elsewhere = _given(source, read, opens)
    known = {drug for drug, _ in right}
    given, _ = _given(answer, read, opens)
    return {found for drug, found in given - right if drug in known and found not in elsewhere}


def _given(text: str, read: Callable[[str], set[T]], opens: re.Pattern[str]) -> tuple[set[tuple[str, T]], set[T]]:
    """The drugs of a text with what is read behind each, and what is read in the rest of the text."""
    small = text.lower()
    named = named_drugs(small)
    given: set[tuple[str, T]] = set()
    rest, position = "", 0
    starts = [start for start, _, _ in named]
    for (_, end, drug), following in zip(named, [*starts[1:], len(small)], strict=False):
        if not opens.match(small, end):
            continue
        stop = STOP.search(small, end, following)
        close = stop.start() if stop else following
        given |= {(drug, found) for found in read(small[end:close])}
        rest, position = f"{rest}{small[position:end]}; ", close
    return given, read(rest + small[position:])
