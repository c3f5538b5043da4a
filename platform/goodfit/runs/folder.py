"""The folder of a run: made for one run, locked while it runs, and read by every later verb."""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import json
import logging
import os
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from goodfit.errors import ConfigError
from goodfit.files import at_home, write_whole
from goodfit.schema import RunConf
from goodfit.texts.commands import command

LOCK = ".lock"
SEARCH = "search.json"
"""What a search writes into its folder first: a folder that has it is no run's."""

FOLDER = "GOODFIT_RUN_FOLDER"
"""Tells the further processes of a run where it is written."""

TRIALS = ("trials", "confirmations")
"""Folders of a search in which its trainings lie."""

SEALED = ("adapter", "model", "predictions", "data")
"""Folders in which a file that was not written by the run is a fault."""

OF_A_RUN = ("metrics.json", "history.jsonl", "findings.jsonl", "digests.json", "log.txt", "report.html")
OF_A_RUN += ("checkpoints", *SEALED)
"""What a run writes behind its config: where they lie without one, they are somebody else's."""

PATIENCE = 5.0
"""Seconds after which a process that waits for another one says so."""

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


def is_first_process() -> bool:
    """Whether this is the process that writes: launchers number the processes of a run in the environment."""
    return all(os.environ.get(name, "0") == "0" for name in ("LOCAL_RANK", "NODE_RANK", "RANK"))


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
    """The folder that the first process makes, once it is there: on another machine it may be slower than this one."""
    ends = time.monotonic() + JOIN_SECONDS
    while not path.is_dir():
        if time.monotonic() > ends:
            raise ConfigError(
                f"{path} was not made by the first process in {JOIN_SECONDS} s",
                "look at what that process says, and let run.dir be on a disk that all machines share",
            )
        time.sleep(0.1)
    return path


def resume_command(folder: Path | str) -> str:
    """What is typed to go on with a run."""
    return command("resume", folder)


def is_finished(path: Path) -> bool:
    """Whether a run came to its end, by its own word."""
    return bool(read_json(path / "run.json", "status")["status"] == "finished")


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
        ConfigError: Another process has it, or brought the run to its end meanwhile.
    """
    with held(path):
        if is_finished(path):
            raise ConfigError(f"{path} was finished by another process meanwhile", "nothing is left to do")
        yield path


def refuse_taken_folder(conf: RunConf) -> None:
    """Refuse a ``run.dir`` that is taken before anything is read. Other processes than the first find it so.

    Raises:
        ConfigError: It is.
    """
    if conf.run.dir is not None and is_first_process():
        refuse_taken(run_path(conf))


def refuse_taken(path: Path) -> None:
    """Refuse to begin a run where another one lies, or files that it would write into.

    Raises:
        ConfigError: There are such.
    """
    for name, what in (("config.yaml", "a run"), (SEARCH, "a search")):
        if (path / name).exists():
            fix = "choose another run.dir, or delete that folder"
            if what == "a run" and (path / "run.json").exists() and not is_finished(path):
                fix = f"{resume_command(path)} goes on with it; or choose another run.dir"
            raise ConfigError(f"{path} holds {what} already", fix)
    if others := [name for name in OF_A_RUN if (path / name).exists()]:
        raise ConfigError(f"{path} holds other files ('{others[0]}')", "choose another run.dir")


_LOCKS: set[IO[str]] = set()


def _let_go() -> None:
    for lock in _LOCKS:
        lock.close()


os.register_at_fork(after_in_child=_let_go)  # a loader's worker outlives its killed run by some seconds


@contextlib.contextmanager
def held(path: Path, wait: bool = False) -> Iterator[Path]:
    """Hold the lock of a run's folder; the system frees it when the process ends, however it ends.

    Args:
        path: The folder.
        wait: Wait for as long as another process holds it.

    Raises:
        ConfigError: Another process holds it, and we do not wait.
    """
    told = time.monotonic() + PATIENCE
    while True:
        with (path / LOCK).open("w") as lock:
            _LOCKS.add(lock)
            try:
                if _is_taken(lock, path):
                    try:
                        yield path
                    finally:
                        (path / LOCK).unlink(missing_ok=True)
                    return
            finally:
                _LOCKS.discard(lock)
        if not wait:
            raise ConfigError(f"another run is writing to {path}", "choose another run.dir, or wait for its end")
        if time.monotonic() > told:
            logging.getLogger(__name__).warning("waiting for another process that writes to %s", path)
            told = float("inf")
        time.sleep(0.2)


def _is_taken(lock: IO[str], folder: Path) -> bool:
    """Whether the lock is ours now."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return _is_at(lock.fileno(), folder / LOCK)  # its holder may have removed it between our two calls


def _is_at(opened: int, path: Path) -> bool:
    """Whether an open file is still the one of that name."""
    try:
        return os.path.samestat(os.fstat(opened), path.stat())
    except FileNotFoundError:
        return False


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
        raise ConfigError(f"{path} cannot be made: {error.strerror}", "choose another run.dir") from None


def empty(folder: Path) -> None:
    """Remove what an earlier try left in a folder that we hold."""
    for leftover in folder.iterdir():
        if leftover.is_dir() and not leftover.is_symlink():
            shutil.rmtree(leftover)
        elif leftover.name != LOCK:
            leftover.unlink()


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
    path = at_home(typed)
    if not path.is_dir():
        raise ConfigError(f"there is no run in {typed}", "name a run's folder, such as runs/latest")
    path = path.resolve()
    if (path / SEARCH).is_file():
        raise ConfigError(f"{typed} is a search, and no run", _of_search(path, typed))
    search = path.parent.parent
    if path.parent.name in TRIALS and (search / SEARCH).is_file():
        raise ConfigError(f"{typed} is a trial of a search, and no run", f"the winner's run is {search}/best")
    if not (path / "config.yaml").is_file() or not (path / "run.json").is_file():
        raise ConfigError(f"{typed} is no run: it lacks config.yaml or run.json", "name a folder that 'train' wrote")
    return path


def finished_run(typed: str) -> Path:
    """The folder of a run that a user named, which came to its end.

    Raises:
        ConfigError: It is no run, or not finished.
    """
    folder = find_run(typed)
    status = read_json(folder / "run.json", "status")["status"]
    if status != "finished":
        raise ConfigError(f"the run in {typed} is {status}, not finished", resume_command(typed))
    return folder


def _of_search(path: Path, typed: str) -> str:
    """What can be done with a search: its winner is a run; without one, its own command goes on, or shows it."""
    if (path / "best" / "run.json").is_file():
        return f"the winner's run is {typed.rstrip('/')}/best"
    words = [word for word in read_json(path / SEARCH, "words")["words"] if not word.startswith("run.dir=")]
    return f"{command('sweep', *words, f'run.dir={typed}')} goes on with it, or shows what it found"


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, as_json(content))


def as_json(content: Mapping[str, Any]) -> bytes:
    """What ``write_json`` writes."""
    return (json.dumps(content, indent=2, allow_nan=False) + "\n").encode()


def write_lines(path: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    """Write a JSONL file."""
    path.parent.mkdir(parents=True, exist_ok=True)
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
