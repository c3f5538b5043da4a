"""goodfit data WORDS: what is wrong with the data, by every audit that is installed; nothing is trained.

``quality.deep=false`` leaves the heavy ones out.
"""

from __future__ import annotations

import dataclasses
import textwrap
from typing import TYPE_CHECKING, Any

from goodfit.cli.arguments import Arguments
from goodfit.cli.setting_up import compose_words, open_host
from goodfit.commands import command

if TYPE_CHECKING:
    from goodfit.hooks.types import Finding

SEVERITIES = ("error", "warning", "info")
SHOWN_ROWS = 8


def run(arguments: Arguments) -> dict[str, Any]:
    """Print a page of findings, the worst first."""
    composed = compose_words(arguments, needed=("task",))
    from goodfit.runs.known import read_task
    from goodfit.schema.dataset import SPLITS

    conf = composed.conf
    if composed.origins["quality.deep"] != "typed":
        conf = dataclasses.replace(conf, quality=dataclasses.replace(conf.quality, deep=True))
    data = read_task(dataclasses.replace(composed, conf=conf), open_host(arguments, conf.plugins))
    findings = sorted(data.findings, key=lambda finding: SEVERITIES.index(finding.severity))
    counts = {split: len(data.splits[split]) for split in SPLITS}
    asked = [audit["audit"] for audit in data.asked if audit["applies"]]
    if not arguments.json:
        records = ", ".join(f"{count} {split}" for split, count in counts.items())
        print(f"task     {data.task.conf.task.name} ({data.task.kind.name}), {records}")
        print(f"asked    {', '.join(asked) or 'no audit: goodfit list audits'}")
        for finding in findings:
            _print(finding)
        found = [f"{sum(f.severity == name for f in findings)} {name}" for name in SEVERITIES]
        print(f"found    {', '.join(found)}")
        print("next     see whether a model reads texts of these lengths:")
        print(f"         {command('check', *arguments.words)}")
    return {
        "task": data.task.conf.task.name,
        "kind": data.task.kind.name,
        "records": counts,
        "audits": list(data.asked),
        "findings": [dataclasses.asdict(finding) for finding in findings],
    }


def _print(finding: Finding) -> None:
    print(f"\n{finding.severity:<8} {finding.message} ({finding.code})")
    if finding.rows:
        more = len(finding.rows) - SHOWN_ROWS
        print(f"  rows   {', '.join(finding.rows[:SHOWN_ROWS])}{f' and {more} more' if more > 0 else ''}")
    if finding.mend:
        print(textwrap.fill(finding.mend, 110, initial_indent="  mend   ", subsequent_indent="         "))
