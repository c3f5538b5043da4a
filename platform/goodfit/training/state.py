"""What a checkpoint holds: weights, optimiser, schedule, the place in the data, the course so far."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from goodfit.errors import TrainingError
from goodfit.run_files import CHECKPOINTS, HISTORY, SCHEMA
from goodfit.training.checkpoints import STATE, read_state, read_tensors, write_checkpoint
from goodfit.training.held_out import Evaluation, best_steps
from goodfit.training.sharded import part_like, whole

WEIGHTS, OPTIMISER = "weights.safetensors", "optimizer.safetensors"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a training is: behind an optimiser step."""

    step: int
    """Optimiser steps that were made."""
    epoch: int
    """Of the next batch, from 0."""
    batch: int
    """The next one of its epoch on this device, from 0."""


def _nothing() -> None:
    """Refuses nothing."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose the checkpoints of a training are."""

    identity: str = ""
    """What makes its run what it is; nothing where none goes on with them."""
    refuse: Callable[[], None] = _nothing
    """Called before each save: whether it may be written there."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A checkpoint that a training goes on from."""

    place: Place
    path: Path
    evaluations: Sequence[Evaluation]
    """Those that were made until then."""
    guard: Mapping[str, Any]
    """What the guard against divergence has seen."""
    schedule: Mapping[str, Any]
    rates: Sequence[float]
    """Of each of the optimiser's groups."""
    scaler: Mapping[str, Any]
    """Of the losses, in precision=16."""
    promised: Mapping[str, float] | None
    """Of privacy, by the training until then."""


def trainable_state(model: Any) -> dict[str, Any]:
    """Name -> trainable tensor; a tensor with two names once. Of a sharded model all processes have to ask."""
    return {name: whole(weights.detach()) for name, weights in model.named_parameters() if weights.requires_grad}


def save(
    folder: Path,
    place: Place,
    trainer: Any,
    model: Any,
    weights: Mapping[str, Any],
    evaluations: Sequence[Evaluation],
    guard: Mapping[str, Any],
    owner: Owner,
) -> None:
    """Write a checkpoint of a training between two steps, in the first process; of a sharded model all have to call it.

    Args:
        folder: Of the run.
        place: Where it is.
        trainer: Lightning's.
        model: What is tuned.
        weights: Its trainable ones, by name.
        evaluations: Those that were made so far.
        guard: What the guard against divergence has seen.
        owner: Whose it is.

    Raises:
        HardwareError: The disk does not take it.
        GoodfitError: The owner refuses.
    """
    (optimiser,) = trainer.optimizers
    moments, values = _optimiser_state(optimiser, model)
    if not trainer.is_global_zero:
        return
    owner.refuse()
    scaler = trainer.precision_plugin.scaler if trainer.precision == "16-mixed" else None
    state = {
        "schema": SCHEMA,
        **({"run": owner.identity} if owner.identity else {}),
        **dataclasses.asdict(place),
        "best_steps": sorted(best_steps(evaluations)),
        "evaluations": [dataclasses.asdict(found) for found in evaluations],
        "optimizer": {"values": values, "rates": [group["lr"] for group in optimiser.param_groups]},
        "schedule": trainer.lr_scheduler_configs[0].scheduler.state_dict(),
        "scaler": scaler.state_dict() if scaler else {},
        "guard": guard,
        "promised": trainer.lightning_module.promised,
    }
    history = folder / HISTORY
    write_checkpoint(
        folder / CHECKPOINTS,
        place.step,
        {WEIGHTS: weights, OPTIMISER: moments},
        {
            STATE: (json.dumps(state) + "\n").encode(),
            HISTORY: history.read_bytes() if history.exists() else b"",
        },
    )


def _optimiser_state(optimiser: Any, model: Any) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Tensors as ``<weight>/<name>``, and what is no tensor."""
    tensors, values = {}, {}
    for name, weights in _names(optimiser, model):
        for key, value in optimiser.state.get(weights, {}).items():
            if isinstance(value, torch.Tensor):
                tensors[f"{name}/{key}"] = whole(value)
            else:
                values.setdefault(name, {})[key] = value
    return tensors, values


def _names(optimiser: Any, model: Any) -> Iterator[tuple[str, Any]]:
    """The weights of an optimiser with their names; DeepSpeed's is none of PyTorch's, and keeps them to itself."""
    names = {weights: name for name, weights in model.named_parameters()}
    for group in optimiser.param_groups if isinstance(optimiser, torch.optim.Optimizer) else ():
        for weights in group["params"]:
            yield names[weights], weights


def open_saved(path: Path) -> Saved:
    """Read a checkpoint that was found valid, but for its tensors."""
    state = read_state(path)
    return Saved(
        place=Place(state["step"], state["epoch"], state["batch"]),
        path=path,
        evaluations=[Evaluation(**found) for found in state["evaluations"]],
        guard=state["guard"],
        schedule=state["schedule"],
        rates=state["optimizer"]["rates"],
        scaler=state["scaler"],
        promised=state["promised"],
    )


def read_weights(model: Any, path: Path) -> dict[str, Any]:
    """A valid checkpoint's weights for a model.

    Raises:
        TrainingError: They belong to another one.
    """
    weights, current = read_tensors(path, WEIGHTS), trainable_state(model)
    frozen = {name for name, _ in model.named_parameters()} - set(current)  # what was trainable once, and never read
    weights = {name: tensor for name, tensor in weights.items() if name not in frozen}
    shapes = {name: (tensor.shape, tensor.dtype) for name, tensor in weights.items()}
    if shapes != {name: (tensor.shape, tensor.dtype) for name, tensor in current.items()}:
        raise TrainingError(f"the weights in {path} belong to another model", "train again, in another folder")
    return weights


def put_state(model: Any, weights: Mapping[str, Any]) -> None:
    """Let a model have these trainable weights."""
    for name, tensor in trainable_state(model).items():
        tensor.copy_(weights[name])


def put_optimiser(trainer: Any, model: Any, saved: Saved) -> None:
    """Let optimiser and schedule be as they were."""
    (optimiser,) = trainer.optimizers
    found: dict[str, dict[str, Any]] = read_state(saved.path)["optimizer"]["values"]
    for key, tensor in read_tensors(saved.path, OPTIMISER).items():
        name, _, part = key.rpartition("/")
        found.setdefault(name, {})[part] = tensor
    for name, weights in _names(optimiser, model):
        if name in found:  # torch counts steps on the CPU
            optimiser.state[weights] = {
                part: part_like(value, weights) if isinstance(value, torch.Tensor) and part != "step" else value
                for part, value in found[name].items()
            }
    for group, rate in zip(optimiser.param_groups, saved.rates, strict=True):
        group["lr"] = rate
    trainer.lr_scheduler_configs[0].scheduler.load_state_dict(dict(saved.schedule))
    if saved.scaler:
        trainer.precision_plugin.scaler.load_state_dict(dict(saved.scaler))
