"""Right answers that teach the wrong thing: labels that hardly occur, one text for everything, copies of the input."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence

from goodfit.hooks import findings
from goodfit.hooks.types import DataFacts, Finding, RecordView
from goodfit_quality.no_value import is_error, is_no_value
from goodfit_quality.report import about

LEAST_OF_A_LABEL = 8
"""Training records below which a label is hardly learnt: few-shot benchmarks begin there. Source: Tunstall et al. 2022,
https://arxiv.org/abs/2209.11055, whose smallest sets have 8 records of each class."""
LOPSIDED = 20
"""How many times as many records the most frequent label may have as the rarest."""
SAME_SHARE, LEAST_SAME = 0.05, 5
"""Share and number of the training records from which one written answer counts as repeating."""
SHORTEST_MISSPELT = 6
"""Letters of a label from which one letter more, less or other is more likely a slip than another word."""
SLIPS = 3
"""How many times as many records the label has that was meant."""
BESIDES = {
    "classification": ", or type training.class_weights=balanced; judge by f1_macro, not by accuracy",
    "multilabel": "; judge by f1_macro, not by f1_micro",
}
"""Kind -> what helps besides where labels are rare; tasks of spans have neither of the figures."""
WRITTEN = ("generation", "chat")
_DIGITS = re.compile(r"\d+")


def answers(facts: DataFacts) -> list[Finding]:
    """Findings about the right answers of the training records."""
    train = facts.splits["train"]
    if facts.kind in WRITTEN:
        return [*_repeated(train), *_echoes(train), *_errors(train)]
    if not facts.labels:
        return []
    return [*_alike(facts.labels), *_misspelt(facts, train), *_without_value(train), *_balance(facts, train)]


def _alike(labels: Sequence[str]) -> list[Finding]:
    """Labels that are one label, apart from capitals, blanks and how signs are coded."""
    same: dict[str, list[str]] = defaultdict(list)
    for label in labels:
        same[_plain(label)].append(label)
    alike = [own for own in same.values() if len(own) > 1]
    if not alike:
        return []
    apart = "apart from capitals, blanks and how signs are coded"
    shown = "; ".join(" = ".join(map(_shown, own)) for own in alike[:8])
    return [
        Finding(
            severity="warning",
            code="quality.labels_alike",
            message=f"the {len(labels)} labels are {len(same)}, {apart}: {shown}",
            figure=float(len(labels) - len(same)),
            evidence={"labels": alike},
            mend="write each label in one way in the data",
        )
    ]


def _plain(label: str) -> str:
    """A label without what makes no other one: capitals, blanks, signs that are not seen or are coded otherwise."""
    signs = unicodedata.normalize("NFKC", label)
    return " ".join("".join(sign for sign in signs if unicodedata.category(sign) != "Cf").casefold().split())


def _shown(label: str) -> str:
    """A label in quotes; one that could look like another by how its signs are coded shows their numbers."""
    is_plain = unicodedata.is_normalized("NFKC", label) and not any(
        unicodedata.category(sign) == "Cf" for sign in label
    )
    return f"'{label}'" if is_plain else ascii(label)


def _without_value(train: Sequence[RecordView]) -> list[Finding]:
    """Records with a label that stands for none. All of a label cannot be left out, so ``quality.fix`` gets no rows."""
    wrong = {label for record in train for label in _labels(record) if is_no_value(label)}
    ids = [record.id for record in train if not wrong.isdisjoint(_labels(record))]
    shown = ", ".join(f"'{label}'" for label in sorted(wrong)[:8])
    message = f"{len(ids)} of {len(train)} training records have a label that stands for a missing value: {shown}"
    mend = "give these records their labels, or take them out of the files"
    return findings.about("quality.no_value", message, ids, len(train), mend=mend)


def _misspelt(facts: DataFacts, train: Sequence[RecordView]) -> list[Finding]:
    """Rare labels that are a letter apart from one that is not as rare; what differs in digits is meant so."""
    counts = Counter(label for record in train for label in _labels(record))
    rare = [label for label in facts.labels if counts[label] < LEAST_OF_A_LABEL and len(label) >= SHORTEST_MISSPELT]
    pairs = [
        (label, other)
        for label in rare
        for other in facts.labels
        if counts[other] >= SLIPS * max(1, counts[label])
        and _plain(label) != _plain(other)
        and _DIGITS.findall(label) == _DIGITS.findall(other)
        and _one_apart(_plain(label), _plain(other))
    ]
    if not pairs:
        return []
    shown = "; ".join(f"'{label}' {counts[label]}, '{other}' {counts[other]}" for label, other in pairs[:8])
    return [
        Finding(
            severity="warning",
            code="quality.labels_alike",
            message=f"{len(pairs)} rare labels are a letter apart from others, with their training records: {shown}",
            figure=float(len(pairs)),
            evidence={"labels": [[label, other] for label, other in pairs], "counts": {**counts}},
            mend="write each label in one way in the data, where these are one label",
        )
    ]


def _one_apart(one: str, other: str) -> bool:
    """Whether one letter more, less or other, or two that changed places, make two different texts one."""
    short, long = sorted((one, other), key=len)
    first = next((place for place, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(long) > len(short):
        return short[first:] == long[first + 1 :]
    swapped = f"{long[:first]}{long[first : first + 2][::-1]}{long[first + 2 :]}"
    return short == swapped or short[first + 1 :] == long[first + 1 :]


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
    return Finding(
        severity="warning",
        code=f"quality.{code}",
        message=message,
        figure=figure,
        evidence={"counts": counts},
        mend=f"add records of the rare labels, join labels in the data{BESIDES.get(facts.kind, '')}",
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


def _errors(train: Sequence[RecordView]) -> list[Finding]:
    """Records whose written answer is an error of a spreadsheet."""
    rows = [record.id for record in train if is_error(record.answer)]
    message = "training records answer with an error of a spreadsheet, such as #REF!"
    return about("no_value", message, rows, len(train), "write their answers")


def _echoes(train: Sequence[RecordView]) -> list[Finding]:
    """Records whose answer is their input."""
    rows = [record.id for record in train if record.answer.split() == record.text.split()]
    return about("echo", "training records answer with their own input", rows, len(train), "write their answers")
