"""Several adapters over one base, trained together: each takes the course that it would take alone."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

import torch

from goodfit.data.batches import Batch, TrainingData, collate
from goodfit.errors import GoodfitError
from goodfit.models.device import in_precision
from goodfit.models.fast.frozen import KeptStates
from goodfit.models.fast.path import ComputePath
from goodfit.models.pack import Pack, packed, share_base
from goodfit.models.parts import in_evaluation
from goodfit.models.together import asked_together
from goodfit.schema import RunConf
from goodfit.seeds import seed_of
from goodfit.training.loader import EpochOrder, PlannedBatches
from goodfit.training.module import Tuning, not_finite
from goodfit.training.steps import epoch_of, total_steps
from goodfit.training.trainer import compute_ahead

WIDER_PAYS = 0.95
"""A wider pack is taken where a trial's step takes less than this share of what it took before."""

PROBES = 4
"""Steps that are measured for each width; the first of them warms up."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One adapter with the settings of its own run."""

    name: str
    model: Any
    """A PEFT model with a LoRA adapter, as ``build_adapter`` makes it; its base is shared when it enters a pack."""
    conf: RunConf
    """Its optim, schedule, training and seed."""
    data: TrainingData


@dataclass(frozen=True, slots=True)
class Turn:
    """A batch and its place in a trial's course."""

    epoch: int
    number: int
    """In the epoch, from 0."""
    batch: Batch


@dataclass(slots=True)
class Step:
    """What became of a trial's optimiser step."""

    number: int
    """From 1."""
    epoch: int
    loss: float
    """Mean over supervised labels, in nats."""
    norm: float
    """Of the gradient, before it is clipped."""
    rate: float = math.nan
    """The learning rate that it was made with."""
    error: GoodfitError | None = None
    """Why the trial had to leave; its weights are those before the step."""


class _Course:
    """Where a trial is: its batches, its optimiser and its schedule, as its own run would have them."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        conf, count = trial.conf, len(trial.data.examples)
        self.steps = total_steps(conf, count)
        self.done = 0
        self._epoch = epoch_of(conf, count)
        self._tuning = Tuning(
            trial.model.train(), conf.optim, conf.schedule, self.steps, self._epoch.accumulation, conf.seed
        )
        made = self._tuning.configure_optimizers()
        self._optimiser, self._schedule = made["optimizer"], made["lr_scheduler"]["scheduler"]
        self._coming = self._batches()

    def _batches(self) -> Iterator[Turn]:
        trial = self.trial
        order = EpochOrder(trial.data.examples, trial.conf.training, trial.conf.seed, 0, 1)
        built = PlannedBatches(trial.data, trial.conf.seed)
        for epoch in itertools.count():
            order.set_epoch(epoch)
            for number, planned in enumerate(order.plan()):
                yield Turn(epoch, number, built[planned].to(trial.model.device))

    def next_turns(self) -> list[Turn]:
        """The batches of the next optimiser step; an epoch's last step may have fewer."""
        turns = [next(self._coming)]
        while not self._epoch.closes_step(turns[-1].number):
            turns.append(next(self._coming))
        return turns

    def clear(self) -> None:
        """Forget gradients."""
        self._optimiser.zero_grad()

    def clip(self) -> torch.Tensor:
        """Clip the gradient; its norm before that."""
        return self._tuning.clip()

    def update(self) -> float:
        """Update the weights and move the rate; that of this step is returned."""
        rate: float = self._optimiser.param_groups[0]["lr"]
        self._optimiser.step()
        self._schedule.step()
        self.done += 1
        return rate


