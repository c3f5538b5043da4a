"""Which entries and totals a statement has, whether they add up, and which entries it has twice.

A statement is a text of lines. A line that begins with a word for a total states one, a line that begins with a word
for an opening balance gives the start, every other line before the first total is an entry if it has an amount (its
last one counts), and what stands behind the totals is a remark. In a statement with debits and credits each side adds
up for itself. What cannot be read with certainty is not judged.
"""

import re
from collections import Counter
from decimal import Decimal
from typing import NamedTuple

from goodfit_finance.amounts import AMOUNT, signed

OPENING = re.compile(r"(?:opening balance|balance brought forward|brought forward)\b", re.IGNORECASE)
TOTAL = re.compile(
    r"(?:grand total|sum total|total|subtotal|closing balance|balance carried forward|carried forward)\b", re.IGNORECASE
)
SIDE = re.compile(r"\b(?:(?P<debit>dr|debits?)|(?P<credit>cr|credits?(?! note)))\b", re.IGNORECASE)
FEWEST_ENTRIES = 2


class Line(NamedTuple):
    """A line with an amount."""

    words: str
    """The line without its amount, in small letters."""
    amount: Decimal
    side: str
    """``debit``, ``credit``, or empty where the line names neither."""


class Total(NamedTuple):
    """A total with what the entries above it make."""

    stated: Decimal
    computed: Decimal


class Statement(NamedTuple):
    """What a text says as a statement."""

    entries: tuple[Line, ...]
    totals: tuple[Total, ...]


def read_statement(text: str) -> Statement | None:
    """Read a statement; None where no total, or too few entries, or several sums one after the other were found."""
    lines = [line for written in text.splitlines() if (line := _line(written))]
    places = [place for place, line in enumerate(lines) if TOTAL.match(line.words)]
    if not places or places[-1] - places[0] >= len(places):  # entries between two totals: which of them count?
        return None
    opening = sum((line.amount for line in lines[: places[0]] if OPENING.match(line.words)), Decimal(0))
    entries = tuple(line for line in lines[: places[0]] if not OPENING.match(line.words))
    totals = tuple(_total(lines[place], opening, entries) for place in places)
    return Statement(entries, totals) if len(entries) >= FEWEST_ENTRIES else None


def adds_up(statement: Statement) -> bool:
    """Whether every total is what its entries make, to the cent."""
    return all(total.stated == total.computed for total in statement.totals)


def repeated(statement: Statement) -> list[Line]:
    """Entries that stand there again with the same words, date and reference among them, and the same amount."""
    return [entry for entry, count in Counter(statement.entries).items() if count > 1]


def _line(written: str) -> Line | None:
    """A line with its last amount; None where it has none."""
    found = list(AMOUNT.finditer(written))
    if not found:
        return None
    words = " ".join((written[: found[-1].start()] + written[found[-1].end() :]).lower().split())
    side = SIDE.search(words)
    return Line(words, signed(found[-1]), str(side.lastgroup) if side else "")


def _total(line: Line, opening: Decimal, entries: tuple[Line, ...]) -> Total:
    """A stated total with that of the entries of its side; of all entries, where it names no side."""
    counted = (entry.amount for entry in entries if not line.side or entry.side == line.side)
    return Total(line.amount, opening + sum(counted, Decimal(0)))
