"""Where trials run on other machines: Slurm jobs, or tasks on the nodes of a Ray cluster.

Nothing but an order goes there and nothing but a result comes back: data, models and the search's folder, with what
other trials came to so far, are read and written at the same paths on a disk that all machines share.
"""

from __future__ import annotations

import contextlib
import io
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from goodfit.config.search import Search
from goodfit.errors import HardwareError, StoppedError, beneath
from goodfit.extras import load
from goodfit.sweeps.outcomes import Order, Result
from goodfit.sweeps.workers import TRIES, lost, run_in_worker
from goodfit.training.interrupt import StopSignals


class Slurm:
    """A Slurm job for each trial, by submitit; on a machine without Slurm, its local executor does.

    A trial whose job dies is begun again, as often as on this machine; one whose job is told to stop always is, since
    machines may be taken away at any time. At its time limit a job would end there again: that trial counts as failed.
    """

    def __init__(self, places: int, search: Search, folder: Path) -> None:
        submitit = load("submitit", "sweep.executor=slurm")
        hardware = search.first.conf.hardware
        self.places = places
        executor = submitit.AutoExecutor(folder=folder / "jobs")
        days, _, clock = hardware.time_limit.rpartition("-")
        hours, minutes, seconds = (int(part) for part in clock.split(":"))
        executor.update_parameters(
            name="goodfit-sweep",
            timeout_min=(int(days or 0) * 24 + hours) * 60 + minutes + (seconds > 0),
            cpus_per_task=hardware.cpus_per_device,
            slurm_partition=hardware.partition,
            slurm_account=hardware.account,
        )
        self._executor = executor
        self._wrong = submitit.core.utils
        self._running: list[tuple[Any, Order, int]] = []

    def submit(self, order: Order) -> None:
        """Submit its job."""
        self._begin(order, 1)

    def _begin(self, order: Order, tries: int) -> None:
        self._running.append((self._executor.submit(run_in_job, order), order, tries))

    def wait(self) -> list[tuple[int, Result]]:
        """Wait for the next job; nothing where its trial is begun again."""
        while True:
            for one in self._running:
                if one[0].done():
                    self._running.remove(one)
                    return self._outcome(*one)
            time.sleep(0.5)

    def _outcome(self, job: Any, order: Order, tries: int) -> list[tuple[int, Result]]:
        gone = job.exception()
        came = job.result() if gone is None else gone
        if isinstance(came, Result):
            return [(order.number, came)]
        if isinstance(came, StoppedError):
            self._begin(order, tries)
        elif isinstance(came, self._wrong.FailedJobError):
            said = " ".join(job.stderr().strip().splitlines()[-1:])
            raise HardwareError(f"the job {job.job_id} could not begin: {said}", f"look at {job.paths.stderr}")
        elif not isinstance(came, self._wrong.UncompletedJobError):
            raise came  # a trial's own failures are results: this one is of the search
        elif gone is not None and tries < TRIES:
            self._begin(order, tries + 1)
        else:
            said = " ".join(str(came).strip().splitlines()[-1:])
            what = f"its job {job.job_id} ended without a result: {said}"
            return [(order.number, lost(order, what, f"look at {job.paths.stderr}"))]
        return []

    def close(self) -> None:
        """Cancel what still runs."""
        for job, _, _ in self._running:
            job.cancel()


def run_in_job(order: Order) -> Result | Exception:
    """A trial in a job. submitit would tell an error as text: it comes back as what it is."""
    from submitit.core.utils import UncompletedJobError

    try:
        return run_in_worker(order)
    except Exception as error:  # noqa: BLE001 - the border of a process, which raises it again
        return beneath(error, UncompletedJobError) or error  # submitit's, at a time limit


def run_on_node(order: Order, folder: Path) -> Result:
    """A trial in a process of Ray's, which begins in a folder of Ray's and not in the one where words were typed."""
    try:
        os.chdir(folder)
    except OSError as error:
        raise HardwareError(
            f"{folder} is not on the node {socket.gethostname()}: {error.strerror}",
            "put data, models and run.dir where all nodes have them at the same paths",
        ) from None
    return run_in_worker(order)


def _refuse_deaf(address: str) -> None:
    """Ray itself tries for minutes.

    Raises:
        OSError: Nobody listens at that host and port.
    """
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if port.isdigit():
        socket.create_connection((host, int(port)), timeout=10).close()


