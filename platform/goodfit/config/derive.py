"""What a run derives instead of asking: each value with the reason why."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

from goodfit.schema import RunConf


def derive(conf: RunConf) -> tuple[RunConf, dict[str, str]]:
    """Fill what was left open.

    Returns:
        The conf, and setting -> reason for every derived value.
    """
    reasons: dict[str, str] = {}
    if conf.adapter.name == "auto":
        tuned_fully = conf.model.weights == "random"
        conf.adapter.name = "none" if tuned_fully else "lora"
        reasons["adapter.name"] = f"derived: model.weights is {conf.model.weights}"
    if conf.optim.lr is None:
        source = "lr" if conf.adapter.name == "none" else "adapter_lr"
        conf.optim.lr = getattr(conf.model, source)
        reasons["optim.lr"] = f"derived: model.{source}, for adapter={conf.adapter.name}"
    if conf.training.epochs is None:
        conf.training.epochs = conf.model.epochs
        reasons["training.epochs"] = "derived: model.epochs"
    if conf.runtime.threads is None:
        conf.runtime.threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        reasons["runtime.threads"] = "derived: the cores that this process may use"
    if not conf.task.name:
        conf.task.name = conf.choices.get("task", "")
        reasons["task.name"] = "derived: the chosen task"
    conf.dataset = dataclasses.replace(conf.dataset, **_absolute_files(conf))
    return conf, reasons


def _absolute_files(conf: RunConf) -> dict[str, str]:
    """Data files by absolute path: a run can then be evaluated from any folder."""
    files = {split: getattr(conf.dataset, split) for split in ("train", "validation", "test")}
    return {split: str(Path(path).expanduser().absolute()) for split, path in files.items() if path is not None}
