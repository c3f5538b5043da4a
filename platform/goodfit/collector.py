"""Python's garbage collector while a process starts: libraries make a million objects, and none of them is garbage."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

RARELY = 100_000
"""New objects between two collections while a process starts; Python's own are 700."""

_usual: list[tuple[int, int, int]] = []


@contextmanager
def rarely_collecting() -> Iterator[None]:
    """Collect rarely until ``collect_as_usual``, or for as long as it lasts."""
    _usual.append(gc.get_threshold())
    gc.set_threshold(RARELY, *_usual[-1][1:])
    try:
        yield
    finally:
        gc.set_threshold(*_usual.pop())


def collect_as_usual() -> None:
    """A model is there: from here on, garbage may hold tensors."""
    if _usual:
        gc.set_threshold(*_usual[0])
