"""goodfit resume RUN: goes on where a run was stopped or killed."""

from __future__ import annotations

from typing import Any

from goodfit.cli.arguments import Arguments
from goodfit.cli.console import Bar
from goodfit.cli.setting_up import open_host_of
from goodfit.cli.train import show_finished
from goodfit.commands import command
from goodfit.errors import ConfigError
from goodfit.runs.resume import resume_run


def run(arguments: Arguments) -> dict[str, Any]:
    """Go on with a run, and say what was made."""
    if not arguments.words:
        raise ConfigError("resume without a run", "goodfit resume RUN")
    if len(arguments.words) > 1:
        what = f"resume takes one run and no words, and '{arguments.words[1]}' is one: settings stay as they were"
        raise ConfigError(what, f"{command('resume', arguments.words[0])}, or with other settings: goodfit train WORDS")
    with Bar(arguments.quiet) as bar:
        host = open_host_of(arguments, arguments.words[0])
        folder, finished = resume_run(arguments.words[0], host, bar, "--allow-drift" in arguments.flags)
    if finished is not None:
        return show_finished(finished, arguments)
    if not arguments.json:
        further = command("train", "WORDS", f"model=run:{folder}")
        print(f"the run in {folder} is finished: there is nothing to go on with; to train its model further: {further}")
    return {"run": str(folder), "status": "finished"}
