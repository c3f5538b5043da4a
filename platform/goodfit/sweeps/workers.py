"""Where trials run on this machine: in this process, or in processes of their own."""

from __future__ import annotations

import functools
import multiprocessing
import os
import sys
import threading
from concurrent import futures
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Any, Protocol

from goodfit.calm import calm_libraries
from goodfit.collector import rarely_collecting
from goodfit.errors import GoodfitError
from goodfit.sweeps.outcomes import Order, Result, read_result
from goodfit.training.interrupt import StopSignals

if TYPE_CHECKING:
    from goodfit.sweeps.shared import Shared

TRIES = 3
"""A trial whose worker dies so often takes the next one's worker with it, too: it counts as failed."""


IMPORTED = ("goodfit.sweeps.forked", "goodfit.sweeps.trial", "peft", "pytorch_lightning")
"""What the process of a trial imports for longest."""


class Workers(Protocol):
    """What runs trials."""

    places: int
    """Trials at a time."""

    def submit(self, order: Order) -> None:
        """Let a trial begin."""

    def wait(self) -> list[tuple[int, Result]]:
        """Wait until trials are over: number, result."""

    def close(self) -> None:
        """Let go of everything."""


class Here:
    """One trial after another, in this process."""

    places = 1

    def __init__(self, shared: Shared, signals: StopSignals) -> None:
        self._shared = shared
        self._signals = signals
        self._orders: list[Order] = []

    def submit(self, order: Order) -> None:
        """Keep it for ``wait``."""
        self._orders.append(order)

    def wait(self) -> list[tuple[int, Result]]:
        """Run it."""
        from goodfit.sweeps.trial import run_trial

        order = self._orders.pop(0)
        return [(order.number, run_trial(order, self._shared, self._signals))]

    def close(self) -> None:
        """Nothing is held."""


@functools.cache
def _shared_here() -> Shared:
    from goodfit.sweeps.shared import Shared

    return Shared()


def run_in_worker(order: Order) -> Result:
    """A trial in a worker's process, which shares what its earlier trials prepared."""
    calm_libraries()  # what they say stands in the trial's log
    with rarely_collecting():
        from goodfit.sweeps.trial import run_trial

    with StopSignals("the same command goes on").listening() as signals:
        return run_trial(order, _shared_here(), signals)


def lost(order: Order, what: str, fix: str) -> Result:
    """What is recorded of a trial whose worker was lost: its result, if it came so far, else that it failed."""
    from goodfit.sweeps.trial import failed

    return read_result(order.folder) or failed(order, GoodfitError(what, fix))


def _end_with_parent() -> None:
    """A worker does not outlive the search: another one may go on with its trial."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _starting(device: str) -> Any:
    """How processes begin: as forks of one that has imported all they need, and shares it; for GPUs, which no fork may
    use, and where forks are not safe, each anew."""
    if device != "cpu" or sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*IMPORTED])
    return context


class Processes:
    """Processes of this machine: each place has one, so that one that dies takes no other along.

    Args:
        places: Trials at a time.
        device: That they train on.
    """

    def __init__(self, places: int, device: str) -> None:
        self.places = places
        self._starting = _starting(device)
        self._pools: dict[Future[Result], tuple[ProcessPoolExecutor, Order, int]] = {}
        self._idle: list[ProcessPoolExecutor] = []

    def submit(self, order: Order) -> None:
        """Begin it in an idle process, or in a new one."""
        self._begin(order, 1)

    def _begin(self, order: Order, tries: int) -> None:
        pool = self._idle.pop() if self._idle else self._pool()
        try:
            self._pools[pool.submit(run_in_worker, order)] = pool, order, tries
        except BrokenProcessPool:  # its process died when it had nothing to do
            pool.shutdown(wait=False)
            self._begin(order, tries)

    def _pool(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(1, mp_context=self._starting, initializer=_end_with_parent)

    def wait(self) -> list[tuple[int, Result]]:
        """Wait for the next; a trial whose process died is begun again."""
        done, _ = futures.wait(self._pools, return_when=futures.FIRST_COMPLETED)
        found = []
        for future in done:
            pool, order, tries = self._pools.pop(future)
            try:
                found.append((order.number, future.result()))
                self._idle.append(pool)
            except BrokenProcessPool:
                pool.shutdown(wait=False)
                if tries < TRIES:
                    self._begin(order, tries + 1)
                else:
                    fix = "look for memory that ran out; run fewer at a time"
                    found.append((order.number, lost(order, f"its worker died {TRIES} times", fix)))
        return found

    def close(self) -> None:
        """End the processes; a trial that runs in one ends behind its step."""
        for pool in [*self._idle, *(pool for pool, _, _ in self._pools.values())]:
            pool.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            process.terminate()
