"""Using a finished run: opened from its folder, evaluated on data, asked for answers."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from goodfit.config.settings import find_setting, groups
from goodfit.config.words import unknown_setting
from goodfit.data.gather import SPLITS, read_split
from goodfit.data.read import read_file
from goodfit.data.records import BadRows, Problem, Record, Row, RowProblem
from goodfit.errors import ConfigError, DataError
from goodfit.evaluation.report import figures, outcome_items
from goodfit.kinds.ranking import documents_of
from goodfit.kinds.shape import Coding, Encoded, Learner, Outcome, refuse_unknown_fields
from goodfit.models.base import Base
from goodfit.models.device import pick_device
from goodfit.models.load import load_model, load_saved
from goodfit.plugins.host import Host
from goodfit.registry import did_you_mean
from goodfit.runs.digests import refuse_changed
from goodfit.runs.documents import read_documents
from goodfit.runs.folder import find_run, read_json
from goodfit.runs.prepare import build_learner, open_base, path_of
from goodfit.runs.save import base_identity
from goodfit.runs.task import Task, known_labels, open_task, read_splits, with_labels
from goodfit.schema import RunConf


@dataclass(frozen=True, slots=True)
class OpenedRun:
    """A finished run with its model."""

    folder: Path
    task: Task
    base: Base
    learner: Learner
    coding: Coding
    model: Any

    @property
    def conf(self) -> RunConf:
        """The written config."""
        return self.task.conf


def open_run(typed: str, host: Host) -> OpenedRun:
    """Load a finished run.

    Raises:
        ConfigError: It is not finished, its weights are damaged, or its base is another one now.
    """
    folder = find_run(typed)
    status = read_json(folder / "run.json", "status")["status"]
    if status != "finished":
        raise ConfigError(f"the run in {typed} is {status}, not finished", f"goodfit resume {shlex.quote(typed)}")
    task = open_task(folder, host)
    conf = task.conf
    weights = folder / ("adapter" if (folder / "adapter").is_dir() else "model")
    refuse_changed(folder, "config.yaml", f"{weights.name}/")
    written = read_json(weights / "task.json", "base", "labels")
    base = open_base(conf, host)
    if written["base"] != base_identity(base):
        raise ConfigError(
            f"the run was tuned on {written['base']['name']} with the digest {written['base']['digest']}, and the "
            f"base here has {base.digest}",
            "install the base model that the run was tuned on",
        )
    learner, coding = build_learner(task, base, tuple(written["labels"]))
    model = _load(weights, task, base, learner)
    device = pick_device("auto" if conf.hardware.accelerator == "gpu" else "cpu")
    return OpenedRun(folder, task, base, learner, coding, model.to(device).eval())


def _load(weights: Path, task: Task, base: Base, learner: Learner) -> Any:
    conf = task.conf
    if weights.name == "model":
        return load_saved(base, conf.model, learner.head, learner.outputs, weights)
    from peft import PeftModel

    model = load_model(base, conf.model, learner.head, learner.outputs, conf.seed, conf.adapter.four_bits)
    return PeftModel.from_pretrained(model, str(weights), use_safetensors=True)


def evaluate_run(opened: OpenedRun, host: Host, words: Sequence[str], split: str) -> dict[str, Any]:
    """Measure a run on one of its splits, or on a file given as ``dataset.test=…``.

    Raises:
        GoodfitError: The words or the data are wrong.
    """
    records = _records(opened, host, words, split)
    encoded = opened.learner.encode(records)
    outcomes = _outcomes(opened, records, encoded)
    specs = opened.task.measures(opened.coding.labels)
    items, losses = outcome_items(records, outcomes), [outcome.loss for outcome in outcomes]
    found = figures(specs, records, items, split, opened.conf.seed, losses)
    return {
        "run": str(opened.folder),
        "split": split,
        "records": len(records),
        "cut": len(encoded.cut),
        "metrics": found,
    }


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
    fields = {**opened.conf.dataset.fields, **renamed}
    records = read_split(Path(given[f"dataset.{split}"]), fields, lambda row: kind.check(row, True))
    _, unknown = known_labels(kind, records, opened.coding.labels)
    if unknown:
        raise BadRows(unknown, len(records))
    return _scrubbed(opened, records)


def _scrubbed(opened: OpenedRun, records: Sequence[Record]) -> list[Record]:
    """Records as the run itself would have read them."""
    scrub = opened.task.scrub
    return list(records) if scrub is None else scrub.records(records, opened.task.kind.texts)[0]


def read_inputs(
    opened: OpenedRun,
    texts: Sequence[str],
    file: str | None,
    lines: Sequence[str] | None,
    renamed: Mapping[str, str],
) -> list[Record]:
    """Records to answer: typed texts, a file's rows, or lines of text or JSON; without an id they are numbered.

    Args:
        opened: The run.
        texts: Typed texts.
        file: A file's name.
        lines: Lines of standard input.
        renamed: Fields that have other names here than in the run's own data.

    Raises:
        BadRows: A row lacks what the kind needs.
    """
    main = opened.task.kind.typed
    problems: list[Problem] = []
    if file is None:
        rows = [Row(f"text {n}", {main: text}) for n, text in enumerate(texts, 1)]
        rows += _from_lines(lines or [], main, "standard input")
    elif file.endswith(".txt"):
        rows = _from_lines(_text_lines(Path(file)), main, Path(file).name)
    else:
        rows, problems = read_file(Path(file))
    total = len(rows) + len(problems)
    records = []
    refuse_unknown_fields(opened.task.kind, renamed)
    fields = {**opened.conf.dataset.fields, **renamed}
    for place, row in enumerate(rows, 1):
        own = {ours: row.values.get(theirs) for ours, theirs in fields.items()}
        values = {**row.values, **{name: value for name, value in own.items() if value is not None}}
        try:
            given = values.get("id")
            number = row.number or place
            records.append(Record(str(number if given is None else given), opened.task.kind.check(values, False)))
        except RowProblem as problem:
            problems.append(Problem(row.origin, str(problem)))
    if problems:
        raise BadRows(problems, total)
    if not records:
        raise DataError("there is nothing to answer", "give a text, --input FILE, or lines on standard input")
    return _scrubbed(opened, records)


def lines_of(text: str) -> list[str]:
    """The lines of a text. Unicode's own line separators stand inside JSON strings, and end no line."""
    return [line.removesuffix("\r") for line in text.split("\n")]


