"""The last layer for those tokens alone whose states are read.

A classifier reads the first state of each row, the loss of a decoder the states of its labelled tokens. Behind the last
attention no token sees another one: there, and for the queries before it, all other tokens are left out. Which modules
can do without them is seen in the gradients of a pass, not looked up by name.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from goodfit.data.batches import Batch, LabelsAt
from goodfit.models.fast.attention import NotFlat
from goodfit.models.fast.layout import CURRENT, Layout
from goodfit.models.fast.linears import CLOSE
from goodfit.models.parts import layer_stacks

if TYPE_CHECKING:
    from goodfit.models.fast.wiring import Wiring

PROBE = (9, 22)
"""Tokens of the rows in which modules are tried; of encoder-decoders the decoder's, too."""

_FOUND: weakref.WeakKeyDictionary[Any, tuple[tuple[LabelsAt, int], list[Any]]] = weakref.WeakKeyDictionary()
"""Model -> what the modules depend on, and the modules; a trial's model is wired for each of its evaluations."""


def shorten(wiring: Wiring, labels_at: LabelsAt) -> Callable[[], None]:
    """Let what can do so in a model's last layer compute only tokens whose states are read.

    Args:
        wiring: The model's, which is in evaluation mode.
        labels_at: Where it answers; a batch with answers elsewhere is computed whole.

    Returns:
        What undoes it.
    """
    key = labels_at, sum(1 for _ in wiring.model.modules())  # an adapter may have come or gone
    if wiring.model not in _FOUND or _FOUND[wiring.model][0] != key:
        with torch.inference_mode(False), torch.enable_grad():
            _FOUND[wiring.model] = key, _of_own_tokens(wiring, labels_at)
    undo = ExitStack()
    for module in _FOUND[wiring.model][1]:
        undo.callback(module.register_forward_pre_hook(functools.partial(_pick, labels_at)).remove)
        undo.callback(module.register_forward_hook(functools.partial(_put, labels_at)).remove)
    return undo.close


def places_of(batch: Batch, layout: Layout) -> Tensor | None:
    """The flat tokens whose states are read for a batch's answers, if not all of them may be: (places,)."""
    if batch.labels_at == "tokens":
        return batch.learnt
    return None if batch.labels_at == "spans" else layout.row_starts()


def _places(labels_at: LabelsAt) -> tuple[Tensor, int] | None:
    """Of the batch that is computed: the tokens that are read, and how many there are in all."""
    batch, layout = CURRENT.answered, CURRENT.layout
    if batch is None or layout is None or batch.labels_at != labels_at:
        return None
    places = places_of(batch, layout)
    return None if places is None else (places, sum(layout.decoder_lengths or layout.lengths))


def _pick(labels_at: LabelsAt, _module: Any, args: tuple[Any, ...]) -> Any:
    read = _places(labels_at)
    return None if read is None else (_Picked.apply(args[0], read[0]), *args[1:])


def _put(labels_at: LabelsAt, _module: Any, _args: tuple[Any, ...], output: Tensor) -> Any:
    read = _places(labels_at)
    return None if read is None else _Put.apply(output, *read)


class _Picked(torch.autograd.Function):
    """(1, tokens, size) -> (1, places, size); the gradient of all others is 0."""

    @staticmethod
    def forward(ctx: Any, states: Tensor, places: Tensor) -> Tensor:
        ctx.places, ctx.tokens = places, states.shape[1]
        return states.index_select(1, places)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        return _among(gradients[0], ctx.places, ctx.tokens), None


class _Put(torch.autograd.Function):
    """(1, places, size) -> (1, tokens, size), with 0 for all others."""

    @staticmethod
    def forward(ctx: Any, states: Tensor, places: Tensor, tokens: int) -> Tensor:
        ctx.places = places
        return _among(states, places, tokens)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        return gradients[0].index_select(1, ctx.places), None, None


def _among(states: Tensor, places: Tensor, tokens: int) -> Tensor:
    return states.new_zeros(1, tokens, states.shape[-1]).index_copy_(1, places, states)


