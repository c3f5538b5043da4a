"""Signals while a run goes on: a training ends at its step's end, anything else at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from goodfit.errors import StoppedError, beneath

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)
"""Ctrl-C; what schedulers and the owners of spot machines send; what Slurm sends ahead of a time limit."""


NOT_DONE = "it is not done"


def ignore_ctrl_c() -> None:
    """Let Ctrl-C do nothing from here on: what became of the first is being written and told, and a second one would
    end that in its middle."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def ctrl_c_given_back() -> Iterator[None]:
    """Let Ctrl-C do behind a command what it did before."""
    before = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        if before is not None and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, before)


class StopSignals:
    """Hears that the run is to stop.

    An exception out of a signal handler can arise anywhere, also where Python drops it (finalisers, callbacks of weak
    references), and the run would go on: while a model trains, it is raised between two steps.

    Args:
        fix: What to type to go on.
    """

    def __init__(self, fix: str) -> None:
        self.fix = fix
        """What to type to go on."""
        self._waiting = False
        self._told = ""
        self._handlers: dict[int, Any] = {}
        self.asked: int | None = None
        """The signal that was heard."""

    @contextmanager
    def listening(self) -> Iterator[StopSignals]:
        """Take the signals for as long as it lasts; only the main thread can.

        Once it is left by a signal, Ctrl-C does nothing until the process ends, or ``ctrl_c_given_back``.
        """
        stopped = None
        if threading.current_thread() is threading.main_thread():
            self._handlers = {number: signal.signal(number, self._hear) for number in SIGNALS}
        try:
            yield self
        except Exception as error:
            stopped = beneath(error, StoppedError)
            if stopped is None:
                raise
            raise stopped from None
        finally:
            if self.asked is not None or stopped is not None:
                ignore_ctrl_c()
                self._handlers.pop(signal.SIGINT, None)
            for number, before in self._handlers.items():
                signal.signal(number, before)
            self._handlers = {}
        self.refuse(NOT_DONE)

    @contextmanager
    def at_step_ends(self) -> Iterator[None]:
        """The first signal waits until ``refuse`` is called; a second one is raised at once."""
        self._waiting = True
        try:
            yield
        finally:
            self._waiting = False
        self.refuse("its last step is done, what comes behind it is not")

    def take_again(self) -> None:
        """Put our handlers in place where a library has put its own there."""
        for number in self._handlers:
            signal.signal(number, self._hear)

    def refuse(self, where: str) -> None:
        """Raise what was asked for.

        Raises:
            StoppedError: A signal was heard.
        """
        if self.asked is not None:
            self._told = where
            raise StoppedError(self.asked, where, self.fix)

    def _hear(self, number: int, _: Any) -> None:
        first, self.asked = self.asked is None, number
        if not (first and self._waiting):
            at_once = "at once, at the second signal; its last checkpoint is whole" if self._waiting else NOT_DONE
            self.refuse(self._told or at_once)
