"""Comparing finished runs on the same test records, from their written predictions: no model is loaded."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from goodfit.data.records import Record
from goodfit.errors import ConfigError
from goodfit.evaluation.report import differences, items_of
from goodfit.hooks.types import Item
from goodfit.plugins.host import Host
from goodfit.runs.digests import refuse_changed
from goodfit.runs.folder import find_run, read_json
from goodfit.runs.task import open_task, read_splits, with_labels


def compare_runs(typed: Sequence[str], host: Host) -> dict[str, Any]:
    """Paired differences of each run to the first; p is corrected for how many were compared (Holm 1979).

    Raises:
        ConfigError: The runs were not tested on the same records, or their data changed.
    """
    folders = [find_run(name) for name in typed]
    tested = [read_json(folder / "lock.json", "data")["data"]["test"] for folder in folders]
    for name, digest in zip(typed[1:], tested[1:], strict=True):
        if digest != tested[0]:
            raise ConfigError(
                f"{typed[0]} and {name} were tested on other records", "compare runs of one task, dataset and seed"
            )
    task = open_task(folders[0], host)
    splits = with_labels(task, read_splits(task, host))[0]
    if splits.digests()["test"] != tested[0]:
        raise ConfigError(f"the data behind {typed[0]} changed since it was tested", "restore them, or train again")
    records = splits.test
    answers = [_items(folder, records) for folder in folders]
    specs = task.measures(tuple(task.conf.task.labels or ()))
    pairs = [differences(specs, records, items, answers[0], "test", task.conf.seed) for items in answers[1:]]
    for name in pairs[0]:
        _holm([pair[name] for pair in pairs])
    others = [{"run": name, "paired": pair} for name, pair in zip(typed[1:], pairs, strict=True)]
    return {"first": typed[0], "records": len(records), "others": others}


def _items(folder: Path, records: Sequence[Record]) -> list[Item]:
    refuse_changed(folder, "predictions/test.jsonl")
    written = (folder / "predictions" / "test.jsonl").read_text("utf-8").split("\n")
    lines = {line["id"]: line for line in map(json.loads, filter(None, written))}
    return items_of(records, [lines[r.id]["prediction"] for r in records], [lines[r.id]["confidence"] for r in records])


def _holm(pairs: Sequence[dict[str, Any]]) -> None:
    """Add ``p_corrected``."""
    known = sorted((pair for pair in pairs if pair["p"] is not None), key=lambda pair: pair["p"])
    highest = 0.0
    for rank, pair in enumerate(known):
        highest = max(highest, min(1.0, pair["p"] * (len(known) - rank)))
        pair["p_corrected"] = highest
