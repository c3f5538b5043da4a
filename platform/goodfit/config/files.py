"""The YAML files behind the choices: read safely, and checked against the schema key by key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from goodfit.config.places import SEARCHES, ConfRoot, Option, find_options
from goodfit.config.settings import find_setting, groups, settings
from goodfit.config.words import unknown_setting
from goodfit.errors import ConfigError, GoodfitError
from goodfit.registry import did_you_mean
from goodfit.yaml_values import read_yaml

_PACKAGE = re.compile(r"^\s*#\s*@package\s+(\S+)")
CODE = "plugins.file"
"""The one setting that names a file with code: it is typed, or stands in an option of ``plugins`` that is typed."""

_DEFAULT = re.compile(r"^(?P<target>[\w./-]+)@_here_$")


def stray_files(root: ConfRoot) -> list[GoodfitError]:
    """What nothing reads in a plugin's conf."""
    mistakes: list[GoodfitError] = []
    for path in sorted(root.folder.rglob("*")):
        group = path.relative_to(root.folder).parts[0]
        if path.is_file() and (path.parent == root.folder or path.suffix != ".yaml"):
            mistakes.append(ConfigError(f"{path} is no option", "options are conf/<group>/<name>.yaml"))
        elif path.parent == root.folder and group not in (*groups(), SEARCHES):
            fix = did_you_mean(group, groups(), "goodfit list")
            mistakes.append(ConfigError(f"{path}: no group called '{group}'", fix))
    return mistakes


def check_options(root: ConfRoot) -> list[GoodfitError]:
    """What a run would be refused for that chooses one of a plugin's options."""
    groups_of = find_options([root]).items()
    return [
        bad for group, options in groups_of for option in options.values() for bad in check_option(option, group)[0]
    ]


def check_option(option: Option, group: str) -> tuple[list[GoodfitError], dict[str, Path], list[Path]]:
    """Check an option's file and those it builds on.

    Returns:
        The mistakes, what the files set (setting -> file), and all of the files.
    """
    try:
        content = read_yaml(option.path)
    except ConfigError as mistake:
        return [mistake], {}, [option.path]
    mistakes: list[GoodfitError] = []
    given: dict[str, Path] = {}
    files = [option.path]
    for entry in [entry for entry in content.pop("defaults", None) or [] if entry != "_self_"]:
        try:
            more, inherited, below = check_option(_parent(entry, option, group), group)
        except ConfigError as mistake:
            more, inherited, below = [mistake], {}, []
        mistakes += more
        given |= inherited
        files += below
    mistakes += _wrong_package(option, group)
    scope = "" if group == "experiment" else group + "."
    mistakes += unknown_keys(content, scope, str(option.path))
    for key, value in _leaves(content, scope):
        given[key] = option.path
        for text in [text for text in _texts(value) if "${" in text and text != "${seed}"]:
            mistakes.append(ConfigError(f"'{key}' is an interpolation, {text} ({option.path})", "write the value"))
        if key == CODE and value is not None and group == "experiment":
            mistakes.append(
                ConfigError(f"'{key}' names code, which an experiment may not ({option.path})", f"type it: {key}=FILE")
            )
    return mistakes, given, files


def _texts(value: Any) -> Iterator[str]:
    """All texts in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in [*value, *value.values()] if isinstance(value, dict) else value:
            yield from _texts(one)


def unknown_keys(content: dict[str, Any], scope: str, where: str) -> list[GoodfitError]:
    """The keys of a file that the schema does not have."""
    return [unknown_setting(key, where, scope) for key, _ in _leaves(content, scope) if find_setting(key) is None]


def _wrong_package(option: Option, group: str) -> list[GoodfitError]:
    """A file's values belong to its group; only experiments set those of several."""
    expected = "_global_" if group == "experiment" else None
    found = None
    for line in option.path.read_text("utf-8").splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            break
        match = _PACKAGE.match(line)
        found = match[1] if match else found
    if found == expected:
        return []
    if expected is None:
        return [ConfigError(f"{option.path} sends its values to '{found}'", "remove its line '# @package'")]
    return [ConfigError(f"{option.path} does not begin with '# @package {expected}'", "make that its first line")]


def _parent(entry: Any, option: Option, group: str) -> Option:
    match = _DEFAULT.match(entry) if isinstance(entry, str) else None
    parent = Option(match["target"], option.owner, option.folder) if match else option
    inside = parent.path.resolve().is_relative_to(option.folder.resolve())
    if parent.name == option.name or not inside or not parent.path.is_file():
        raise ConfigError(
            f"the defaults of {option.path} name {entry!r}, which is no option of {group}",
            "write '- <option>@_here_' with an option of the same folder",
        )
    return parent


def _leaves(content: dict[Any, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for key, value in content.items():
        path = f"{prefix}{key}"
        is_group = any(name.startswith(path + ".") for name in settings())
        is_mapping = path in settings() and settings()[path].is_mapping
        if isinstance(value, dict) and (is_group or is_mapping):
            yield from _leaves(value, path + ".")
        else:
            yield path, value
