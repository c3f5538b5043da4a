"""goodfit evaluate RUN [WORDS]: metrics of a run on a split, or on other data."""

from __future__ import annotations

import sys
from typing import Any

from goodfit.cli.console import print_table
from goodfit.cli.main import Arguments
from goodfit.cli.setting_up import open_host_of
from goodfit.errors import ConfigError
from goodfit.texts.shown import with_interval


def run(arguments: Arguments) -> dict[str, Any]:
    """Measure a finished run."""
    if not arguments.words:
        raise ConfigError("evaluate without a run", "goodfit evaluate runs/latest")
    host = open_host_of(arguments, arguments.words[0])
    from goodfit.runs.evaluate import evaluate_run
    from goodfit.runs.opened import open_run

    opened = open_run(arguments.words[0], host)
    result = evaluate_run(opened, host, arguments.words[1:], arguments.options.get("--split", "test"))
    if not arguments.json:
        print_table(
            [f"on {result['records']} records", "value [95 %]"],
            [[name, with_interval(figure)] for name, figure in result["metrics"].items()],
        )
    trained = result.get("trained_on", 0)
    if trained is None:
        print("warning: its training records cannot be read: it may have been trained on these", file=sys.stderr)
    elif trained:
        of = result["records"]
        print(f"warning: {trained} of {of} inputs stand in the run's training records, too", file=sys.stderr)
    return result
