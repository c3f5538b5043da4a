"""One trial: trained as any run is, judged on the validation records alone, and written to a folder of its own."""

from __future__ import annotations

import dataclasses
import json
import logging
import math
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from goodfit.config.compose import compose
from goodfit.config.written import write_config
from goodfit.data.batches import TrainingData
from goodfit.errors import ChangedError, DiskError, GoodfitError, MissingPluginError, StoppedError
from goodfit.evaluation.fit import UNDIAGNOSED
from goodfit.hooks.certainty import unit_numbers, unit_of
from goodfit.models.device import pick_device
from goodfit.models.fast.frozen import nothing_kept
from goodfit.models.fast.path import ComputePath
from goodfit.models.memory import GIB
from goodfit.run_files import CHECKPOINTS, HISTORY, LOCK, LOG, RECORD
from goodfit.runs.folder import empty, make_folder
from goodfit.runs.held import held
from goodfit.runs.json_files import read_json, write_json
from goodfit.runs.lock import lock_of
from goodfit.runs.log import logged_to
from goodfit.runs.machine import fix_machine
from goodfit.runs.plan import fit_memory
from goodfit.runs.prepare import Prepared, training_data
from goodfit.runs.score import build_measure, top_score
from goodfit.runs.tune import adapted
from goodfit.runs.write import run_json_of, write_record
from goodfit.schema import RunConf
from goodfit.schema.dataset import SPLITS
from goodfit.sweeps.judge import measure_trial, records_digest
from goodfit.sweeps.outcomes import PROGRESS, RESULT, STATISTICS, Order, Result, read_result, trials_of
from goodfit.sweeps.propose import read_constraint
from goodfit.sweeps.prune import Course
from goodfit.sweeps.shared import Bench, Shared
from goodfit.tracking.history import History
from goodfit.training.held_out import Trace
from goodfit.training.interrupt import StopSignals
from goodfit.training.steps import total_steps
from goodfit.training.trainer import train
from goodfit.training.watch import Watch

ENDS_SEARCH = (StoppedError, DiskError, ChangedError, MissingPluginError)
"""What is no result of a trial: the search ends, and the same command goes on with this trial."""


class Silent:
    """A progress that nobody sees: the search shows its trials itself."""

    def advance(self, step: int, total: int, loss: float) -> None:
        """An optimiser step."""

    def evaluated(self, epoch: float, figures: Mapping[str, float]) -> None:
        """An evaluation."""

    def say(self, line: str) -> None:
        """A line for people."""


@dataclasses.dataclass(slots=True)
class Started:
    """A trial that is ready to train."""

    order: Order
    bench: Bench
    model: Any
    simplest: list[Any]
    data: TrainingData
    course: Course
    history: History
    began: float
    """When its own seconds began; a pack puts this off by what its neighbours take."""

    @property
    def prepared(self) -> Prepared:
        """Its run."""
        return self.bench.prepared

    @property
    def conf(self) -> RunConf:
        """Its settings."""
        return self.bench.prepared.conf


def run_trial(order: Order, shared: Shared, signals: StopSignals) -> Result:
    """Train and judge one trial; what goes wrong in it is its result. A trial that is written down is not run again.

    Raises:
        GoodfitError: One of ``ENDS_SEARCH``; the trial has no result yet.
    """
    with trial_folder(order.folder) as folder:
        done = read_result(folder)
        if done is not None:
            return done
        began = time.monotonic()
        try:
            with logged_to(folder / LOG):
                started = start(order, shared)
                path = shared.path(started.bench, started.model)
                fit_memory(started.prepared, path, shared.memory(started.bench))
                return _train(started, path, signals)
        except ENDS_SEARCH:
            raise
        except GoodfitError as error:
            return failed(order, error, time.monotonic() - began)


def _train(started: Started, path: ComputePath, signals: StopSignals) -> Result:
    logging.getLogger(__name__).info("path: %s (%s)", path.name, path.reason)
    with path.on(started.model, started.bench.kept):
        trained = train(
            started.conf,
            started.model,
            started.data,
            device=pick_device(started.conf.hardware.accelerator),
            measure=build_measure(started.prepared, started.bench.probe),
            folder=started.order.folder,
            watch=Watch(started.history.log, Silent(), total_steps(started.conf, len(started.data.examples))),
            stop=started.course,
            signals=signals,
            top=top_score(started.prepared),
        )
        return finish(started, trained.trace, trained.steps)


