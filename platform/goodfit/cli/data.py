"""goodfit data WORDS: what is wrong with the data, by every audit that is installed; nothing is trained.

``quality.deep=false`` leaves the heavy ones out.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from goodfit.cli.arguments import Arguments
from goodfit.cli.console import counted
from goodfit.cli.findings import WORST_FIRST, show_findings, worst_first
from goodfit.cli.setting_up import compose_words, open_host
from goodfit.commands import command
from goodfit.config.compose import Composed
from goodfit.config.places import config_folders, example_model, find_options

if TYPE_CHECKING:
    from goodfit.kinds.shape import Kind


def run(arguments: Arguments) -> dict[str, Any]:
    """Print a page of findings, the worst first."""
    composed = compose_words(arguments.words, arguments.config_dir, needed=("task",))
    from goodfit.runs.known import read_task
    from goodfit.schema.dataset import SPLITS

    conf = composed.conf
    if composed.origins["quality.deep"] != "typed":
        conf = dataclasses.replace(conf, quality=dataclasses.replace(conf.quality, deep=True))
    data = read_task(dataclasses.replace(composed, conf=conf), open_host(arguments, conf.plugins))
    findings = worst_first(data.findings)
    counts = {split: len(data.splits[split]) for split in SPLITS}
    asked = [audit["audit"] for audit in data.asked if audit["applies"]]
    if not arguments.json:
        print(f"task     {data.task.conf.task.name} ({data.task.kind.name}), {counted(counts)}")
        print(f"asked    {', '.join(asked) or 'no audit: goodfit list audits'}")
        show_findings(findings, with_rows=True)
        found = [f"{sum(f.severity == name for f in findings)} {name}" for name in WORST_FIRST]
        print(f"found    {', '.join(found)}")
        print("next     see whether a model reads texts of these lengths:")
        print(f"         {_check_of(composed, data.task.kind)}")
    return {
        "task": data.task.conf.task.name,
        "kind": data.task.kind.name,
        "records": counts,
        "audits": list(data.asked),
        "findings": [dataclasses.asdict(finding) for finding in findings],
    }


def _check_of(composed: Composed, kind: Kind) -> str:
    """The command that goes on, with a model that can learn the kind where none was typed."""
    example = f"model={example_model(find_options(composed.roots), kind.learners)}"
    model = [example] if composed.conf.choices.get("model") is None else []
    return command("check", *config_folders(composed.roots), *composed.words, *model)
