"""Who follows a search while it runs."""

from __future__ import annotations

from typing import Protocol

from goodfit.sweeps.outcomes import Entry


class Watcher(Protocol):
    """What shows a person how far a search is."""

    def began(self, entry: Entry, trials: int) -> None:
        """A trial begins."""

    def ended(self, entry: Entry, best: Entry | None) -> None:
        """A trial is over."""

    def status(self, line: str) -> None:
        """A line for people who wait."""

    def warn(self, line: str) -> None:
        """What people have to know before they trust what comes of it."""
