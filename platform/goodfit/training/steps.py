"""How an epoch is parted into batches and optimiser steps, and how many steps a training has."""

from __future__ import annotations

import math
from dataclasses import dataclass

from goodfit.schema import RunConf


@dataclass(frozen=True, slots=True)
class Epoch:
    """An epoch on one device; its last step may have fewer batches than the others."""

    batches: int
    accumulation: int
    """Batches of a step."""

    @property
    def steps(self) -> int:
        """Optimiser steps."""
        return math.ceil(self.batches / self.accumulation)

    def closes_step(self, batch: int) -> bool:
        """Whether a step ends with this batch, from 0."""
        return (batch + 1) % self.accumulation == 0 or batch + 1 == self.batches

    def last_batch(self, step: int) -> int:
        """The batch, from 0, with which a step of the training, from 1, ends."""
        return min(((step - 1) % self.steps + 1) * self.accumulation, self.batches) - 1


def passes_made(epoch: int, batch: int, batches: int) -> float:
    """Passes over the records behind a batch.

    Args:
        epoch: The batch's, from 0.
        batch: In it, from 0.
        batches: Of an epoch, on this device.
    """
    return round(epoch + (batch + 1) / batches, 4)


def epoch_of(conf: RunConf, examples: int) -> Epoch:
    """What an epoch of so many examples is on each device."""
    devices = conf.hardware.devices * conf.hardware.nodes
    return Epoch(batches_per_device(examples, conf.training.batch_size, devices), conf.training.accumulation)


def batches_per_device(examples: int, batch_size: int, devices: int) -> int:
    """Batches of an epoch on each device."""
    return math.ceil(examples / (batch_size * devices))


def total_steps(conf: RunConf, examples: int) -> int:
    """Optimiser steps of one training, if it is not stopped early."""
    planned = epoch_of(conf, examples).steps * (conf.training.epochs or 1)
    return min(planned, conf.training.max_steps or planned)


def planned_steps(conf: RunConf, examples: int) -> int:
    """Optimiser steps of the whole run: of all trainings of a soup."""
    return conf.training.soup * total_steps(conf, examples)
