"""What a number is: cards, accounts, offices' numbers and telephones, by check digits and by how they are written."""

from __future__ import annotations

import re

import phonenumbers
from stdnum import iban, luhn
from stdnum.es import dni, nie
from stdnum.eu import vat
from stdnum.gb import nhs
from stdnum.in_ import pan
from stdnum.it import codicefiscale
from stdnum.mx import curp
from stdnum.us import ssn

SPOKEN = {
    **{"zero": "0", "oh": "0", "one": "1", "two": "2", "three": "3", "four": "4"},
    **{"five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9"},
}
PLAIN_LETTERS = str.maketrans("\u0130\u0131\u017f", "iis")
"""Letters that a pattern without regard to case takes for these."""
CARD_DIGITS = range(12, 20)
CARD_STARTS = "23456"
"""Maestro and the American networks, Diners and JCB, Visa, Mastercard, Discover."""

_LENGTHS = {
    15: "NO",
    16: "BE",
    18: "DK FI FO GL NL SD",
    19: "MK SI",
    20: "AT BA EE KZ LT LU XK",
    21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA",
    23: "AE GI IL IQ SO TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST",
    26: "IS TR",
    27: "BI FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HU LB NI PL SV",
    29: "BR EG PS QA UA",
    30: "JO KW MU",
    31: "MT SC",
    32: "LC",
    33: "RU",
}
IBAN_LENGTHS = {country: length for length, countries in _LENGTHS.items() for country in countries.split()}
"""Country -> signs of its accounts. Source: SWIFT IBAN registry."""

YEAR = re.compile(r"(?:19|20)\d\d")
SSN = re.compile(r"\s*\d{3}[- ]\d{2}[- ]\d{4}\s*")
NHS = re.compile(r"\s*\d{3}[- ]?\d{3}[- ]?\d{4}\s*")
_DECIMAL = r"(?:0|[1-9]\d*)\.\d+"
NO_PHONE = re.compile(
    r"^\d+$|^\d{1,3}(?:\.\d{3})+$|^(?:[1-9]\d?|\d{3})(?: \d{3}){2,}$|^\d+\.\d+$|^(?!0\d+/\d{5})\d+/\d+$|^\d{4}-\d{4}$"
    rf"|^{_DECIMAL}-{_DECIMAL}$|^[1-9]\d* \(\d{{1,5}}$"
)
"""Plain numbers, thousands with points or blanks, decimals and fractions, spans of years and of decimals, a figure with
another one in brackets."""

MONEY = r"(?:[€$£]|\b(?:EUR|USD|GBP|CHF|SEK|NOK|DKK|PLN|CZK|euros?|dollars?|pounds?|francs?|kron(?:or|er|a|e))\b)"
THOUSANDS = re.compile(r"\d{1,3}(?: \d{3})+")
MONEY_BEFORE, MONEY_BEHIND = re.compile(rf"{MONEY} ?(?:\d{{1,3}} )*$"), re.compile(rf" ?{MONEY}")
CALLED = re.compile(
    r"(?i:(?:phone|\btel|fax|mobile|\bcell|\b(?:call|ring|dial)|\b(?:call|reach) (?:me|him|her|us|them)|answering)\W*"
    r"(?:(?:is|at|on|number|no)\b\W*){0,2}$)"
)
"""Words before a telephone number that is grouped like a figure."""

NUMBERED = re.compile(
    r"(?i:(?:clause|section|sec\.|article|art\.|chapter|paragraph|para\.|version|release|\bv\.?|§) ?)$"
)
"""Words before the number of a part of a text or of a program."""

NEAR = 16
"""Signs before a number that are looked at."""

FIGURES = re.compile(r"(?<![\d.])\d+\.\d{1,2}(?![\d.])|(?<!\d)(?:19|20)\d\d *[ (/-] *(?:19|20)\d\d(?!\d)| [+-]\d")
"""Amounts with cents, years side by side, and signed numbers behind a blank: a table's row, and nobody's number."""

REGIONS = ("US", "GB", "DE", "FR", "IN", "IL")
"""Where a number without a country code is tried: not the whole world, or any ten digits were a telephone."""

SHORTEST_NUMBER = 9
"""Digits from which a plain number that is nothing else is taken for somebody's record."""


