"""LoRA layers, of one model or of several over one base layer, in one pass."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from goodfit.models.fast.attention import NotFlat
from goodfit.models.fast.forwards import replace_forwards
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


class WideLora(torch.autograd.Function):
    """The same with one product for the low ranks of all models, of which each row keeps those of its own model.

    A GPU does one wide product sooner than many narrow ones, and what starts its work is the dearest part of a step:
    its operations are as many for sixteen models as for one.
    """

    @staticmethod
    def forward(
        ctx: Any, states: Tensor, dropped: Tensor | None, weight: Tensor, bias: Tensor | None,
        shares: Tensor | float, *adapters: Tensor,
    ) -> Tensor:  # fmt: skip
        read = states if dropped is None else dropped
        down, up = torch.cat(adapters[::2]).to(read.dtype), torch.cat(adapters[1::2], 1).to(read.dtype)
        inner = (read @ down.t()).mul_(shares)
        found = nn.functional.linear(states, weight, bias).addmm_(inner, up.t())
        ctx.save_for_backward(read, weight, down, up, inner)
        ctx.shares, ctx.ranks, ctx.kind = shares, [len(part) for part in adapters[::2]], adapters[0].dtype
        ctx.is_dropped = dropped is not None
        return found

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        outer = gradients[0].contiguous()
        read, weight, down, up, inner = ctx.saved_tensors
        near = (outer @ up).mul_(ctx.shares)
        states = outer @ weight if ctx.needs_input_grad[0] else None
        dropped = None
        if ctx.is_dropped:
            dropped = near @ down
        elif states is not None:
            states.addmm_(near, down)
        downs = (near.t() @ read).to(ctx.kind).split(ctx.ranks)
        ups = _turned((inner.t() @ outer).to(ctx.kind), ctx.ranks)
        return states, dropped, None, None, None, *itertools.chain.from_iterable(zip(downs, ups, strict=True))


def _turned(rows: Tensor, ranks: Sequence[int]) -> list[Tensor]:
    """(ranks of all models, out) -> (out, rank) for each; models of one rank that follow each other in one copy."""
    found: list[Tensor] = []
    first = 0
    for rank, alike in itertools.groupby(ranks):
        count = len(list(alike))
        own = rows[first : first + count * rank].view(count, rank, -1)
        found += own.transpose(1, 2).contiguous().unbind()
        first += count * rank
    return found


def takes_wide(device: str) -> bool:
    """Whether the low ranks of all adapters are computed for all rows: a GPU does one wide product sooner than many.

    On a CPU a search of sixteen trials took 5 and 8 % longer with it (by hand, two runs of each).
    """
    return device != "cpu"


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


def wide_lora(states: Tensor, read: Tensor | None, layers: Sequence[Lora], shares: Tensor | float) -> Tensor:
    """The base layer, and the adapters of some models in one product: (rows, out).

    Args:
        states: (rows, in).
        read: What the adapters read, where something was dropped.
        layers: Of one base; those of one rank follow each other.
        shares: What the ranks of all adapters are multiplied by in each row: (rows, ranks), or the same everywhere.
    """
    parts = in_half(states, read, layers[0].weight, layers[0].bias)
    found: Tensor = WideLora.apply(*parts, shares, *(part for layer in layers for part in (layer.down, layer.up)))
    return found


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
    device = states.device.type
    alike = torch.is_autocast_enabled(device) or states.dtype == layer.weight.dtype == layer.down.dtype
    if takes_wide(device) and alike:
        read = None if dropped is None else dropped.flatten(0, -2)
        return wide_lora(states.flatten(0, -2), read, [layer], layer.scaling).view(*states.shape[:-1], -1)
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
