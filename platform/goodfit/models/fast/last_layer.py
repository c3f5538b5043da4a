"""The last layer for those tokens alone whose states are read.

A classifier reads the first state of each row, the loss of a decoder the states of its labelled tokens. Behind the last
attention no token sees another one: there, and for the queries before it, all other tokens are left out. Which modules
can do without them is seen in the gradients of a pass, not looked up by name.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from goodfit.data.batches import Batch, LabelsAt
from goodfit.models.fast.attention import NotFlat
from goodfit.models.fast.linears import CLOSE
from goodfit.models.fast.read import SHORT, pick, places_of, put, read_of
from goodfit.models.parts import layer_stacks

if TYPE_CHECKING:
    from goodfit.models.fast.wiring import Wiring

PROBE = (9, 22)
"""Tokens of the rows in which modules are tried; of encoder-decoders the decoder's, too."""


@dataclass(frozen=True, slots=True)
class _Found:
    """Modules of a last layer of which nobody reads what they give for tokens that do not answer."""

    key: tuple[LabelsAt, int]
    """What they depend on."""
    by_token: list[Any]
    """Those that compute each token by itself, and have weights; none inside another one."""
    others: list[Any]
    """All others, attention among them."""


_FOUND: weakref.WeakKeyDictionary[Any, _Found] = weakref.WeakKeyDictionary()
"""Of a model; a trial's is wired for each of its evaluations."""


def shorten(wiring: Wiring, labels_at: LabelsAt) -> Callable[[], None]:
    """Let what can do so in a model's last layer compute only tokens whose states are read.

    Args:
        wiring: The model's, which is in evaluation mode.
        labels_at: Where it answers; a batch with answers elsewhere is computed whole.

    Returns:
        What undoes it.
    """
    key = labels_at, sum(1 for _ in wiring.model.modules())  # an adapter may have come or gone
    found = _FOUND.get(wiring.model)
    if found is None or found.key != key:
        with torch.inference_mode(False), torch.enable_grad():
            found = _FOUND[wiring.model] = _tried(wiring, key)
    undo = ExitStack()
    for module in (*found.by_token, *found.others):
        SHORT[module] = labels_at
        undo.callback(SHORT.pop, module)
    for module in found.by_token:
        undo.callback(module.register_forward_pre_hook(_picked).remove)
        undo.callback(module.register_forward_hook(_put).remove)
    return undo.close


def _picked(module: Any, args: tuple[Any, ...]) -> Any:
    places = read_of(module)
    return None if places is None else (pick(args[0], places), *args[1:])


def _put(module: Any, _args: tuple[Any, ...], output: Tensor) -> Any:
    places = read_of(module)
    return None if places is None else put(output, places)


# ---- which modules can do so -----------------------------------------------------------------------------------------


def _tried(wiring: Wiring, key: tuple[LabelsAt, int]) -> _Found:
    found = _Found(key, [], [])
    stacks = list(layer_stacks(wiring.model).values())
    batch = _probe(wiring.model, key[0])
    lengths = batch.decoder_lengths or batch.lengths
    read = places_of(batch, lengths)
    if not stacks or read is None:
        return found
    answering = torch.zeros(sum(lengths), dtype=torch.bool)  # filling aside, which is nobody's
    answering[read] = True
    inside: set[Any] = set()
    for module, states, output, gradient in _seen(wiring, stacks[-1][-1], batch):
        # none at tokens that answer, either, says nothing: weights of zero stand behind, and may be tuned
        if gradient is None or not gradient[0, : len(answering)].any(-1).equal(answering):
            continue
        if module not in inside and states is not None and _is_by_token(module, states, output, read):
            found.by_token.append(module)
            inside |= set(module.modules())
        elif module not in inside:
            found.others.append(module)
    return found


def _seen(wiring: Wiring, layer: Any, batch: Batch) -> list[tuple[Any, Tensor | None, Tensor, Tensor | None]]:
    """Of each module in a layer, outer ones first: what it reads, what it gives, and the answers' gradient there.

    What it reads is left out where it has no weights to multiply with, or reads something else, too.
    """
    calls: dict[Any, list[tuple[Tensor | None, Tensor]]] = {}

    def look(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any) -> None:
        first = output[0] if isinstance(output, tuple) else output
        if not isinstance(first, Tensor) or not first.requires_grad or first.dim() != 3 or len(first) != 1:
            return
        has_weights = any(weights.dim() > 1 for weights in module.parameters())
        alone = len(args) == 1 and first is output and all(value is None for value in kwargs.values())
        takes = has_weights and alone and args[0].shape[:2] == first.shape[:2]
        calls.setdefault(module, []).append((args[0] if takes else None, first))

    def begin(_module: Any, args: tuple[Any, ...]) -> Any:
        return args[0].detach().requires_grad_(), *args[1:]  # of what is frozen, too, the gradient is asked

    with ExitStack() as stack:
        stack.callback(layer.register_forward_pre_hook(begin).remove)
        for module in layer.modules():
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
