"""Every error that a user can meet, with the exit code that it ends in."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from goodfit.texts.shown import in_one_line


class GoodfitError(Exception):
    """Something went wrong that a user can mend.

    Args:
        what: What happened and what was expected.
        fix: The next command or edit.
    """

    exit_code = 1

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix

    def __reduce__(self) -> Any:
        """As pickle needs it: by its attributes, for an exception's arguments are not those of its class."""
        return _again, (type(self), self.args, self.__dict__)

    def lines(self) -> list[str]:
        """The two lines that a user sees."""
        return [f"error: {in_one_line(self.what)}", f"  fix: {in_one_line(self.fix)}"]


def _again(sort: type[GoodfitError], arguments: tuple[Any, ...], attributes: dict[str, Any]) -> GoodfitError:
    error = sort.__new__(sort, *arguments)
    error.__dict__.update(attributes)
    return error


class ConfigError(GoodfitError):
    """The user's words, names or YAML are wrong."""

    exit_code = 2


class StrayError(ConfigError):
    """The environment numbers this process as none that there is."""


class DataError(GoodfitError):
    """The user's data are wrong."""

    exit_code = 2


class GateError(GoodfitError):
    """A gate of the policy said no.

    Args:
        what: Which gates, and why.
        result: What ``--json`` shows all the same.
        mends: What would mend the causes, as far as that is known.
    """

    exit_code = 3

    def __init__(self, what: str, result: Mapping[str, Any], mends: Sequence[str] = ()) -> None:
        super().__init__(what, f"{'; '.join(mends) or 'mend the cause'}, or judge only: policy=default")
        self.result = dict(result)


class PluginError(GoodfitError):
    """A plugin that the run needs is missing or broken."""

    exit_code = 4


class MissingPluginError(PluginError):
    """A plugin that is needed is not there, cannot be loaded, or is not the one that was locked."""


class HardwareError(GoodfitError):
    """The machine, or an optional package, lacks what the run needs."""

    exit_code = 5


class LostError(HardwareError):
    """Another process of the run ended, or cannot be reached."""


class DiskError(HardwareError):
    """A disk takes nothing more, or what was written there is gone.

    Args:
        what: What happened and what was expected.
        mend: What mends it; ``files.to_go_on`` puts behind this what is typed then.
    """

    def __init__(self, what: str, mend: str = "mend that") -> None:
        super().__init__(what, mend)
        self.mend = mend


class ChangedError(ConfigError):
    """What several trainings share is not what it was when the first of them began."""


NO_MEMORY = ("can't allocate memory", "not enough memory", "std::bad_alloc", "CUDA out of memory")
"""What PyTorch's allocators say, in a RuntimeError."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out, whoever says so."""
    return isinstance(error, MemoryError) or any(words in str(error) for words in NO_MEMORY)


Sort = TypeVar("Sort", bound=BaseException)


def beneath(error: BaseException | None, sort: type[Sort]) -> Sort | None:
    """The error of a sort that another one was raised from, or is: transformers takes what arises while it imports a
    model's module, a signal too, for a module that is missing."""
    seen: set[int] = set()
    while error is not None and not isinstance(error, sort):
        seen.add(id(error))
        error = error.__cause__ if id(error.__cause__) not in seen else None  # foreign code may close a circle
    return error


class TrainingError(GoodfitError):
    """Training did not produce a usable model: NaN, no steps, no supervised token."""

    exit_code = 6


class StoppedError(GoodfitError):
    """A signal ended a run or a search before its end.

    Args:
        signal_number: Which; SIGINT is a person at the keyboard, all others are the machine's owner; 0 is one that
            another process of the run heard.
        where: Where it stands.
        fix: How it goes on.
        stopped: What was stopped.
    """

    exit_code = 143

    def __init__(self, signal_number: int, where: str, fix: str, stopped: str = "the run") -> None:
        name = signal.Signals(signal_number).name if signal_number else "a signal"
        by = "Ctrl-C" if signal_number == signal.SIGINT else name
        super().__init__(f"{stopped} was stopped by {by}: {where}", fix)
        self.signal_number = signal_number
        self.exit_code = 130 if signal_number == signal.SIGINT else 143


class Mistakes(GoodfitError):
    """All mistakes of one check, together.

    Args:
        mistakes: At least one; the exit code is that of the first.
    """

    def __init__(self, mistakes: Sequence[GoodfitError]) -> None:
        super().__init__("; ".join(mistake.what for mistake in mistakes), mistakes[0].fix)
        self.mistakes = tuple(mistakes)
        self.exit_code = mistakes[0].exit_code

    def lines(self) -> list[str]:
        """Two lines for each mistake."""
        return [line for mistake in self.mistakes for line in mistake.lines()]


def stop_on(mistakes: Sequence[GoodfitError]) -> None:
    """Raise the mistakes, if there are any.

    Raises:
        GoodfitError: The only mistake, or all of them as ``Mistakes``.
    """
    if len(mistakes) == 1:
        raise mistakes[0]
    if mistakes:
        raise Mistakes(mistakes)


def together(*checks: Callable[[], Any]) -> list[Any]:
    """What each check answers; none goes unasked because another one refuses, and what two say alike is said once.

    Raises:
        GoodfitError: The only mistake, or all of them as ``Mistakes``.
    """
    answers: list[Any] = []
    mistakes: dict[tuple[str, str], GoodfitError] = {}
    for check in checks:
        try:
            answers.append(check())
        except StoppedError:
            raise
        except GoodfitError as mistake:
            for one in mistake.mistakes if isinstance(mistake, Mistakes) else [mistake]:
                mistakes.setdefault((one.what, one.fix), one)
    stop_on(list(mistakes.values()))
    return answers
