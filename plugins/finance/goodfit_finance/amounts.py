"""Which amounts of money and which numbers a text states, as exact decimals.

An *amount* has two decimals, as in a ledger: ``1,250.00``, ``1.250,00``, ``-84.20``, ``(84.20)``, ``84.20-``. A
*number* is anything that a report states: ``412.6``, ``EUR 4.2 million``, ``12 %``.
"""

import re
from decimal import Decimal
from typing import NamedTuple

MINUS = "-−–"
AMOUNT = re.compile(
    r"(?:(?<![\w.,/])|(?<=EUR)|(?<=USD)|(?<=GBP)|(?<=CHF))"
    rf"(?P<open>\()?(?P<sign>[{MINUS}]\s?)?"
    r"(?P<figure>(?:\d{1,3}(?:[.,']\d{3})+|[1-9]\d*|0)[.,]\d\d)(?![.,/]?\d)(?!\s?(?:%|per\s?cent))"
    rf"(?P<close>\))?(?P<after>[{MINUS}](?!\w))?"
)
SCALES = {"thousand": 10**3, "k": 10**3, "million": 10**6, "m": 10**6, "billion": 10**9, "bn": 10**9}
NUMBER = re.compile(
    rf"(?<![\w.,])(?P<open>\()?(?P<minus>[{MINUS}]\s?)?(?:(?:EUR|USD|GBP|CHF|[€$£])\s?)?(?P<minus_inside>[{MINUS}])?"
    r"(?P<figure>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?:\s?(?P<scale>thousand|million|billion|bn|k|m)\b)?"
    r"(?P<percent>\s?(?:%|per\s?cent\b|percentage points?\b))?(?P<close>\))?"
)


class Number(NamedTuple):
    """A number as a report states it: ``Number(Decimal("4200000"), False)`` is EUR 4.2 million."""

    value: Decimal
    is_percent: bool


def decimal_of(figure: str) -> Decimal:
    """The value of a figure with two decimals, whichever of dot and comma groups its thousands."""
    whole, cents = re.sub(r"[.,'](?=\d{3})", "", figure[:-3]), figure[-2:]
    return Decimal(f"{whole}.{cents}")


def amounts(text: str) -> list[Decimal]:
    """Every amount of a text, in order, with its sign; dates, numbers of documents and percentages are none."""
    return [signed(match) for match in AMOUNT.finditer(text)]


def signed(match: re.Match[str]) -> Decimal:
    """The value of a match of ``AMOUNT``: a minus before or behind it and brackets around it make it negative."""
    is_negative = match["sign"] or match["after"] or (match["open"] and match["close"])
    return decimal_of(match["figure"]) * (-1 if is_negative else 1)


def numbers(text: str) -> list[Number]:
    """Every number of a text, in order."""
    return [_number(match) for match in NUMBER.finditer(text)]


def is_numeric(text: str) -> bool:
    """Whether a text is one number and nothing else."""
    return NUMBER.fullmatch(text.strip()) is not None


def _number(match: re.Match[str]) -> Number:
    value = Decimal(match["figure"].replace(",", "")) * SCALES.get(match["scale"] or "", 1)
    is_negative = match["minus"] or match["minus_inside"] or (match["open"] and match["close"])
    return Number(-value if is_negative else value, bool(match["percent"]))
