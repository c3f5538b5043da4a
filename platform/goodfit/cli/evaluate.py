"""goodfit evaluate RUN [WORDS]: metrics of a run on a split, or on other data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from goodfit.cli.arguments import Arguments
from goodfit.cli.console import Bar, print_table, warn
from goodfit.cli.findings import of_joined
from goodfit.cli.setting_up import open_host_of
from goodfit.errors import ConfigError
from goodfit.evaluation.shown import of_broken_off, of_documents, of_review, with_direction, with_interval


def run(arguments: Arguments) -> dict[str, Any]:
    """Measure a finished run."""
    if not arguments.words:
        raise ConfigError("evaluate without a run", "goodfit evaluate runs/latest")
    host = open_host_of(arguments, arguments.words[0])
    from goodfit.runs.cuts import told_of_unread
    from goodfit.runs.evaluate import evaluate_run
    from goodfit.runs.given import read_given
    from goodfit.runs.opened import open_run

    given = read_given(arguments.words[1:], "evaluate", arguments.options.get("--split", "test"))
    with Bar(arguments.quiet):
        result = evaluate_run(open_run(arguments.words[0], host), host, given)
    if not arguments.json:
        print_table(
            [f"on {result['records']} records{of_documents(result)}", "value [95 %]"],
            [[with_direction(name, figure), with_interval(figure)] for name, figure in result["metrics"].items()],
        )
        if broken_off := of_broken_off(result, result["records"]):
            print(broken_off)
        if "review" in result:
            print(f"review: {of_review(result['review'])}")
    warn([*host.others(), *told_of_unread(result["unread"], result["records"])], arguments.warnings)
    if given.file is not None:
        told = [*left_out(result), *seen(arguments.words[0], result, result["records"])]
        warn(told, arguments.warnings)
    return result


def left_out(result: Mapping[str, Any]) -> list[str]:
    """What to say of the rows of a file that were not read, or not as they stand there."""
    told = []
    if rejected := result["rejected"]:
        first = f"{rejected[0]['origin']}: {rejected[0]['reason']}"
        told.append(f"{len(rejected)} of {result['rows_read']} rows are bad and were set aside, the first {first}")
    if empty := result["empty_rows"]:
        told.append(f"empty rows were left out: {len(empty)}, the first at {empty[0]}")
    return [*told, *of_joined(result["joined_rows"])]


def seen(run: str, result: Mapping[str, Any], records: int) -> list[str]:
    """What to say of a run that has, or may have, seen the records of a file before."""
    told = []
    of = {"trained_on": f"records that {run} was trained on", "chosen_on": f"validation records that chose {run}"}
    for key, those in of.items():
        count = result[key]
        if count is None:
            told.append(f"the {those} cannot be read, or are others now: these may be among them")
        elif count:
            told.append(f"{count} of {records} inputs are among the {those}")
    return told
