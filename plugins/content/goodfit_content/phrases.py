"""Whether a phrase stands in a text: as whole words, whatever their case, with hyphens as blanks."""

from __future__ import annotations

import re
from collections.abc import Iterable

WORD = re.compile(r"[£$€%]|\d+(?:[.,]\d+)*|[^\W\d_]\w*(?:['’]\w+)*")
"""Currency and percent signs are words of their own, so that ``£39`` does not stand in ``£39.50``."""


def words(text: str) -> tuple[str, ...]:
    """The words of a text in small letters."""
    return tuple(word.replace("’", "'") for word in WORD.findall(text.casefold()))


def stands_in(phrase: str, text: str) -> bool:
    """Whether the words of ``phrase`` follow one another in ``text``; a phrase without words stands nowhere."""
    return bool(those_in([phrase], text))


def those_in(phrases: Iterable[str], text: str) -> list[str]:
    """The phrases that stand in a text."""
    there = words(text)
    return [phrase for phrase in phrases if _follow(words(phrase), there)]


def _follow(wanted: tuple[str, ...], there: tuple[str, ...]) -> bool:
    starts = range(len(there) - len(wanted) + 1) if wanted else range(0)
    return any(there[start : start + len(wanted)] == wanted for start in starts)
