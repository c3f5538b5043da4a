"""Linear layers through oneDNN in 32-bit products: faster where PyTorch's default library is slow, or 16-bit ones are.

``torch.ops.mkldnn._linear_pointwise`` computes in true 32-bit floats while PyTorch's float32 matmul precision is
"highest", and takes transposed views, so that forward and both backward products need no copy of the weights.

Many processors multiply 16-bit floats more slowly than 32-bit ones. In autocast the states between the layers are of
16 bits here as there; they are widened for the product, and its weights are not rounded.
"""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from goodfit.models.fast.forwards import replace_forwards

GAIN = 1.15
"""oneDNN is used where it is faster by this factor at least."""

CLOSE = {torch.float32: 1e-4, torch.bfloat16: 2e-2}
"""How near a product is to PyTorch's own, relative to its largest value."""

KEPT_KERNELS = 128
"""oneDNN keeps 1024 prepared products where nobody says less, a quarter of a megabyte each and strewn over the heap. A
step has about 20 for each number of rows; one that is prepared again takes a third of a millisecond."""

SHAPE = (512, 384, 1536)
REPEATS = 9


def product(left: Tensor, right: Tensor, bias: Tensor | None = None) -> Tensor:
    """left @ right.T + bias, of (m, k) and (n, k), multiplied in 32 bits; in the precision of ``left``."""
    if not left.numel():  # oneDNN has no product of nothing
        return nn.functional.linear(left, right, bias)
    wide = [None if part is None else part.float() for part in (left, right, bias)]
    return torch.ops.mkldnn._linear_pointwise(*wide, "none", [], "").to(left.dtype)


def in_half(states: Tensor, *parts: Tensor | None) -> list[Tensor | None]:
    """All of them in the precision of autocast, where it is on; an autograd function is not cast by itself."""
    device = states.device.type
    if not torch.is_autocast_enabled(device):
        return [states, *parts]
    half = torch.get_autocast_dtype(device)
    return [None if part is None else part.to(half) for part in (states, *parts)]


class _Linear(torch.autograd.Function):
    """x W^T + b."""

    @staticmethod
    def forward(ctx: Any, states: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        ctx.save_for_backward(states if ctx.needs_input_grad[1] else None, weight if ctx.needs_input_grad[0] else None)
        return product(states, weight, bias)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        outer = gradients[0].contiguous()
        states, weight = ctx.saved_tensors
        return (
            None if weight is None else product(outer, weight.t()),
            None if states is None else product(outer.float().t(), states.t()),
            outer.float().sum(0) if ctx.needs_input_grad[2] else None,
        )


def linear(states: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """(…, in), (out, in), (out,) -> (…, out); as ``torch.nn.functional.linear``."""
    (read,) = in_half(states)
    if read is None or read.dtype not in CLOSE or weight.dtype != torch.float32 or not states.numel():
        return nn.functional.linear(states, weight, bias)
    found = _Linear.apply(read.reshape(-1, read.shape[-1]), weight, bias)
    return found.view(*states.shape[:-1], weight.shape[0])


def swap_linears(model: Any) -> Callable[[], None]:
    """Let a model's linear layers compute through oneDNN.

    Args:
        model: On a CPU.

    Returns:
        What undoes it.
    """
    from transformers.pytorch_utils import Conv1D

    _keep_few_kernels()
    layers = [
        module for module in model.modules() if type(module) in (nn.Linear, Conv1D) and "forward" not in vars(module)
    ]
    return replace_forwards(layers, lambda module: functools.partial(_forward, module, isinstance(module, Conv1D)))


def _keep_few_kernels() -> None:
    """Has to be said before the first product: https://oneapi-src.github.io/oneDNN/dev_guide_primitive_cache.html"""
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", str(KEPT_KERNELS))


def _forward(module: Any, turned: bool, states: Tensor) -> Tensor:
    return linear(states, module.weight.t() if turned else module.weight, module.bias)


@functools.cache
def onednn_pays(half: bool = False) -> bool:
    """Whether oneDNN is there, right, and faster on this machine: forward and backward of one layer, timed.

    On one thread and in seconds of the processor: what else the machine does must not decide which kernels a run has.

    Args:
        half: Whether the states are bf16; PyTorch's own products are then, too.
    """
    _keep_few_kernels()
    if not torch.backends.mkldnn.is_available() or torch.get_float32_matmul_precision() != "highest":
        return False
    tokens, inputs, outputs = SHAPE
    generator = torch.Generator().manual_seed(0)
    states, weight, outer = (
        torch.randn(*size, generator=generator) for size in ((tokens, inputs), (outputs, inputs), (tokens, outputs))
    )
    expected = states @ weight.t()
    kind = torch.bfloat16 if half else torch.float32
    states, outer, own = states.to(kind), outer.to(kind), weight.to(kind)
    off = (product(states, weight).float() - expected).abs().max()
    if not off <= CLOSE[kind] * expected.abs().max():
        return False
    ours, theirs = [], []
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for _ in range(REPEATS):
            ours.append(_seconds(lambda: (product(states, weight), product(outer, weight.t()))))
            theirs.append(_seconds(lambda: (states @ own.t(), outer @ own)))
    finally:
        torch.set_num_threads(threads)
    return min(theirs) >= GAIN * min(ours)


def _seconds(compute: Callable[[], Any]) -> float:
    started = time.process_time()
    compute()
    return time.process_time() - started
