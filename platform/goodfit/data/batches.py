"""Examples -> batches: which records share one is a function of seed and epoch alone."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

IGNORED = -100
"""The label of a position that is not learnt."""

WINDOW_BATCHES = 50
"""Records are sorted by length within a shuffled window of this many batches."""

EVALUATION_TOKENS = 4096
"""An evaluation batch has at most about this many tokens, padding included."""


@dataclass(frozen=True, slots=True)
class Example:
    """What a model reads and learns of one record, or of one window of it.

    ``labels`` stand where their logits stand: a decoder's are already shifted.
    """

    record: int
    """Index of the record in its split."""
    inputs: tuple[int, ...]
    """Token ids."""
    labels: tuple[int, ...]
    """Of the pooled vector (one), of each input, or of each decoder input; ``IGNORED`` where nothing is learnt."""
    decoder_inputs: tuple[int, ...] | None = None

    @property
    def supervised(self) -> int:
        """How many labels are learnt."""
        return sum(label != IGNORED for label in self.labels)

    @property
    def length(self) -> int:
        """Tokens that are computed."""
        return len(self.inputs) + len(self.decoder_inputs or ())


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded tensors."""

    input_ids: Tensor
    """(batch, seq)."""
    attention_mask: Tensor
    """(batch, seq), 1 at tokens."""
    labels: Tensor
    """(batch,) of pooled vectors, else (batch, seq) of the inputs or the decoder inputs."""
    decoder_input_ids: Tensor | None
    """(batch, decoder seq)."""
    step_supervised: int = 0
    """Supervised labels of the whole optimiser step that the batch is a part of; 0 outside training."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A batch before it is built."""

    indices: tuple[int, ...]
    step_supervised: int


def collate(examples: Sequence[Example], pad_id: int, pooled: bool, step_supervised: int = 0) -> Batch:
    """Pad examples to the longest.

    Args:
        examples: Not empty.
        pad_id: The token that fills up.
        pooled: Whether the model makes one vector of each example.
        step_supervised: See ``Batch``.
    """
    import torch

    rows = [example.inputs for example in examples]
    labels = [example.labels for example in examples]
    decoder = [example.decoder_inputs for example in examples]
    return Batch(
        input_ids=_padded(rows, pad_id),
        attention_mask=_padded([[1] * len(row) for row in rows], 0),
        labels=torch.tensor(labels).squeeze(1) if pooled else _padded(labels, IGNORED),
        decoder_input_ids=None if decoder[0] is None else _padded(decoder, pad_id),  # type: ignore[arg-type]
        step_supervised=step_supervised,
    )


def _padded(rows: Sequence[Sequence[int]], fill: int) -> Tensor:
    import torch

    width = max(map(len, rows))
    return torch.tensor([[*row, *[fill] * (width - len(row))] for row in rows])


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
        devices: How many devices take part of each step.

    Returns:
        A list of batches for each device; all lists are of equal length, and a short last step repeats nothing
        but the batch that a device would lack.
    """
    order = random.Random(f"{seed}:{epoch}")
    indices = list(range(len(examples)))
    order.shuffle(indices)
    if grouping:
        window = batch_size * WINDOW_BATCHES
        indices = [
            index
            for start in range(0, len(indices), window)
            for index in sorted(indices[start : start + window], key=lambda i: examples[i].length)
        ]
    batches = [tuple(indices[start : start + batch_size]) for start in range(0, len(indices), batch_size)]
    order.shuffle(batches)
    batches += list(itertools.islice(itertools.cycle(batches), -len(batches) % devices))
    per_step = accumulation * devices
    planned = []
    for start in range(0, len(batches), per_step):
        step = batches[start : start + per_step]
        supervised = sum(examples[index].supervised for batch in step for index in batch)
        planned += [Planned(batch, supervised) for batch in step]
    return [planned[device::devices] for device in range(devices)]


def in_batches(examples: Sequence[Example], batch_size: int) -> Iterator[list[int]]:
    """Indices of examples in batches of near-equal length, longest first (memory runs out at once or never).

    Long examples come in smaller batches, so that few of their tokens are padding.
    """
    order = sorted(range(len(examples)), key=lambda index: -examples[index].length)
    start = 0
    while start < len(order):
        longest = max(1, examples[order[start]].length)
        rows = max(1, min(batch_size, EVALUATION_TOKENS // longest))
        yield order[start : start + rows]
        start += rows
