"""What can be refused before a search begins. Imports no machine-learning library."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from goodfit.config.search import Search
from goodfit.errors import ConfigError, GoodfitError, HardwareError, stop_on
from goodfit.extras import need
from goodfit.kinds import find_kind
from goodfit.runs.launch import refuse_stray
from goodfit.sweeps.propose import MINIMISED, grid_size, read_constraint
from goodfit.tracking.wandb import wanted

NEEDED = {"gp": "scipy", "qmc": "scipy", "cmaes": "cmaes", "wilcoxon": "scipy"}
"""Samplers and pruners -> the package that Optuna needs for them."""
PACKABLE = ("lora", "rslora")
"""Adapters that a pack can compute."""


def check_search(search: Search) -> None:
    """Refuse settings that do not fit together.

    Raises:
        GoodfitError: All of them.
    """
    conf = search.conf
    refuse_stray(search.first.conf)  # its winner's run would be, behind all trials
    mistakes: list[GoodfitError] = [*_aims(search), *_engine(search), *_missing(search)]
    if conf.sampler == "grid":
        mistakes += _grid(search)
    stop_on([*mistakes, *_one_run_only(search)])


def _missing(search: Search) -> Iterator[HardwareError]:
    """Packages that its sampler, its pruner or its winner's run lacks."""
    conf = search.conf
    asked: list[Callable[[], Any]] = [partial(wanted, search.first.conf.tracker)]
    for setting, name in (("sampler", conf.sampler), ("pruner", conf.pruner)):
        if name in NEEDED:
            asked.append(partial(need, NEEDED[name], f"sweep.{setting}={name}"))
    for ask in asked:
        try:
            ask()
        except HardwareError as mistake:
            yield mistake


def _aims(search: Search) -> list[ConfigError]:
    """Objectives and constraints that nobody measures, or that do not go with the rest."""
    mistakes, conf = [], search.conf
    known, asked = ("quality", *MINIMISED), conf.objectives
    for name in asked:
        if name not in known:
            mistakes.append(ConfigError(f"'{name}' is no objective", f"choose among {', '.join(known)}"))
    if not asked:
        mistakes.append(ConfigError("sweep.objectives names none", "sweep.objectives=[quality]"))
    elif asked != ["quality"] and conf.pruner != "none":
        what = f"sweep.pruner={conf.pruner} ends trials of low quality, and sweep.objectives is [{','.join(asked)}]"
        mistakes.append(ConfigError(what, "add sweep.pruner=none"))
    if conf.pruner != "none" and any(one.key == "training.evaluations_per_epoch" for one in search.space):
        what = f"sweep.pruner={conf.pruner} compares trials at one evaluation, and how often there is one is searched"
        mistakes.append(ConfigError(what, "add sweep.pruner=none, or leave it out"))
    for text in conf.constraints:
        try:
            read_constraint(text)
        except ConfigError as mistake:
            mistakes.append(mistake)
    return mistakes


def _engine(search: Search) -> list[ConfigError]:
    """Trials at a time that cannot be had."""
    conf, mistakes = search.conf, []
    if conf.engine == "packed" and (conf.workers > 1 or conf.executor != "processes"):
        mistakes.append(ConfigError("sweep.engine=packed packs trials of one process", "leave sweep.workers out"))
    if conf.engine == "packed" and (reason := why_alone(search)):
        mistakes.append(not_packed(reason))
    for name in ("workers", "width"):
        asked = getattr(conf, name) or 1
        if asked > conf.ahead:
            what = f"sweep.{name} is {asked}, more than sweep.ahead={conf.ahead} trials at a time"
            mistakes.append(ConfigError(what, f"add sweep.ahead={asked}"))
    return mistakes


def _one_run_only(search: Search) -> list[ConfigError]:
    """What a run may be, and a trial of many may not."""
    conf, mistakes = search.first.conf, []
    if conf.hardware.launcher == "slurm" and conf.sweep.executor != "slurm":
        mistakes.append(ConfigError("hardware=slurm submits one run", "submit each trial: sweep.executor=slurm"))
    if conf.hardware.devices * conf.hardware.nodes > 1:
        mistakes.append(ConfigError("a trial of a search runs on one device", "hardware.devices=1 hardware.nodes=1"))
    if conf.training.soup > 1 or any(one.key == "training.soup" for one in search.space):
        what = "a search compares single trainings, and training.soup averages several"
        mistakes.append(ConfigError(what, "leave it out, then type it behind the winner's words"))
    if conf.privacy.epsilon is not None:
        what = "privacy.epsilon is of one training; what those of a search give away adds up"
        mistakes.append(ConfigError(what, "search on data that is not private, then type the winner's words"))
    return mistakes


def why_alone(search: Search) -> str:
    """Why no two trials can share a pass, as far as the words tell; empty where nothing speaks against it."""
    conf, sweep = search.first.conf, search.conf
    learner = find_kind(conf.task.kind or "").learners.get(conf.model.family or "")
    timed = next((name for name in (*sweep.objectives, *sweep.constraints) if name.strip().startswith("seconds")), "")
    if timed:
        return f"'{timed}' is about a trial's own time, of which one in a pass has a share"
    if conf.adapter.name not in PACKABLE:
        return f"adapter={conf.adapter.name} cannot be packed"
    if conf.hardware.strategy != "single":
        return f"hardware.strategy is {conf.hardware.strategy}"
    if conf.runtime.path == "plain":
        return "runtime.path is plain"
    if conf.runtime.gradient_checkpointing:
        return "runtime.gradient_checkpointing is true"
    return "the records of a batch are compared with each other" if learner and learner.labels_at == "pairs" else ""


def not_packed(reason: str) -> ConfigError:
    """That ``sweep.engine=packed`` cannot be had."""
    return ConfigError(f"sweep.engine=packed, and {reason}", "sweep.engine=auto trains what cannot be packed alone")


def _grid(search: Search) -> list[ConfigError]:
    typed = [one.key for one in search.space if any(line.startswith(f"{one.key}=") for line in search.meaning)]
    if "sweep=grid" in search.typed and not typed:  # what the model's family would search is none of the words
        what = "there is nothing to combine: no word names several values"
        return [ConfigError(what, "name them, such as optim.lr=1e-3,3e-3, or leave -m out")]
    size = grid_size(search.space)
    if size is None:
        endless = next(one.key for one in search.space if one.values is None)
        return [ConfigError(f"{endless} is an interval, and a grid has values", f"name them: {endless}=a,b,c")]
    if size > search.conf.trials:
        what = f"the grid has {size} combinations, more than sweep.trials={search.conf.trials}"
        return [ConfigError(what, f"add sweep.trials={size}, or another sweep.sampler")]
    return []
