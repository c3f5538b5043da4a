"""generation: a text for each source (summaries, rewrites, copy from attributes)."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from goodfit.data.batches import LabelsAt
from goodfit.data.records import Record, from_cell
from goodfit.kinds.decoding import generate, written_outcomes
from goodfit.kinds.shape import Coding, Encoded, Kind, Outcome, Texts, learnt_tokens, need_text
from goodfit.kinds.text import TextCoder, encode_written
from goodfit.kinds.text_metrics import text_metrics


def check(values: Mapping[str, Any], labelled: bool) -> dict[str, Any]:
    """A row's ``source`` (a text, or attributes as an object) and ``target``."""
    source = values.get("source")
    if isinstance(named := from_cell(source), dict):
        source = attributes(named)
    fields: dict[str, Any] = {"source": need_text({**values, "source": source}, "source")}
    if labelled:
        fields["target"] = need_text(values, "target")
    return fields


def attributes(source: Mapping[str, Any]) -> str:
    """Attributes as text: ``name: value | name: value``.

    Those without a value are left out: a table has every attribute in every row, and JSON may.
    """
    written = {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in source.items()
        if not _is_nothing(value)
    }
    return " | ".join(f"{name}: {value}" for name, value in written.items())


def _is_nothing(value: Any) -> bool:
    return value in (None, "") or (isinstance(value, float) and math.isnan(value))


def _first_words(train: Sequence[Record], records: Sequence[Record]) -> tuple[str, list[str]]:
    lengths = sorted(len(record.fields["target"].split()) for record in train)
    count = lengths[len(lengths) // 2]
    answers = [" ".join(record.fields["source"].split()[:count]) for record in records]
    return f"a copy of the source's first {count} words", answers


class Write:
    """A text model that writes the target."""

    outputs = ()
    labels_at: LabelsAt = "tokens"
    monitor = "loss"
    learns = learnt_tokens

    def __init__(self, coding: Coding) -> None:
        self.coding = coding
        self.head = f"text_of_{coding.family}"
        self.coder = TextCoder(coding)
        self.room = coding.max_new_tokens

    def encode(self, records: Sequence[Record]) -> Encoded:
        """One example for each record; a target that is too long ends without its end-of-text."""
        return encode_written(self.coder, records, self.room, self._target)

    def _target(self, record: Record) -> tuple[int, ...]:
        return (*self.coder.answer_ids(record.fields.get("target", "")), self.coder.eos)

    def outcomes(self, model: Any, records: Sequence[Record], encoded: Encoded) -> list[Outcome]:
        """Written answers."""
        sources = [self.coder.source(record.fields, self.room)[0] for record in records]
        written = generate(model, self.coder, sources, self.room)
        known = ["target" in record.fields for record in records]
        return written_outcomes(self, model, encoded, known, written)


KIND = Kind(
    name="generation",
    fields={
        "source": "a text, or an object of attributes (in a cell or a typed text as JSON)",
        "target": "the text to write",
    },
    typed="source",
    prompted=("source",),
    check=check,
    labels=None,
    text=lambda record: record.fields["source"],
    answer=lambda record: record.fields["target"],
    texts=Texts(names=("source", "target")),
    stratum=lambda record: (),
    learners={"decoder": Write, "seq2seq": Write},
    metrics=lambda labels: text_metrics(),
    untrained=_first_words,
    reference=_first_words,
    writes_freely=True,
    at_length=True,
)
