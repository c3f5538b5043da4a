"""Which figures a text states: sums, percentages, periods, dates and plain numbers, in digits or in words.

Two ways to write a figure give one value: ``thirty (30) days`` and ``30 days``, ``GBP 1.2 million``, ``£1.2m`` and
``£1,200,000``, ``EUR 1.250,00`` and ``EUR 1,250.00``, ``EUR 10.000`` and ``EUR 10,000``,
``INR 1,50,000`` and ``INR 150,000``, ``the 1st day of March 2026`` and ``1 March 2026``, ``two years`` and
``24 months``, ``the third quarter`` and ``the 3rd quarter``. A minus, a scale, a currency and a unit of time belong to
the figure. Brackets are no minus, for an aside has them, too. Dates with dots and slashes are read day first.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from goodfit.texts.losses import is_below_zero
from goodfit.texts.spelled import SCALES as SCALE_WORDS
from goodfit.texts.spelled import in_digits, ordinals


class Figure(NamedTuple):
    """A figure with what it measures: ``Figure("period", "month", 24.0)`` is two years."""

    kind: str
    unit: str
    value: float


class Found(NamedTuple):
    """A figure where it stands in a text."""

    figure: Figure
    bare: tuple[float, ...]
    """Its number without the unit: as written, with its thousands (``EUR 10.000``), and with its scale."""
    is_counted: bool
    """Whether a noun follows that says what is counted: ``5 customers``."""
    match: re.Match[str]
    is_negative: bool = False
    """Whether it has what can only be a minus; the dash of ``drug -5 mg`` may be none."""


SCALES = SCALE_WORDS | {
    "k": 10**3, "m": 10**6, "mn": 10**6, "mio": 10**6, "b": 10**9, "bn": 10**9, "tn": 10**12,
}  # fmt: skip
MONTHS = "january february march april may june july august september october november december"
MONTH_NUMBER = {word: value for value, word in enumerate(MONTHS.split(" "), start=1)}
CURRENCIES = {
    "£": "GBP", "gbp": "GBP", "pounds": "GBP", "pound": "GBP", "€": "EUR", "eur": "EUR", "euros": "EUR", "euro": "EUR",
    "$": "USD", "usd": "USD", "us dollars": "USD", "dollars": "USD", "dollar": "USD",
    "chf": "CHF", "swiss francs": "CHF", "francs": "CHF", "aud": "AUD", "australian dollars": "AUD", "cad": "CAD",
    "canadian dollars": "CAD", "nzd": "NZD", "hkd": "HKD", "sgd": "SGD", "¥": "JPY", "jpy": "JPY", "yen": "JPY",
    "₹": "INR", "inr": "INR", "rupees": "INR", "cny": "CNY", "sek": "SEK", "nok": "NOK", "dkk": "DKK", "pln": "PLN",
    "czk": "CZK", "huf": "HUF", "zar": "ZAR",
}  # fmt: skip
DOLLARS = {"us": "USD", "a": "AUD", "au": "AUD", "c": "CAD", "ca": "CAD", "nz": "NZD", "hk": "HKD", "s": "SGD"}
"""What stands before ``$`` -> the currency."""

# Periods that always have the same length in another unit are compared in that unit.
UNITS = {
    "second": ("second", 1), "sec": ("second", 1), "minute": ("second", 60), "min": ("second", 60),
    "hour": ("second", 3600), "hr": ("second", 3600), "day": ("day", 1), "week": ("day", 7), "month": ("month", 1),
    "year": ("month", 12),
}  # fmt: skip

LAKHS = r"\d{1,2}(?:,\d\d)+,\d{3}"
"""``1,50,000``: a lakh and a half, as India groups thousands."""

INDIAN = rf"{LAKHS}(?:\.\d+)?(?![\d,])"
NUMBER = rf"{INDIAN}|\d{{1,3}}(?:\.\d{{3}}){{1,5}},\d\d?(?!\d)|\d+(?:,\d{{3}})*(?:\.\d+)?"
SUM = (
    rf"{INDIAN}|\d{{1,3}}(?:\.\d{{3}}){{2,5}}(?!\d)|\d{{1,3}}(?:\ \d{{3}}){{1,5}}(?:[.,]\d\d)?(?![\d.,])"
    rf"|\d+,\d\d?(?!\d)|{NUMBER}"
)
SHARE = rf"{INDIAN}|\d+,\d\d?(?!\d)|{NUMBER}"
DOTTED_THOUSANDS = re.compile(r"[1-9]\d{0,2}\.\d{3}")
PRICED = re.compile(
    r"\s?(?:per|an?|/)\s?(?:lit(?:re|er)|l|gal(?:lon)?|kg|kilo(?:gram(?:me)?)?|lb|kwh|kilowatt[\s-]hour|therm|km|mile)\b",
    re.IGNORECASE,
)
"""What prices of three decimals are of; a share or a unit may cost thousands."""

MONTH = MONTHS.replace(" ", "|")
SIGN = r"[a-z]{1,3}\$|" + "|".join(re.escape(name) for name in sorted(CURRENCIES, key=len, reverse=True))
SCALE_LETTERS = "k|m|mn|mio|b|bn|tn"
SCALE_WORD = "|".join(SCALE_WORDS)
LENGTH = "|".join(UNITS)
MINUS = r"(?:(?<![\w.,)%€£$])-|(?<!\d\s)\bminus\s)"
FIGURES = re.compile(
    rf"""(?P<iso>\b(\d{{4}})-(\d\d)-(\d\d)\b)
    |(?P<dotted>\b(\d\d?)[./](\d\d?)[./](\d{{4}})\b)
    |(?P<day_month>\b(\d\d?)(?:st|nd|rd|th)?\s(?:day\sof\s)?({MONTH}),?\s(\d{{4}})\b)
    |(?P<month_day>\b({MONTH})\s(\d\d?)(?:st|nd|rd|th)?,?\s(\d{{4}})\b)
    |(?P<month_year>\b({MONTH})\s(\d{{4}})\b)
    |(?P<clause>\b\d+(?:\.\d+){{2,}}\b)
    |(?P<minus>{MINUS})?(?:
        (?P<money>(?<!\w)(?P<sign>{SIGN})\s?(?P<minus_inside>-)?(?P<sum>{SUM})
            (?:[\s-]?(?P<scale>{SCALE_WORD}|{SCALE_LETTERS})\b)?)
        |(?P<money_after>(?P<sum_before>{SUM})\s?(?:(?P<scale_before>{SCALE_WORD}|{SCALE_LETTERS})\s)?
            (?P<noun>{SIGN})(?!\w|\s?\d))
        |(?P<point>(?P<points>{SHARE})\s?(?:percentage\spoints?|percent\spoints?|p\.?p\.?|basis\spoints?|bps?)(?!\w))
        |(?P<percent>(?P<share>{SHARE})\s?(?:%|per\s?cent\b))
        |(?P<period>(?P<count>{NUMBER})[\s-](?P<sort>business|working|calendar|clear|full)?\s?
            (?P<length>{LENGTH})s?\b)
        |(?P<plain>(?P<number>{NUMBER})(?:[\s-](?P<scale_word>{SCALE_WORD})\b|\s?(?P<scale_letter>k|mn|mio|bn|tn)\b)?)
    )""",
    re.VERBOSE,
)
RANGE = re.compile(rf"(?<![\d.,-])(\d{{1,3}}(?:\.\d+)?)(?=[-\u2013](?:{SIGN})?\d[\d.,]*\s?({SCALE_WORD})\b)")
COUNTED = re.compile(
    rf"""\s(?!(?:{MONTH}|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|and|or|to|of|in|on|at|by|per|for|from|the|than|a
    |an|as|is|are|was|were|be|been|has|have|had|will|shall|must|may|can|could|should|would|with|within|after|before
    |until|if|but|while|when|that|which|who|so|not|no|it|they|we|you|he|she|this|each|out|up|down|over|under|above
    |below|about|against|between|into|through|via|during|since|more|less|fewer|higher|lower|other|others|apply|applies
    |monthly|yearly|weekly|daily|annual|annually|year|late|later|early|ago|only|then|also|now|here|there)\b)[a-z]{{2}}""",
    re.VERBOSE,
)
LABEL = re.compile(
    r"\b(?:clauses?|sections?|articles?|paragraphs?|schedules?|pages?|numbers?|no\.?|rooms?|floors?|tables?|steps?"
    r"|questions?|options?|versions?|parts?|items?|rules?|annex|appendix|chapters?|units?|lines?|grades?|types?)\s$"
)

LINE_BEGINS = re.compile(r"^[ \t]*$", re.MULTILINE)
BEHIND_WORD = re.compile(
    r"(?<!\bat)(?<!\bof)(?<!\bby)(?<!\bto)(?<!\bis)(?<!\bare)(?<!\bwas)(?<!\bfrom)(?<!\bbetween)(?<=\w)\s$"
)
LONGEST_LABEL = 12
"""Letters before a number among which its label is looked for."""


def stated(text: str) -> set[Figure]:
    """The figures of a text, each once."""
    return {found.figure for found in _scan(text)}


def grounds(text: str) -> set[Figure]:
    """The figures that a text supports: those it states, their bare numbers, and the month and year of its dates."""
    return _said(text) | _bare(text)


def unsupported(text: str, source: str) -> set[Figure]:
    """The figures that a text states and its source does not support.

    ``5`` is supported by ``5 years``; ``5 customers`` is not. What the source has with a minus alone supports a figure
    without one where words say a loss or a fall: ``net profit: EUR -1 million`` does not make a profit of a million.
    """
    said, bare, turned = _said(source), _bare(source), _turned(source)
    return {
        found.figure
        for found in _scan(text)
        if (found.figure not in said and (found.is_counted or found.figure not in bare))
        or (found.figure in turned and not is_below_zero(found.match.string, *found.match.span()))
    }


def groups_thousands(written: str, text: str, end: int) -> bool:
    """Whether the dot of a sum without a scale groups thousands: in ``EUR 10.000``, not in ``USD 1.459 per litre``.

    Args:
        written: The figure.
        text: Where it stands.
        end: Where the figure, with its currency, ends there.
    """
    return DOTTED_THOUSANDS.fullmatch(written) is not None and PRICED.match(text, end) is None


def _said(text: str) -> set[Figure]:
    """What a text states, also without its minus and as ordinals, with the months and years of its dates."""
    said = {Figure("number", "", float(value)) for value in ordinals(text.lower())}
    for figure in stated(text):
        said |= {figure, figure._replace(value=abs(figure.value))}
        if figure.kind == "date":
            month = figure.value // 100 if figure.unit == "day" else figure.value
            said |= {Figure("date", "month", month), Figure("number", "", month // 100)}
    return said


def _turned(text: str) -> set[Figure]:
    """What a text states with a minus and nowhere without one, as it would be without it."""
    with_minus: set[Figure] = set()
    without = {Figure("number", "", float(value)) for value in ordinals(text.lower())}
    for found in _scan(text):
        figures = {
            found.figure._replace(value=abs(found.figure.value)),
            *(Figure("number", "", one) for one in found.bare),
        }
        if found.is_negative:
            with_minus |= figures
        else:
            without |= figures
    return with_minus - without


def _bare(text: str) -> set[Figure]:
    """The numbers of a text without what they measure."""
    return {Figure("number", "", value) for found in _scan(text) for value in found.bare}


def _scan(text: str) -> Iterator[Found]:
    """Every figure of a text in order."""
    digits = in_digits(_plain_signs(text))
    digits = re.sub(rf"\b({NUMBER})\s\(\1\)", r"\1", digits)  # "thirty (30) days" is one figure
    digits = RANGE.sub(r"\1 \2", digits)  # "5-6 million" begins with 5 million
    last_end = -2
    for match in FIGURES.finditer(digits):
        found = _found(match)
        is_negative = found.figure.value < 0 and match.start() > last_end + 1 and _is_minus(found)
        yield found._replace(is_negative=is_negative)
        last_end = match.end()


def _plain_signs(text: str) -> str:
    """A text in small letters with one sort of blank and minus, and no marks between thousands but comma and dot.

    ``M`` behind digits is a million; in small letters it could be metres or minutes.
    """
    text = re.sub(r"(?<=\d)M\b", " million", text)
    text = re.sub(r"(?<=\d)['’\u00a0\u2009\u202f](?=\d{3}(?!\d))", "", text)
    text = re.sub(r"(?<!\w)[\u2212\u2013](?=[\d€£$])", "-", text)
    return re.sub(r"[\u00a0\u2009\u202f]", " ", text.lower())


def _is_minus(found: Found) -> bool:
    """Whether what stands before a figure can only be a minus.

    It may be a dash behind a word, as in ``drug -5 mg`` and ``rent -£500``, and where a line begins.
    """
    match = found.match
    if match["minus_inside"] or not match[0].startswith("-"):
        return True
    is_line = LINE_BEGINS.search(match.string, max(0, match.start() - LONGEST_LABEL), match.start())
    is_behind_word = BEHIND_WORD.search(match.string, max(0, match.start() - LONGEST_LABEL), match.start())
    return not is_line and not is_behind_word


def _found(match: re.Match[str]) -> Found:
    """What one match of ``FIGURES`` states."""
    parts = match.groupdict()
    shape = next(name for name in SHAPES if parts[name])
    if shape in ("iso", "dotted", "day_month", "month_day", "month_year"):
        return _date(shape, match)
    if shape == "clause":
        return Found(Figure("reference", match[0], 0.0), (), False, match)
    kind, unit, written, times = _measured(shape, parts)
    literal = value_of(written)
    is_grouped = kind == "money" and times == 1 and groups_thousands(written, match.string, match.end())
    number = literal * (1000 if is_grouped else 1) * (-1 if parts["minus"] or parts["minus_inside"] else 1)
    value = float(number * times)
    if kind == "number":
        is_label = LABEL.search(match.string, max(0, match.start() - LONGEST_LABEL), match.start())
        is_counted = bool(COUNTED.match(match.string, match.end())) and not is_label
        return Found(Figure(kind, unit, value), (abs(value),), is_counted, match)
    return Found(Figure(kind, unit, value), (float(literal), abs(float(number)), abs(value)), False, match)


SHAPES = (
    "iso", "dotted", "day_month", "month_day", "month_year", "clause", "money", "money_after", "point", "percent",
    "period", "plain",
)  # fmt: skip


def _measured(shape: str, parts: dict[str, str | None]) -> tuple[str, str, str, Decimal]:
    """Kind, unit, number as written and scale of a figure that is no date."""
    if shape in ("money", "money_after"):
        scale = SCALES.get(parts["scale"] or parts["scale_before"] or "", 1)
        unit = _currency(parts["sign"] or parts["noun"] or "")
        return "money", unit, parts["sum"] or parts["sum_before"] or "", Decimal(scale)
    if shape == "period":
        unit, times = UNITS[parts["length"] or ""]
        sort = "business " if parts["sort"] in ("business", "working") else ""
        return "period", sort + unit, parts["count"] or "", Decimal(times)
    if shape == "point":
        is_basis = re.search(r"basis|bp", parts["point"] or "")
        return "percent", "point", parts["points"] or "", Decimal("0.01") if is_basis else Decimal(1)
    if shape == "percent":
        return "percent", "", parts["share"] or "", Decimal(1)
    scale = SCALES.get(parts["scale_word"] or parts["scale_letter"] or "", 1)
    return "number", "", parts["number"] or "", Decimal(scale)


def _currency(sign: str) -> str:
    """The currency of a sign or name; an unknown dollar keeps its letters."""
    letters = sign.removesuffix("$")
    if sign in CURRENCIES or letters in CURRENCIES:
        return CURRENCIES.get(sign) or CURRENCIES[letters]
    return DOLLARS.get(letters, sign)


def _date(shape: str, match: re.Match[str]) -> Found:
    """A date as the number yyyymmdd, or yyyymm where no day is given."""
    written = match[0]
    numbers = [int(number) for number in re.findall(r"\d+", written)]
    named = [MONTH_NUMBER[word] for word in re.findall(MONTH, written)]
    if shape == "month_year":
        return Found(Figure("date", "month", float(numbers[0] * 100 + named[0])), (float(numbers[0]),), False, match)
    if shape == "iso":
        year, month, day = numbers
    elif shape == "dotted":
        day, month, year = numbers
    else:
        (day, year), month = numbers, named[0]
    return Found(Figure("date", "day", float(year * 10_000 + month * 100 + day)), (float(day),), False, match)


def value_of(written: str) -> Decimal:
    """The value of a number, whichever of dot, comma and blank groups its thousands."""
    plain = written.replace(" ", "")
    if re.search(r",\d\d?$", plain):
        return Decimal(plain.replace(".", "").replace(",", "."))
    return Decimal(plain.replace(".", "") if plain.count(".") > 1 else plain.replace(",", ""))
