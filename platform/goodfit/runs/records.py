"""A task's records: read, checked and split, with labels that are known."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from goodfit.data.gather import Splits, gather, refuse_empty
from goodfit.data.records import BadRows, Problem, Record, close_name
from goodfit.errors import ConfigError, DataError
from goodfit.kinds.shape import Kind
from goodfit.plugins.host import Host
from goodfit.runs.task import Task
from goodfit.schema.dataset import SPLITS


def read_splits(task: Task, host: Host) -> Splits:
    """The task's records, checked and split."""
    conf, kind = task.conf, task.kind
    source = conf.task.source if conf.dataset.source == "task" else conf.dataset.source
    if source is None:
        raise DataError(
            f"task={conf.task.name} brings no data of its own",
            "add dataset=files dataset.train=<file>, or choose a department's task: goodfit list task",
        )
    offered = None
    if source not in ("files", "hub"):
        spec = host.pick(host.data_sources, source, f"task={conf.task.name}")
        if spec.kind != kind.name:
            raise ConfigError(
                f"the data '{source}' are of the kind {spec.kind}, expected {kind.name}", "goodfit list task"
            )
        offered = spec.files()
    elif source == "files" and conf.dataset.train is None:
        raise DataError("dataset=files without a training file", "add dataset.train=<file>")
    scrub = task.scrub and (lambda records: task.scrub.records(records, kind.texts))
    read = gather(
        conf.dataset, conf.seed, offered, lambda row: kind.check(row, True), kind.stratum, kind.compared, scrub
    )
    return dataclasses.replace(read, **{split: kind.related(read[split]) for split in SPLITS})


def with_labels(task: Task, splits: Splits) -> tuple[Splits, tuple[str, ...]]:
    """The task's labels: those typed, else those of the training records; records with others are bad rows.

    Raises:
        BadRows: There are such, and ``dataset.on_bad_rows`` is ``stop``.
        DataError: There is only one label to learn, or none; or labels look like several in one.
    """
    kind = task.kind
    if kind.labels is None:
        return splits, ()
    trained = kind.labels_in(splits.train)
    if not task.conf.task.labels:
        _refuse_joined(kind, trained)
    labels = tuple(task.conf.task.labels or trained)
    if not labels:
        raise DataError("no training record has a label", "check the fields: dataset.fields.label=<your column>")
    good, problems = {}, []
    for split in SPLITS:
        good[split], bad = known_labels(kind, splits[split], labels)
        problems += bad
    if problems and task.conf.dataset.on_bad_rows == "stop":
        raise BadRows(problems, splits.rows_read, may_quarantine=True)
    refuse_empty(good)
    if kind.interchangeable:
        _refuse_alike(kind, good["train"])
    return dataclasses.replace(splits, **good, rejected=[*splits.rejected, *problems]), labels


def _refuse_alike(kind: Kind, train: Sequence[Record]) -> None:
    """Refuse training records that all have the same one label, or none: nothing tells what makes the difference."""
    labels = kind.labels_in(train)
    if not labels:
        raise DataError("no training record has a label", "give records of which some have labels")
    if len(labels) == 1 and kind.labels and all(list(kind.labels(record.fields)) for record in train):
        other = "records of at least two labels" if kind.one_label else "others, too, without it or with another one"
        raise DataError(f"all training records have the label '{labels[0]}'", f"give {other}")


def refuse_unlabelled(kind: Kind, splits: Splits) -> None:
    """Refuse validation records of which none has a label: each epoch would be worth as much, or nothing.

    Raises:
        DataError: They are such.
    """
    if kind.labels is not None and not kind.labels_in(splits.validation):
        raise DataError(
            f"none of the {len(splits.validation)} validation records has a label, so that nothing tells which epoch "
            "is the best, or whether the model overfits",
            "give others, some of which have labels: dataset.validation=<file>",
        )


def _refuse_joined(kind: Kind, labels: Sequence[str]) -> None:
    """Labels that were read as one would be learnt as one, beside those that they are made of."""
    if joined := kind.joined(labels, labels):
        label, sign = next(iter(joined.items()))
        mended = label.strip("[] ").replace(sign, ";")
        raise DataError(
            f"{len(joined)} of {len(labels)} labels look like several labels with '{sign}' between them, such as "
            f"'{label}'",
            f"write ; between labels ('{mended}'), or name all labels if these are single ones: task.labels=[…]",
        )


def known_labels(kind: Kind, records: Sequence[Record], labels: Sequence[str]) -> tuple[list[Record], list[Problem]]:
    """Records whose labels are all in the set, and what is wrong with the others."""
    good, problems = [], []
    if kind.labels is None:
        return list(records), problems
    for record in records:
        unknown = sorted(set(kind.labels(record.fields)) - set(labels))
        if unknown:
            what = "a label is not in the label set"
            in_full = f"{what}{close_name(unknown[0], labels)}"
            if signs := kind.joined(unknown, labels):
                what = in_full = f"its labels have {next(iter(signs.values()))!r} between them, and not ';'"
            problems.append(Problem(record.origin or record.id, what, in_full=in_full))
        else:
            good.append(record)
    return good, problems
