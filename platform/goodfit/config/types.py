"""Types and ranges: a composed tree -> RunConf, or every mistake in it."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from goodfit.config.settings import Setting, find_setting
from goodfit.errors import ConfigError, GoodfitError
from goodfit.registry import did_you_mean
from goodfit.schema import RunConf
from goodfit.yaml_values import typed_text


@functools.cache
def _adapter() -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(RunConf)


def validated(tree: Mapping[str, Any]) -> RunConf:
    """The tree as a RunConf.

    Raises:
        ValidationError: pydantic's; ``mistakes_of`` turns it into goodfit's.
    """
    return _adapter().validate_json(json.dumps(tree), strict=True)


def mistakes_of(tree: Mapping[str, Any], files: Mapping[str, Path] | None = None) -> list[GoodfitError]:
    """What is wrong with the values of a tree, in the user's words.

    Args:
        tree: Plain values.
        files: Setting -> the file that sets it.
    """
    from pydantic import ValidationError

    try:
        validated(tree)
    except ValidationError as error:
        return [_mistake(details, files or {}) for details in error.errors(include_url=False)]
    return _named_twice(tree, files or {})


def _named_twice(tree: Mapping[str, Any], files: Mapping[str, Path], parents: str = "") -> list[GoodfitError]:
    """Lists name things, each once."""
    found: list[GoodfitError] = []
    for name, value in tree.items():
        path = f"{parents}{name}"
        if isinstance(value, dict):
            found += _named_twice(value, files, f"{path}.")
        elif isinstance(value, list) and len(set(value)) < len(value):
            twice = next(one for number, one in enumerate(value) if one in value[:number])
            where = f" ({files[path]})" if path in files else ""
            found.append(ConfigError(f"{path} names '{twice}' twice{where}", "name each once"))
    return found


def _mistake(details: Any, files: Mapping[str, Path]) -> ConfigError:
    path = ".".join(str(part) for part in details["loc"] if isinstance(part, str) and "[" not in part)
    setting = _setting(path)
    given = details["input"]
    if setting is None:
        return ConfigError(f"{path} is {given!r}: {details['msg']}", "goodfit explain shows the settings")
    where = f" ({files[setting.path]})" if setting.path in files else ""
    if setting.choices:
        fix = did_you_mean(str(given), setting.choices, f"choose {setting.type_name()}")
        return ConfigError(f"{setting.path} is '{given}', expected {setting.type_name()}{where}", fix)
    if details["type"].startswith(("greater", "less")):
        shown = float(given) if setting.plain_type is float else given
        return ConfigError(f"{setting.path} is {shown}{where}", f"choose a value {setting.range_text()}")
    return ConfigError(f"{setting.path} is {_shown(given)}, expected {setting.type_name()}{where}", _example(setting))


def _setting(path: str) -> Setting | None:
    found = find_setting(path)
    while found is None and "." in path:
        path = path.rsplit(".", 1)[0]
        found = find_setting(path)
    return found


def _shown(given: Any) -> str:
    return f"'{given}'" if isinstance(given, str) else json.dumps(given)


def _example(setting: Setting) -> str:
    if setting.is_mapping:
        return f"name what it is for: {setting.path}.<name>=<value>"
    value = setting.default
    if value in (None, "", [], {}):
        value = {int: 10, float: 0.1, str: "text", bool: "true"}.get(setting.plain_type, "[a,b]")
    return f"for example {setting.path}={typed_text(value)}"
