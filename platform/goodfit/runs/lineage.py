"""The runs that a run's base came from: what they were, and whether they were trained on what this one is tested on."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Container, Mapping, Sequence
from pathlib import Path
from typing import Any

from goodfit.data.gather import Splits
from goodfit.data.stand_ins import is_guessable
from goodfit.errors import ConfigError, DataError, HardwareError, Mistakes, PluginError
from goodfit.hooks.types import Finding
from goodfit.plugins.host import Host
from goodfit.run_files import CONFIG, FINDINGS, LOCK, RECORD
from goodfit.runs.digests import refuse_changed
from goodfit.runs.faults import input_key
from goodfit.runs.find import finished_run
from goodfit.runs.json_files import damaged, read_json
from goodfit.runs.locked import locked_records
from goodfit.runs.mend import LEFT_OUT
from goodfit.runs.own_config import own_config
from goodfit.runs.records import read_splits, with_labels
from goodfit.runs.task import Task, open_task
from goodfit.schema import RunConf

UNREADABLE = (ConfigError, DataError, HardwareError, Mistakes, PluginError)
"""What can be wrong with an earlier run that this one can do without."""


def made_from(conf: RunConf) -> list[Mapping[str, Any]]:
    """What the runs were that a run's base came from, the last first; they name no folder.

    Each run writes down those before it, so that one that is deleted is still told of.

    Raises:
        ConfigError: The run that left the base is not finished, or what it says of itself is not what it wrote.
    """
    if conf.model.source != "run":
        return []
    folder = finished_run(conf.model.name or "")
    refuse_changed(folder, RECORD, CONFIG, LOCK)
    record, own = read_json(folder / RECORD, "task", "kind", "adapter", "base"), own_config(folder)
    earlier = record.get("made_from", [])
    private = record.get("differential_privacy")
    last = {
        "task": record["task"],
        "kind": record["kind"],
        "adapter": record["adapter"],
        "privacy": own.privacy.mode,
        "train": locked_records(folder, "train"),
        **({"differential_privacy": private} if private else {}),
        **({} if earlier else {"base": record["base"]}),
    }
    if not isinstance(earlier, list) or not all(map(_is_told, told := [last, *earlier])) or "base" not in told[-1]:
        raise damaged(folder / RECORD)
    return told


def _is_told(run: Any) -> bool:
    """Whether what a run says of one before has the shape that a run writes: it may be anybody's."""
    if not isinstance(run, Mapping) or not isinstance(run.get("train"), Mapping):
        return False
    words = [run.get(name) for name in ("task", "kind", "adapter", "privacy")] + [run.get("base", "")]
    private = run.get("differential_privacy") or {"epsilon": 0.0}
    figure = private.get("epsilon") if isinstance(private, Mapping) else None
    is_whole = all(isinstance(word, str) for word in words) and {"records", "digest"} <= set(run["train"])
    return is_whole and isinstance(figure, int | float)


def inputs_before(task: Task, runs: Sequence[Mapping[str, Any]], host: Host) -> tuple[frozenset[str], int]:
    """The inputs that the runs before were trained on, and the number of these runs of which nobody can tell all."""
    inputs: set[str] = set()
    untold = len(runs)
    for folder in _folders_of(task.conf, runs):
        (read,) = inputs_of(folder, host, task, "train")
        if read is not None:
            inputs |= read
            untold -= task.scrub is None or not is_guessable(task.scrub.mode)  # other pseudonyms in each data set
    return frozenset(inputs), untold


def _folders_of(conf: RunConf, runs: Sequence[Mapping[str, Any]]) -> list[Path]:
    """The folders of the runs before, up to the first that is gone or holds another run now."""
    found: list[Path] = []
    for run in runs:
        folder = Path(conf.model.name or "")
        if conf.model.source != "run" or not _is_of(folder, run):
            break
        found.append(folder)
        conf = own_config(folder)
    return found


def _is_of(folder: Path, run: Mapping[str, Any]) -> bool:
    try:
        refuse_changed(folder, CONFIG, LOCK)
        return locked_records(folder, "train") == run["train"]
    except ConfigError:
        return False


def inputs_of(folder: Path, host: Host, reader: Task, *names: str) -> list[set[str] | None]:
    """The inputs of splits of a run, as another task reads them; None for a split that is gone, or another now.

    Args:
        folder: The run's.
        host: The plugins; what the run needs of them is no deed of the reader's.
        reader: Whose scrubbing the inputs are to have, so that they can be held against others.
        names: Of the splits.
    """
    host = host.for_a_run()
    try:
        refuse_changed(folder, FINDINGS)
        task, left_out = open_task(folder, host, measured=False), _left_out(folder)
        splits = _splits(task, host, left_out)
        digests = splits.digests()
        are_those = [digests[name] == locked_records(folder, name) for name in names]
        if task.conf.privacy != reader.conf.privacy:
            scrub = reader.scrub and dataclasses.replace(reader.scrub, written=None)  # a vault is for the reader's own
            splits = _splits(dataclasses.replace(task, scrub=scrub), host, left_out)
    except UNREADABLE:
        return [None] * len(names)
    return [
        {input_key(task.kind, record) for record in splits[name]} if is_that else None
        for name, is_that in zip(names, are_those, strict=True)
    ]


def _left_out(folder: Path) -> set[str]:
    """The ids of the training records that ``quality.fix`` left out of a run."""
    findings = map(json.loads, (folder / FINDINGS).read_text("utf-8").splitlines())
    return {row for finding in findings if finding["code"] == LEFT_OUT for row in finding["rows"]}


def _splits(task: Task, host: Host, left_out: Container[str]) -> Splits:
    splits, _ = with_labels(task, read_splits(task, host))
    return dataclasses.replace(splits, train=[record for record in splits.train if record.id not in left_out])


def lineage_findings(task: Task, runs: Sequence[Mapping[str, Any]], untold: int) -> Sequence[Finding]:
    """What has to be known of the runs before, beside the records that they share with this one's tests.

    Args:
        task: Of the run.
        runs: Those before.
        untold: The number of these of whose records nobody can tell all.
    """
    plain = [run for run in runs if run["privacy"] == "none" and "differential_privacy" not in run]
    findings = []
    if untold:
        why = "are gone, or others now"
        if task.scrub is not None and is_guessable(task.scrub.mode):
            why = "are gone, are others now, or have other pseudonyms"
        message = f"the training records of {untold} of them {why}: they may hold test records"
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