def _refuse_small(nodes: list[dict[str, float]], needs: dict[str, float]) -> None:
    """Ray would wait for such a node for ever."""
    if any(all(node.get(name, 0.0) >= count for name, count in needs.items()) for node in nodes):
        return
    if not any(node.get("GPU", 0.0) >= needs["GPU"] for node in nodes):
        raise HardwareError("no node of the Ray cluster has a GPU", "add a node that has one, or hardware=cpu")
    most = max((int(node.get("CPU", 0.0)) for node in nodes), default=0)
    what = f"a trial has {needs['CPU']:.0f} threads, and no node of the Ray cluster has so many cores"
    raise HardwareError(what, f"add runtime.threads={max(1, most)}")


class _Guarded:
    """Standard output without what other threads print: Ray tells there, in many lines, of nodes that died."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._thread = threading.get_ident()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Only what the thread prints that guards it."""
        return self._stream.write(text) if threading.get_ident() == self._thread else len(text)

    def flush(self) -> None:
        """Its stream's."""
        self._stream.flush()


class Ray:
    """A task for each trial on the nodes of a Ray cluster; where none runs, one of this machine alone is started.

    A trial whose worker dies is begun again, as often as on this machine; one whose node is lost always is, since
    machines that are lent may be taken away at any time.

    Raises:
        HardwareError: Ray is missing, no cluster answers, or none of its nodes has what a trial needs.
    """

    def __init__(self, places: int, search: Search, signals: StopSignals, say: Callable[[str], None]) -> None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # no report to its makers
        self._ray = ray = load("ray", "sweep.executor=ray")
        self.places = places
        self._say = say
        self._output = contextlib.ExitStack()
        self._output.enter_context(contextlib.redirect_stdout(_Guarded(sys.stdout)))
        conf = search.first.conf
        needs = {"CPU": float(conf.runtime.threads or 1), "GPU": float(conf.hardware.accelerator == "gpu")}
        try:
            self._join(signals)
            _refuse_small([node["Resources"] for node in ray.nodes() if node["Alive"]], needs)
        except BaseException:
            self.close()
            raise
        self._task = ray.remote(num_cpus=needs["CPU"], num_gpus=needs["GPU"], max_retries=0)(run_on_node)
        self._running: dict[Any, tuple[Order, int]] = {}

    def _join(self, signals: StopSignals) -> None:
        ray = self._ray
        try:
            _refuse_deaf(os.environ.get("RAY_ADDRESS", ""))
            ray.init(include_dashboard=False, log_to_driver=False, logging_level="error")
        except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
            said = (str(error).strip() or type(error).__name__).splitlines()[0]
            where = os.environ.get("RAY_ADDRESS", "this machine")
            fix = "start one with 'ray start --head', or name it in RAY_ADDRESS"
            raise HardwareError(f"no Ray cluster answers at {where}: {said}", fix) from None
        finally:
            signals.take_again()  # Ray has a handler of its own

    def submit(self, order: Order) -> None:
        """Let Ray place it."""
        self._begin(order, 1)

    def _begin(self, order: Order, tries: int) -> None:
        self._running[self._task.remote(order, Path.cwd())] = order, tries

    def wait(self) -> list[tuple[int, Result]]:
        """Wait for the next; one whose worker died again and again counts as failed."""
        (task,), _ = self._ray.wait(list(self._running), num_returns=1)
        order, tries = self._running.pop(task)
        wrong = self._ray.exceptions
        try:
            return [(order.number, self._ray.get(task))]
        except wrong.RayTaskError as error:
            if not isinstance(error.cause, StoppedError):
                raise error.cause from None  # a trial's own failures are results: this one is of the search
            self._again(order, tries)  # a node that is taken away says so to its processes first
        except wrong.NodeDiedError:
            self._again(order, tries)
        except wrong.RayError as error:
            if tries == TRIES:
                what = f"its worker died {TRIES} times ({type(error).__name__})"
                return [(order.number, lost(order, what, "look at 'ray status' and at the memory of its nodes"))]
            self._begin(order, tries + 1)
        return []

    def _again(self, order: Order, tries: int) -> None:
        self._say(f"trial {order.number} lost its node, and is begun again")
        self._begin(order, tries)

    def close(self) -> None:
        """End what still runs, and leave the cluster."""
        with contextlib.redirect_stdout(io.StringIO()):  # what it still had to say of nodes
            self._ray.shutdown()
        self._output.close()
