"""The only place that knows Lightning's Trainer: our settings -> its settings, and a run of it."""

from __future__ import annotations

import ctypes
import logging
import math
import os
import platform
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytorch_lightning as lightning
import torch

from goodfit.data.batches import TrainingData
from goodfit.errors import HardwareError, TrainingError
from goodfit.schema import RunConf
from goodfit.training.checkpoints import load_best, trainable_state
from goodfit.training.held_out import HeldOut, Measure, Stop, Trace, go_on
from goodfit.training.interrupt import Interrupt
from goodfit.training.loader import EpochOrder, PlannedBatches, batches_per_device, build_loader
from goodfit.training.module import Tuning, not_finite
from goodfit.training.watch import Watch

PRECISIONS = {"32": "32-true", "bf16": "bf16-mixed", "16": "16-mixed"}
MALLOPT = {-1: 2**31 - 1, -3: 2**30}
"""M_TRIM_THRESHOLD and M_MMAP_THRESHOLD, in bytes: https://man7.org/linux/man-pages/man3/mallopt.3.html"""

DETERMINISTIC_CUBLAS = ":4096:8"
"""https://docs.nvidia.com/cuda/cublas/index.html#results-reproducibility"""


@dataclass(frozen=True, slots=True)
class Trained:
    """A finished training; the model holds the best weights."""

    steps: int
    trace: Trace


def total_steps(conf: RunConf, examples: int) -> int:
    """Optimiser steps of the whole run, if it is not stopped early."""
    per_epoch = math.ceil(_batches(conf, examples) / conf.training.accumulation)
    planned = per_epoch * (conf.training.epochs or 1)
    return min(planned, conf.training.max_steps or planned)


def _batches(conf: RunConf, examples: int) -> int:
    devices = conf.hardware.devices * conf.hardware.nodes
    return batches_per_device(examples, conf.training.batch_size, devices)


def trainer_settings(conf: RunConf, device: str, steps: int) -> dict[str, Any]:
    """Lightning's arguments; a test holds their names against the installed Trainer."""
    strategy: Any = {"single": "auto", "ddp": "ddp", "fsdp": "fsdp", "deepspeed": "deepspeed_stage_2"}
    return {
        "accelerator": "gpu" if device == "cuda" else "cpu",
        "devices": conf.hardware.devices,
        "num_nodes": conf.hardware.nodes,
        "strategy": strategy[conf.hardware.strategy],
        "precision": PRECISIONS[conf.precision.name],
        "max_epochs": conf.training.epochs,
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
    }


def fix_machine(conf: RunConf) -> None:
    """Threads and kernels as the run's identity says."""
    torch.set_num_threads(conf.runtime.threads or 1)
    _keep_memory()
    if conf.runtime.deterministic:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", DETERMINISTIC_CUBLAS)
        torch.use_deterministic_algorithms(True)


def _keep_memory() -> None:
    """Let the C library keep what tensors free: asking the system for it again costs a tenth of a step's time."""
    if platform.libc_ver()[0] == "glibc":
        library = ctypes.CDLL(None)
        for parameter, value in MALLOPT.items():
            library.mallopt(parameter, value)


def train(
    conf: RunConf,
    model: Any,
    data: TrainingData,
    *,
    device: str,
    measure: Measure,
    folder: Path,
    watch: Watch,
    stop: Stop = go_on,
) -> Trained:
    """Tune a model; on return it holds the best weights (in the first process of several).

    ``stop`` is asked after each evaluation whether to end there.

    Raises:
        TrainingError: NaN, no step, nothing learnt, or no trainable weight.
        HardwareError: Memory ran out, or a strategy is missing.
    """
    steps = total_steps(conf, len(data.examples))
    before = {name: weights.clone() for name, weights in trainable_state(model).items()}
    if not before:
        raise TrainingError("no weight is trainable", "choose another adapter, such as adapter=lora")
    module = Tuning(model, conf.optim, conf.schedule, steps, conf.training.accumulation, conf.seed)
    held_out = HeldOut(
        measure,
        _batches(conf, len(data.examples)),
        conf.training.evaluations_per_epoch,
        conf.training.patience,
        folder / "checkpoints",
        watch.evaluated,
        stop,
    )
    interrupt = Interrupt()
    trainer = _build(conf, device, steps, [held_out, watch, interrupt])
    order = EpochOrder(data.examples, conf.training, conf.seed, trainer.global_rank, trainer.world_size)
    loader = build_loader(PlannedBatches(data, conf.seed), order, conf.runtime.workers)
    module.train()  # transformers loads models in evaluation mode, where dropout is off, and Lightning leaves them so
    with interrupt.listening():
        _fit(trainer, module, loader)
    if not trainer.global_step or not held_out.trace.evaluations:
        raise TrainingError("training made no step", "give more records, or more epochs: training.epochs")
    if trainer.is_global_zero:
        load_best(model, folder / "checkpoints")
        _refuse_untrained(model, before)
    return Trained(trainer.global_step, held_out.trace)


def _build(conf: RunConf, device: str, steps: int, callbacks: list[Any]) -> Any:
    for name in ("pytorch_lightning", "lightning.pytorch", "lightning.fabric"):
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        return lightning.Trainer(**trainer_settings(conf, device, steps), callbacks=callbacks)
    except (ImportError, ModuleNotFoundError) as error:
        raise HardwareError(
            f"hardware.strategy={conf.hardware.strategy} needs a package: {str(error).splitlines()[0]}",
            f"pip install 'goodfit[{conf.hardware.strategy}]'",
        ) from None
    except (ValueError, RuntimeError) as error:
        if isinstance(error, TrainingError):
            raise
        raise HardwareError(
            f"Lightning refuses this hardware: {str(error).splitlines()[0]}", "choose another hardware= or precision="
        ) from None


def _fit(trainer: Any, module: Tuning, loader: Any) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="pytorch_lightning|lightning|torch.optim.lr_scheduler")
        try:
            trainer.fit(module, loader)
        except SystemExit as stop:
            # Lightning turns Ctrl-C into exit code 1
            if isinstance(stop.__context__, KeyboardInterrupt):
                raise KeyboardInterrupt from None
            raise
        except (torch.OutOfMemoryError, MemoryError) as error:
            raise HardwareError(
                f"memory ran out at step {trainer.global_step}: {str(error).splitlines()[0]}",
                "halve training.batch_size and double training.accumulation: the step stays the same",
            ) from None


def _refuse_untrained(model: Any, before: dict[str, Any]) -> None:
    after = trainable_state(model)
    for name, weights in after.items():
        if not weights.isfinite().all():
            raise not_finite(f"weight {name}", 0)
    if all(torch.equal(weights, before[name].to(weights.device)) for name, weights in after.items()):
        raise TrainingError("training changed no weight", "raise the rate: optim.lr")
