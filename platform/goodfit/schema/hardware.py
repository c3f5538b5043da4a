"""What the model runs on: ``hardware=<name>``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from goodfit.schema.ranges import Count

SLURM_NAME = r"^[\w.,:-]+$"
"""What stands unquoted in a batch script."""


@dataclass(kw_only=True, slots=True)
class HardwareConf:
    """What the model runs on. Selected with ``hardware=<name>``."""

    accelerator: Literal["auto", "cpu", "gpu"] = "auto"
    """``auto`` takes a GPU where there is one."""

    devices: Count = 1
    """Devices (CPU: processes) on each node."""

    nodes: Count = 1
    """Machines; start the processes by torchrun with a ``run.dir``, or by ``hardware=slurm``."""

    strategy: Literal["single", "ddp", "fsdp", "deepspeed"] = "single"
    """How devices share the work."""

    launcher: Literal["here", "slurm"] = "here"
    """Who starts the run: the command itself, or a Slurm cluster that it is submitted to."""

    partition: Annotated[str, Field(pattern=SLURM_NAME)] | None = None
    """Slurm's partition; when not given, its own default."""

    account: Annotated[str, Field(pattern=SLURM_NAME)] | None = None
    """Whom Slurm charges; when not given, its own default."""

    time_limit: Annotated[str, Field(pattern=r"^(\d+-)?\d{1,2}:\d\d:\d\d$")] = "08:00:00"
    """How long a Slurm job may take, as hours:minutes:seconds, with days- before it."""

    cpus_per_device: Count = 8
    """CPU cores of a Slurm job for each device."""

    memory_gb: Annotated[float, Field(gt=0)] | None = None
    """Memory that the run may use on each device, in GiB; when not given, what is free."""

    @property
    def is_one_device(self) -> bool:
        """Whether one device of one machine holds and trains the whole model."""
        return self.devices * self.nodes == 1 and self.strategy == "single"

    @property
    def is_sharded(self) -> bool:
        """Whether each device holds a part of the model."""
        return self.strategy not in ("single", "ddp")
