"""goodfit verify RUN: whether every file of a run is what was written."""

from __future__ import annotations

from typing import Any

from goodfit.cli.arguments import Arguments
from goodfit.cli.console import print_table
from goodfit.errors import ConfigError, GateError
from goodfit.runs.digests import changed_files, read_digests
from goodfit.runs.find import find_run


def run(arguments: Arguments) -> dict[str, Any]:
    """Hash everything again; exit code 3 where something is not as it was."""
    if len(arguments.words) != 1:
        raise ConfigError("verify takes one run", "goodfit verify RUN")
    folder = find_run(arguments.words[0])
    found = changed_files(folder)
    if not arguments.json:
        if found:
            print_table(["file", "is"], list(found.items()))
        else:
            print(f"{len(read_digests(folder))} files of {folder} and its checkpoints are what was written")
    return {"run": str(folder), "whole": not found, "faults": found, "exit_code": GateError.exit_code if found else 0}
