"""Asks the audits that a run names, or that are installed: of its data before training, of its model after it."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

from goodfit.data.gather import Splits
from goodfit.data.records import Record
from goodfit.errors import ConfigError, stop_on, together
from goodfit.hooks.types import AuditSpec, DataFacts, Finding, GateSpec, ModelFacts, RecordView
from goodfit.kinds.shape import Kind
from goodfit.plugins.host import Host
from goodfit.plugins.offers import unknown_limits
from goodfit.schema import RunConf
from goodfit.schema.dataset import SPLITS

Shown = Callable[[], DataFacts]
"""What plugins may look at before training: copies of all records, made where one of them looks."""


@dataclass(frozen=True, slots=True)
class ChosenAudit:
    """An audit that takes part in a run."""

    spec: AuditSpec
    needed: bool
    """Whether the task or the policy names it: then the run does not go on without it."""


@dataclass(frozen=True, slots=True)
class Audited:
    """What audits said."""

    findings: list[Finding] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    """For run.json: each audit that was asked, on what, and how many findings it had."""


def choose_audits(conf: RunConf, host: Host) -> list[ChosenAudit]:
    """The audits of a run, those that it names first.

    Raises:
        GoodfitError: Those that are named and whose plugin is missing or broken, or that nobody offers, all together.
            Then limits that are none of any audit, or not set to what they can be.
    """
    chosen: dict[str, ChosenAudit] = {}
    asked = []
    for setting, names in (("task", conf.task.audits or []), ("policy", conf.policy.audits)):
        needed_for = f"{setting}.audits of {setting}={conf.choices.get(setting)}"
        asked += [partial(named_audits, host, name, needed_for) for name in names]
    for specs in together(*asked):
        chosen |= {spec.name: ChosenAudit(spec, True) for spec in specs}
    for spec in host.audits.values():
        if conf.task.audits is None and not spec.heavy:
            chosen.setdefault(spec.name, ChosenAudit(spec, False))
        if conf.quality.deep and spec.look_at_data is not None:
            chosen.setdefault(spec.name, ChosenAudit(spec, False))
    _check_limits(conf, host)
    return list(chosen.values())


def named_audits(host: Host, name: str, needed_for: str) -> list[AuditSpec]:
    """One audit, or the light ones of a plugin.

    Args:
        host: The plugins.
        name: ``plugin.audit``, or a plugin's.
        needed_for: What names it, for people.

    Raises:
        GoodfitError: The plugin is missing or broken, or offers no such audit.
    """
    if "." in name:
        return [host.pick(host.audits, name, needed_for)]
    host.need(name, needed_for)
    found = [spec for spec in host.audits.values() if spec.name.startswith(f"{name}.") and not spec.heavy]
    if not found:
        raise ConfigError(f"{needed_for} names '{name}', and that plugin offers no audit", "goodfit list audits")
    return found


def _check_limits(conf: RunConf, host: Host) -> None:
    known = host.limits()
    mistakes = [ConfigError(*told) for told in unknown_limits("policy.limits", conf.policy.limits, known)]
    for name, value in conf.policy.limits.items():
        if name in known and not (limit := known[name]).low <= value <= limit.high:
            what = f"policy.limits.{name} is {value:g}"
            mistakes.append(ConfigError(what, f"choose a value between {limit.low:g} and {limit.high:g}"))
    stop_on(mistakes)


def limits_for(spec: AuditSpec, conf: RunConf) -> dict[str, float]:
    """What an audit compares with in this run."""
    return {limit.name: conf.policy.limits.get(limit.name, limit.default) for limit in spec.limits}


def view(kind: Kind, record: Record) -> RecordView:
    """A copy of a record for audits."""
    return RecordView(
        id=record.id,
        fields=copy.deepcopy(dict(record.fields)),
        text=kind.text(record),
        compared=kind.compared(record),
        answer=kind.answer(record),
        group=record.group,
        slices=dict(record.slices),
        unit=record.unit,
    )


def views(kind: Kind, splits: Splits) -> dict[str, tuple[RecordView, ...]]:
    """Copies of all records, for audits."""
    return {split: tuple(view(kind, record) for record in splits[split]) for split in SPLITS}


def rows(splits: Splits) -> dict[str, list[dict[str, Any]]]:
    """All records as the hooks that judge data see them."""
    return {split: [{"id": record.id, **record.fields} for record in splits[split]] for split in SPLITS}


def audit_data(audits: Sequence[ChosenAudit], conf: RunConf, shown: Shown, host: Host) -> Audited:
    """Ask the audits of data.

    Raises:
        PluginError: One that the run needs raises.
    """
    audited = Audited()
    for chosen in audits:
        if chosen.spec.look_at_data is not None:
            facts = dataclasses.replace(shown(), limits=limits_for(chosen.spec, conf))
            ask_audit(audited, chosen, "data", facts, host)
    return audited


def data_facts(
    task: str, seed: int, kind: Kind, splits: Splits, labels: Sequence[str], audits: Sequence[ChosenAudit] = ()
) -> DataFacts:
    """What may be looked at before training, without limits.

    Args:
        task: Its name.
        seed: Of the run.
        kind: Of the task.
        splits: All records.
        labels: The task's labels.
        audits: Those that take part, of which the ones that will look at the model are named.
    """
    later = [one.spec for one in audits if one.spec.look_at_model is not None]
    return DataFacts(
        task=task,
        kind=kind.name,
        labels=tuple(labels),
        seed=seed,
        splits=views(kind, splits),
        limits={},
        several_right=kind.searches,
        audits=tuple(spec.name for spec in later if spec.applies_to(kind.name)),
    )


def refuse_gates_in_need(gates: Sequence[GateSpec], shown: Shown) -> None:
    """Refuse gates that would say no to any model, for the run lacks what they judge by.

    Raises:
        GoodfitError: Each of them says what is lacking.
    """
    together(*(partial(gate.needs, shown()) for gate in gates if gate.needs is not None))


def ask_audit(
    audited: Audited, chosen: ChosenAudit, on: Literal["data", "model"], facts: DataFacts | ModelFacts, host: Host
) -> None:
    """Ask one audit, where it can judge this kind of task, and note what it said."""
    spec = chosen.spec
    applies = spec.applies_to(facts.kind)
    findings = host.audit(spec, on, facts, chosen.needed) if applies else []
    audited.findings.extend(findings)
    audited.asked.append(
        {"audit": spec.name, "on": on, "needed": chosen.needed, "applies": applies, "findings": len(findings)}
    )
