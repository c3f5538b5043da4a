"""Amounts of money are no part of a name: columns of figures look like addresses to a tagger."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

AMOUNT = re.compile(r"(?:\b[DC]r\.? ?|-)?(?<![\w.,])\d{1,3}(?:\d*|(?:[ ,.'’]\d{3})+)[.,]\d\d(?![\w.,]*\d)")
"""A figure with cents, and what says on which side of an account it stands."""

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
