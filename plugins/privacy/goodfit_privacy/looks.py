"""A look at many texts at once that says where each pattern may begin.

Python's engine tries a pattern at each place, and at most places nothing begins. RE2 reads many times as fast, but
knows no looking around: it gets each pattern without what it cannot say, which begins wherever the pattern does, and
elsewhere.
"""

from __future__ import annotations

import heapq
import re
import re._constants as op
import re._parser
from collections.abc import Iterable, Sequence
from typing import Any

import re2

MOST_TIMES = 6
"""A part that is repeated more often is looked for this often, or more: RE2 writes repetitions out."""

DIGIT, LETTER, OTHER = "0", "_", "\x80"
"""Stand for the signs that are not ASCII, each for what Python takes so: a byte for a sign, so that places need no
counting and automata are small, and a part of a word where the sign is one."""

BETWEEN = "\n"
"""Stands between two texts. What seems to begin in one and goes on in the next is tried in the first alone."""

_STAND_INS = (
    (re.compile(r"[^\D0-9]"), DIGIT),
    (re.compile(r"[^\W\x00-\x7f]"), LETTER),
    (re.compile(r"[^\x00-\x7f]"), OTHER),
)
_ASCII = frozenset(map(chr, range(128)))
_CATEGORIES = {
    kind: frozenset(sign for sign in _ASCII if re.match(category, sign)) | set(others)
    for kind, category, others in (
        (op.CATEGORY_DIGIT, r"\d", DIGIT),
        (op.CATEGORY_WORD, r"\w", DIGIT + LETTER),
        (op.CATEGORY_SPACE, r"\s", OTHER),
        (op.CATEGORY_NOT_DIGIT, r"\D", LETTER + OTHER),
        (op.CATEGORY_NOT_WORD, r"\W", OTHER),
        (op.CATEGORY_NOT_SPACE, r"\S", DIGIT + LETTER + OTHER),
    )
}
"""The signs of each, and what stands for some of them."""

_WHOLE = {
    op.CATEGORY_DIGIT: DIGIT,
    op.CATEGORY_WORD: DIGIT + LETTER,
    op.CATEGORY_NOT_DIGIT: LETTER + OTHER,
    op.CATEGORY_NOT_WORD: OTHER,
    op.CATEGORY_NOT_SPACE: DIGIT + LETTER,
}
"""What stands for nothing else: it is not in a class that leaves the category out."""

_FOLDED, _AS = frozenset("iIkKsS"), "\u0130\u0131\u017f\u212a"
"""Python takes a dotted and a dotless i, a long s and the sign of kelvins for these where it has no regard to case."""

_BOUNDARIES = {op.AT_BOUNDARY: r"\b", op.AT_NON_BOUNDARY: r"\B"}


class Looks:
    """Patterns, each looked for by an automaton of its own: the states of one for several are a product."""

    def __init__(self, patterns: Iterable[str]) -> None:
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        options.never_capture, options.log_errors = True, False
        # the method below ``search``, which takes three times as long for an object that nobody needs
        self._matches = [re2.compile(relaxed(one).encode(), options)._regexp.Match for one in patterns]

    def at(self, texts: Sequence[str]) -> Coming:
        """Where the patterns may begin in texts that stand one behind the other, ``BETWEEN`` them."""
        read = BETWEEN.join(texts)
        if not read.isascii():
            for signs, stand_in in _STAND_INS:
                read = signs.sub(stand_in, read)
        return Coming(self._matches, read.encode("latin-1"))


class Coming:
    """Places at which patterns may begin, the leftmost first; of those at one place the first pattern's."""

    def __init__(self, matches: Sequence[Any], signs: bytes) -> None:
        self._matches, self._signs, self._end = matches, signs, len(signs)
        self.places = [(at, order) for order in range(len(matches)) if (at := self._next(order, 0)) >= 0]
        """A heap: (where, which pattern)."""
        heapq.heapify(self.places)

    def go_on(self, place: int) -> None:
        """Put the leftmost pattern's next place in place of its last one.

        Args:
            place: Where it may begin at the earliest.
        """
        order = self.places[0][1]
        at = self._next(order, place)
        if at < 0:
            heapq.heappop(self.places)
        else:
            heapq.heapreplace(self.places, (at, order))

    def _next(self, order: int, place: int) -> int:
        """Where a pattern may begin next, -1 where nowhere."""
        at: int = self._matches[order](_UNANCHORED, self._signs, place, self._end)[0][0]
        return at


_UNANCHORED = re2._Anchor.UNANCHORED


def relaxed(pattern: str) -> str:
    """A pattern as RE2 can say it of bytes, which begins at each place of a text at which the pattern does.

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
        # the fewest are enough to see that something begins
        return f"(?:{_sequence(inner, last=False)}){{{min(least, MOST_TIMES)},{limit}}}?"
    if kind is op.ASSERT and last and given[0] > 0:
        return f"(?:{_sequence(given[1], last)})"  # what has to follow, follows
    if kind in (op.ASSERT, op.ASSERT_NOT, op.AT):
        return _BOUNDARIES.get(given, "") if kind is op.AT else ""
    raise ValueError(f"RE2 cannot be told of {kind}")


def _signs(items: Sequence[tuple[Any, Any]]) -> str:
    """A class of bytes, or a wider one."""
    signs = frozenset[str]().union(*(_members(kind, given) for kind, given in items if kind is not op.NEGATE))
    if items[0][0] in (op.NEGATE, op.NOT_LITERAL):
        signs = (_ASCII - signs) | {DIGIT, LETTER, OTHER}.difference(*(_WHOLE.get(given, "") for _, given in items))
    elif signs & _FOLDED:
        signs |= {LETTER}
    return "[" + "".join(f"\\x{{{ord(sign):x}}}" for sign in sorted(signs)) + "]"


def _members(kind: Any, given: Any) -> frozenset[str]:
    if kind is op.CATEGORY:
        return _CATEGORIES[given]
    first, end = given if kind is op.RANGE else (given, given)
    signs = frozenset(map(chr, range(first, min(end, 127) + 1)))
    if end > 127:
        signs |= {DIGIT, LETTER, OTHER}
    return signs | _FOLDED if any(first <= ord(sign) <= end for sign in _AS) else signs
