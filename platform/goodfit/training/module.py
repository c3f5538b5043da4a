"""The one LightningModule: a step of training, whatever the kind and the family."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pytorch_lightning as lightning
import torch

from goodfit.data.batches import Batch
from goodfit.errors import TrainingError
from goodfit.models.call import total_loss
from goodfit.schema.optim import OptimConf
from goodfit.schema.schedule import ScheduleConf
from goodfit.seeds import seed_of
from goodfit.training.optimiser import build_optimiser, rate_factor
from goodfit.training.sharded import shard, whole


class Tuning(lightning.LightningModule):
    """A model being tuned.

    Args:
        model: With its trainable weights chosen.
        optim: The optim group.
        schedule: The schedule group.
        total_steps: Optimiser steps of the whole run.
        accumulation: Batches per optimiser step.
        seed: Of the run.
        scaled: Whether its losses are scaled, in precision=16.
    """

    def __init__(
        self,
        model: Any,
        optim: OptimConf,
        schedule: ScheduleConf,
        total_steps: int,
        accumulation: int,
        seed: int,
        scaled: bool = False,
    ) -> None:
        super().__init__()
        self.model = model
        self._optim = optim
        self._schedule = schedule
        self._total_steps = total_steps
        self._accumulation = accumulation
        self._seed = seed
        self._scaled = scaled
        self.promised: Mapping[str, float] | None = None
        """Of privacy, by a private training."""
        self.trained: list[torch.Tensor] = []
        """The weights that the optimiser has, in its order."""
        self._step_sums = 0.0, 0.0
        """Of the optimiser step so far: losses, and labels."""
        self.last_loss = float("nan")
        """Mean over the labels of the last optimiser step, of all devices."""
        self.last_norm = float("nan")

    def on_train_batch_start(self, batch: Batch, batch_idx: int) -> None:
        """Draw this batch's randomness from its counters."""
        number = batch_idx * self.trainer.world_size + self.trainer.global_rank  # no two devices draw the same
        torch.manual_seed(seed_of(self._seed, self.current_epoch, number))

    def training_step(self, batch: Batch, batch_idx: int) -> Any:
        """The batch's share of its optimiser step's mean loss over supervised labels.

        Lightning divides by the accumulation and averages over devices: both are multiplied back.
        """
        (without_labels,) = self._of_all_devices(float(not batch.answers))
        if without_labels:
            raise TrainingError(
                f"batch {batch_idx} of epoch {self.current_epoch} has no label to learn from",
                "goodfit preview WORDS shows what is learnt of each record",
            )
        total = total_loss(self.model, batch)
        before = self._step_sums if batch_idx % self._accumulation else (0.0, 0.0)
        loss, labels = self._of_all_devices(float(total.detach()), float(batch.counted))
        self._step_sums = before[0] + loss, before[1] + labels
        self.last_loss = self._step_sums[0] / self._step_sums[1]
        if not math.isfinite(loss):
            raise not_finite("loss", self.global_step)
        return total / batch.step_counted * self._accumulation * self.trainer.world_size

    def _of_all_devices(self, *figures: float) -> list[float]:
        """Sums over devices: what is told is of the whole step, and all devices refuse it, or none."""
        if self.trainer.world_size == 1:
            return list(figures)
        mine = torch.tensor(figures, dtype=torch.float64, device=self.device)
        found: list[float] = self.trainer.strategy.reduce(mine, reduce_op="sum").tolist()
        return found

    def configure_gradient_clipping(self, optimizer: Any, *_: Any, **__: Any) -> None:
        """Clip the global norm, and refuse one that is not finite."""
        self.last_norm = float(self.clip())
        skips_such_steps = self.trainer.precision == "16-mixed"  # its scaler does
        if not math.isfinite(self.last_norm) and not skips_such_steps:
            raise not_finite("gradient", self.global_step)

    def clip(self) -> torch.Tensor:
        """Clip the gradient's global norm; what it was before."""
        return whole(torch.nn.utils.clip_grad_norm_(self.trained, self._optim.clip_norm or float("inf")))

    def configure_model(self) -> None:
        """Shard the model, where the strategy has devices that share it."""
        if self.device_mesh is not None:
            shard(self.model, self.device_mesh["data_parallel"])

    def configure_optimizers(self) -> Any:
        """Optimiser and schedule, stepped with each optimiser step."""
        optimiser = build_optimiser(self.model.named_parameters(), self._optim, self._scaled)
        self.trained = [weights for group in optimiser.param_groups for weights in group["params"]]
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, rate_factor(self._schedule, self._total_steps))
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def transfer_batch_to_device(self, batch: Batch, device: Any, dataloader_idx: int) -> Batch:
        """Batches are frozen dataclasses, which Lightning does not move."""
        return batch.to(device)


def not_finite(what: str, step: int) -> TrainingError:
    """The error for NaN and infinity."""
    return TrainingError(
        f"the {what} is NaN or infinite at step {step}",
        "lower the rate (optim.lr), lengthen the warm-up (schedule.warmup_share), or compute in precision=32",
    )
