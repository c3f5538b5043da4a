"""Right answers that teach the wrong thing: labels that hardly occur, one text for everything, copies of the input."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from goodfit.hooks.types import DataFacts, Finding, RecordView
from goodfit_quality.report import about

LEAST_OF_A_LABEL = 8
"""Training records below which a label is hardly learnt: few-shot benchmarks begin there. Source: Tunstall et al. 2022,
https://arxiv.org/abs/2209.11055, whose smallest sets have 8 records of each class."""
LOPSIDED = 20
"""How many times as many records the most frequent label may have as the rarest."""
SAME_SHARE, LEAST_SAME = 0.05, 5
"""Share and number of the training records from which one written answer counts as repeating."""
WRITTEN = ("generation", "chat")


def answers(facts: DataFacts) -> list[Finding]:
    """Findings about the right answers of the training records."""
    train = facts.splits["train"]
    if facts.kind in WRITTEN:
        return [*_repeated(train), *_echoes(train)]
    return [*_alike(facts.labels), *_balance(facts, train)] if facts.labels else []


def _alike(labels: Sequence[str]) -> list[Finding]:
    """Labels that are one label, apart from capitals and blanks."""
    same: dict[str, list[str]] = defaultdict(list)
    for label in labels:
        same[" ".join(label.casefold().split())].append(label)
    alike = [own for own in same.values() if len(own) > 1]
    if not alike:
        return []
    shown = "; ".join(" = ".join(f"'{label}'" for label in own) for own in alike[:8])
    return [
        Finding(
            severity="warning",
            code="quality.labels_alike",
            message=f"the {len(labels)} labels are {len(same)}, apart from capitals and blanks: {shown}",
            figure=float(len(labels) - len(same)),
            evidence={"labels": alike},
            mend="write each label in one way in the data",
        )
    ]


def _balance(facts: DataFacts, train: Sequence[RecordView]) -> list[Finding]:
    """How often each label is the answer, or part of it."""
    counts = Counter(label for record in train for label in _labels(record))
    shown = {label: counts[label] for label in facts.labels}
    rare = [label for label in facts.labels if counts[label] < LEAST_OF_A_LABEL]
    most, least = max(shown.values()), min(shown.values())
    found = []
    if rare:
        message = (
            f"{len(rare)} of {len(shown)} labels have fewer than {LEAST_OF_A_LABEL} training records: "
            + ", ".join(f"'{label}' {counts[label]}" for label in rare[:8])
        )
        found.append(_finding(facts, "rare_label", message, least, shown))
    if most > LOPSIDED * max(1, least):
        message = f"the most frequent label has {most} training records, the rarest {least}"
        found.append(_finding(facts, "imbalance", message, most / max(1, least), shown))
    return found


def _finding(facts: DataFacts, code: str, message: str, figure: float, counts: dict[str, int]) -> Finding:
    weighed = ", or type training.class_weights=balanced" if facts.kind == "classification" else ""
    return Finding(
        severity="warning",
        code=f"quality.{code}",
        message=message,
        figure=figure,
        evidence={"counts": counts},
        mend=f"add records of the rare labels, join labels in the data{weighed}; judge by f1_macro, not by accuracy",
    )


def _labels(record: RecordView) -> set[str]:
    fields = record.fields
    if "label" in fields:
        return {fields["label"]}
    return set(fields["labels"]) if "labels" in fields else {span["label"] for span in fields["spans"]}


def _repeated(train: Sequence[RecordView]) -> list[Finding]:
    """Records whose written answer is that of many others."""
    by_answer: dict[str, list[str]] = defaultdict(list)
    for record in train:
        by_answer[" ".join(record.answer.lower().split())].append(record.id)
    most = max(LEAST_SAME, SAME_SHARE * len(train))
    repeated = {row for rows in by_answer.values() if len(rows) >= most for row in rows}
    rows = [record.id for record in train if record.id in repeated]
    return about("same_answer", "training records share a few answers", rows, len(train), "write their own answers")


def _echoes(train: Sequence[RecordView]) -> list[Finding]:
    """Records whose answer is their input."""
    rows = [record.id for record in train if record.answer.split() == record.text.split()]
    return about("echo", "training records answer with their own input", rows, len(train), "write their answers")
