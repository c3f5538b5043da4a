"""Structured identifiers: patterns that may be in a text, each hit checked by what its kind of number promises."""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from goodfit.hooks.types import Found
from goodfit_privacy.looks import Looks
from goodfit_privacy.numbers import (
    digits_type,
    is_numbered,
    number_type,
    said_type,
    spoken_digits,
    valid_iban,
    valid_person,
    valid_vat,
)
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
    **dict.fromkeys(("ip6", "mac"), _always("IP_ADDRESS")),
    "ip4": lambda hit: None if is_numbered(hit) else "IP_ADDRESS",
    "iban": _iban,
    "vat": lambda hit: "TAX_NUMBER" if valid_vat(hit[0]) else None,
    "said_number": lambda hit: said_type(hit[0], hit["said_value"]),
    "ni_number": _always("NATIONAL_ID"),
    "person": lambda hit: "NATIONAL_ID" if valid_person(hit[0]) else None,
    **dict.fromkeys(("uk_postcode", "us_zip", "zip_said"), _always("ZIP_CODE")),
    **dict.fromkeys(("street", "unit"), _always("STREET_ADDRESS")),
    **dict.fromkeys(("date_words", "date_foreign", "date_year", "date_figures", "date_born"), _always("DATE_TIME")),
    "age": _always("AGE"),
    "title": _always("TITLE"),
    "spoken": lambda hit: _spoken_type(hit[0]),
    "digits": digits_type,
    "long_id": lambda hit: "NATIONAL_ID" if valid_person(hit[0]) else "RECORD_NUMBER",
}
"""Pattern -> what checks its hits."""


def _spoken_type(text: str) -> str | None:
    digits = spoken_digits(text)
    return (number_type(digits) or "PHONE_NUMBER") if len(digits) >= SPOKEN_DIGITS else None


def _looks_secret(value: str) -> bool:
    """Not a word of the language: it has a digit or a sign, or letters of both cases in the middle."""
    return bool(re.search(r"\d", value) or re.search(r"[^\w.,!?'’-]", value) or re.search(r"[a-z][A-Z]", value))


@dataclass(frozen=True, slots=True)
class _Sort:
    """A pattern with what makes a place of its hits."""

    pattern: re.Pattern[str]
    check: Check
    values: tuple[str, ...]
    """Groups that are the place, where they are in the hit; else all of it is."""

    def span_of(self, hit: re.Match[str]) -> tuple[int, int]:
        """Where the place of a hit begins and ends."""
        return next((hit.span(value) for value in self.values if hit[value] is not None), hit.span())


@cache
def _sorts() -> tuple[_Sort, ...]:
    patterns = {name: re.compile(pattern) for name, pattern in PATTERNS.items()}
    return tuple(_Sort(one, CHECKS[name], tuple(one.groupindex)) for name, one in patterns.items())


@cache
def _looks() -> Looks:
    return Looks(PATTERNS.values())


_CENTS = re.compile(r"(?<=\d)[.,]\d\d(?!\w)")
FEWEST_OF_A_NUMBER = 9
"""Digits from which a number is no sum, whatever stands behind it."""


def find(texts: Sequence[str]) -> list[list[Found]]:
    """The identifiers of each text."""
    return [list(_find(text)) for text in texts]


def _is_amount(text: str, start: int, end: int) -> bool:
    """Whether a number goes on with cents: ``fuel card 4550 160.34`` names four digits of a card, and a sum."""
    return _CENTS.match(text, end) is not None and sum(map(str.isdigit, text[start:end])) < FEWEST_OF_A_NUMBER


def _find(text: str) -> Iterator[Found]:
    """The leftmost hit of all patterns, of those that begin at one place the first pattern's; and so on behind it."""
    read, place, sorts = plain(text), 0, _sorts()
    coming = [
        (hit.start(), order, hit)
        for order in _looks().possible(read.text)
        if (hit := sorts[order].pattern.search(read.text))
    ]
    heapq.heapify(coming)
    while coming:
        at, order, hit = heapq.heappop(coming)
        sort = sorts[order]
        if at >= place:
            start, end = sort.span_of(hit)
            name = None if _is_amount(read.text, start, end) else sort.check(hit)
            place = at + 1 if name is None else max(end, at + 1)
            if name is not None:
                first, last = read.back(start, end)
                yield Found(start=first, end=last, type=name)
        following = sort.pattern.search(read.text, place)
        if following is not None:
            heapq.heappush(coming, (following.start(), order, following))
