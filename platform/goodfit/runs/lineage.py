"""The runs that a run's base came from: what they were, and whether they were trained on what this one is tested on."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from goodfit.config.record import read_config
from goodfit.data.gather import Splits
from goodfit.errors import DataError, HardwareError, PluginError
from goodfit.hooks.types import Finding
from goodfit.plugins.host import Host
from goodfit.runs.faults import input_key
from goodfit.runs.folder import read_json
from goodfit.runs.locked import are_locked, locked_records
from goodfit.runs.records import read_splits, with_labels
from goodfit.runs.task import Task, open_task
from goodfit.schema import RunConf


def made_from(conf: RunConf) -> list[Mapping[str, Any]]:
    """What the runs were that a run's base came from, the last first; they name no folder.

    Each run writes down those before it, so that one that is deleted is still told of.
    """
    if conf.model.source != "run":
        return []
    folder = Path(conf.model.name or "")
    record = read_json(folder / "run.json", "task", "kind", "adapter", "base")
    earlier = record.get("made_from", [])
    private = record.get("differential_privacy")
    own = {
        "task": record["task"],
        "kind": record["kind"],
        "adapter": record["adapter"],
        "privacy": read_config(folder).privacy.mode,
        "train": locked_records(folder, "train"),
        **({"differential_privacy": private} if private else {}),
        **({} if earlier else {"base": record["base"]}),
    }
    return [own, *earlier]


def root_of(conf: RunConf, base: str) -> str:
    """The name of the model that all began with: that of the base, where no run came before."""
    runs = made_from(conf)
    return runs[-1]["base"] if runs else base


def folders_of(conf: RunConf) -> list[Path]:
    """The folders of the runs that a run's base came from, the last first, as far as they are still there."""
    found: list[Path] = []
    while conf.model.source == "run":
        folder = Path(conf.model.name or "")
        if folder in found or not (folder / "config.yaml").is_file():
            break
        found.append(folder)
        conf = read_config(folder)
    return found


def inputs_before(task: Task, host: Host) -> tuple[frozenset[str], int]:
    """The inputs that the runs before were trained on, and the number of these runs whose records nobody can tell."""
    inputs: set[str] = set()
    untold = len(made_from(task.conf))
    for folder in folders_of(task.conf):
        read = trained_inputs(open_task(folder, host), folder, host, task)
        if read is not None:
            inputs |= read
            untold -= 1
    return frozenset(inputs), untold


def trained_inputs(task: Task, folder: Path, host: Host, reader: Task) -> set[str] | None:
    """The inputs that a run was trained on, as another task reads them; None where they are gone, or others now.

    Args:
        task: The run's own.
        folder: The run's.
        host: The plugins.
        reader: Whose scrubbing the inputs are to have, so that they can be held against others.
    """
    try:
        splits = _splits(task, host)
        if not are_locked(folder, task.conf, splits, "train"):
            return None
        if task.conf.privacy != reader.conf.privacy:
            splits = _splits(dataclasses.replace(task, scrub=reader.scrub), host)
    except (DataError, HardwareError, PluginError):
        return None
    return {input_key(task.kind, record) for record in splits.train}


def _splits(task: Task, host: Host) -> Splits:
    return with_labels(task, read_splits(task, host))[0]


def lineage_findings(task: Task, untold: int) -> Sequence[Finding]:
    """What has to be known of the runs before, beside the records that they share with this one's tests.

    Args:
        task: Of the run.
        untold: The number of runs before whose records nobody can tell.
    """
    runs = made_from(task.conf)
    plain = [run for run in runs if run["privacy"] == "none" and "differential_privacy" not in run]
    findings = []
    if untold:
        message = f"the training records of {untold} of them are gone, or others now: they may hold test records"
        findings.append(_of_before("data.unknown_before", untold, runs, message))
    if plain and task.scrub is not None:
        message = f"from the texts of {len(plain)} of them nothing was taken out, and this run's scrubbing is no help"
        mend = f"train them again with privacy={task.scrub.mode}"
        findings.append(_of_before("privacy.before", len(plain), runs, message, mend))
    if runs and task.conf.dataset.without:
        message = "records that are left out of this run may be among theirs"
        mend = "make the runs before again without these records, and this run from them"
        findings.append(_of_before("data.without_before", len(runs), runs, message, mend))
    return findings


def _of_before(code: str, figure: int, runs: Sequence[Any], message: str, mend: str = "") -> Finding:
    whole = f"the base came from earlier runs ({len(runs)}): {message}"
    return Finding(severity="warning", code=code, message=whole, figure=float(figure), mend=mend)
