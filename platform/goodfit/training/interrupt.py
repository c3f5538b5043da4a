"""Signals while a run goes on: a training ends at its step's end, anything else at once."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from goodfit.errors import StoppedError, beneath
from goodfit.ranks import is_first_process

if TYPE_CHECKING:
    import socket

    from goodfit.training.ending import Ending

REPEATED = (signal.SIGHUP, signal.SIGXCPU)
"""What comes where a terminal is closed, from its shell and from the system, and behind a limit of the processor's time
each second: a second one says no more than the first. Where it is ignored (``nohup``), it stays so."""

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1, *REPEATED)
"""Ctrl-C; what schedulers and the owners of spot machines send; what Slurm sends ahead of a time limit; and those."""

INSISTING = tuple(number for number in SIGNALS if number not in REPEATED)
"""Of which a second one ends a run at once."""

NOT_DONE = "it is not done"
UNHEARD = "it waited for another process; its last checkpoint is whole"
AT_ONCE = "at once, at the second signal; its last checkpoint is whole"

UNHEARD_SECONDS = 5.0
"""Where the main thread heard no signal for so long, it waits for another process of the run."""

UNHEARD_SECONDS_OF_FURTHER = 60.0
"""A further process may wait for the first one's save, which is worth more."""


def ignore_ctrl_c() -> None:
    """Let Ctrl-C do nothing from here on: what became of the first is being written and told, and a second one would
    end that in its middle."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def ctrl_c_given_back() -> Iterator[None]:
    """Let Ctrl-C, and what else is ignored once a run is stopped, do behind a command what it did before."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, *REPEATED)}
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():
            for number, handler in before.items():
                if handler is not None:
                    signal.signal(number, handler)


class StopSignals:
    """Hears that the run is to stop.

    An exception out of a signal handler can arise anywhere, also where Python drops it (finalisers, callbacks of weak
    references), and the run would go on: while a model trains, it is raised between two steps.

    Args:
        fix: What to type to go on.
        ending: Ends the run where the main thread cannot; None for a run of one process, which waits for no other.
    """

    def __init__(self, fix: str, ending: Ending | None = None) -> None:
        self.fix = fix
        """What to type to go on."""
        self.ending = ending
        """Ends the run where the main thread cannot."""
        self._waiting = False
        self._told = ""
        self._handlers: dict[int, Any] = {}
        self.asked: int | None = None
        """The signal that was heard."""
        self.sent: int | None = None
        """The signal that came to one of several processes, heard by its main thread or not."""

    @contextmanager
    def listening(self) -> Iterator[StopSignals]:
        """Take the signals for as long as it lasts; only the main thread can.

        Once it is left by a signal, Ctrl-C and what comes again by itself do nothing until the process ends, or
        ``ctrl_c_given_back``.
        """
        stopped = None
        beside: AbstractContextManager[None] = nullcontext()
        if threading.current_thread() is threading.main_thread():
            taken = [number for number in SIGNALS if number in INSISTING or not _is_ignored(number)]
            self._handlers = {number: signal.signal(number, self._hear) for number in taken}
            if self.ending is not None:
                beside = self._heard_beside(self.ending)
        try:
            with beside:
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
                for number in REPEATED:  # it would end the process before what became of the run is written
                    if self._handlers.pop(number, None) is not None:
                        signal.signal(number, signal.SIG_IGN)
            for number, before in self._handlers.items():
                signal.signal(number, before)
            self._handlers = {}
        self.refuse(NOT_DONE)

    @contextmanager
    def _heard_beside(self, ending: Ending) -> Iterator[None]:
        """Let another thread hear, too: Python's handlers wait until the main thread comes back from a library."""
        import socket  # at the start of every command it would be for nothing

        ears, bell = socket.socketpair()
        bell.setblocking(False)
        before = signal.set_wakeup_fd(bell.fileno(), warn_on_full_buffer=False)
        threading.Thread(target=self._hear_beside, args=(ears, ending), daemon=True).start()
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            bell.close()

    def _hear_beside(self, ears: socket.socket, ending: Ending) -> None:
        """End the process at the first signal that the main thread does not hear in time, or at the second one."""
        patience = UNHEARD_SECONDS if is_first_process() else UNHEARD_SECONDS_OF_FURTHER
        with ears:
            number = self.sent = _next_of(ears)
            if number is None:
                return
            again = _next_of(ears, patience, INSISTING)
            if again is None and self.asked is not None:
                again = _next_of(ears, of=INSISTING)
                if again is None:
                    return
        where = UNHEARD if again is None else AT_ONCE
        ending.at_last(StoppedError(again or number, where, self.fix))

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
        if number in REPEATED and self.asked is not None:
            return
        first, self.asked = self.asked is None, number
        if not (first and self._waiting):
            self.refuse(self._told or (AT_ONCE if self._waiting else NOT_DONE))


def _is_ignored(number: int) -> bool:
    return signal.getsignal(number) == signal.SIG_IGN


def _next_of(ears: socket.socket, seconds: float | None = None, of: Sequence[int] = SIGNALS) -> int | None:
    """The next of our signals; None where none comes in time, or the main thread does not listen any more."""
    ends = None if seconds is None else time.monotonic() + seconds
    try:
        while True:
            ears.settimeout(None if ends is None else max(0.001, ends - time.monotonic()))
            got = ears.recv(1)
            if not got:
                return None
            if got[0] in of:
                return got[0]
    except TimeoutError:
        return None
