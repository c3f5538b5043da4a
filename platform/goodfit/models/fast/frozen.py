"""What is frozen below the tuned layers is computed once for each record, without dropout, and kept from then on."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from goodfit.data.batches import Batch, LabelsAt
from goodfit.models.fast.attention import NotFlat
from goodfit.models.fast.forwards import replace_forwards
from goodfit.models.fast.layout import CURRENT, Layout
from goodfit.models.fast.wiring import Wiring, wiring_of
from goodfit.models.parts import base_of, in_evaluation, layer_stacks

KEPT_BYTES = 256 * 2**20
"""At most this much is kept; what comes later is computed each time."""

IN_A_TUPLE = "states in a tuple"
"""Of layers that give one, by which name their states are kept."""

Row = tuple[tuple[int, ...], ...]
"""Its tokens, and their types where it has any."""

States = dict[str, Tensor]
"""What was made of a row, by name."""


@dataclass(slots=True)
class KeptStates:
    """What a base makes of rows of tokens, for all models over it."""

    depth: int = 0
    """Of how many layers; 0 stands for the whole base."""
    rows: dict[Row, States] = field(default_factory=dict)
    bytes: int = 0
    is_full: bool = False
    """Nothing more is kept once something did not fit: what is kept depends on the order of the first rows alone."""

    def of(self, depth: int) -> dict[Row, States]:
        """What so many layers made of rows; what fewer or more of them made is forgotten."""
        if depth != self.depth:
            self.depth, self.rows, self.bytes, self.is_full = depth, {}, 0, False
        return self.rows

    def take(self, row: Row, made: States) -> None:
        """Keep this, if there is room."""
        size = sum(piece.nbytes for piece in made.values())
        self.is_full |= self.bytes + size > KEPT_BYTES
        if not self.is_full:
            self.rows[row] = made
            self.bytes += size


_FROZEN: weakref.WeakKeyDictionary[Any, Frozen] = weakref.WeakKeyDictionary()


class _WholeBase:
    """A whole base: its head gets the states instead."""

    depth = 0

    def __init__(self, model: Any, wiring: Wiring) -> None:
        self._model = base_of(model)
        self._wiring = wiring
        self._backbone = getattr(self._model, self._model.base_model_prefix)

    def made_of(self, batch: Batch) -> list[States]:
        """The states of each row."""
        output = self._backbone(**self._wiring.inputs(batch))
        found: list[States] = [{} for _ in batch.lengths]
        for name in ("last_hidden_state", "pooler_output"):
            states = output.get(name)
            if states is None:
                continue
            ends = (*batch.lengths, states.shape[1] - sum(batch.lengths))  # the last piece is filling
            pieces = states[: len(found)] if batch.labels_at == "rows" else states[0].split(ends)
            for row, piece in zip(found, pieces, strict=False):
                row[name] = piece.clone()
        return found

    @contextmanager
    def replaced(self, states: list[States], batch: Batch) -> Iterator[dict[str, Tensor]]:
        """The model without its base; yields what to call it with."""
        # what the head draws does not depend on what was kept
        CURRENT.layout = Layout(batch.lengths, device=batch.input_ids.device)
        given = _Given({name: _joined([state[name] for state in states], batch.labels_at) for name in states[0]})
        setattr(self._model, self._model.base_model_prefix, given)
        try:
            yield {"input_ids": batch.input_ids[None]}
        finally:
            setattr(self._model, self._model.base_model_prefix, self._backbone)


class _LowerLayers:
    """The layers below the first one that is tuned: they give the states instead of computing them."""

    def __init__(self, model: Any, wiring: Wiring) -> None:
        self._wiring = wiring
        self._backbone = _backbone_of(model)
        self.depth = len(frozen_layers(model))
        self._lower, self._upper = _stack(model)[: self.depth], _stack(model)[self.depth :]

    def made_of(self, batch: Batch) -> list[States]:
        """The states of each row, which no layer above is asked for."""
        seen: list[Any] = []
        hook = self._lower[-1].register_forward_hook(lambda _module, _args, output: seen.append(output))
        undo = replace_forwards(self._upper, lambda _: lambda *_args, **_kwargs: seen[0])
        try:
            self._backbone(**self._wiring.inputs(batch))
        finally:
            undo()
            hook.remove()
        (made,) = seen
        is_alone = isinstance(made, tuple) and len(made) == 1
        states, name = (made[0], IN_A_TUPLE) if is_alone else (made, "states")
        if not isinstance(states, Tensor):
            raise NotFlat("a layer gives more than its states")
        pieces = states[0].split((*batch.lengths, states.shape[1] - sum(batch.lengths)))[:-1]
        return [{name: piece.clone()} for piece in pieces]

    @contextmanager
    def replaced(self, states: list[States], batch: Batch) -> Iterator[dict[str, Tensor]]:
        """The model without these layers; yields what to call it with."""
        (name,) = states[0]
        joined = torch.cat([state[name] for state in states])
        filled = functional.pad(joined, (0, 0, 0, self._wiring.filling(len(joined))))[None]
        given = (filled,) if name == IN_A_TUPLE else filled
        undo = replace_forwards(self._lower, lambda _: lambda *_args, **_kwargs: given)
        try:
            yield self._wiring.inputs(batch)
        finally:
            undo()


class Frozen:
    """What a model makes of each row of tokens below the first layer that is tuned, without dropout.

    Args:
        model: Wired, with a frozen base, or with frozen layers at its bottom.
        kept: Takes the states, and gives those that it has.
    """

    def __init__(self, model: Any, kept: KeptStates) -> None:
        wiring = wiring_of(model)
        if wiring is None:
            raise NotFlat("states are kept of flat models only")
        self._model = model
        self._wiring = wiring
        self._part = _WholeBase(model, wiring) if has_frozen_base(model) else _LowerLayers(model, wiring)
        self._kept = kept

    @contextmanager
    def giving(self, batch: Batch) -> Iterator[dict[str, Tensor]]:
        """The model with the states of a batch in place of what is frozen; yields what to call it with."""
        read = [tensor for tensor in (batch.input_ids, batch.token_types) if tensor is not None]
        parts = [[tuple(part.tolist()) for part in tensor.split(batch.lengths)] for tensor in read]
        rows = list(zip(*parts, strict=True))
        kept = self._kept.of(self._part.depth)
        lacking = [row for row in dict.fromkeys(rows) if row not in kept]
        found = self._computed(lacking, batch) if lacking else {}
        with self._part.replaced([kept.get(row) or found[row] for row in rows], batch) as inputs:
            yield inputs

    @property
    def has_room(self) -> bool:
        """Whether the next rows are kept."""
        self._kept.of(self._part.depth)
        return not self._kept.is_full

    def _computed(self, rows: list[Row], batch: Batch) -> dict[Row, States]:
        """States of rows, kept as long as there is room."""
        lengths, device = tuple(len(row[0]) for row in rows), batch.input_ids.device
        tokens, *types = (torch.tensor([*itertools.chain(*part)], device=device) for part in zip(*rows, strict=True))
        part = replace(batch, input_ids=tokens, token_types=types[0] if types else None, lengths=lengths)
        owners, self._wiring.owners = self._wiring.owners, ()
        try:
            # in inference mode a row would be kept that no training may read
            with torch.inference_mode(False), torch.no_grad(), torch.autocast(tokens.device.type, enabled=False):
                with in_evaluation(self._model):
                    made = self._part.made_of(part)
                found = dict(zip(rows, made, strict=True))
        finally:
            self._wiring.owners = owners
        for row, made in found.items():
            self._kept.take(row, made)
        return found


def _joined(pieces: list[Tensor], labels_at: LabelsAt) -> Tensor:
    """(rows, …) of row vectors, or one flat row of all tokens."""
    return torch.stack(pieces) if labels_at == "rows" else torch.cat(pieces)[None]


class _Given(nn.Module):
    """Stands where the base is, and says what was kept."""

    def __init__(self, states: States) -> None:
        super().__init__()
        self._states = states

    def forward(self, *_: Any, **__: Any) -> Any:
        from transformers.modeling_outputs import BaseModelOutputWithPooling

        return BaseModelOutputWithPooling(**self._states)


def frozen_of(model: Any) -> Frozen | None:
    """What is kept of a model."""
    return _FROZEN.get(model)


@contextmanager
def keeping(model: Any, kept: KeptStates | None) -> Iterator[None]:
    """Compute what is frozen in a wired model once for each row, for as long as it lasts, or as what is kept."""
    _FROZEN[model] = Frozen(model, KeptStates() if kept is None else kept)
    try:
        yield
    finally:
        del _FROZEN[model]


@contextmanager
def nothing_kept(model: Any) -> Iterator[None]:
    """Compute what is frozen with each batch, for as long as it lasts; what is kept stays as it is."""
    frozen = _FROZEN.pop(model, None)
    try:
        yield
    finally:
        if frozen is not None:
            _FROZEN[model] = frozen


def can_be_kept(model: Any) -> bool:
    """Whether something is frozen below all that is tuned."""
    return has_frozen_base(model) or bool(frozen_layers(model))


def has_frozen_base(model: Any) -> bool:
    """Whether only a head beside the base is trained."""
    return _backbone_of(model) is not base_of(model) and is_tuned(model) and not is_tuned(_backbone_of(model))


def frozen_layers(model: Any) -> list[Any]:
    """The layers below the first one that is tuned, where one is tuned and they stand in one stack."""
    stack = _stack(model)
    first = next((place for place, layer in enumerate(stack) if is_tuned(layer)), 0)
    return stack[:first]


def _backbone_of(model: Any) -> Any:
    """The model without its head."""
    whole = base_of(model)
    return getattr(whole, whole.base_model_prefix, whole)


def _stack(model: Any) -> list[Any]:
    stacks = layer_stacks(base_of(model))
    return list(next(iter(stacks.values()))) if len(stacks) == 1 else []


def is_tuned(module: Any) -> bool:
    """Whether any of its weights are trained."""
    return any(weights.requires_grad for weights in module.parameters())
