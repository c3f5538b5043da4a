"""goodfit reproduce RUN: makes a run again and compares every file; with --without, leaves records out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from goodfit.cli.arguments import Arguments
from goodfit.cli.console import Bar, print_table, warn
from goodfit.cli.setting_up import open_host_of
from goodfit.errors import ConfigError, GateError
from goodfit.run_files import RECORD
from goodfit.runs.json_files import read_json
from goodfit.runs.reproduce import TOLERANCE, Reproduced, erase_from_run, reproduce_run


def run(arguments: Arguments) -> dict[str, Any]:
    """Make a run again; exit code 3 where it is not the same."""
    if len(arguments.words) != 1:
        raise ConfigError("reproduce takes one run", "goodfit reproduce RUN [--output FOLDER] [--without IDS]")
    (typed,) = arguments.words
    into, ids = (arguments.options.get(name) for name in ("--output", "--without"))
    host = open_host_of(arguments, typed)
    with Bar(arguments.quiet) as bar:
        if ids is not None:
            folder, again, others = erase_from_run(typed, ids, into, host, bar)
            warn(others, arguments.warnings, quiet=True)  # said before it was trained
            if not arguments.json:
                print(f"made {again}: as {folder}, without the records of {ids}")
                _print_others(others, "more than these records may make a difference")
            if before := read_json(again / RECORD).get("made_from"):
                told = f"its base came from earlier runs ({len(before)}), which may have learnt these records"
                warn([f"{told}; make those again without them first"], arguments.warnings)
            return {"run": str(folder), "again": str(again), "without": ids, "plugins": others}
        found = reproduce_run(typed, into, host, bar)
        warn(found.plugins, arguments.warnings, quiet=True)
    if not arguments.json:
        _print(found)
    return {
        "run": str(found.folder),
        "again": str(found.again),
        "equal": found.equal,
        "files": dict(found.files),
        "machine": {place: list(pair) for place, pair in found.machine.items()},
        "largest_difference": found.largest,
        "plugins": list(found.plugins),
        "exit_code": 0 if found.equal else GateError.exit_code,
    }


def _print(found: Reproduced) -> None:
    print_table(["file", "is"], list(found.files.items()))
    if found.machine:
        print("\nthis is another machine class, where bytes may differ:")
        print_table(
            ["what", "then", "now"], [[place, str(then), str(now)] for place, (then, now) in found.machine.items()]
        )
        print(f"largest difference of a metric: {found.largest:.4f}; at most {TOLERANCE} is allowed")
    _print_others(found.plugins, "bytes may differ")
    print(f"\n{'equal' if found.equal else 'NOT EQUAL'}: {found.folder} and {found.again}")


def _print_others(plugins: Sequence[str], so: str) -> None:
    if plugins:
        print(f"\nplugins are others, so that {so}:")
        print_table(["plugin"], [[line] for line in plugins])
