"""JSON files of a run: written whole or not at all, and read with a word on what is wrong with them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import goodfit
from goodfit.errors import ConfigError
from goodfit.files import write_whole
from goodfit.run_files import LOCK, SCHEMA


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
        ConfigError: The run has not written it, it is damaged, or a newer goodfit wrote it.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path} is missing: the run is not finished", "train again") from None
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise damaged(path)
    refuse_newer(path, content)  # which may have other names for what is needed
    if any(name not in content for name in needed):
        raise damaged(path)
    return content


def refuse_newer(path: Path, content: Mapping[str, Any]) -> None:
    """Refuse a file of a run that says by its schema that only a newer goodfit knows what it means.

    Args:
        path: The file.
        content: What stands in it.

    Raises:
        ConfigError: Names the goodfit that made the run, where its lock does.
    """
    schema = content.get("schema", SCHEMA)
    if type(schema) is not int:  # true counts as one
        raise damaged(path)
    if schema > SCHEMA:
        raise ConfigError(
            f"{path} was written by {_maker(path)} (schema {schema}); this one, {goodfit.__version__}, reads schema "
            f"{SCHEMA}",
            "pip install --upgrade goodfit",
        )


def _maker(path: Path) -> str:
    """Which goodfit wrote a run's file, as its lock says; a newer one's lock may say it in another way."""
    folder = next((above for above in path.parents[:2] if (above / LOCK).is_file()), path.parent)
    try:
        locked = json.loads((folder / LOCK).read_bytes())
        _, version = locked.get("drift", {}).get("goodfit.version", (None, locked["goodfit"]["version"]))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return "a newer goodfit"
    return f"goodfit {version}"


def damaged(path: Path) -> ConfigError:
    """The error for a file that is not what was written."""
    return ConfigError(f"{path} is damaged", "take a copy that is whole, or begin again in another run.dir")
