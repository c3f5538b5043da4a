"""Faults of the data that goodfit itself looks for: leaks between splits, conflicting answers, splits too small."""

from __future__ import annotations

import dataclasses
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Sequence

from goodfit.data.gather import Splits
from goodfit.data.records import Record
from goodfit.data.split import held_out_shares, keep_together
from goodfit.errors import DataError
from goodfit.hooks.certainty import unit_of
from goodfit.hooks.findings import MOST_IDS, about, leak_severity
from goodfit.hooks.types import Finding
from goodfit.kinds.shape import Kind
from goodfit.schema.dataset import SPLITS, DatasetConf
from goodfit.schema.quality import QualityConf

HELD_OUT = ("validation", "test")
FEWEST = 30
"""Held-out records below which an interval is so wide that it hardly tells anything: about 0.18 to either side."""
ENOUGH = 100
"""Those that a small set is told to aim at: about 0.10 to either side."""
LARGEST_SHARE = 0.3
"""Of all records that a held-out split may well take: half of them and more have to be learnt from."""
FEWEST_DOCUMENTS = 20
"""Documents below which a search is hardly one: among so many, one of two right ones is in the first ten by chance."""
FEWEST_OF_A_LABEL = 5
SHOWN_LABELS = 8
FEW_RECORDS, FEW_OF_LABEL = "data.few_records", "data.few_of_label"


def find_faults(
    kind: Kind, splits: Splits, conf: QualityConf, before: Container[str], dataset: DatasetConf
) -> list[Finding]:
    """Findings about the records; ids and counts only.

    Args:
        kind: Of the task.
        splits: Its records.
        conf: What some faults do to the run.
        before: The inputs that the base was trained on before, by ``input_key``.
        dataset: How the records were split.

    Raises:
        DataError: A fault that the quality group says has to stop the run.
    """
    findings = [*_leaks(kind, splits, conf), *_seen_before(kind, splits, before), *_chosen_by(kind, splits)]
    findings += _conflicts(kind, splits)
    leaks, conflicts = ("leaks", conf.leaks), ("conflicts", conf.conflicts)
    for finding in findings:
        setting, act = conflicts if finding.code == "data.conflict" else leaks
        if act == "stop":
            raise DataError(finding.message, f"mend the records, or go on with it: quality.{setting}=report")
    findings += [*_blurred(kind, splits), *_disputed(kind, splits), *_joined(splits), *_few(kind, splits, dataset)]
    findings += _few_documents(kind, splits)
    if splits.rejected:
        findings.append(_rejected(splits))
    if splits.empty:
        message = f"empty rows were left out: {len(splits.empty)}, the first at {splits.empty[0]}"
        evidence = {"rows": list(splits.empty[:MOST_IDS])}
        figure = float(len(splits.empty))
        findings.append(
            Finding(severity="info", code="data.empty_rows", message=message, figure=figure, evidence=evidence)
        )
    if splits.left_by_place:
        findings.append(_left_by_place(splits.left_by_place))
    return findings


MENDABLE = ("data.leak", "data.conflict", "privacy.thinned")
"""goodfit's own findings that name training records, so that ``quality.fixes`` can name them."""


def leaves_out(conf: QualityConf, code: str) -> bool:
    """Whether the training records that findings of this code name are left out of training."""
    return conf.fix != "keep" and code in (conf.fixes or ())


def _rejected(splits: Splits) -> Finding:
    bad = [str(problem) for problem in splits.rejected]
    return Finding(
        severity="warning",
        code="data.rejected",
        message=f"{len(bad)} of {splits.rows_read} rows are bad and were set aside, the first {bad[0]}",
        figure=len(bad) / splits.rows_read,
        evidence={"rows": bad[:MOST_IDS]},
        mend="mend these rows; a run names all of them in its data/rejected.jsonl",
    )


def input_key(kind: Kind, record: Record) -> str:
    """A record's input without what makes no other one: case and blanks."""
    return " ".join(kind.text(record).lower().split())


def _leaks(kind: Kind, splits: Splits, conf: QualityConf) -> list[Finding]:
    trained: dict[str, list[str]] = defaultdict(list)
    for record in splits.train:
        trained[input_key(kind, record)].append(record.id)
    found = _in_splits(
        splits,
        HELD_OUT,
        lambda record: input_key(kind, record) in trained,
        "data.leak",
        "inputs stand in the training records, too",
    )
    held_out = {input_key(kind, record) for split in HELD_OUT for record in splits[split]}
    rows = tuple(row for key, ids in trained.items() if key in held_out for row in ids)
    found = [dataclasses.replace(finding, rows=rows) for finding in found]
    if leaves_out(conf, "data.leak"):
        return found  # what is not trained on cannot be learnt by heart
    return [_spoils_the_test(finding) for finding in found]


