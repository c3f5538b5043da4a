"""Structured identifiers: one pass of one compiled expression, each hit checked by what its kind of number promises."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache

from goodfit.hooks.types import Found
from goodfit_privacy.numbers import number_type, said_type, spoken_digits, valid_iban, valid_vat
from goodfit_privacy.patterns import PATTERNS
from goodfit_privacy.plain import plain

Check = Callable[[re.Match[str]], str | None]
"""A hit -> its type, or None where it is not what it looks like."""


SPOKEN_DIGITS = 7
"""Digits in words from which they are a number that is dictated, and not counting."""


def _always(sort: str) -> Check:
    return lambda hit: sort


def _iban(hit: re.Match[str]) -> str | None:
    return "IBAN_CODE" if valid_iban(hit[0]) else None


CHECKS: Mapping[str, Check] = {
    **dict.fromkeys(("secret_key", "secret_jwt", "secret_token", "crypto"), _always("SECRET")),
    "secret_said": lambda hit: "SECRET" if _looks_secret(hit["secret_value"]) else None,
    **dict.fromkeys(("email", "email_odd"), _always("EMAIL_ADDRESS")),
    **dict.fromkeys(("url", "domain"), _always("URL")),
    "handle": _always("HANDLE"),
    **dict.fromkeys(("ip4", "ip6", "mac"), _always("IP_ADDRESS")),
    "iban": _iban,
    "vat": lambda hit: "TAX_NUMBER" if valid_vat(hit[0]) else None,
    "said_number": lambda hit: said_type(hit[0], hit["said_value"]),
    "ni_number": _always("NATIONAL_ID"),
    **dict.fromkeys(("uk_postcode", "us_zip", "zip_said"), _always("ZIP_CODE")),
    **dict.fromkeys(("street", "unit"), _always("STREET_ADDRESS")),
    "date": _always("DATE_TIME"),
    "age": _always("AGE"),
    "title": _always("TITLE"),
    "spoken": lambda hit: _spoken_type(hit[0]),
    "digits": lambda hit: number_type(hit[0]),
    "long_id": _always("RECORD_NUMBER"),
}
"""Pattern -> what checks its hits."""


def _spoken_type(text: str) -> str | None:
    digits = spoken_digits(text)
    return (number_type(digits) or "PHONE_NUMBER") if len(digits) >= SPOKEN_DIGITS else None


def _looks_secret(value: str) -> bool:
    """Not a word of the language: it has a digit or a sign, or letters of both cases in the middle."""
    return bool(re.search(r"\d", value) or re.search(r"[^\w.,!?'’-]", value) or re.search(r"[a-z][A-Z]", value))


@cache
def _expression() -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in PATTERNS.items()))


_VALUES = ("secret_value", "said_value", "zip_value", "zip_said_value", "age_value", "age_years")


def find(texts: Sequence[str]) -> list[list[Found]]:
    """The identifiers of each text."""
    return [list(_find(text)) for text in texts]


def _find(text: str) -> Iterator[Found]:
    read = plain(text)
    search, place = _expression().search, 0
    while (hit := search(read.text, place)) is not None:
        start, end = _span(hit)
        sort = CHECKS[_name(hit)](hit)
        if sort is None:
            place = hit.start() + 1
            continue
        place = max(end, hit.start() + 1)
        first, last = read.back(start, end)
        yield Found(start=first, end=last, type=sort)


def _name(hit: re.Match[str]) -> str:
    return next(name for name in PATTERNS if hit[name] is not None)


def _span(hit: re.Match[str]) -> tuple[int, int]:
    for value in _VALUES:
        if hit[value] is not None:
            return hit.span(value)
    return hit.span()
