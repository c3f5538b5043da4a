"""Where the words of a text stand."""

from __future__ import annotations

import re

WORD = re.compile(r"[^\W\d_]+|\d+|[^\s\w]|_")


def split_words(text: str) -> list[tuple[int, int]]:
    """Runs of letters, runs of digits, and single signs: what a span may begin or end at."""
    return [match.span() for match in WORD.finditer(text)]
