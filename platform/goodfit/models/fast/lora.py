"""LoRA layers, of one model or of several over one base layer, in one pass."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from goodfit.models.fast.attention import NotFlat
from goodfit.models.fast.dropout import replace_forwards
from goodfit.models.fast.linears import in_half


class PackedLora(torch.autograd.Function):
    """x W^T + b, and for the rows of each model s (x A^T) B^T (Hu et al. 2021, https://arxiv.org/abs/2106.09685)."""

    @staticmethod
    def forward(
        ctx: Any, states: Tensor, dropped: Tensor | None, weight: Tensor, bias: Tensor | None,
        product: Callable[..., Tensor], counts: Sequence[int], scalings: Sequence[float], *adapters: Tensor,
    ) -> Tensor:  # fmt: skip
        found = product(states, weight, bias)
        read = states if dropped is None else dropped
        inner, first = [], 0
        for count, scaling, down, up in zip(counts, scalings, adapters[::2], adapters[1::2], strict=True):
            inner.append(product(read[first : first + count], down))
            found[first : first + count].addmm_(inner[-1], up.t(), alpha=scaling)
            first += count
        ctx.save_for_backward(read, weight, *adapters, *inner)
        ctx.product, ctx.counts, ctx.scalings, ctx.is_dropped = product, counts, scalings, dropped is not None
        return found

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        outer = gradients[0].contiguous()
        read, weight, *others = ctx.saved_tensors
        adapters, inner = others[: 2 * len(ctx.counts)], others[2 * len(ctx.counts) :]
        states = ctx.product(outer, weight.t(), None) if ctx.needs_input_grad[0] else None
        dropped = torch.zeros_like(read) if ctx.is_dropped else None
        into = dropped if ctx.is_dropped else states
        found, first = [], 0
        for number, (count, scaling) in enumerate(zip(ctx.counts, ctx.scalings, strict=True)):
            down, up = adapters[2 * number : 2 * number + 2]
            own = slice(first, first + count)
            near = ctx.product(outer[own], up.t()).mul_(scaling)
            if into is not None:
                into[own].addmm_(near, down)
            found += [
                ctx.product(near.t(), read[own].t()),
                ctx.product(inner[number].t(), outer[own].t()).mul_(scaling).t(),
            ]
            first += count
        return states, dropped, None, None, None, None, None, *found


class Lora:
    """A LoRA layer of one model."""

    def __init__(self, layer: Any) -> None:
        from transformers.pytorch_utils import Conv1D

        name = layer.active_adapters[0]
        base = layer.base_layer
        if type(base) not in (nn.Linear, Conv1D):
            raise NotFlat(f"a pack holds LoRA on linear layers, and this is a {type(base).__name__}")
        self.weight, self.bias = base.weight.t() if type(base) is Conv1D else base.weight, base.bias
        """(out, in) and (out,)."""
        self.down, self.up = layer.lora_A[name].weight, layer.lora_B[name].weight
        """(rank, in) and (out, rank)."""
        self.scaling = float(layer.scaling[name])
        self.dropout = float(getattr(layer.lora_dropout[name], "p", 0.0))


def plain_lora(layer: Any, name: str) -> Lora:
    """A LoRA layer of PEFT's.

    Raises:
        NotFlat: It is something else, or more.
    """
    from peft.tuners.lora import Linear

    if not isinstance(layer, Linear) or len(layer.active_adapters) != 1:
        raise NotFlat(f"not all models have one LoRA adapter on {name}")
    if layer.lora_variant or layer.merged or layer.disable_adapters or any(layer.lora_bias.values()):
        raise NotFlat(f"{name} has a variant of LoRA, or its adapter is merged or off")
    return Lora(layer)


def in_one_precision(
    product: Callable[..., Tensor], states: Tensor, dropped: Tensor | None, layers: Sequence[Lora]
) -> list[Tensor | None]:
    """States, dropped states, the base layer's weight and bias, and the adapters of some models, to be multiplied.

    In autocast the base layer stays in 32 bits where ``product`` widens the states.
    """
    adapters = [part for layer in layers for part in (layer.down, layer.up)]
    states_and_adapters = in_half(states, dropped, *adapters)
    weight, bias = layers[0].weight, layers[0].bias
    base = in_half(weight, bias) if product is nn.functional.linear else [weight, bias]
    return [*states_and_adapters[:2], *base, *states_and_adapters[2:]]


def swap_lora(model: Any, product: Callable[..., Tensor]) -> Callable[[], None]:
    """Let a model's LoRA layers compute in one step each, as PEFT does in five.

    Args:
        model: With an adapter of PEFT's, or without.
        product: left @ right.T + bias.

    Returns:
        What undoes it.
    """
    from peft.tuners.lora import Linear

    layers: dict[Any, Lora] = {}
    for name, module in model.named_modules():
        if isinstance(module, Linear) and not module.get_base_layer().weight.requires_grad:
            try:
                layers[module] = plain_lora(module, name)
            except NotFlat:
                continue
    return replace_forwards(list(layers), lambda module: functools.partial(_forward, module, layers[module], product))


def _forward(module: Any, layer: Lora, product: Callable[..., Tensor], states: Tensor, *_: Any) -> Tensor:
    if module.merged or module.disable_adapters or not states.numel():
        return type(module).forward(module, states)  # type: ignore[no-any-return]
    dropped = module.lora_dropout[module.active_adapters[0]](states) if layer.dropout else None
    whole, read, weight, bias, down, up = in_one_precision(product, states, dropped, [layer])
    kinds = {part.dtype for part in (whole, read, down, up) if part is not None}
    of_base = kinds if product is nn.functional.linear else {*kinds, torch.float32}
    if len(kinds) > 1 or whole is None or weight is None or weight.dtype not in of_base:
        return type(module).forward(module, states)  # type: ignore[no-any-return]
    flat = whole.flatten(0, -2)
    found = PackedLora.apply(
        flat,
        None if read is None else read.flatten(0, -2),
        weight,
        bias,
        product,
        [len(flat)],
        [layer.scaling],
        down,
        up,
    )
    return found.view(*states.shape[:-1], len(weight))  # type: ignore[no-any-return]
