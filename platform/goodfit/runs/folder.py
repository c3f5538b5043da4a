"""The folder of a run: made for one run, locked while it runs, and read by every later verb."""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from goodfit.errors import ConfigError
from goodfit.schema import RunConf
from goodfit.training.checkpoints import write_whole

LOCK = ".lock"
FOLDER = "GOODFIT_RUN_FOLDER"
"""Tells the further processes of a run where it is written."""


def run_path(conf: RunConf, now: datetime.datetime | None = None) -> Path:
    """Where a run is written: ``run.dir``, or ``runs/<date>/<time>-<task>-<model>``."""
    if conf.run.dir is not None:
        return Path(conf.run.dir).expanduser().absolute()
    now = now or datetime.datetime.now()
    task = conf.task.name.replace("/", "-")
    name = f"{now:%H%M%S}-{task}-{conf.choices.get('model', 'model').replace('/', '-')}"
    return Path.cwd() / "runs" / f"{now:%Y-%m-%d}" / name


def is_first_process() -> bool:
    """Whether this is the process that writes: launchers number the processes of a run in the environment."""
    return all(os.environ.get(name, "0") == "0" for name in ("LOCAL_RANK", "NODE_RANK", "RANK"))


@contextlib.contextmanager
def run_folder(conf: RunConf) -> Iterator[Path]:
    """The run's folder: claimed by the first process, joined by those that it starts."""
    if not is_first_process():
        if FOLDER not in os.environ and conf.run.dir is None:
            raise ConfigError("several processes were started, and none knows the run's folder", "add run.dir=PATH")
        yield Path(os.environ.get(FOLDER) or run_path(conf))
        return
    with claimed(run_path(conf), named=conf.run.dir is not None) as folder:
        os.environ[FOLDER] = str(folder)
        try:
            yield folder
        finally:
            del os.environ[FOLDER]


@contextlib.contextmanager
def claimed(path: Path, named: bool) -> Iterator[Path]:
    """Make a run's folder and hold its lock.

    Args:
        path: Where it is wanted.
        named: Whether the user named it; a name of goodfit's own gets a random ending where it is taken.

    Raises:
        ConfigError: Another run holds it, or it has another run's files.
    """
    with contextlib.ExitStack() as stack:
        path = _make(path, named)
        lock = stack.enter_context((path / LOCK).open("w"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigError(f"another run is writing to {path}", "choose another run.dir") from None
        stack.callback((path / LOCK).unlink, missing_ok=True)
        if (path / "config.yaml").exists():
            raise ConfigError(f"{path} holds a run already", "choose another run.dir, or delete that folder")
        yield path


def _make(path: Path, named: bool) -> Path:
    try:
        while True:
            try:
                path.mkdir(parents=True, exist_ok=named)
                return path
            except FileExistsError:
                if named:
                    raise
                path = path.with_name(f"{path.name}-{secrets.token_hex(2)}")
    except OSError as error:
        raise ConfigError(f"{path} cannot be made: {error.strerror}", "choose another run.dir") from None


def point_latest(path: Path) -> None:
    """Let ``runs/latest`` point to a run below ``runs/``."""
    runs = next((parent for parent in path.parents if parent.name == "runs"), None)
    if runs is None:
        return
    link = runs / f".latest-{secrets.token_hex(4)}"
    with contextlib.suppress(OSError):
        link.symlink_to(path.relative_to(runs))
        os.replace(link, runs / "latest")


def find_run(typed: str) -> Path:
    """The folder of a run that a user named.

    Raises:
        ConfigError: It is not one.
    """
    path = Path(typed).expanduser()
    if not path.is_dir():
        raise ConfigError(f"there is no run in {typed}", "name a run's folder, such as runs/latest")
    path = path.resolve()
    if not (path / "config.yaml").is_file() or not (path / "run.json").is_file():
        raise ConfigError(f"{typed} is no run: it lacks config.yaml or run.json", "name a folder that 'train' wrote")
    return path


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, (json.dumps(content, indent=2, allow_nan=False) + "\n").encode())


def write_lines(path: Path, lines: Any) -> None:
    """Write a JSONL file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, "".join(json.dumps(line, allow_nan=False) + "\n" for line in lines).encode())


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON file of a run.

    Raises:
        ConfigError: The run has not written it, or it is damaged.
    """
    try:
        content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path} is missing: the run is not finished", "train again") from None
    except ValueError:
        raise ConfigError(f"{path} is damaged", "train again") from None
    return content
