"""digests.json: the digest of every file that a finished run left, and whether they are still so."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from goodfit.errors import ConfigError
from goodfit.files import file_digest, write_whole
from goodfit.runs.folder import LOCK
from goodfit.training.checkpoints import checkpoints_in, damage
from goodfit.yaml_values import read_yaml

DIGESTS = "digests.json"
LEFT_OUT = (DIGESTS, LOCK, "log.txt", "wandb", "wandb.log", "checkpoints", "job.sbatch")
"""What goes on changing, or has digests of its own."""

SEALED = ("adapter", "model", "predictions", "data")
"""Folders in which a file that was not written by the run is a fault, too."""


def write_digests(folder: Path, coming: Mapping[str, bytes]) -> None:
    """Write down what a run left, and what it is going to write last."""
    files = {name: file_digest(folder / name) for name in _files(folder)}
    files |= {name: hashlib.sha256(content).hexdigest() for name, content in coming.items()}
    write_whole(folder / DIGESTS, _content(files))


def _content(files: Mapping[str, str]) -> bytes:
    return (json.dumps({"schema": 1, "sha256": files}, indent=1, sort_keys=True) + "\n").encode()


def _files(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        top = name.split("/", 1)[0]
        if path.is_file() and top not in LEFT_OUT and not top.startswith(("slurm-", ".")):
            yield name


def read_digests(folder: Path) -> dict[str, str]:
    """File -> SHA-256 of a finished run.

    Raises:
        ConfigError: It has none, or they were changed.
    """
    try:
        content = (folder / DIGESTS).read_bytes()
        files: dict[str, str] = json.loads(content)["sha256"]
        whole = content == _content(files)
    except FileNotFoundError:
        raise ConfigError(f"{folder} has no {DIGESTS}: the run is not finished", "goodfit resume RUN") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        whole = False
    if not whole:
        raise ConfigError(f"{folder}/{DIGESTS} is not what was written", "train again, or take a copy of the run")
    return files


def faults(folder: Path) -> dict[str, str]:
    """What is not as the run left it: file -> what is wrong."""
    expected = read_digests(folder)
    found: dict[str, str] = {}
    for name, digest in expected.items():
        path = folder / name
        if not path.is_file():
            found[name] = "missing"
        elif file_digest(path) != digest:
            found[name] = "not what was written"
    strange = set(_files(folder)) - set(expected)
    found |= {name: "not of this run" for name in sorted(strange) if name.split("/", 1)[0] in SEALED}
    for path in checkpoints_in(folder / "checkpoints"):
        if reason := damage(path):
            found[f"checkpoints/{path.name}"] = reason
    return found


def count(folder: Path) -> int:
    """How many files of a finished run have digests."""
    return len(read_digests(folder))


def plain(folder: Path, name: str) -> Any:
    """The content of a file without what belongs to its run alone: its folder, and the seconds that it took."""
    path = folder / name
    if name == "run.json":
        return {key: value for key, value in json.loads(path.read_bytes()).items() if key != "seconds"}
    if name == "config.yaml":
        return {key: value for key, value in read_yaml(path).items() if key != "run"}
    return file_digest(path)
