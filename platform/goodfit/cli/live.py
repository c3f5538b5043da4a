"""What people see of a search while it goes on: a table on a terminal, else a line for each trial."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import Any

from goodfit.evaluation.shown import figure
from goodfit.sweeps.outcomes import Entry

SHOWN = 12
"""So many of the latest trials are in the table."""

HEADERS = ("trial", "state", "course", "held-out", "fit", "words")

SPARE = ("course", "fit", "state")
"""The columns that go where the terminal is too narrow, the first of them first."""

BARS = "▁▂▃▄▅▆▇█"


class Live:
    """Shows a search on standard error."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._live: Any = None
        self._entries: dict[int, Entry] = {}
        self._best: Entry | None = None
        self._line = ""
        self._trials = 0
        self._before = 0
        """Trials that were over when the search began or went on."""
        self._started = time.monotonic()

    def __enter__(self) -> Live:
        if sys.stderr.isatty() and not self._quiet:
            from rich.console import Console
            from rich.live import Live as RichLive

            self._live = RichLive(console=Console(stderr=True), transient=True, auto_refresh=False)
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def goes_on(self, entries: Sequence[Entry], best: Entry | None) -> None:
        """Trials are over already."""
        self._entries |= {entry.number: entry for entry in entries}
        self._before, self._best, self._started = len(entries), best, time.monotonic()

    def began(self, entry: Entry, trials: int) -> None:
        """A trial begins."""
        self._trials = trials
        self._entries[entry.number] = entry
        self._show()

    def ended(self, entry: Entry, best: Entry | None) -> None:
        """A trial is over."""
        self._entries[entry.number], self._best = entry, best
        self._show()
        result = entry.result
        if self._live is None and not self._quiet and result is not None:
            why = f" ({result.reason})" if result.reason else ""
            held_out = figure(result.held_out.get("value"))
            words = " ".join(entry.words)
            print(f"trial {entry.number}: {result.state}, held-out {held_out}, {words}{why}", file=sys.stderr)

    def no_more(self) -> None:
        """No trial is to come."""
        self._trials = len(self._entries)

    def status(self, line: str) -> None:
        """A line for people who wait."""
        self._line = line
        self._show()

    def warn(self, line: str) -> None:
        """What people have to know before they trust what comes of it."""
        if self._live is not None:
            self._live.console.print(f"warning: {line}", highlight=False, markup=False)
        elif not self._quiet:
            print(f"warning: {line}", file=sys.stderr)

    def _show(self) -> None:
        if self._live is not None:
            self._live.update(self._table(), refresh=True)

    def _table(self) -> Any:
        from goodfit.cli.tables import fitted

        over = sum(entry.result is not None for entry in self._entries.values())
        title = f"{over} of at most {self._trials} trials" if over < self._trials else f"{over} trials"
        if over > self._before and over < self._trials:
            left = (time.monotonic() - self._started) / (over - self._before) * (self._trials - over)
            title += f", about {left / 60:.0f} min left"
        shown = list(self._entries.values())[-SHOWN:]
        best = self._best.number if self._best is not None else None
        return fitted(
            HEADERS,
            [_row(entry) for entry in shown],
            self._live.console.width,
            spare=SPARE,
            styles=["bold green" if entry.number == best else None for entry in shown],
            title=title,
            caption=self._line,
        )


def _row(entry: Entry) -> list[str]:
    result = entry.result
    return [
        str(entry.number),
        result.state if result else "running",
        sparkline(list(result.reports)) if result else "",
        figure(result.held_out.get("value")) if result else "",
        str(result.fit.get("verdict", "")) if result else "",
        " ".join(entry.words),
    ]


def sparkline(values: list[float]) -> str:
    """A course in one line of text."""
    if not values:
        return ""
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    return "".join(BARS[int((value - low) / span * (len(BARS) - 1))] for value in values)
