"""The story of a run: words in, a judged model in a folder out; and of a run that goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goodfit.config.compose import Composed, as_tree
from goodfit.config.written import write_config
from goodfit.data.vault import refuse_other_vault, write_vault
from goodfit.errors import GateError
from goodfit.evaluation.gates import refusal
from goodfit.plugins.host import Host
from goodfit.ranks import is_first_process
from goodfit.run_files import HISTORY, LOCK, LOG
from goodfit.runs.folder import point_latest, run_folder
from goodfit.runs.json_files import write_json
from goodfit.runs.known import read_task
from goodfit.runs.launch import refuse_other_count
from goodfit.runs.log import logged_to
from goodfit.runs.recorded import Teller, recorded
from goodfit.tracking.history import History
from goodfit.tracking.wandb import WandbProcess, wanted

if TYPE_CHECKING:
    from goodfit.runs.write import Finished
    from goodfit.training.watch import Progress

Check = Callable[[Mapping[str, Any]], None]


def carry_out(
    composed: Composed,
    host: Host,
    progress: Progress,
    *,
    resumed: Path | None = None,
    check: Check | None = None,
    reproduces: bool = False,
) -> Finished:
    """Check, train, judge and write down a run, or go on with one.

    Args:
        composed: Its config.
        host: The plugins.
        progress: Shows it.
        resumed: The folder of the run that goes on.
        check: Sees what makes the run what it is, as ``lock.json`` has it, before a weight is loaded.
        reproduces: Whether a finished run is made again: its data are read as of a run that is there, and gates that
            say no are only written down.

    Raises:
        GateError: An enforced gate said no; the run is written down all the same.
        StoppedError: A signal was heard; ``resume`` goes on.
        GoodfitError: Anything else that a user can mend; nothing is left half-written.
    """
    started = time.monotonic()
    host = host.for_a_run()
    again = resumed is not None or reproduces
    refuse_other_count(composed.conf, again)
    data = read_task(composed, host, again)
    tracked = wanted(composed.conf.tracker) and is_first_process()

    # a mistake in words or data is answered before the machine-learning libraries are imported
    from goodfit.runs.begun import Begun
    from goodfit.runs.lock import lock_of
    from goodfit.runs.plan import check_memory
    from goodfit.runs.prepare import prepare
    from goodfit.runs.resume import start_from
    from goodfit.runs.tune import tune_and_judge
    from goodfit.runs.write import run_json_of

    prepared = prepare(data, host)
    check_memory(prepared)
    lock = lock_of(prepared, host, composed.conf.task.labels is not None)
    if check is not None:
        check(lock)
    vault = Path(prepared.conf.privacy.vault) if prepared.conf.privacy.vault and not again else None
    if vault is not None:
        refuse_other_vault(vault, prepared.task.scrub.written)
    tell = Teller(host, progress, lock)
    with run_folder(prepared.conf, resumed) as folder, recorded(begun := Begun(folder), prepared, tell) as signals:
        if is_first_process() and not resumed:
            write_json(folder / LOCK, lock)
            if vault is not None:
                write_vault(vault, prepared.task.scrub.written)
            write_config(prepared.conf, composed.words, folder)  # from here on it is a run, which can go on
        begun.keep()
        tell("goodfit_on_run_start", folder, run_json_of(prepared, "running"), {})
        tracker = WandbProcess(prepared.conf.tracker, folder, folder.name, as_tree(prepared.conf)) if tracked else None
        history = History(folder / HISTORY, tracker.send if tracker else None)
        begun.follow(history)
        try:
            with logged_to(folder / LOG):
                keep = prepared.conf.training.keep_checkpoints
                saved = start_from(folder, begun.identity, keep, progress) if resumed else None
                finished = tune_and_judge(prepared, host, begun, history, progress, signals, saved, started)
        finally:
            if tracker is not None:
                tracker.close()
        point_latest(folder)
    tell("goodfit_on_run_end", folder, finished.record, finished.metrics)
    refused = refusal(folder, finished.record["gates"])
    if prepared.conf.policy.enforce and refused and not reproduces:
        raise GateError(refused, finished.shown(), finished.mends())
    return finished
