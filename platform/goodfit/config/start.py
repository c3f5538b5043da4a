"""What a run has where nothing is typed: the options that ``conf/config.yaml`` chooses."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, NamedTuple

from goodfit.config.places import MAIN, core_root
from goodfit.config.settings import Setting, settings
from goodfit.yaml_values import read_yaml, typed_text


class Chosen(NamedTuple):
    """A value that an option gives which nobody has to type."""

    value: Any
    option: str
    """As it would be typed, ``privacy=auto``."""


def default_choices() -> dict[str, str | None]:
    """Group -> the option that a run has where none is typed; None where one has to be."""
    entries = read_yaml(core_root().folder / MAIN)["defaults"]
    return {group: name for entry in entries if isinstance(entry, dict) for group, name in entry.items()}


@functools.cache
def chosen() -> Mapping[str, Chosen]:
    """Settings of which such an option says another value than the schema."""
    folder = core_root().folder
    values = [
        (f"{group}.{key}", Chosen(value, f"{group}={name}"))
        for group, name in default_choices().items()
        if name is not None
        for key, value in read_yaml(folder / group / f"{name}.yaml").items()
    ]
    return {path: found for path, found in values if settings()[path].default != found.value}


def default_text(setting: Setting) -> str:
    """The default in a table, beside the meaning."""
    if found := chosen().get(setting.path):
        return typed_text(found.value)
    return "derived" if setting.derived() else typed_text(setting.default)
