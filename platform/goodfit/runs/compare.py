"""Comparing finished runs on the same records: from their written predictions, or asked again about a file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from goodfit.data.records import Record
from goodfit.errors import ConfigError, GoodfitError, stop_on
from goodfit.evaluation.report import differences, items_of, outcome_items
from goodfit.hooks.certainty import CONFIDENCE, holm
from goodfit.hooks.types import Item, MetricSpec
from goodfit.plugins.host import Host
from goodfit.run_files import CONFIG, LOCK, PREDICTIONS, RECORD
from goodfit.runs.digests import refuse_changed
from goodfit.runs.find import find_run
from goodfit.runs.given import Given, given_records
from goodfit.runs.json_files import read_json
from goodfit.runs.locked import are_locked, beside_lock, locked_records
from goodfit.runs.opened import open_run, weights_in
from goodfit.runs.privacy import same_key
from goodfit.runs.records import read_splits, with_labels
from goodfit.runs.task import Task, open_task


@dataclass(frozen=True, slots=True)
class _Answers:
    """What a run answers to the records that it is compared on."""

    task: Task
    labels: Sequence[str]
    records: Sequence[Record]
    items: Sequence[Item]
    left_out: Mapping[str, Any]
    seen: Mapping[str, int | None]


def compare_runs(typed: Sequence[str], host: Host, given: Given) -> dict[str, Any]:
    """Paired differences of each run to the first; p is corrected for how many were compared (Holm 1979).

    Args:
        typed: The runs.
        host: The plugins.
        given: A file to ask all of them about; without it they are compared on the test records that they share.

    Raises:
        ConfigError: The runs were not tested on the same records, in whatever order, or their data changed.
    """
    folders = _found(typed)
    first, *rest = _tested(typed, folders, host) if given.file is None else _asked(typed, host, given)
    labels = sorted({label for answers in (first, *rest) for label in answers.labels})
    specs, primary = first.task.all_metrics(labels), first.task.primary(labels)
    incomparable = _of_other_tokens([first, *rest])
    if incomparable:
        specs = [spec for spec in specs if spec.name not in incomparable]
        primary = specs[0] if primary.name in incomparable else primary
    seed = first.task.conf.seed
    pairs = [differences(specs, other.items, first.items, "test", seed) for other in rest]
    for spec in specs:
        for pair in pairs:
            pair[f"test/{spec.name}"]["better"] = spec.better
    for name in pairs[0]:
        for pair in pairs:
            pair[name]["p_corrected"] = pair[name]["p"]
        # a run that is compared with itself is no test, and costs the others nothing
        tests = [pair[name] for pair, folder in zip(pairs, folders[1:], strict=True) if folder != folders[0]]
        tests = [one for one in tests if one["p"] is not None]
        for one, corrected in zip(tests, holm([one["p"] for one in tests]), strict=True):
            one["p_corrected"] = corrected
    others = []
    for name, pair, other in zip(typed[1:], pairs, rest, strict=True):
        verdict, sentence = _conclusion(name, typed[0], primary, pair[f"test/{primary.name}"], len(first.records))
        others.append({"run": name, "verdict": verdict, "conclusion": sentence, **other.seen, "paired": pair})
    return {
        "first": typed[0],
        "records": len(first.records),
        "primary": f"test/{primary.name}",
        "not_compared": list(incomparable),
        **first.left_out,
        **first.seen,
        "others": others,
    }


def _of_other_tokens(compared: Sequence[_Answers]) -> tuple[str, ...]:
    """The metrics that are of other tokens in one run than in another: of other vocabularies, or of other gaps."""
    names = compared[0].task.kind.per_token
    tokens = {tuple(item.answer["tokens"] for item in answers.items) for answers in compared} if names else {()}
    return names if len(tokens) > 1 else ()


def _found(typed: Sequence[str]) -> list[Path]:
    """The folders of runs.

    Raises:
        ConfigError: Some are none: all of them.
    """
    folders: list[Path] = []
    mistakes: list[GoodfitError] = []
    for name in typed:
        try:
            folders.append(find_run(name))
        except ConfigError as mistake:
            mistakes.append(mistake)
    stop_on(mistakes)
    return folders


def _tested(typed: Sequence[str], folders: Sequence[Path], host: Host) -> list[_Answers]:
    """The answers that runs of one test split wrote down, in the first one's order; no model is loaded."""
    kinds = [read_json(folder / RECORD, "kind")["kind"] for folder in folders]
    for name, kind in zip(typed[1:], kinds[1:], strict=True):
        if kind != kinds[0]:
            raise ConfigError(f"{typed[0]} is of the kind {kinds[0]}, {name} of {kind}", "compare runs of one kind")
    tested = [locked_records(folder, "test") for folder in folders]
    for name, digest in zip(typed[1:], tested[1:], strict=True):
        if digest["records"] != tested[0]["records"]:
            raise _other_records(typed[0], name)
    task, records, labels = _read_again(typed[0], folders[0], host)
    for name, folder, digest in zip(typed[1:], folders[1:], tested[1:], strict=True):
        if digest != tested[0]:
            _refuse_others(typed[0], records, name, folder, host)
    return [_Answers(task, labels, records, _written(folder, records), {}, {}) for folder in folders]


