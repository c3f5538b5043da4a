"""The story of a search: propose, record, train, record; then choose, confirm, and train the winner."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from goodfit.config.search import Search
from goodfit.config.words import without
from goodfit.errors import ConfigError
from goodfit.plugins.host import Host
from goodfit.runs.folder import SEARCH, held, make_folder, point_latest, read_json, run_path, write_json
from goodfit.runs.task import read_task
from goodfit.schema.sweep import SweepConf
from goodfit.sweeps.ledger import Ledger, judged
from goodfit.sweeps.page import write_page
from goodfit.sweeps.places import check_search, open_workers
from goodfit.sweeps.propose import ADAPTIVE, propose
from goodfit.sweeps.records import Entry, Order, trial_place
from goodfit.sweeps.summary import record_of
from goodfit.sweeps.winner import Winner, finish_search
from goodfit.sweeps.workers import Workers
from goodfit.training.interrupt import StopSignals

MAY_CHANGE = ("sweep.trials", "sweep.max_minutes", "sweep.max_steps", "sweep.workers", "sweep.executor", "run.dir")
"""What may be typed anew for an unfinished search: its budget, and where it runs."""


class Watcher(Protocol):
    """What shows a person how far a search is."""

    def began(self, entry: Entry, trials: int) -> None:
        """A trial begins."""

    def ended(self, entry: Entry, best: Entry | None) -> None:
        """A trial is over."""

    def status(self, line: str) -> None:
        """A line for people who wait."""


@dataclass(slots=True)
class Searched:
    """A search that came to its end."""

    folder: Path
    entries: list[Entry]
    winner: Winner | None
    record: Mapping[str, Any] = field(default_factory=dict)
    """The content of sweep.json."""


def run_sweep(search: Search, host: Host, watcher: Watcher) -> Searched:
    """Search, or go on with the search in ``run.dir``.

    Raises:
        GoodfitError: The words are wrong, another search has that folder, or no trial came to a value.
    """
    check_search(search)
    data = read_task(search.first, host).splits.digests()  # a mistake in the data ends it before it begins
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(search_folder(search))
        signals = stack.enter_context(StopSignals(_again(search, folder)).listening())
        _write_search(search, folder, data)
        ledger = stack.enter_context(contextlib.closing(Ledger(search, folder)))
        workers = open_workers(search, host, folder, signals, watcher)
        try:
            entries = _search(search, folder, ledger, workers, watcher)
        finally:
            workers.close()
        winner, front = finish_search(search, host, folder, entries, signals, watcher)
        record = record_of(search, folder, entries, winner, front, ledger.importances())
        write_json(folder / "sweep.json", record)
        write_page(folder, record, entries)
    point_latest(folder)
    return Searched(folder, entries, winner, record)


def _again(search: Search, folder: Path) -> str:
    """What is typed to go on with a search."""
    return shlex.join(["goodfit", "sweep", *without(search.typed, "run.dir"), f"run.dir={folder}"])


def _search(search: Search, folder: Path, ledger: Ledger, workers: Workers, watcher: Watcher) -> list[Entry]:
    """Run trials until the budget or the space is used up."""
    running: dict[int, Entry] = {}
    waiting = [entry for entry in ledger.entries() if entry.result is None]
    while True:
        while len(running) < workers.places:
            entry = waiting.pop(0) if waiting else _next(search, ledger)
            if entry is None:
                break
            running[entry.number] = entry
            workers.submit(order_of(search, folder, entry, ledger.entries()))
            watcher.began(entry, search.conf.trials)
        if not running:
            return ledger.entries()
        for number, result in workers.wait():
            ledger.finish(number, result)
            del running[number]
            entries = ledger.entries()
            write_json(folder / "sweep.json", record_of(search, folder, entries, None))
            watcher.ended(entries[number], best_of(entries))


def _next(search: Search, ledger: Ledger) -> Entry | None:
    """Record the next proposal, as soon as the results that it is made of are there."""
    conf, entries = search.conf, ledger.entries()
    number = len(entries)
    known = _known(number, conf)
    if number >= conf.trials or _is_spent(search, entries):
        return None
    compared = conf.sampler in ADAPTIVE or conf.pruner != "none"
    if compared and any(entry.result is None for entry in entries[:known]):
        return None
    params = propose(search.space, conf, search.first.conf.seed, entries, known, search.start)
    return None if params is None else ledger.begin(params)


def _known(number: int, conf: SweepConf) -> int:
    """The results of so many trials may be used for a trial: those that are over wherever the search runs."""
    return max(0, number - conf.ahead + 1)


def _is_spent(search: Search, entries: list[Entry]) -> bool:
    costs = [entry.result.costs for entry in entries if entry.result is not None]
    minutes = sum(cost.get("seconds", 0.0) for cost in costs) / 60
    steps = sum(cost.get("steps", 0.0) for cost in costs)
    conf = search.conf
    return minutes >= (conf.max_minutes or float("inf")) or steps >= (conf.max_steps or float("inf"))


def order_of(search: Search, folder: Path, entry: Entry, entries: list[Entry]) -> Order:
    """What a worker has to know of a trial."""
    known = entries[: _known(entry.number, search.conf)]
    threads = f"runtime.threads={search.first.conf.runtime.threads}"  # a node may have another number of cores
    return Order(
        number=entry.number,
        words=(threads, *search.fixed, *entry.words),
        folder=trial_place(folder, entry.number),
        roots=search.roots,
        sweep=search.conf,
        seed=search.first.conf.seed,
        rivals=tuple(one.outcome for one in known),
    )


def best_of(entries: list[Entry]) -> Entry | None:
    """The trial with the highest value so far."""
    return max(judged(entries), key=lambda entry: (_value(entry), -entry.number), default=None)


def _value(entry: Entry) -> float:
    return entry.result.value if entry.result and entry.result.value is not None else float("-inf")


@contextlib.contextmanager
def search_folder(search: Search) -> Iterator[Path]:
    """The search's folder, locked for as long as it goes on.

    Raises:
        ConfigError: It is being searched already, or holds something else.
    """
    conf, named = search.first.conf, search.first.conf.run.dir is not None
    path = run_path(conf)
    with held(make_folder(path if named else path.with_name(f"{path.name}-sweep"), named)) as folder:
        yield folder


def _write_search(search: Search, folder: Path, data: Mapping[str, Any]) -> None:
    """Write words and records down the first time; later, refuse others.

    Raises:
        ConfigError: The folder holds a run, or a search of other words or records.
    """
    path = folder / SEARCH
    if (folder / "run.json").exists():
        raise ConfigError(f"{folder} holds a run", "choose another run.dir")
    if not path.exists():
        write_json(path, {"schema": 1, "words": search.typed, "data": data})
        return
    before = read_json(path, "words", "data")
    if other := sorted(_own_words(before["words"]) ^ _own_words(search.typed)):
        raise ConfigError(
            f"{folder} holds a search of other words ('{other[0]}')", "type its words, or choose another run.dir"
        )
    if changed := [split for split in data if before["data"].get(split) != data[split]]:
        raise ConfigError(
            f"the {' and '.join(changed)} records are not those that the search in {folder} began with",
            "bring them back, or choose another run.dir",
        )


def _own_words(words: Iterable[str]) -> set[str]:
    """The words that make a search what it is."""
    return {word for word in words if word.partition("=")[0].lstrip("+") not in MAY_CHANGE}
