"""Checkpoints: a folder for each saved step, whole or not at all, with a digest of every file."""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from goodfit.errors import ConfigError, TrainingError
from goodfit.files import disk_fault, file_digest, share_like, sync_folder, write_synced

MANIFEST, STATE = "manifest.json", "state.json"
SLACK_BYTES = 2**20
"""Room that a save needs beside its tensors."""

_NAME = re.compile(r"step-(\d{8,})")


@dataclass(frozen=True, slots=True)
class Chosen:
    """The checkpoint to go on from."""

    path: Path | None
    """None where there is no valid one."""
    skipped: Sequence[str]
    """Newer ones, with the reason why each was not taken."""


def write_checkpoint(
    folder: Path, step: int, tensors: Mapping[str, Mapping[str, Any]], files: Mapping[str, bytes]
) -> Path:
    """Write a checkpoint: a temporary folder beside it, everything synced, the manifest last, then renamed.

    Args:
        folder: Of all checkpoints of the run.
        step: Optimiser steps that were made.
        tensors: File name -> tensors by name.
        files: File name -> content; at least one.

    Raises:
        HardwareError: There is no room, or the disk fails; older checkpoints are as they were.
    """
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    needed = sum(tensor.nbytes for part in tensors.values() for tensor in part.values())
    target = _place(folder, step)
    temporary = folder / f".{target.name}-{secrets.token_hex(4)}.part"
    try:
        folder.mkdir(exist_ok=True)  # never the run's own, which may have been moved away
        temporary.mkdir()
        _refuse_full(folder, needed + SLACK_BYTES)
        for name, content in files.items():
            write_synced(temporary / name, content)
        for name, part in tensors.items():
            save_file({key: tensor.contiguous().cpu() for key, tensor in part.items()}, temporary / name)
            share_like(temporary / name, temporary / next(iter(files)))
            _sync_file(temporary / name)
        written = {name: _facts(temporary / name) for name in sorted((*tensors, *files))}
        write_synced(temporary / MANIFEST, _manifest(step, written))
        _put(temporary, target)
    except (OSError, SafetensorError) as error:
        raise disk_fault(error, f"the checkpoint of step {step}, {needed / 1e6:.1f} MB,", folder) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return target


def _refuse_full(folder: Path, needed: int) -> None:
    if shutil.disk_usage(folder).free < needed:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _put(temporary: Path, target: Path) -> None:
    """Rename a folder into its place; what was there is moved aside first."""
    sync_folder(temporary)
    if target.exists():
        old = temporary.with_name(f"{temporary.name}.old")
        os.replace(target, old)
        os.replace(temporary, target)
        shutil.rmtree(old, ignore_errors=True)
    else:
        os.replace(temporary, target)
    sync_folder(target.parent)


def _manifest(step: int, written: Mapping[str, Mapping[str, Any]]) -> bytes:
    return (json.dumps({"schema": 1, "step": step, "files": written}, indent=1, sort_keys=True) + "\n").encode()


def _facts(path: Path) -> dict[str, Any]:
    return {"bytes": path.stat().st_size, "sha256": file_digest(path)}


def _place(folder: Path, step: int) -> Path:
    return folder / f"step-{step:08}"


def step_of(path: Path) -> int:
    """The step of a checkpoint, from its name."""
    return int(path.name.removeprefix("step-"))


def checkpoints_in(folder: Path) -> list[Path]:
    """All checkpoints, the newest by its step first, whether valid or not."""
    if not folder.is_dir():
        return []
    found = [path for path in folder.iterdir() if _NAME.fullmatch(path.name)]
    return sorted(found, key=step_of, reverse=True)


def damage(path: Path) -> str | None:
    """What is wrong with a checkpoint; None where it is what was written.

    Raises:
        ConfigError: The system does not let it be read now: whether it is damaged is not known.
    """
    try:
        content = (path / MANIFEST).read_bytes()
        manifest = json.loads(content)
        step, files = manifest["step"], manifest["files"]
        if content != _manifest(step, files) or path != _place(path.parent, step):
            return "its manifest is not what was written"
        for name, expected in files.items():
            if _facts(path / name) != expected:
                return f"{name} is not what was written"
    except FileNotFoundError as error:
        return f"{Path(error.filename).name} is missing"
    except (IsADirectoryError, NotADirectoryError) as error:
        return f"{Path(error.filename).name} is not what was written"
    except (ValueError, KeyError, TypeError, AttributeError):
        return "its manifest is not what was written"
    except OSError as error:
        fix = "mend that; or move it away, to go on from an older one"
        raise ConfigError(f"the checkpoint {path} cannot be read: {error.strerror}", fix) from None
    strange = {entry.name for entry in path.iterdir()} - {*files, MANIFEST}
    return f"{min(strange)} does not belong to it" if strange else None


def choose_checkpoint(folder: Path) -> Chosen:
    """The newest valid checkpoint whose best weights are there, too; chosen by step, never by time."""
    skipped = []
    for path in checkpoints_in(folder):
        reason = damage(path)
        if reason is None:
            needed = [step for step in read_state(path)["best_steps"] if step != step_of(path)]
            faults = ((step, damage(_place(folder, step))) for step in needed)
            reasons = (f"the best weights until then, of step {step}: {fault}" for step, fault in faults if fault)
            reason = next(reasons, None)
        if reason is None:
            return Chosen(path, skipped)
        skipped.append(f"{path.name}: {reason}")
    return Chosen(None, skipped)


def of_others(folder: Path, identity: str) -> list[Path]:
    """The whole checkpoints that are of another run; those that name none are the run's.

    Args:
        folder: Of all checkpoints of the run.
        identity: What makes the run what it is, as its checkpoints name it.
    """
    whole = (path for path in checkpoints_in(folder) if damage(path) is None)
    return [path for path in whole if read_state(path).get("run", identity) != identity]


def checkpoint_of(folder: Path, step: int) -> Path:
    """The checkpoint of a step.

    Raises:
        TrainingError: It is missing, or not what was written.
    """
    path = _place(folder, step)
    reason = damage(path)
    if reason is not None:
        raise TrainingError(f"{path}: {reason}", "check the disk, then go on from an older one: goodfit resume RUN")
    return path


def read_state(path: Path) -> dict[str, Any]:
    """The state in a checkpoint that was found valid."""
    state: dict[str, Any] = json.loads((path / STATE).read_bytes())
    return state


def read_tensors(path: Path, name: str) -> dict[str, Any]:
    """The tensors of a file in a checkpoint that was found valid.

    Raises:
        TrainingError: It holds none: somebody else wrote it, and the digest of it.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:  # copies: what is read lazily from a file would go with it
        return {key: tensor.clone() for key, tensor in load_file(path / name).items()}
    except SafetensorError as error:
        raise TrainingError(f"{path / name} holds no tensors: {error}", "train again, in another folder") from error


def prune(folder: Path, keep_last: int, keep: Collection[int]) -> None:
    """Remove all checkpoints but the newest ones and those of some steps."""
    for path in checkpoints_in(folder)[keep_last:]:
        if step_of(path) not in keep:
            doomed = path.with_name(f".{path.name}-{secrets.token_hex(4)}.part")
            os.replace(path, doomed)  # never half a checkpoint under a checkpoint's name
            shutil.rmtree(doomed, ignore_errors=True)


def tidy(folder: Path, step: int) -> None:
    """Before a run goes on from a step: remove later checkpoints, which are damaged, and what a killed save left."""
    for path in checkpoints_in(folder):
        if step_of(path) > step:
            shutil.rmtree(path)
    for path in folder.glob(".step-*.part*"):
        shutil.rmtree(path, ignore_errors=True)