def _read_again(name: str, folder: Path, host: Host) -> tuple[Task, Sequence[Record], Sequence[str]]:
    """A run's task, its test records and labels.

    Raises:
        ConfigError: The records are not those that it was tested on.
    """
    task = open_task(folder, host, measured=True)
    splits, labels = with_labels(task, read_splits(task, host))
    if not are_locked(folder, task.conf, splits, "test"):
        fix = f"{same_key(task.conf)}restore them, or train again"
        raise ConfigError(f"the data behind {name} changed since it was tested", fix)
    return task, splits.test, labels


def _refuse_others(first: str, records: Sequence[Record], name: str, folder: Path, host: Host) -> None:
    """Refuse a run of other test records; the same ones in another order have another digest, too, and are none.

    Args:
        first: The run that the other one is compared with.
        records: Its test records.
        name: The other run.
        folder: Its folder.
        host: The plugins.

    Raises:
        ConfigError: They are others, or nothing tells any more that they are the same.
    """
    try:
        _, others, _ = _read_again(name, folder, host)
    except GoodfitError:
        raise _other_records(first, name) from None
    if _contents(records) == _contents(others):
        return
    if _contents(records, ids=False) == _contents(others, ids=False):
        raise ConfigError(
            f"{first} and {name} were tested on the same records under other ids",
            "ask them about one file: add dataset.test=FILE; or give the rows ids of their own (dataset.fields.id="
            "<field>) and train again: rows without any are numbered, and have other numbers in another order",
        )
    raise _other_records(first, name)


def _contents(records: Sequence[Record], ids: bool = True) -> list[str]:
    """What records are, whatever their order."""
    return sorted(
        json.dumps([record.id if ids else None, record.fields, record.group], sort_keys=True) for record in records
    )


def _other_records(first: str, name: str) -> ConfigError:
    return ConfigError(
        f"{first} and {name} were tested on other records",
        "compare runs of one task, dataset and seed, or ask them about one file: add dataset.test=FILE",
    )


def _written(folder: Path, records: Sequence[Record]) -> list[Item]:
    refuse_changed(folder, LOCK, CONFIG, f"{weights_in(folder).name}/", f"{PREDICTIONS}/test.jsonl")
    written = (folder / PREDICTIONS / "test.jsonl").read_text("utf-8").split("\n")
    lines = {line["id"]: line for line in map(json.loads, filter(None, written))}
    return items_of(records, [lines[r.id]["prediction"] for r in records], [lines[r.id]["confidence"] for r in records])


def _asked(typed: Sequence[str], host: Host, given: Given) -> list[_Answers]:
    """What runs answer to a file."""
    first, *rest = [_ask(name, host, given) for name in typed]
    for name, other in zip(typed[1:], rest, strict=True):
        if _right_answers(other) != _right_answers(first):
            raise ConfigError(
                f"{typed[0]} and {name} read {given.file} differently",
                "compare runs of one kind, with the same labels and the same privacy",
            )
    return [first, *rest]


def _ask(name: str, host: Host, given: Given) -> _Answers:
    opened = open_run(name, beside_lock(host, name))
    found = given_records(opened, host, given)
    outcomes = opened.outcomes(found.records, opened.learner.encode(found.records))
    items = outcome_items(found.records, outcomes)
    return _Answers(opened.task, opened.coding.labels, found.records, items, found.left_out, found.seen)


def _right_answers(answers: _Answers) -> tuple[str, list[tuple[str, str]]]:
    """By rows: a run may take ids from a column that another one does not read."""
    kind = answers.task.kind
    return kind.name, [(record.origin, kind.answer(record)) for record in answers.records]


def _conclusion(one: str, other: str, metric: MetricSpec, pair: dict[str, Any], records: int) -> tuple[str, str]:
    """``better``, ``worse`` or ``cannot tell``, and a sentence that says it with its figures."""
    difference, low, high = (pair[name] for name in ("difference", "low", "high"))
    if difference is None or low is None or high is None:
        said = f"{metric.name} is not defined on these {records} records"
        return "cannot tell", f"it cannot be told whether {one} is better or worse than {other}: {said}"
    figures = f"{metric.name} differs by {difference:+.3f} [{low:+.3f}, {high:+.3f}], p {pair['p_corrected']:.3f}"
    what = f"{figures}, on the same {records} test records"
    if low <= 0 <= high or pair["p_corrected"] > 1 - CONFIDENCE:
        return "cannot tell", f"it cannot be told whether {one} is better or worse than {other}: {what}"
    verdict = "better" if (difference > 0) == metric.greater_is_better else "worse"
    return verdict, f"{one} is {verdict} than {other}: {what}"
