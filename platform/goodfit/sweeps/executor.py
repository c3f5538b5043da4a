"""Which workers a search gets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from goodfit.config.search import Search
from goodfit.models.device import pick_device
from goodfit.sweeps.check import not_packed
from goodfit.sweeps.clusters import Ray, Slurm
from goodfit.sweeps.packed import Packed
from goodfit.sweeps.shared import Shared
from goodfit.sweeps.watcher import Watcher
from goodfit.sweeps.width import width_of
from goodfit.sweeps.workers import Here, Processes, Workers
from goodfit.training.interrupt import StopSignals


def open_workers(
    search: Search, shared: Shared, folder: Path, signals: StopSignals, watcher: Watcher, warn: Callable[[str], None]
) -> Workers:
    """What runs the trials of this search; ``warn`` is told why some of them do not run as was planned.

    Raises:
        HardwareError: The engine that was asked for is not installed.
    """
    conf = search.conf
    if conf.executor == "slurm":
        return Slurm(conf.workers, search, folder)
    if conf.executor == "ray":
        return Ray(conf.workers, search, signals, watcher.status)
    if conf.workers > 1:
        return Processes(conf.workers, pick_device(search.first.conf.hardware.accelerator))
    if conf.engine == "solo":
        return Here(shared, signals)
    width, reason = width_of(search, shared)
    if conf.engine == "packed" and not width:
        raise not_packed(reason)
    watcher.status(f"{f'{width} trials' if width > 1 else 'one trial'} in a pass: {reason}")
    return Packed(shared, signals, width, warn) if width > 1 else Here(shared, signals)
