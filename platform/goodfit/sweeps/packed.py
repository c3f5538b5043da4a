"""Several LoRA trials over one base in one pass: they enter as places fall free, each judged as if it were alone.

What cannot share a pass (another adapter, another base, records that pair up in a batch) is trained by itself.
"""

from __future__ import annotations

import dataclasses
import logging
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import Any

from goodfit.errors import GoodfitError, is_out_of_memory
from goodfit.models.fast.attention import NotFlat
from goodfit.models.fast.path import ComputePath
from goodfit.models.fast.together import together_of
from goodfit.runs.log import logged_to
from goodfit.runs.score import build_measure
from goodfit.sweeps.records import Order, Result, read_result
from goodfit.sweeps.shared import Shared
from goodfit.sweeps.trial import (
    ENDS_SEARCH,
    Started,
    failed,
    finish,
    run_trial,
    start,
    trial_folder,
)
from goodfit.training.held_out import HeldOut
from goodfit.training.interrupt import StopSignals
from goodfit.training.pack import PackedTraining, Step, Trial
from goodfit.training.saver import Rise
from goodfit.training.state import trainable_state
from goodfit.training.trainer import batches_of, total_steps

PACKABLE = ("lora", "rslora")
"""Adapters that a pack can compute."""


@dataclasses.dataclass(slots=True)
class _Running:
    """A trial in the pack."""

    started: Started
    held_out: HeldOut
    rise: Rise
    open: ExitStack
    """Its folder's lock."""
    steps: int
    batches: int
    """Of an epoch."""
    done: int = 0
    best: dict[str, Any] = dataclasses.field(default_factory=dict)
    """Its trainable weights at the best evaluation."""

    def last_batch(self, step: Step) -> int:
        """The last one of a step, in its epoch."""
        accumulation = self.started.conf.training.accumulation
        in_epoch = (step.number - 1) % math.ceil(self.batches / accumulation)
        return min((in_epoch + 1) * accumulation, self.batches) - 1

    def is_due(self, step: Step) -> bool:
        """Whether a run would evaluate behind this step."""
        ends = self.held_out.ends(self.batches, self.started.conf.training.evaluations_per_epoch)
        return self.last_batch(step) in ends or step.number >= self.steps

    @property
    def is_over(self) -> bool:
        """Whether it made its last step, or was ended."""
        return self.done >= self.steps or self.held_out.trace.stopped_early


@contextmanager
def _noted(troubles: dict[str, GoodfitError], name: str) -> Iterator[None]:
    """What goes wrong in one trial is kept for its result, and the others go on."""
    try:
        yield
    except ENDS_SEARCH:
        raise
    except GoodfitError as error:
        troubles[name] = error


