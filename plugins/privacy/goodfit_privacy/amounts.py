"""Amounts and numbers alone are no part of a name: figures look like addresses to a tagger."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

AMOUNT = re.compile(r"(?:\b[DC]r\.? ?|-)?(?<![\w.,])\d{1,3}(?:\d*|(?:[ ,.'’]\d{3})+)[.,]\d\d(?![\w.,]*\d)")
"""A figure with cents, and what says on which side of an account it stands."""

PLACES = ("STREET_ADDRESS", "LOCATION")
ADDRESS = re.compile(
    r"\b(?:address|apartment|apt|avenue|ave|box|deliver|drive|flat|floor|home|house|lane|live|lives|living|mail|moved|"
    r"moving|post|postal|postcode|road|rd|room|send|ship|shipping|street|st|suite|unit|zip)\b",
    re.IGNORECASE,
)
"""Words beside which a number may be that of a house or a post office."""

NUMBER, SHORT = re.compile(r"\d(?:[\d ()./+-]*\d)?"), 6
"""A number with whatever parts it; one of more digits may be somebody's, whatever a tagger takes it for."""

Place = tuple[int, int, str]
"""Start, end, and type of a name."""


def without_amounts(text: str, places: Iterable[Place]) -> Iterator[Place]:
    """The places, and in place of one that holds an amount what is left beside it and has letters."""
    amounts = [match.span() for match in AMOUNT.finditer(text)]
    for start, end, sort in places:
        inside = [span for span in amounts if span[0] < end and start < span[1]]
        if not inside:
            yield start, end, sort
            continue
        firsts, lasts = [start, *(span[1] for span in inside)], [*(span[0] for span in inside), end]
        for first, last in zip(firsts, lasts, strict=True):
            part = text[first:last] if first < last else ""
            if any(map(str.isalpha, part)):
                yield first + len(part) - len(part.lstrip()), first + len(part.rstrip()), sort


def without_lone_numbers(text: str, places: Iterable[Place]) -> Iterator[Place]:
    """The places without short numbers that would be an address all by themselves: amounts, ages, parts of a date."""
    found = [(place, any(map(str.isalpha, text[place[0] : place[1]]))) for place in places]
    there = ADDRESS.search(text) or any(has_letters and place[2] in PLACES for place, has_letters in found)
    short = [match.span() for match in NUMBER.finditer(text) if sum(map(str.isdigit, match[0])) <= SHORT]
    for place, has_letters in found:
        is_short = any(start <= place[0] and place[1] <= end for start, end in short)
        if there or has_letters or place[2] not in PLACES or not is_short:
            yield place
