"""Data that a plugin declares by files alone: ``data/<name>/`` with the splits and an ``about.yaml``."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from goodfit.errors import ConfigError
from goodfit.hooks.files import files_in
from goodfit.hooks.types import DataSourceSpec
from goodfit.kinds import KINDS
from goodfit.plugins.find import installed_plugins
from goodfit.registry import did_you_mean
from goodfit.schema.dataset import SUFFIXES
from goodfit.yaml_values import read_yaml

ABOUT = "about.yaml"
KEYS = ("description", "kind", "licence", "origin")


def declared_sources(plugin: str, folder: Path) -> list[DataSourceSpec]:
    """The data in a plugin's package: ``data/clauses/`` of ``legal`` is the source ``legal.clauses``.

    Raises:
        ConfigError: An ``about.yaml`` is not what it has to be, or there is no training file beside it.
    """
    return [_source(plugin, path) for path in sorted((folder / "data").glob(f"*/{ABOUT}"))]


def all_declared() -> dict[str, DataSourceSpec]:
    """What the installed plugins declare, by name; none is imported, and one with a wrong file is left out."""
    found: dict[str, DataSourceSpec] = {}
    for plugin in installed_plugins():
        if plugin.folder is not None:
            with contextlib.suppress(ConfigError):
                found |= {spec.name: spec for spec in declared_sources(plugin.name, plugin.folder)}
    return found


def _source(plugin: str, path: Path) -> DataSourceSpec:
    about: Mapping[str, Any] = read_yaml(path)
    for key in about:
        if key not in KEYS:
            raise ConfigError(f"{path} has no setting '{key}'", did_you_mean(key, KEYS, f"it has {', '.join(KEYS)}"))
    for key in KEYS:
        if not isinstance(about.get(key), str) or not about[key].strip():
            raise ConfigError(f"{path} does not say its {key}", f"add a line '{key}: …'")
    if about["kind"] not in KINDS:
        fix = did_you_mean(about["kind"], KINDS, f"choose of: {', '.join(KINDS)}")
        raise ConfigError(f"{path} has the kind '{about['kind']}', which does not exist", fix)
    if "train" not in files_in(path.parent):
        raise ConfigError(
            f"{path.parent} has no training file", f"add train.jsonl, or another of {', '.join(SUFFIXES)}"
        )
    return DataSourceSpec(name=f"{plugin}.{path.parent.name}", files=partial(files_in, path.parent), **about)
