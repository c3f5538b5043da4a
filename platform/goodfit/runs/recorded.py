"""What run.json and watching plugins are told: that a run goes on, and how it ended before its end."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goodfit.errors import LostError, StoppedError
from goodfit.files import to_go_on
from goodfit.hooks.types import RunFacts
from goodfit.plugins.host import Host
from goodfit.ranks import is_first_process
from goodfit.runs.find import resume_command
from goodfit.runs.told import leave_cause, take_cause
from goodfit.texts.secrets import redact
from goodfit.training.ending import Ending
from goodfit.training.interrupt import UNHEARD, StopSignals

if TYPE_CHECKING:
    from goodfit.runs.begun import Begun
    from goodfit.runs.prepare import Prepared
    from goodfit.training.watch import Progress


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells the plugins that watch."""

    host: Host
    progress: Progress
    lock: Mapping[str, Any]

    def __call__(self, hook: str, folder: Path, record: Mapping[str, Any], metrics: Mapping[str, Any]) -> None:
        if is_first_process():
            for line in self.host.watch(hook, RunFacts(folder=folder, record=record, lock=self.lock, metrics=metrics)):
                self.progress.say(line)


@contextlib.contextmanager
def recorded(begun: Begun, prepared: Prepared, tell: Teller) -> Iterator[StopSignals]:
    """Write into run.json that a run goes on, and how it ended where it did not come to its end.

    Args:
        begun: The run's folder.
        prepared: The run.
        tell: Tells the plugins that watch.
    """
    from goodfit.runs.write import run_json_of, write_record

    folder, hardware = begun.folder, prepared.conf.hardware

    def write_end(error: Any) -> Any:
        if not is_first_process():
            return _left(folder, _write_end(begun, prepared, tell, error))
        return _write_end(begun, prepared, tell, _cause_of(error, folder, signals))

    ending = Ending(write_end) if hardware.devices * hardware.nodes > 1 else None
    signals = StopSignals(resume_command(folder), ending)
    try:
        with signals.listening():
            if is_first_process():
                take_cause(folder)  # of an earlier try
                write_record(folder, run_json_of(prepared, "running"))
            yield signals
    except BaseException as error:
        if ending is not None:
            ending.take()
        if (told := write_end(error)) is not error:
            raise told from error
        raise


def _left(folder: Path, error: BaseException) -> BaseException:
    """The error of a further process, left for the first one to tell where the disk takes it."""
    with contextlib.suppress(OSError):
        leave_cause(folder, error)
    return error


def _cause_of(error: BaseException, folder: Path, signals: StopSignals) -> BaseException:
    """Why another process of the run is lost, where that is known here; any other error as it is.

    Launchers send a signal to all others where one process failed. What this one started itself got none from them.
    """
    if signals.ending is None or not isinstance(error, LostError | StoppedError):
        return error
    if (cause := take_cause(folder)) is not None:
        return cause
    if isinstance(error, LostError) and signals.sent is not None and signals.ending.children:
        return StoppedError(signals.sent, UNHEARD, signals.fix)  # Ctrl-C comes to all processes of a terminal
    return error


def _write_end(begun: Begun, prepared: Prepared, tell: Teller, error: BaseException) -> BaseException:
    """Write down that a run did not come to its end; returns the error as it is to be told."""
    from goodfit.runs.write import run_json_of, write_record

    folder = begun.folder
    again, gone = resume_command(folder), None if begun.is_ours else begun.gone()
    if not begun.is_run:
        again = "the same command"
        if isinstance(error, StoppedError):
            error.fix = f"{again} starts again"
    status = "preempted" if isinstance(error, StoppedError) else "failed"
    record = run_json_of(prepared, status, {"reason": redact(str(gone or error)) or type(error).__name__})
    if is_first_process() and gone is None:  # else the place may be another run's
        with contextlib.suppress(OSError):  # the disk may be why it failed
            write_record(folder, record)
    tell("goodfit_on_run_end", folder, record, {})
    return gone or to_go_on(error, "the run", folder, again)
