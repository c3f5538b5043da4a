"""The optimiser and its learning-rate schedule."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from goodfit.schema.optim import OptimConf
from goodfit.schema.schedule import ScheduleConf

LEAST_SCALE = 1.0
"""Adafactor's rate is relative to a weight's root mean square, or to this if that is smaller: so it is AdamW's. With
PyTorch's own 1e-3 an adapter's matrix that starts at 0 is not learnt at all."""

SCALES = "ia3_l"
"""What PEFT calls the scales of (IA)3."""


def build_optimiser(parameters: Iterable[tuple[str, Any]], conf: OptimConf, scaled: bool) -> Any:
    """An optimiser over named parameters; biases, norms and scales are not decayed.

    Args:
        parameters: (name, parameter); frozen ones are left out.
        conf: The optim group, with its rate filled in.
        scaled: Whether losses are scaled, for 16-bit gradients: a fused optimiser unscales them itself, after they were
            clipped.
    """
    import torch

    trained = [(name, weights) for name, weights in parameters if weights.requires_grad]
    matrices = [weights for name, weights in trained if _is_matrix(name, weights)]
    others = [weights for name, weights in trained if not _is_matrix(name, weights)]
    groups = [
        {"params": matrices, "weight_decay": conf.weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    groups = [group for group in groups if group["params"]]
    lr: float = conf.lr  # type: ignore[assignment]
    if conf.name == "adamw":
        return torch.optim.AdamW(groups, lr=lr, betas=(conf.beta1, conf.beta2), eps=conf.eps, fused=not scaled)
    if conf.name == "adafactor":
        return torch.optim.Adafactor(groups, lr=lr, eps=(None, LEAST_SCALE))
    return torch.optim.SGD(groups, lr=lr, momentum=conf.beta1)


def _is_matrix(name: str, weights: Any) -> bool:
    """Whether a weight is decayed. PEFT holds (IA)3's scales, which do nothing where they are 1, as matrices with one
    row or one column; those of LoRA at rank 1 look alike, and are matrices."""
    return weights.dim() > 1 and SCALES not in name.split(".")


def rate_factor(conf: ScheduleConf, total_steps: int) -> Callable[[int], float]:
    """The schedule: optimiser step (from 0) -> share of the peak rate."""
    warmup = math.ceil(conf.warmup_share * total_steps)

    def factor(step: int) -> float:
        if step < warmup:
            return (step + 1) / (warmup + 1)
        done = (step - warmup) / max(1, total_steps - warmup)
        if conf.name == "linear":
            return max(0.0, 1.0 - done)
        if conf.name == "cosine":
            return 0.5 * (1.0 + math.cos(math.pi * min(1.0, done)))
        return 1.0

    return factor
