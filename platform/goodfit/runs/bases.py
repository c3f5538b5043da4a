"""The base model that a config names: of a plugin, of a hub, or of another run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from goodfit.errors import ConfigError
from goodfit.hooks.types import ModelSpec
from goodfit.kinds import find_kind
from goodfit.models.base import Adapted, Base, adapted_base, find_base
from goodfit.models.load import config_with_head, load_tokenizer
from goodfit.plugins.host import Host
from goodfit.run_files import ADAPTER, CONFIG, MODEL, TASK
from goodfit.runs.digests import refuse_changed
from goodfit.runs.find import finished_run
from goodfit.runs.json_files import read_json
from goodfit.runs.learner import build_learner
from goodfit.runs.own_config import own_config
from goodfit.runs.task import Task
from goodfit.schema import RunConf


def open_base(conf: RunConf, host: Host) -> Base:
    """The base model that the config names, checked."""
    if conf.model.source == "run":
        return _base_of_run(conf, host)
    if conf.model.source == "hub":
        return find_base(conf.model, None)
    spec: ModelSpec = host.pick(host.models, conf.model.source, f"model={conf.choices.get('model')}")
    return replace(find_base(conf.model, Path(spec.folder())), licence=spec.licence)


def _base_of_run(conf: RunConf, host: Host) -> Base:
    """The whole model that a run left behind, or what its adapter makes of its own base."""
    if conf.model.weights == "random":
        raise ConfigError("model.weights is random, and model=run:PATH takes a run's weights", "leave one of them out")
    run = finished_run(conf.model.name or "")
    folder = run / MODEL
    if not folder.is_dir():
        return _with_adapter(conf, run, host)
    base = find_base(conf.model, folder)
    if base.digest != read_json(folder / TASK, "digest")["digest"]:
        raise ConfigError(f"the weights in {folder} are not those that were written", "train it again")
    return base


def _with_adapter(conf: RunConf, run: Path, host: Host) -> Base:
    """What the adapter of a run makes of the base that it was tuned on."""
    refuse_changed(run, CONFIG, f"{ADAPTER}/")
    own = own_config(run)
    if own.adapter.four_bits:
        raise ConfigError(
            f"the run in {run} holds an adapter on a base in 4 bits, which cannot be put into whole weights",
            "train it again with adapter=lora, or with adapter=none",
        )
    written = read_json(run / ADAPTER / TASK, "base", "labels", "digest")
    below = tuned_on(own, written["base"], host)
    task = Task(own, find_kind(own.task.kind or ""), (), (), None)
    learner, _ = build_learner(task, below, load_tokenizer(below), tuple(written["labels"]))
    config = config_with_head(below, learner.head, learner.outputs)
    adapted = Adapted(
        below, run / ADAPTER, written["digest"], own.model, learner.head, tuple(learner.outputs), own.seed
    )
    return adapted_base(conf.model, adapted, config)


def tuned_on(conf: RunConf, written: Mapping[str, Any], host: Host) -> Base:
    """The base of a finished run, as it was.

    Args:
        conf: The run's.
        written: What says which base it was.
        host: The plugins.

    Raises:
        ConfigError: It is another one now.
    """
    base = open_base(conf, host)
    # the name of a run's model is one for those without goodfit
    known = {**written, "name": base.name} if conf.model.source == "run" else written
    if known != base.identity:
        raise ConfigError(
            f"the run was tuned on {written['name']} with the digest {written['digest']}, and the base here has "
            f"{base.digest}",
            "install the base model that the run was tuned on",
        )
    return base
