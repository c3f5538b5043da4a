"""Looks at the rows of a file and proposes a task: kind, fields, labels, splits."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean
from typing import Any

from goodfit.data.gather import Splits, gather
from goodfit.data.read import read_file
from goodfit.data.records import BadRows, Record, values_of
from goodfit.data.scrub import Scrub, Scrubbed
from goodfit.errors import DataError
from goodfit.kinds import find_kind
from goodfit.schema.dataset import SPLITS, DatasetConf

MOST_LABELS = 200
MOST_LABEL_CHARACTERS = 80
LONG_WORDS = 6
"""Mean number of words from which a column counts as text, not as a name or a number."""

KNOWN: Sequence[tuple[str, frozenset[str]]] = (
    ("chat", frozenset({"messages"})),
    ("chat", frozenset({"conversations"})),
    ("question_answering", frozenset({"context", "question", "answers"})),
    ("ranking", frozenset({"query", "positive"})),
    ("token_classification", frozenset({"tokens", "tags"})),
    ("token_classification", frozenset({"text", "spans"})),
    ("generation", frozenset({"source", "target"})),
    ("multilabel", frozenset({"text", "labels"})),
    ("classification", frozenset({"text", "label"})),
    ("chat", frozenset({"instruction", "output"})),
    ("chat", frozenset({"prompt", "completion"})),
)
"""Kind -> columns that say it by their names, the surest first."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a file's rows look like."""

    kind: str
    fields: Mapping[str, str]
    """The kind's field -> the column, where they differ."""
    reason: str
    """Why this kind."""
    splits: Splits
    labels: tuple[str, ...]


def propose(
    path: Path,
    conf: DatasetConf,
    seed: int,
    kind: str | None,
    scrub: Scrub | None,
    learnt_as: Callable[[str], Scrub | None],
) -> Proposal:
    """Look at a file.

    Args:
        path: JSONL, CSV or Parquet.
        conf: Renamed fields that are known already, and the shares of the splits.
        seed: Of the splits.
        kind: The kind, where it is known already.
        scrub: Takes out of the texts what is not to be in the package.
        learnt_as: A kind -> what takes out of its texts what is not to be learnt: they are split as it leaves them, so
            that none that are alike then are in two splits.

    Raises:
        DataError: The rows are bad, or look like no kind.
    """
    read = read_file(path)
    if read.problems:
        raise BadRows(read.problems, read.count, mends=[read.mend])
    values = [values_of(row, conf.fields) for row in read.rows]
    found, fields, reason = _look(values, conf.fields)
    if kind is not None and kind != found:
        found, fields, reason = kind, {}, "task.kind was typed"
    if found is None:
        columns = ", ".join(sorted({column for row in values for column in row}))
        raise DataError(
            f"the rows of {path} look like no kind of task (columns: {columns})",
            "say the kind, and which column is which field: task.kind=classification dataset.fields.label=<column>",
        )
    what = find_kind(found)
    named = {**fields, **conf.fields}
    conf = replace(conf, source="files", train=str(path), fields=named)
    read_by = scrub or learnt_as(found)
    given: dict[str, Record] = {}

    def taken(records: Sequence[Record]) -> tuple[list[Record], Scrubbed]:
        given.update((record.id, record) for record in records)
        return read_by.records(records, what.texts)

    splits = gather(
        conf, seed, None, lambda row: what.check(row, True), what.stratum, what.compared, taken if read_by else None
    )
    if read_by and not scrub:
        as_given = {split: [replace(given[one.id], unit=one.unit) for one in splits[split]] for split in SPLITS}
        splits = replace(splits, scrubbed=None, **as_given)
    labels = what.labels_in(splits.train) if what.interchangeable else ()
    if len(labels) == 1:
        column = named.get("label") or named.get("labels") or "label"
        raise DataError(
            f"all rows of {path} have the label '{labels[0]}', from the column '{column}'",
            "name the column with the labels: dataset.fields.label=<column>",
        )
    return Proposal(found, {ours: theirs for ours, theirs in named.items() if ours != theirs}, reason, splits, labels)


def _look(rows: Sequence[Mapping[str, Any]], typed: Mapping[str, str]) -> tuple[str | None, dict[str, str], str]:
    """The kind, its fields' columns, and why; ``typed`` are those that need no guess."""
    columns = {name: [row[name] for row in rows if not _is_empty(row.get(name))] for row in rows for name in row}
    for kind, names in KNOWN:
        if names <= set(columns):
            called = sorted(typed.get(name, name) for name in names)
            return kind, {}, f"there are columns called {' and '.join(called)}"
    texts = sorted((name for name in columns if _is_text(columns[name])), key=lambda name: -_words(columns[name]))
    lists = [name for name, values in columns.items() if values and all(_is_labels(value) for value in values)]
    labels = [name for name in columns if name not in texts[:1] and _is_label(columns[name], len(rows))]
    if texts and lists:
        return "multilabel", {"text": texts[0], "labels": lists[0]}, f"'{lists[0]}' holds lists of names"
    if texts and labels:
        first, *others = sorted(labels, key=lambda name: (name != "label", len(set(columns[name])), name))
        label = typed.get("label", first)
        reason = f"'{label}' has {len(set(columns.get(label, ())))} values in {len(rows)} rows"
        if others and "label" not in typed:
            reason += f"; where another column is the label: {shlex.quote(f'dataset.fields.label={others[0]}')}"
        return "classification", {"text": texts[0], "label": label}, reason
    if len(texts) > 1:
        source, target = texts[:2]
        return "generation", {"source": source, "target": target}, f"'{source}' is long and '{target}' is shorter"
    if texts:
        return "language_modeling", {"text": texts[0]}, f"'{texts[0]}' is the only text, and nothing answers it"
    return None, {}, ""


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _is_text(values: Sequence[Any]) -> bool:
    return bool(values) and all(isinstance(value, str) for value in values) and _words(values) >= LONG_WORDS


def _words(values: Sequence[str]) -> float:
    return mean(len(value.split()) for value in values)


def _is_labels(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _is_label(values: Sequence[Any], rows: int) -> bool:
    """Whether a column has a few short names or numbers that come back."""
    short = all(isinstance(value, str | int) and len(str(value)) <= MOST_LABEL_CHARACTERS for value in values)
    if not short or len(values) < rows:
        return False
    return 2 <= len(set(values)) <= min(MOST_LABELS, rows // 2)
