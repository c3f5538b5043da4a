"""What a model runs on, and in which precision."""

from __future__ import annotations

from typing import Any

from goodfit.errors import HardwareError


def pick_device(accelerator: str) -> str:
    """``cpu`` or ``cuda``.

    Raises:
        HardwareError: A GPU was asked for, and there is none.
    """
    import torch

    if accelerator == "gpu" and not torch.cuda.is_available():
        raise HardwareError(
            "hardware.accelerator is gpu, and this machine has none that PyTorch can use", "hardware=cpu"
        )
    return "cuda" if accelerator != "cpu" and torch.cuda.is_available() else "cpu"


def in_precision(precision: str, device: str) -> Any:
    """A context in which a model is called as Lightning calls it while it trains with ``precision.name``."""
    import torch

    half = {"bf16": torch.bfloat16, "16": torch.float16}.get(precision)
    return torch.autocast(device, half, enabled=half is not None)
