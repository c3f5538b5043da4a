"""From rows to checked, split records: the one function that gives a run its data."""

from __future__ import annotations

import json
import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from goodfit.data.erase import without_rows
from goodfit.data.read import read_file, read_hub
from goodfit.data.records import (
    SHOWN_PROBLEMS,
    BadRows,
    FileRows,
    Problem,
    Record,
    Row,
    RowProblem,
    SameId,
    fields_given,
    from_cell,
    own_id,
    problem_of,
    record_of,
    values_of,
)
from goodfit.data.scrub import Scrubbed
from goodfit.data.split import Compared, Stratum, held_out_shares, keep_together, rank, split_off, with_units
from goodfit.errors import DataError, stop_on
from goodfit.files import text_digest
from goodfit.registry import nearest
from goodfit.schema.dataset import SPLITS, DatasetConf

MANY_RECORDS = 20
"""From so many on, that nothing is held out is not for want of records."""

ScrubRecords = Callable[[Sequence[Record]], tuple[list[Record], Scrubbed]]

Names = Mapping[str, str | None]
"""Field -> its name in the data; None where the data have none."""

CheckRow = Callable[[Mapping[str, Any]], dict[str, Any]]
"""A kind's check: a row's values -> the record's fields, or ``RowProblem``."""


@dataclass(frozen=True, slots=True)
class Splits:
    """The records of a run."""

    train: Sequence[Record]
    validation: Sequence[Record]
    test: Sequence[Record]
    rejected: Sequence[Problem] = field(default_factory=list)
    rows_read: int = 0
    empty: Sequence[str] = ()
    """``file:line`` of rows that are no records and no bad rows, for nothing stands in them."""
    scrubbed: Scrubbed | None = None
    """What was taken out of the texts, where something looked for it."""
    left_by_place: Sequence[str] = ()
    """Ids of ``dataset.without`` that are places in the files, of rows without an id of their own."""

    def __getitem__(self, split: str) -> Sequence[Record]:
        return {"train": self.train, "validation": self.validation, "test": self.test}[split]

    def digests(self) -> dict[str, dict[str, Any]]:
        """Of each split, how many records and the digest of their content."""
        found = {}
        for split in SPLITS:
            content = json.dumps([[record.id, record.fields, record.group] for record in self[split]], sort_keys=True)
            found[split] = {"records": len(self[split]), "digest": text_digest(content)}
        return found


def gather(
    conf: DatasetConf,
    seed: int,
    offered: Mapping[str, Path] | None,
    check: CheckRow,
    stratum: Stratum,
    compared: Compared,
    scrub: ScrubRecords | None = None,
) -> Splits:
    """Read, check, scrub and split.

    Args:
        conf: The dataset group.
        seed: Of the splits.
        offered: Split -> file, where a plugin's source was chosen.
        check: The kind's check of a row.
        stratum: What a split is to be balanced by (the labels).
        compared: The input, and what else near-duplicates are told by, which are kept together.
        scrub: What takes out of the texts what nothing may read.

    Raises:
        BadRows: Rows are bad and ``on_bad_rows`` is ``stop``.
        DataError: There is nothing to train on, or no row has a field that was renamed.
    """
    files = _read(conf, offered)
    _refuse_missing_columns(conf.fields, [row for found in files.values() for row in found.rows])
    rows, places = _not_erased(conf, files)
    unread = [problem for found in files.values() for problem in found.problems]
    total = sum(map(len, rows.values())) + len(unread)
    records, bad = _check_splits(rows, conf.fields, check)
    problems = [*unread, *bad]
    _refuse_bad_rows(conf, records, problems, total, [found.mend for found in files.values()])
    records["train"] = _limited(records["train"], conf.limit, seed)
    records, scrubbed = scrub_splits(records, scrub)
    records = _fill_splits(records, conf, seed, stratum, compared)
    return Splits(
        *(records[split] for split in SPLITS),
        rejected=problems,
        rows_read=total,
        empty=[origin for found in files.values() for origin in found.empty],
        scrubbed=scrubbed,
        left_by_place=places,
    )


@dataclass(frozen=True, slots=True)
class OneFile:
    """The records of one more file, or of what is typed in the place of one."""

    records: Sequence[Record]
    rejected: Sequence[Problem]
    rows_read: int
    empty: Sequence[str]

    @property
    def joined(self) -> int:
        """In how many rows messages were joined."""
        return sum(record.joined > 0 for record in self.records)


