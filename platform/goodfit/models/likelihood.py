"""Negative log-likelihood of labels, with half of the memory that two steps of PyTorch would take."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def losses(logits: Tensor, targets: Tensor) -> Tensor:
    """Negative log-likelihood of each target, in nats.

    Args:
        logits: (labels, classes or vocabulary).
        targets: (labels,).

    Returns:
        (labels,), in 32-bit floats; it can be differentiated once.
    """
    return _Losses.apply(logits.float(), targets)  # type: ignore[no-any-return]


class _Losses(torch.autograd.Function):
    """-log softmax(logits)[target]; the gradient, softmax minus one at the target, is made where the logs were."""

    @staticmethod
    def forward(ctx: Any, logits: Tensor, targets: Tensor) -> Tensor:
        logs = torch.log_softmax(logits, -1)
        ctx.logs, ctx.targets = logs, targets
        return -logs.gather(-1, targets[:, None])[:, 0]

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        if ctx.logs is None:
            raise RuntimeError("the losses were differentiated before")
        gradient = ctx.logs.exp_()
        ctx.logs = None
        gradient[torch.arange(len(gradient), device=gradient.device), ctx.targets] -= 1
        return gradient.mul_(gradients[0][:, None]), None
