"""All that can be known of a run without its model. Imports no machine-learning library, unless an audit does."""

from __future__ import annotations

import dataclasses
import functools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from goodfit.config.compose import Composed
from goodfit.data.gather import Splits
from goodfit.data.scrub import Scrubbed
from goodfit.data.vault import check_vault
from goodfit.errors import together
from goodfit.hooks.types import Finding
from goodfit.plugins.host import Host
from goodfit.runs.audit import audit_data, choose_audits, data_facts, refuse_gates_in_need, rows
from goodfit.runs.faults import find_faults
from goodfit.runs.lineage import inputs_before, lineage_findings, made_from
from goodfit.runs.mend import mend_training, once_mended, refuse_unasked_fixes, refuse_unknown_fixes, with_fixes
from goodfit.runs.privacy import privacy_findings
from goodfit.runs.records import read_splits, refuse_unlabelled, with_labels
from goodfit.runs.task import Task, need_plugins, refuse_family, refuse_hopeless_gates, resolve_task


@dataclass(frozen=True, slots=True)
class TaskData:
    """A task with its checked records."""

    task: Task
    splits: Splits
    labels: tuple[str, ...]
    findings: Sequence[Finding]
    asked: Sequence[Mapping[str, Any]]
    """The audits of the data that were asked, for run.json."""
    before: Sequence[Mapping[str, Any]]
    """The runs that the base came from."""


def read_task(composed: Composed, host: Host, again: bool = False) -> TaskData:
    """All that can be known of a run without its model.

    Args:
        composed: Its config.
        host: The plugins.
        again: Whether the run was made before, so that nothing is written beside it, and its gates have judged.

    Raises:
        GoodfitError: What words, plugins and environment tell, all together: a name that nobody offers, a key that is
            missing. Then a family that cannot learn the kind, a gate that no model can pass. Then bad data, a primary
            metric that the task does not measure, and a gate that lacks what it judges by.
    """
    need_plugins(composed, host)
    conf = composed.conf
    _, task, _, audits = together(
        lambda: again or check_vault(conf.privacy.vault, conf.privacy.mode),
        partial(resolve_task, conf, host),
        lambda: again or refuse_unknown_fixes(conf.quality, host),
        partial(choose_audits, conf, host),
    )
    together(
        partial(refuse_family, task.kind, conf.model.family),
        lambda: again or refuse_hopeless_gates(task, host),
        lambda: again or refuse_unasked_fixes(conf.quality, task.kind.name, [one.spec.name for one in audits], host),
    )
    conf = dataclasses.replace(conf, quality=with_fixes(conf.quality, [one.spec for one in audits]))
    task = dataclasses.replace(task, conf=conf, audits=audits, typed=frozenset(composed.typed()))
    before = made_from(task.conf)
    splits, labels = with_labels(task, read_splits(task, host))
    refuse_unlabelled(task.kind, splits)
    task.primary(labels)
    shown = functools.cache(partial(data_facts, conf.task.name, conf.seed, task.kind, splits, labels, audits))
    if not again:
        refuse_gates_in_need(task.gates, shown)
    findings = privacy_findings(task.scrub, splits.scrubbed)
    inputs, untold = inputs_before(task, before, host)
    findings += find_faults(task.kind, splits, conf.quality, inputs, conf.dataset)
    findings += lineage_findings(task, before, untold)
    audited = audit_data(task.audits, conf, shown, host)
    findings += audited.findings + host.check_data(conf.task.name, rows(splits))
    mended, left_out = mend_training(task.kind, splits, findings, conf.quality)
    deep = [code for one in audits if one.spec.heavy and not one.needed for code in one.spec.codes or ()]
    findings = [*once_mended(findings, splits, conf.quality, deep), *left_out]
    host.deeds.changed.update(_changes(mended.scrubbed, left_out))
    conf = dataclasses.replace(conf, task=dataclasses.replace(conf.task, labels=list(labels) or None))
    return TaskData(dataclasses.replace(task, conf=conf), mended, labels, findings, audited.asked, before)


def _changes(scrubbed: Scrubbed | None, left_out: Sequence[Finding]) -> Counter[tuple[str, str]]:
    """(plugin, what was done) -> records that were changed, or left out of training, because of it."""
    changes = Counter({(plugin, "scrubbed"): count for plugin, count in (scrubbed.by if scrubbed else {}).items()})
    for finding in left_out:
        for code, count in finding.evidence["counts"].items():
            changes[code.split(".", 1)[0], "left_out"] += count
    return changes
