"""What is known of a search's trials: the values that cross between its parts, its workers and its storage."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from goodfit.config.places import ConfRoot
from goodfit.run_files import CONFIRMATIONS, TRIALS
from goodfit.runs.json_files import damaged
from goodfit.schema.sweep import SweepConf

State = Literal["running", "finished", "stopped", "pruned", "failed"]

JUDGED = ("finished", "stopped")
"""States of trials that came to a value; the others are ``pruned``, ``failed`` and ``running``."""

BY_RUNGS = ("asha", "hyperband")
"""Pruners that note how a trial stands at a rung, and hold it against those that run beside it, too."""

RESULT = "trial.json"
"""A trial's result, written last: a folder that has it is done."""

PROGRESS = "progress.json"
"""What a trial that runs came to so far, where others are held against it."""

STATISTICS = "validation.npz"
"""A judged trial's file: the metric's statistics of each validation unit, (units, k)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of a trial, or of one that runs, what it came to so far."""

    state: State
    """``finished``, ``stopped`` (it overfitted or diverged; its best evaluation counts), ``pruned``, ``failed``; of one
    that is not over, ``running``."""
    reason: str = ""
    fix: str = ""
    """Of one that failed: what would mend it, which stands in its reason, too."""
    value: float | None = None
    """What is searched for, greater is better: the lower end of the held-out metric, less what the gap costs."""
    held_out: Mapping[str, Any] = field(default_factory=dict)
    """The metric on the validation records: {metric, value, low, high, n}."""
    probe: float | None = None
    """The metric on the probe of the training records."""
    fit: Mapping[str, Any] = field(default_factory=dict)
    """{verdict, evidence, try}."""
    reports: Sequence[float] = ()
    """The score of each evaluation, greater is better."""
    promises: Sequence[float] = ()
    """What the pruner compares, of each evaluation."""
    course: Sequence[Mapping[str, float]] = ()
    """What was measured at each evaluation."""
    rungs: Mapping[str, float] = field(default_factory=dict)
    """What the pruner noted."""
    noted_at: Mapping[str, int] = field(default_factory=dict)
    """Rung -> the evaluation, from 1, at which it was noted."""
    open_from: int | None = None
    """The first evaluation, from 1, that the pruner has yet to judge, as earlier trials are not known so far."""
    at_last: Literal["judged", "noted", "passed"] = "judged"
    """What the pruner does at the last evaluation: where the training was over, nothing is left to save, and it only
    notes; where the trial was stopped as a misfit, it is not asked."""
    costs: Mapping[str, float] = field(default_factory=dict)
    """Seconds, steps, weights and findings: what objectives and constraints may ask for."""
    best_step: int | None = None
    records: str = ""
    """A digest of the validation records: values are compared on the same ones."""

    @property
    def is_judged(self) -> bool:
        """Whether it has a value."""
        return self.state in JUDGED

    def is_known_at(self, evaluation: int) -> bool:
        """Whether the pruner has judged it up to there, or wherever it came."""
        return self.open_from is None or evaluation < self.open_from

    @property
    def to_judge(self) -> range:
        """The evaluations of which the pruner is asked yet."""
        end = len(self.promises) + (self.at_last != "passed")
        return range(end if self.open_from is None else self.open_from, end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A trial as it is recorded."""

    number: int
    params: Mapping[str, Any]
    words: tuple[str, ...]
    """What is typed to train it, beside the words that all trials share."""
    result: Result | None
    """None until it is over."""

    @property
    def outcome(self) -> Result:
        """Its result; of one that has none, that it failed."""
        return self.result or Result(state="failed")


def trial_place(search: Path, number: int) -> Path:
    """Where a trial is written."""
    return search / TRIALS / f"{number:04d}"


def trials_of(search: Path) -> list[Path]:
    """Where the trials are written that were begun, the first one first."""
    return sorted((search / TRIALS).glob("*"))


def confirmation_place(search: Path, number: int) -> Path:
    """Where a training of the winner's settings on a fresh split is written."""
    return search / CONFIRMATIONS / str(number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A trial that is to be run: all that a worker has to know."""

    number: int
    words: tuple[str, ...]
    """All words of its run."""
    search: Path
    """The folder of the search."""
    folder: Path
    """Its own."""
    roots: tuple[ConfRoot, ...]
    sweep: SweepConf
    seed: int
    """Of the search."""
    rivals: tuple[Result, ...]
    """The first trials, in order, which are over wherever the search runs: it is held against these."""
    beside: tuple[Result | None, ...] = ()
    """The trials between, which may run beside it: what became of those that are over."""
    fresh: int = 0
    """Which fresh split of training and validation records it takes; 0 for the run's own."""


def read_result(folder: Path, name: str = RESULT) -> Result | None:
    """The result that a trial wrote, if it did; by the name ``PROGRESS``, what it came to so far."""
    path = folder / name
    try:
        return Result(**json.loads(path.read_bytes()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError):
        raise damaged(path) from None