# ---- which modules can do so -----------------------------------------------------------------------------------------


def _of_own_tokens(wiring: Wiring, labels_at: LabelsAt) -> list[Any]:
    """The outermost modules with weights that compute each token by itself, of which nobody reads the others."""
    stacks = list(layer_stacks(wiring.model).values())
    if not stacks or labels_at == "spans":
        return []
    batch = _probe(wiring.model, labels_at)
    layout = wiring.layout_of(batch)
    read = places_of(batch, layout)
    others = torch.ones(sum(batch.decoder_lengths or batch.lengths), dtype=torch.bool)  # filling is nobody's anyway
    others[read[read < len(others)]] = False
    found: list[Any] = []
    inside: set[Any] = set()
    for module, states, output, gradient in _seen(wiring, stacks[-1][-1], batch):
        unread = gradient is not None and not gradient[0, : len(others)][others].any()
        if module not in inside and unread and _is_by_token(module, states, output, read):
            found.append(module)
            inside |= set(module.modules())
    return found


def _seen(wiring: Wiring, layer: Any, batch: Batch) -> list[tuple[Any, Tensor, Tensor, Tensor | None]]:
    """What each module with weights in a layer reads and gives, outer ones first, and the answers' gradient there."""
    calls: dict[Any, list[tuple[Tensor, Tensor]]] = {}

    def look(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any) -> None:
        alone = len(args) == 1 and all(value is None for value in kwargs.values())
        if alone and isinstance(output, Tensor) and output.dim() == 3 and output.shape[:2] == args[0].shape[:2]:
            calls.setdefault(module, []).append((args[0], output))

    def begin(_module: Any, args: tuple[Any, ...]) -> Any:
        return args[0].detach().requires_grad_(), *args[1:]  # of what is frozen, too, the gradient is asked

    with ExitStack() as stack:
        stack.callback(layer.register_forward_pre_hook(begin).remove)
        for module in layer.modules():
            if any(weights.dim() > 1 for weights in module.parameters()):
                stack.callback(module.register_forward_hook(look, with_kwargs=True).remove)
        answers = _answers(wiring.model(**wiring.inputs(batch)), batch)
    once = [(module, *calls[module][0]) for module in layer.modules() if len(calls.get(module, ())) == 1]
    shares = torch.randn(answers.shape, generator=torch.Generator().manual_seed(0))
    gradients = torch.autograd.grad((answers * shares).sum(), [output for *_, output in once], allow_unused=True)
    return [(*parts, gradient) for parts, gradient in zip(once, gradients, strict=True)]


def _is_by_token(module: Any, states: Tensor, output: Tensor, places: Tensor) -> bool:
    """Whether some tokens alone get what they get among all."""
    expected = output.index_select(1, places)
    try:
        with torch.no_grad():
            found = module(states.index_select(1, places))
    except NotFlat:  # attention, which asks for all tokens
        return False
    near = CLOSE.get(output.dtype, 0.0) * output.abs().max()
    return found.shape == expected.shape and bool((found - expected).abs().max() <= near)


def _probe(model: Any, labels_at: LabelsAt) -> Batch:
    """Rows of any tokens, with an answer at the end of each where tokens answer."""
    generator = torch.Generator().manual_seed(0)
    ids = torch.randint(model.config.get_text_config().vocab_size, (sum(PROBE),), generator=generator)
    learnt = torch.tensor(PROBE).cumsum(0) - 1 if labels_at == "tokens" else None
    decoder = (ids.flip(0), PROBE) if model.config.is_encoder_decoder else (None, None)
    return Batch(ids, PROBE, torch.zeros_like(ids), *decoder, 0, labels_at, learnt)


def _answers(output: Any, batch: Batch) -> Tensor:
    """What is read of a pass."""
    if batch.learnt is not None:
        return output.logits[0, batch.learnt].float()
    vectors = output.last_hidden_state[:, 0] if batch.labels_at == "pairs" else output.logits
    return vectors[: len(batch.lengths)].float()
