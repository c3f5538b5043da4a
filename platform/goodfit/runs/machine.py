"""What of a config the machine decides: precision, accelerator, and what multiplies matrices."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

from goodfit.errors import ConfigError, HardwareError
from goodfit.models.device import pick_device
from goodfit.models.fast.linears import onednn_pays
from goodfit.models.quantise import refuse_four_bits
from goodfit.schema import RunConf


def settle(conf: RunConf) -> RunConf:
    """Fill in what depends on the machine: precision, accelerator and what multiplies matrices.

    Raises:
        HardwareError: The machine lacks what was asked for.
        ConfigError: Settings do not go together on it.
    """
    import torch

    _refuse_unfit(conf)
    device = pick_device(conf.hardware.accelerator)
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


def _linears(conf: RunConf, device: str, precision: str) -> Literal["onednn", "torch"]:
    """What multiplies matrices: the typed choice, or the measured one where it is used at all."""
    if conf.runtime.linears == "onednn" and (device != "cpu" or conf.hardware.is_sharded):
        raise ConfigError("runtime.linears=onednn is for whole models on CPUs", "leave it out")
    if conf.runtime.linears != "auto":
        return conf.runtime.linears
    # processes of one run could measure differently
    measured = device == "cpu" and conf.hardware.strategy == "single" and conf.runtime.path != "plain"
    return "onednn" if measured and onednn_pays(precision == "bf16") else "torch"