def _text_lines(path: Path) -> list[str]:
    try:
        return lines_of(path.read_text("utf-8"))
    except FileNotFoundError:
        raise DataError(f"the data file {path} does not exist", "check --input") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8: byte {error.start + 1}", "save it as UTF-8") from None


def _from_lines(lines: Sequence[str], main: str, origin: str) -> list[Row]:
    rows = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            rows.append(Row(f"{origin}:{number}", _line_values(line, main), number))
    return rows


def _line_values(line: str, main: str) -> Mapping[str, Any]:
    if line.lstrip().startswith("{"):
        try:
            values = json.loads(line)
        except ValueError:
            return {main: line}
        if isinstance(values, dict):
            return values
    return {main: line}


def find_documents(opened: OpenedRun, host: Host, typed: str | None) -> Mapping[str, str]:
    """What a ranking model searches, document -> where it stands; nothing for other kinds.

    Raises:
        GoodfitError: No documents are there, or the kind searches none.
    """
    if not opened.task.kind.searches:
        if typed is not None:
            raise ConfigError(f"{opened.task.kind.name} searches no documents", "leave --documents out")
        return {}
    if typed is not None:
        documents, scrub = read_documents(Path(typed)), opened.task.scrub
        return documents if scrub is None else dict(zip(scrub.texts(list(documents)), documents.values(), strict=True))
    try:
        splits = read_splits(opened.task, host)
    except DataError as error:
        raise DataError(error.what, "name documents: --documents FOLDER") from None
    records = [record for split in SPLITS for record in splits[split]]
    return {document: record.origin for record in reversed(records) for document in documents_of([record])}


def cut_documents(opened: OpenedRun, documents: Mapping[str, str]) -> set[str]:
    """The documents of which the model reads the beginning only."""
    learner: Any = opened.learner
    return learner.too_long(list(documents)) if documents else set()


def answer_records(opened: OpenedRun, records: Sequence[Record], documents: Mapping[str, str]) -> list[dict[str, Any]]:
    """The model's answers, in order.

    Args:
        opened: The run.
        records: What is asked.
        documents: What a ranking model searches, document -> where it stands.
    """
    if documents:
        listed = tuple(documents)
        records = [replace(record, fields={**record.fields, "negatives": listed}) for record in records]
    encoded = opened.learner.encode(records)
    outcomes = _outcomes(opened, records, encoded)
    cut = set(encoded.cut)
    answers = []
    for index, (record, outcome) in enumerate(zip(records, outcomes, strict=True)):
        answer = {"id": record.id, "prediction": opened.task.kind.shown(record, outcome.answer)}
        if documents:
            answer["prediction"] = [{"text": text, "from": documents[text]} for text in answer["prediction"]]
        if outcome.confidence is not None:
            answer["confidence"] = round(outcome.confidence, 6)
        if index in cut:
            answer["cut"] = True
        answers.append(answer)
    return answers


def reply(opened: OpenedRun, messages: Sequence[Mapping[str, str]]) -> str:
    """What a chat model says next, which may be nothing."""
    record = Record("chat", {"messages": list(messages)})
    (record,) = _scrubbed(opened, [record])
    (outcome,) = _outcomes(opened, [record], opened.learner.encode([record]))
    said: str = outcome.answer
    return said


def _outcomes(opened: OpenedRun, records: Sequence[Record], encoded: Encoded) -> list[Outcome]:
    model = opened.model.requires_grad_(False)
    path = path_of(opened.conf, opened.learner, opened.coding, model, encoded.examples)
    with path.on(model):
        return opened.learner.outcomes(model, records, encoded)
