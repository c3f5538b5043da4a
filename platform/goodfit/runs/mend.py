"""Leaves out of the training records what findings name, where ``quality.fix`` says so."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Collection, Sequence

from goodfit.data.gather import Splits
from goodfit.data.records import Problem
from goodfit.errors import ConfigError, DataError
from goodfit.hooks.types import Finding
from goodfit.registry import did_you_mean
from goodfit.runs.faults import MENDABLE
from goodfit.schema.quality import QualityConf

LEFT_OUT = "data.left_out"
"""The finding that names the training records that were left out."""


def refuse_unknown_fixes(conf: QualityConf, plugins: Collection[str]) -> None:
    """Refuse a code that no finding has: neither one of goodfit's own, nor of an installed plugin.

    Raises:
        ConfigError: Names the nearest.
    """
    usual = QualityConf().fixes
    for code in conf.fixes:
        if code not in (*usual, *MENDABLE) and code.partition(".")[0] not in plugins:
            fix = did_you_mean(code, {*usual, *MENDABLE}, "take the code of a finding that names records: goodfit data")
            raise ConfigError(f"quality.fixes names '{code}', and no finding is called so", fix)


def once_mended(findings: Sequence[Finding], conf: QualityConf) -> list[Finding]:
    """The findings; those whose training records are left out say so, and warn of nothing."""
    return [
        dataclasses.replace(finding, severity="info", message=f"{finding.message}: left out of training", mend="")
        if _acts(finding, conf)
        else finding
        for finding in findings
    ]


def _acts(finding: Finding, conf: QualityConf) -> bool:
    """Whether the records that a finding names are left out of training."""
    return conf.fix != "keep" and finding.code in conf.fixes and bool(finding.rows)


def mend_training(splits: Splits, findings: Sequence[Finding], conf: QualityConf) -> tuple[Splits, list[Finding]]:
    """The splits without the training records that the findings are about, and a finding that counts them.

    Held-out records stay: a figure must not get better because hard records were left out.

    Raises:
        DataError: No training record would be left.
    """
    reasons: dict[str, str] = {}
    for finding in findings:
        if _acts(finding, conf):
            reasons |= {row: finding.code for row in finding.rows if row not in reasons}
    lost = [record for record in splits.train if record.id in reasons]
    if not lost:
        return splits, []
    kept = [record for record in splits.train if record.id not in reasons]
    if not kept:
        raise DataError(
            "quality.fix would leave no training record", "mend the records, or keep them: quality.fix=keep"
        )
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
