"""Examples, and the batches that they become."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from torch import Tensor

IGNORED = -100
"""The label of a position that is not learnt."""

LabelsAt = Literal["tokens", "rows", "spans", "pairs"]
"""Where a model answers: at tokens (of the inputs, or of the decoder inputs); with one vector of each row; with a first
and a last token of each row; with the likeness of rows, of which an example has a query and documents behind it."""


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
    """Of each input or decoder input, ``IGNORED`` where nothing is learnt; of the row's vector (one class, or 0 and 1
    for each label); the places of the first and the last token; of a query 0, its first document."""
    decoder_inputs: tuple[int, ...] | None = None
    rows: tuple[int, ...] = ()
    """Tokens of each row that the inputs are cut into: a query's, and its documents'; none where they are one row."""
    second: int = 0
    """The first token of the second text, where the model is told it by token types; 0 where it is told nothing."""
    weight: float = 1.0
    """What its losses are multiplied by where it is learnt."""
    counts_as: float | None = None
    """As how many labels it counts in its optimiser step's mean loss; when not given, as those that are learnt."""
    whole: tuple[int, ...] = ()
    """The inputs with no word hidden, by which texts are told apart; none where they are as the inputs are."""

    @property
    def supervised(self) -> int:
        """How many labels are learnt."""
        return sum(label != IGNORED for label in self.labels)

    @property
    def counted(self) -> float:
        """As how many labels it counts in a mean loss."""
        return self.supervised if self.counts_as is None else self.counts_as

    @property
    def length(self) -> int:
        """Tokens that are computed."""
        return len(self.inputs) + len(self.decoder_inputs or ())


Vary = Callable[[int, random.Random], Example]
"""(index of an example, chance) -> the example as it is in one epoch: as long as it is, with as many labels."""


@dataclass(frozen=True, slots=True)
class TrainingData:
    """What is learnt, and how it becomes batches."""

    examples: Sequence[Example]
    labels_at: LabelsAt
    pad_id: int
    """The token that fills up where rows are padded."""
    vary: Vary | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Examples one behind the other; who needs them padded, pads them."""

    input_ids: Tensor
    """(tokens,)."""
    lengths: tuple[int, ...]
    """Tokens of each row."""
    labels: Tensor
    """At tokens: (tokens,) of the inputs or the decoder inputs. Of rows: (rows,), or (rows times labels,) where each
    has a yes or no for each label. Of spans: (rows times 2,). Of pairs: (documents,), equal where documents are, or are
    right for one query."""
    decoder_input_ids: Tensor | None
    """(decoder tokens,)."""
    decoder_lengths: tuple[int, ...] | None
    """Decoder tokens of each row."""
    pad_id: int
    """The token that fills up."""
    labels_at: LabelsAt
    learnt: Tensor | None = None
    """At tokens: the places of the labels that are learnt, (supervised,)."""
    rows: tuple[int, ...] = ()
    """Of pairs: the rows of each example, the query's among them."""
    counted: float = 0.0
    """As how many labels its examples count in a mean loss."""
    step_counted: float = 0.0
    """As how many those of the whole optimiser step that the batch is a part of count; 0 outside training."""
    weights: tuple[float, ...] = ()
    """What the loss of each answer is multiplied by where it is learnt; none where all count alike."""
    token_types: Tensor | None = None
    """1 from the second text of each row on, where the model is told it: (tokens,)."""

    @property
    def answers(self) -> int:
        """How many answers a model gives, each with a loss of its own."""
        if self.labels_at == "pairs":
            return len(self.rows)
        return len(self.labels if self.learnt is None else self.learnt)

    def total(self, losses: Tensor) -> Tensor:
        """The loss of all answers, each with its weight, of that of each: (answers,) -> ()."""
        import torch

        if not self.weights:
            return losses.sum()
        return losses @ sent(torch.tensor(self.weights, dtype=losses.dtype), losses.device)

    def to(self, device: Any) -> Batch:
        """The batch with its tensors on a device."""
        names = ("input_ids", "labels", "decoder_input_ids", "token_types", "learnt")
        moved = {name: getattr(self, name) for name in names}
        return replace(self, **{name: sent(tensor, device) for name, tensor in moved.items() if tensor is not None})


