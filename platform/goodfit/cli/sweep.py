"""goodfit sweep WORDS: a search for settings that fit; the same command goes on with an unfinished one in run.dir."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from goodfit.cli.arguments import Arguments
from goodfit.cli.console import print_table, short_path
from goodfit.cli.live import Live
from goodfit.cli.setting_up import config_roots, open_host
from goodfit.config.search import compose_search
from goodfit.errors import GateError
from goodfit.evaluation.shown import figure, with_interval
from goodfit.run_files import REPORT


def run(arguments: Arguments) -> dict[str, Any]:
    """Search, and say what won, what it is worth, and what to type."""
    search = compose_search(arguments.words, config_roots(arguments.config_dir))
    host = open_host(arguments, search.first.conf.plugins)
    from goodfit.runs.known import read_task
    from goodfit.sweeps.check import check_search

    check_search(search)
    task = read_task(search.first, host)

    # a mistake in words or data is answered before the machine-learning libraries are imported
    from goodfit.sweeps.engine import run_sweep

    with Live(arguments.quiet) as live:
        record = run_sweep(search, task, host, live)
    if not arguments.json:
        _print(record)
    refused = record["best"]["run"] and record["best"]["run"]["refused"]
    if refused:
        raise GateError(refused, record)
    return record


def _print(record: dict[str, Any]) -> None:
    from goodfit.sweeps.mattered import what_mattered
    from goodfit.sweeps.summary import asked_costs, beside_defaults, of_front, on_test, told_cost, why_ended

    costs = asked_costs(record)
    rows = [
        [
            str(trial["number"]),
            trial["state"],
            figure(trial["value"]),
            with_interval(trial.get("held_out", {})),
            figure(trial.get("probe")),
            trial.get("fit") or "",
            *(told_cost(trial, name) for name in costs),
            " ".join(trial["words"]),
        ]
        for trial in record["trials"]
    ]
    print_table(["trial", "state", "worth", "held-out [95 %]", "training", "fit", *costs, "words"], rows)
    if record["fewer"]:
        print(f"\n{record['fewer']}")
    best = record["best"]
    metric = best["held_out"]["metric"]
    print(f"\nbest: trial {best['number']}, {metric} {with_interval(best['held_out'])} on the validation records")
    if best["beside_defaults"]:
        print(f"      {beside_defaults(best)}")
    if best["corrected"]:
        count = best["corrected"]["trials"]
        print(f"      {with_interval(best['corrected'])} corrected for the choice among {count} trials")
    if best["confirmed"]:
        print(f"      {with_interval(best['confirmed'])} on fresh validation records, trained anew")
    run = best["run"]
    if run:
        print(f"      {on_test(best)} on the test records, read this once")
    if record["front"]:
        print(f"front: {of_front(record)}")
    print(f"what mattered: {what_mattered(record)}")
    for trial in record["trials"]:
        if trial.get("fit") == "underfit":
            print(f"trial {trial['number']} underfits: {' '.join(trial['words'])}")
        if ended := why_ended(trial):
            print(ended)
    print(f"\nthe page: {short_path(Path(record['sweep']) / REPORT)}")
    print(f"next: {best['command']}")
    if run:
        from goodfit.kinds import find_kind

        print(f"      goodfit predict {shlex.quote(short_path(Path(run['run'])))} {find_kind(run['kind']).asked}")
