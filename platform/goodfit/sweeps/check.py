"""What can be refused before a search begins."""

from __future__ import annotations

from goodfit.config.search import Search
from goodfit.errors import ConfigError, GoodfitError, HardwareError, stop_on
from goodfit.extras import need
from goodfit.sweeps.propose import MINIMISED, grid_size, read_constraint
from goodfit.sweeps.width import why_alone

NEEDED = {"gp": "scipy", "qmc": "scipy", "cmaes": "cmaes", "wilcoxon": "scipy"}
"""Samplers and pruners -> the package that Optuna needs for them."""


def check_search(search: Search) -> None:
    """Refuse settings that do not fit together.

    Raises:
        GoodfitError: All of them.
    """
    conf = search.conf
    mistakes: list[GoodfitError] = [*_aims(search), *_engine(search)]
    for setting, name in (("sampler", conf.sampler), ("pruner", conf.pruner)):
        try:
            if name in NEEDED:
                need(NEEDED[name], f"sweep.{setting}={name}")
        except HardwareError as mistake:
            mistakes.append(mistake)
    if conf.sampler == "grid":
        mistakes += _grid(search)
    stop_on([*mistakes, *_one_run_only(search)])


def _aims(search: Search) -> list[ConfigError]:
    """Objectives and constraints that nobody measures, or that do not go with the rest."""
    mistakes, conf = [], search.conf
    known, asked = ("quality", *MINIMISED), conf.objectives
    for name in asked:
        if name not in known:
            mistakes.append(ConfigError(f"'{name}' is no objective", f"choose among {', '.join(known)}"))
    if not asked or len(set(asked)) < len(asked):
        mistakes.append(ConfigError("sweep.objectives names none, or one twice", "sweep.objectives=[quality]"))
    if asked != ["quality"] and conf.pruner != "none":
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


def not_packed(reason: str) -> ConfigError:
    """That ``sweep.engine=packed`` cannot be had."""
    return ConfigError(f"sweep.engine=packed, and {reason}", "sweep.engine=auto trains what cannot be packed alone")


def _grid(search: Search) -> list[ConfigError]:
    size = grid_size(search.space)
    if size is None:
        endless = next(one.key for one in search.space if one.values is None)
        return [ConfigError(f"{endless} is an interval, and a grid has values", f"name them: {endless}=a,b,c")]
    if size > search.conf.trials:
        what = f"the grid has {size} combinations, more than sweep.trials={search.conf.trials}"
        return [ConfigError(what, f"add sweep.trials={size}, or another sweep.sampler")]
    return []
