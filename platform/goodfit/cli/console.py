"""What people see: progress on standard error, tables on standard output."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from goodfit.errors import DataError
from goodfit.texts.shown import in_one_line


class Unread:
    """Standard error that cannot stop what is said on it: what nobody reads any more goes nowhere."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write, if somebody reads."""
        with contextlib.suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush, if somebody reads."""
        with contextlib.suppress(OSError):
            self._stream.flush()


def open_streams() -> None:
    """Let every standard stream be there, and be UTF-8 whatever the locale.

    One that was closed before we began goes nowhere: its number would else be that of the next file that is opened, and
    what a library says there would be written into it.
    """
    sys.stdin = sys.stdin or open(os.devnull)  # noqa: SIM115 (as long as the process)
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    for stream, errors in ((sys.stdin, "strict"), (sys.stdout, "backslashreplace"), (sys.stderr, "backslashreplace")):
        told = isinstance(stream, io.TextIOWrapper) and (codecs.lookup(stream.encoding).name, stream.errors)
        if told not in (False, ("utf-8", errors)):
            stream.reconfigure(encoding="utf-8", errors=errors)


def standard_input() -> str:
    """What is sent to this process.

    Raises:
        DataError: It is not UTF-8.
    """
    try:
        return sys.stdin.read().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        what = f"standard input is not UTF-8 (first at byte {error.start + 1})"
        raise DataError(what, "send it as UTF-8, or name a file: --input FILE") from None


class Bar:
    """Shows how far a training is, and each pass over records: bars on a terminal, else a line for each evaluation."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._bar: Any = None
        self._tasks: dict[str, Any] = {}
        self._open = contextlib.ExitStack()

    def __enter__(self) -> Bar:
        if sys.stderr.isatty() and not self._quiet:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            from goodfit.data.progress import telling

            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[of]}"),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._open.enter_context(self._bar)
            self._open.enter_context(telling(self._passed))
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def advance(self, step: int, total: int, loss: float) -> None:
        """Called after each optimiser step."""
        self._show("training", step, total, f"steps, loss {loss:.3f}")

    def _passed(self, done: int, total: int) -> None:
        """Called after each batch of a pass that does not train."""
        if done < total:
            self._show("asking", done, total, "texts")
        elif "asking" in self._tasks:
            self._bar.remove_task(self._tasks.pop("asking"))

    def _show(self, name: str, done: int, total: int, of: str) -> None:
        if self._bar is None:
            return
        if name not in self._tasks:
            self._tasks[name] = self._bar.add_task(name, total=total, completed=done, of=of)
        self._bar.update(self._tasks[name], completed=done, of=of)

    def evaluated(self, epoch: float, figures: Mapping[str, float]) -> None:
        """Called after each evaluation."""
        if not self._quiet:
            line = "  ".join(f"{name} {value:.3f}" for name, value in figures.items())
            self.say(f"epoch {epoch:g}: {line}")

    def status(self, line: str) -> None:
        """A line for people who wait; on a terminal only."""
        if self._bar is not None:
            self.say(line)

    def say(self, line: str) -> None:
        """A line for people."""
        if self._bar is not None:
            self._bar.console.print(line, highlight=False, markup=False)
        elif not self._quiet:
            print(line, file=sys.stderr)


def warn(lines: Iterable[str], noted: list[str], *, quiet: bool = False) -> None:
    """What people have to know, on standard error, and in the result of ``--json``.

    Args:
        lines: What it is.
        noted: Gets them, for the result: ``Arguments.warnings``.
        quiet: Whether the result alone tells.
    """
    for line in lines:
        noted.append(line)
        if not quiet:
            print(f"warning: {in_one_line(line)}", file=sys.stderr)


def print_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on standard output; plain columns where it is not a terminal."""
    if sys.stdout.isatty():
        from rich.console import Console

        from goodfit.cli.tables import fitted

        console = Console()
        console.print(fitted(headers, rows, console.width))
        return
    widths = [max(len(str(row[column])) for row in [headers, *rows]) for column in range(len(headers))]
    for row in [headers, *rows]:
        print("  ".join(f"{cell!s:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())


def counted(counts: Mapping[str, int]) -> str:
    """How many there are of each: ``80 train, 10 test``."""
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def short_path(path: Path) -> str:
    """A path as it is typed here: from this folder where it lies below, else whole."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
