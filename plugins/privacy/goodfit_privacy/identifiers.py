"""Structured identifiers: patterns that may be in a text, each hit checked by what its kind of number promises."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
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
"""A hit -> its type, None where it is not what it looks like and may be something else, or ``NOTHING``."""

NOTHING = ""
"""The type of what identifies nobody, whatever else it looks like."""


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
    "ip4": lambda hit: NOTHING if is_numbered(hit) else "IP_ADDRESS",
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


NEIGHBOURS = 2
"""Patterns, one behind the other, that are looked for in one automaton: for more it has too many states, which are made
as texts need them; for each alone every text is read too often."""


@cache
def _neighbours() -> tuple[re.Pattern[str], ...]:
    names = list(PATTERNS)
    return tuple(_any_of(names[first : first + NEIGHBOURS]) for first in range(0, len(names), NEIGHBOURS))


@cache
def _behind(name: str) -> re.Pattern[str] | None:
    """The neighbours behind a pattern in its automaton."""
    names = list(PATTERNS)
    place = names.index(name) + 1
    others = names[place : place + -place % NEIGHBOURS]
    return _any_of(others) if others else None


def _any_of(names: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{name}>{PATTERNS[name]})" for name in names))


@cache
def _looks() -> Looks:
    return Looks(one.pattern for one in _neighbours())


@cache
def _values(name: str) -> tuple[str, ...]:
    """Groups of a pattern that are the place, where they are in the hit; else all of it is."""
    return tuple(re.compile(PATTERNS[name]).groupindex)


_CENTS = re.compile(r"(?<=\d)[.,]\d\d(?!\w)")
FEWEST_OF_A_NUMBER = 9
"""Digits from which a number is no sum, whatever stands behind it."""

TOGETHER = 1 << 16
"""Signs from which texts are looked at apart from those before them."""


MISSES = 8
"""Places of one text at which a pattern seems to begin and does not: from here on Python's engine looks for it there. A
look may read the whole text for each."""


def find(texts: Sequence[str]) -> list[list[Found]]:
    """The identifiers of each text."""
    return [found for part in _parts(texts) for found in _find(part)]


def _parts(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Texts that are looked at together."""
    first = signs = 0
    for place, text in enumerate(texts):
        if signs > TOGETHER:
            yield texts[first:place]
            first, signs = place, 0
        signs += len(text)
    if texts:
        yield texts[first:]


def _find(texts: Sequence[str]) -> list[list[Found]]:
    """The leftmost hit of all patterns, of those that begin at one place the first that is what it looks like; and so
    on behind it."""
    odd = {number: plain(text) for number, text in enumerate(texts) if not text.isascii()}
    read = [odd[number].text if number in odd else text for number, text in enumerate(texts)]
    found: list[list[Found]] = [[] for _ in texts]
    for number, start, end, sort in _places(read):
        first, last = odd[number].back(start, end) if number in odd else (start, end)
        found[number].append(Found(start=first, end=last, type=sort))
    return found


def _places(texts: Sequence[str]) -> Iterator[tuple[int, int, int, str]]:
    """Which text, start, end and type."""
    coming, patterns = _looks().at(texts), _neighbours()
    misses: Counter[int] = Counter()
    free = number = begin = 0
    end = len(texts[0])
    while coming.places:
        at, which = coming.places[0]
        if at < free:
            coming.go_on(free)
            continue
        while at > end:
            number, begin = number + 1, end + 1
            end = begin + len(texts[number])
            misses.clear()
        hit = patterns[which].match(texts[number], at - begin)
        if hit is not None:
            start, last, sort = _read(hit)
            if sort is not None:
                free = max(begin + last, at + 1) if sort else at + 1
            if sort:
                yield number, start, last, sort
        elif misses[which] >= MISSES:
            further = patterns[which].search(texts[number], at + 1 - begin)
            coming.go_on(begin + further.start() if further else end)
            continue
        else:
            misses[which] += 1
        coming.go_on(at + 1)


def _read(hit: re.Match[str]) -> tuple[int, int, str | None]:
    """Start and end of a hit's place, and its type: see ``Check``."""
    name = str(hit.lastgroup)
    start, end = next((hit.span(value) for value in _values(name) if hit[value] is not None), hit.span())
    sort = NOTHING if _is_amount(hit.string, start, end) else CHECKS[name](hit)
    others = _behind(name) if sort is None else None
    other = others.match(hit.string, hit.start()) if others else None
    return _read(other) if other else (start, end, sort)


def _is_amount(text: str, start: int, end: int) -> bool:
    """Whether a number goes on with cents: ``fuel card 4550 160.34`` names four digits of a card, and a sum."""
    return _CENTS.match(text, end) is not None and sum(map(str.isdigit, text[start:end])) < FEWEST_OF_A_NUMBER