@contextmanager
def trial_folder(path: Path) -> Iterator[Path]:
    """A trial's folder with its result, if it has one, or without what an interrupted try left.

    A worker that a killed search or a lost node left behind may still be at it: it is waited for.
    """
    with held(make_folder(path, named=True), wait=True):
        if not (path / RESULT).exists():
            empty(path)
        yield path


def start(order: Order, shared: Shared) -> Started:
    """Compose a trial, prepare it, and put its adapter on a model of its own.

    Raises:
        GoodfitError: It cannot be trained.
        ChangedError: Another trial had other records or another base.
    """
    composed = compose(order.words, order.roots)
    bench = shared.bench(composed, order.fresh)
    prepared = bench.prepared
    memory = shared.memory(bench)
    fix_machine(prepared.conf)
    write_config(prepared.conf, composed.words, order.folder)
    write_record(order.folder, run_json_of(prepared, "running"))
    given = composed.conf.task.labels is not None
    lock = lock_of(prepared, shared.host(prepared.conf), given)
    _write_lock(order, lock)
    device = pick_device(prepared.conf.hardware.accelerator)
    model, simplest = shared.model(bench, device)
    began = time.monotonic()  # what trials share is the time of none: it would be that of the first
    model = adapted(model, prepared.conf, device)
    costs = {
        "trainable": float(sum(weights.numel() for weights in model.parameters() if weights.requires_grad)),
        "memory_gb": memory.total / GIB,
        **_findings(prepared),
    }
    data, units = training_data(prepared), unit_numbers(prepared.splits.validation)
    known = Result(state="running", costs=costs, records=records_digest(prepared))
    course = Course(order, units, total_steps(prepared.conf, len(data.examples)), known)
    return Started(order, bench, model, simplest, data, course, History(order.folder / HISTORY), began)


def _write_lock(order: Order, lock: Mapping[str, Any]) -> None:
    """Write down what a trial is made from, first: of two that begin at a time, at least one sees the other's."""
    path = order.folder / LOCK
    write_json(path, lock)
    try:
        refuse_unlike_trials(order.search, order.folder, lock, order.fresh > 0)
    except ChangedError:
        path.unlink()  # so that it stops no trial that has the right ones
        raise


def refuse_unlike_trials(search: Path, own: Path, lock: Mapping[str, Any], fresh: bool = False) -> None:
    """Refuse to compare trainings on other records or another base than one of the search's trials had.

    Args:
        search: The folder of the search.
        own: That of the training.
        lock: Of the training.
        fresh: Whether its training and validation records are split anew: then only the test records are the same.

    Raises:
        ChangedError: Names the trial that had others.
    """
    for place in trials_of(search):
        try:
            then = json.loads((place / LOCK).read_text("utf-8"))
        except (OSError, ValueError):
            continue  # it has none yet, or a part of one, as a worker that was killed may have left
        if place == own:
            continue
        splits = ("test",) if fresh else SPLITS
        what = [f"{split} records" for split in splits if then["data"][split] != lock["data"][split]]
        if then["base"]["name"] == lock["base"]["name"] and _whole_base(then) != _whole_base(lock):
            what.append(f"weights of {lock['base']['name']}")
        if then["plugins"] != lock["plugins"]:
            what.append("code of the plugins")
        if then["goodfit"] != lock["goodfit"]:
            what.append("code of goodfit")
        if what:
            fix = "bring them back, or begin a new search in another run.dir"
            if then["seed"] != lock["seed"]:
                fix = "goodfit splits by the seed: name dataset.validation= and dataset.test=, or leave seed out"
            alone = len(what) == 1 and what[0].startswith("code")
            other = f"{'is not that' if alone else 'are not those'} of trial {int(place.name)}"
            raise ChangedError(f"the {' and '.join(what)} {other}", fix)


