"""The base model that a config names: of a plugin, of a hub, or of another run."""

from __future__ import annotations

from pathlib import Path

from goodfit.errors import ConfigError
from goodfit.models.base import Base, find_base
from goodfit.plugins.host import Host
from goodfit.runs.find import finished_run
from goodfit.runs.json_files import read_json
from goodfit.schema import RunConf


def open_base(conf: RunConf, host: Host) -> Base:
    """The base model that the config names, checked."""
    if conf.model.source == "run":
        return _base_of_run(conf)
    offered = None
    if conf.model.source != "hub":
        offered = host.pick(host.models, conf.model.source, f"model={conf.choices.get('model')}").folder()
    return find_base(conf.model, Path(offered) if offered else None)


def _base_of_run(conf: RunConf) -> Base:
    """The whole model that a run left behind."""
    if conf.model.weights == "random":
        raise ConfigError("model.weights is random, and model=run:PATH takes a run's weights", "leave one of them out")
    run = finished_run(conf.model.name or "")
    folder = run / "model"
    if not folder.is_dir():
        raise ConfigError(
            f"the run in {run} holds an adapter, and no whole model",
            "train it again with adapter.merge=true, or with adapter=none",
        )
    base = find_base(conf.model, folder)
    if base.digest != read_json(folder / "task.json", "digest")["digest"]:
        raise ConfigError(f"the weights in {folder} are not those that were written", "train it again")
    return base
