"""How a process ends while its main thread waits in a library for another one, or is busy for long."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from goodfit.errors import GoodfitError

if TYPE_CHECKING:
    import subprocess

GRACE_SECONDS = 5.0
"""How long the main thread has to meet an end by itself, which it tells better."""

POLL_SECONDS = 0.2

Tell = Callable[[GoodfitError], int]
"""Says what went wrong; returns the exit code."""

_TELL: list[Tell] = []


@contextlib.contextmanager
def told_by(tell: Tell) -> Iterator[None]:
    """Let what ends this process from another thread be told as all else is."""
    _TELL.append(tell)
    try:
        yield
    finally:
        _TELL.remove(tell)


class Ending:
    """Ends a process once: by its main thread where that gets to it, else by another one.

    Args:
        write: Writes down what ended the run; returns what is to be told.
    """

    def __init__(self, write: Callable[[GoodfitError], GoodfitError]) -> None:
        self._write = write
        self._taken = threading.Lock()
        self.children: list[subprocess.Popen[bytes]] = []
        """The processes that this one started for the run."""

    def take(self) -> None:
        """Let the main thread end the process. Where another thread does already, this does not return."""
        self._taken.acquire()

    def at_last(self, error: GoodfitError) -> None:
        """End the process with its children, from another thread, unless the main thread gets to it in time.

        Args:
            error: Why.
        """
        ends = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < ends and not self._taken.locked():
            time.sleep(POLL_SECONDS)
        if not self._taken.acquire(blocking=False):
            return
        code = error.exit_code
        try:
            code = _TELL[-1](self._write(error))
            sys.stderr.flush()
        finally:
            for child in self.children:
                child.kill()  # one that waits in a library for this one would hear nothing else
            os._exit(code)
