"""What of a config the machine decides, and what a config decides of the machine."""

from __future__ import annotations

import ctypes
import dataclasses
import os
import platform
from typing import Any, Literal

from goodfit.errors import ConfigError, HardwareError
from goodfit.extras import need
from goodfit.models.device import pick_device
from goodfit.models.fast.linears import onednn_pays
from goodfit.models.quantise import refuse_four_bits
from goodfit.schema import RunConf

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
"""Of mallopt, in bytes: https://man7.org/linux/man-pages/man3/mallopt.3.html"""
KEPT = {TRIM_THRESHOLD: 2**31 - 1, MMAP_THRESHOLD: 2**30}
GIVEN_BACK = {MMAP_THRESHOLD: 2**20}

DETERMINISTIC_CUBLAS = ":4096:8"
"""https://docs.nvidia.com/cuda/cublas/index.html#results-reproducibility"""


def settle(conf: RunConf) -> RunConf:
    """Fill in what depends on the machine: precision, accelerator and what multiplies matrices.

    Raises:
        HardwareError: The machine lacks what was asked for.
        ConfigError: Settings do not go together on it.
    """
    import torch

    _refuse_unfit(conf)
    device = pick_device(conf.hardware.accelerator)
    if conf.hardware.strategy == "deepspeed":
        _refuse_without_deepspeed(device)
    name = conf.precision.name
    if name == "auto":
        name = "bf16" if device == "cuda" and torch.cuda.is_bf16_supported() else "32"
    if name == "16" and device == "cpu":
        raise HardwareError("precision=16 needs a GPU: its loss scaling is not made for CPUs", "precision=bf16 or 32")
    accelerator: Any = "gpu" if device == "cuda" else "cpu"
    return dataclasses.replace(
        conf,
        runtime=dataclasses.replace(conf.runtime, linears=_linears(conf, device, name)),
        precision=dataclasses.replace(conf.precision, name=name),
        hardware=dataclasses.replace(conf.hardware, accelerator=accelerator),
    )


def _refuse_unfit(conf: RunConf) -> None:
    """Refuse ways to train that this hardware, or this base, cannot have."""
    if conf.adapter.four_bits:
        refuse_four_bits(conf.model)
    if conf.training.soup > 1 and not conf.hardware.is_one_device:
        raise ConfigError(
            "training.soup trains on one device", "add hardware.devices=1 hardware.strategy=single, or leave it out"
        )
    if conf.hardware.strategy == "fsdp" and conf.optim.name == "adafactor":
        raise ConfigError("PyTorch's Adafactor does not know sharded weights", "optim=adamw, or hardware=ddp")


def _refuse_without_deepspeed(device: str) -> None:
    need("deepspeed", "hardware=deepspeed")
    if device == "cpu":
        raise HardwareError("hardware=deepspeed shards over GPUs, and this run is on the CPU", "hardware=cpu")


def _linears(conf: RunConf, device: str, precision: str) -> Literal["onednn", "torch"]:
    """What multiplies matrices: the typed choice, or the measured one where it is used at all."""
    if conf.runtime.linears == "onednn" and (device != "cpu" or conf.hardware.is_sharded):
        raise ConfigError("runtime.linears=onednn is for whole models on CPUs", "leave it out")
    if conf.runtime.linears != "auto":
        return conf.runtime.linears
    measured = _is_measured(conf, device)
    return "onednn" if measured and onednn_pays(precision == "bf16") else "torch"


def _is_measured(conf: RunConf, device: str) -> bool:
    """Whether products are timed; not where a run has several processes, which could measure differently."""
    return device == "cpu" and conf.hardware.strategy == "single" and conf.runtime.path != "plain"


def measured_linears(conf: RunConf) -> Literal["onednn", "torch"] | None:
    """What multiplies matrices in all trainings of a search; None where that was typed, or is not measured."""
    device = pick_device(conf.hardware.accelerator)
    if conf.runtime.linears != "auto" or not _is_measured(conf, device):
        return None
    return _linears(conf, device, conf.precision.name)


def fix_machine(conf: RunConf) -> None:
    """Threads and kernels as the run's identity says."""
    import torch

    torch.set_num_threads(conf.runtime.threads or 1)
    _tell_allocator(KEPT)  # asking the system for it again costs a tenth of a step's time, and more on virtual machines
    if conf.runtime.deterministic:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", DETERMINISTIC_CUBLAS)
        torch.use_deterministic_algorithms(True)
        torch.utils.deterministic.fill_uninitialized_memory = False  # nothing reads it


def give_back_memory() -> None:
    """Let tensors that are freed go back to the system at once, from here on, until ``fix_machine``.

    What the C library keeps is full of gaps: glibc before 2.39 seldom puts an aligned block where one of its size was
    (https://sourceware.org/bugzilla/show_bug.cgi?id=30723).
    """
    _tell_allocator(GIVEN_BACK)


def _tell_allocator(thresholds: dict[int, int]) -> None:
    if platform.libc_ver()[0] == "glibc":
        library = ctypes.CDLL(None)
        for parameter, value in thresholds.items():
            library.mallopt(parameter, value)
