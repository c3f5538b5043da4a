"""The machine that something was measured on."""

from __future__ import annotations

import functools
from pathlib import Path


@functools.cache
def processor() -> str:
    """Its name, where the system says it, and what multiplies matrices there."""
    from goodfit.models.fast.linears import onednn_pays

    found = Path("/proc/cpuinfo")
    lines = found.read_text("utf-8").splitlines() if found.exists() else []
    name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
    return f"{name}; oneDNN {'pays' if onednn_pays() else 'does not pay'}"
