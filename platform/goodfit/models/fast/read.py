"""Which tokens' states are read for a batch's answers, and states of these among those of all tokens."""

from __future__ import annotations

import weakref
from typing import Any

import torch
from torch import Tensor

from goodfit.data.batches import Batch, LabelsAt
from goodfit.models.fast.layout import CURRENT, row_of_tokens, row_starts

SHORT: weakref.WeakKeyDictionary[Any, LabelsAt] = weakref.WeakKeyDictionary()
"""Module of a last layer -> where its model answers; nobody reads what it gives for other tokens."""


def places_of(batch: Batch, lengths: tuple[int, ...]) -> Tensor | None:
    """The flat tokens whose states are read, one of each row at least, in their order: (places,).

    Args:
        batch: On a CPU.
        lengths: Tokens of each row, of a decoder's where there is one; there may be more rows than the batch has.

    Returns:
        None, where all may be read.
    """
    if batch.labels_at == "spans":
        return None
    first = row_starts(lengths)
    if batch.learnt is None:
        return first
    answering = torch.zeros(len(lengths), dtype=torch.bool)
    answering[row_of_tokens(lengths)[batch.learnt]] = True
    return torch.cat([batch.learnt, first[~answering]]).sort().values


def read_of(module: Any) -> Tensor | None:
    """The tokens of the batch that is computed whose states are read from a module, if not all of them may be."""
    batch, layout = CURRENT.answered, CURRENT.layout
    if batch is None or layout is None or SHORT.get(module) != batch.labels_at:
        return None
    lengths = layout.decoder_lengths or layout.lengths
    return layout.there("read", lambda _: places_of(batch, lengths), follows=False)


def pick(states: Tensor, places: Tensor) -> Tensor:
    """(any, tokens, …) -> (any, places, …); the gradient of all others is 0."""
    found: Tensor = _Pick.apply(states, places)
    return found


def put(states: Tensor, places: Tensor) -> Tensor:
    """(any, places, …) -> (any, tokens of the batch that is computed, …), with 0 for all others."""
    layout = CURRENT.layout
    found: Tensor = _Put.apply(states, places, sum(layout.decoder_lengths or layout.lengths) if layout else 0)
    return found


class _Pick(torch.autograd.Function):
    """See ``pick``: PyTorch's own adds up what it is given twice, which nobody needs here."""

    @staticmethod
    def forward(ctx: Any, states: Tensor, places: Tensor) -> Tensor:
        ctx.places, ctx.tokens = places, states.shape[1]
        return states.index_select(1, places)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        return _among(gradients[0], ctx.places, ctx.tokens), None


class _Put(torch.autograd.Function):
    """See ``put``."""

    @staticmethod
    def forward(ctx: Any, states: Tensor, places: Tensor, tokens: int) -> Tensor:
        ctx.places = places
        return _among(states, places, tokens)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        return gradients[0].index_select(1, ctx.places), None, None


def _among(states: Tensor, places: Tensor, tokens: int) -> Tensor:
    return states.new_zeros(len(states), tokens, *states.shape[2:]).index_copy_(1, places, states)
