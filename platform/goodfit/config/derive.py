"""What a run derives instead of asking: each value with the reason why."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Collection, Sequence
from typing import Any

from goodfit.config.settings import find_setting
from goodfit.errors import ConfigError, GoodfitError, stop_on
from goodfit.files import at_home
from goodfit.run_files import CONFIG
from goodfit.schema import RunConf
from goodfit.schema.dataset import SPLITS
from goodfit.schema.model import FOR_SOME_TASKS
from goodfit.schema.rate import usual_rate
from goodfit.schema.unread import unread_settings
from goodfit.yaml_values import read_yaml


def derive(conf: RunConf, typed: Collection[str]) -> tuple[RunConf, dict[str, str]]:
    """Fill what was left open.

    Args:
        conf: As composed.
        typed: The settings that the user typed.

    Returns:
        The conf, and setting -> reason for every derived value.

    Raises:
        GoodfitError: Settings were typed that this run would not read.
    """
    stop_on(_ignored(conf, typed))
    reasons: dict[str, str] = {}
    for part in (_as_in_run, _adapter, _scrubbing, _numbers):  # what is derived later reads what was before
        reasons |= part(conf, typed)
    conf.dataset = dataclasses.replace(conf.dataset, **_absolute(conf.dataset, (*SPLITS, "without")))
    conf.privacy = dataclasses.replace(conf.privacy, **_absolute(conf.privacy, ("vault",)))
    conf.plugins = dataclasses.replace(conf.plugins, **_absolute(conf.plugins, ("lock", "file")))
    return conf, reasons


def _adapter(conf: RunConf, typed: Collection[str]) -> dict[str, str]:
    """LoRA where there is something to adapt."""
    if conf.adapter.name != "auto":
        return {}
    asked = sorted(key for key in typed if key.startswith("adapter."))
    conf.adapter.name = "lora" if asked or conf.model.weights == "pretrained" else "none"
    return {
        "adapter.name": f"derived: {asked[0]} was typed" if asked else f"derived: model.weights is {conf.model.weights}"
    }


def _scrubbing(conf: RunConf, typed: Collection[str]) -> dict[str, str]:
    """What the task says of its texts, as far as the user left it open."""
    reasons = {}
    if conf.privacy.mode == "auto":
        conf.privacy.mode = conf.task.privacy
        reasons["privacy.mode"] = "derived: task.privacy"
        if conf.privacy.epsilon is not None and conf.privacy.mode == "pseudonymise":
            conf.privacy.mode = "mask"
            reasons["privacy.mode"] = "derived: task.privacy, without pseudonyms: they depend on all texts"
        if conf.task.privacy_keep:
            conf.privacy.keep = [*conf.privacy.keep, *conf.task.privacy_keep]
            reasons["privacy.keep"] = "derived: task.privacy_keep"
    if conf.task.privacy_scrubbers and conf.privacy.mode != "none" and "privacy.scrubbers" not in typed:
        conf.privacy.scrubbers = list(dict.fromkeys([*conf.task.privacy_scrubbers, *conf.privacy.scrubbers]))
        reasons["privacy.scrubbers"] = "derived: task.privacy_scrubbers"
    return reasons


def _numbers(conf: RunConf, typed: Collection[str]) -> dict[str, str]:
    """Rate, epochs and threads, and what the task is called."""
    reasons = {}
    if conf.optim.lr is None:
        conf.optim.lr, reason = usual_rate(conf)
        reasons["optim.lr"] = f"derived: {reason}"
    if conf.training.epochs is None:
        conf.training.epochs = conf.model.epochs
        reasons["training.epochs"] = "derived: model.epochs"
    if conf.runtime.threads is None:
        conf.runtime.threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        reasons["runtime.threads"] = "derived: the cores that this process may use"
    if not conf.task.name:
        conf.task.name = conf.choices.get("task", "")
        reasons["task.name"] = "derived: the chosen task"
    return reasons


OWN_OF_A_BASE = ("source", "name", "revision", "digest", "weights", "description")
"""What a run's base is not asked for: its tuned model is another one."""


