"""goodfit check WORDS: everything that can be known without training."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import Any

from goodfit.cli.arguments import Arguments
from goodfit.cli.console import counted
from goodfit.cli.findings import show_findings, worst_first
from goodfit.cli.setting_up import compose_words, open_host
from goodfit.commands import command
from goodfit.config.compose import Composed
from goodfit.config.places import config_folders
from goodfit.errors import together
from goodfit.runs.folder import refuse_taken_folder, run_path
from goodfit.runs.launch import needs_torchrun, torchrun_commands
from goodfit.runs.slurm import job_script, waits_for_slurm
from goodfit.texts.shown import in_one_line
from goodfit.tracking.wandb import wanted


def run(arguments: Arguments) -> dict[str, Any]:
    """Names, data, memory, time, gates."""
    composed = compose_words(arguments.words, arguments.config_dir)
    refuse_taken_folder(composed.conf)
    from goodfit.runs.known import read_task

    host = open_host(arguments, composed.conf.plugins)
    data, _ = together(partial(read_task, composed, host), partial(wanted, composed.conf.tracker))
    if waits_for_slurm(composed.conf) or needs_torchrun(composed.conf):
        return _elsewhere(composed, arguments.json)
    from goodfit.models.memory import GIB
    from goodfit.runs.plan import plan_run
    from goodfit.runs.prepare import prepare
    from goodfit.runs.score import primary_of
    from goodfit.schema.dataset import SPLITS

    prepared = prepare(data, host)
    primary = primary_of(prepared)
    plan = plan_run(prepared)
    counts = {split: len(prepared.splits[split]) for split in SPLITS}
    result = {
        "ok": True,
        "task": prepared.conf.task.name,
        "base": prepared.base.name,
        "family": prepared.base.family,
        "records": counts,
        "labels": list(prepared.coding.labels),
        "primary": primary.name,
        "parameters": plan.memory.parameters,
        "trainable": plan.memory.trainable,
        "memory_bytes": {**dataclasses.asdict(plan.memory), "total": plan.memory.total, "free": plan.free},
        "steps": plan.steps,
        "seconds": plan.seconds,
        "path": {"name": plan.path.name, "reason": plan.path.reason},
        "gates": prepared.conf.policy.gates,
        "findings": [dataclasses.asdict(finding) for finding in prepared.findings],
    }
    if not arguments.json:
        print(f"task     {prepared.conf.task.name} ({prepared.task.kind.name}), {counted(counts)}")
        print(f"labels   {in_one_line(', '.join(prepared.coding.labels)) or 'none'}")
        print(f"model    {prepared.base.name} ({prepared.base.family}), adapter {prepared.conf.adapter.name}")
        print(f"weights  {plan.memory.parameters:,} parameters, {plan.memory.trainable:,} trainable")
        print(f"memory   {plan.memory.total / GIB:.2f} GiB needed, {plan.free / GIB:.2f} free (estimated)")
        print(f"time     {plan.steps} steps at most, about {plan.seconds:.0f} s of training (measured on 3 steps)")
        print(f"path     {plan.path.name} ({plan.path.reason})")
        print(f"judged   by {primary.name}; gates: {', '.join(prepared.conf.policy.gates) or 'none'}")
        show_findings(worst_first(prepared.findings))
        if all(finding.severity != "error" for finding in prepared.findings):
            print(f"next     {command('train', *config_folders(composed.roots), *arguments.words)}")
    return result


def _elsewhere(composed: Composed, as_json: bool) -> dict[str, Any]:
    """The machines are others: names and data are right, and this is how the run would be started there."""
    conf, folder = composed.conf, run_path(composed.conf)
    if waits_for_slurm(conf):
        launch = {"script": job_script(composed, folder)}
        lines = launch["script"].splitlines()
    else:
        lines = torchrun_commands(composed, folder)
        launch = {"commands": lines}
    if not as_json:
        print("\n".join(lines))
    return {"ok": True, "task": conf.task.name, **launch}
