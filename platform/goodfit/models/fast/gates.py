"""Gated layers that keep two tensors for their backward pass, where PyTorch keeps four.

Of ``down(act(gate(x)) * up(x))`` (Shazeer 2020, https://arxiv.org/abs/2002.05202) the activation and the product are
computed again from the other two, bit for bit: they are a quarter of what a step of a decoder keeps.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from goodfit.models.fast.forwards import replace_forwards
from goodfit.models.parts import in_evaluation

PARTS = {"gate_proj", "up_proj", "down_proj", "act_fn"}
"""What transformers calls the parts of a gated layer, from Llama on."""


def swap_gates(model: Any) -> Callable[[], None]:
    """Let a model's gated layers compute again what is cheap to compute.

    Each kind of layer is tried on random states, and left alone where what comes out is something else.

    Args:
        model: Any module, its linear layers as they will be computed.

    Returns:
        What undoes it.
    """
    layers = [
        module
        for module in model.modules()
        if set(vars(module).get("_modules", {})) == PARTS and not list(module.act_fn.parameters())
    ]
    same = {kind: _is_as(next(layer for layer in layers if type(layer) is kind)) for kind in {*map(type, layers)}}
    return replace_forwards(
        [layer for layer in layers if same[type(layer)]], lambda layer: functools.partial(_forward, layer)
    )


def _is_as(layer: Any) -> bool:
    """Whether a layer computes what its parts together do."""
    try:
        kind = next(layer.gate_proj.parameters()).dtype
        states = torch.randn(1, 2, layer.gate_proj.in_features, generator=torch.Generator().manual_seed(0))
        states = states.to(kind if kind.is_floating_point else torch.float32)  # 4 bits are held as integers
        with in_evaluation(layer), torch.no_grad():
            return torch.equal(layer(states), _forward(layer, states))
    except (RuntimeError, TypeError, ValueError, AttributeError):  # another forward, or parts of another kind
        return False


def _forward(layer: Any, states: Tensor) -> Tensor:
    gate, up = layer.gate_proj(states), layer.up_proj(states)
    if not (gate.requires_grad and up.requires_grad):
        return layer.down_proj(layer.act_fn(gate) * up)  # type: ignore[no-any-return]
    inner = _Inner(layer.act_fn, gate.detach(), up.detach())
    product: Tensor = _Gated.apply(gate, up, inner)
    place, size = product.data_ptr(), product.numel()

    def pack(saved: Tensor) -> Any:
        """Of the product, in whatever shape, how to compute it again; turned, it is kept as it is."""
        is_product = saved.data_ptr() == place and saved.numel() == size and saved.is_contiguous()
        return functools.partial(inner.product, saved.shape) if is_product else saved

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda saved: saved() if callable(saved) else saved):
        return layer.down_proj(product)  # type: ignore[no-any-return]


class _Inner:
    """What a gated layer has before its product; its activation is computed once for all that need it again."""

    def __init__(self, activation: Any, gate: Tensor, up: Tensor) -> None:
        self.activation, self._gate, self._up = activation, gate, up
        self._again: tuple[Tensor, Tensor] | None = None

    def _activated(self) -> tuple[Tensor, Tensor]:
        """The gate as a leaf, and its activation, which can be differentiated."""
        if self._again is None:
            with torch.enable_grad():
                leaf = self._gate.detach().requires_grad_()
                self._again = leaf, self.activation(leaf)
        return self._again

    def product(self, shape: torch.Size) -> Tensor:
        """What the last layer read."""
        return (self._activated()[1].detach() * self._up).view(shape)

    def gradients(self, outer: Tensor) -> tuple[Tensor, Tensor]:
        """Of the gate and of what it is multiplied with; what was computed again is let go."""
        leaf, activated = self._activated()
        self._again = None
        (gate,) = torch.autograd.grad(activated, leaf, outer * self._up)
        return gate, activated.detach().mul_(outer)


class _Gated(torch.autograd.Function):
    """act(gate) * up."""

    @staticmethod
    def forward(ctx: Any, gate: Tensor, up: Tensor, inner: _Inner) -> Tensor:
        ctx.inner = inner
        return inner.activation(gate) * up

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        return *ctx.inner.gradients(gradients[0]), None
