"""A run's task and its records: names looked up, data read and checked. Imports no machine-learning library."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from goodfit.config.compose import Composed
from goodfit.config.record import read_config
from goodfit.data.gather import SPLITS, Splits, gather, refuse_empty
from goodfit.data.records import BadRows, Problem, Record, close_name
from goodfit.data.scrub import Scrub, Scrubbed
from goodfit.data.vault import check_vault
from goodfit.errors import ConfigError, DataError
from goodfit.evaluation.gates import BUILT_IN
from goodfit.evaluation.text_metrics import TEXT_METRICS
from goodfit.hooks.types import Finding, GateSpec, MetricSpec
from goodfit.kinds import KINDS, find_kind
from goodfit.kinds.shape import Kind, refuse_unknown_fields
from goodfit.plugins.host import Host
from goodfit.registry import Registry
from goodfit.runs.audit import ChosenAudit, audit_data, choose_audits
from goodfit.runs.faults import find_faults
from goodfit.runs.mend import mend_training, once_mended, refuse_unknown_fixes
from goodfit.runs.privacy import pick_scrub, privacy_findings
from goodfit.schema import RunConf


@dataclass(frozen=True, slots=True)
class Task:
    """A task with its names resolved."""

    conf: RunConf
    kind: Kind
    metrics: Sequence[MetricSpec]
    """Those that the task names, beside the kind's own."""
    gates: Sequence[GateSpec]
    scrub: Scrub | None
    """What every text of this task goes through before it is read; None where nothing is scrubbed."""
    audits: Sequence[ChosenAudit] = ()
    """Those of a run that is made; a finished one is used without them."""

    def measures(self, labels: Sequence[str]) -> list[MetricSpec]:
        """All metrics, the kind's own first."""
        return [*self.kind.metrics(labels), *self.metrics]

    def primary(self, labels: Sequence[str]) -> MetricSpec:
        """The metric that decides.

        Raises:
            ConfigError: The task names one that it does not measure.
        """
        specs = {spec.name: spec for spec in self.measures(labels)}
        return Registry("metric of this task", specs).pick(self.conf.task.primary or next(iter(specs)))


@dataclass(frozen=True, slots=True)
class TaskData:
    """A task with its checked records."""

    task: Task
    splits: Splits
    labels: tuple[str, ...]
    findings: Sequence[Finding]
    asked: Sequence[Mapping[str, Any]]
    """The audits of the data that were asked, for run.json."""


def read_task(composed: Composed, host: Host, again: bool = False) -> TaskData:
    """All that can be known of a run without its model.

    Args:
        composed: Its config.
        host: The plugins.
        again: Whether the run was made before, so that nothing is written beside it.

    Raises:
        GoodfitError: A name that nobody offers, a family that cannot learn the kind, bad data.
    """
    need_plugins(composed, host)
    if not again:
        check_vault(composed.conf.privacy.vault, composed.conf.privacy.mode)
    task = resolve_task(composed.conf, host)
    refuse_family(task.kind, composed.conf.model.family)
    refuse_unknown_fixes(composed.conf.quality, {plugin.name for plugin in host.plugins})
    task = dataclasses.replace(task, audits=choose_audits(composed.conf, host))
    splits, labels = with_labels(task, read_splits(task, host))
    findings = privacy_findings(task.scrub, splits.scrubbed)
    findings += find_faults(task.kind, splits, composed.conf.quality)
    audited = audit_data(task.audits, composed.conf, task.kind, splits, labels, host)
    findings += audited.findings + host.check_data(composed.conf.task.name, _shown(splits))
    splits, left_out = mend_training(splits, findings, composed.conf.quality)
    findings = [*once_mended(findings, composed.conf.quality), *left_out]
    host.changed.update(_changes(splits.scrubbed, left_out))
    conf = dataclasses.replace(composed.conf, task=dataclasses.replace(composed.conf.task, labels=list(labels) or None))
    return TaskData(dataclasses.replace(task, conf=conf), splits, labels, findings, audited.asked)


def _changes(scrubbed: Scrubbed | None, left_out: Sequence[Finding]) -> Counter[tuple[str, str]]:
    """(plugin, what was done) -> records that were changed, or left out of training, because of it."""
    changes = Counter({(plugin, "scrubbed"): count for plugin, count in (scrubbed.by if scrubbed else {}).items()})
    for finding in left_out:
        for code, count in finding.evidence["counts"].items():
            changes[code.split(".", 1)[0], "left_out"] += count
    return changes


def open_task(folder: Path, host: Host) -> Task:
    """A run's task, from its written config."""
    return resolve_task(read_config(folder), host)


def resolve_task(conf: RunConf, host: Host) -> Task:
    """Look up what a task names.

    Raises:
        GoodfitError: A name that nobody offers, or a plugin that is needed and broken.
    """
    if conf.task.kind is None:
        raise ConfigError(f"task={conf.task.name} has no kind", f"add task.kind=…, one of {', '.join(sorted(KINDS))}")
    kind = find_kind(conf.task.kind)
    refuse_unknown_fields(kind, conf.dataset.fields)
    _refuse_wrong_prompt(conf, kind)
    needed_for = f"task={conf.task.name}"
    known: Registry[MetricSpec] = Registry("metric", {**TEXT_METRICS, **host.metrics})
    metrics = [host.pick(known, name, needed_for) for name in conf.task.metrics]
    for spec in metrics:
        if conf.task.kind not in spec.kinds:
            raise ConfigError(
                f"the metric '{spec.name}' measures {' and '.join(spec.kinds)}, and {needed_for} is {conf.task.kind}",
                "leave it out: task.metrics=[]",
            )
    gates: Registry[GateSpec] = Registry("gate", {**BUILT_IN, **host.gates})
    chosen = [host.pick(gates, name, "policy.gates") for name in conf.policy.gates]
    return Task(conf, kind, metrics, chosen, pick_scrub(conf, host))


