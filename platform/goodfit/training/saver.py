"""When a training is saved, and what ends it at once: signals, weights that do not move, divergence."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytorch_lightning as lightning
import torch

from goodfit.errors import TrainingError
from goodfit.run_files import CHECKPOINTS
from goodfit.schema.training import TrainingConf
from goodfit.training.checkpoints import prune
from goodfit.training.held_out import Trace, best_steps
from goodfit.training.interrupt import StopSignals
from goodfit.training.module import Tuning, not_finite
from goodfit.training.sharded import is_sharded
from goodfit.training.state import Owner, Place, Saved, put_optimiser, save, trainable_state

SHARE_OF_TIME = 0.02
"""Where nothing was typed, saving takes at most this share of the time between two saves."""

LEAST_SECONDS = 10.0
"""And two saves are this far apart."""

GUARDED_STEPS = 20
"""The losses of so many steps are one figure: a single batch can be hard."""

LEAST_FIRST = 0.1
"""In nats. A loss near 0 rises many times over with one hard batch: what a training begins with counts as at least so
much, of which three times is still far below the 0.69 of a choice by chance between two answers."""


class Saver(lightning.Callback):
    """Saves between steps. Comes behind the callbacks that evaluate and log.

    Args:
        folder: Of the run.
        conf: The training group.
        traces: The evaluations so far, those of this training last.
        place: Where the training begins.
        signals: End the training behind a step.
        batches_per_epoch: On this device.
        before: The trainable weights before the first step.
        saved: What the training goes on from.
        owner: Whose it is.
    """

    def __init__(
        self,
        folder: Path,
        conf: TrainingConf,
        traces: Sequence[Trace],
        place: Place,
        signals: StopSignals,
        batches_per_epoch: int,
        before: Mapping[str, Any],
        saved: Saved | None,
        owner: Owner,
    ) -> None:
        self._folder = folder
        self._conf = conf
        self._traces = traces
        self._trace = traces[-1]
        self._signals = signals
        self._batches = batches_per_epoch
        self._before = before
        self._from = saved
        self._owner = owner
        self._place = place
        self._written = self._place.step, len(self._trace.evaluations)
        self._rise = Rise(conf.max_rise, saved.guard if saved else {})
        self._last_save = time.monotonic()
        self._save_seconds = 0.0

    def on_train_start(self, trainer: Any, pl_module: Tuning) -> None:
        """Let the optimiser be as it was, and hear signals instead of Lightning."""
        self._signals.take_again()
        if self._from is not None:
            put_optimiser(trainer, pl_module.model, self._from)

    def on_train_batch_end(self, trainer: Any, pl_module: Tuning, outputs: Any, batch: Any, batch_idx: int) -> None:
        """Save where it is time, and stop where that was asked for."""
        if trainer.global_step != self._place.step:
            ended = batch_idx + 1 == self._batches
            epoch = trainer.current_epoch
            self._place = Place(trainer.global_step, epoch + ended, 0 if ended else batch_idx + 1)
            if math.isfinite(pl_module.last_loss):  # a private step can have no record
                self._rise.refuse(pl_module.last_loss, trainer.global_step)
        asked = self._signals.asked is not None
        if trainer.world_size > 1:  # all stop behind the same step
            asked = trainer.strategy.reduce_boolean_decision(asked, all=False)
        due = asked or self._is_due()
        if is_sharded(pl_module.model):  # all give their parts at the same step
            due = trainer.strategy.reduce_boolean_decision(due, all=False)
        if due:
            self._save(trainer, pl_module.model)
        if asked:
            trainer.strategy.barrier("stop")
            self._signals.asked = self._signals.asked or 0
            self._signals.refuse(f"step {self._place.step} is saved")

    def _is_due(self) -> bool:
        step, evaluations = self._written
        if len(self._trace.evaluations) != evaluations:
            return True
        if self._conf.save_every_steps is not None:
            return self._place.step - step >= self._conf.save_every_steps
        pause = max(LEAST_SECONDS, self._save_seconds / SHARE_OF_TIME)
        return self._place.step != step and time.monotonic() - self._last_save > pause

    def _save(self, trainer: Any, model: Any) -> None:
        now = self._place.step, len(self._trace.evaluations)
        shared = trainer.is_global_zero or is_sharded(model)  # whose parts all processes have to give
        if now == self._written or not shared or not self._place.step:
            return
        weights = trainable_state(model)
        refuse_not_finite(weights, self._place.step)
        if len(self._trace.evaluations) > self._written[1] == 0:
            refuse_untrained(weights, self._before)
        started = time.monotonic()
        evaluations = [found for trace in self._traces for found in trace.evaluations]
        save(self._folder, self._place, trainer, model, weights, evaluations, self._rise.seen(), self._owner)
        if trainer.is_global_zero:
            prune(self._folder / CHECKPOINTS, self._conf.keep_checkpoints, best_steps(evaluations))
        self._written = now
        self._last_save = time.monotonic()
        self._save_seconds = self._last_save - started


class Rise:
    """The guard against divergence: the loss of the last steps beside that of the first ones.

    Args:
        most: How many times as high it may be.
        seen: What an earlier process of the run saw.
    """

    def __init__(self, most: float, seen: Mapping[str, Any]) -> None:
        self._most = most
        self._first: list[float] = list(seen.get("first", []))
        self._last: deque[float] = deque(seen.get("last", []), GUARDED_STEPS)

    def seen(self) -> dict[str, Any]:
        """For a checkpoint."""
        return {"first": self._first, "last": list(self._last)}

    def refuse(self, loss: float, step: int) -> None:
        """Take a step's loss.

        Raises:
            TrainingError: Training has diverged.
        """
        if len(self._first) < GUARDED_STEPS:
            self._first.append(loss)
            return
        self._last.append(loss)
        first, last = sum(self._first) / len(self._first), sum(self._last) / len(self._last)
        if len(self._last) == GUARDED_STEPS and last > self._most * max(first, LEAST_FIRST):
            raise TrainingError(
                f"training diverges: the loss of the last {GUARDED_STEPS} steps is {last:.3g} at step {step}, and that "
                f"of the first ones was {first:.3g}",
                "lower the rate (optim.lr), or lengthen the warm-up (schedule.warmup_share)",
            )


def refuse_not_finite(trained: Mapping[str, Any], step: int) -> None:
    """Refuse weights that are not finite: they are never saved.

    Raises:
        TrainingError: Names one.
    """
    for name, weights in trained.items():
        if not weights.isfinite().all():
            raise not_finite(f"weight {name}", step)


def refuse_untrained(after: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    """Refuse a training that changes nothing.

    Raises:
        TrainingError: Each weight is what it was before the first step.
    """
    if all(torch.equal(weights, before[name].to(weights.device)) for name, weights in after.items()):
        raise TrainingError("training changed no weight", "raise the rate: optim.lr")