def _whole_base(lock: Mapping[str, Any]) -> dict[str, Any]:
    """What a lock says of the base, but for how many of its layers are used: that can be searched for."""
    return {key: value for key, value in lock["base"].items() if key != "layers"}


def finish(started: Started, trace: Trace, steps: int) -> Result:
    """Judge a trained trial, whose model holds its best weights, and write it down."""
    order, prepared, course = started.order, started.prepared, started.course
    found = course.so_far
    costs = {"steps": float(steps), **found.costs}
    if found.state != "pruned":
        sweep = order.sweep
        measured = measure_trial(
            prepared, started.model, trace, started.bench.probe, started.simplest, sweep.metric, sweep.gap_weight
        )
        if any(read_constraint(text)[0] == "ms_per_record" for text in sweep.constraints):  # it takes a pass
            costs["ms_per_record"] = _ms_per_record(prepared, started.model)
        units = list(dict.fromkeys(map(unit_of, prepared.splits.validation)))
        np.savez(order.folder / STATISTICS, statistics=measured.statistics, units=np.array(units))
        fit = measured.fit.shown()
        if math.isfinite(measured.value) and math.isfinite(measured.probe):
            came = {"value": measured.value, "held_out": measured.held_out, "probe": measured.probe, "fit": fit}
        else:
            metric = measured.held_out["metric"]
            came = {"state": "failed", "reason": f"{metric} has no value on the validation or the training records"}
        found = dataclasses.replace(found, **came)
    costs["seconds"] = time.monotonic() - started.began
    return write_result(
        order.folder, order.number, run_json_of(prepared, "finished"), dataclasses.replace(found, costs=costs)
    )


def _ms_per_record(prepared: Prepared, model: Any) -> float:
    """What an answer to a new record takes: the model answers the validation records, and nothing is kept of them."""
    records = prepared.splits.validation
    began = time.monotonic()
    with nothing_kept(model):
        prepared.learner.outcomes(model, records, prepared.encoded["validation"])
    return 1000 * (time.monotonic() - began) / len(records)


def _findings(prepared: Prepared) -> dict[str, float]:
    counts = {"error": 0, "warning": 0, "info": 0}
    for finding in prepared.findings:
        counts[finding.severity] += 1
    return {"errors": float(counts["error"]), "warnings": float(counts["warning"])}


def write_result(folder: Path, number: int, record: Mapping[str, Any], result: Result) -> Result:
    """Write run.json and, last, the result."""
    more = {
        "fit": result.fit or UNDIAGNOSED.shown(),
        "steps": int(result.costs["steps"]),
        "best_step": result.best_step,
        "seconds": round(result.costs["seconds"], 2),
        "trial": {"number": number, "state": result.state, "reason": result.reason, "value": result.value},
    }
    return _close(folder, {**record, **more}, result)


def _close(folder: Path, record: Mapping[str, Any] | None, result: Result) -> Result:
    """Leave what stays of a trial that is over, its result last; without a record where there was none."""
    shutil.rmtree(folder / CHECKPOINTS, ignore_errors=True)
    (folder / PROGRESS).unlink(missing_ok=True)
    if record is not None:
        write_record(folder, record)
    write_json(folder / RESULT, dataclasses.asdict(result))
    return result


def rewrite_result(folder: Path, number: int, result: Result) -> None:
    """Write down what a trial came to by the trials before it, which were not over when it was."""
    if result.state == "pruned":
        (folder / STATISTICS).unlink(missing_ok=True)
        write_result(folder, number, {**read_json(folder / RECORD), "status": "finished"}, result)
    else:
        write_json(folder / RESULT, dataclasses.asdict(result))


def failed(order: Order, error: GoodfitError, seconds: float = 0.0) -> Result:
    """A trial that could not be trained: a result like any other, whose seconds count."""
    so_far = read_result(order.folder, PROGRESS) or Result(state="running")
    reason, costs = f"{error.what} (fix: {error.fix})", {**so_far.costs, "seconds": seconds}
    result = dataclasses.replace(so_far, state="failed", reason=reason, fix=error.fix, costs=costs)
    begun = order.folder / RECORD
    record = {**read_json(begun), "status": "failed"} if begun.exists() else None
    return _close(order.folder, record, result)