class Packed:
    """Trials of one process that share passes.

    Args:
        shared: What trials have in common.
        signals: End the search between two steps.
        places: Trials in one pass.
    """

    def __init__(self, shared: Shared, signals: StopSignals, places: int) -> None:
        self.places = places
        self._signals = signals
        self._shared = shared
        self._orders: list[Order] = []
        self._running: dict[str, _Running] = {}
        self._path: ComputePath | None = None
        self._base: tuple[Any, ...] = ()
        """What the models have in common, and where their adapters are."""
        self._pack: PackedTraining | None = None

    def submit(self, order: Order) -> None:
        """Keep it for ``wait``."""
        self._orders.append(order)

    def wait(self) -> list[tuple[int, Result]]:
        """Train until a trial is over."""
        done = []
        while self._orders:
            order = self._orders.pop(0)
            with self._time_of():
                result = self._enter(order)
            if result is not None:
                done.append((order.number, result))
        while not done:
            with self._signals.at_step_ends():
                done = self._step()
        return done

    def close(self) -> None:
        """Let trials go that are not over: the same command begins them again."""
        for running in self._running.values():
            running.open.close()
        self._running = {}

    def _enter(self, order: Order) -> Result | None:
        """Let a trial into the pack; one that cannot be is trained alone, and its result returned."""
        with ExitStack() as undo:
            result = read_result(undo.enter_context(trial_folder(order.folder)))
            if result is not None:
                return result
            began = time.monotonic()
            try:
                started = start(order, self._shared)
                if self._fits(started):
                    self._take(started, undo.pop_all())
                    return None
            except ENDS_SEARCH:
                raise
            except GoodfitError as error:
                return failed(order, error, time.monotonic() - began)
        return run_trial(order, self._shared, self._signals)

    def _fits(self, started: Started) -> bool:
        """Whether a trial can share a pass with those that run."""
        conf = started.conf
        batches = batches_of(conf, len(started.data.examples))
        ends = HeldOut.ends(batches, conf.training.evaluations_per_epoch)
        between = all((end + 1) % conf.training.accumulation == 0 or end + 1 == batches for end in ends)
        if conf.adapter.name not in PACKABLE or not between or started.data.labels_at == "pairs":
            return False
        base = started.bench.key, conf.adapter.targets, conf.adapter.top_layers
        if self._running and base != self._base:
            return False
        path = self._shared.path(started.bench, started.model)
        if self._running:
            return path.keep_base == self._of_path().keep_base
        self._path, self._base = path, base
        self._pack = PackedTraining(path, started.bench.kept)
        return path.flat

    def _take(self, started: Started, held: ExitStack) -> None:
        conf, count = started.conf, len(started.data.examples)
        training, batches = conf.training, batches_of(conf, count)
        held_out = HeldOut(
            build_measure(started.prepared, started.bench.probe),
            batches,
            training.evaluations_per_epoch,
            training.patience,
            lambda found: started.history.log({"step": found.step, "epoch": found.epoch, **found.figures}),
            started.course,
        )
        name = str(started.order.number)
        running = _Running(started, held_out, Rise(training.max_rise, {}), held, total_steps(conf, count), batches)
        self._running[name] = running
        self._of_pack().enter(Trial(name, started.model, conf, started.data))

    def _of_pack(self) -> PackedTraining:
        if self._pack is None:
            raise RuntimeError("no pack was begun")
        return self._pack

    def _step(self) -> list[tuple[int, Result]]:
        """One step of all; those that come to an evaluation are scored, and those that are over judged."""
        found: Mapping[str, Step] | str
        try:
            with self._time_of(*self._running):
                found = self._of_pack().step()
        except NotFlat as error:
            found = str(error)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            self.places = 1  # for the trials that come, too
            found = "memory ran out in a pass of several"
        if isinstance(found, str):  # behind the error, which holds what its pass computed
            return self._one_by_one(found)
        troubles: dict[str, GoodfitError] = {}
        for name, step in found.items():
            with self._time_of(name), _noted(troubles, name):
                self._after(self._running[name], step)
        due = [name for name, step in found.items() if name not in troubles and self._running[name].is_due(step)]
        if due:
            with self._time_of(*due), self._asking(due):
                for name in due:
                    with _noted(troubles, name):
                        self._evaluate(self._running[name], found[name])
        over = []
        for name in found:
            with self._time_of(name):
                result = self._outcome(self._running[name], troubles.get(name))
            if result is not None:
                self._running.pop(name).open.close()
                over.append((int(name), result))
        return over

    def _outcome(self, running: _Running, trouble: GoodfitError | None) -> Result | None:
        """What a trial came to with its latest step; nothing where it goes on."""
        try:
            if trouble is not None:
                raise trouble
            if not running.is_over:
                return None
            self._take_out(running)
            return self._judged(running)
        except ENDS_SEARCH:
            raise
        except GoodfitError as error:
            self._take_out(running)
            return failed(running.started.order, error, time.monotonic() - running.started.began)

    @contextmanager
    def _time_of(self, *names: str) -> Iterator[None]:
        """What passes is the time of these trials, in equal parts, and of no other one in the pack."""
        before, running = time.monotonic(), dict(self._running)
        try:
            yield
        finally:
            passed = time.monotonic() - before
            for name, one in running.items():
                one.started.began += passed * (1 - (1 / len(names) if name in names else 0))

    def _after(self, running: _Running, step: Step) -> None:
        """What a run does behind a step: log, and watch for divergence."""
        if step.error is not None:
            raise step.error
        running.done = step.number
        figures = {"train/loss": step.loss, "grad_norm": step.norm, "lr": step.rate}
        running.started.history.log({"step": step.number, "epoch": step.epoch, **figures})
        running.rise.refuse(step.loss, step.number)

    @contextmanager
    def _asking(self, names: Sequence[str]) -> Iterator[None]:
        """Trials answer in one pass, where single passes tell what is watched; else each has to be asked alone."""
        learner = self._running[names[0]].started.prepared.learner
        if not learner.outputs and learner.monitor != "loss":
            self._of_pack().rest()
            yield
            return
        models = [self._running[name].started.model for name in names]
        with self._of_pack().asking(models, losses_only=learner.monitor == "loss"):
            yield

    def _evaluate(self, running: _Running, step: Step) -> None:
        model = running.started.model
        with self._path_on(running) if together_of(model) is None else nullcontext():
            running.held_out.evaluate(model, step.number, step.epoch, running.last_batch(step))
        if running.held_out.trace.best.step == step.number:
            running.best = {key: value.clone() for key, value in trainable_state(model).items()}

    def _of_path(self) -> ComputePath:
        if self._path is None:
            raise RuntimeError("no path was chosen")
        return self._path

    def _path_on(self, running: _Running) -> AbstractContextManager[None]:
        return self._of_path().on(running.started.model, running.started.bench.kept)

    def _take_out(self, running: _Running) -> None:
        name = str(running.started.order.number)
        if name in self._of_pack().trials:
            self._of_pack().leave(name)
        self._of_pack().rest()

    def _judged(self, running: _Running) -> Result:
        started, path = running.started, self._of_path()
        for key, weights in trainable_state(started.model).items():
            weights.copy_(running.best[key])
        with logged_to(started.order.folder / "log.txt"), self._path_on(running):
            logging.getLogger(__name__).info("path: %s, packed (%s)", path.name, path.reason)
            return finish(started, running.held_out.trace, running.done)

    def _one_by_one(self, reason: str) -> list[tuple[int, Result]]:
        """These models cannot be packed after all: each is trained alone."""
        logging.getLogger(__name__).info("not packed: %s", reason)
        orders = [one.started.order for one in self._running.values()]
        for one in self._running.values():
            one.open.close()
        self._running, self._pack = {}, None  # and their weights with them
        return [(order.number, run_trial(order, self._shared, self._signals)) for order in orders]
