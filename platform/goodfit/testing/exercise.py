"""How each sort of thing that plugins offer is tried out: on records of the plugin's own data."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import itertools
import json
import pickle
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from goodfit.data.gather import Splits, gather, scrub_splits
from goodfit.data.scrub import Scrub, ask
from goodfit.data.stand_ins import gives_away
from goodfit.errors import DataError, GoodfitError
from goodfit.files import file_digest
from goodfit.hooks.findings import MOST_LEAKED
from goodfit.hooks.types import (
    AuditSpec,
    DataFacts,
    DataSourceSpec,
    Evidence,
    Finding,
    Found,
    GateSpec,
    Item,
    Limit,
    MetricSpec,
    ModelFacts,
    ModelSpec,
    RecordView,
    ScrubberSpec,
)
from goodfit.kinds import find_kind
from goodfit.kinds.shape import item
from goodfit.plugins.offers import sound
from goodfit.runs.ask import compared
from goodfit.runs.audit import data_facts
from goodfit.runs.faults import input_key
from goodfit.runs.records import with_labels
from goodfit.runs.task import Task
from goodfit.schema import RunConf
from goodfit.schema.dataset import SPLITS, DatasetConf

MOST_ITEMS = 200
"""Records of the test split on which metrics and judges are tried."""
ODD_TEXTS = (
    "",
    " \n\t",
    "Ünïcode ☃ 漢字 \u0301\u200b",
    "Dr Jane Doe, 12 High Street, +44 20 7946 0000, 03/04/2025, jd@example.org",
)
"""Texts that scrubbers are tried on besides those of the plugin's own data."""
MOST_ALONE = 20
"""Texts that a scrubber is asked about one by one as well."""
KEY = b"what stands in is tried with this key"
MADE_UP = "Zyx 47110815"
"""A value that a scrubber is asked for a stand-in of, as if it had found it."""
LONG_TEXT = 24
"""Characters from which a record's text in a finding is no label or name, but a text."""
Tried = dict[str, Any]
"""What was learnt: ``problems``, ``digest`` of the result, and figures for people."""


@dataclass(slots=True)
class Material:
    """What a plugin's things are tried on: the records of its own data."""

    sources: dict[str, tuple[str, Splits]] = field(default_factory=dict)
    """Source -> kind and records."""

    def items(self, kind: str) -> list[Item]:
        """Test records of a kind with answers."""
        return [item for own, splits in self.sources.values() if own == kind for item in items_of(kind, splits)]


def right_answer(kind: str, fields: Mapping[str, Any]) -> Any:
    """The answer that a perfect model gives."""
    answers: Mapping[str, Callable[[], Any]] = {
        "classification": lambda: fields["label"],
        "multilabel": lambda: list(fields["labels"]),
        "token_classification": lambda: list(fields["spans"]),
        "question_answering": lambda: fields["answers"][0]["text"] if fields["answers"] else "",
        "ranking": lambda: [fields["positive"]],
        "generation": lambda: fields["target"],
        "chat": lambda: fields["messages"][-1]["content"],
        "language_modeling": lambda: {"nats": 1.0, "tokens": 1, "bytes": len(fields["text"].encode())},
    }
    return answers[kind]()


def items_of(kind: str, splits: Splits) -> list[Item]:
    """Test records with answers: each third one has that of another record."""
    records = splits.test[:MOST_ITEMS]
    answers = [right_answer(kind, record.fields) for record in records]
    answers = [answers[index - 1] if index % 3 == 2 else answer for index, answer in enumerate(answers)]
    return [item(record, answer, 0.5) for record, answer in zip(records, answers, strict=True)]


def read_source(spec: DataSourceSpec) -> Splits:
    """The records of a data source, checked as a run checks them.

    Raises:
        DataError: Whatever is wrong with them.
    """
    kind = find_kind(spec.kind)
    return gather(DatasetConf(), 42, spec.files(), lambda row: kind.check(row, True), kind.stratum, kind.compared)


def refused(tasks: Sequence[RunConf], splits: Splits) -> list[str]:
    """Why tasks would not take the records of their source, each by its own labels."""
    told = []
    for conf in tasks:
        try:
            with_labels(Task(conf, find_kind(conf.task.kind or ""), (), (), None), splits)
        except GoodfitError as mistake:
            told.append(f"task={conf.task.name}: {mistake.what}; {mistake.fix}")
    return told


def try_source(spec: DataSourceSpec, material: Material) -> Tried:
    """Ask for the files; a source may say that what it looks for is not on this machine."""
    about = {"kind": spec.kind, "licence": spec.licence, "origin": spec.origin}
    try:
        files = {split: _known_by(path) for split, path in spec.files().items()}
    except DataError as absent:
        return {"problems": [], "digest": digest(absent.lines()), "absent": True, **about}
    return {"problems": [], "digest": digest(files), "absent": False, **about}


def _known_by(path: Path) -> str:
    """What tells a file of a data source: where it is; of one that was fetched to a temporary place what it holds."""
    temporary = Path(tempfile.gettempdir()).resolve()
    return file_digest(path) if path.is_file() and path.resolve().is_relative_to(temporary) else str(path)


