"""Seeds that are functions of counters: what is drawn is the same wherever, and however often, one begins anew."""

from __future__ import annotations

import hashlib


def seed_of(*counters: int) -> int:
    """A seed of 32 bits, such as that of (run's seed, epoch, batch)."""
    return int.from_bytes(hashlib.sha256(":".join(map(str, counters)).encode()).digest()[:4], "big")
