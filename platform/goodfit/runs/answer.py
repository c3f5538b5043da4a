"""What a finished run answers, and the documents in which it looks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from goodfit.data.records import Record
from goodfit.errors import ConfigError, DataError, HardwareError, PluginError
from goodfit.kinds.ranking import documents_of
from goodfit.plugins.host import Host
from goodfit.runs.documents import read_documents
from goodfit.runs.opened import OpenedRun
from goodfit.runs.records import read_splits
from goodfit.schema.dataset import SPLITS


def find_documents(opened: OpenedRun, host: Host, typed: str | None, renamed: Mapping[str, str]) -> Mapping[str, str]:
    """What a ranking model searches, document -> where it stands; nothing for other kinds.

    Args:
        opened: The run.
        host: The plugins.
        typed: Where the documents lie; None for those of the run's own data.
        renamed: Fields that have other names there.

    Raises:
        GoodfitError: No documents are there, or the kind searches none.
    """
    if not opened.task.kind.searches:
        if typed is not None:
            raise ConfigError(f"{opened.task.kind.name} searches no documents", "leave --documents out")
        return {}
    if typed is not None:
        named = [fields["positive"] for fields in (renamed, opened.conf.dataset.fields) if "positive" in fields]
        documents, scrub = read_documents(Path(typed), named), opened.task.scrub
        return documents if scrub is None else dict(zip(scrub.texts(list(documents)), documents.values(), strict=True))
    try:
        splits = read_splits(opened.task, host)
    except (DataError, HardwareError, PluginError) as error:
        error.fix = "name documents: --documents FOLDER"
        raise
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
    outcomes = opened.outcomes(records, encoded)
    cut = set(encoded.cut)
    answers = []
    for index, (record, outcome) in enumerate(zip(records, outcomes, strict=True)):
        answer = {"id": record.id, "prediction": opened.task.kind.shown(record, outcome.answer)}
        if documents:
            answer["prediction"] = [{"text": text, "from": documents[text]} for text in answer["prediction"]]
        if outcome.confidence is not None:
            answer["confidence"] = round(outcome.confidence, 6)
            if opened.trusted_from is not None:
                answer["review"] = outcome.confidence < opened.trusted_from
        if index in cut:
            answer["cut"] = True
        if opened.task.scrub is not None and "spans" in opened.task.kind.texts.places:
            answer["read"] = record.fields["text"]  # the spans are places in it, not in the text that was given
        answers.append(answer)
    return answers


def reply(opened: OpenedRun, messages: Sequence[Mapping[str, str]]) -> str:
    """What a chat model says next, which may be nothing."""
    record = Record("chat", {"messages": list(messages)})
    (record,) = opened.scrubbed([record])
    (outcome,) = opened.outcomes([record], opened.learner.encode([record]))
    said: str = outcome.answer
    return said
