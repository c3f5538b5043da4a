"""The story of a search: propose, record, train, record; then choose, confirm, and train the winner."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from goodfit.config.search import Search
from goodfit.errors import DiskError, HardwareError, StoppedError, TrainingError, is_out_of_memory
from goodfit.files import to_go_on
from goodfit.hooks.types import Finding
from goodfit.plugins.host import Host
from goodfit.run_files import BEST, REPORT, SWEEP
from goodfit.runs.faults import FEW_OF_LABEL, FEW_RECORDS
from goodfit.runs.folder import point_latest
from goodfit.runs.json_files import write_json
from goodfit.runs.known import TaskData
from goodfit.schema.sweep import SweepConf
from goodfit.sweeps.choice import leader
from goodfit.sweeps.executor import open_workers
from goodfit.sweeps.folder import again, is_begun, search_folder, with_linears, write_search
from goodfit.sweeps.judge import refuse_unknown_metric
from goodfit.sweeps.ledger import Ledger
from goodfit.sweeps.outcomes import RESULT, Entry, Order, Result, trial_place, trials_of
from goodfit.sweeps.page import write_page
from goodfit.sweeps.propose import ADAPTIVE, grid_size, propose
from goodfit.sweeps.prune import as_beside, ask_pruner
from goodfit.sweeps.shared import Shared
from goodfit.sweeps.summary import search_record
from goodfit.sweeps.trial import rewrite_result
from goodfit.sweeps.watcher import Watcher
from goodfit.sweeps.winner import finish_search
from goodfit.sweeps.workers import Workers
from goodfit.training.interrupt import StopSignals, ignore_ctrl_c


def run_sweep(search: Search, task: TaskData, host: Host, watcher: Watcher) -> dict[str, Any]:
    """Search, or go on with the search in ``run.dir``; returns the content of sweep.json.

    Args:
        search: As ``check_search`` let it pass.
        task: The checked records of its first trial.
        host: The plugins.
        watcher: Shows it.

    Raises:
        GoodfitError: The words or the records are wrong, another search has that folder, or no trial came to a value.
    """
    search = with_linears(search)
    shared = Shared(host)
    shared.keep_read(search.first, task)
    refuse_unknown_metric(task.task.all_metrics(task.labels), search.conf.metric)
    if not is_begun(search):
        shared.try_first(search)  # before a folder keeps to words that no trial can be made of
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(search_folder(search))
        going_on = again(search, folder)
        try:
            signals = stack.enter_context(StopSignals(going_on).listening())
            name = write_search(search, folder, task.splits.digests())
            first = search.conf.defaults_first and search.conf.sampler != "grid"  # which keeps its own order
            known = [*_few(task.findings), *([search.beyond] if first and search.beyond else [])]
            ledger = stack.enter_context(contextlib.closing(Ledger(search, folder, name)))
            record = _carry_out(search, shared, folder, ledger, signals, watcher, known)
        except StoppedError as error:
            ignore_ctrl_c()
            raise _stopped(error, folder, going_on) from error
        except (OSError, DiskError) as error:
            if (told := to_go_on(error, "the search", folder, going_on)) is not error:
                raise told from error
            raise
        except (RuntimeError, MemoryError, HardwareError) as error:
            if is_out_of_memory(error):
                raise _out_of_memory(error, search, folder) from error
            raise
    if record["best"]["run"]:
        point_latest(folder / BEST)
    return record


def _few(findings: Sequence[Finding]) -> list[str]:
    """What to say where the validation records, or those of a label, are too few to tell trials apart on them."""
    few = [finding for finding in findings if finding.code in (FEW_RECORDS, FEW_OF_LABEL)]
    return [f"{finding.message}; {finding.mend}" for finding in few if finding.evidence["split"] == "validation"]


def _carry_out(
    search: Search,
    shared: Shared,
    folder: Path,
    ledger: Ledger,
    signals: StopSignals,
    watcher: Watcher,
    known: Sequence[str],
) -> dict[str, Any]:
    """Run the trials, and what comes behind them; returns the content of sweep.json, which begins with what is known to
    be warned of."""
    warnings: list[str] = []

    def warn(line: str) -> None:
        warnings.append(line)
        watcher.warn(line)

    for line in known:
        warn(line)

    record_so_far = partial(search_record, search, folder, warnings)
    workers = open_workers(search, shared, folder, signals, watcher, warn)
    try:
        entries = _search(search, folder, ledger, workers, watcher, record_so_far)
    finally:
        workers.close()
    try:
        winner, front = finish_search(search, shared, folder, entries, signals, watcher, warn)
    except TrainingError as error:
        record = record_so_far(entries, None, status="failed", fewer=_why_fewer(search, entries))
        write_json(folder / SWEEP, record)
        write_page(folder, record, entries, error.what)
        error.what += f"; all of them: {folder / REPORT}"
        raise
    record = record_so_far(entries, winner, front, ledger.importances(), fewer=_why_fewer(search, entries))
    write_json(folder / SWEEP, record)
    write_page(folder, record, entries)
    return record


def _stopped(error: StoppedError, folder: Path, going_on: str) -> StoppedError:
    """What was stopped is the search, wherever in it the signal came."""
    over = sum((place / RESULT).exists() for place in trials_of(folder))
    where = f"{over} {'trial is' if over == 1 else 'trials are'} over and kept"
    return StoppedError(error.signal_number, where, going_on, "the search")


def _out_of_memory(error: Exception, search: Search, folder: Path) -> HardwareError:
    """That memory ran out where no trial can be blamed: the search goes on with one at a time."""
    said = str(error).splitlines()[0] if str(error) else type(error).__name__
    what = said if isinstance(error, HardwareError) else f"memory ran out: {said}"
    one = ["sweep.workers=1"] if search.conf.workers > 1 else []
    return HardwareError(what, f"free some, then go on with: {again(search, folder, [*one, 'sweep.width=1'])}")


def _search(
    search: Search,
    folder: Path,
    ledger: Ledger,
    workers: Workers,
    watcher: Watcher,
    record_so_far: Callable[..., dict[str, Any]],
) -> list[Entry]:
    """Run trials until the budget or the space is used up."""
    running: dict[int, Entry] = {}
    over: dict[int, Result] = {}
    begun = ledger.entries()
    waiting = [entry for entry in begun if entry.result is None]
    most = min(search.conf.trials, grid_size(search.space) or search.conf.trials)
    watcher.goes_on([entry for entry in begun if entry.result is not None], leader(search, begun))
    while True:
        while len(running) < workers.places:
            entry = waiting.pop(0) if waiting else _next(search, ledger)
            if entry is None:
                break
            running[entry.number] = entry
            workers.submit(order_of(search, folder, entry, ledger.entries()))
            watcher.began(entry, most)
        if not running:
            watcher.no_more()
            return ledger.entries()
        for number, result in workers.wait():
            over[number] = result
            del running[number]
        for number in sorted(over):
            result = settled(search.conf, folder, number, over[number], ledger.entries())
            if result is not None:
                del over[number]
                ledger.finish(number, result)
                entries = ledger.entries()
                write_json(folder / SWEEP, record_so_far(entries, None))
                watcher.ended(entries[number], leader(search, entries))


def settled(conf: SweepConf, folder: Path, number: int, result: Result, entries: Sequence[Entry]) -> Result | None:
    """What a trial came to by all trials before it, which is written down; None while one of them runs."""
    if result.open_from is None:
        return result
    before = entries[:number]
    if any(entry.result is None for entry in before):
        return None
    known, outcomes = _known(number, conf), [entry.outcome for entry in before]

    def rivals_at(evaluation: int) -> list[Result]:
        return [*outcomes[:known], *(as_beside(outcome, evaluation) for outcome in outcomes[known:])]

    found = ask_pruner(conf, number, result, rivals_at)
    rewrite_result(trial_place(folder, number), number, found)
    return found


def _next(search: Search, ledger: Ledger) -> Entry | None:
    """Record the next proposal, as soon as the results that it is made of are there."""
    conf, entries = search.conf, ledger.entries()
    number = len(entries)
    known = _known(number, conf)
    if number >= conf.trials:
        return None
    compared = conf.sampler in ADAPTIVE or conf.pruner != "none" or conf.max_steps is not None
    if compared and any(entry.result is None for entry in entries[:known]):
        return None
    if _is_spent(search, entries, known):
        return None
    params = propose(search.space, conf, search.first.conf.seed, entries, known, search.start)
    return None if params is None else ledger.begin(params)


def _known(number: int, conf: SweepConf) -> int:
    """The results of so many trials may be used for a trial: those that are over wherever the search runs."""
    return max(0, number - conf.ahead + 1)


def _is_spent(search: Search, entries: Sequence[Entry], known: int) -> bool:
    """Whether the budget is used up: of steps by the results that are known wherever the search runs."""
    conf = search.conf
    minutes = sum(entry.result.costs.get("seconds", 0.0) for entry in entries if entry.result) / 60
    steps = sum(entry.result.costs.get("steps", 0.0) for entry in entries[:known] if entry.result)
    return minutes >= (conf.max_minutes or float("inf")) or steps >= (conf.max_steps or float("inf"))


def _why_fewer(search: Search, entries: Sequence[Entry]) -> str | None:
    """Why a search has fewer trials than it may have; None where it has them all, or those of its grid."""
    count, asked = len(entries), search.conf.trials
    spent = _is_spent(search, entries, count)
    if count >= asked or (search.conf.sampler == "grid" and not spent):
        return None
    why = "the budget is used up" if spent else "the space holds no other ones"
    return f"{count} of sweep.trials={asked} trials: {why}"


def order_of(search: Search, folder: Path, entry: Entry, entries: list[Entry]) -> Order:
    """What a worker has to know of a trial."""
    known = _known(entry.number, search.conf)
    threads = f"runtime.threads={search.first.conf.runtime.threads}"  # a node may have another number of cores
    return Order(
        number=entry.number,
        words=(threads, *search.fixed, *entry.words),
        search=folder,
        folder=trial_place(folder, entry.number),
        roots=search.first.roots,
        sweep=search.conf,
        seed=search.first.conf.seed,
        rivals=tuple(one.outcome for one in entries[:known]),
        beside=tuple(one.result for one in entries[known : entry.number]),
    )
