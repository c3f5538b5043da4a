"""What a finished run answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from goodfit.data.records import Record
from goodfit.kinds.shape import Outcome
from goodfit.runs.cuts import unread
from goodfit.runs.opened import OpenedRun

BATCHES = 8
"""Of the answers that are given at once."""


def answer_records(
    opened: OpenedRun, records: Sequence[Record], documents: Mapping[str, str], start: int = 0
) -> Iterator[list[dict[str, Any]]]:
    """The model's answers, in order, some at a time; all at once where documents are searched.

    Args:
        opened: The run.
        records: What is asked.
        documents: What a ranking model searches, document -> where it stands.
        start: The number of records that have been answered.
    """
    if documents:
        listed = tuple(documents)
        records = [replace(record, fields={**record.fields, "negatives": listed}) for record in records]
    encoded = opened.learner.encode(records)
    cut, little_read = set(encoded.cut), set(unread(encoded, len(records), opened.coding.tokenizer))
    size = len(records) if documents else BATCHES * opened.coding.batch_size
    for part in opened.outcomes_in_parts(records, encoded, size, start):
        numbers = range(start, start + len(part))
        yield [
            _answer(opened, records[number], outcome, documents, number in cut, number in little_read)
            for number, outcome in zip(numbers, part, strict=True)
        ]
        start = numbers.stop


def _answer(
    opened: OpenedRun, record: Record, outcome: Outcome, documents: Mapping[str, str], cut: bool, little_read: bool
) -> dict[str, Any]:
    """An answer as it is written down."""
    answer = {"id": record.id, "prediction": opened.task.kind.shown(record, outcome.answer)}
    if documents:
        answer["prediction"] = [{"text": text, "from": documents[text]} for text in answer["prediction"]]
    if outcome.confidence is not None:
        answer["confidence"] = round(outcome.confidence, 6)
        if opened.trusted_from is not None:
            answer["review"] = outcome.confidence < opened.trusted_from
    if cut:
        answer["cut"] = True
    if little_read:
        answer["unread"] = True
    if outcome.broken_off:
        answer["broken_off"] = True
    if opened.task.scrub is not None and "spans" in opened.task.kind.texts.places:
        answer["read"] = record.fields["text"]  # the spans are places in it, not in the text that was given
    return answer


def reply(opened: OpenedRun, messages: Sequence[Mapping[str, str]]) -> tuple[Outcome, bool]:
    """What a chat model says next, which may be nothing, and whether it did not read the beginning."""
    record = Record("chat", {"messages": list(messages)})
    (record,) = opened.scrubbed([record])
    encoded = opened.learner.encode([record])
    (outcome,) = opened.outcomes([record], encoded)
    return outcome, bool(encoded.cut)
