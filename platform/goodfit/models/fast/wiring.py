"""A model that is computed flat: wired through public seams, called, and left as it was."""

from __future__ import annotations

import inspect
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from torch.nn import functional

from goodfit.data.batches import Batch, LabelsAt
from goodfit.models.fast.attention import NAME, SIDES, NotFlat, attend
from goodfit.models.fast.dropout import swap_dropouts
from goodfit.models.fast.gates import swap_gates
from goodfit.models.fast.last_layer import shorten
from goodfit.models.fast.layout import CURRENT, Layout, Owner, Side
from goodfit.models.fast.linears import product, swap_linears
from goodfit.models.fast.lora import swap_lora
from goodfit.models.fast.norms import swap_norms
from goodfit.models.fast.own_attention import swap_attention
from goodfit.models.fast.vocabulary import bare_head
from goodfit.models.parts import base_of, in_evaluation, padding_of

if TYPE_CHECKING:
    from torch import Tensor

FILLED_TO = 32
"""Flat rows get a multiple of this many tokens where oneDNN computes them: it prepares its kernels for each number of
rows anew, which takes as long as a small product, and keeps a thousand of them."""

_WIRINGS: weakref.WeakKeyDictionary[Any, Wiring] = weakref.WeakKeyDictionary()

_OFFSETS: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()


class Wiring:
    """What was changed in a model so that it takes flat batches.

    Args:
        model: Of transformers, with or without a PEFT adapter.
        reads_first_state: Whether its head reads the first state of each row.
        product: left @ right.T + bias, of its linear layers.

    Raises:
        NotFlat: Its attention cannot be replaced.
    """

    def __init__(self, model: Any, reads_first_state: bool, product: Callable[..., Tensor]) -> None:
        from transformers import AttentionInterface

        AttentionInterface.register(NAME, attend)
        CURRENT.layout = None  # of another model, maybe: what is tried from here on is padded
        self.model = base_of(model)
        """Of transformers, below an adapter."""
        self.product = product
        """Of its linear layers."""
        self._filled_to = 1 if product is functional.linear else FILLED_TO
        self._has_interface = self.model._can_set_attn_implementation()
        undo_attention = (lambda: None) if self._has_interface else swap_attention(self.model)
        self._attention = self.model.config._attn_implementation
        self._takes_positions = "position_ids" in inspect.signature(self.model.forward).parameters
        self._offset = _offset_of(self.model) if self._takes_positions else 0
        self._undo = [undo_attention, swap_dropouts(model, lambda: (CURRENT.layout or Layout(())).draws)]
        self._handles = [*_own_bias(self.model), *([_first_states(self.model)] if reads_first_state else [])]
        self.owners: tuple[Owner, ...] = ()
        """Whose rows the next batch has, where it has those of several models."""
        self.head: Any = None
        """The layer over the vocabulary, where losses are made of the states before it."""
        self.short_for: LabelsAt | None = None
        """Where the model answers, if its last layer is computed there alone."""
        self.layout: Layout | None = None
        """Of the next batch, where somebody has made it."""
        SIDES.update(_sides(self.model))

    def resume(self) -> None:
        """Take flat batches."""
        self._attend_by(NAME)

    def pause(self) -> None:
        """Take padded batches and caches, as before."""
        self._attend_by(self._attention)
        CURRENT.layout = None

    def close(self) -> None:
        """Leave the model as it was."""
        self.pause()
        for undo in self._undo:
            undo()
        for handle in self._handles:
            handle.remove()

    def _attend_by(self, name: str) -> None:
        if self._has_interface:
            self.model.set_attn_implementation(name)
        else:
            self.model.config._attn_implementation = name  # by which transformers decides on a mask

    def inputs(self, batch: Batch) -> dict[str, Tensor]:
        """What the model reads: rows of one, with positions that begin anew with each row of the batch.

        One more row stands behind those of the batch, see ``FILLED_TO``; nobody reads what comes of it.
        """
        CURRENT.layout, CURRENT.answered = self.layout or self.layout_of(batch), None
        found = {"input_ids": self._filled(batch.input_ids, batch.pad_id)}
        if self._takes_positions:
            found["position_ids"] = self._positions(CURRENT.layout, found["input_ids"])
        if batch.token_types is not None:
            found["token_type_ids"] = self._filled(batch.token_types, 0)
        if batch.decoder_input_ids is not None:
            found["decoder_input_ids"] = self._filled(batch.decoder_input_ids, batch.pad_id)
        return found

    def _positions(self, layout: Layout, ids: Tensor) -> Tensor:
        """Of each token in its row: (1, tokens). RoBERTa and its kin begin behind the position of padding, and do not
        count any, also not where it stands in a text."""
        places = layout.positions(self._offset)[None]
        if not self._offset or padding_of(self.model.config) != self._offset - 1:
            return places
        is_padding = (ids == self._offset - 1).long()
        so_far = is_padding.cumsum(1)
        in_rows_before = (so_far - is_padding)[:, layout.row_starts()]
        counted = places - so_far + in_rows_before[:, layout.row_of_tokens("inputs")]
        return counted.masked_fill(is_padding.bool(), self._offset - 1)

    def layout_of(self, batch: Batch, longest: int | None = None, turn: int | None = None) -> Layout:
        """The rows of a batch, and the one behind them; see ``Layout.longest`` and ``Layout.turn``."""
        lengths, decoder = batch.lengths, batch.decoder_lengths
        return Layout(
            (*lengths, self.filling(sum(lengths))),
            None if decoder is None else (*decoder, self.filling(sum(decoder))),
            self.owners,
            device=batch.input_ids.device,
            longest=longest,
            turn=turn,
        )

    def filling(self, tokens: int) -> int:
        """Tokens of the row behind so many."""
        return self._filled_to - tokens % self._filled_to

    def _filled(self, flat: Tensor, fill: int) -> Tensor:
        """A row of filling behind the others: (1, tokens)."""
        return functional.pad(flat, (0, self.filling(len(flat))), value=fill)[None]


