"""Scoring held-out records and a fixed training probe while a model trains; early stopping; the best is kept."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytorch_lightning as lightning

from goodfit.errors import TrainingError
from goodfit.training.module import Tuning
from goodfit.training.sharded import whole_outside_layers
from goodfit.training.steps import passes_made


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was measured at one moment of training."""

    step: int
    epoch: float
    """Passes over the records until then."""
    score: float
    """What early stopping watches; greater is better."""
    figures: Mapping[str, float]
    """``validation/…`` and ``probe/…``."""
    validation_losses: Sequence[float]
    """Of each record."""
    member: int = 0
    """Of the soup, from 0."""


Measure = Callable[[Any], tuple[float, Mapping[str, float], Sequence[float]]]
"""model -> score (greater is better), figures, each validation record's loss."""


@dataclass(slots=True)
class Trace:
    """The course of a training; of a soup, that of one of its members."""

    evaluations: list[Evaluation] = field(default_factory=list)
    member: int = 0
    """Of the soup, from 0."""
    begin: tuple[int, int] = (0, 0)
    """The step and the epoch that it is counted on from."""
    stopped_early: bool = False

    @property
    def best(self) -> Evaluation:
        """The evaluation whose weights are kept."""
        return best_of(self.evaluations)

    @property
    def steps(self) -> int:
        """Optimiser steps that it took."""
        return self.evaluations[-1].step - self.begin[0]

    @property
    def epochs(self) -> float:
        """Passes over the records that it took."""
        return self.evaluations[-1].epoch - self.begin[1]

    def evaluated_at(self, step: int) -> bool:
        """Whether the last evaluation was made at a step."""
        return bool(self.evaluations) and self.evaluations[-1].step == step


def best_of(evaluations: Sequence[Evaluation]) -> Evaluation:
    """The evaluation of the highest score, and of those with one score that of the lowest loss."""
    return max(evaluations, key=worth)


def worth(found: Evaluation) -> tuple[float, float]:
    """What of two evaluations is the better one by: the score, then the loss."""
    return found.score, -sum(found.validation_losses)


def best_steps(evaluations: Iterable[Evaluation]) -> set[int]:
    """The step of each member's best evaluation."""
    members = itertools.groupby(evaluations, key=lambda found: found.member)
    return {best_of(list(own)).step for _, own in members}


Stop = Callable[[Trace], bool]
"""Whether a training is to end after its latest evaluation."""


def go_on(trace: Trace) -> bool:
    """Ends no training."""
    return False


class HeldOut(lightning.Callback):
    """Evaluates, and stops when there is nothing more to win.

    Args:
        measure: Scores a model.
        batches_per_epoch: On this device.
        evaluations_per_epoch: How often.
        patience: Evaluations without a better one before training stops; 0 never stops.
        report: Called with each evaluation.
        stop: Asked after each evaluation.
        trace: With the evaluations that were made before the training was interrupted.
        top: The score that none can exceed; None where there is none.
    """

    def __init__(
        self,
        measure: Measure,
        batches_per_epoch: int,
        evaluations_per_epoch: int,
        patience: int,
        report: Callable[[Evaluation], None],
        stop: Stop,
        trace: Trace | None = None,
        top: float | None = None,
    ) -> None:
        self.trace = trace or Trace()
        self._measure = measure
        self._batches = batches_per_epoch
        self._ends = self.ends(batches_per_epoch, evaluations_per_epoch)
        self._patience = patience
        self._report = report
        self._stop = stop
        self._top = top
        self._stop_where_nothing_is_won()

    @staticmethod
    def ends(batches_per_epoch: int, evaluations_per_epoch: int) -> set[int]:
        """The batches of an epoch, from 0, behind which a part of it ends."""
        parts = min(evaluations_per_epoch, batches_per_epoch)
        return {math.ceil(batches_per_epoch * (part + 1) / parts) - 1 for part in range(parts)}

    def on_train_batch_end(self, trainer: Any, pl_module: Tuning, outputs: Any, batch: Any, batch_idx: int) -> None:
        """Evaluate where a part of the epoch ends, and at the last step."""
        last = trainer.max_steps > 0 and trainer.global_step >= trainer.max_steps
        stepped = trainer.global_step > self.trace.begin[0]  # accumulation may outlast a part of the epoch
        if not stepped or not (batch_idx in self._ends or last):
            return
        if self.trace.evaluated_at(trainer.global_step):
            return
        place = trainer.global_step, trainer.current_epoch, batch_idx
        with whole_outside_layers(pl_module.model):
            self.evaluate(pl_module.model, *place, trainer.is_global_zero)
        if self.trace.stopped_early:
            trainer.should_stop = True

    def evaluate(self, model: Any, step: int, epoch: int, batch: int, reports: bool = True) -> None:
        """Score a model behind a batch of an epoch, and see whether its training ends there."""
        score, figures, losses = self._measure(model)
        if math.isnan(score):
            raise TrainingError(f"the held-out score is NaN at step {step}", "lower the rate: optim.lr")
        behind = passes_made(epoch, batch, self._batches)
        found = Evaluation(step, behind, score, figures, losses, self.trace.member)
        self.trace.evaluations.append(found)
        if reports:
            self._report(found)
        self._stop_where_nothing_is_won()
        if self._stop(self.trace):
            self.trace.stopped_early = True

    def _stop_where_nothing_is_won(self) -> None:
        if self._patience and self.trace.evaluations:
            since_best = len(self.trace.evaluations) - 1 - self._last_won()
            self.trace.stopped_early = since_best >= self._patience

    def _last_won(self) -> int:
        """The place of the best evaluation, or of the first one with the top score: from there on the loss falls almost
        for ever, while below it a score that stands still with a falling loss may be about to rise."""
        found, best = self.trace.evaluations, self.trace.best
        if self._top is None or not math.isclose(best.score, self._top):
            return found.index(best)
        return next(place for place, one in enumerate(found) if one.score == best.score)
