"""Which amounts of money and which numbers a text states, as exact decimals.

An *amount* has two decimals, as in a ledger: ``1,250.00``, ``1.250,00``, ``1 250,00``, ``1’250.00``. A minus before or
behind it, or brackets around it, make it negative, also with a currency between: ``-€84.20``, ``(EUR 84.20)``,
``84.20-``. A *number* is anything that a report states: ``412.6``, ``EUR 4.2 million``, ``$(20,597)``, ``12 %``.
"""

import re
from decimal import Decimal
from typing import NamedTuple

from goodfit.texts.figures import INDIAN, LAKHS, SCALES, groups_thousands, value_of

MINUS = "-−–"
NO_BREAK = "\u00a0\u2009\u202f"
"""Blanks that group thousands: no-break, thin, and narrow no-break."""

MARKS = f".,'’{NO_BREAK}"
CODES = "EUR|USD|GBP|CHF|SEK|NOK|DKK|PLN|CZK|HUF|RON|AUD|CAD|NZD|HKD|SGD|JPY|CNY|INR|ZAR|BRL|MXN"
CURRENCY = rf"(?:[A-Z]{{0,3}}[€$£¥]|{CODES})"
CURRENCY_NAME = rf"(?:euros?|dollars?|pounds?|francs?|{CODES}|[€$£¥])"


def amount_pattern(marks: str) -> re.Pattern[str]:
    """What an amount looks like where these signs group thousands."""
    return re.compile(
        rf"(?<![\w.,/])(?P<open>\()?(?P<sign>[{MINUS}](?P<gap>\s)?)?(?P<currency>{CURRENCY}\s?)?"
        rf"(?P<open_inside>\()?(?P<sign_inside>[{MINUS}]\s?)?"
        rf"(?<![\d.,/])(?P<figure>(?:\d{{1,3}}(?P<mark>[{marks}])\d{{3}}(?:(?P=mark)\d{{3}}){{0,5}}|{LAKHS}|[1-9]\d*|0)[.,]\d\d)"
        r"(?![.,/]?\d)(?!\s?(?:%|per\s?cent))"
        rf"(?P<close>\))?(?P<after>[{MINUS}](?!\w))?"
    )


AMOUNT = amount_pattern(MARKS)
"""A plain blank parts an amount from what stands before it: ``week 12 450.00``."""

AMOUNT_WITH_BLANKS = amount_pattern(f"{MARKS} ")
"""A plain blank groups thousands: ``Miete 1 250,00``."""

NUMBER = re.compile(
    rf"(?<![\w.,])(?P<open>\()?(?P<minus>[{MINUS}]\s?|\+)?(?P<currency>{CURRENCY}\s?)?(?P<open_inside>\()?"
    rf"(?P<minus_inside>[{MINUS}])?"
    rf"(?P<figure>{INDIAN}|\d{{1,3}}(?:[{NO_BREAK} '’]\d{{3}}){{1,5}}(?:[.,]\d\d?)?(?![\d.,])"
    rf"|\d{{1,3}}(?:\.\d{{3}}){{1,5}},\d\d?(?!\d)"
    r"|\d{1,3}(?:\.\d{3}){2,5}(?!\d)|\d+,\d\d?(?!\d)|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?P<close>\))?(?:\s?(?P<scale>(?i:thousand|million|billion|trillion|mio|mn|bn|tn|k|m|b))\b)?"
    r"(?P<unit>\s?(?:%|(?i:percentage points?|percent points?|pts|basis points?|bps?|per\s?cent)(?!\w)))?"
    rf"(?P<currency_behind>\s?{CURRENCY_NAME}(?!\w))?(?P<close_behind>\))?"
)


class Number(NamedTuple):
    """A number as a report states it: ``Number(Decimal("4200000"), "")`` is EUR 4.2 million."""

    value: Decimal
    unit: str
    """``percent``, ``point`` (a percentage point), or empty."""


def decimal_of(figure: str) -> Decimal:
    """The value of a figure with two decimals, whichever sign groups its thousands."""
    whole, cents = re.sub(r"\D", "", figure[:-3]), figure[-2:]
    return Decimal(f"{whole}.{cents}")


def amounts(text: str) -> list[Decimal]:
    """Every amount of a text, in order, with its sign; dates, numbers of documents and percentages are none."""
    return [signed(match) for match in AMOUNT_WITH_BLANKS.finditer(text)]


def signed(match: re.Match[str]) -> Decimal:
    """The value of a match of ``AMOUNT``: a minus before or behind it and brackets around it make it negative."""
    is_negative = match["sign"] or match["sign_inside"] or match["after"] or is_bracketed(match)
    return decimal_of(match["figure"]) * (-1 if is_negative else 1)


def is_bracketed(match: re.Match[str]) -> bool:
    """Whether brackets stand around an amount and nothing else but its currency."""
    return bool((match["open"] or match["open_inside"]) and match["close"])


def numbers(text: str) -> list[Number]:
    """Every number of a text, in order."""
    return [_number(match) for match in NUMBER.finditer(text)]


def is_numeric(text: str) -> bool:
    """Whether a text is one number and nothing else."""
    return NUMBER.fullmatch(text.strip()) is not None


def _number(match: re.Match[str]) -> Number:
    """The value of a match of ``NUMBER`` with its sign, its scale and its unit."""
    scale = (match["scale"] or "").lower()
    value = _decimal(match["figure"]) * SCALES.get(scale, 1)
    is_sum = (match["currency"] or match["currency_behind"]) and not scale
    if is_sum and groups_thousands(match["figure"], match.string, match.end()):
        value *= 1000
    opened, closed = match["open"] or match["open_inside"], match["close"] or match["close_behind"]
    has_minus = match["minus_inside"] or (match["minus"] and match["minus"] != "+")
    unit = (match["unit"] or "").strip().lower()
    if unit.startswith(("basis", "bp")):
        value /= 100
    name = "percent" if unit == "%" or re.fullmatch(r"per\s?cent", unit) else "point" if unit else ""
    return Number(-value if has_minus or (opened and closed) else value, name)


def _decimal(figure: str) -> Decimal:
    """The value of a figure, whichever of a report's signs groups its thousands."""
    return value_of(re.sub(rf"[{NO_BREAK}'’]", "", figure))
