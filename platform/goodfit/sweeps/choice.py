"""Which trial wins: the one worth most, if it is beyond chance better than the defaults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from goodfit.config.search import Search
from goodfit.evaluation.resample import standard_error
from goodfit.sweeps.ledger import judged
from goodfit.sweeps.outcomes import STATISTICS, Entry, trial_place
from goodfit.sweeps.propose import MINIMISED, excess, values_of

if TYPE_CHECKING:
    from goodfit.sweeps.judge import Aim


@dataclass(frozen=True, slots=True)
class Beside:
    """The other trial that is worth most, beside the one that has the defaults."""

    first: int
    """The number of the one with the defaults."""
    highest: int
    """The number of the one of the others that is worth most."""
    difference: float
    """By how much it is worth more; below 0 where the defaults are worth more."""
    standard_error: float
    """Of the difference of their held-out scores, on the same records."""
    margin: float
    """By how much it has to be worth more to win."""

    @property
    def keeps(self) -> bool:
        """Whether the defaults win."""
        return self.difference <= 0 or self.difference < self.margin


def _values(search: Search, entry: Entry) -> list[float]:
    """What a trial is worth, greater is better."""
    values = values_of(entry.result, search.conf) if entry.result else None
    pairs = zip(values or [], search.conf.objectives, strict=False)
    return [-value if name in MINIMISED else value for value, name in pairs]


def fair(search: Search, entries: Sequence[Entry]) -> list[Entry]:
    """The trials with a value that keep the constraints."""
    return [
        entry
        for entry in judged(entries)
        if entry.result and all(much <= 0 for much in excess(entry.result, search.conf).values())
    ]


def front_of(search: Search, entries: Sequence[Entry]) -> list[Entry]:
    """The trials that keep the constraints and that no other one beats in every objective."""
    keeping = fair(search, entries)
    if len(search.conf.objectives) == 1:
        return [_highest(search, keeping)] if keeping else []

    def beaten(entry: Entry) -> bool:
        own = _values(search, entry)
        return any(
            all(one >= mine for one, mine in zip(_values(search, other), own, strict=True))
            and _values(search, other) != own
            for other in keeping
        )

    return [entry for entry in keeping if not beaten(entry)]


def leader(search: Search, entries: Sequence[Entry]) -> Entry | None:
    """The trial that would win by now, if the defaults had no advantage."""
    front = front_of(search, entries)
    return _highest(search, front) if front else None


def _highest(search: Search, entries: Sequence[Entry]) -> Entry:
    """The best one in the first objective; of equals, the first."""
    return max(entries, key=lambda entry: (_values(search, entry)[0], -entry.number))


def choose(
    search: Search, folder: Path, entries: Sequence[Entry], front: Sequence[Entry], aim: Aim
) -> tuple[Entry, Beside | None]:
    """The winner.

    The defaults stay where the highest of many is not higher than them by ``sweep.margin`` standard errors: it is that
    much luckier by chance (the rule of one standard error: Breiman et al. 1984, Classification and Regression Trees,
    section 3.4.3).

    Args:
        search: Its conf says by how much.
        folder: Of the search.
        entries: All trials.
        front: Those that no other one beats; not empty.
        aim: The metric.

    Returns:
        The winner; and how the defaults compare, where one objective was searched and they and another were tried.
    """
    highest = _highest(search, front)
    tried = fair(search, entries)
    first = next((entry for entry in tried if entry.params == search.start), None)
    others = [entry for entry in tried if entry is not first]
    if first is None or not others or search.conf.objectives != ["quality"]:
        return highest, None
    rival = _highest(search, others)
    one, other = (statistics_in(trial_place(folder, entry.number)) for entry in (rival, first))
    if one is None or other is None or rival.outcome.records != first.outcome.records:
        return highest, None
    error = standard_error(one, other, aim.signed, search.first.conf.seed)
    difference = _values(search, rival)[0] - _values(search, first)[0]
    beside = Beside(first.number, rival.number, difference, error, search.conf.margin * error)
    return (first if beside.keeps else highest), beside


def statistics_in(place: Path) -> np.ndarray | None:
    """The metric's statistics of the validation units, (units, k), in a trial's folder."""
    path = place / STATISTICS
    return np.load(path)["statistics"] if path.exists() else None
