"""Several LoRA trials over one base in one pass: they enter as places fall free, each judged as if it were alone.

What cannot share a pass (another adapter, another base, records that pair up in a batch) is trained by itself.
"""

from __future__ import annotations

import dataclasses
import gc
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import Any

from goodfit.errors import GoodfitError, is_out_of_memory
from goodfit.models.fast.attention import NotFlat
from goodfit.models.fast.path import ComputePath
from goodfit.models.together import together_of
from goodfit.run_files import LOG
from goodfit.runs.log import logged_to
from goodfit.runs.plan import spare_memory
from goodfit.runs.score import build_measure, top_score
from goodfit.sweeps.check import PACKABLE
from goodfit.sweeps.outcomes import Order, Result, read_result
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
from goodfit.training.steps import Epoch, epoch_of, passes_made, total_steps
from goodfit.training.watch import evaluation_line, is_logged, step_line


@dataclasses.dataclass(frozen=True, slots=True)
class _Pack:
    """What trials that share passes have in common."""

    base: tuple[Any, ...]
    """The records, the model, and where its adapters are."""
    path: ComputePath
    training: PackedTraining


@dataclasses.dataclass(slots=True)
class _Running:
    """A trial in a pack."""

    pack: _Pack
    started: Started
    held_out: HeldOut
    rise: Rise
    open: ExitStack
    """Its folder's lock."""
    steps: int
    epoch: Epoch
    done: int = 0
    best: dict[str, Any] = dataclasses.field(default_factory=dict)
    """Its trainable weights at the best evaluation."""

    def is_due(self, step: Step) -> bool:
        """Whether a run would evaluate behind this step."""
        ends = self.held_out.ends(self.epoch.batches, self.started.conf.training.evaluations_per_epoch)
        return self.epoch.last_batch(step.number) in ends or step.number >= self.steps

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


def _may_share(started: Started) -> bool:
    """Whether a trial can share a pass with another one at all."""
    conf = started.conf
    epoch = epoch_of(conf, len(started.data.examples))
    between = all(map(epoch.closes_step, HeldOut.ends(epoch.batches, conf.training.evaluations_per_epoch)))
    return conf.adapter.name in PACKABLE and between and started.data.labels_at != "pairs"


def _path_on(running: _Running) -> AbstractContextManager[None]:
    return running.pack.path.on(running.started.model, running.started.bench.kept)


