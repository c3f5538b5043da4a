"""A finished run measured on one of its splits, or on other data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from goodfit.config.settings import find_setting, groups
from goodfit.config.words import unknown_setting
from goodfit.data.gather import SPLITS, read_split
from goodfit.data.records import BadRows, Record
from goodfit.errors import ConfigError, DataError, HardwareError
from goodfit.evaluation.report import figures, outcome_items
from goodfit.kinds.shape import refuse_unknown_fields
from goodfit.plugins.host import Host
from goodfit.registry import did_you_mean
from goodfit.runs.opened import OpenedRun
from goodfit.runs.task import known_labels, read_splits, with_labels


def evaluate_run(opened: OpenedRun, host: Host, words: Sequence[str], split: str) -> dict[str, Any]:
    """Measure a run on one of its splits, or on a file given as ``dataset.test=…``.

    Returns:
        What was measured; of a file, beside it how many of its inputs the run was trained on, None where its training
        records cannot be read any more.

    Raises:
        GoodfitError: The words or the data are wrong.
    """
    records = _records(opened, host, words, split)
    encoded = opened.learner.encode(records)
    outcomes = opened.outcomes(records, encoded)
    specs = opened.task.measures(opened.coding.labels)
    items, losses = outcome_items(records, outcomes), [outcome.loss for outcome in outcomes]
    found = figures(specs, records, items, split, opened.conf.seed, losses)
    other = {"trained_on": _trained_on(opened, host, records)} if any("=" in word for word in words) else {}
    return {
        "run": str(opened.folder),
        "split": split,
        "records": len(records),
        "cut": len(encoded.cut),
        **other,
        "metrics": found,
    }


def _trained_on(opened: OpenedRun, host: Host, records: Sequence[Record]) -> int | None:
    """How many records have an input that stands in the run's training records."""
    text = opened.task.kind.text
    try:
        trained = {text(record) for record in read_splits(opened.task, host).train}
    except (DataError, HardwareError):
        return None
    return sum(text(record) in trained for record in records)


def _records(opened: OpenedRun, host: Host, words: Sequence[str], split: str) -> Sequence[Record]:
    if split not in SPLITS:
        raise ConfigError(f"there is no split '{split}'", did_you_mean(split, SPLITS, "train, validation or test"))
    given: dict[str, str] = {}
    renamed: dict[str, str] = {}
    for word in words:
        key, _, value = word.lstrip("+").partition("=")
        if key.startswith("dataset.fields."):
            renamed[key.removeprefix("dataset.fields.")] = value
        elif key in (f"dataset.{name}" for name in SPLITS):
            given[key] = value
        elif find_setting(key) is None and key not in groups():
            raise unknown_setting(key)
        else:
            raise ConfigError(f"evaluate does not take {key}", "it takes dataset.test=FILE and dataset.fields.…=NAME")
    kind = opened.task.kind
    refuse_unknown_fields(kind, renamed)
    if not given:
        if renamed:
            raise ConfigError("dataset.fields renames what a file of yours holds", f"add dataset.{split}=FILE")
        return with_labels(opened.task, read_splits(opened.task, host))[0][split]
    if f"dataset.{split}" not in given or len(given) > 1:
        raise ConfigError("evaluate takes one file", f"dataset.{split}=FILE, for the split {split}")
    path, own = Path(given[f"dataset.{split}"]), opened.conf.dataset.fields
    records = read_split(path, own, renamed, lambda row: kind.check(row, True))
    _, unknown = known_labels(kind, records, opened.coding.labels)
    if unknown:
        raise BadRows(unknown, len(records))
    return opened.scrubbed(records)