def _refuse_wrong_prompt(conf: RunConf, kind: Kind) -> None:
    """A prompt without the record's own text would let a model answer from nothing, and one with the answer from it."""
    left_out = [f"{{{name}}}" for name in kind.prompted if f"{{{name}}}" not in conf.task.prompt]
    if conf.task.prompt and not kind.prompted:
        raise ConfigError(f"task.prompt is '{conf.task.prompt}', and {kind.name} has no prompt", "leave it out")
    if conf.task.prompt and left_out:
        raise ConfigError(
            f"task.prompt is '{conf.task.prompt}', which leaves the record out", f"put {' and '.join(left_out)} into it"
        )
    for name in re.findall(r"{(\w+)}", conf.task.prompt or ""):
        if name not in kind.prompted:  # the answer, or nothing that a record has
            known = " and ".join(f"{{{one}}}" for one in kind.prompted)
            raise ConfigError(f"task.prompt asks for {{{name}}}, expected {known} alone", "take it out of task.prompt")


def need_plugins(composed: Composed, host: Host) -> None:
    """Stop a run whose options come from a broken plugin.

    Raises:
        PluginError: Names the plugin and the option.
    """
    for group, owner in composed.owners.items():
        if owner not in ("goodfit", "user"):
            host.need(owner, f"{group}={composed.conf.choices[group]}")


def refuse_family(kind: Kind, family: str | None) -> None:
    """Refuse a family that cannot learn a kind, naming models that can."""
    if family is not None and family not in kind.learners:
        raise ConfigError(
            f"{kind.name} cannot be learnt by an {family}: it answers with text, and an {family} has only heads",
            f"choose a {' or '.join(sorted(kind.learners))} model, such as model=t5 or model=gpt",
        )


def read_splits(task: Task, host: Host) -> Splits:
    """The task's records, checked and split."""
    conf, kind = task.conf, task.kind
    source = conf.task.source if conf.dataset.source == "task" else conf.dataset.source
    if source is None:
        raise DataError(
            f"task={conf.task.name} brings no data of its own",
            "add dataset=files dataset.train=<file>, or choose a department's task: goodfit list task",
        )
    offered = None
    if source not in ("files", "hub"):
        spec = host.pick(host.data_sources, source, f"task={conf.task.name}")
        if spec.kind != kind.name:
            raise ConfigError(
                f"the data '{source}' are of the kind {spec.kind}, expected {kind.name}", "goodfit list task"
            )
        offered = spec.files()
    elif source == "files" and conf.dataset.train is None:
        raise DataError("dataset=files without a training file", "add dataset.train=<file>")
    scrub = task.scrub and (lambda records: task.scrub.records(records, kind.texts))
    return gather(conf.dataset, conf.seed, offered, lambda row: kind.check(row, True), kind.stratum, kind.text, scrub)


def with_labels(task: Task, splits: Splits) -> tuple[Splits, tuple[str, ...]]:
    """The task's labels: those typed, else those of the training records; records with others are bad rows.

    Raises:
        BadRows: There are such, and ``dataset.on_bad_rows`` is ``stop``.
        DataError: There is only one label to learn, or none; or labels look like several in one.
    """
    kind = task.kind
    if kind.labels is None:
        return splits, ()
    trained = kind.labels_in(splits.train)
    if not task.conf.task.labels:
        _refuse_joined(kind, trained)
    labels = tuple(task.conf.task.labels or trained)
    if not labels:
        raise DataError("no training record has a label", "check the fields: dataset.fields.label=<your column>")
    good, problems = {}, []
    for split in SPLITS:
        good[split], bad = known_labels(kind, splits[split], labels)
        problems += bad
    if problems and task.conf.dataset.on_bad_rows == "stop":
        raise BadRows(problems, splits.rows_read, may_quarantine=True)
    refuse_empty(good)
    if kind.interchangeable and len(set(trained) & set(labels)) < 2:
        raise DataError(f"all training records have the label '{trained[0]}'", "give records of at least two labels")
    return dataclasses.replace(splits, **good, rejected=[*splits.rejected, *problems]), labels


def _refuse_joined(kind: Kind, labels: Sequence[str]) -> None:
    """Labels that were read as one would be learnt as one, beside those that they are made of."""
    if joined := kind.joined(labels, labels):
        raise DataError(
            f"{len(joined)} of {len(labels)} labels look like several labels with commas between them, such as "
            f"'{joined[0]}'",
            f"write ; between labels ('{joined[0].replace(',', ';')}'), or name all labels if these are single ones: "
            "task.labels=[…]",
        )


def known_labels(kind: Kind, records: Sequence[Record], labels: Sequence[str]) -> tuple[list[Record], list[Problem]]:
    """Records whose labels are all in the set, and what is wrong with the others."""
    good, problems = [], []
    if kind.labels is None:
        return list(records), problems
    for record in records:
        unknown = sorted(set(kind.labels(record.fields)) - set(labels))
        if unknown:
            what = f"a label is not in the label set{close_name(unknown[0], labels)}"
            if kind.joined(unknown, labels):
                what = "its labels have commas between them, and not semicolons"
            problems.append(Problem(record.origin or record.id, what))
        else:
            good.append(record)
    return good, problems


def _shown(splits: Splits) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Records as plugins see them."""
    return {split: [{"id": record.id, **record.fields} for record in splits[split]] for split in SPLITS}
