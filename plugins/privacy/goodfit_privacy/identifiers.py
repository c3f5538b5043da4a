"""Structured identifiers: patterns that may be in a text, each hit checked by what its kind of number promises."""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache

from goodfit.hooks.types import Found
from goodfit_privacy.looks import Looks
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
    **dict.fromkeys(("date_words", "date_year", "date_figures"), _always("DATE_TIME")),
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


NAMES = tuple(PATTERNS)


@cache
def _compiled() -> list[re.Pattern[str]]:
    return [re.compile(pattern) for pattern in PATTERNS.values()]


@cache
def _looks() -> Looks:
    return Looks(PATTERNS.values())


_VALUES = ("secret_value", "said_value", "zip_value", "zip_said_value", "age_value", "age_years")


def find(texts: Sequence[str]) -> list[list[Found]]:
    """The identifiers of each text."""
    return [list(_find(text)) for text in texts]


def _find(text: str) -> Iterator[Found]:
    """The leftmost hit of all patterns, of those that begin at one place the first pattern's; and so on behind it."""
    read, place = plain(text), 0
    coming = [
        (hit.start(), order, hit)
        for order in _looks().possible(read.text)
        if (hit := _compiled()[order].search(read.text))
    ]
    heapq.heapify(coming)
    while coming:
        at, order, hit = heapq.heappop(coming)
        if at >= place:
            start, end = _span(hit)
            sort = CHECKS[NAMES[order]](hit)
            place = at + 1 if sort is None else max(end, at + 1)
            if sort is not None:
                first, last = read.back(start, end)
                yield Found(start=first, end=last, type=sort)
        following = _compiled()[order].search(read.text, place)
        if following is not None:
            heapq.heappush(coming, (following.start(), order, following))


def _span(hit: re.Match[str]) -> tuple[int, int]:
    groups = hit.re.groupindex
    return next((hit.span(value) for value in _VALUES if value in groups and hit[value] is not None), hit.span())
