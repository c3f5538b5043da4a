"""Watching a training: history.jsonl, a progress bar on a terminal, the tracker."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import pytorch_lightning as lightning

from goodfit.training.held_out import Evaluation
from goodfit.training.module import Tuning
from goodfit.training.steps import passes_made

LOGGED_STEPS = 500
"""About this many steps of a run get a line in the history."""


def is_logged(step: int, total: int) -> bool:
    """Whether a step of so many gets one."""
    return step % max(1, math.ceil(total / LOGGED_STEPS)) == 0 or step == total


def step_line(step: int, epoch: float, loss: float, norm: float, rate: float) -> dict[str, Any]:
    """What the history says of a step.

    Args:
        step: From 1.
        epoch: Passes over the records until then, as of an evaluation.
        loss: Mean over supervised labels, in nats.
        norm: Of the gradient, before it was clipped.
        rate: The learning rate that it was made with.
    """
    return {"step": step, "epoch": epoch, "train/loss": loss, "grad_norm": norm, "lr": rate}


def evaluation_line(found: Evaluation) -> dict[str, Any]:
    """What the history says of an evaluation."""
    return {"step": found.step, "epoch": found.epoch, **found.figures}


class Progress(Protocol):
    """What shows a person how far a training is."""

    def advance(self, step: int, total: int, loss: float) -> None:
        """Called after each optimiser step."""

    def evaluated(self, epoch: float, figures: Mapping[str, float]) -> None:
        """Called after each evaluation."""

    def say(self, line: str) -> None:
        """Called with a line for people."""


class Watch(lightning.Callback):
    """Writes what happens.

    Args:
        log: Takes each line of the history.
        progress: Shows it.
        total_steps: Of the run.
    """

    def __init__(self, log: Callable[[Mapping[str, Any]], None], progress: Progress, total_steps: int) -> None:
        self._log = log
        self._progress = progress
        self._total = total_steps
        self._last = 0
        self._rate = math.nan

    def on_train_start(self, trainer: Any, pl_module: Tuning) -> None:
        """Steps of an earlier process of the run are logged already."""
        self._last = trainer.global_step

    def on_before_optimizer_step(self, trainer: Any, pl_module: Tuning, optimizer: Any) -> None:
        """Keep the rate of this step: behind it the schedule has that of the next one."""
        self._rate = optimizer.param_groups[0]["lr"]

    def on_train_batch_end(self, trainer: Any, pl_module: Tuning, outputs: Any, batch: Any, batch_idx: int) -> None:
        """Log an optimiser step."""
        step = trainer.global_step
        if step == self._last or not trainer.is_global_zero:
            return
        self._last = step
        self._progress.advance(step, self._total, pl_module.last_loss)
        if is_logged(step, self._total):
            epoch = passes_made(trainer.current_epoch, batch_idx, trainer.num_training_batches)
            self._log(step_line(step, epoch, pl_module.last_loss, pl_module.last_norm, self._rate))

    def evaluated(self, evaluation: Evaluation) -> None:
        """Log an evaluation."""
        self._log(evaluation_line(evaluation))
        self._progress.evaluated(evaluation.epoch, evaluation.figures)
