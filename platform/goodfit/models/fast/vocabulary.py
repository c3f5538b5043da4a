"""The loss over a frozen vocabulary from the states before it: logits of all labels are a step's largest tensors.

Some labels at a time get their logits, which become probabilities and their gradient where they are, as in Liger's
kernel for GPUs (Hsu et al. 2024, https://arxiv.org/abs/2410.10989, section 3.2).
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from goodfit.models.fast.forwards import replace_forwards
from goodfit.models.fast.linears import in_half

LABELS = 256
"""So many at a time: products are no faster with more."""

_BARE: weakref.WeakKeyDictionary[Any, bool] = weakref.WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class VocabularyScores:
    """As ``Scores``; logits are made when somebody asks for them."""

    states: Tensor
    """(supervised, size)."""
    head: Any
    """A linear layer over the vocabulary."""
    product: Callable[..., Tensor]
    """left @ right.T + bias."""
    targets: Tensor
    """(supervised,)."""
    rows: Tensor
    """(supervised,): the example of the batch that each belongs to."""

    @property
    def logits(self) -> Tensor:
        """(supervised, vocabulary)."""
        found: Tensor = self.head(self.states)
        return found

    def losses(self) -> Tensor:
        """Negative log-likelihood of each target, in nats: (supervised,), in 32-bit floats."""
        parts = [self.states, self.head.weight, self.head.bias]
        if self.product is nn.functional.linear:
            parts = in_half(*parts)
        found: Tensor = _Losses.apply(*parts, self.product, self.targets)
        return found


def bare_head(model: Any) -> Any:
    """A model's frozen linear layer over the vocabulary, if what it gives is what the model gives; None else.

    Args:
        model: Of transformers, on a CPU or without its weights.
    """
    head = model.get_output_embeddings()
    if type(head) is not nn.Linear or any(weights.requires_grad for weights in head.parameters()):
        return None
    if model not in _BARE:
        _BARE[model] = _is_bare(model, head)
    return head if _BARE[model] else None


def _is_bare(model: Any, head: Any) -> bool:
    """Whether nothing is done to logits behind the head: Gemma 2 squashes them, Granite and Cohere scale them."""
    given: list[tuple[Tensor, int]] = []
    hook = head.register_forward_hook(lambda _module, _args, output: given.append((output, output._version)))
    token = torch.full((1, 2), 5, device=model.device)
    # transformers looks into a mask of tokens, and of an empty model there is nothing to see; not into one of pairs
    mask = token.new_ones(1, 1, 2, 2).bool() if token.is_meta else torch.ones_like(token)
    words = {"decoder_input_ids": token, "decoder_attention_mask": mask} if model.config.is_encoder_decoder else {}
    try:
        with torch.inference_mode(False), torch.no_grad():
            logits = model(input_ids=token, attention_mask=mask, **words).logits
    finally:
        hook.remove()
    return len(given) == 1 and logits is given[0][0] and logits._version == given[0][1]


@contextmanager
def without(head: Any) -> Iterator[None]:
    """The head gives the states that it reads, for as long as it lasts."""
    undo = replace_forwards([head], lambda _: lambda states: states)
    try:
        yield
    finally:
        undo()


class _Losses(torch.autograd.Function):
    """-log softmax(states weight^T + bias)[target], and with it the gradient of the states."""

    @staticmethod
    def forward(
        ctx: Any, states: Tensor, weight: Tensor, bias: Tensor | None, product: Callable[..., Tensor], targets: Tensor
    ) -> Tensor:
        losses, gradients = [], []
        for part, target in zip(states.split(LABELS), targets[:, None].split(LABELS), strict=True):
            logits = product(part, weight, bias).float()
            largest = logits.amax(1, keepdim=True)
            own = logits.gather(1, target)
            sums = logits.sub_(largest).exp_().sum(1, keepdim=True)
            losses.append(sums.log().add_(largest - own)[:, 0])
            if ctx.needs_input_grad[0]:
                gradient = logits.div_(sums)
                gradient.scatter_add_(1, target, torch.full_like(own, -1.0))
                gradients.append(product(gradient.to(states.dtype), weight.t()))
        if gradients:
            ctx.save_for_backward(torch.cat(gradients))
        return torch.cat(losses)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        (states,) = ctx.saved_tensors
        return (states * gradients[0][:, None]).to(states.dtype), None, None, None, None
