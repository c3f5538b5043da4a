"""The run that a word names, finished or not."""

from __future__ import annotations

from pathlib import Path

from goodfit.commands import command
from goodfit.errors import ConfigError
from goodfit.files import at_home
from goodfit.run_files import BEST, CONFIG, CONFIRMATIONS, RECORD, SEARCH, TRIALS
from goodfit.runs.held import is_held
from goodfit.runs.json_files import read_json

STATUSES = ("running", "finished", "failed", "preempted")
"""How a run may stand, by its own word."""


def is_finished(path: Path) -> bool:
    """Whether a run came to its end, by its own word."""
    return _status(path) == "finished"


def _status(path: Path) -> str:
    """How a run stands, by its own word.

    Raises:
        ConfigError: It says nothing, or what this goodfit does not know: such a run may be finished in another way.
    """
    status: str = read_json(path / RECORD, "status")["status"]
    if status not in STATUSES:
        *some, last = STATUSES
        what = f"{path / RECORD} says that the run is {status!r}, expected {', '.join(some)} or {last}"
        raise ConfigError(what, "take a copy that is whole; if a newer goodfit wrote it: pip install --upgrade goodfit")
    return status


def resume_command(folder: Path | str) -> str:
    """What is typed to go on with a run."""
    return command("resume", folder)


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
    if path.parent.name in (TRIALS, CONFIRMATIONS) and (search / SEARCH).is_file():
        raise ConfigError(f"{typed} is a trial of a search, and no run", f"the winner's run is {search}/{BEST}")
    if not (path / CONFIG).is_file() or not (path / RECORD).is_file():
        raise ConfigError(f"{typed} is no run: it lacks {CONFIG} or {RECORD}", "name a folder that 'train' wrote")
    return path


def finished_run(typed: str) -> Path:
    """The folder of a run that a user named, which came to its end.

    Raises:
        ConfigError: It is no run, or not finished.
    """
    folder = find_run(typed)
    if (status := _status(folder)) != "finished":
        raise ConfigError(f"the run in {typed} is {status}, not finished", to_its_end(typed))
    return folder


def to_its_end(typed: str | Path) -> str:
    """What brings a run to its end: the process that trains it now, or ``resume``."""
    return "it is trained now: wait for its end" if is_held(at_home(str(typed))) else resume_command(typed)


def _of_search(path: Path, typed: str) -> str:
    """What can be done with a search: its winner is a run; without one, its own command goes on, or shows it."""
    if (path / BEST / RECORD).is_file():
        return f"the winner's run is {typed.rstrip('/')}/{BEST}"
    words = [word for word in read_json(path / SEARCH, "words")["words"] if not word.startswith("run.dir=")]
    return f"{command('sweep', *words, f'run.dir={typed}')} goes on with it, or shows what it found"
