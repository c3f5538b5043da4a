"""The folder of a run: made for one run, held by its first process, and joined by those that this one starts."""

from __future__ import annotations

import contextlib
import datetime
import errno
import logging
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from goodfit.errors import ConfigError
from goodfit.files import at_home
from goodfit.ranks import is_first_process
from goodfit.run_files import CONFIG, HELD, OF_A_RUN, RECORD, SEARCH, WANDB
from goodfit.runs.find import is_finished, resume_command
from goodfit.runs.held import PATIENCE, held
from goodfit.schema import RunConf

FOLDER = "GOODFIT_RUN_FOLDER"
"""Tells the further processes of a run where it is written."""

JOIN_SECONDS = 600
"""How long a further process waits for the first one to check its data and make the folder."""


def run_path(conf: RunConf) -> Path:
    """Where a run is written: ``run.dir``, or ``runs/<date>/<time>-<task>-<model>``."""
    if conf.run.dir is not None:
        return at_home(conf.run.dir).absolute()
    now = datetime.datetime.now()
    task = conf.task.name.replace("/", "-")
    name = f"{now:%H%M%S}-{task}-{conf.choices.get('model', 'model').replace('/', '-')}"
    return Path.cwd() / "runs" / f"{now:%Y-%m-%d}" / name


@contextlib.contextmanager
def run_folder(conf: RunConf, resumed: Path | None) -> Iterator[Path]:
    """The run's folder: claimed by the first process, joined by those that it starts.

    Args:
        conf: The run's config.
        resumed: The folder of the run that goes on.
    """
    if not is_first_process():
        if resumed is None and FOLDER not in os.environ and conf.run.dir is None:
            raise ConfigError("several processes were started, and none knows the run's folder", "add run.dir=PATH")
        yield _joined(resumed or Path(os.environ.get(FOLDER) or run_path(conf)))
        return
    with _held_again(resumed) if resumed else claimed(run_path(conf), named=conf.run.dir is not None) as folder:
        os.environ[FOLDER] = str(folder)
        try:
            yield folder
        finally:
            del os.environ[FOLDER]


def _joined(path: Path) -> Path:
    """The folder that the first process makes, once it is a run's: on another machine it may be slower than this one.

    Before, the folder may lie there empty, and what this process wrote into it would be another's to the first one.
    """
    began, told = time.monotonic(), False
    while not (path / CONFIG).exists():
        waited = time.monotonic() - began
        if waited > PATIENCE and not told:
            logging.getLogger(__name__).warning("waiting for the first process, which is to begin the run in %s", path)
            told = True
        if waited > JOIN_SECONDS:
            raise ConfigError(
                f"the first process began no run in {path} in {JOIN_SECONDS} s",
                "look at what that process says, and let run.dir be on a disk that all machines share",
            )
        time.sleep(0.1)
    return path


@contextlib.contextmanager
def claimed(path: Path, named: bool) -> Iterator[Path]:
    """Make a run's folder and hold its lock.

    Args:
        path: Where it is wanted.
        named: Whether the user named it; a name of goodfit's own gets a random ending where it is taken.

    Raises:
        ConfigError: Another run holds it, or it has another run's files.
    """
    path = make_folder(path, named)
    with held(path):
        refuse_taken(path)
        yield path


@contextlib.contextmanager
def _held_again(path: Path) -> Iterator[Path]:
    """Hold the lock of a run that goes on.

    Raises:
        ConfigError: Another process has it, or brought the run to its end meanwhile; or a link lies in it.
    """
    with held(path):
        refuse_links(path)
        if is_finished(path):
            raise ConfigError(f"{path} was finished by another process meanwhile", "nothing is left to do")
        yield path


def refuse_links(folder: Path) -> None:
    """Refuse to write where a folder that was handed on may lead: into other files of who goes on with it.

    Args:
        folder: Of a run, or of a search with its runs.

    Raises:
        ConfigError: Names the first link.
    """
    for place, folders, files in os.walk(folder):
        for name in sorted((*folders, *files)):
            if (path := Path(place, name)).is_symlink():
                raise ConfigError(
                    f"{path} is a link, and goodfit writes none: what goes on there would write where that leads",
                    "put there what it leads to, or take a copy of the folder from whom you trust",
                )
        folders[:] = [name for name in folders if name != WANDB]  # which makes links of its own


def refuse_taken_folder(conf: RunConf) -> None:
    """Refuse a ``run.dir`` that is taken, or cannot be made, before anything is read.

    Other processes than the first find it taken.

    Raises:
        ConfigError: It is.
    """
    if not is_first_process():
        return
    path = run_path(conf)
    if conf.run.dir is not None:
        refuse_taken(path)
    there = next(parent for parent in (path, *path.parents) if parent.exists())
    if not there.is_dir():
        raise _not_made(path, os.strerror(errno.ENOTDIR))
    if not os.access(there, os.W_OK):
        raise _not_made(path, f"{there} may not be written to")


def refuse_taken(path: Path) -> None:
    """Refuse to begin a run where another one lies, or files that it would write into.

    Raises:
        ConfigError: There are such.
    """
    for name, what in ((CONFIG, "a run"), (SEARCH, "a search")):
        if os.path.lexists(path / name):
            fix = "choose another run.dir, or delete that folder"
            if what == "a run" and (path / RECORD).exists() and not is_finished(path):
                fix = f"{resume_command(path)} goes on with it; or choose another run.dir"
            raise ConfigError(f"{path} holds {what} already", fix)
    if others := [name for name in OF_A_RUN if os.path.lexists(path / name)]:
        raise ConfigError(f"{path} holds other files ('{others[0]}')", "choose another run.dir")


def make_folder(path: Path, named: bool) -> Path:
    """Make a folder; one that nobody named gets a random ending where its name is taken.

    Raises:
        ConfigError: The system says no.
    """
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
        raise _not_made(path, str(error.strerror)) from None


def _not_made(path: Path, why: str) -> ConfigError:
    return ConfigError(f"{path} cannot be made: {why}", "choose another run.dir")


def empty(folder: Path) -> None:
    """Remove what an earlier try left in a folder that we hold."""
    for leftover in folder.iterdir():
        if leftover.is_dir() and not leftover.is_symlink():
            shutil.rmtree(leftover)
        elif leftover.name != HELD:
            leftover.unlink()


def point_latest(path: Path) -> None:
    """Let ``runs/latest`` point to a run below ``runs/``; elsewhere nothing points to it."""
    runs = next((parent for parent in path.parents if parent.name == "runs"), None)
    if runs is None:
        return
    link = runs / f".latest-{secrets.token_hex(4)}"
    with contextlib.suppress(OSError):
        link.symlink_to(path.relative_to(runs))
        os.replace(link, runs / "latest")
