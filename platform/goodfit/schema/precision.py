"""The number format of the computation: ``precision=<name>``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(kw_only=True, slots=True)
class PrecisionConf:
    """The number format of the computation. Selected with ``precision=<name>``."""

    name: Literal["auto", "32", "bf16", "16"] = "auto"
    """``bf16`` and ``16`` compute in half precision and keep the trained weights in 32 bits;
    ``auto`` is ``bf16`` on a GPU that has it, else ``32``."""
