"""Ctrl-C while a model trains: the step ends, then the training does; a second one ends it at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytorch_lightning as lightning


class Interrupt(lightning.Callback):
    """Raises between two steps what was asked for during one.

    An exception out of a signal handler can arise anywhere, also where Python drops it (finalisers, callbacks of weak
    references), and the run would go on.
    """

    def __init__(self) -> None:
        self._asked = False

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take Ctrl-C for as long as it lasts; only the main thread can."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGINT, self._ask)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
        if self._asked:  # during the last step, or the evaluation behind it
            raise KeyboardInterrupt

    def _ask(self, *_: Any) -> None:
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True

    def on_train_batch_end(self, *_: Any) -> None:
        """End the training if that was asked for."""
        if self._asked:
            raise KeyboardInterrupt
