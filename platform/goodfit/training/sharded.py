"""A model of which each device holds a part: FSDP2 (https://docs.pytorch.org/docs/stable/distributed.fsdp.fully_shard.html)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.distributed.fsdp import FSDPModule, fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor


def shard(model: Any, mesh: Any) -> None:
    """Let each device hold a part of every weight.

    A layer's weights are put together while it is computed, one layer after the other.

    Args:
        model: Of transformers, with or without a PEFT adapter.
        mesh: Of the devices that share it, one-dimensional.
    """
    layers = {name for module in model.modules() for name in getattr(module, "_no_split_modules", None) or ()}
    for module in model.modules():
        if type(module).__name__ in layers:
            fully_shard(module, mesh=mesh)
    fully_shard(model, mesh=mesh)


def is_sharded(model: Any) -> bool:
    """Whether each device holds a part of a model."""
    return isinstance(model, FSDPModule)


@contextmanager
def whole_outside_layers(model: Any) -> Iterator[None]:
    """Let what is outside of a sharded model's layers be whole, since who writes text calls its encoder by itself."""
    if not is_sharded(model):
        yield
        return
    model.unshard()
    try:
        yield
    finally:
        model.reshard()  # the optimiser knows the parts alone


def whole(tensor: torch.Tensor) -> torch.Tensor:
    """A tensor put together from all devices, all of which have to ask for it, on the CPU: a device need not hold all
    whole ones. Any other one as it is."""
    return tensor.full_tensor().cpu() if isinstance(tensor, DTensor) else tensor


def part_like(tensor: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """A whole tensor -> what this device holds of it where ``other``, of its shape, is sharded; else on its device."""
    if isinstance(other, DTensor) and tensor.shape == other.shape:
        return distribute_tensor(tensor.to(other.device), other.device_mesh, other.placements)
    return tensor.to(other.device)
