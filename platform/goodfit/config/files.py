"""The YAML files behind the choices: read safely, and checked against the schema key by key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from goodfit.config.places import Option
from goodfit.config.settings import find_setting, settings
from goodfit.config.words import unknown_setting
from goodfit.errors import ConfigError, GoodfitError

MAX_BYTES = 200_000
"""A config file is written by hand; far beyond that it is an attack or an accident."""

_PACKAGE = re.compile(r"^\s*#\s*@package\s+(\S+)")
_DEFAULT = re.compile(r"^(?P<target>[\w./-]+)@_here_$")


class _Loader(yaml.SafeLoader):
    """YAML values only: no tags, no anchors (an alias bomb), no key twice."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.composer.ComposerError(None, None, "anchors and aliases are not allowed", event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key!r} is no name; quote it", key_node.start_mark
                )
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"'{key}' stands twice", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in a file.

    Raises:
        ConfigError: The file is not a YAML mapping of plain values; names the line.
    """
    if path.stat().st_size > MAX_BYTES:
        raise ConfigError(f"{path} has more than {MAX_BYTES} bytes", "a config file holds a few values; split it")
    try:
        content = yaml.load(path.read_text("utf-8"), Loader=_Loader) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        reason = getattr(error, "problem", None) or str(error)
        raise ConfigError(f"{path}{line} is not plain YAML: {reason}", "mend the file; it holds values only") from None
    if not isinstance(content, dict):
        raise ConfigError(f"{path} holds {type(content).__name__}, expected names and values", "write 'name: value'")
    return content


def check_option(option: Option, group: str) -> tuple[list[GoodfitError], dict[str, Any]]:
    """Check an option's file and those it builds on.

    Returns:
        The mistakes, and what the files set: setting -> file.
    """
    try:
        content = read_yaml(option.path)
    except ConfigError as mistake:
        return [mistake], {}
    mistakes: list[GoodfitError] = []
    given: dict[str, Path] = {}
    for entry in [entry for entry in content.pop("defaults", None) or [] if entry != "_self_"]:
        try:
            more, inherited = check_option(_parent(entry, option, group), group)
        except ConfigError as mistake:
            more, inherited = [mistake], {}
        mistakes += more
        given |= inherited
    mistakes += _wrong_package(option, group)
    scope = "" if group == "experiment" else group + "."
    mistakes += unknown_keys(content, scope, str(option.path))
    for key, value in _leaves(content, scope):
        given[key] = option.path
        if isinstance(value, str) and "${" in value and value != "${seed}":
            mistakes.append(ConfigError(f"'{key}' is an interpolation, {value} ({option.path})", "write the value"))
    return mistakes, given


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
