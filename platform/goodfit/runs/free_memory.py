"""How much memory a process may use: what is free of the machine, within the limits that it was given."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path

import psutil

OWN_GROUPS = Path("/proc/self/cgroup")
GROUPS = Path("/sys/fs/cgroup")
FILES = {2: ("memory.max", "memory.current", ""), 1: ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_")}
"""By the version of control groups, in bytes: the limit, what is used, and how lines of ``memory.stat`` begin that
count the groups below, too (https://docs.kernel.org/admin-guide/cgroup-v2.html, and cgroup-v1/memory.html)."""
UNLIMITED = 2**62
"""From here on a limit of the first version is none: it is the largest number of whole pages."""


def free_memory() -> int:
    """Bytes that this process may have, those that it has already among them.

    Of the machine what is free; of a container, of a job of Slurm or of a systemd unit what its limit leaves; and what
    ``ulimit -v`` leaves of addresses.
    """
    own = psutil.Process().memory_info()
    has = own.rss - getattr(own, "shared", 0)  # what it shares with files counts as free
    room = has + min(psutil.virtual_memory().available, *_left_by_groups())
    addresses, _ = resource.getrlimit(resource.RLIMIT_AS)
    return room if addresses == resource.RLIM_INFINITY else min(room, max(0, addresses - own.vms) + has)


def _left_by_groups() -> Iterator[int]:
    """What each group around this process leaves to it; a huge number where none is limited."""
    yield UNLIMITED
    try:
        lines = OWN_GROUPS.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:  # not Linux, or hidden
        return
    for line in lines:
        _, _, of = line.partition(":")
        controllers, _, path = of.partition(":")
        if controllers and "memory" not in controllers.split(","):
            continue
        root, files = (GROUPS / "memory", FILES[1]) if controllers else (GROUPS, FILES[2])
        group = root / path.strip("/")
        for place in (group, *group.parents):
            if place.is_relative_to(root):
                yield from _left_by(place, *files)


def _left_by(group: Path, limit: str, used: str, begins: str) -> Iterator[int]:
    """What a group leaves; nothing is said by one without these files, as the outermost is, or without a limit."""
    try:
        most, now = (int((group / name).read_text("ascii")) for name in (limit, used))
    except (OSError, ValueError):  # "max" is no number
        return
    if most < UNLIMITED:
        yield max(0, most - now + _pages_of_files(group / "memory.stat", begins))


def _pages_of_files(statistics: Path, begins: str) -> int:
    """Bytes that are read again where they are needed; those of tmpfs, which are not, are counted elsewhere."""
    try:
        said = dict(line.split() for line in statistics.read_text("ascii").splitlines())
        return sum(int(said[f"{begins}{name}"]) for name in ("inactive_file", "active_file"))
    except (OSError, ValueError, KeyError):  # gVisor has none
        return 0