def read_split(path: Path, own: Names, renamed: Names, check: CheckRow) -> OneFile:
    """The records of one more file, and its bad rows, for ``evaluate``.

    Args:
        path: The file.
        own: The names that the fields have in the run's own data; those that this file lacks are read under goodfit's.
        renamed: The names that were given for this file; some row has to have each.
        check: The kind's check of a row.

    Raises:
        DataError: No row has a field that was renamed.
    """
    found = read_file(path)
    _refuse_missing_columns(renamed, found.rows)
    names = names_in(found.rows, own) | dict(renamed)
    records, bad = _check_rows(found.rows, names, check, {}, path.stem)
    return OneFile(records, [*found.problems, *bad], found.count, found.empty)


def names_in(rows: Sequence[Row], own: Names) -> dict[str, str | None]:
    """The names that the fields have in a run's own data, of those that a file has, too."""
    there = {name for row in rows for name in row.values}
    return {ours: theirs for ours, theirs in own.items() if there.issuperset(_columns(ours, theirs))}


def _read(conf: DatasetConf, offered: Mapping[str, Path] | None) -> dict[str, FileRows]:
    if conf.source == "hub":
        return {split: FileRows(rows) for split, rows in read_hub(conf).items()}
    files = dict(offered or {}) or {split: Path(path) for split in SPLITS if (path := getattr(conf, split)) is not None}
    if "train" not in files:
        raise DataError(
            "no training data were named", "add dataset=files dataset.train=<file>, or choose a task with data"
        )
    return {split: read_file(path) for split, path in files.items()}


def _refuse_missing_columns(names: Names, rows: Sequence[Row]) -> None:
    """A renamed field that no row has would be left out in silence where the kind can do without it."""
    there = {name: name for row in rows for name in row.values} if names else {}
    asked = [(ours, column) for ours, theirs in names.items() for column in _columns(ours, theirs)]
    missing = [(ours, column) for ours, column in asked if rows and column not in there]
    stop_on([_missing_column(ours, column, there, names.values()) for ours, column in missing])


def _columns(ours: str, theirs: str | None) -> list[str]:
    """The columns that are read for a field: one, none, and for slices as many as are named."""
    if theirs is None:
        return []
    return [name.strip() for name in theirs.split(";")] if ours == "slices" else [theirs]


def _missing_column(ours: str, theirs: str, there: Mapping[str, str], typed: Iterable[str | None]) -> DataError:
    word = f"dataset.fields.{ours}"
    guess = nearest(theirs, there)
    fix = (
        f"did you mean {shlex.quote(f'{word}={guess}')}?"
        if guess
        else f"name the one that holds the {ours}: {word}=<field>"
    )
    return DataError(f"{word}={theirs}, and no row has a field '{theirs}' ({fields_given(there, typed)})", fix)


def _not_erased(conf: DatasetConf, files: Mapping[str, FileRows]) -> tuple[Mapping[str, Sequence[Row]], list[str]]:
    """The rows of each split but for those of ``dataset.without``; the ids of these that are places in the files."""
    rows = {split: found.rows for split, found in files.items()}
    if conf.without is None:
        return rows, []
    return without_rows(rows, Path(conf.without), conf.fields)


def _check_splits(
    rows: Mapping[str, Sequence[Row]], names: Names, check: CheckRow
) -> tuple[dict[str, list[Record]], list[Problem]]:
    """The records of each split, and the rows that are none; an id may stand in one split only."""
    records: dict[str, list[Record]] = {}
    problems: list[Problem] = []
    seen: dict[str, str] = {}
    for split, split_rows in rows.items():
        records[split], bad = _check_rows(split_rows, names, check, seen, split)
        problems += bad
    return records, problems


def _check_rows(
    rows: Sequence[Row], names: Names, check: CheckRow, seen: dict[str, str], split: str
) -> tuple[list[Record], list[Problem]]:
    records, problems = [], []
    for row in rows:
        values = values_of(row, names)
        if columns := _columns("slices", names.get("slices")):
            values["slices"] = _slices_of(row.values, columns)
        try:
            record = _record(row.origin, values, check, f"{split}-{row.number}")
            if record.id in seen:
                raise SameId(record.id, seen[record.id])
        except RowProblem as problem:
            problems.append(problem_of(row, problem, names.values()))
        else:
            seen[record.id] = row.origin
            records.append(record)
    return records, problems


def _record(origin: str, values: Mapping[str, Any], check: CheckRow, number: str) -> Record:
    own = own_id(values)
    slices = from_cell(values.get("slices") or {})
    if isinstance(slices, str):
        raise RowProblem("slices is not JSON")
    if not isinstance(slices, dict):
        raise RowProblem("slices is not a mapping of names to values")
    group = values.get("group")
    return record_of(
        own or number,
        check(values),
        group=str(group) if group not in (None, "") else None,
        slices={str(name): str(value) for name, value in slices.items() if value not in (None, "")},
        origin=origin,
    )


