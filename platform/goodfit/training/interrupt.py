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
        self._handlers: dict[int, Any] = {}
        self.asked: int | None = None
        """The signal that was heard."""

    @contextmanager
    def listening(self) -> Iterator[StopSignals]:
        """Take the signals for as long as it lasts; only the main thread can."""
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
            raise StoppedError(self.asked, where, self.fix)

    def _hear(self, number: int, _: Any) -> None:
        first, self.asked = self.asked is None, number
        if not (first and self._waiting):
            self.refuse("at once, at the second signal; its last checkpoint is whole" if self._waiting else NOT_DONE)
