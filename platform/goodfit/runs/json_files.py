"""JSON files of a run: written whole or not at all, and read with a word on what is wrong with them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from goodfit.errors import ConfigError
from goodfit.files import write_whole


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON file, whole or not at all; its folder is made, but no run's: that may have been moved away."""
    path.parent.mkdir(exist_ok=True)
    write_whole(path, as_json(content))


def as_json(content: Mapping[str, Any]) -> bytes:
    """What ``write_json`` writes."""
    return (json.dumps(content, indent=2, allow_nan=False) + "\n").encode()


def write_lines(path: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    """Write a JSONL file."""
    path.parent.mkdir(exist_ok=True)
    write_whole(path, "".join(json.dumps(line, allow_nan=False) + "\n" for line in lines).encode())


def read_json(path: Path, *needed: str) -> dict[str, Any]:
    """Read a JSON file of a run.

    Args:
        path: The file.
        needed: What has to stand in it.

    Raises:
        ConfigError: The run has not written it, or it is damaged.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path} is missing: the run is not finished", "train again") from None
    except ValueError:
        content = None
    if not isinstance(content, dict) or any(name not in content for name in needed):
        raise damaged(path)
    return content


def damaged(path: Path) -> ConfigError:
    """The error for a file that is not what was written."""
    return ConfigError(f"{path} is damaged", "take a copy that is whole, or begin again in another run.dir")
