"""One look at a text that says which patterns can have a hit in it, whatever their number.

Python's engine searches pattern by pattern, and most of them are not there. RE2 reads a text once for all, but knows
no looking around: it gets each pattern without what it cannot say, which hits wherever the pattern does, and elsewhere.
"""

from __future__ import annotations

import re
import re._constants as op
import re._parser
from collections.abc import Iterable, Sequence
from typing import Any

import re2

MOST_TIMES = 4
"""A part that is repeated more often is looked for this often, or more: RE2 writes repetitions out."""

PARTS = 4
"""Automata among which the patterns are dealt. RE2 makes their states as texts need them: those of one for all patterns
are a product, and the first texts were read half as fast."""

MEMORY = 1 << 25
"""Bytes for the states that each remembers; beyond them it forgets and begins anew."""

_WIDE = {
    op.CATEGORY_DIGIT: r"\p{Nd}",
    op.CATEGORY_WORD: r"\p{L}\p{N}_",
    op.CATEGORY_SPACE: r"\t-\r\x{1c}-\x{1f}\x{85}\p{Z}",
    op.CATEGORY_NOT_DIGIT: r"\D",
    op.CATEGORY_NOT_WORD: r"\W",
    op.CATEGORY_NOT_SPACE: r"\S",
}
"""What Python counts in, or more."""

_NARROW = {op.CATEGORY_DIGIT: r"\d", op.CATEGORY_WORD: r"\w", op.CATEGORY_SPACE: r"\s"}
"""RE2's own, ASCII alone: less, for what is left out."""

_OPPOSITE = {
    op.CATEGORY_NOT_DIGIT: op.CATEGORY_DIGIT,
    op.CATEGORY_NOT_WORD: op.CATEGORY_WORD,
    op.CATEGORY_NOT_SPACE: op.CATEGORY_SPACE,
}

_LONE = re.compile("[\ud800-\udfff]")
"""Halves of a sign, which no encoding has: U+FFFD is in the same classes."""

_AN_I = r"iI\x{130}\x{131}"
"""Python takes these for one letter where it has no regard to case; RE2 does not."""


class Looks:
    """Patterns, looked for together."""

    def __init__(self, patterns: Iterable[str]) -> None:
        loose = [relaxed(pattern) for pattern in patterns]
        self._all = tuple(range(len(loose)))
        self._parts = [_Part(loose, self._all[first::PARTS]) for first in range(min(PARTS, len(loose)))]

    def possible(self, text: str) -> Sequence[int]:
        """The places of the patterns that can have a hit, among them all that have."""
        read = text.encode("utf-8") if text.isascii() else _LONE.sub("\ufffd", text).encode("utf-8")
        return [place for part in self._parts for place in part.possible(read)]


class _Part:
    """Some of the patterns, in one automaton."""

    def __init__(self, patterns: Sequence[str], places: Sequence[int]) -> None:
        options = re2.Options()
        options.max_mem, options.log_errors = MEMORY, False
        self._set = re2.Set.SearchSet(options)
        for place in places:
            self._set.Add(patterns[place])
        self._read = self._set.Add("")
        """Hits in every text: without it the text was not read to its end."""
        self._set.Compile()
        self._places = places

    def possible(self, text: bytes) -> Sequence[int]:
        found = self._set.Match(text)
        if not found or self._read not in found:
            return self._places
        return [self._places[one] for one in found if one != self._read]


def relaxed(pattern: str) -> str:
    """A pattern as RE2 can say it, which hits in each text in which the pattern does.

    Raises:
        ValueError: Something stands in it for which this was not made.
    """
    parsed = re._parser.parse(pattern)
    if parsed.state.flags & ~re.UNICODE:
        raise ValueError("flags stand in the groups for which they are meant: (?i:…)")
    return _sequence(parsed, last=True)


def _sequence(parts: Any, last: bool) -> str:
    """Parts, one behind the other.

    Args:
        parts: Of Python's parse tree.
        last: Whether nothing of the pattern comes behind them.
    """
    parts = list(parts)
    return "".join(_part(*part, last and not _takes(parts[place + 1 :])) for place, part in enumerate(parts))


def _takes(parts: Sequence[Any]) -> bool:
    """Whether something of a text is taken, or has to follow."""
    return any(kind is not op.AT and kind is not op.ASSERT_NOT for kind, _ in parts)


def _part(kind: Any, given: Any, last: bool) -> str:
    if kind in (op.LITERAL, op.NOT_LITERAL, op.IN):
        return _signs([(kind, given)] if kind is not op.IN else given)
    if kind is op.BRANCH:
        return f"(?:{'|'.join(_sequence(branch, last) for branch in given[1])})"
    if kind is op.SUBPATTERN:
        _, on, off, inner = given
        flags = "i" if on & re.IGNORECASE else "-i" if off & re.IGNORECASE else ""
        return f"(?{flags}:{_sequence(inner, last)})"
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
        least, most, inner = given
        limit = "" if most is op.MAXREPEAT or most > MOST_TIMES else most
        return f"(?:{_sequence(inner, last=False)}){{{min(least, MOST_TIMES)},{limit}}}"
    if kind is op.ASSERT and last and given[0] > 0:
        return f"(?:{_sequence(given[1], last)})"  # what has to follow, follows
    if kind in (op.ASSERT, op.ASSERT_NOT, op.AT):
        return ""
    raise ValueError(f"RE2 cannot be told of {kind}")


def _signs(items: Sequence[tuple[Any, Any]]) -> str:
    """A class of signs, or a wider one."""
    is_left_out = items[0][0] in (op.NEGATE, op.NOT_LITERAL)
    kinds = [(kind, given) for kind, given in items if kind is not op.NEGATE]
    opposite = next((_OPPOSITE[given] for kind, given in kinds if is_left_out and given in _OPPOSITE), None)
    if opposite is not None:
        return f"[{_WIDE[opposite]}]"
    named = _NARROW if is_left_out else _WIDE
    signs = "".join(_sign(kind, given, named) for kind, given in kinds)
    if is_left_out:
        return f"[^{signs}]"
    return f"[{signs}{_AN_I if any(_holds_i(kind, given) for kind, given in kinds) else ''}]"


def _holds_i(kind: Any, given: Any) -> bool:
    first, end = given if kind is op.RANGE else (given, given)
    return kind is not op.CATEGORY and any(first <= ord(sign) <= end for sign in "iI\u0130\u0131")


def _sign(kind: Any, given: Any, named: dict[Any, str]) -> str:
    if kind is op.CATEGORY:
        return named[given]
    first, end = given if kind is op.RANGE else (given, given)
    return f"\\x{{{first:x}}}-\\x{{{end:x}}}"
