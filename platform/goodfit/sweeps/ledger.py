"""Where trials are recorded: an Optuna study in a journal file of the search's folder, or in PostgreSQL.

A proposal is one entry, written whole before its trial begins, and a result is written once. So a search that is
killed goes on with the trial that it was at; nothing is lost, and nothing is there twice.
"""

from __future__ import annotations

import dataclasses
import fcntl
import json
import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from goodfit.config.search import Search
from goodfit.errors import ConfigError, HardwareError
from goodfit.extras import load
from goodfit.runs.json_files import damaged
from goodfit.sweeps.mattered import importances
from goodfit.sweeps.outcomes import Entry, Result
from goodfit.sweeps.propose import directions, distributions, excess, quiet_optuna, values_of, words_with

JOURNAL = "journal.log"
DATABASE = "GOODFIT_STORAGE"
"""The environment's variable with the database's address, which may hold a password: no config has it."""


class Ledger:
    """The trials of one search.

    Args:
        search: The search.
        folder: Of the search.
        name: What the search is called, which does not change where its folder is moved.
    """

    def __init__(self, search: Search, folder: Path, name: str) -> None:
        self._space, self._conf = search.space, search.conf
        self._axes = distributions(search.space)
        self._storage = _storage(search, folder)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._study = quiet_optuna().create_study(
                    storage=self._storage,
                    study_name=name,
                    directions=directions(search.conf),
                    load_if_exists=True,
                )
            self.entries()
        except (ValueError, KeyError, TypeError, AttributeError):  # as Optuna fails on lines that it did not write
            if search.conf.storage == "journal":
                raise damaged(folder / JOURNAL) from None
            raise

    def close(self) -> None:
        """Let go of the database."""
        if self._conf.storage == "postgresql":
            self._storage.remove_session()
            self._storage.engine.dispose()

    def entries(self) -> list[Entry]:
        """All trials, in order."""
        trials = sorted(self._study.get_trials(deepcopy=False), key=lambda trial: trial.number)
        return [
            Entry(
                number=trial.number,
                params=trial.params,
                words=tuple(trial.user_attrs["words"]),
                result=Result(**json.loads(trial.user_attrs["result"])) if trial.state.is_finished() else None,
            )
            for trial in trials
        ]

    def begin(self, params: Mapping[str, Any]) -> Entry:
        """Record a proposal."""
        optuna = quiet_optuna()
        words = words_with(self._space, params)
        self._study.add_trial(
            optuna.trial.create_trial(
                state=optuna.trial.TrialState.RUNNING,
                params=dict(params),
                distributions=self._axes,
                user_attrs={"words": list(words)},
            )
        )
        return self.entries()[-1]

    def finish(self, number: int, result: Result) -> None:
        """Record what became of a trial."""
        optuna = quiet_optuna()
        states = optuna.trial.TrialState
        trial_id = next(t._trial_id for t in self._study.get_trials(deepcopy=False) if t.number == number)
        trial = optuna.trial.Trial(self._study, trial_id)
        values = values_of(result, self._conf)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a killed try reported stands there already
            if len(self._conf.objectives) == 1:
                for step, score in enumerate(result.reports, 1):
                    trial.report(score, step)
            for name, much in (excess(result, self._conf) if values else {}).items():
                trial.set_constraint(name, much)
            trial.set_user_attr("result", json.dumps(dataclasses.asdict(result)))
            if values:
                self._study.tell(trial, values)
            else:
                self._study.tell(trial, state=states.PRUNED if result.state == "pruned" else states.FAIL)

    def importances(self) -> dict[str, float]:
        """The settings that mattered beyond chance, see :mod:`goodfit.sweeps.mattered`."""
        complete = (quiet_optuna().trial.TrialState.COMPLETE,)
        trials = self._study.get_trials(deepcopy=False, states=complete)
        return importances(trials, list(self._axes), directions(self._conf)[0] == "maximize")


class _FileLock:
    """Optuna's lock of a journal, by the system's own: it is let go when its process dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def acquire(self) -> bool:
        """Wait for the lock."""
        self._file = self._path.open("a")
        fcntl.flock(self._file, fcntl.LOCK_EX)
        return True

    def release(self) -> None:
        """Let it go."""
        if self._file is not None:
            self._file.close()


def _storage(search: Search, folder: Path) -> Any:
    optuna = quiet_optuna()
    if search.conf.storage == "postgresql":
        return _database(optuna)
    from optuna.storages.journal import JournalFileBackend

    path = folder / JOURNAL
    _mend(path)
    lock: Any = _FileLock(folder / f"{JOURNAL}.lock")
    return optuna.storages.JournalStorage(JournalFileBackend(str(path), lock_obj=lock))


def _mend(path: Path) -> None:
    """Cut a last line that was not written to its end: Optuna would join the next one to it."""
    if path.exists():
        content = path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole != len(content):
            with path.open("r+b") as file:
                file.truncate(whole)


def _database(optuna: Any) -> Any:
    address = os.environ.get(DATABASE, "")
    kind, mark, rest = address.partition("://")
    no_address = ConfigError(
        f"sweep.storage=postgresql, and {DATABASE} holds no address of a database",
        f"export {DATABASE}=postgresql://user:password@host/database",
    )
    if not mark or kind not in ("postgresql", "postgres", "postgresql+psycopg"):
        raise no_address
    load("psycopg", "sweep.storage=postgresql")
    from sqlalchemy.exc import ArgumentError, OperationalError, ProgrammingError

    try:
        return optuna.storages.RDBStorage(f"postgresql+psycopg://{rest}", engine_kwargs={"pool_pre_ping": True})
    except (ValueError, ArgumentError):  # neither says more than the address, with its password
        raise no_address from None
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) is None:  # no server said so, but what reads the address
            raise no_address from None
        reason = type(error.orig).__name__
        fix = "let its user make tables there, or mend the address"
        raise HardwareError(f"the database in {DATABASE} refuses: {reason}", fix) from None
    except OperationalError:
        raise HardwareError(f"the database in {DATABASE} does not answer", "start it, or mend the address") from None


def judged(entries: Sequence[Entry]) -> list[Entry]:
    """Those that came to a value."""
    return [entry for entry in entries if entry.result is not None and entry.result.is_judged]
