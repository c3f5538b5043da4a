"""YAML files of plain values: no tags, no anchors, no key twice."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Any

import yaml

from goodfit.errors import ConfigError

MAX_BYTES = 200_000
"""A config file is written by hand; far beyond that it is an attack or an accident."""

_NAME = re.compile(r"(?!(?:null|true|false|inf|nan)$)[a-z_][\w./-]*", re.IGNORECASE)
"""What stands in a list without quotes."""


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


def typed_text(value: Any) -> str:
    """A value as it would be typed."""
    if isinstance(value, list) and all(isinstance(one, str) and _NAME.fullmatch(one) for one in value):
        return f"[{','.join(value)}]"
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in a file.

    Raises:
        ConfigError: The file is not a YAML mapping of plain values; names the line.
    """
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):  # a pipe may never begin
        raise ConfigError(f"{path} is no plain file", "write the values to one")
    if status.st_size > MAX_BYTES:
        raise ConfigError(f"{path} has more than {MAX_BYTES} bytes", "a config file holds a few values; split it")
    try:
        content = yaml.load(path.read_text("utf-8"), Loader=_Loader) or {}
    except RecursionError:
        raise ConfigError(f"{path} nests its values too deeply", "mend the file; it holds values only") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        reason = getattr(error, "problem", None) or str(error)
        fix = "indent with blanks" if "'\\t'" in reason else "mend the file; it holds values only"
        raise ConfigError(f"{path}{line} is not plain YAML: {reason}", fix) from None
    if not isinstance(content, dict):
        raise ConfigError(f"{path} holds {type(content).__name__}, expected names and values", "write 'name: value'")
    return content