def by_record(examples: Sequence[Example]) -> list[list[int]]:
    """The examples of each record, its windows, as indices."""
    found: dict[int, list[int]] = {}
    for index, example in enumerate(examples):
        found.setdefault(example.record, []).append(index)
    return list(found.values())


def collate(examples: Sequence[Example], pad_id: int, labels_at: LabelsAt, step_counted: float = 0.0) -> Batch:
    """Put examples one behind the other.

    Args:
        examples: Not empty.
        pad_id: The token that fills up where rows are padded.
        labels_at: Where the model answers.
        step_counted: See ``Batch``.
    """
    rows = [example.rows or (len(example.inputs),) for example in examples]
    decoder = [example.decoder_inputs for example in examples if example.decoder_inputs is not None]
    labels = _joined([document_numbers(examples)] if labels_at == "pairs" else (example.labels for example in examples))
    return Batch(
        input_ids=_joined(example.inputs for example in examples),
        lengths=tuple(itertools.chain.from_iterable(rows)),
        labels=labels,
        decoder_input_ids=_joined(decoder) if decoder else None,
        decoder_lengths=tuple(map(len, decoder)) if decoder else None,
        pad_id=pad_id,
        labels_at=labels_at,
        token_types=_token_types(examples),
        learnt=(labels != IGNORED).nonzero()[:, 0] if labels_at == "tokens" else None,
        rows=tuple(map(len, rows)) if labels_at == "pairs" else (),
        counted=sum(example.counted for example in examples),
        step_counted=step_counted,
        weights=_weights(examples),
    )


def _weights(examples: Sequence[Example]) -> tuple[float, ...]:
    """Of each answer, where one of them differs."""
    if all(example.weight == 1.0 for example in examples):
        return ()
    return tuple(example.weight for example in examples for _ in range(example.supervised))


def _token_types(examples: Sequence[Example]) -> Tensor | None:
    """Of each token, where any example has a second text."""
    if not any(example.second for example in examples):
        return None
    return _joined([0] * example.second + [1] * (len(example.inputs) - example.second) for example in examples)


def document_numbers(examples: Sequence[Example]) -> list[int]:
    """A number for each document of the examples; those of the same tokens, or right for one query, have the same.

    Words that are hidden in training count as what they are.
    """
    Text = tuple[int, ...]
    queries: dict[Text, Text] = {}
    same: dict[Text, Text] = {}
    found: list[Text] = []

    def first(document: Text) -> Text:
        while (other := same.setdefault(document, document)) != document:
            document = other
        return document

    for example in examples:
        ends = list(itertools.accumulate(example.rows))
        tokens = example.whole or example.inputs
        query, right, *wrong = (tokens[start:end] for start, end in itertools.pairwise([0, *ends]))
        same[first(right)] = first(queries.setdefault(query, right))
        found += [right, *wrong]
    numbers: dict[Text, int] = {}
    return [numbers.setdefault(first(document), len(numbers)) for document in found]


def _joined(rows: Iterable[Sequence[int]]) -> Tensor:
    import torch

    return torch.tensor(list(itertools.chain.from_iterable(rows)))


def sent(tensor: Tensor, device: Any) -> Tensor:
    """A tensor on a device. A GPU gets it out of pinned memory: for any other, it first ends all that it does."""
    import torch

    if torch.device(device).type != "cuda" or tensor.device.type != "cpu":
        return tensor.to(device)
    return tensor.pin_memory().to(device, non_blocking=True)


def padded(flat: Tensor, lengths: Sequence[int], fill: int) -> tuple[Tensor, Tensor]:
    """Rows that stand one behind the other -> rows below each other.

    Args:
        flat: (tokens,).
        lengths: Tokens of each row.
        fill: What stands behind the shorter rows.

    Returns:
        (rows, longest), and the mask of the same shape, 1 at tokens.
    """
    import torch

    sizes = torch.tensor(lengths, device=flat.device)
    mask = torch.arange(max(lengths), device=flat.device) < sizes[:, None]
    rows = flat.new_full(mask.shape, fill)
    rows[mask] = flat
    return rows, mask.long()
