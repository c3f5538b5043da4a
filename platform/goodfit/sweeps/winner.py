"""The end of a search: its winner is chosen, its score corrected and confirmed, and it is trained as a run."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import math
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from goodfit.config.compose import compose
from goodfit.config.search import Search
from goodfit.config.written import is_made_from
from goodfit.errors import GateError, TrainingError
from goodfit.evaluation.gates import refusal
from goodfit.evaluation.resample import Interval, by_unit, interval
from goodfit.run_files import BEST, CONFIG, METRICS, RECORD
from goodfit.runs.find import is_finished
from goodfit.runs.folder import empty
from goodfit.runs.held import held
from goodfit.runs.json_files import read_json
from goodfit.sweeps.choice import Beside, choose, fair, front_of, statistics_in
from goodfit.sweeps.correct import corrected
from goodfit.sweeps.folder import again
from goodfit.sweeps.ledger import judged
from goodfit.sweeps.outcomes import STATISTICS, Entry, Order, Result, confirmation_place, trial_place
from goodfit.sweeps.propose import ADAPTIVE, excess, read_constraint
from goodfit.sweeps.watcher import Watcher
from goodfit.training.interrupt import StopSignals

if TYPE_CHECKING:
    from goodfit.sweeps.judge import Aim
    from goodfit.sweeps.shared import Shared

NO_TRIAL = "no trial of the search came to a value"


@dataclass(frozen=True, slots=True)
class Winner:
    """The trial that was chosen, and what its settings are worth."""

    entry: Entry
    better: Literal["higher", "lower"]
    """Of the metric that is searched for."""
    beside: Beside | None
    """What the best of the other trials is worth beside the defaults."""
    corrected: Mapping[str, Any] | None
    """Its held-out score, less what the choice among trials added: {value, low, high, trials}."""
    confirmed: Mapping[str, Any] | None
    """The same settings on fresh splits: {value, low, high, n, splits}."""
    run: Mapping[str, Any] | None
    """The winner's own run: {run, status, metrics, primary, fit, gates}."""


def finish_search(
    search: Search,
    shared: Shared,
    folder: Path,
    entries: Sequence[Entry],
    signals: StopSignals,
    watcher: Watcher,
    warn: Callable[[str], None],
) -> tuple[Winner, list[Entry]]:
    """Choose, correct, confirm, train.

    Args:
        search: What is searched.
        shared: What trainings have in common.
        folder: Of the search.
        entries: All trials.
        signals: End the search between two steps.
        watcher: Told how far it is.
        warn: Told what has to be known, and stays in sweep.json.

    Returns:
        The winner, and the trials that no other one beats.

    Raises:
        TrainingError: No trial came to a value.
    """
    front = front_of(search, entries)
    if not front:
        raise _none_won(search, folder, entries)
    from goodfit.sweeps.judge import aim_of

    aim = aim_of(shared.bench(search.first).prepared, search.conf.metric)
    chosen, beside = choose(search, folder, entries, front, aim)
    watcher.status(f"trial {chosen.number} won; confirming")
    winner = Winner(
        chosen,
        "higher" if aim.sign > 0 else "lower",
        beside,
        _corrected(search, folder, entries, chosen, beside, aim),
        _confirmed(search, folder, chosen, aim, shared, signals, warn),
        _trained(search, shared, folder, chosen, entries, watcher, warn) if search.conf.train_best else None,
    )
    return winner, front


def _none_won(search: Search, folder: Path, entries: Sequence[Entry]) -> TrainingError:
    found, usual = judged(entries), "goodfit check WORDS shows what one trial would be"
    if found:
        missed = ", ".join(_nearest(text, found) for text in search.conf.constraints)
        what = f"no trial keeps the constraints {missed}, of {len(found)} that came to a value"
        return TrainingError(what, _wider(search, folder, found))
    last = next((one.outcome for one in reversed(entries) if one.outcome.reason), None)
    if last is None:
        return TrainingError(NO_TRIAL, usual)
    reason = last.reason.removesuffix(f" (fix: {last.fix})")
    return TrainingError(f"{NO_TRIAL}; the last one: {reason}", last.fix or usual)


def _wider(search: Search, folder: Path, entries: Sequence[Entry]) -> str:
    """What to type so that the trial that breaks fewest constraints, by the least share of their bounds, wins."""

    def broken(entry: Entry) -> tuple[int, float]:
        much = {text: over for text, over in excess(entry.outcome, search.conf).items() if over > 0}
        return len(much), sum(over / (abs(read_constraint(text)[2]) or 1.0) for text, over in much.items())

    nearest = min(entries, key=broken)
    bounds = ",".join(kept_by(text, nearest.outcome) for text in search.conf.constraints)
    word = f"sweep.constraints=[{bounds}]"
    if search.conf.sampler in ADAPTIVE:  # it proposed its trials by the others
        return f"type '{word}', which trial {nearest.number} keeps, in another run.dir"
    return f"let trial {nearest.number} keep them: {again(search, folder, [word])}"


def kept_by(constraint: str, result: Result) -> str:
    """A constraint, with the nearest bound that a trial keeps; of four digits, where it is no whole number."""
    name, sign, bound = read_constraint(constraint)
    cost = float(result.costs[name])
    if sign * (cost - bound) <= 0:
        return constraint
    digit = 1.0 if cost == round(cost) else 10.0 ** (math.floor(math.log10(abs(cost))) - 3)
    return f"{name}{'<=' if sign > 0 else '>='}{sign * math.ceil(sign * cost / digit) * digit:.12g}"


