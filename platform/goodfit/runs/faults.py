"""Faults of the data that goodfit itself looks for: leaks between splits, conflicting answers."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Sequence

from goodfit.data.gather import SPLITS, Splits
from goodfit.data.records import Record
from goodfit.errors import DataError
from goodfit.hooks.findings import MOST_IDS, about
from goodfit.hooks.types import Finding
from goodfit.kinds.shape import Kind
from goodfit.schema.quality import QualityConf

HELD_OUT = ("validation", "test")


def find_faults(kind: Kind, splits: Splits, conf: QualityConf) -> list[Finding]:
    """Findings about the records; ids and counts only.

    Raises:
        DataError: A fault that the quality group says has to stop the run.
    """
    findings = [*_leaks(kind, splits), *_conflicts(kind, splits.train)]
    acts = {"data.leak": conf.leaks, "data.conflict": conf.conflicts}
    for finding in findings:
        if acts[finding.code] == "stop":
            setting = "leaks" if finding.code == "data.leak" else "conflicts"
            raise DataError(finding.message, f"mend the records, or go on with it: quality.{setting}=report")
    findings += _blurred(kind, splits)
    if splits.rejected:
        message = f"{len(splits.rejected)} of {splits.rows_read} rows are bad and were set aside"
        share = len(splits.rejected) / splits.rows_read
        findings.append(Finding(severity="warning", code="data.rejected", message=message, figure=share))
    if splits.empty:
        message = f"empty rows were left out: {len(splits.empty)}, the first at {splits.empty[0]}"
        evidence = {"rows": list(splits.empty[:MOST_IDS])}
        figure = float(len(splits.empty))
        findings.append(
            Finding(severity="info", code="data.empty_rows", message=message, figure=figure, evidence=evidence)
        )
    return findings


MENDABLE = ("data.leak", "data.conflict")
"""The findings here that name training records, so that ``quality.fixes`` can name them."""


def _key(kind: Kind, record: Record) -> str:
    return " ".join(kind.text(record).lower().split())


def _leaks(kind: Kind, splits: Splits) -> list[Finding]:
    trained: dict[str, list[str]] = defaultdict(list)
    for record in splits.train:
        trained[_key(kind, record)].append(record.id)
    found = _in_splits(
        splits,
        HELD_OUT,
        lambda record: _key(kind, record) in trained,
        "data.leak",
        "inputs stand in the training records, too",
    )
    held_out = {_key(kind, record) for split in HELD_OUT for record in splits[split]}
    rows = tuple(row for key, ids in trained.items() if key in held_out for row in ids)
    mend = "leave the training records out: quality.fix=drop"
    return [dataclasses.replace(finding, rows=rows, mend=mend) for finding in found]


def _blurred(kind: Kind, splits: Splits) -> list[Finding]:
    return _in_splits(
        splits,
        SPLITS,
        lambda record: kind.is_blurred(record.fields),
        "data.blurred",
        "records have a span that ends inside a word",
    )


def _in_splits(
    splits: Splits, parts: Sequence[str], has: Callable[[Record], bool], code: str, what: str
) -> list[Finding]:
    """A finding for each split that has such records."""
    findings: list[Finding] = []
    for split in parts:
        ids, of = [record.id for record in splits[split] if has(record)], len(splits[split])
        findings += about(code, f"{len(ids)} of {of} {split} {what}", ids, of, split=split)
    return findings


def _conflicts(kind: Kind, records: Sequence[Record]) -> list[Finding]:
    answers: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for record in records:
        answers[_key(kind, record)][kind.answer(record)].append(record.id)
    several = [found for found in answers.values() if len(found) > 1]
    ids = [record_id for found in several for same in found.values() for record_id in same]
    message = f"{len(several)} training inputs have several different answers"
    leave_out = "quality.fix=drop quality.fixes=[data.conflict]"
    mend = f"decide on one answer for each input, or leave all of them out: {leave_out}"
    return about("data.conflict", message, ids, len(records), rows=ids, mend=mend)
