"""Leaves out of the training records what findings name, where ``quality.fix`` says so."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from goodfit.data.gather import Splits
from goodfit.data.records import Problem, Record
from goodfit.errors import ConfigError, DataError
from goodfit.hooks.types import AuditSpec, Finding
from goodfit.kinds.shape import Kind
from goodfit.plugins.host import Host
from goodfit.registry import did_you_mean
from goodfit.runs.faults import MENDABLE, SHOWN_LABELS, leaves_out
from goodfit.schema.quality import QualityConf

USUAL = ("data.leak",)
"""goodfit's own findings that are acted on where nobody says otherwise; audits tell theirs."""
LEFT_OUT = "data.left_out"
"""The finding that names the training records that were left out."""


def with_fixes(conf: QualityConf, audits: Iterable[AuditSpec]) -> QualityConf:
    """The settings with the codes that are acted on; where none are given, the usual ones and those of the audits."""
    if conf.fixes is not None:
        return conf
    of_audits = [code for spec in audits for code in spec.fixes]
    return dataclasses.replace(conf, fixes=list(dict.fromkeys([*USUAL, *of_audits])))


def refuse_unknown_fixes(conf: QualityConf, host: Host) -> None:
    """Refuse a code that no finding has: neither one of goodfit's own, nor of an installed plugin.

    Raises:
        ConfigError: Names the nearest.
        MissingPluginError: The code is one of a plugin that is broken or left out.
    """
    known = {*MENDABLE, *(code for spec in host.audits.values() for code in spec.codes or ())}
    for code in conf.fixes or ():
        plugin = code.partition(".")[0]
        if code in known:
            continue
        if plugin in {*host.broken, *host.left_out}:
            host.need(plugin, f"quality.fixes, which names '{code}',")
        if not _may_find_more(plugin, host):
            fix = did_you_mean(code, known, "take the code of a finding that names records: goodfit data")
            raise ConfigError(
                f"quality.fixes names '{code}', and no finding that names training records is called so", fix
            )


def _may_find_more(plugin: str, host: Host) -> bool:
    """Whether a plugin may have findings on the data whose codes it does not tell beforehand."""
    own = [spec for spec in host.audits.values() if spec.name.startswith(f"{plugin}.") and spec.look_at_data]
    return "goodfit_check_data" in host.hooks_of(plugin) or any(spec.codes is None for spec in own)


def refuse_unasked_fixes(conf: QualityConf, kind: str, asked: Collection[str], host: Host) -> None:
    """Refuse a code that was added where no audit of the run can find it: it would do nothing.

    One that is acted on where nobody says otherwise may stay: it is repeated so that another can be added.

    Args:
        conf: What is left out.
        kind: Of the task.
        asked: The names of the run's audits.
        host: The plugins.

    Raises:
        ConfigError: Says how the audit is asked, or that none looks for it in such a task.
    """
    if conf.fix == "keep":
        return
    for code in conf.fixes or ():
        givers = [spec for spec in host.audits.values() if code in (spec.codes or ())]
        if not givers or any(code in spec.fixes for spec in givers):
            continue
        judging = [spec.name for spec in givers if spec.applies_to(kind)]
        if not judging:
            others = ",".join(other for other in conf.fixes or () if other != code)
            what = f"quality.fixes names '{code}', which no audit looks for in a task of the kind {kind}"
            raise ConfigError(what, f"leave it out: quality.fixes=[{others}]")
        if not set(judging) & set(asked):
            what = f"quality.fixes names '{code}', and the audit that looks for it, {judging[0]}, is not asked"
            raise ConfigError(what, "ask all audits of the data: quality.deep=true")


def once_mended(findings: Sequence[Finding], splits: Splits, conf: QualityConf, deep: Collection[str]) -> list[Finding]:
    """The findings; those whose training records are left out say so, and warn of nothing; others say how to do it.

    Args:
        findings: About the records.
        splits: The records as they were read.
        conf: What is left out of them.
        deep: Codes that only ``quality.deep`` finds: ``goodfit data`` is deep where training is not.
    """
    return [
        _told(finding, conf, finding.code in deep) if _names_training_records(finding, splits) else finding
        for finding in findings
    ]