def _slices_of(values: Mapping[str, Any], columns: Sequence[str]) -> Any:
    """A column that holds a mapping is that; others are slices of their names, left out where they are empty."""
    (first, *more) = columns
    given = values.get(first)
    if not more and (isinstance(given, dict) or (isinstance(given, str) and given.lstrip().startswith("{"))):
        return given
    return {name: values[name] for name in columns if values.get(name) not in (None, "")}


def _refuse_bad_rows(
    conf: DatasetConf,
    records: Mapping[str, Sequence[Record]],
    problems: Sequence[Problem],
    total: int,
    mends: Sequence[str],
) -> None:
    """Refuse rows that are bad, or where they may be, that no good one is left.

    Raises:
        BadRows: Rows are bad and ``on_bad_rows`` is ``stop``.
        DataError: There is nothing to train on.
    """
    if problems and conf.on_bad_rows == "stop":
        raise BadRows(problems, total, may_quarantine=bool(records.get("train")), mends=mends)
    if not records.get("train"):
        shown = "; ".join(problem.told() for problem in problems[:SHOWN_PROBLEMS])
        raise DataError(f"no good training record is left: {shown}", "mend these rows")


def _limited(records: list[Record], limit: int | None, seed: int) -> list[Record]:
    if limit is None:
        return records
    return sorted(records, key=lambda record: rank(f"{seed}:limit", record.id))[:limit]


def scrub_splits(
    records: Mapping[str, Sequence[Record]], scrub: ScrubRecords | None
) -> tuple[dict[str, list[Record]], Scrubbed | None]:
    """The records of all splits, scrubbed together, and what was taken out of them.

    Args:
        records: Of each split.
        scrub: What takes out of the texts what nothing may read.
    """
    if scrub is None:
        return {split: list(part) for split, part in records.items()}, None
    clean, scrubbed = scrub([record for part in records.values() for record in part])
    rest = iter(clean)
    return {split: [next(rest) for _ in part] for split, part in records.items()}, scrubbed


def _fill_splits(
    records: Mapping[str, list[Record]],
    conf: DatasetConf,
    seed: int,
    stratum: Stratum,
    compared: Compared,
) -> dict[str, list[Record]]:
    """All splits: those that were not given are split off the training records.

    Raises:
        DataError: One has no records.
    """
    found = dict(records)
    for split, share in held_out_shares(conf).items():
        if split not in found:
            found["train"], found[split] = split_off(found["train"], share, f"{seed}:{split}", stratum, compared)
    if not (found["validation"] and found["test"]):
        _refuse_lone_labels(found["train"], stratum)
        _refuse_one_unit(found["train"], compared)
    refuse_empty(found)
    return found | {split: with_units(found[split], compared) for split in ("validation", "test")}


def _refuse_lone_labels(train: Sequence[Record], stratum: Stratum) -> None:
    """Say why nothing could be split off: the last record of a label stays in training.

    Raises:
        DataError: Most of many records have a label of their own, as where a text is taken for the label.
    """
    counts = Counter(label for record in train for label in stratum(record))
    alone = sum(any(counts[label] == 1 for label in stratum(record)) for record in train)
    if len(train) >= MANY_RECORDS and alone > len(train) / 2:
        raise DataError(
            f"{alone} of {len(train)} records have a label that no other has, so that none can be held out",
            "name the column with the labels, dataset.fields.<field>=<name>, or give several records of each label",
        )


def _refuse_one_unit(train: Sequence[Record], compared: Compared) -> None:
    """Say why nothing could be split off: what belongs together stays together.

    Raises:
        DataError: Most of many records have one group, or are near copies of one another.
    """
    groups = Counter(record.group for record in train if record.group is not None)
    together = max(map(len, keep_together(train, compared)), default=0)
    if len(train) < MANY_RECORDS or together <= len(train) / 2:
        return
    if max(groups.values(), default=0) > together / 2:
        raise DataError(
            f"{together} of {len(train)} records belong to one group, which no split may part",
            "name the column with the groups, dataset.fields.group=<name>, or that there is none: "
            "dataset.fields.group=null",
        )
    raise DataError(
        f"{together} of {len(train)} records are near copies of one another, which no split may part",
        "take out of the texts what all of them repeat, such as one long instruction (a chat has a system message "
        "for it), or give a file for each split: dataset.validation= and dataset.test=",
    )


def refuse_empty(records: Mapping[str, Sequence[Record]]) -> None:
    """Refuse splits without records.

    Raises:
        DataError: Names them.
    """
    counts = {split: len(records[split]) for split in SPLITS}
    empty = [split for split in SPLITS if not counts[split]]
    if empty:
        raise DataError(
            f"no records for {' and '.join(empty)} (train {counts['train']}, validation {counts['validation']}, "
            f"test {counts['test']})",
            "give more records, or a file for each split: dataset.validation= and dataset.test=",
        )
