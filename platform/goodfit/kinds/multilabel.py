"""multilabel: any number of labels for each text, none among them."""

from __future__ import annotations

import contextlib
import json
import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from goodfit.data.batches import LabelsAt
from goodfit.data.records import Record, RowProblem
from goodfit.errors import ConfigError
from goodfit.kinds.label_measures import are_right_labels, multilabel_metrics
from goodfit.kinds.passes import losses_if_known, scores_of
from goodfit.kinds.shape import Coding, Encoded, Kind, Outcome, Texts, need_text
from goodfit.kinds.text import TextCoder, generate, label_words, sign_in_none
from goodfit.kinds.whole import encode_whole

BETWEEN = ";"
"""Between labels in a cell of a table."""

_LIST = re.compile(r"""\s*(\[\s*[]"']|\{\s*["']|\[[-\d\s,.]+\]\s*$)""")
"""What a list begins with as JSON writes it, or as Python, pandas and numpy print it, or a set."""
_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")

NONE = "none"
"""What a text model writes where no label fits."""


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


def joined(labels: Iterable[str], known: Collection[str]) -> list[str]:
    """Those labels that are probably several in one, with commas between them: most of their parts are known labels.

    Args:
        labels: Which are looked at.
        known: The label set, in which labels of several parts tell of their parts, too.
    """
    found = Counter(part for label in known for part in _parts(label))
    in_others = {label: [found[part] > (label in known) for part in _parts(label)] for label in labels}
    return [label for label, shared in in_others.items() if len(shared) > 1 and 2 * sum(shared) > len(shared)]


def _parts(label: str) -> list[str]:
    return [part.strip() for part in label.split(",") if part.strip()]


def _in_a_cell(text: str) -> Any:
    """The labels of a cell; only those of a list may hold the sign that is between the others."""
    if not _LIST.match(text):
        return [part.strip() for part in text.split(BETWEEN) if part.strip()]
    with contextlib.suppress(ValueError):
        return json.loads(text)
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

    def __init__(self, coding: Coding) -> None:
        self.coding = coding
        self.head = f"text_of_{coding.family}"
        self.coder = TextCoder(coding)
        self.lists = LabelLists(self.coder, coding.labels)
        self.room = min(coding.max_new_tokens, self.lists.longest)
        self.coder.leave_room(self.room)

    def encode(self, records: Sequence[Record]) -> Encoded:
        """One example for each record: the prompt, and the list of its labels to learn."""
        examples, cut, beyond = [], [], {}
        for index, record in enumerate(records):
            source, was_cut = self.coder.source(record.fields, self.room)
            target = self.lists.ids(record.fields.get("labels", ()))
            examples.append(self.coder.example(index, source, target[: self.room]))
            if len(target) > self.room:
                beyond[index] = len(target)
            if was_cut or index in beyond:
                cut.append(index)
        return Encoded(examples, cut, beyond)

    def outcomes(self, model: Any, records: Sequence[Record], encoded: Encoded) -> list[Outcome]:
        """Greedy answers among all lists of labels."""
        sources = [self.coder.source(record.fields, self.room)[0] for record in records]
        written = generate(model, self.coder, sources, self.room, lambda _, written: self.lists.allowed(written))
        losses = losses_if_known(self, model, encoded, ["labels" in record.fields for record in records])
        return [Outcome(self.lists.labels(ids), None, loss) for ids, loss in zip(written, losses, strict=True)]


State = tuple[tuple[int, ...], tuple[int, ...]]
"""Labels so far, the one that is being written among them, and what is left to write of it."""


class LabelLists:
    """All lists of labels in the order of the label set, as token ids.

    Args:
        coder: Of the model's family.
        names: The label set.

    Raises:
        ConfigError: Two lists would read alike.
    """

    def __init__(self, coder: TextCoder, names: Sequence[str]) -> None:
        self._names = tuple(names)
        self._end = coder.eos
        words = [label_words(name) for name in names]
        between = coder.ids(sign_in_none(words))
        self._first = [coder.answer_ids(one) for one in words]
        self._later = [(*between, *coder.ids(f" {one}")) for one in words]
        self._none = coder.answer_ids(NONE)
        if len({*self._first, self._none}) <= len(names) or len(set(self._later)) < len(names):
            raise ConfigError(
                f"two labels read alike to the model's tokenizer, or one is called '{NONE}'", "rename one of the labels"
            )
        starts: list[State] = [((place,), ids) for place, ids in enumerate(self._first)]
        self._reached: dict[tuple[int, ...], list[State]] = {(): [*starts, ((), self._none)]}

    @property
    def longest(self) -> int:
        """Tokens of the list of all labels, its end included."""
        return max(len(self._none), sum(map(len, self._later))) + 1

    def ids(self, labels: Iterable[str]) -> tuple[int, ...]:
        """The tokens of a list, its end included."""
        places = sorted(self._names.index(label) for label in labels)
        later = [token for place in places[1:] for token in self._later[place]]
        return (*(self._first[places[0]] if places else self._none), *later, self._end)

    def allowed(self, written: Sequence[int]) -> list[int]:
        """The tokens that may follow."""
        states = self._states(tuple(written))
        following = {left[0] for _, left in states if left}
        return sorted(following | {self._end} if any(not left for _, left in states) else following) or [self._end]

    def labels(self, written: Sequence[int]) -> list[str]:
        """The labels of a list without its end; of one that breaks off, those that are whole."""
        states = self._states(tuple(written))
        whole = [chosen for chosen, left in states if not left] or [chosen[:-1] for chosen, _ in states] or [()]
        return [self._names[place] for place in whole[0]]

    def _states(self, written: tuple[int, ...]) -> list[State]:
        """All ways to read what is written."""
        if written not in self._reached:
            before = self._states(written[:-1])
            states = [(chosen, left[1:]) for chosen, left in before if left and left[0] == written[-1]]
            for chosen, left in list(states):
                if chosen and not left:
                    further = range(chosen[-1] + 1, len(self._names))
                    states += [((*chosen, place), self._later[place]) for place in further]
            self._reached[written] = states
        return self._reached[written]


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
