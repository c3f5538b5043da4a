"""Makes Lightning's Trainer, by our settings, and a run of it."""

from __future__ import annotations

import copy
import logging
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytorch_lightning as lightning
import torch
from pytorch_lightning.utilities.exceptions import MisconfigurationException

from goodfit.data.batches import TrainingData, collate
from goodfit.errors import HardwareError, TrainingError, is_out_of_memory
from goodfit.models.fast.frozen import frozen_of
from goodfit.models.fast.graphs import graphs_of
from goodfit.run_files import CHECKPOINTS
from goodfit.schema import RunConf
from goodfit.schema.hardware import HardwareConf
from goodfit.training.checkpoints import checkpoint_of
from goodfit.training.held_out import HeldOut, Measure, Stop, Trace, go_on, worth
from goodfit.training.interrupt import StopSignals
from goodfit.training.launcher import lost, watch_children
from goodfit.training.loader import EpochOrder, PlannedBatches, build_loader
from goodfit.training.module import Tuning
from goodfit.training.private import (
    Guarantee,
    PrivateOrder,
    PrivateTuning,
    private_guarantee,
    refuse_other_promise,
)
from goodfit.training.saver import Saver, refuse_not_finite, refuse_untrained
from goodfit.training.soup import Soup, stir
from goodfit.training.state import Owner, Place, Saved, put_state, read_weights, trainable_state
from goodfit.training.steps import epoch_of, total_steps
from goodfit.training.watch import Watch

PRECISIONS = {"32": "32-true", "bf16": "bf16-mixed", "16": "16-mixed"}
FEWER_COMPARED = (
    "a smaller dataset.max_tokens, or a smaller training.batch_size, with which a query meets fewer documents"
)
"""What saves memory where the records of a batch are compared with one another: accumulation gives none back."""
NOBODY = Owner()
"""A training of which no other process goes on with the checkpoints."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A finished training; the model holds the best weights, or the average of a soup's."""

    steps: int
    trace: Trace
    """Of a soup, that of its best member."""
    soup: Soup | None = None
    guarantee: Guarantee | None = None
    """What a private training promises."""


@dataclass(frozen=True, slots=True)
class _Job:
    """What all trainings of a run share."""

    conf: RunConf
    model: Any
    data: TrainingData
    device: str
    signals: StopSignals
    guarantee: Guarantee | None
    total: int
    """Steps of each training."""


def guarantee_of(conf: RunConf, data: TrainingData) -> Guarantee | None:
    """What a private training promises; None where none was asked for."""
    count = len(data.examples)
    return private_guarantee(conf, data.examples, epoch_of(conf, count).batches, total_steps(conf, count))


def trainer_settings(conf: RunConf, device: str, steps: int) -> dict[str, Any]:
    """Lightning's arguments; a test holds their names against the installed Trainer."""
    return {
        "accelerator": "gpu" if device == "cuda" else "cpu",
        "devices": conf.hardware.devices,
        "num_nodes": conf.hardware.nodes,
        "strategy": _strategy(conf.hardware),
        "precision": PRECISIONS[conf.precision.name],
        "max_epochs": conf.training.soup * (conf.training.epochs or 1),
        "max_steps": steps,
        "accumulate_grad_batches": conf.training.accumulation,
        "deterministic": conf.runtime.deterministic,
        "logger": False,
        "enable_checkpointing": False,
        "enable_model_summary": False,
        "enable_progress_bar": False,
        "use_distributed_sampler": False,
        "limit_val_batches": 0,
        "num_sanity_val_steps": 0,
        # DeepSpeed clips in its own step, and calls no other
        "gradient_clip_val": (conf.optim.clip_norm or None) if conf.hardware.strategy == "deepspeed" else None,
    }


def _strategy(conf: HardwareConf) -> Any:
    if conf.strategy == "fsdp":
        from pytorch_lightning.strategies import ModelParallelStrategy

        return ModelParallelStrategy(data_parallel_size=conf.devices * conf.nodes, tensor_parallel_size=1)
    return {"single": "auto", "ddp": "ddp", "deepspeed": "deepspeed_stage_2"}[conf.strategy]


