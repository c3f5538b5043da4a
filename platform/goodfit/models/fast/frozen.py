"""A frozen base is computed once for each record, without dropout: its head gets the kept states from then on."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor, nn

from goodfit.data.batches import Batch, LabelsAt
from goodfit.models.fast.attention import NotFlat
from goodfit.models.fast.layout import CURRENT, Layout
from goodfit.models.fast.wiring import base_of, wiring_of

KEPT_BYTES = 256 * 2**20
"""At most this much is kept; what comes later is computed each time."""


@dataclass(slots=True)
class KeptStates:
    """What a base made of rows of tokens: for all models over this very base."""

    rows: dict[tuple[int, ...], dict[str, Tensor]] = field(default_factory=dict)
    bytes: int = 0


_FROZEN: weakref.WeakKeyDictionary[Any, FrozenBase] = weakref.WeakKeyDictionary()


class FrozenBase:
    """The states that a base makes of each row of tokens, without dropout.

    Args:
        model: Wired, with a base of which no weight is trained.
        kept: Takes them, and gives those that it has.
    """

    def __init__(self, model: Any, kept: KeptStates) -> None:
        wiring = wiring_of(model)
        if wiring is None:
            raise NotFlat("a base is kept of flat models only")
        self._model = base_of(model)
        self._wiring = wiring
        self._base = getattr(self._model, self._model.base_model_prefix)
        self._kept = kept

    @contextmanager
    def giving(self, batch: Batch) -> Iterator[dict[str, Tensor]]:
        """The model with the states of a batch in place of its base; yields what to call it with."""
        rows = [tuple(row.tolist()) for row in batch.input_ids.split(batch.lengths)]
        lacking = [row for row in dict.fromkeys(rows) if row not in self._kept.rows]
        found = self._computed(lacking, batch) if lacking else {}
        states = [self._kept.rows.get(row) or found[row] for row in rows]
        # what the head draws does not depend on what was kept
        CURRENT.layout = Layout(batch.lengths, device=batch.input_ids.device)
        given = _Given({name: _joined([state[name] for state in states], batch.labels_at) for name in states[0]})
        setattr(self._model, self._model.base_model_prefix, given)
        try:
            yield {"input_ids": batch.input_ids[None]}
        finally:
            setattr(self._model, self._model.base_model_prefix, self._base)

    def _computed(self, rows: list[tuple[int, ...]], batch: Batch) -> dict[tuple[int, ...], dict[str, Tensor]]:
        """States of rows, kept as long as there is room."""
        tokens = torch.tensor([token for row in rows for token in row], device=batch.input_ids.device)
        lengths = tuple(map(len, rows))
        part = replace(batch, input_ids=tokens, lengths=lengths)
        training = self._base.training
        self._base.eval()
        try:
            with torch.no_grad(), torch.autocast(self._model.device.type, enabled=False):
                output = self._base(**self._wiring.inputs(part))
        finally:
            self._base.train(training)
        found: dict[tuple[int, ...], dict[str, Tensor]] = {row: {} for row in rows}
        for name in ("last_hidden_state", "pooler_output"):
            states = output.get(name)
            if states is None:
                continue
            ends = (*lengths, states.shape[1] - sum(lengths))  # the last piece is filling
            pieces = states[: len(rows)] if batch.labels_at == "rows" else states[0].split(ends)
            for row, piece in zip(rows, pieces, strict=False):
                found[row][name] = piece.clone()
        for row, kept in found.items():
            size = sum(piece.nbytes for piece in kept.values())
            if self._kept.bytes + size <= KEPT_BYTES:
                self._kept.rows[row] = kept
                self._kept.bytes += size
        return found


def _joined(pieces: list[Tensor], labels_at: LabelsAt) -> Tensor:
    """(rows, …) of row vectors, or one flat row of all tokens."""
    return torch.stack(pieces) if labels_at == "rows" else torch.cat(pieces)[None]


class _Given(nn.Module):
    """Stands where the base is, and says what was kept."""

    def __init__(self, states: dict[str, Tensor]) -> None:
        super().__init__()
        self._states = states

    def forward(self, *_: Any, **__: Any) -> Any:
        from transformers.modeling_outputs import BaseModelOutputWithPooling

        return BaseModelOutputWithPooling(**self._states)


def frozen_of(model: Any) -> FrozenBase | None:
    """What is kept of a model's base."""
    return _FROZEN.get(model)


@contextmanager
def keeping(model: Any, kept: KeptStates | None = None) -> Iterator[None]:
    """Compute the base of a wired model once for each row, for as long as it lasts, or as what is kept."""
    _FROZEN[model] = FrozenBase(model, KeptStates() if kept is None else kept)
    try:
        yield
    finally:
        del _FROZEN[model]


def has_frozen_base(model: Any) -> bool:
    """Whether only a head beside the base is trained."""
    whole = base_of(model)
    base = getattr(whole, whole.base_model_prefix, whole)
    trained = any(weights.requires_grad for weights in model.parameters())
    return base is not whole and trained and not any(weights.requires_grad for weights in base.parameters())
