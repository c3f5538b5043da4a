"""What the model runs on: ``hardware=<name>``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field


@dataclass(kw_only=True, slots=True)
class HardwareConf:
    """What the model runs on. Selected with ``hardware=<name>``."""

    accelerator: Literal["auto", "cpu", "gpu"] = "auto"
    """``auto`` takes a GPU where there is one."""

    devices: Annotated[int, Field(ge=1)] = 1
    """Devices (CPU: processes) on each node."""

    nodes: Annotated[int, Field(ge=1)] = 1
    """Machines; start one process on each, by torchrun or Slurm."""

    strategy: Literal["single", "ddp", "fsdp", "deepspeed"] = "single"
    """How devices share the work."""

    memory_gb: Annotated[float, Field(gt=0)] | None = None
    """Memory that the run may use on each device, in GiB; when not given, what is free."""