def valid_iban(text: str) -> bool:
    """Whether the check digits are right, or the length of the country: a mistyped account is still somebody's.

    The invented country XX counts, too.
    """
    compact = re.sub(r"[^A-Za-z0-9]", "", text).upper()
    return compact.startswith("XX") or len(compact) == IBAN_LENGTHS.get(compact[:2]) or iban.is_valid(compact)


def valid_vat(text: str) -> bool:
    """Whether a member state's office could have given this number."""
    return bool(vat.is_valid(re.sub(r"[^A-Z0-9]", "", text)))


def valid_person(text: str) -> bool:
    """Whether a Spanish, Italian, Indian or Mexican office could have given this number to somebody."""
    return any(office.is_valid(text) for office in (dni, nie, codicefiscale, pan, curp))


def spoken_digits(text: str) -> str:
    """Digits that are written as words: ``double seven`` is ``77``."""
    found, times = [], 1
    for word in re.findall(r"[a-z]+", text.translate(PLAIN_LETTERS).lower()):
        if word in ("double", "triple"):
            times = 2 if word == "double" else 3
        else:
            found.append(SPOKEN[word] * times)
            times = 1
    return "".join(found)


def digits_type(hit: re.Match[str]) -> str | None:
    """The type of a run of digits; where they are grouped in thousands, what stands beside them says it, too."""
    if THOUSANDS.fullmatch(hit[0]):
        if MONEY_BEFORE.search(_before(hit)) or MONEY_BEHIND.match(hit.string, hit.end()):
            return None
        if CALLED.search(_before(hit)):
            return "PHONE_NUMBER"
    return number_type(hit[0])


def is_numbered(hit: re.Match[str]) -> bool:
    """Whether a number is that of a clause, a version and the like."""
    return bool(NUMBERED.search(_before(hit)))


def _before(hit: re.Match[str]) -> str:
    return hit.string[max(0, hit.start() - NEAR) : hit.start()]


def number_type(text: str) -> str | None:
    """The type of a run of digits with blanks and signs between them; None for what is only a figure."""
    if FIGURES.search(text):
        return None
    digits = "".join(filter(str.isdecimal, text))
    if len(digits) in CARD_DIGITS and digits[0] in CARD_STARTS and luhn.is_valid(digits):
        return "CREDIT_CARD"
    if SSN.fullmatch(text) and ssn.is_valid(digits):
        return "US_SSN"
    if NHS.fullmatch(text) and nhs.is_valid(digits):
        return "NATIONAL_ID"
    if is_phone(text, digits):
        return "PHONE_NUMBER"
    return "RECORD_NUMBER" if len(digits) >= SHORTEST_NUMBER and not re.search(r"[./]", text) else None


def is_phone(text: str, digits: str) -> bool:
    """Whether digits are grouped as a telephone number, or are one of some region."""
    shown = text.strip()
    if len(digits) > 19 or (len(digits) > 16 and "x" not in shown):
        return False
    if shown.startswith(("+", "(", "00")):
        return True
    if not NO_PHONE.match(shown):
        groups = re.findall(r"\d+", shown)
        return max(map(len, groups)) <= 8 and len(groups) <= 6
    if not shown.isdigit() or len(digits) not in (10, 11):
        return False
    return any(_valid(digits, region) for region in REGIONS)


def _valid(digits: str, region: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(digits, region))
    except phonenumbers.NumberParseException:
        return False


SAID = {
    sort: re.compile(words)
    for sort, words in {
        "CREDIT_CARD": r"card|cvv|cvc",
        "US_SSN": r"ssn|social",
        "NATIONAL_ID": r"nhs|insurance|\bni\b|passport|licen|identification",
        "TAX_NUMBER": r"tax|vat|tin",
        "IBAN_CODE": r"iban",
    }.items()
}
"""Type -> the words before a number of this type."""


def said_type(text: str, value: str) -> str | None:
    """The type of a number that the words before it announce."""
    said = text[: -len(value)].lower() if text.endswith(value) else text.lower()
    if sum(map(str.isdigit, value)) < 4 and "cv" not in said:
        return None
    if YEAR.fullmatch(value):
        return None
    return next((sort for sort, words in SAID.items() if words.search(said)), "RECORD_NUMBER")