def _seen_before(kind: Kind, splits: Splits, before: Container[str]) -> list[Finding]:
    found = _in_splits(
        splits,
        HELD_OUT,
        lambda record: input_key(kind, record) in before,
        "data.seen_before",
        "inputs stand in the training records of a run that the base came from",
    )
    mend = "leave them out of these records, or train that run again without them"
    return [_spoils_the_test(dataclasses.replace(finding, mend=mend)) for finding in found]


def _spoils_the_test(finding: Finding) -> Finding:
    """A leak as an error where it can lift the score too far."""
    share = finding.figure or 0.0
    if finding.evidence["split"] != "test" or leak_severity(share) != "error":
        return finding
    message = f"{finding.message}: up to {share:.2f} of a score may be learnt by heart"
    return dataclasses.replace(finding, severity="error", message=message)


def _chosen_by(kind: Kind, splits: Splits) -> list[Finding]:
    """Test inputs among the validation ones. Nothing leaves them out: held-out records stay where they are."""
    tested = {input_key(kind, record) for record in splits.test}
    same = [record for record in splits.validation if input_key(kind, record) in tested]
    keys = {input_key(kind, record) for record in same}
    met = [record.id for record in splits.test if input_key(kind, record) in keys]
    of = len(splits.test)
    return about(
        "data.test_in_validation",
        f"{len(met)} of {of} test inputs stand in the validation records, too: these choose the checkpoint, a search's "
        "trial and the confidence from which nobody reviews, so that figures of them are too good",
        met,
        of,
        severity=leak_severity(len(met) / of),
        rows=[record.id for record in same],
        mend="take these validation records out: dataset.without=<a file with their ids>, or leave dataset.validation "
        "out: goodfit splits it off the training records",
        split="test",
    )


def _few(kind: Kind, splits: Splits, conf: DatasetConf) -> list[Finding]:
    """Held-out splits whose figures tell little: few records, or few of a label."""
    few = {finding.evidence["split"]: [finding] for finding in few_records(kind, splits, conf)}
    found = (few[split] if split in few else _few_of_labels(split, kind, splits) for split in HELD_OUT)
    return [finding for findings in found for finding in findings]


def few_records(kind: Kind, splits: Splits, conf: DatasetConf) -> list[Finding]:
    """Warnings of held-out splits that have so few records that their figures tell little.

    Args:
        kind: Of the records.
        splits: They.
        conf: How they were split, or would be.
    """
    findings, shares = [], held_out_shares(conf)
    units = {split: len(set(map(unit_of, splits[split]))) for split in HELD_OUT}
    in_all = 0
    if min(units.values()) < FEWEST:
        in_all = len(keep_together([record for part in SPLITS for record in splits[part]], kind.compared))
    for split in HELD_OUT:
        if units[split] < FEWEST:
            whole = in_all - units["test"] if split == "validation" else in_all  # what a share is taken of
            more = round(LARGEST_SHARE * whole) if shares[split] < LARGEST_SHARE else 0
            findings.append(_few_records(split, len(splits[split]), units[split], in_all, more))
    return findings


def _few_records(split: str, records: int, units: int, in_all: int, largest: int) -> Finding:
    """The warning of few records.

    Args:
        split: That has them.
        records: How many.
        units: Of which so many are independent.
        in_all: In all splits together.
        largest: What the largest share would take of these; 0 where none larger is advised.
    """
    shown = f"{records} records" + (f" in {units} groups" if units < records else "")
    lost = {
        "validation": "which epoch, or trial of a search, is the best is mostly chance",
        "test": "a good model is hardly told from a poor one",
    }
    message = (
        f"{split} has {shown}, fewer than {FEWEST}: a share of right answers has an interval of about "
        f"±{_half_width(units):.2f}, so that {lost[split]}"
    )
    mend = f"{ENOUGH} make it ±{_half_width(ENOUGH):.2f}: add records"
    if units < largest < ENOUGH:
        mend += (
            f"; all splits together have {in_all} that are independent (groups and near copies count once), of which "
            f"dataset.{split}_share={LARGEST_SHARE} takes about {largest}, ±{_half_width(largest):.2f}, where goodfit "
            "splits"
        )
    elif largest >= ENOUGH:
        mend += f", or where goodfit splits take a larger share: dataset.{split}_share={LARGEST_SHARE}"
    else:
        mend += f" that are independent (groups and near copies count once: all splits together have {in_all})"
    evidence = {"split": split, "records": records, "units": units, "units_in_all": in_all}
    return Finding(
        severity="warning", code=FEW_RECORDS, message=message, figure=float(units), evidence=evidence, mend=mend
    )


def _half_width(units: int) -> float:
    """Two standard errors of a share of one half."""
    return 1 / math.sqrt(units)


