"""classification: one label for each text."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from goodfit.data.batches import IGNORED, Example, LabelsAt
from goodfit.data.records import Record
from goodfit.errors import ConfigError
from goodfit.kinds.decoding import continuation_logprobs
from goodfit.kinds.label_metrics import classification_metrics, is_right_label
from goodfit.kinds.passes import scores_of
from goodfit.kinds.shape import Coding, Encoded, Kind, Outcome, Texts, Tokens, learnt_tokens, need_text
from goodfit.kinds.text import TextCoder, encode_written, label_words
from goodfit.kinds.whole import encode_whole


def check(values: Mapping[str, Any], labelled: bool) -> dict[str, Any]:
    """A row's ``text`` and ``label``."""
    fields: dict[str, Any] = {"text": need_text(values, "text")}
    if labelled:
        label = values.get("label")
        if isinstance(label, bool | int):
            label = str(label)
        fields["label"] = need_text({**values, "label": label}, "label")
    return fields


def _majority(train: Sequence[Record], records: Sequence[Record]) -> tuple[str, list[str]]:
    label = Counter(record.fields["label"] for record in train).most_common(1)[0][0]
    return f"always '{label}', the most frequent label", [label] * len(records)


class ClassifyByHead:
    """An encoder with a linear head on its pooled states."""

    head = "sequence_classification"
    labels_at: LabelsAt = "rows"
    monitor = "f1_macro"

    def __init__(self, coding: Coding) -> None:
        self.coding = coding
        self.outputs = coding.labels
        self.place = {label: index for index, label in enumerate(coding.labels)}

    def encode(self, records: Sequence[Record]) -> Encoded:
        """One example for each record."""
        labels = [(self.place.get(record.fields.get("label"), 0),) for record in records]
        return encode_whole(self.coding, records, labels)

    def learns(self, example: Example, tokens: Tokens) -> list[str]:
        """The label."""
        return [self.outputs[place] for place in example.labels]

    def outcomes(self, model: Any, records: Sequence[Record], encoded: Encoded) -> list[Outcome]:
        """The most probable label of each record."""
        found: list[Any] = [None] * len(records)
        for indices, scores in scores_of(model, encoded.examples, self.coding, self.labels_at):
            logs = scores.logits.float().log_softmax(-1).cpu()
            for index, row in zip(indices, logs, strict=True):
                found[index] = _outcome(row.tolist(), self.coding.labels, records[index])
        return found


class ClassifyByText:
    """A text model that scores each label as a continuation: an answer outside the label set cannot be."""

    outputs = ()
    labels_at: LabelsAt = "tokens"
    monitor = "f1_macro"
    learns = learnt_tokens

    def __init__(self, coding: Coding) -> None:
        self.coding = coding
        self.head = f"text_of_{coding.family}"
        self.coder = TextCoder(coding)
        self.written = {label: (*self.coder.answer_ids(label_words(label)), self.coder.eos) for label in coding.labels}
        if len(set(self.written.values())) < len(self.written):
            raise ConfigError("two labels read alike to the model's tokenizer", "rename one of the labels")
        self.room = max(map(len, self.written.values()))
        self.coder.refuse_no_room(self.room)

    @property
    def scored(self) -> list[tuple[int, ...]]:
        """Every label as it is written."""
        return list(self.written.values())

    def encode(self, records: Sequence[Record]) -> Encoded:
        """One example for each record: the prompt, and the label's words to learn."""
        return encode_written(self.coder, records, self.room, self._target)

    def _target(self, record: Record) -> tuple[int, ...]:
        return self.written.get(record.fields.get("label"), (IGNORED,))

    def outcomes(self, model: Any, records: Sequence[Record], encoded: Encoded) -> list[Outcome]:
        """The label whose words are most probable behind the prompt."""
        sources = [self.coder.source(record.fields, self.room)[0] for record in records]
        scores = continuation_logprobs(model, self.coder, sources, self.scored)
        return [
            _outcome(_normalised(row), self.coding.labels, record) for row, record in zip(scores, records, strict=True)
        ]


def _normalised(logs: Sequence[float]) -> list[float]:
    top = max(logs)
    total = top + math.log(sum(math.exp(value - top) for value in logs))
    return [value - total for value in logs]


def _outcome(logs: Sequence[float], labels: Sequence[str], record: Record) -> Outcome:
    best = max(range(len(labels)), key=lambda index: logs[index])
    right = record.fields.get("label")
    loss = -logs[labels.index(right)] if right in labels else None
    return Outcome(labels[best], math.exp(logs[best]), loss)


def _labels(fields: Mapping[str, Any]) -> Iterable[str]:
    return [fields["label"]]


KIND = Kind(
    name="classification",
    interchangeable=True,
    fields={"text": "the text", "label": "its label"},
    typed="text",
    prompted=("text",),
    check=check,
    labels=_labels,
    text=lambda record: record.fields["text"],
    answer=lambda record: record.fields["label"],
    texts=Texts(names=("text",)),
    stratum=lambda record: (record.fields["label"],),
    learners={"encoder": ClassifyByHead, "decoder": ClassifyByText, "seq2seq": ClassifyByText},
    metrics=classification_metrics,
    is_right=is_right_label,
    untrained=_majority,
    reference=_majority,
    one_label=True,
)