def _nearest(constraint: str, entries: Sequence[Entry]) -> str:
    """A constraint, and what the trial has that misses it least."""
    name, sign, _ = read_constraint(constraint)
    costs = [float(entry.result.costs[name]) for entry in entries if entry.result]
    return f"{constraint} (nearest: {sign * min(sign * cost for cost in costs):g})"


def _corrected(
    search: Search, folder: Path, entries: Sequence[Entry], chosen: Entry, beside: Beside | None, aim: Aim
) -> dict[str, Any] | None:
    if search.conf.objectives != ["quality"]:
        return None  # it takes away what the choice of the best quality added, and another one was chosen
    same = [entry for entry in fair(search, entries) if entry.outcome.records == chosen.outcome.records]
    found = {entry.number: statistics_in(trial_place(folder, entry.number)) for entry in same}
    kept = {number: statistics for number, statistics in found.items() if statistics is not None}
    if len(kept) < 2 or chosen.number not in kept:
        return None
    winner = list(kept).index(chosen.number)
    first = list(kept).index(beside.first) if beside and beside.first in kept else None
    margin = beside.margin if beside else 0.0
    figure = corrected(list(kept.values()), aim.signed, search.first.conf.seed, winner, first, margin, aim.top)
    return _figure(aim, figure) | {"trials": len(kept)}


def _confirmed(
    search: Search,
    folder: Path,
    chosen: Entry,
    aim: Aim,
    shared: Shared,
    signals: StopSignals,
    warn: Callable[[str], None],
) -> dict[str, Any] | None:
    """Train the winner's settings on fresh splits."""
    from goodfit.sweeps.trial import run_trial

    places = []
    for number in range(1, search.conf.confirmations + 1):
        place = confirmation_place(folder, number)
        order = Order(
            number=chosen.number,
            words=(*search.fixed, *chosen.words),
            search=folder,
            folder=place,
            roots=search.first.roots,
            sweep=dataclasses.replace(search.conf, pruner="none"),
            seed=search.first.conf.seed,
            rivals=(),
            fresh=number,
        )
        _empty_unless(place, order.words)
        result = run_trial(order, shared, signals)
        if result.is_judged:
            places.append(place)
        else:
            warn(f"confirmation {number} came to no value: {result.reason or result.state}")
    if not places:
        return None
    together = together_in(places)
    figure = _figure(aim, interval(together, aim.signed, search.first.conf.seed, aim.top))
    return figure | {"n": len(together), "splits": len(places)}


def together_in(places: Sequence[Path]) -> np.ndarray:
    """The statistics of the units of several splits, (units, k): one that stands in several is one."""
    numbers: dict[str, int] = {}
    parts, units = [], []
    for place in places:
        with np.load(place / STATISTICS) as found:
            parts.append(found["statistics"])
            units += [numbers.setdefault(str(unit), len(numbers)) for unit in found["units"]]
    return by_unit(np.concatenate(parts), units)


def _empty_unless(place: Path, words: Sequence[str]) -> None:
    """Remove a training of other words: the search went on, and another trial won."""
    if place.exists() and not is_made_from(place, words):
        with held(place):
            empty(place)


def _figure(aim: Aim, found: Interval) -> dict[str, Any]:
    """An interval of a signed score, as the metric itself."""
    from goodfit.evaluation.report import plain

    return {"metric": aim.name, **{name: plain(value) for name, value in aim.unsigned(found).items()}}


def _keep_earlier(search: Search, place: Path, entries: Sequence[Entry], warn: Callable[[str], None]) -> None:
    """Move the finished run of a trial that won before away from where this one's is to be."""
    if not (place / RECORD).exists() or not is_finished(place):
        return
    found = next((one for one in entries if is_made_from(place, (*search.fixed, *one.words))), None)
    aside = place.with_name(f"{place.name}-{'before' if found is None else found.number}")
    with held(place):
        pass  # nobody writes to it
    shutil.rmtree(aside, ignore_errors=True)  # the same settings won before, too
    place.rename(aside)
    warn(f"another trial won before, whose run is kept in {aside}")


def _trained(
    search: Search,
    shared: Shared,
    folder: Path,
    chosen: Entry,
    entries: Sequence[Entry],
    watcher: Watcher,
    warn: Callable[[str], None],
) -> dict[str, Any]:
    """The winner as a run: the only one that reads the test records."""
    from goodfit.runs.engine import carry_out
    from goodfit.runs.resume import resume_run
    from goodfit.sweeps.trial import Silent, refuse_unlike_trials

    place, host = folder / BEST, shared.host(search.first.conf)
    words = (*search.fixed, *chosen.words)
    if not is_made_from(place, words):
        _keep_earlier(search, place, entries, warn)
    _empty_unless(place, words)
    watcher.status("training the winner as a run of its own")
    with contextlib.suppress(GateError):  # it is written down, and said below
        if (place / CONFIG).exists():
            resume_run(str(place), host, Silent())
        else:
            check = functools.partial(refuse_unlike_trials, folder, place)
            carry_out(compose([*words, f"run.dir={place}"], search.first.roots), host, Silent(), check=check)
    record, metrics = read_json(place / RECORD), read_json(place / METRICS)
    return {
        "run": str(place),
        "status": record["status"],
        "kind": record["kind"],
        "metrics": metrics["tuned"],
        "primary": metrics["primary"],
        "fit": record["fit"],
        "gates": record["gates"],
        "refused": refusal(place, record["gates"]) if search.first.conf.policy.enforce else None,
    }
