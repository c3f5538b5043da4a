"""Training batches for Lightning: order is a function of seed and epoch."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

from torch.utils.data import DataLoader, Dataset, Sampler

from goodfit.data.batches import Batch, Example, TrainingData, by_record, collate
from goodfit.data.epochs import Planned, plan_epoch
from goodfit.schema.training import TrainingConf
from goodfit.training.steps import batches_per_device


class PlannedBatches(Dataset):  # type: ignore[type-arg]
    """Builds the batch that the sampler planned; what varies between epochs is a function of counters, too.

    Args:
        data: What is learnt.
        seed: Of the run.
        one_by_one: A batch for each record instead of one of all. What varies of a record is then a function of
            nothing: were it one of the record's place, a record that is added would change it for all behind.
    """

    def __init__(self, data: TrainingData, seed: int, one_by_one: bool = False) -> None:
        self._data = data
        self._seed = seed
        self._one_by_one = one_by_one

    def __getitem__(self, planned: Planned) -> Batch | tuple[Batch, ...]:
        rows = [self._example(index, planned.epoch) for index in planned.indices]
        if self._one_by_one:
            return record_batches(rows, self._data)
        return collate(rows, self._data.pad_id, self._data.labels_at, planned.step_counted)

    def _example(self, index: int, epoch: int) -> Example:
        if self._data.vary is None:
            return self._data.examples[index]
        counted = f"{self._seed}:{epoch}:{index}"
        return self._data.vary(index, random.SystemRandom() if self._one_by_one else random.Random(counted))


def record_batches(rows: Sequence[Example], data: TrainingData) -> tuple[Batch, ...]:
    """A batch for each record, with all its windows; none of records that have nothing to learn."""
    records = ([rows[index] for index in windows] for windows in by_record(rows))
    return tuple(
        collate(windows, data.pad_id, data.labels_at)
        for windows in records
        if any(window.supervised for window in windows)
    )


class EpochOrder(Sampler):  # type: ignore[type-arg]
    """The planned batches of an epoch, on this device.

    Args:
        examples: All training examples.
        conf: The training group.
        seed: Of the run.
        rank: Of this device.
        devices: How many there are.
        start: (epoch, batch) of the first one; an interrupted training goes on there.
    """

    def __init__(
        self,
        examples: Sequence[Example],
        conf: TrainingConf,
        seed: int,
        rank: int,
        devices: int,
        start: tuple[int, int] = (0, 0),
    ) -> None:
        self._examples = examples
        self._conf = conf
        self._seed = seed
        self._rank = rank
        self._devices = devices
        self._start = start
        self._epoch = start[0]

    def set_epoch(self, epoch: int) -> None:
        """Called by Lightning before each epoch."""
        self._epoch = epoch

    def plan(self) -> list[Planned]:
        """The batches of the current epoch."""
        return plan_epoch(
            self._examples,
            batch_size=self._conf.batch_size,
            accumulation=self._conf.accumulation,
            grouping=self._conf.length_grouping,
            seed=self._seed,
            epoch=self._epoch,
            devices=self._devices,
        )[self._rank]

    def __iter__(self) -> Iterator[Planned]:
        return iter(self.plan()[self._start[1] if self._epoch == self._start[0] else 0 :])

    def __len__(self) -> int:
        """Of the whole epoch: Lightning tells its end by it."""
        return batches_per_device(len(self._examples), self._conf.batch_size, self._devices)


def build_loader(dataset: PlannedBatches, order: Sampler[Planned], workers: int) -> Any:
    """A loader that yields whole batches."""
    return DataLoader(dataset, batch_size=None, sampler=order, num_workers=workers)
