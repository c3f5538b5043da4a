"""How much memory a process may use: what is free of the machine, within the limits that it was given."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path

import psutil

OWN_GROUPS = Path("/proc/self/cgroup")
GROUPS = Path("/sys/fs/cgroup")
FILES = {
    2: ("memory.max", "memory.current", "file"),
    1: ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_cache"),
}
"""By the version of control groups, in bytes: the limit, what is used, and the line of ``memory.stat`` that says how
much of that are pages of files, which make room (https://docs.kernel.org/admin-guide/cgroup-v2.html, and
cgroup-v1/memory.html)."""


def free_memory() -> int:
    """Bytes that this process may have, those that it has already among them.

    Of the machine what is free; of a container, of a job of Slurm or of a systemd unit what its limit leaves; and what
    ``ulimit -v`` leaves of addresses.
    """
    own = psutil.Process().memory_info()
    has = own.rss - getattr(own, "shared", 0)  # what it shares with files counts as free
    room = has + min(psutil.virtual_memory().available, *_left_by_groups())
    addresses, _ = resource.getrlimit(resource.RLIMIT_AS)
    return room if addresses == resource.RLIM_INFINITY else min(room, addresses - own.vms + has)


def _left_by_groups() -> Iterator[int]:
    """What each group around this process leaves to it; a huge number where none is limited."""
    yield 2**63
    if not OWN_GROUPS.exists():  # not Linux
        return
    for line in OWN_GROUPS.read_text("utf-8").splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers and "memory" not in controllers.split(","):
            continue
        root, files = (GROUPS / "memory", FILES[1]) if controllers else (GROUPS, FILES[2])
        group = root / path.strip("/")
        for place in (group, *group.parents):
            if place.is_relative_to(root) and (place / files[0]).exists():
                yield from _left_by(place, *files)


def _left_by(group: Path, limit: str, used: str, pages: str) -> Iterator[int]:
    most = (group / limit).read_text("utf-8").strip()
    if most == "max":
        return
    said = dict(line.split() for line in (group / "memory.stat").read_text("utf-8").splitlines())
    yield int(most) - int((group / used).read_text("utf-8")) + int(said[pages])
