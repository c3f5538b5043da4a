"""The records that a finished run is measured on: those of one of its splits, or of a file that is typed behind it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from goodfit.config.settings import find_setting, groups
from goodfit.config.words import ON_BAD_ROWS, reading_words, unknown_setting
from goodfit.data.gather import read_split
from goodfit.data.read import refuse_missing
from goodfit.data.records import BadRows, Record
from goodfit.data.split import with_units
from goodfit.errors import ConfigError
from goodfit.files import at_home
from goodfit.kinds.shape import refuse_unknown_fields
from goodfit.plugins.host import Host
from goodfit.registry import did_you_mean
from goodfit.run_files import LOCK
from goodfit.runs.digests import refuse_changed
from goodfit.runs.faults import input_key
from goodfit.runs.lineage import inputs_before, inputs_of, made_from
from goodfit.runs.locked import are_locked
from goodfit.runs.opened import OpenedRun
from goodfit.runs.privacy import same_key
from goodfit.runs.records import known_labels, read_splits, with_labels
from goodfit.schema.dataset import SPLITS


@dataclass(frozen=True, slots=True)
class Given:
    """What was typed behind runs."""

    split: str
    file: Path | None
    renamed: Mapping[str, str | None]
    quarantine: bool
    """Whether bad rows of the file are set aside."""


@dataclass(frozen=True, slots=True)
class Records:
    """Records as a run reads them."""

    records: Sequence[Record]
    left_out: Mapping[str, Any] = field(default_factory=dict)
    """Of a file: the rows that were read, those that were set aside or are empty, and those of joined messages."""
    seen: Mapping[str, int | None] = field(default_factory=dict)
    """Of a file: how many of its inputs the run was trained on, and chosen on; None where nobody can tell."""


def read_given(words: Sequence[str], verb: str, split: str = "test") -> Given:
    """Sort the words behind runs.

    Raises:
        ConfigError: There is no such split or setting, or the verb does not take it.
        DataError: There is no such file.
    """
    if split not in SPLITS:
        raise ConfigError(f"there is no split '{split}'", did_you_mean(split, SPLITS, "train, validation or test"))
    reading = reading_words([word.lstrip("+") for word in words])
    files: dict[str, str] = {}
    for key, sets, value in (word.partition("=") for word in reading.others):
        if not sets and os.path.isfile(at_home(key)):  # a text may be too long for a path
            raise ConfigError(f"'{key}' is a file, expected a setting", shlex.quote(f"dataset.{split}={key}"))
        if key in (f"dataset.{name}" for name in SPLITS):
            files[key] = value
        elif find_setting(key) is None and key not in groups():
            raise unknown_setting(key)
        else:
            takes = f"it takes dataset.test=FILE, dataset.fields.…=NAME and {ON_BAD_ROWS}=quarantine"
            raise ConfigError(f"{verb} does not take {key}", takes)
    file = files.pop(f"dataset.{split}", None)
    if files:
        raise ConfigError(f"{verb} takes one file", f"dataset.{split}=FILE, for the split {split}")
    if file is None and reading.renamed:
        raise ConfigError("dataset.fields renames what a file of yours holds", f"add dataset.{split}=FILE")
    if file is None and reading.on_bad_rows:
        raise ConfigError(f"{ON_BAD_ROWS} is for the rows of a file of yours", f"add dataset.{split}=FILE")
    path = None if file is None else at_home(file)
    if path is not None:
        refuse_missing(path)
    return Given(split, path, reading.renamed, reading.on_bad_rows == "quarantine")


def given_records(opened: OpenedRun, host: Host, given: Given) -> Records:
    """The records of a split of the run, or of the file.

    Raises:
        BadRows: Rows of the file are bad, and are not to be set aside.
        DataError: No good row is left.
        ConfigError: The split's records are others now.
    """
    kind = opened.task.kind
    refuse_unknown_fields(kind, given.renamed)
    if given.file is None:
        splits, _ = with_labels(opened.task, read_splits(opened.task, host))
        if not are_locked(opened.folder, opened.conf, splits, given.split):
            fix = f"{same_key(opened.conf)}restore them, train again, or name a file: dataset.{given.split}=FILE"
            raise ConfigError(f"the {given.split} records of {opened.folder} changed since it was trained", fix)
        return Records(splits[given.split])
    read = read_split(given.file, opened.conf.dataset.fields, given.renamed, lambda row: kind.check(row, True))
    records, unknown = known_labels(kind, read.records, opened.coding.labels)
    rejected = [*read.rejected, *unknown]
    if rejected and not (given.quarantine and records):
        raise BadRows(rejected, read.rows_read, may_quarantine=bool(records))
    scrubbed = kind.related(with_units(opened.scrubbed(records), kind.compared))
    set_aside = [problem.shown() for problem in rejected]
    empty = list(read.empty)
    of_rows = {"rows_read": read.rows_read, "rejected": set_aside, "empty_rows": empty, "joined_rows": read.joined}
    return Records(scrubbed, of_rows, _seen(opened, host, scrubbed))


def _seen(opened: OpenedRun, host: Host, records: Sequence[Record]) -> dict[str, int | None]:
    """How many records have an input that the run, or one that its base came from, has seen.

    Those that it was trained on make it look better than it is; those of its validation do, too, for its best epoch
    and its thresholds were chosen by them.
    """
    refuse_changed(opened.folder, LOCK)
    before, untold = inputs_before(opened.task, made_from(opened.conf), host)
    learnt, chosen = inputs_of(opened.folder, host, opened.task, "train", "validation")
    learnt = None if learnt is None or untold else learnt | before
    keys = [input_key(opened.task.kind, record) for record in records]
    return {
        name: None if inputs is None else sum(key in inputs for key in keys)
        for name, inputs in (("trained_on", learnt), ("chosen_on", chosen))
    }
