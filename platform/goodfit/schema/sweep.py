"""How a search goes on: ``sweep=<name>``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field

from goodfit.schema.ranges import Count, NotNegative


@dataclass(kw_only=True, slots=True)
class SweepConf:
    """How the verb ``sweep`` searches. Selected with ``sweep=<name>``; a single run does not read it."""

    trials: Count = 16
    """At most this many trials."""

    max_minutes: Annotated[float, Field(gt=0)] | None = None
    """No trial begins after this many minutes of trials that are over, summed over all starts of the search; of trials
    that share passes, each counts its share. Those that run by then, up to ``ahead``, end behind the budget."""

    max_steps: Count | None = None
    """No trial begins after this many optimiser steps of the trials that may be known by then: with those that run
    beside it, up to ``ahead`` trials may end behind the budget."""

    sampler: Literal["tpe", "gp", "cmaes", "qmc", "random", "grid"] = "tpe"
    """What proposes the next trial; ``tpe``, ``gp`` and ``cmaes`` learn from earlier trials, the others do not."""

    startup_trials: Count = 6
    """Trials proposed at random before ``tpe``, ``gp`` or a pruner compares."""

    defaults_first: bool = True
    """Whether the first trial has the settings that a run without the search would have, where the space holds them;
    a grid keeps its own order."""

    pruner: Literal["none", "asha", "hyperband", "median", "wilcoxon", "patience"] = "median"
    """What ends a trial that is worse than earlier ones at the same evaluation; ``patience`` goes by their median, as
    ``median`` does, and waits until the trial's last two evaluations are both worse than one before them."""

    stop_misfits: bool = True
    """End a trial whose held-out loss has risen beyond chance while it learnt its training records; its best
    evaluation counts."""

    metric: str | None = None
    """A metric of the task, or ``loss``, on the validation records; when not given, the primary metric. It ranks
    finished trials; which step of a training is kept, and what a pruner compares, goes by the task's primary metric
    (where the model writes texts, by the loss)."""

    gap_weight: NotNegative = 0.1
    """How much of a gap beyond ``policy.max_fit_gap`` is taken from a trial's value, on the same scale. With little
    data every model that is good has a gap: at 1, one that learnt nothing could win."""

    margin: NotNegative = 1.0
    """By how many standard errors of the paired difference a trial has to be better than the defaults to win, where the
    first trial has them; 0 takes the highest."""

    objectives: list[str] = field(default_factory=lambda: ["quality"])
    """What is searched for: ``quality``, and the costs ``seconds``, ``steps``, ``trainable`` (weights). Of several, the
    trials that no other one beats are shown, and the one that is best in the first objective wins."""

    constraints: list[str] = field(default_factory=list)
    """What a trial has to keep to win, such as ``[trainable<=200000,warnings<=0]``: ``seconds``, ``steps``,
    ``trainable``, ``memory_gb``, ``ms_per_record`` (of one pass in which the tuned model answers the validation records
    with nothing kept of them, timed only where it is asked for), ``errors``, ``warnings`` (findings)."""

    confirmations: Annotated[int, Field(ge=0)] = 1
    """On how many fresh splits of training and validation records the winner is trained again."""

    train_best: bool = True
    """Whether the winner is trained and evaluated as a run of its own, on the test records; nothing else reads them."""

    ahead: Count = 4
    """A trial is proposed from, and held against, all earlier trials but the last ``ahead - 1``: so many can run at a
    time, and the same number gives the same search wherever it runs. ``asha`` and ``hyperband`` hold it against those
    as well, as they were at the same evaluation."""

    workers: Count = 1
    """Trials that run at a time, each in a process of its own; at most ``ahead``."""

    executor: Literal["processes", "slurm", "ray"] = "processes"
    """Where workers run: processes of this machine, Slurm jobs (where there is no Slurm, submitit's local ones), or
    nodes of the Ray cluster that runs on this machine or is named in ``RAY_ADDRESS``."""

    engine: Literal["auto", "solo", "packed"] = "auto"
    """How trials of one process are trained: one by one, or several LoRA trials over one base in one pass."""

    width: Count | None = None
    """Trials in one pass of the packed engine, at most ``ahead``; when not given, measured."""

    storage: Literal["journal", "postgresql"] = "journal"
    """Where trials are recorded: a file in the search's folder, or the database in ``GOODFIT_STORAGE``."""
