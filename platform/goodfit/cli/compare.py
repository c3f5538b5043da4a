"""goodfit compare RUN RUN...: paired differences to the first run, on the same test records."""

from __future__ import annotations

from typing import Any

from goodfit.cli.console import print_table
from goodfit.cli.main import Arguments
from goodfit.cli.setting_up import open_host_of
from goodfit.errors import ConfigError
from goodfit.texts.shown import with_interval


def run(arguments: Arguments) -> dict[str, Any]:
    """Compare finished runs."""
    if len(arguments.words) < 2:
        raise ConfigError("compare needs at least two runs", "goodfit compare RUN RUN")
    host = open_host_of(arguments, arguments.words[0])
    from goodfit.runs.compare import compare_runs

    result = compare_runs(arguments.words, host)
    if not arguments.json:
        print(f"differences to {result['first']}, on the same {result['records']} test records\n")
        rows = [
            [other["run"], name, with_interval(pair, "difference"), f"{pair['p']:.3f}", f"{pair['p_corrected']:.3f}"]
            for other in result["others"]
            for name, pair in other["paired"].items()
            if pair["p"] is not None
        ]
        print_table(["run", "metric", "difference [95 %]", "p", "p (Holm)"], rows)
    return result