def _as_in_run(conf: RunConf, typed: Collection[str]) -> dict[str, str]:
    """How a model is read and tuned, from the run that made it."""
    if conf.model.source != "run":
        return {}
    if conf.model.name is None:
        raise ConfigError("model=run without a run", "name its folder: model=run:PATH")
    folder = at_home(conf.model.name).absolute()
    if not (folder / CONFIG).is_file():
        raise ConfigError(f"there is no run in {conf.model.name}", "name a run's folder: model=run:runs/latest")
    conf.model.name = str(folder.resolve())
    reasons = {"model.name": "derived: the run's folder"}
    for name, value in read_yaml(folder / CONFIG).get("model", {}).items():
        key = f"model.{name}"
        if name in FOR_SOME_TASKS and value:  # found anew, unless the run went without
            continue
        if name not in OWN_OF_A_BASE and key not in typed and find_setting(key) is not None:
            setattr(conf.model, name, value)
            reasons[key] = f"derived: as in {conf.model.name}"
    return reasons


def _ignored(conf: RunConf, typed: Collection[str]) -> list[GoodfitError]:
    """Settings that nothing of this run reads: a silent one would be taken for heard."""
    mistakes: list[GoodfitError] = []
    for source, keys in (("files", SPLITS), ("hub", ("name", "config", "revision"))):
        for key in keys:
            if f"dataset.{key}" in typed and conf.dataset.source != source:
                chosen = conf.choices.get("dataset", conf.dataset.source)
                what = f"dataset.{key} was typed, and dataset={chosen} does not read it"
                mistakes.append(ConfigError(what, f"add dataset={source}"))
    # a plugin gives its folder whatever the name is, by which cards call the model
    if conf.model.source not in ("hub", "run") and "model.source" not in typed:
        chosen = f"model={conf.choices.get('model', conf.model.source)}"
        mistakes += [
            ConfigError(f"{key} was typed, and {chosen} does not read it", f"model=custom in place of {chosen}")
            for key in ("model.name", "model.revision")
            if key in typed and getattr(conf.model, key.partition(".")[2]) is not None
        ]
    if (conf.task.privacy if conf.privacy.mode == "auto" else conf.privacy.mode) == "none":
        mistakes += [
            ConfigError(f"{key} was typed, and nothing is scrubbed", "add privacy=mask, or another way to scrub")
            for key in sorted(typed)
            if key in ("privacy.scrubbers", "privacy.keep")
        ]
    if conf.privacy.epsilon is None:
        mistakes += [
            ConfigError(f"{key} was typed, and nothing is trained privately", "add privacy.epsilon=<number>")
            for key in ("privacy.delta", "privacy.record_clip")
            if key in typed
        ]
    gates = conf.policy.gates
    # a plugin's gate, <plugin>.<gate>, is told the value, too
    if "policy.min_value" in typed and not any(gate == "min_value" or "." in gate for gate in gates):
        fix = f"add policy.gates=[{','.join([*gates, 'min_value'])}]"
        mistakes.append(ConfigError("policy.min_value was typed, and no gate of this run reads it", fix))
    readers = {"adapter": "add adapter=lora", "optim": "add optim=adamw"}
    mistakes += [
        ConfigError(f"{key} was typed, and {option} does not read it", readers[key.partition(".")[0]])
        for key, option in sorted(unread_settings(conf).items())
        if key in typed
    ]
    return mistakes


def _absolute(part: Any, names: Sequence[str]) -> dict[str, str]:
    """Files by absolute path: a run can then be evaluated from any folder."""
    files = {name: getattr(part, name) for name in names}
    return {name: str(at_home(path).absolute()) for name, path in files.items() if path is not None}