def try_metric(spec: MetricSpec, material: Material) -> Tried:
    """Measure: statistics are a row of finite numbers for each record, and depend on no other record."""
    import numpy as np

    problems, results = [], []
    for kind in spec.kinds:
        own = material.items(kind)
        if not own:
            continue
        rows = np.asarray(spec.statistics(own), dtype=np.float64)
        if not np.isfinite(rows).all():
            problems.append(f"statistics of {kind} items are not all finite")
        halves = [spec.statistics(part) for part in (own[: len(own) // 2], own[len(own) // 2 :]) if part]
        if not np.allclose(np.concatenate(halves), rows):
            problems.append(f"a {kind} item's statistics depend on the other items")
        spec.reduce(np.stack([rows.sum(0)] * 3))  # several sums at once, as an interval asks
        results.append(np.asarray(spec.reduce(rows.sum(0))).tolist())
    return {"problems": problems, "digest": digest(results)}


def try_gate(spec: GateSpec, material: Material) -> Tried:
    """Ask the gate about a run with figures of everything, and about one with none."""
    figure = {"value": 0.9, "low": 0.8, "high": 1.0, "n": 100.0, "units": 100.0}
    pair = {"difference": 0.1, "low": 0.05, "high": 0.15, "p": 0.01}
    verdicts = []
    for tuned, paired in (({"test/x": figure}, {"test/x": pair}), ({}, {})):
        verdict = spec.judge(Evidence(task="x", primary="test/x", tuned=tuned, paired=paired, fit="good", findings=[]))
        verdicts.append((verdict.passed, verdict.reason))
    for source, (name, splits) in material.sources.items() if spec.needs is not None else ():
        with contextlib.suppress(GoodfitError):  # it says that a run of these data lacks something
            spec.needs(_data_facts(source, name, splits))
    return {"problems": [], "digest": digest(verdicts)}


def _data_facts(source: str, kind: str, splits: Splits, limits: Sequence[Limit] = ()) -> DataFacts:
    """What a run of a plugin's own data would show before it trains."""
    found = find_kind(kind)
    facts = data_facts(source.replace(".", "/"), 42, found, splits, found.labels_in(splits.train))
    return dataclasses.replace(facts, limits={limit.name: limit.default for limit in limits})


def try_model(spec: ModelSpec, material: Material) -> Tried:
    """Look for the folder; a model that is not installed says so by an exception."""
    folder = spec.folder()
    problems = [] if (folder / "config.json").is_file() else [f"{folder} has no config.json"]
    return {"problems": problems, "digest": digest(str(folder))}


def try_scrubber(spec: ScrubberSpec, material: Material) -> Tried:
    """Let it read odd texts and those of its data: a text's places are in it, and depend on this text alone; and let it
    say what stands in for what it found."""
    records = [record for _, splits in material.sources.values() for record in splits.test[:MOST_ITEMS]]
    own = [text for record in records for text in record.fields.values() if isinstance(text, str)]
    texts = [*ODD_TEXTS, *own]
    found = ask(spec, texts)
    together = [_places(one) for one in found]
    alone = [_places(found) for text in reversed(texts[:MOST_ALONE]) for found in ask(spec, [text])]
    differs = alone[::-1] != together[:MOST_ALONE]
    values = {
        (place.type, text[place.start : place.end]) for text, one in zip(texts, found, strict=True) for place in one
    }
    values |= {(sort, MADE_UP) for sort in spec.recall}
    made = {value: spec.stand_in(*value, KEY) for value in sorted(values)} if spec.stand_in else {}
    parts = [spec.parts(*value) for value in sorted(values)] if spec.parts else []
    return {
        "problems": ["a text's places depend on the other texts"] * differs + _stands_in_badly(spec, made),
        "digest": digest([together, list(made.values()), parts]),
    }


def _stands_in_badly(spec: ScrubberSpec, made: Mapping[tuple[str, str], str]) -> list[str]:
    """What is wrong with what stands in for some values, (type, value) -> stand-in; no value is named."""
    found = []
    if any(spec.stand_in(*value, KEY) != one for value, one in made.items()):
        found.append("stand_in makes something else of the same value with the same key")
    if any(gives_away(one, value) for (_, value), one in made.items()):
        found.append("stand_in makes what has the figures of the value that it stands for")
    again = zip(made.values(), ask(spec, list(made.values())), strict=True)
    if any(
        spec.stand_in(p.type, text[p.start : p.end], KEY) != text[p.start : p.end] for text, ps in again for p in ps
    ):
        found.append("find finds what stand_in made, which would be replaced without end")
    return found


def _places(found: Sequence[Found]) -> list[tuple[int, int, str]]:
    return sorted((place.start, place.end, place.type) for place in found)


def try_audit(spec: AuditSpec, material: Material) -> Tried:
    """Show it the data, and answers to the test records as if they were a tuned model's."""
    found, told, untried = [], [], True
    untold: set[str] = set()
    for source, (name, splits) in material.sources.items():
        if not spec.applies_to(name):
            continue
        facts = _data_facts(source, name, splits, spec.limits)
        if spec.look_at_data is not None:
            of_data = spec.look_at_data(facts)
            untold |= _untold(spec, of_data, {record.id for record in (*splits.validation, *splits.test)})
            found += of_data
        if spec.look_at_model is not None:
            found += spec.look_at_model(_model_facts(facts, items_of(name, splits)))
        told += [record.fields for record in splits.test]
        untried = False
    problems = [f"a finding {code} has rows, and codes does not list it" for code in sorted(untold)]
    limits = [limit.name for limit in spec.limits]
    return {"problems": problems, "untried": untried, "limits": limits, **about_findings(found, told)}


def _untold(spec: AuditSpec, findings: Sequence[Finding], held_out: set[str]) -> set[str]:
    """Codes that ``quality.fixes`` would refuse, though records can be left out by them: held-out ones never are."""
    if spec.codes is None:
        return set()
    return {finding.code for finding in findings if not held_out.issuperset(finding.rows)} - set(spec.codes)


def _model_facts(data: DataFacts, items: Sequence[Item]) -> ModelFacts:
    """What a run would show of a model that gives these answers, in their order, whatever it is asked; its base has no
    head for the task."""

    answers, metric = [one.answer for one in items], find_kind(data.kind).metrics(data.labels)[0]

    def ask(asked: Sequence[RecordView]) -> list[Item]:
        return [
            Item(id=one.id, fields=one.fields, answer=answer, group=one.group, slices=one.slices, unit=one.unit)
            for one, answer in zip(asked, itertools.cycle(answers), strict=False)
        ]

    return ModelFacts(
        task=data.task,
        kind=data.kind,
        labels=data.labels,
        seed=data.seed,
        splits={**data.splits, "test": data.splits["test"][: len(items)]},
        limits=data.limits,
        items=items,
        metric=metric,
        ask=ask,
        losses=lambda asked: [1.0 + len(one.text) % 10 / 10 for one in asked],
        base_losses=None,
        compared=partial(compared, metric, items, data.seed),
    )


def about_findings(found: Sequence[Finding], rows: Sequence[Mapping[str, Any]]) -> Tried:
    """The codes of findings, and how many texts of records stand in them."""
    said = [dataclasses.asdict(sound(finding)) for finding in found]
    whole = json.dumps(said, ensure_ascii=False)
    texts = {text for row in rows for text in row.values() if isinstance(text, str) and len(text) > LONG_TEXT}
    return {
        "digest": digest(said),
        "codes": sorted({finding.code for finding in found}),
        "texts": sum(json.dumps(text, ensure_ascii=False)[1:-1] in whole for text in texts),
    }


EXERCISES: Mapping[type, Callable[[Any, Material], Tried]] = {
    DataSourceSpec: try_source,
    MetricSpec: try_metric,
    GateSpec: try_gate,
    ModelSpec: try_model,
    AuditSpec: try_audit,
    ScrubberSpec: try_scrubber,
}
"""Sort of thing -> how it is tried, behind its ``guard``, which refuses what is of another type, shape or place; things
of another sort are looked at, and not called."""


def goes_to_workers(thing: Any) -> str | None:
    """Why a thing cannot be sent to a worker process, or None."""
    try:
        pickle.loads(pickle.dumps(thing))
    except Exception as error:  # noqa: BLE001 - whatever pickle or the plugin's code raises
        return f"{type(error).__name__}: {error}"
    return None


def digest(result: Any) -> str:
    """Says whether two processes came to the same result."""
    return hashlib.sha256(json.dumps(result, sort_keys=True, default=str).encode()).hexdigest()


def leaks(spec: DataSourceSpec, splits: Splits) -> list[str]:
    """Test and validation inputs that stand in the training records, and are not planted on purpose."""
    manifest = spec.files()["train"].with_name("planted.json")
    listed = json.loads(manifest.read_text("utf-8"))["faults"] if manifest.is_file() else []
    planted = {fault[key] for fault in listed for key in ("id", "of") if key in fault}
    kind = find_kind(spec.kind)
    trained = {input_key(kind, record) for record in splits.train}
    return [
        f"the {split} record {record.id} stands in the training records, too"
        for split in ("validation", "test")
        for record in splits[split]
        if input_key(kind, record) in trained and record.id not in planted
    ]


def leaks_of_scrubbed(spec: DataSourceSpec, splits: Splits, task: str, scrub: Scrub) -> list[str]:
    """Further inputs that stand in the training records, once a task has taken out what tells them apart; none where
    they are as few as a run only warns of."""
    texts = find_kind(spec.kind).texts
    clean, _ = scrub_splits({split: splits[split] for split in SPLITS}, lambda records: scrub.records(records, texts))
    known = leaks(spec, splits)
    found = [fault for fault in leaks(spec, dataclasses.replace(splits, **clean)) if fault not in known]
    if len(found) <= MOST_LEAKED * len(splits.test):
        return []
    return [f"{fault}, once task={task} has taken personal data out of them" for fault in found]