def train(
    conf: RunConf,
    model: Any,
    data: TrainingData,
    *,
    device: str,
    measure: Measure,
    folder: Path,
    watch: Watch,
    signals: StopSignals,
    stop: Stop = go_on,
    saved: Saved | None = None,
    owner: Owner = NOBODY,
    top: float | None = None,
) -> Trained:
    """Tune a model; on return it holds the best weights (in the first process of several), or the average of a soup's.

    The trainings of a soup are one row of steps and epochs, so that orders and dropout, which are functions of these,
    are others in each, and a checkpoint says by its step where it belongs.

    Args:
        conf: Of the run.
        model: As it is before the first step, with its trainable weights chosen.
        data: What is learnt.
        device: Of this process.
        measure: Scores a model.
        folder: Of the run.
        watch: Writes what happens.
        signals: End it behind a step.
        stop: Asked after each evaluation whether to end there.
        saved: What an earlier process of the run left; None starts from the beginning.
        owner: Whose the checkpoints are.
        top: The score that none can exceed; None where there is none.

    Raises:
        ConfigError: What was saved promised another privacy.
        TrainingError: NaN, no step, nothing learnt, or no trainable weight.
        HardwareError: Memory or disk ran out, or a strategy is missing.
        StoppedError: A signal was heard; the last step is saved.
    """
    training, batches = conf.training, epoch_of(conf, len(data.examples)).batches
    before = {name: weights.clone() for name, weights in trainable_state(model).items()}
    if not before:
        raise TrainingError("no weight is trainable", "choose another adapter, such as adapter=lora")
    steps, epochs = total_steps(conf, len(data.examples)), training.epochs or 1
    job = _Job(conf, model, data, device, signals, guarantee_of(conf, data), steps)
    if saved is not None:
        refuse_other_promise(saved.promised, job.guarantee)
    known, traces = saved.evaluations if saved else (), []
    for member in range(training.soup):
        begin, end = Place(member * steps, member * epochs, 0), (member + 1) * steps
        trace = Trace([found for found in known if found.member == member], member, (begin.step, begin.epoch))
        held_out = HeldOut(
            measure, batches, training.evaluations_per_epoch, training.patience, watch.evaluated, stop, trace, top
        )
        traces.append(trace)
        if not trace.stopped_early and not trace.evaluated_at(end):
            left = saved if saved and begin.step < saved.place.step <= end else None
            put_state(model, read_weights(model, left.path) if left else before)
            place = left.place if left else begin
            saver = Saver(folder, training, traces, place, signals, batches, before, left, owner)
            trainer = _make_steps(job, [held_out, watch, saver], place, end)
            if not trainer.is_global_zero:
                return Trained(trainer.global_step, trace)
        if not trace.evaluations:
            raise TrainingError("training made no step", "give more records, or more epochs: training.epochs")
        model.to(device)  # Lightning leaves it on the CPU
        if (recorded := graphs_of(model)) is not None:
            recorded.forget()  # the steps read weights where they were
    best = max(traces, key=lambda found: worth(found.best))
    soup = _keep_best(model, folder / CHECKPOINTS, traces, best, measure)
    trained = trainable_state(model)
    refuse_not_finite(trained, best.best.step)
    refuse_untrained(trained, before)
    return Trained(sum(found.steps for found in traces), best, soup, job.guarantee)


def _keep_best(model: Any, checkpoints: Path, traces: list[Trace], best: Trace, measure: Measure) -> Soup | None:
    """Give the model the average of a soup where it is the better one, else the weights of the best evaluation."""
    soup = stir(model, checkpoints, traces, measure) if len(traces) > 1 else None
    if soup is None or not soup.taken:
        put_state(model, read_weights(model, checkpoint_of(checkpoints, best.best.step)))
    return soup


def _make_steps(job: _Job, callbacks: list[Any], place: Place, end: int) -> Any:
    """Train from a place on, to a step; returns the trainer."""
    trainer = _build(job.conf, job.device, end, callbacks)
    if job.signals.ending is not None:
        watch_children(trainer, job.signals.ending, job.signals.fix)
    loader = _loader(job, trainer, place)
    _go_on_at(trainer, place)
    compute_ahead(job.model, job.data, job.device, 1 if job.guarantee else ROWS_AHEAD)
    module = _module(job)
    with job.signals.at_step_ends():
        _fit(job, trainer, module, loader)
    return trainer


def _loader(job: _Job, trainer: Any, place: Place) -> Any:
    """The batches of this process from a place on."""
    training, data, guarantee = job.conf.training, job.data, job.guarantee
    start = place.epoch, place.batch
    order: Any
    if guarantee is None:
        order = EpochOrder(data.examples, training, job.conf.seed, trainer.global_rank, trainer.world_size, start)
    else:
        order = PrivateOrder(data.examples, guarantee.rate, epoch_of(job.conf, len(data.examples)).batches, start)
    batches = PlannedBatches(data, job.conf.seed, one_by_one=guarantee is not None)
    return build_loader(batches, order, job.conf.runtime.workers)


