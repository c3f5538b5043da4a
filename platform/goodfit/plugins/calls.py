"""How a plugin's code is called: bounded in time, off standard output, shown, never from a fork, undone behind it."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from goodfit.errors import GoodfitError
from goodfit.plugins.restored import restored

FOREIGN = (Exception, SystemExit)
"""What a plugin's code may raise without ending the host."""


class _OutOfTime(BaseException):
    """Raised inside a hook by the clock; no ``except Exception`` of a plugin holds it back."""


@dataclass(frozen=True, slots=True)
class Calls:
    """The border to the plugins' code.

    Args:
        seconds: The longest that one call may take.
        say: Gets a line for each call, where somebody wants to see them.
    """

    seconds: float
    say: Callable[[str], None] | None

    def call(self, plugin: str, what: str, function: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
        """``function(**arguments)``, of a plugin.

        Raises:
            TimeoutError: It took too long.
            Exception: Whatever the plugin raised.
        """
        started, outcome = time.monotonic(), "nothing: it was stopped"
        try:
            with (
                tame(),
                restored(plugin, what),
                _in_this_process(),
                contextlib.redirect_stdout(sys.stderr),
                bounded(self.seconds),
            ):
                result = function(**arguments)
            outcome = summary(result)
            return result
        except FOREIGN as error:
            outcome = f"raised {reason(error, had_records=True)}"
            raise
        finally:
            if self.say is not None:
                shown = ", ".join(f"{name}={summary(value, name)}" for name, value in arguments.items())
                self.say(f"{plugin}: {what}({shown}) -> {outcome}, {time.monotonic() - started:.3f} s")


@contextlib.contextmanager
def tame() -> Iterator[None]:
    """Make an exception of what a plugin raises beside all exceptions, such as asyncio's CancelledError.

    Raises:
        RuntimeError: Names it.
    """
    try:
        yield
    except (*FOREIGN, KeyboardInterrupt, _OutOfTime):
        raise
    except BaseException as error:
        raise RuntimeError(f"it raised {type(error).__name__}") from error


@contextlib.contextmanager
def bounded(seconds: float) -> Iterator[None]:
    """Stop what runs inside after some seconds: in the main thread, on systems with an alarm clock, and between two
    steps of Python; a library that never comes back from C cannot be stopped.

    Raises:
        TimeoutError: The time is over.
    """

    def ring(*_: object) -> None:
        raise _OutOfTime

    try:
        with _alarm(ring, seconds, 1.0):  # again each second, should the plugin swallow it
            yield
    except _OutOfTime:
        raise TimeoutError(f"it took longer than {seconds:g} s (plugins.hook_seconds)") from None


@contextlib.contextmanager
def awaited(seconds: float, plugin: str, what: str) -> Iterator[None]:
    """Say whom a run waits for, after some seconds and again after as many, where ``bounded`` would stop it."""
    started = time.monotonic()

    def ring(*_: object) -> None:
        spent = time.monotonic() - started
        logging.getLogger(__name__).warning("waiting for the plugin '%s': %s, for %.0f s so far", plugin, what, spent)

    with _alarm(ring, seconds, seconds):
        yield


@contextlib.contextmanager
def _alarm(ring: Callable[..., None], seconds: float, again: float) -> Iterator[None]:
    """Call a function after some seconds, and again; an alarm that was set before goes on afterwards."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    started, before = time.monotonic(), signal.signal(signal.SIGALRM, ring)
    left, interval = signal.setitimer(signal.ITIMER_REAL, seconds, again)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:
            overdue = 0.001  # 0 would switch it off
            signal.setitimer(signal.ITIMER_REAL, max(left - (time.monotonic() - started), overdue), interval)


@contextlib.contextmanager
def _in_this_process() -> Iterator[None]:
    """A plugin that forks must not let the copy go on with the run."""
    process = os.getpid()
    try:
        yield
    finally:
        if os.getpid() != process:
            os._exit(1)


SHOWN = ("task", "split", "kind")
"""Arguments whose text is shown: they are names, never a record's text."""


def summary(value: Any, name: str = "") -> str:
    """What a value is, without a text of it: ``{train: 490 dict}``, ``2 MetricSpec``."""
    if isinstance(value, str):
        return repr(value) if name in SHOWN else f"a text of {len(value)} characters"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {summary(part)}" for key, part in list(value.items())[:4]) + "}"
    if isinstance(value, Sequence):
        return f"{len(value)} {type(value[0]).__name__}" if len(value) else "none"
    return type(value).__name__ if value is not None else "None"


OURS = Path(__file__).parents[1]
"""goodfit's own code, whose messages hold no text of a record."""


def _is_ours(frame: FrameType) -> bool:
    return Path(frame.f_code.co_filename).is_relative_to(OURS)


def _package_of(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", "")).split(".", 1)[0]


def _place_of(frames: Sequence[tuple[FrameType, int]]) -> str:
    """The last place in the code that goodfit called, not in a library that this one called; none in goodfit's own."""
    between = ("importlib", "contextlib")
    foreign = [frame for frame in frames if not _is_ours(frame[0]) and _package_of(frame[0]) not in between]
    own = [frame for frame in foreign if _package_of(frame[0]) == _package_of(foreign[0][0])]
    return f" ({own[-1][0].f_code.co_filename}:{own[-1][1]})" if own else ""


def is_from_us(error: BaseException) -> bool:
    """Whether goodfit's own code raised it, by whomever that was called."""
    frames = list(traceback.walk_tb(error.__traceback__))
    return bool(frames) and _is_ours(frames[-1][0])


def reason(error: BaseException, had_records: bool = False) -> str:
    """What was raised and where, in one line.

    Args:
        error: Of a plugin.
        had_records: Whether it was given records: its message may then hold one's text, and is left out.
    """
    frames = list(traceback.walk_tb(error.__traceback__))
    where = _place_of(frames)
    if had_records and not is_from_us(error):
        return f"{type(error).__name__}{where}"
    if isinstance(error, GoodfitError):
        return error.what
    try:
        lines = str(error).splitlines()
    except FOREIGN:
        lines = ["its message cannot be read"]
    return f"{type(error).__name__}: {lines[0] if lines else ''}{where}"