def wiring_of(model: Any) -> Wiring | None:
    """The wiring of a model that takes flat batches."""
    return _WIRINGS.get(model)


@contextmanager
def wired(
    model: Any,
    *,
    reads_first_state: bool,
    flat: bool,
    onednn: bool,
    short_for: LabelsAt | None = None,
    gates: bool = True,
) -> Iterator[None]:
    """The fast path, for as long as it lasts.

    Args:
        model: Of transformers, with or without a PEFT adapter.
        reads_first_state: Whether its head reads the first state of each row.
        flat: Whether it takes flat batches.
        onednn: Whether its linear layers compute through oneDNN.
        short_for: Where it answers, if its last layer is computed there alone.
        gates: Whether gated layers on a CPU compute again what is cheap to compute.

    Raises:
        NotFlat: It cannot take flat batches.
    """
    if model in _WIRINGS:
        raise NotFlat("the model takes flat batches already")
    undo: list[Callable[[], None]] = []
    try:
        if onednn:
            undo.append(swap_linears(model))
        if flat:
            multiply = product if onednn else functional.linear
            undo.append(swap_lora(model, multiply))
            if base_of(model).device.type == "cuda":  # a CPU computes them in as many steps either way
                undo.append(swap_norms(model))
            elif gates:  # a GPU would wait for what is computed again
                undo.append(swap_gates(model))
            wiring = Wiring(model, reads_first_state, multiply)
            undo.append(wiring.close)
            with in_evaluation(model):  # what is tried draws nothing
                if wiring.model.device.type == "cpu":
                    wiring.head = bare_head(wiring.model)
                wiring.resume()
                if short_for is not None:
                    wiring.short_for = short_for
                    undo.append(shorten(wiring, short_for))
            _WIRINGS[model] = wiring
        yield
    finally:
        _WIRINGS.pop(model, None)
        for leave in reversed(undo):
            leave()


@contextmanager
def as_padded(model: Any) -> Iterator[None]:
    """The model as transformers calls it, for caches and generation."""
    wiring = _WIRINGS.pop(model, None)
    if wiring is None:
        yield
        return
    wiring.pause()
    try:
        yield
    finally:
        wiring.resume()
        _WIRINGS[model] = wiring


def _sides(model: Any) -> dict[Any, Side]:
    """Every module with a direction, tagged with what it attends to."""
    if not model.config.is_encoder_decoder:
        return {module: "inputs" for module in model.modules()}
    sides: dict[Any, Side] = {}
    for name, module in model.named_modules():
        if "decoder" not in name.split("."):
            sides[module] = "inputs"
        elif "is_causal" in vars(module):
            sides[module] = "decoder" if module.is_causal else "cross"
    return sides


def _offset_of(model: Any) -> int:
    """See ``_position_offset``; a trial's model is wired for each of its evaluations."""
    if model not in _OFFSETS:
        _OFFSETS[model] = _position_offset(model)
    return _OFFSETS[model]


def _position_offset(model: Any) -> int:
    """The first position that the model counts from by itself: seen, not guessed (RoBERTa's is 2)."""
    import torch
    from torch import nn

    seen: list[int] = []
    tables = [
        module
        for name, module in model.named_modules()
        if type(module) is nn.Embedding and name.rpartition(".")[2] in ("position_embeddings", "embed_positions", "wpe")
    ]
    hooks = [table.register_forward_pre_hook(lambda _, args: seen.append(int(args[0].min()))) for table in tables]
    token = torch.full((1, 2), 6 if model.config.pad_token_id == 5 else 5, device=model.device)
    try:
        with in_evaluation(model), torch.no_grad():
            model(input_ids=token, attention_mask=torch.ones_like(token))
    finally:
        for hook in hooks:
            hook.remove()
    return seen[0] if seen else 0


def _own_bias(model: Any) -> list[Any]:
    """T5 would make a bias for every pair of tokens of the flat row: one for the longest row is enough."""
    import torch
    from transformers.models.mt5.modeling_mt5 import MT5Attention
    from transformers.models.t5.modeling_t5 import T5Attention

    nothing = torch.zeros(1, 1, 1, 1, device=model.device)

    def give_bias(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        side = SIDES.get(module)
        if kwargs.get("position_bias") is None and CURRENT.layout is not None and side is not None:
            longest = max(CURRENT.layout.sizes(side)[0])
            kwargs["position_bias"] = (
                module.compute_bias(longest, longest) if module.has_relative_attention_bias else nothing
            )
        return args, kwargs

    return [
        module.register_forward_pre_hook(give_bias, with_kwargs=True)
        for module in model.modules()
        if isinstance(module, T5Attention | MT5Attention)
    ]


def _first_states(model: Any) -> Any:
    """A head that reads the first state of each row gets a batch of first states."""
    base = getattr(model, model.base_model_prefix)
    below_pooler = base.encoder if vars(base)["_modules"].get("pooler") is not None else base

    def pick(_module: Any, _args: Any, output: Any) -> Any:
        if CURRENT.layout is None:
            return output
        states = output[0][0][CURRENT.layout.row_starts()][:, None]
        if isinstance(output, tuple):
            return (states, *output[1:])
        output["last_hidden_state"] = states
        return output

    return below_pooler.register_forward_hook(pick)
