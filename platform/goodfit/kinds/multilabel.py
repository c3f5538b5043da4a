"""multilabel: any number of labels for each text, none among them."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from goodfit.data.batches import Example, LabelsAt
from goodfit.data.records import Record, RowProblem, from_cell
from goodfit.kinds.decoding import generate
from goodfit.kinds.label_lists import LabelLists
from goodfit.kinds.label_metrics import are_right_labels, multilabel_metrics
from goodfit.kinds.passes import losses_if_known, scores_of
from goodfit.kinds.shape import Coding, Encoded, Kind, Outcome, Texts, Tokens, learnt_tokens, need_text
from goodfit.kinds.text import TextCoder, encode_written
from goodfit.kinds.whole import encode_whole

BETWEEN = ";"
"""Between labels in a cell of a table."""

OTHER_SIGNS = ",\N{FULLWIDTH SEMICOLON}\n|/"
"""What else people write between labels; none of it is read so, for a single label may hold it."""
_OF_PATHS = "|/"
"""Stand in single labels, too, that lead from a topic to a part of it: ``food/price``, ``food/taste``."""

_LIST = re.compile(r"""\s*(\[\s*[]"']|\{\s*["']|\[[-\d\s,.]+\]\s*$)""")
"""What a list begins with as JSON writes it, or as Python, pandas and numpy print it, or a set."""
_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")


def check(values: Mapping[str, Any], labelled: bool) -> dict[str, Any]:
    """A row's ``text`` and ``labels``: a list, one as JSON or Python writes it, or one text with ``;`` between them."""
    fields: dict[str, Any] = {"text": need_text(values, "text")}
    if labelled:
        labels = values.get("labels")
        if isinstance(labels, str):
            labels = _in_a_cell(labels)
        if not isinstance(labels, list):
            raise RowProblem("labels is missing or no list (of a text without labels it is empty)")
        if not all(isinstance(label, str) and label.strip() for label in labels):
            raise RowProblem("one of the labels is no text")
        fields["labels"] = sorted(set(labels))
    return fields


def joined(labels: Collection[str], known: Collection[str]) -> dict[str, str]:
    """Those labels that are probably several in one, with another sign between them: most parts are known labels.

    Args:
        labels: Which are looked at.
        known: The label set, in which labels of several parts tell of their parts, too, but for parts of paths.

    Returns:
        Label -> the sign.
    """
    signs: dict[str, str] = {}
    for sign in OTHER_SIGNS:
        parts = {label: _parts(label, sign) for label in {*labels, *known}}
        found = Counter(known if sign in _OF_PATHS else (part for label in known for part in parts[label]))
        for label in labels:
            own = int(label in known and sign not in _OF_PATHS)
            shared = [found[part] > own for part in parts[label]]
            if len(shared) > 1 and 2 * sum(shared) > len(shared):
                signs.setdefault(label, sign)
    return signs


def _parts(label: str, sign: str) -> list[str]:
    """What stands between the signs in a label, without the brackets of a list around it."""
    return [part.strip() for part in label.strip().strip("[]").split(sign) if part.strip()]


def _in_a_cell(text: str) -> Any:
    """The labels of a cell; only those of a list may hold the sign that is between the others."""
    if not _LIST.match(text):
        return [part.strip() for part in text.split(BETWEEN) if part.strip()]
    if not isinstance(listed := from_cell(text), str):
        return listed
    inside, end = text.strip()[1:-1], text.strip()[-1]
    if end not in "]}" or _QUOTED.sub("", inside).strip(", \n"):
        raise RowProblem("labels begins as a list and is none")
    return [re.sub(r"\\(.)", r"\1", label[1:-1]) for label in _QUOTED.findall(inside)]


class LabelsByHead:
    """An encoder with a yes or no for each label on its pooled states."""

    head = "sequence_classification"
    labels_at: LabelsAt = "rows"
    monitor = "f1_micro"

    def __init__(self, coding: Coding) -> None:
        self.coding = coding
        self.outputs = coding.labels

    def encode(self, records: Sequence[Record]) -> Encoded:
        """One example for each record, with a decision for each label."""
        named = [set(record.fields.get("labels", ())) for record in records]
        decisions = [tuple(int(label in own) for label in self.coding.labels) for own in named]
        return replace(encode_whole(self.coding, records, decisions), log_odds=_log_odds(decisions))

    def learns(self, example: Example, tokens: Tokens) -> list[str]:
        """The labels that fit."""
        return [label for label, yes in zip(self.outputs, example.labels, strict=True) if yes] or ["no label"]

    def outcomes(self, model: Any, records: Sequence[Record], encoded: Encoded) -> list[Outcome]:
        """The labels that are more probable than not."""
        found: list[Any] = [None] * len(records)
        for indices, scores in scores_of(model, encoded.examples, self.coding, self.labels_at):
            chances = scores.logits.float().softmax(-1)[:, 1].view(len(indices), -1).cpu().tolist()
            losses = scores.losses().view(len(indices), -1).mean(1).cpu().tolist()
            for index, row, loss in zip(indices, chances, losses, strict=True):
                answer = [label for label, chance in zip(self.coding.labels, row, strict=True) if chance > 0.5]
                known = "labels" in records[index].fields
                found[index] = Outcome(answer, math.prod(max(p, 1 - p) for p in row), loss if known else None)
        return found


def _log_odds(decisions: Sequence[tuple[int, ...]]) -> list[float]:
    """How probable each label is, half a record added to either side.

    Most decisions are no. A head that starts at even odds learns that first, through the states of all texts at once,
    and a small encoder does not come back from it. Lin et al. 2017, https://arxiv.org/abs/1708.02002, section 3.3.
    """
    count = len(decisions)
    return [math.log((yes + 0.5) / (count - yes + 0.5)) for yes in map(sum, zip(*decisions, strict=True))]


class LabelsByText:
    """A text model that writes the labels that fit, in the order of the label set; it can write nothing else."""

    outputs = ()
    labels_at: LabelsAt = "tokens"
    monitor = "loss"
    learns = learnt_tokens

    def __init__(self, coding: Coding) -> None:
        self.coding = coding
        self.head = f"text_of_{coding.family}"
        self.coder = TextCoder(coding)
        self.lists = LabelLists(self.coder, coding.labels)
        self.room = min(coding.max_new_tokens, self.lists.longest)
        self.coder.refuse_no_room(self.room)

    def encode(self, records: Sequence[Record]) -> Encoded:
        """One example for each record: the prompt, and the list of its labels to learn."""
        return encode_written(self.coder, records, self.room, self._target)

    def _target(self, record: Record) -> tuple[int, ...]:
        return self.lists.ids(record.fields.get("labels", ()))

    def outcomes(self, model: Any, records: Sequence[Record], encoded: Encoded) -> list[Outcome]:
        """Greedy answers among all lists of labels."""
        sources = [self.coder.source(record.fields, self.room)[0] for record in records]
        written = generate(model, self.coder, sources, self.room, lambda _, written: self.lists.allowed(written))
        losses = losses_if_known(self, model, encoded, ["labels" in record.fields for record in records])
        return [Outcome(self.lists.labels(ids), None, loss) for ids, loss in zip(written, losses, strict=True)]


def _majority(train: Sequence[Record], records: Sequence[Record]) -> tuple[str, list[list[str]]]:
    chosen = list(Counter(tuple(record.fields["labels"]) for record in train).most_common(1)[0][0])
    shown = f"always {', '.join(chosen)}" if chosen else "never a label"
    return f"{shown}, the most frequent answer", [chosen] * len(records)


def _labels(fields: Mapping[str, Any]) -> Iterable[str]:
    labels: list[str] = fields["labels"]
    return labels


def _answer(record: Record) -> str:
    labels: list[str] = record.fields["labels"]
    return f"{BETWEEN} ".join(json.dumps(label) if BETWEEN in label else label for label in labels)


KIND = Kind(
    name="multilabel",
    interchangeable=True,
    fields={
        "text": "the text",
        "labels": f"a list of labels (a cell's as JSON), or one text with `{BETWEEN}` between them",
    },
    typed="text",
    prompted=("text",),
    check=check,
    labels=_labels,
    joined=joined,
    text=lambda record: record.fields["text"],
    answer=_answer,
    texts=Texts(names=("text",)),
    stratum=lambda record: tuple(record.fields["labels"]),
    learners={"encoder": LabelsByHead, "decoder": LabelsByText, "seq2seq": LabelsByText},
    metrics=multilabel_metrics,
    is_right=are_right_labels,
    untrained=_majority,
    reference=_majority,
)
