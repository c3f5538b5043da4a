"""The machine that something was measured on."""

from __future__ import annotations

import functools
from pathlib import Path


@functools.cache
def processor() -> str:
    """Its name and family, where the system says them, and what multiplies matrices there.

    Cloud machines of two generations can have one name; the family tells them apart.
    """
    from goodfit.models.fast.linears import onednn_pays

    found = Path("/proc/cpuinfo")
    lines = found.read_text("utf-8").splitlines() if found.exists() else []
    said = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in reversed(lines))}
    name = said.get("model name", "unknown")
    family = f", family {said['cpu family']}" if "cpu family" in said else ""
    return f"{name}{family}; oneDNN {'pays' if onednn_pays() else 'does not pay'}"
