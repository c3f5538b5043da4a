"""The plan of an epoch: which records share a batch is a function of seed and epoch alone."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from goodfit.data.batches import Example

WINDOW_BATCHES = 50
"""Records are sorted by length within a shuffled window of this many batches."""


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
        accumulation: Batches per optimiser step, per device.
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
    if grouping:
        window = together * WINDOW_BATCHES
        indices = [
            index
            for start in range(0, len(indices), window)
            for index in sorted(indices[start : start + window], key=lambda i: examples[i].length)
        ]
    batches = [
        tuple(sorted(indices[start : start + together], key=lambda index: examples[index].length))
        for start in range(0, len(indices), together)
    ]
    order.shuffle(batches)
    shared = [
        [rows[device::devices] or rows[device % len(rows) :][:1] for rows in batches] for device in range(devices)
    ]
    planned: list[list[Planned]] = [[] for _ in shared]
    for start in range(0, len(batches), accumulation):
        steps = [own[start : start + accumulation] for own in shared]
        counted = sum(examples[index].counted for step in steps for batch in step for index in batch)
        for device, step in enumerate(steps):
            planned[device] += [Planned(batch, counted, epoch) for batch in step]
    return planned