class Packed:
    """Trials of one process that share passes.

    Args:
        shared: What trials have in common.
        signals: End the search between two steps.
        places: Trials in one pass.
        warn: Told why trials that were to share passes do not.
    """

    def __init__(self, shared: Shared, signals: StopSignals, places: int, warn: Callable[[str], None]) -> None:
        self.places = places
        self._signals = signals
        self._shared = shared
        self._warn = warn
        self._orders: list[Order] = []
        self._over: list[tuple[int, Result]] = []
        """What ``wait`` is to return."""
        self._running: dict[str, _Running] = {}
        """By the name in their one pack."""
        self._why_alone = ""
        """Why those that run, and those that are to enter, cannot be packed after all."""

    def submit(self, order: Order) -> None:
        """Keep it for ``wait``."""
        self._orders.append(order)

    def wait(self) -> list[tuple[int, Result]]:
        """Train until a trial is over."""
        while self._orders and not self._why_alone:
            with self._time_of(), self._as_long_as_they_fit():
                order = self._orders[0]
                result = self._enter(order)
                self._orders.pop(0)
                if result is not None:
                    self._over.append((order.number, result))
        while not (self._over or self._why_alone):
            with self._signals.at_step_ends(), self._as_long_as_they_fit():
                self._step()
        if self._why_alone:
            self._one_by_one()
        done, self._over = self._over, []
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
                pack = self._pack_for(started)
                if pack is not None:
                    self._take(started, pack, undo)
                    return None
            except ENDS_SEARCH:
                raise
            except GoodfitError as error:
                return failed(order, error, time.monotonic() - began)
        return run_trial(order, self._shared, self._signals)

    @property
    def _pack(self) -> _Pack | None:
        """That of the trials that run."""
        return next((running.pack for running in self._running.values()), None)

    def _pack_for(self, started: Started) -> _Pack | None:
        """The pack that a trial joins or, where none runs, begins; None where it is trained alone."""
        if not _may_share(started):
            return None
        pack, adapter = self._pack, started.conf.adapter
        base = started.bench.key, adapter.targets, adapter.top_layers
        if pack is not None and base != pack.base:
            return None
        path = self._shared.path(started.bench, started.model)
        if pack is not None:
            return pack if path.keep_base == pack.path.keep_base else None
        return _Pack(base, path, PackedTraining(path, started.bench.kept)) if path.flat else None

    def _take(self, started: Started, pack: _Pack, held: ExitStack) -> None:
        """Let a trial into a pack, which then keeps what it holds."""
        conf, count = started.conf, len(started.data.examples)
        training, epoch = conf.training, epoch_of(conf, count)
        held_out = HeldOut(
            build_measure(started.prepared, started.bench.probe),
            epoch.batches,
            training.evaluations_per_epoch,
            training.patience,
            lambda found: started.history.log(evaluation_line(found)),
            started.course,
            top=top_score(started.prepared),
        )
        name = str(started.order.number)
        rise, steps = Rise(training.max_rise, {}), total_steps(conf, count)
        memory = self._shared.memory(started.bench)
        together = memory.activations * (1 + len(self._running))
        with logged_to(started.order.folder / LOG):
            spare_memory(conf, dataclasses.replace(memory, activations=together))
        pack.training.enter(Trial(name, started.model, conf, started.data))
        self._running[name] = _Running(pack, started, held_out, rise, held.pop_all(), steps, epoch)

    @contextmanager
    def _as_long_as_they_fit(self) -> Iterator[None]:
        """What cannot be done with several trials is kept for ``_one_by_one``, which comes behind the error: that holds
        what its pass computed."""
        try:
            yield
        except NotFlat as error:
            self._why_alone = str(error)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            self.places = 1
            self._why_alone = "memory ran out (those that come are trained alone, too)"

    def _step(self) -> None:
        """One step of all; those that come to an evaluation are scored, and those that are over judged."""
        pack = self._pack
        if pack is None:
            raise RuntimeError("no trial runs")
        with self._time_of(*self._running):
            found = pack.training.step()
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
        for name in [name for name in found if name not in troubles]:
            with self._time_of(name), _noted(troubles, name):
                self._logged(self._running[name], found[name])
        for name in found:
            with self._time_of(name):
                result = self._outcome(self._running[name], troubles.get(name))
            if result is not None:
                self._running.pop(name).open.close()
                self._over.append((int(name), result))

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
        """What a run does behind a step, before it evaluates."""
        if step.error is not None:
            raise step.error
        running.done = step.number

    def _logged(self, running: _Running, step: Step) -> None:
        """What a run does behind an evaluation, in the order of its callbacks."""
        if is_logged(step.number, running.steps):
            epoch = passes_made(step.epoch, running.epoch.last_batch(step.number), running.epoch.batches)
            running.started.history.log(step_line(step.number, epoch, step.loss, step.norm, step.rate))
        running.rise.refuse(step.loss, step.number)

    @contextmanager
    def _asking(self, names: Sequence[str]) -> Iterator[None]:
        """Trials answer in one pass, where single passes tell what is watched; else each has to be asked alone."""
        first = self._running[names[0]]
        learner, training = first.started.prepared.learner, first.pack.training
        if not learner.outputs and learner.monitor != "loss":
            training.rest()
            yield
            return
        models = [self._running[name].started.model for name in names]
        with training.asking(models, losses_only=learner.monitor == "loss"):
            yield

    def _evaluate(self, running: _Running, step: Step) -> None:
        model = running.started.model
        with _path_on(running) if together_of(model) is None else nullcontext():
            running.held_out.evaluate(model, step.number, step.epoch, running.epoch.last_batch(step.number))
        if running.held_out.trace.best.step == step.number:
            running.best = {key: value.clone() for key, value in trainable_state(model).items()}

    def _take_out(self, running: _Running) -> None:
        name, training = str(running.started.order.number), running.pack.training
        if name in training.trials:
            training.leave(name)
        training.rest()

    def _judged(self, running: _Running) -> Result:
        started, path = running.started, running.pack.path
        for key, weights in trainable_state(started.model).items():
            weights.copy_(running.best[key])
        with logged_to(started.order.folder / LOG), _path_on(running):
            logging.getLogger(__name__).info("path: %s, packed (%s)", path.name, path.reason)
            return finish(started, running.held_out.trace, running.done)

    def _one_by_one(self) -> None:
        """These models cannot be packed after all: each is trained alone."""
        orders = [*(one.started.order for one in self._running.values()), *self._orders]
        numbers = ", ".join(str(order.number) for order in orders)
        which = f"trial {numbers} is" if len(orders) == 1 else f"trials {numbers} are"
        self._warn(f"{which} trained alone, not in a shared pass: {self._why_alone}")
        self.close()
        gc.collect()  # a trial's batches hold the trial, with its weights
        self._orders, self._why_alone = [], ""
        for order in orders:
            self._over.append((order.number, run_trial(order, self._shared, self._signals)))