def _few_of_labels(split: str, kind: Kind, splits: Splits) -> list[Finding]:
    if kind.labels is None:
        return []
    counts = Counter(label for record in splits[split] for label in set(_labels(kind, record)))
    labels = sorted({label for record in splits.train for label in _labels(kind, record)} | set(counts))
    few = {label: counts[label] for label in labels if counts[label] < FEWEST_OF_A_LABEL}
    if not few:
        return []
    shown = ", ".join(f"'{label}' {count}" for label, count in list(few.items())[:SHOWN_LABELS])
    message = (
        f"{len(few)} of {len(labels)} labels have fewer than {FEWEST_OF_A_LABEL} {split} records ({shown}): figures of "
        "these labels are mostly chance, and a mean over labels counts each as much as any other"
    )
    mend = "add records of these labels, or join labels in the data"
    evidence = {"split": split, "counts": few}
    figure = float(len(few))
    return [
        Finding(severity="warning", code=FEW_OF_LABEL, message=message, figure=figure, evidence=evidence, mend=mend)
    ]


def _few_documents(kind: Kind, splits: Splits) -> list[Finding]:
    """Test records that name hardly any documents, of which the right one is soon found."""
    if kind.documents is None or (count := len(kind.documents(splits.test))) >= FEWEST_DOCUMENTS:
        return []
    named = "1 document" if count == 1 else f"{count} documents"
    return [
        Finding(
            severity="warning",
            code="data.few_documents",
            message=f"figures are of a search among {named}, all that the test records name: among more they are lower",
            figure=float(count),
            mend="let the test records name more of the documents searched in use, as negatives or in further records",
        )
    ]


def _labels(kind: Kind, record: Record) -> Iterable[str]:
    return kind.labels(record.fields) if kind.labels else ()


def _left_by_place(places: Sequence[str]) -> Finding:
    message = (
        f"records that were left out have no id of their own, and were named by their places in the files: "
        f"{len(places)}, such as {places[0]}; the rows behind them have other places in this run"
    )
    mend = "name those to be left out next by their places in the files, not in this run, or give the rows ids"
    figure = float(len(places))
    return Finding(severity="warning", code="data.without_by_place", message=message, figure=figure, mend=mend)


def _blurred(kind: Kind, splits: Splits) -> list[Finding]:
    return _in_splits(
        splits,
        SPLITS,
        lambda record: kind.is_blurred(record.fields),
        "data.blurred",
        "records have a span that ends inside a word",
    )


def _disputed(kind: Kind, splits: Splits) -> list[Finding]:
    found = _in_splits(
        splits,
        SPLITS,
        lambda record: kind.is_disputed(record.fields),
        "data.disputed",
        "records call something wrong that another record calls right for the same input; it is not learnt as wrong",
    )
    return [dataclasses.replace(finding, mend="decide which of the records is right") for finding in found]


def _joined(splits: Splits) -> list[Finding]:
    """Conversations in which somebody says several messages in a row."""
    findings: list[Finding] = []
    for split in SPLITS:
        ids, of = [record.id for record in splits[split] if record.joined], len(splits[split])
        count = sum(record.joined for record in splits[split])
        findings += about(
            "data.joined",
            f"{len(ids)} of {of} {split} conversations have several messages of one speaker in a row: {count} messages "
            "are read as one with the message before them",
            ids,
            of,
            severity="info",
            mend="where such answers are a choice, and not parts of one answer, leave all but one of them out",
            split=split,
            messages=count,
        )
    return findings


def _in_splits(
    splits: Splits, parts: Sequence[str], has: Callable[[Record], bool], code: str, what: str
) -> list[Finding]:
    """A finding for each split that has such records."""
    findings: list[Finding] = []
    for split in parts:
        ids, of = [record.id for record in splits[split] if has(record)], len(splits[split])
        findings += about(code, f"{len(ids)} of {of} {split} {what}", ids, of, split=split)
    return findings


def _conflicts(kind: Kind, splits: Splits) -> list[Finding]:
    """Inputs with several answers, of each split. Held-out ones stay: no model is right about all of them."""
    if kind.searches:  # several documents may be right for one query, each in a record of its own
        return []
    findings: list[Finding] = []
    for split in SPLITS:
        several = _contrary(kind, splits[split])
        ids = [record_id for found in several for record_id in found]
        findings += about(
            "data.conflict",
            f"{len(several)} {'training' if split == 'train' else split} inputs have several different answers",
            ids,
            len(splits[split]),
            rows=ids if split == "train" else (),
            mend="decide on one answer for each input",
            split=split,
        )
    return findings


def _contrary(kind: Kind, records: Sequence[Record]) -> list[list[str]]:
    """The ids of records of one input, for each that has several answers."""
    answers: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for record in records:
        answers[input_key(kind, record)][kind.answer(record)].append(record.id)
    several = [found.values() for found in answers.values() if len(found) > 1]
    return [[record_id for same in found for record_id in same] for found in several]
