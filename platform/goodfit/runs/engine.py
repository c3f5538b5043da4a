"""The story of a run: words in, a judged model in a folder out."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from goodfit.config.compose import Composed, as_tree
from goodfit.config.record import write_config
from goodfit.errors import GateError
from goodfit.plugins.host import Host
from goodfit.runs.folder import is_first_process, point_latest, run_folder
from goodfit.runs.log import logged_to
from goodfit.runs.task import read_task
from goodfit.tracking.history import History
from goodfit.tracking.wandb import WandbProcess, wanted

if TYPE_CHECKING:
    from goodfit.runs.write import Finished
    from goodfit.training.watch import Progress


def train_run(composed: Composed, host: Host, progress: Progress) -> Finished:
    """Check, train, judge, write down.

    Raises:
        GateError: An enforced gate said no; the run is written down all the same.
        GoodfitError: Anything else that a user can mend; nothing is left half-written.
    """
    started = time.monotonic()
    data = read_task(composed, host)
    tracked = wanted(composed.conf.tracker) and is_first_process()

    # a mistake in words or data is answered before the machine-learning libraries are imported
    from goodfit.runs.plan import check_memory
    from goodfit.runs.prepare import prepare
    from goodfit.runs.save import write_lock
    from goodfit.runs.score import primary_of
    from goodfit.runs.tune import tune_and_judge
    from goodfit.runs.write import write_record

    prepared = prepare(data, host)
    primary_of(prepared)
    check_memory(prepared)
    with run_folder(prepared.conf) as folder:
        if is_first_process():
            write_config(prepared.conf, composed.words, folder)
            write_record(folder, prepared, "running")
            write_lock(prepared, host, folder)
        tracker = WandbProcess(prepared.conf.tracker, folder, folder.name, as_tree(prepared.conf)) if tracked else None
        history = History(folder / "history.jsonl", tracker.send if tracker else None)
        try:
            with logged_to(folder / "log.txt"):
                finished = tune_and_judge(prepared, host, folder, history, progress, started)
        except BaseException as error:
            if is_first_process():
                write_record(folder, prepared, "failed", {"reason": str(error) or type(error).__name__})
            raise
        finally:
            if tracker is not None:
                tracker.close()
        point_latest(folder)
    refused = [gate for gate in finished.record["gates"] if not gate["passed"]]
    if prepared.conf.policy.enforce and refused:
        reasons = "; ".join(f"{gate['gate']}: {gate['reason']}" for gate in refused)
        raise GateError(
            f"the model in {folder} did not pass: {reasons}", "mend the cause, or judge only: policy=default"
        )
    return finished
