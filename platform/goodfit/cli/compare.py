"""goodfit compare RUN RUN... [WORDS]: paired differences to the first run, on the same records, and what they say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from goodfit.cli.arguments import Arguments
from goodfit.cli.console import print_table, warn
from goodfit.cli.evaluate import left_out, seen
from goodfit.cli.setting_up import open_host_of
from goodfit.errors import ConfigError
from goodfit.evaluation.shown import with_direction, with_interval


def run(arguments: Arguments) -> dict[str, Any]:
    """Compare finished runs."""
    words = [word for word in arguments.words if "=" in word and not Path(word).exists()]
    runs = [word for word in arguments.words if word not in words]
    if len(runs) < 2:
        raise ConfigError("compare needs at least two runs", "goodfit compare RUN RUN")
    host = open_host_of(arguments, runs[0])
    from goodfit.runs.compare import compare_runs
    from goodfit.runs.given import read_given
    from goodfit.runs.locked import beside_lock

    given = read_given(words, "compare")
    result = compare_runs(runs, host, given)
    if not arguments.json:
        print(f"differences to {result['first']}, on the same {result['records']} test records\n")
        rows = [
            [
                other["run"],
                with_direction(name, pair),
                with_interval(pair, "difference"),
                *(f"{pair[p]:.3f}" for p in ("p", "p_corrected")),
            ]
            for other in result["others"]
            for name, pair in other["paired"].items()
            if pair["p"] is not None
        ]
        print_table(["run", "metric", "difference [95 %]", "p", "p (Holm)"], rows)
        if result["not_compared"]:
            print(f"\n{', '.join(result['not_compared'])}: not compared, for these runs count other tokens")
        print()
        for other in result["others"]:
            print(other["conclusion"])
    others = [f"{run}: {line}" for run in runs for line in beside_lock(host, run).others()]
    warn(others, arguments.warnings)
    if given.file is not None:
        named = zip(runs, [result, *result["others"]], strict=True)
        told = [line for run, found in named for line in seen(run, found, result["records"])]
        warn([*left_out(result), *told], arguments.warnings)
    return result