class PackedTraining:
    """Trials that train in one pass each step; they may enter and leave between steps.

    Args:
        path: How the model is computed, as ``choose_path`` says for one of them.
        kept: What models over their base have computed, where that is kept.
    """

    def __init__(self, path: ComputePath, kept: KeptStates | None = None) -> None:
        self._path = path
        self._kept = KeptStates() if kept is None else kept
        self._courses: dict[str, _Course] = {}
        self._open = ExitStack()
        self._pack: Pack | None = None

    def __enter__(self) -> PackedTraining:
        return self

    def __exit__(self, *_: Any) -> None:
        self.rest()

    @property
    def trials(self) -> list[str]:
        """The names of those that are not finished, in the order in which they entered."""
        return list(self._courses)

    def enter(self, trial: Trial) -> None:
        """Let a trial take part from the next step on.

        Raises:
            NotFlat: It has another base than the others.
            ValueError: Its name is taken.
        """
        if trial.name in self._courses:
            raise ValueError(f"the pack has a trial {trial.name} already")
        self.rest()
        share_base([*(course.trial.model for course in self._courses.values()), trial.model])
        self._courses[trial.name] = _Course(trial)

    def leave(self, name: str) -> Trial:
        """Let a trial go, with the weights that it has."""
        self.rest()
        return self._courses.pop(name).trial

    def rest(self) -> None:
        """Leave all models as if they had never been packed, to be scored or saved; the next step goes on."""
        self._open.close()
        self._pack = None

    @contextmanager
    def asking(self, asked: Sequence[Any], losses_only: bool) -> Iterator[None]:
        """Models that are asked of the same records answer in one pass, see ``Together``.

        Args:
            asked: Those of trials that are in the pack, or have just left it; at least one.
            losses_only: Whether nothing but their losses is asked for.
        """
        inside = [course.trial.model for course in self._courses.values()] if self._pack else asked
        with ExitStack() as still:
            for model in inside:
                still.enter_context(in_evaluation(model))
            pack = still.enter_context(self._pack_of(asked))
            places = {model: number for number, model in enumerate(inside) if model in asked}
            still.enter_context(asked_together(pack, places, losses_only))
            yield

    def _pack_of(self, models: Sequence[Any]) -> AbstractContextManager[Pack]:
        """What computes all that are in the pack now, else some that have left it."""
        return nullcontext(self._pack) if self._pack else packed(models, self._path, self._kept)

    def step(self) -> dict[str, Step]:
        """One optimiser step of every trial, in one pass; those that are finished, or failed, leave.

        Raises:
            NotFlat: They cannot be packed.
        """
        if self._pack is None:
            models = [course.trial.model for course in self._courses.values()]
            self._pack = self._open.enter_context(packed(models, self._path, self._kept))
            for course in self._courses.values():
                if not course.done:
                    compute_ahead(models[0], course.trial.data, course.trial.model.device)
        turns = {name: course.next_turns() for name, course in self._courses.items()}
        found = self._passed(self._pack, turns)
        if any(step.error for step in found.values()) and len(found) > 1:
            # what is not finite in one trial's rows is in the sums of all: each one alone tells whose it is
            self.rest()
            found = {}
            for name, own in turns.items():
                with packed([self._courses[name].trial.model], replace(self._path, graphs=False), self._kept) as alone:
                    found |= self._passed(alone, {name: own})
        for name, step in found.items():
            course = self._courses[name]
            if step.error is None:
                step.rate = course.update()
            if step.error or course.done >= course.steps:
                self.leave(name)
        return found

    def _passed(self, pack: Pack, turns: Mapping[str, list[Turn]]) -> dict[str, Step]:
        """The clipped gradients of some trials' next step."""
        courses = {name: self._courses[name] for name in turns}
        sums = dict.fromkeys(turns, 0.0)
        for course in courses.values():
            course.clear()
        for taken in itertools.zip_longest(*turns.values()):
            seeds = [
                seed_of(course.trial.conf.seed, turn.epoch, turn.number) if turn else 0
                for course, turn in zip(courses.values(), taken, strict=True)
            ]
            with _in_precision_of(next(iter(courses.values())).trial):
                totals = pack.totals([turn and turn.batch for turn in taken], seeds)
            shares = {
                name: own / turn.batch.step_counted
                for name, turn, own in zip(turns, taken, totals, strict=True)
                if turn and own is not None
            }
            together = torch.stack(list(shares.values()))
            together.sum().backward()
            for name, loss in zip(shares, together.tolist(), strict=True):
                sums[name] += loss
        found = {}
        norms = torch.stack([course.clip() for course in courses.values()]).tolist()
        for (name, course), norm in zip(courses.items(), norms, strict=True):
            found[name] = Step(course.done + 1, turns[name][0].epoch, sums[name], norm)
            if not math.isfinite(found[name].loss + found[name].norm):
                found[name].error = not_finite("gradient" if math.isfinite(sums[name]) else "loss", course.done)
        return found


def _in_precision_of(trial: Trial) -> Any:
    return in_precision(trial.conf.precision.name, trial.model.device.type)


def pack_width(trials: Iterable[Trial], most: int, path: ComputePath) -> int:
    """How many of these trials are fastest together: measured, with a step of each width on their own records.

    Small matrices leave a machine idle, and large ones do not: from some width on there is nothing more to win, and
    on a CPU, whose caches are small, there is something to lose.

    Args:
        trials: Alike in model and length of records, as those of a search are; as many are taken as are tried
            together. They are not changed.
        most: How many there are.
        path: How the model is computed.

    Raises:
        NotFlat: They cannot be packed.
    """
    coming, taken = iter(trials), list[Trial]()
    best, least = 1, math.inf
    for width in sorted({1, *(4**power for power in range(1, most.bit_length()) if 4**power < most), most}):
        taken += itertools.islice(coming, width - len(taken))
        models = [trial.model for trial in taken]
        share_base(models)
        seconds = _seconds(models, [_spread_batch(trial) for trial in taken], path, _in_precision_of(taken[0])) / width
        if seconds >= least * WIDER_PAYS:
            break
        best, least = width, seconds
    return best


def _spread_batch(trial: Trial) -> Batch:
    """A batch of records of all lengths."""
    data = trial.data
    count = min(trial.conf.training.batch_size, len(data.examples))
    spread = sorted(data.examples, key=lambda example: example.length)[:: len(data.examples) // count]
    return collate(spread[:count], data.pad_id, data.labels_at).to(trial.model.device)


def _seconds(models: Sequence[Any], batches: Sequence[Batch], path: ComputePath, precision: Any) -> float:
    """Of a pass and its gradients: of the processor, where it computes them, for other programs take its time, too."""
    found, clock = [], time.process_time if models[0].device.type == "cpu" else time.perf_counter
    trained = [weights for model in models for weights in model.parameters() if weights.requires_grad]
    with packed(models, path) as pack:
        for _ in range(PROBES):
            started = clock()
            with precision:
                totals = pack.totals(batches, range(len(models)))
            together = torch.stack([own for own in totals if own is not None]).sum()
            torch.stack([gradient.sum() for gradient in torch.autograd.grad(together, trained)]).sum().item()
            found.append(clock() - started)  # the sum above waits for a GPU
    return min(found[1:])
