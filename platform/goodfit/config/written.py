"""The written config of a run: what every later verb reads."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import yaml

from goodfit.config.compose import as_tree
from goodfit.config.files import unknown_keys
from goodfit.config.types import mistakes_of, validated
from goodfit.config.words import without
from goodfit.errors import stop_on
from goodfit.files import write_whole
from goodfit.run_files import CONFIG, OVERRIDES
from goodfit.schema import RunConf
from goodfit.schema.model import FOR_SOME_TASKS
from goodfit.yaml_values import read_yaml


def write_config(conf: RunConf, words: Sequence[str], folder: Path) -> None:
    """Write ``overrides.txt`` and, last, ``config.yaml``: with it, the folder holds a run."""
    write_whole(folder / OVERRIDES, "".join(f"{word}\n" for word in words).encode())
    write_whole(folder / CONFIG, yaml.safe_dump(as_tree(conf), sort_keys=False).encode())


def is_made_from(folder: Path, words: Sequence[str]) -> bool:
    """Whether a run's folder was begun with these words, wherever it lies."""
    try:
        written = (folder / OVERRIDES).read_bytes().decode()
    except FileNotFoundError:
        return False
    own = "".join(f"{word}\n" for word in without(words, "run.dir"))
    rest = written.removeprefix(own)
    return written.startswith(own) and (not rest or (rest.startswith("run.dir=") and rest.count("\n") == 1))


def read_config(folder: Path) -> RunConf:
    """The config of a run.

    Raises:
        ConfigError: It was edited into something that the schema does not allow.
    """
    path = folder / CONFIG
    tree = read_yaml(path)
    stop_on(unknown_keys({name: value for name, value in tree.items() if name != "choices"}, "", str(path)))
    stop_on(mistakes_of(tree))
    conf = validated(tree)
    # made before there were any: it stays without, where a new run would have them
    lacking = dict.fromkeys(set(FOR_SOME_TASKS) - set(tree.get("model", {})), False)
    return dataclasses.replace(conf, model=dataclasses.replace(conf.model, **lacking))
