"""Linear layers through oneDNN: the same 32-bit products, faster where PyTorch's default library is slow.

``torch.ops.mkldnn._linear_pointwise`` computes in true 32-bit floats while PyTorch's float32 matmul precision is
"highest", and takes transposed views, so that forward and both backward products need no copy of the weights.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from goodfit.models.fast.dropout import replace_forwards

GAIN = 1.15
"""oneDNN is used where it is faster by this factor at least."""

SHAPE = (512, 384, 1536)
REPEATS = 9


def product(left: Tensor, right: Tensor, bias: Tensor | None = None) -> Tensor:
    """left @ right.T + bias, of (m, k) and (n, k)."""
    return torch.ops.mkldnn._linear_pointwise(left, right, bias, "none", [], "")


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
            None if states is None else product(outer.t(), states.t()),
            outer.sum(0) if ctx.needs_input_grad[2] else None,
        )


def linear(states: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """(…, in), (out, in), (out,) -> (…, out); as ``torch.nn.functional.linear``."""
    single = states.dtype == weight.dtype == torch.float32 and not torch.is_autocast_enabled("cpu")
    if not single or not states.numel():
        return nn.functional.linear(states, weight, bias)
    found = _Linear.apply(states.reshape(-1, states.shape[-1]), weight, bias)
    return found.view(*states.shape[:-1], weight.shape[0])


def swap_linears(model: Any) -> Callable[[], None]:
    """Let a model's linear layers compute through oneDNN.

    Args:
        model: On a CPU.

    Returns:
        What undoes it.
    """
    from transformers.pytorch_utils import Conv1D

    layers = [
        module for module in model.modules() if type(module) in (nn.Linear, Conv1D) and "forward" not in vars(module)
    ]
    return replace_forwards(layers, lambda module: functools.partial(_forward, module, isinstance(module, Conv1D)))


def _forward(module: Any, turned: bool, states: Tensor) -> Tensor:
    return linear(states, module.weight.t() if turned else module.weight, module.bias)


@functools.lru_cache(maxsize=1)
def onednn_pays() -> bool:
    """Whether oneDNN is there, right, and faster on this machine: forward and backward of one layer, timed.

    On one thread and in seconds of the processor: what else the machine does must not decide which kernels a run has.
    """
    if not torch.backends.mkldnn.is_available() or torch.get_float32_matmul_precision() != "highest":
        return False
    tokens, inputs, outputs = SHAPE
    generator = torch.Generator().manual_seed(0)
    states, weight, outer = (
        torch.randn(*size, generator=generator) for size in ((tokens, inputs), (outputs, inputs), (tokens, outputs))
    )
    if not torch.allclose(product(states, weight), states @ weight.t(), rtol=1e-4, atol=1e-3):
        return False
    ours, theirs = [], []
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for _ in range(REPEATS):
            ours.append(_seconds(lambda: (product(states, weight), product(outer, weight.t()))))
            theirs.append(_seconds(lambda: (states @ weight.t(), outer @ weight)))
    finally:
        torch.set_num_threads(threads)
    return min(theirs) >= GAIN * min(ours)


def _seconds(compute: Callable[[], Any]) -> float:
    started = time.process_time()
    compute()
    return time.process_time() - started
