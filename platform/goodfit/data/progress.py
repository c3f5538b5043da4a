"""Passes over examples, batch by batch, and who is told how far each is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from goodfit.data.batches import Example

EVALUATION_TOKENS = 4096
"""An evaluation batch has at most about this many tokens, padding included."""

Told = Callable[[int, int], None]
"""(examples that were taken, of all in the pass)"""

_TOLD: ContextVar[Told | None] = ContextVar("told", default=None)


@contextmanager
def telling(told: Told) -> Iterator[None]:
    """People who wait are told how far each pass over examples is."""
    before = _TOLD.set(told)
    try:
        yield
    finally:
        _TOLD.reset(before)


@contextmanager
def part_of(start: int, size: int, whole: int) -> Iterator[None]:
    """Passes over a part of some records are told as how far they are in the whole.

    Args:
        start: Records before the part.
        size: Records in it.
        whole: Records in all.
    """
    told = _TOLD.get()
    if told is None:
        yield
        return
    with telling(lambda done, of: told(start + size * done // of, whole)):
        yield


def in_batches(examples: Sequence[Example], batch_size: int) -> Iterator[list[int]]:
    """Indices of examples in batches of near-equal length, longest first (memory runs out at once or never).

    Long examples come in smaller batches, so that few of their tokens are padding.
    """
    order = sorted(range(len(examples)), key=lambda index: -examples[index].length)
    start, told = 0, _TOLD.get()
    while start < len(order):
        longest = max(1, examples[order[start]].length)
        rows = max(1, min(batch_size, EVALUATION_TOKENS // longest))
        yield order[start : start + rows]
        start += rows
        if told:
            told(min(start, len(order)), len(order))