def _module(job: _Job) -> Tuning:
    """The model with its optimiser and its schedule."""
    conf, guarantee = job.conf, job.guarantee
    # a sharded model stays so: what is learnt comes back through the checkpoints
    tuned = copy.deepcopy(job.model.cpu()) if conf.hardware.strategy == "fsdp" else job.model
    scaled = conf.precision.name == "16"
    settings = tuned, conf.optim, conf.schedule, job.total, conf.training.accumulation, conf.seed, scaled
    module = Tuning(*settings) if guarantee is None else PrivateTuning(*settings, guarantee=guarantee)
    module.train()  # transformers loads models in evaluation mode, where dropout is off, and Lightning leaves them so
    return module


def _go_on_at(trainer: Any, place: Place) -> None:
    """Set Lightning's counters as they are behind a step.

    Its own way, ``ckpt_path``, replays or skips batches. In the middle of an epoch its loops have to take themselves
    for restarted ones, so that they do not begin to count the epoch's batches anew.
    """
    fit, steps = trainer.fit_loop, trainer.fit_loop.epoch_loop
    steps.automatic_optimization.optim_progress.optimizer.step.total.completed = place.step
    within = int(place.batch > 0)
    for counted in (fit.epoch_progress.total, fit.epoch_progress.current):
        counted.ready = counted.started = place.epoch + within
        counted.processed = counted.completed = place.epoch
    for counted in (steps.batch_progress.total, steps.batch_progress.current):
        counted.ready = counted.started = counted.processed = counted.completed = place.batch
    fit.restarting = bool(within)


ROWS_AHEAD = 32
"""Examples that what is frozen is computed for at a time before training."""


def compute_ahead(model: Any, data: TrainingData, device: Any, rows: int = ROWS_AHEAD) -> None:
    """Fill what is kept of a model, in one order wherever the training goes on and whatever its settings are: who
    shares a matrix with a row can change its last bits."""
    frozen = frozen_of(model)
    if frozen is None:
        return
    for start in range(0, len(data.examples), rows):
        if not frozen.has_room:
            return
        batch = collate(data.examples[start : start + rows], data.pad_id, data.labels_at)
        with frozen.giving(batch.to(device)):
            pass


def _build(conf: RunConf, device: str, steps: int, callbacks: list[Any]) -> Any:
    for name in ("pytorch_lightning", "lightning_fabric"):
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        return lightning.Trainer(**trainer_settings(conf, device, steps), callbacks=callbacks)
    except (MisconfigurationException, ImportError, ValueError, RuntimeError) as error:
        said = str(error).partition("\n")[0]
        what = f"Lightning refuses this hardware: {said}"
        raise HardwareError(what, "choose another hardware= or precision=") from None


DEAD_WORKER = "DataLoader worker (pid"
DEAD_PEER = "gloo"
"""Of the library by which processes on CPUs speak, whose errors are plain RuntimeErrors; NCCL's are of PyTorch."""


def _fit(job: _Job, trainer: Any, module: Tuning, loader: Any) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="pytorch_lightning|lightning|torch.optim.lr_scheduler")
        try:
            trainer.fit(module, loader)
        except (MemoryError, RuntimeError, ConnectionError, EOFError) as error:  # PyTorch's errors are RuntimeErrors
            said = str(error).splitlines()[0] if str(error) else type(error).__name__
            if DEAD_WORKER in said or isinstance(error, ConnectionError | EOFError):  # of the pipe to it
                raise HardwareError(
                    f"at step {trainer.global_step} the system ended a process that loads records: {said}",
                    "look for memory that ran out; runtime.workers=0 loads in the run's own process",
                ) from None
            if isinstance(error, torch.distributed.DistError) or (trainer.world_size > 1 and DEAD_PEER in said):
                raise lost(trainer, job.signals.fix) from None
            if is_out_of_memory(error):
                what = f"memory ran out at step {trainer.global_step}: {said}"
                raise HardwareError(what, _what_takes_less(job)) from None
            raise


def _what_takes_less(job: _Job) -> str:
    if job.guarantee is not None:  # records are computed one by one
        return "a smaller dataset.max_tokens, or adapter=lora"
    if job.data.labels_at == "pairs":
        return f"add runtime.gradient_checkpointing=true: the step stays the same; or {FEWER_COMPARED}"
    return (
        "halve training.batch_size and double training.accumulation, or add "
        "runtime.gradient_checkpointing=true: the step stays the same"
    )
