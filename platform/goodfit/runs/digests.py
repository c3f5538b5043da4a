"""digests.json: the digest of every file that a finished run left, and whether they are still so."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from goodfit.errors import ConfigError
from goodfit.files import file_digest, write_whole
from goodfit.run_files import (
    CARD,
    CHECKPOINTS,
    CONFIG,
    DIGESTS,
    HELD,
    JOB,
    LOG,
    RECORD,
    SCHEMA,
    SEALED,
    WANDB,
    WANDB_LOG,
)
from goodfit.runs.find import to_its_end
from goodfit.runs.json_files import refuse_newer
from goodfit.training.checkpoints import MANIFEST, checkpoints_in, damage
from goodfit.yaml_values import read_yaml

LEFT_OUT = (DIGESTS, HELD, LOG, WANDB, WANDB_LOG, CHECKPOINTS, JOB)
"""What goes on changing, or has digests of its own."""


def write_digests(folder: Path, coming: Mapping[str, bytes]) -> None:
    """Write down what a run left, and what it is going to write last."""
    files = {name: file_digest(folder / name) for name in _files(folder)}
    files |= {name: hashlib.sha256(content).hexdigest() for name, content in coming.items()}
    manifests = [path / MANIFEST for path in checkpoints_in(folder / CHECKPOINTS)]
    checkpoints = {path.parent.name: file_digest(path) if path.is_file() else "" for path in manifests}
    write_whole(folder / DIGESTS, _content({"schema": SCHEMA, "sha256": files, "checkpoints": checkpoints}))


def _content(written: Mapping[str, Any]) -> bytes:
    return (json.dumps(written, indent=1, sort_keys=True) + "\n").encode()


def _files(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        top = name.split("/", 1)[0]
        if path.is_file() and top not in LEFT_OUT and not top.startswith(("slurm-", ".")):
            yield name


def read_digests(folder: Path) -> dict[str, str]:
    """File -> SHA-256 of a finished run.

    Raises:
        ConfigError: It has none, or they were changed, or a newer goodfit wrote them.
    """
    files: dict[str, str] = _read(folder)["sha256"]
    return files


def _read(folder: Path) -> dict[str, Any]:
    try:
        content = (folder / DIGESTS).read_bytes()
        written: dict[str, Any] = json.loads(content)
        refuse_newer(folder / DIGESTS, written)
        whole = content == _content(written) and {"sha256", "checkpoints"} <= set(written)
    except FileNotFoundError:
        raise ConfigError(f"{folder} has no {DIGESTS}: the run is not finished", to_its_end(folder)) from None
    except (ValueError, TypeError, AttributeError):
        whole = False
    if not whole:
        raise ConfigError(f"{folder}/{DIGESTS} is not what was written", "train again, or take a copy of the run")
    return written


def refuse_changed(folder: Path, *names: str) -> None:
    """Refuse to use files of a finished run, or folders of them, that are not what it wrote. Its card may be edited.

    Raises:
        ConfigError: Names the first one.
    """
    expected = read_digests(folder)
    for name in names:
        own = {file: digest for file, digest in expected.items() if file.startswith(name) and not file.endswith(CARD)}
        for file, fault in (_changed(folder, own) if own else {name: "missing"}).items():
            raise ConfigError(f"{folder / file} is {fault}", "train again, or take a copy of the run that is whole")


def _changed(folder: Path, expected: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, digest in expected.items():
        path = folder / name
        if not path.is_file():
            found[name] = "missing"
        elif file_digest(path) != digest:
            found[name] = "not what was written"
    return found


def changed_files(folder: Path) -> dict[str, str]:
    """What is not as the run left it: file -> what is wrong."""
    written = _read(folder)
    found = _changed(folder, written["sha256"])
    strange = set(_files(folder)) - set(written["sha256"])
    found |= {name: "not of this run" for name in sorted(strange) if name.split("/", 1)[0] in SEALED}
    return found | _checkpoint_faults(folder / CHECKPOINTS, written["checkpoints"])


def _checkpoint_faults(folder: Path, written: Mapping[str, str]) -> dict[str, str]:
    """As ``changed_files``.

    Args:
        folder: Of the checkpoints.
        written: Name -> digest of the manifest.
    """
    left = {path.name: path for path in checkpoints_in(folder)}
    found = {f"{CHECKPOINTS}/{name}": "missing" for name in written if name not in left}
    for name, path in left.items():
        if reason := _checkpoint_fault(path, written):
            found[f"{CHECKPOINTS}/{name}"] = reason
    return found


def _checkpoint_fault(path: Path, written: Mapping[str, str]) -> str | None:
    if path.name not in written:
        return "not of this run"
    reason = damage(path)
    if reason is None and file_digest(path / MANIFEST) != written[path.name]:
        return "not what was written"
    return reason


def plain(folder: Path, name: str) -> Any:
    """The content of a file without what belongs to its run alone: its folder, and the seconds that it took."""
    path = folder / name
    if name == RECORD:
        return {key: value for key, value in json.loads(path.read_bytes()).items() if key != "seconds"}
    if name == CONFIG:
        return {key: value for key, value in read_yaml(path).items() if key != "run"}
    return file_digest(path)
