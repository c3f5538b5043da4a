"""goodfit train WORDS: one run."""

from __future__ import annotations

import shlex
from functools import partial
from typing import TYPE_CHECKING, Any

from goodfit.cli.arguments import Arguments
from goodfit.cli.console import Bar, print_table, short_path
from goodfit.cli.setting_up import compose_words, open_host
from goodfit.config.compose import Composed
from goodfit.errors import ConfigError, together
from goodfit.evaluation.shown import figure, not_compared, of_documents, of_review, with_direction, with_interval
from goodfit.run_files import CARD, FINDINGS
from goodfit.runs.folder import refuse_taken_folder
from goodfit.runs.slurm import submit, waits_for_slurm
from goodfit.texts.shown import in_one_line

if TYPE_CHECKING:
    from goodfit.plugins.host import Host
    from goodfit.runs.write import Finished


MOST_TOLD = 6
"""Warnings and errors of audits that are shown."""


def run(arguments: Arguments) -> dict[str, Any]:
    """Train, and say what was made and what to type next."""
    composed = compose_words(arguments.words, arguments.config_dir)
    _refuse_search(composed)
    refuse_taken_folder(composed.conf)
    host = open_host(arguments, composed.conf.plugins)
    if waits_for_slurm(composed.conf):
        return _submitted(composed, host, arguments.json)
    from goodfit.runs.engine import carry_out

    with Bar(arguments.quiet) as bar:
        bar.status(f"{composed.conf.task.name} on {composed.conf.choices['model']}: checking, encoding, loading")
        finished = carry_out(composed, host, bar)
    return show_finished(finished, arguments)


def show_finished(finished: Finished, arguments: Arguments) -> dict[str, Any]:
    """Say what was made and what to type next; the result of ``--json``."""
    if not arguments.json:
        _print(finished)
    return finished.shown()


def _refuse_search(composed: Composed) -> None:
    """A single run does not read how a search goes on.

    Raises:
        ConfigError: Such a word was typed.
    """
    own = sorted(key for key in composed.typed() if key.startswith("sweep."))
    if own or any(word.startswith("sweep=") for word in composed.words):
        word = own[0] if own else "sweep"
        raise ConfigError(f"{word} was typed, and a single run does not read it", "goodfit sweep WORDS searches")


def _submitted(composed: Composed, host: Host, as_json: bool) -> dict[str, Any]:
    """Check what can be known here, and hand the run to Slurm."""
    from goodfit.runs.known import read_task
    from goodfit.tracking.wandb import wanted

    together(partial(read_task, composed, host), partial(wanted, composed.conf.tracker))
    job = submit(composed)
    if not as_json:
        print(f"submitted job {job.job}: {short_path(job.script)}")
        print(f"next: squeue --job {job.job}")
    return {"run": str(job.folder), "status": "submitted", "job": job.job, "script": str(job.script)}


def _print(finished: Finished) -> None:
    from goodfit.cli.findings import show_findings, worst_first
    from goodfit.kinds import find_kind
    from goodfit.runs.mend import LEFT_OUT

    record, metrics = finished.record, finished.metrics
    rows = [
        [
            with_direction(name, tuned),
            with_interval(tuned),
            figure(metrics["base"][name]["value"]),
            with_interval(metrics["paired"][name], "difference") if name in metrics["paired"] else "",
        ]
        for name, tuned in metrics["tuned"].items()
    ]
    print_table([f"on the test records{of_documents(metrics)}", "tuned [95 %]", "base", "difference [95 %]"], rows)
    print(f"\nbase: {in_one_line(metrics['base_is'])}")
    by, simplest = metrics["paired_reference_by"], with_interval(metrics["paired_reference"], "difference")
    compared = f"{by} differs by {simplest}" if by else not_compared(metrics["primary"])
    print(f"simplest reference: {in_one_line(metrics['reference_is'])}; {compared}")
    if "review" in metrics:
        print(f"review: {of_review(metrics['review'])}")
    print(f"fit: {record['fit']['verdict']}. {'; '.join(record['fit']['evidence'])}")
    if record["fit"]["try"]:
        print(f"     try: {'  '.join(record['fit']['try'])}")
    told = [finding for finding in finished.findings if finding.severity != "info" or finding.code == LEFT_OUT]
    show_findings(worst_first(told)[:MOST_TOLD])
    if len(told) > MOST_TOLD:
        print(f"and {len(told) - MOST_TOLD} more in {short_path(finished.folder / FINDINGS)}")
    for gate in record["gates"]:
        print(f"gate {gate['gate']}: {'passed' if gate['passed'] else 'NOT PASSED'} ({gate['reason']})")
    folder = short_path(finished.folder)
    weights = short_path(finished.weights)
    print(f"\nmade {weights} in {record['seconds']:.0f} s, {record['steps']} steps; its card is {weights}/{CARD}")
    following = [
        *finished.mends(),
        f"goodfit predict {shlex.quote(folder)} {find_kind(record['kind']).asked}",
        f"goodfit evaluate {shlex.quote(folder)} dataset.test=<your file>",
    ]
    print("next: " + "\n      ".join(following))
