"""The content of sweep.json: warnings, trials, winner, front, importances."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from goodfit.commands import command
from goodfit.config.places import config_folders
from goodfit.config.search import Search
from goodfit.evaluation.shown import with_interval
from goodfit.run_files import SCHEMA
from goodfit.schema.sweep import SweepConf
from goodfit.sweeps.outcomes import Entry
from goodfit.sweeps.propose import excess, read_constraint
from goodfit.sweeps.winner import Winner


def search_record(
    search: Search,
    folder: Path,
    warnings: Sequence[str],
    entries: Sequence[Entry],
    winner: Winner | None,
    front: Sequence[Entry] = (),
    importances: Mapping[str, float] | None = None,
    status: str = "running",
    fewer: str | None = None,
) -> dict[str, Any]:
    """The content of sweep.json; ``status`` is that of a search without a winner, ``warnings`` what to know first, and
    ``fewer`` why there are fewer trials than there may be."""
    conf = search.first.conf
    models = next((one.options for one in search.space if one.key == "model"), (conf.choices.get("model"),))
    return {
        "schema": SCHEMA,
        "status": "finished" if winner else status,
        "sweep": str(folder),
        "task": conf.task.name,
        "model": ", ".join(map(str, models)),
        "words": list(search.fixed),
        "space": {dimension.key: dimension.text() for dimension in search.space},
        "objectives": search.conf.objectives,
        "constraints": search.conf.constraints,
        "warnings": list(warnings),
        "trials": [_listed(entry, search.conf) for entry in entries],
        "best": winner and _best(search, winner),
        "fewer": fewer,
        "front": [entry.number for entry in front] if len(search.conf.objectives) > 1 else None,
        "importances": dict(importances or {}),
    }


def _listed(entry: Entry, conf: SweepConf) -> dict[str, Any]:
    result = entry.result
    if result is None:
        return {"number": entry.number, "state": "running", "words": list(entry.words), "value": None}
    return {
        "number": entry.number,
        "state": result.state,
        "words": list(entry.words),
        "value": result.value,
        "held_out": dict(result.held_out),
        "probe": result.probe,
        "fit": result.fit.get("verdict"),
        "reason": result.reason,
        "best_step": result.best_step,
        "costs": dict(result.costs),
        "broken": [text for text, much in excess(result, conf).items() if much > 0] if result.is_judged else [],
    }


def _best(search: Search, winner: Winner) -> dict[str, Any]:
    result = winner.entry.outcome
    words = [*search.fixed, *winner.entry.words]
    return {
        "number": winner.entry.number,
        "words": words,
        "command": command("train", *config_folders(search.first.roots), *words),
        "value": result.value,
        "held_out": dict(result.held_out),
        "better": winner.better,
        "beside_defaults": winner.beside and {**dataclasses.asdict(winner.beside), "keeps": winner.beside.keeps},
        "corrected": winner.corrected,
        "confirmed": winner.confirmed,
        "fit": result.fit,
        "run": winner.run,
    }


def beside_defaults(best: Mapping[str, Any]) -> str:
    """How the other trial that is worth most compares with the defaults, in a reader's words."""
    found = best["beside_defaults"]
    if best["number"] == found["first"] and found["difference"] <= 0:
        return "these are the defaults: no other trial was worth more"
    more = f"{found['difference']:.3f} more than the defaults (standard error {found['standard_error']:.3f})"
    if found["keeps"]:
        return f"these are the defaults: trial {found['highest']} was worth {more}, which may be chance"
    return f"worth {more}"


def on_test(best: Mapping[str, Any]) -> str:
    """What the winner's own run has on the test records, in a reader's words: the metric that was searched for, and
    beside it the task's primary one where that is another."""
    found, primary = best["run"]["metrics"], best["run"]["primary"]
    searched = f"test/{best['held_out']['metric']}"
    told = [
        f"{name.removeprefix('test/')} {with_interval(found.get(name, {}))}"
        for name in dict.fromkeys((searched, primary))
    ]
    return ", and the primary metric ".join(told)


def asked_costs(record: Mapping[str, Any]) -> list[str]:
    """The costs that were searched for, or that constraints bound."""
    searched = [name for name in record["objectives"] if name != "quality"]
    return list(dict.fromkeys([*searched, *(read_constraint(text)[0] for text in record["constraints"])]))


def told_cost(trial: Mapping[str, Any], name: str) -> str:
    """A cost of a trial, and the constraints on it that the trial broke; nothing where it was not measured."""
    if name not in trial.get("costs", {}):
        return ""
    cost = trial["costs"][name]
    broken = [text for text in trial["broken"] if read_constraint(text)[0] == name]
    return " ".join([f"{cost:.0f}" if cost == round(cost) else f"{cost:.4g}", *(f"(breaks {text})" for text in broken)])


def why_ended(trial: Mapping[str, Any]) -> str | None:
    """Why a trial came to no value or was stopped, in a reader's words; None where it was not."""
    if trial["state"] not in ("failed", "stopped") or not trial["reason"]:
        return None
    return f"trial {trial['number']} {'failed' if trial['state'] == 'failed' else 'was stopped'}: {trial['reason']}"


def of_front(record: Mapping[str, Any]) -> str:
    """Which trials are the front of several objectives, in a reader's words."""
    numbers, objectives = [str(number) for number in record["front"]], ", ".join(record["objectives"])
    are = "trial {} is" if len(numbers) == 1 else "trials {} are"
    return f"{are.format(', '.join(numbers))} beaten by none in all of {objectives}"