def _told(finding: Finding, conf: QualityConf, is_deep: bool) -> Finding:
    if leaves_out(conf, finding.code):
        message = f"{finding.message}: left out of training"
        return dataclasses.replace(finding, severity="info", message=message, mend="")
    if finding.severity == "info" and not finding.mend:
        return finding  # it is no fault
    leave_out = f"leave these training records out: {_words(finding.code, conf, is_deep)}"
    return dataclasses.replace(finding, mend=f"{finding.mend}, or {leave_out}" if finding.mend else leave_out)


def _words(code: str, conf: QualityConf, is_deep: bool) -> str:
    """What is typed besides, so that findings of this code are left out, too; what was left out stays so."""
    fix = ["quality.fix=drop"] if conf.fix == "keep" else []
    acted = conf.fixes or []
    fixes = [f"quality.fixes=[{','.join([*acted, code])}]"] if code not in acted else []
    return " ".join([*fix, *fixes, *(["quality.deep=true"] if is_deep else [])])


def _names_training_records(finding: Finding, splits: Splits) -> bool:
    rows = set(finding.rows)
    return any(record.id in rows for record in splits.train)


def mend_training(
    kind: Kind, splits: Splits, findings: Sequence[Finding], conf: QualityConf
) -> tuple[Splits, list[Finding]]:
    """The splits without the training records that the findings are about, and a finding that counts them.

    Held-out records stay: a figure must not get better because hard records were left out.

    Raises:
        DataError: No training record would be left, or none of a label.
    """
    acting = [finding for finding in findings if leaves_out(conf, finding.code)]
    reasons: dict[str, str] = {}
    for finding in acting:
        reasons |= {row: finding.code for row in finding.rows if row not in reasons}
    lost = [record for record in splits.train if record.id in reasons]
    if not lost:
        return splits, []
    kept = [record for record in splits.train if record.id not in reasons]
    if not kept:
        raise DataError(
            "quality.fix would leave no training record", "mend the records, or keep them: quality.fix=keep"
        )
    _refuse_lost_labels(kind, lost, kept, acting, conf)
    counts = Counter(reasons[record.id] for record in lost)
    listed = ", ".join(f"{count} {code}" for code, count in sorted(counts.items()))
    finding = Finding(
        severity="info",
        code=LEFT_OUT,
        message=f"{len(lost)} of {len(splits.train)} training records were left out: {listed}",
        figure=len(lost) / len(splits.train),
        evidence={"counts": dict(counts)},
        rows=tuple(record.id for record in lost),
        mend="quality.fix=keep brings them back; no file was changed",
    )
    problems = [Problem(record.origin or record.id, f"left out: {reasons[record.id]}") for record in lost]
    rejected = [*splits.rejected, *(problems if conf.fix == "quarantine" else [])]
    return dataclasses.replace(splits, train=kept, rejected=rejected), [finding]


def _refuse_lost_labels(
    kind: Kind, lost: Sequence[Record], kept: Sequence[Record], acting: Sequence[Finding], conf: QualityConf
) -> None:
    """Refuse to leave out all records of a label: the model would never give it, and nothing would say so."""
    labels = sorted(set(kind.labels_in(lost)) - set(kind.labels_in(kept)))
    if not labels:
        return
    theirs = {record.id for record in lost if not set(kind.labels_in([record])).isdisjoint(labels)}
    takers = {finding.code for finding in acting if not theirs.isdisjoint(finding.rows)}
    shown = ", ".join(f"'{label}'" for label in labels[:SHOWN_LABELS])
    more = f" and {len(labels) - SHOWN_LABELS} more" if len(labels) > SHOWN_LABELS else ""
    by = ", ".join(sorted(takers))
    others = [code for code in conf.fixes or () if code not in takers]
    keep = f"quality.fixes=[{','.join(others)}]" if others else "quality.fix=keep"
    raise DataError(
        f"quality.fix would leave no training record with {'the label' if len(labels) == 1 else 'the labels'} "
        f"{shown}{more}: {by}",
        f"mend the records or add some of {'it' if len(labels) == 1 else 'them'}, or keep theirs: {keep}",
    )
