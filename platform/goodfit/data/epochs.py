"""The plan of an epoch: which records share a batch is a function of seed and epoch alone."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from goodfit.data.batches import Example

WINDOW_STEPS = 50
"""Records are sorted by length within a shuffled window of this many steps."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A batch before it is built."""

    indices: tuple[int, ...]
    step_counted: float
    """See ``Batch``."""
    epoch: int = 0


def plan_epoch(
    examples: Sequence[Example],
    *,
    batch_size: int,
    accumulation: int,
    grouping: bool,
    seed: int,
    epoch: int,
    devices: int = 1,
) -> list[list[Planned]]:
    """The batches of an epoch, for each device.

    Args:
        examples: All training examples.
        batch_size: Per device.
        accumulation: Batches per optimiser step, per device. A step has the records that it would have as one batch; of
            those with fewer batches, of which an epoch has one at most, it is the last.
        grouping: Whether near-equal lengths share a batch.
        seed: Of the run.
        epoch: From 0.
        devices: How many devices take part of each step: of ``devices * batch_size`` records, which are those that a
            single device would have with batches of that size.

    Returns:
        A list of batches, each in the order of length, for each device; all lists are of equal length, and where a last
        batch has fewer records than there are devices, those without one get one of them, too.
    """
    order = random.Random(f"{seed}:{epoch}")
    indices = list(range(len(examples)))
    order.shuffle(indices)
    together = batch_size * devices
    of_step = together * accumulation
    if grouping:
        window = of_step * WINDOW_STEPS
        indices = [
            index
            for start in range(0, len(indices), window)
            for index in sorted(indices[start : start + window], key=lambda i: examples[i].length)
        ]
    steps = [
        tuple(sorted(indices[start : start + of_step], key=lambda index: examples[index].length))
        for start in range(0, len(indices), of_step)
    ]
    order.shuffle(steps)
    steps.sort(key=lambda rows: len(rows) <= of_step - together)  # where a step ends is counted in batches
    planned: list[list[Planned]] = [[] for _ in range(devices)]
    for step in steps:
        batches = [step[start : start + together] for start in range(0, len(step), together)]
        shared = [
            [rows[device::devices] or rows[device % len(rows) :][:1] for rows in batches] for device in range(devices)
        ]
        counted = sum(examples[index].counted for own in shared for batch in own for index in batch)
        for own, planned_so_far in zip(shared, planned, strict=True):
            planned_so_far += [Planned(batch, counted, epoch) for batch in own]
    return planned
