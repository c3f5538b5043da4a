"""Which figures a text states: sums, percentages, periods, dates and plain numbers, in digits or in words.

Two ways to write a figure give one value: ``thirty (30) days`` and ``30 days``, ``GBP 1.2 million`` and ``£1,200,000``,
``the 1st day of March 2026`` and ``1 March 2026``, ``two years`` and ``24 months``. Numbers with dots and slashes are
read day first. ``one`` counts only before a unit, for it is mostly a pronoun.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple


class Figure(NamedTuple):
    """A figure with what it measures: ``Figure("period", "month", 24.0)`` is two years."""

    kind: str
    unit: str
    value: float


ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
SMALL = {word: value for value, word in enumerate(ONES.split(" "))}
SMALL |= {word: 10 * value for value, word in enumerate(TENS.split(" "), start=2)}
SCALES = {"thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
MONTHS = "january february march april may june july august september october november december"
MONTH_NUMBER = {word: value for value, word in enumerate(MONTHS.split(" "), start=1)}
CURRENCIES = {
    "£": "GBP", "gbp": "GBP", "pounds": "GBP", "pound": "GBP", "€": "EUR", "eur": "EUR", "euros": "EUR", "euro": "EUR",
    "us$": "USD", "$": "USD", "usd": "USD", "dollars": "USD", "chf": "CHF", "francs": "CHF",
}  # fmt: skip
# Periods that always have the same length in another unit are compared in that unit.
UNITS = {"hour": ("hour", 1), "day": ("day", 1), "week": ("day", 7), "month": ("month", 1), "year": ("month", 12)}

WORD = "|".join(sorted([*SMALL, *SCALES, "hundred"], key=len, reverse=True))
WORDS = re.compile(
    rf"(?<!\d )\b(?:{WORD})\b(?:(?:-|\s+|(?:(?<=hundred)|(?<=thousand)|(?<=million))\s+and\s+)(?:{WORD})\b)*"
)
NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
MONTH = MONTHS.replace(" ", "|")
SIGN = "|".join(re.escape(name) for name in sorted(CURRENCIES, key=len, reverse=True))
FIGURES = re.compile(
    rf"""(?P<iso>\b(\d{{4}})-(\d\d)-(\d\d)\b)
    |(?P<dotted>\b(\d\d?)[./](\d\d?)[./](\d{{4}})\b)
    |(?P<day_month>\b(\d\d?)(?:st|nd|rd|th)?\s(?:day\sof\s)?({MONTH}),?\s(\d{{4}})\b)
    |(?P<month_day>\b({MONTH})\s(\d\d?)(?:st|nd|rd|th)?,?\s(\d{{4}})\b)
    |(?P<month_year>\b({MONTH})\s(\d{{4}})\b)
    |(?P<clause>\b\d+(?:\.\d+){{2,}}\b)
    |(?P<money>(?<!\w)(?P<sign>{SIGN})\s?(?P<sum>{NUMBER})(?:\s(?P<scale>thousand|million|billion)\b)?)
    |(?P<money_after>(?P<sum_before>{NUMBER})\s(?:(?P<scale_before>thousand|million|billion)\s)?(?P<noun>{SIGN})(?!\w))
    |(?P<percent>(?P<share>{NUMBER})\s?(?:%|per\s?cent\b))
    |(?P<period>(?P<count>{NUMBER})[\s-](?P<sort>business|working|calendar|clear|full)?\s?(?P<length>hour|day|week|month|year)s?\b)
    |(?P<plain>{NUMBER})""",
    re.VERBOSE,
)
UNIT_FOLLOWS = re.compile(
    rf"\s*(?:\(1\)|-?\s*(?:hour|day|week|month|year|business|working|calendar|per\s?cent|{SIGN})\b)"
)


def stated(text: str) -> set[Figure]:
    """The figures of a text, each once."""
    return {figure for figure, _ in _scan(text)}


def grounds(text: str) -> set[Figure]:
    """The figures that a text supports: those it states, their bare numbers, and the month and year of its dates."""
    found: set[Figure] = set()
    for figure, bare in _scan(text):
        found |= {figure, Figure("number", "", bare)}
        if figure.unit == "day" and figure.kind == "date":
            found |= {Figure("date", "month", figure.value // 100), Figure("number", "", figure.value // 10_000)}
    return found


def unsupported(text: str, source: str) -> set[Figure]:
    """The figures that a text states and its source does not support."""
    return stated(text) - grounds(source)


def number_in_words(words: str) -> int:
    """The value of a run of number words: ``twelve thousand five hundred`` is 12500."""
    total = current = 0
    for word in re.split(r"[\s-]+", words):
        if word in SCALES:
            total, current = total + max(current, 1) * SCALES[word], 0
        elif word == "hundred":
            current = max(current, 1) * 100
        else:
            current += SMALL.get(word, 0)
    return total + current


def _scan(text: str) -> Iterator[tuple[Figure, float]]:
    """Every figure of a text in order, with its bare number as written."""
    digits = WORDS.sub(_in_digits, text.lower().replace("\u00a0", " "))
    digits = re.sub(rf"\b({NUMBER})\s\(\1\)", r"\1", digits)  # "thirty (30) days" is one figure
    for match in FIGURES.finditer(digits):
        yield _figure(match)


def _in_digits(words: re.Match[str]) -> str:
    """A run of number words in digits; ``one`` before anything but a unit stays as it is."""
    if words[0] == "one" and not UNIT_FOLLOWS.match(words.string, words.end()):
        return words[0]
    return str(number_in_words(words[0]))


def _figure(match: re.Match[str]) -> tuple[Figure, float]:
    """What one match of ``FIGURES`` states; its name says which shape it has."""
    shape, parts = match.lastgroup or "", match.groupdict()
    if shape in ("iso", "dotted", "day_month", "month_day", "month_year"):
        return _date(shape, match[0])
    if shape == "clause":
        return Figure("reference", match[0], 0.0), 0.0
    if shape in ("money", "money_after"):
        bare = _number(parts["sum"] or parts["sum_before"])
        scale = SCALES.get(parts["scale"] or parts["scale_before"] or "", 1)
        return Figure("money", CURRENCIES[parts["sign"] or parts["noun"]], bare * scale), bare
    if shape == "period":
        bare, (unit, times) = _number(parts["count"]), UNITS[parts["length"]]
        sort = "business " if parts["sort"] in ("business", "working") else ""
        return Figure("period", sort + unit, bare * times), bare
    kind = "percent" if shape == "percent" else "number"
    bare = _number(parts["share"] or match[0])
    return Figure(kind, "", bare), bare


def _date(shape: str, written: str) -> tuple[Figure, float]:
    """A date as the number yyyymmdd, or yyyymm where no day is given."""
    numbers = [int(number) for number in re.findall(r"\d+", written)]
    named = [MONTH_NUMBER[word] for word in re.findall(MONTH, written)]
    if shape == "month_year":
        return Figure("date", "month", float(numbers[0] * 100 + named[0])), float(numbers[0])
    if shape == "iso":
        year, month, day = numbers
    elif shape == "dotted":
        day, month, year = numbers
    else:
        (day, year), month = numbers, named[0]
    return Figure("date", "day", float(year * 10_000 + month * 100 + day)), float(day)


def _number(written: str) -> float:
    return float(written.replace(",", ""))
