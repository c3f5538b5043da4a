"""Who follows a search while it runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from goodfit.sweeps.outcomes import Entry


class Watcher(Protocol):
    """What shows a person how far a search is."""

    def goes_on(self, entries: Sequence[Entry], best: Entry | None) -> None:
        """So many trials are over as the search begins, or goes on; the best of them."""

    def began(self, entry: Entry, trials: int) -> None:
        """A trial begins, of at most so many."""

    def ended(self, entry: Entry, best: Entry | None) -> None:
        """A trial is over."""

    def no_more(self) -> None:
        """No trial is to come: what is left is the winner's."""

    def status(self, line: str) -> None:
        """A line for people who wait."""

    def warn(self, line: str) -> None:
        """What people have to know before they trust what comes of it."""
