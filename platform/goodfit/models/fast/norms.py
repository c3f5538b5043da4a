"""Root mean square norms in one kernel on a GPU, where a step waits for each start of the eight of transformers."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from goodfit.models.fast.forwards import replace_forwards

NEAR = 1e-4
"""How far results may be from the layer's own, on the average and relative to their size: few are rounded otherwise."""

Norm = Callable[[Any, Tensor], Tensor]


def swap_norms(model: Any) -> Callable[[], None]:
    """Let a model's root mean square norms (Zhang and Sennrich 2019, https://arxiv.org/abs/1910.07467) compute at once.

    Each kind of layer is tried on random states, and left alone where what comes out is something else.

    Args:
        model: Any module.

    Returns:
        What undoes it.
    """
    found: dict[tuple[Any, ...], Norm | None] = {}
    swapped: dict[Any, Norm] = {}
    for module in model.modules():
        own = vars(module).get("_parameters", {})
        if set(own) != {"weight"} or own["weight"].dim() != 1 or "forward" in vars(module):
            continue
        kind = type(module), own["weight"].dtype, _epsilon(module)
        if kind not in found:
            found[kind] = next((norm for norm in (_scaled, _scaled_by_one_more) if _is_as(module, norm)), None)
        norm = found[kind]
        if norm is not None:
            swapped[module] = norm
    return replace_forwards(list(swapped), lambda module: functools.partial(swapped[module], module))


def _epsilon(module: Any) -> float:
    found: float = vars(module).get("variance_epsilon", vars(module).get("eps", 0.0))
    return found


def _scaled(module: Any, states: Tensor) -> Tensor:
    """Llama's: what is scaled has the precision of the states."""
    weight = module.weight
    if weight.dtype == states.dtype:
        return nn.functional.rms_norm(states, weight.shape, weight, _epsilon(module))
    return weight * nn.functional.rms_norm(states, weight.shape, None, _epsilon(module)).to(states.dtype)


def _scaled_by_one_more(module: Any, states: Tensor) -> Tensor:
    """Gemma's: weights stand for what they have above 1, and all is computed in 32 bits."""
    weight = module.weight.float() + 1.0
    return nn.functional.rms_norm(states.float(), weight.shape, weight, _epsilon(module)).type_as(states)


def _is_as(module: Any, norm: Norm) -> bool:
    """Whether a norm gives what the layer does, in the precisions in which it may be called."""
    weight = module.weight
    generator = torch.Generator().manual_seed(0)
    states = torch.randn(8, len(weight), generator=generator).to(weight.device) * 3.0
    with torch.no_grad():
        kept = weight.clone()
        weight.copy_(torch.rand(len(weight), generator=generator) + 0.5)  # of ones alone nobody sees what is added
        try:
            return all(_agree(module(states.to(kind)), norm(module, states.to(kind))) for kind in _kinds(weight))
        except (RuntimeError, TypeError, ValueError):
            return False
        finally:
            weight.copy_(kept)


def _kinds(weight: Tensor) -> list[torch.dtype]:
    return [weight.dtype] if weight.dtype != torch.float32 else [torch.float32, torch.bfloat16, torch.float16]


def _agree(expected: Any, found: Tensor) -> bool:
    if not isinstance(expected, Tensor) or expected.shape != found.shape or expected.dtype != found.dtype:
        return False
    far = (expected.float() - found.float()).abs().mean()
    return bool(far <= NEAR * expected.float().abs().mean())
