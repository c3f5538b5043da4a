"""How the process runs: ``runtime=<name>``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field


@dataclass(kw_only=True, slots=True)
class RuntimeConf:
    """How the process runs. Selected with ``runtime=<name>``."""

    path: Literal["auto", "fast", "plain"] = "auto"
    """``fast`` computes batches without padding, ``plain`` as transformers does; ``auto`` is fast where a
    first step on real records gives the same loss and gradients on both."""

    cuda_graphs: bool = True
    """On one GPU, with ``precision=bf16``: the operations of a training step are recorded for each shape of batch and
    started at once, where a first recorded step is the same and memory is free for it."""

    gradient_checkpointing: bool = False
    """Each layer keeps what it reads alone and computes the rest again for the backward pass: the same gradients in a
    fraction of the memory, for about a third more time (https://arxiv.org/abs/1604.06174)."""

    linears: Literal["auto", "onednn", "torch"] = "auto"
    """What multiplies matrices on a CPU; ``auto`` is oneDNN where a short measurement finds it at least
    15 % faster than PyTorch's default. It multiplies in 32 bits with ``precision=bf16``, too. The choice is
    recorded: it belongs to a run's identity."""

    threads: Annotated[int, Field(ge=1, le=1024)] | None = None
    """CPU threads; when not given, the cores this process may use. It belongs to a run's identity:
    another number of threads gives other bits."""

    workers: Annotated[int, Field(ge=0, le=64)] = 0
    """Processes that prepare batches; records are encoded before training, so 0 is usually fastest."""

    deterministic: bool = True
    """Same seed, same machine class, same bytes; an operation that cannot keep that stops the run."""
