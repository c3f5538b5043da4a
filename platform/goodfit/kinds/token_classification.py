"""token_classification: labelled spans in a text (entities, terms, slots)."""

from __future__ import annotations

import dataclasses
import functools
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from goodfit.data.batches import IGNORED, Example, LabelsAt
from goodfit.data.records import Record, RowProblem, from_cell
from goodfit.errors import ConfigError
from goodfit.kinds.passes import losses_if_known, scores_of
from goodfit.kinds.shape import Coding, Encoded, Kind, Outcome, Texts, Tokens, learnt_tokens, need_text
from goodfit.kinds.spans import (
    Window,
    best_tags,
    is_blurred,
    read_spans,
    spans_of,
    tag_set,
    tags_of,
    windows,
)
from goodfit.kinds.text import TextCoder, fill_prompt, label_words, sign_in_none
from goodfit.kinds.token_classification_metrics import entity_metrics
from goodfit.kinds.units import case_marks, tags_of_words, units_of
from goodfit.kinds.whole import special_tokens
from goodfit.texts.words import split_words

SCORED_VALUES = 2**27
"""Logits (tags times vocabulary) that are held at once while tags are chosen."""


def check(values: Mapping[str, Any], labelled: bool) -> dict[str, Any]:
    """A row's ``tokens`` and ``tags`` (BIO), or ``text`` and ``spans``, as text, words and spans."""
    if values.get("tokens") is not None:
        return _from_tokens(values, labelled)
    text = need_text(values, "text")
    fields: dict[str, Any] = {"text": text}
    if labelled:
        fields["spans"] = read_spans(values.get("spans"), text)
    fields["words"] = split_words(text)
    return fields


def _from_tokens(values: Mapping[str, Any], labelled: bool) -> dict[str, Any]:
    tokens = from_cell(values["tokens"])
    if not isinstance(tokens, list) or not tokens or not all(isinstance(token, str) and token for token in tokens):
        raise RowProblem("tokens is not a list of non-empty texts")
    words, place = [], 0
    for token in tokens:
        words.append((place, place + len(token)))
        place += len(token) + 1
    fields: dict[str, Any] = {"text": need_text({"text": " ".join(tokens)}, "text"), "words": words}
    if labelled:
        tags = from_cell(values.get("tags"))
        if not isinstance(tags, list) or len(tags) != len(tokens):
            raise RowProblem(f"tags is not a list of {len(tokens)} tags, one for each token")
        wrong = [n for n, tag in enumerate(tags, 1) if not isinstance(tag, str) or not re.fullmatch(r"O|[BI]-.+", tag)]
        if wrong:
            raise RowProblem(f"tag {wrong[0]} is neither O nor B-… nor I-…")
        fields["spans"] = spans_of(tags, words)
    return fields


def _right_tags(record: Record) -> list[str]:
    return tags_of(record.fields.get("spans", ()), record.fields["words"])


def _assembled(records: Sequence[Record], answered: Sequence[dict[int, str]], losses: Sequence[Any]) -> list[Outcome]:
    found = []
    for record, tags, loss in zip(records, answered, losses, strict=True):
        words = record.fields["words"]
        spans = spans_of([tags[index] for index in range(len(words))], words)
        found.append(Outcome(spans, None, loss if "spans" in record.fields else None))
    return found


class TagByHead:
    """An encoder with a linear head on each unit's first token, decoded as a sequence of legal tags."""

    head = "token_classification"
    labels_at: LabelsAt = "tokens"
    monitor = "f1"

    def __init__(self, coding: Coding) -> None:
        self.coding = coding
        self.outputs = tag_set(coding.labels)
        self.place = {tag: index for index, tag in enumerate(self.outputs)}
        self.around = special_tokens(coding.tokenizer)
        self.marks = case_marks(coding.tokenizer) if coding.case_marks else {}

    def encode(self, records: Sequence[Record]) -> Encoded:
        """One example for each window; long texts are windowed, and only a word longer than a window is cut."""
        examples, cut = [], []
        limit = self.coding.max_tokens - sum(map(len, self.around))
        for index, record in enumerate(records):
            units = units_of(self.coding.tokenizer, record, self.marks)
            kept = [unit.tokens[:limit] for unit in units]
            if any(len(unit.tokens) > limit for unit in units):
                cut.append(index)
            right = _right_tags(record)
            tags = [right[unit.first] for unit in units]
            for window in windows(index, [len(tokens) for tokens in kept], limit):
                examples.append(self._example(window, kept, tags))
        return Encoded(examples, cut)

    def _example(self, window: Window, units: Sequence[Sequence[int]], tags: Sequence[str]) -> Example:
        inputs, labels = [*self.around[0]], [IGNORED] * len(self.around[0])
        for index in range(window.first, window.last):
            owned = window.owned[0] <= index < window.owned[1]
            inputs += units[index]
            labels += [self.place.get(tags[index], 0) if owned else IGNORED, *[IGNORED] * (len(units[index]) - 1)]
        end = [IGNORED] * len(self.around[1])
        return Example(window.record, (*inputs, *self.around[1]), (*labels, *end))

    def learns(self, example: Example, tokens: Tokens) -> list[str]:
        """The words' first tokens with their tags."""
        words = zip(tokens(example.inputs), example.labels, strict=True)
        return [f"{word}/{self.outputs[label]}" for word, label in words if label != IGNORED]

    def outcomes(self, model: Any, records: Sequence[Record], encoded: Encoded) -> list[Outcome]:
        """The most probable sequence of tags, read as spans."""
        scores, losses = self._unit_scores(model, records, encoded)
        tags = [
            tags_of_words(record, units_of(self.coding.tokenizer, record, self.marks), best_tags(units, self.outputs))
            for record, units in zip(records, scores, strict=True)
        ]
        return _assembled(records, tags, losses)

    def _unit_scores(
        self, model: Any, records: Sequence[Record], encoded: Encoded
    ) -> tuple[list[np.ndarray[Any, Any]], list[float]]:
        """Of each record: (units, tags) log-probabilities, and the mean negative log-likelihood of its own tags."""
        by_window: dict[int, Any] = {}
        sums = [0.0] * len(records)
        for indices, scores in scores_of(model, encoded.examples, self.coding, self.labels_at):
            logs = scores.logits.float().log_softmax(-1).cpu().numpy()
            rows, losses = scores.rows.cpu().numpy(), scores.losses().tolist()
            for row, index in enumerate(indices):
                by_window[index] = logs[rows == row]
            for row, loss in zip(rows.tolist(), losses, strict=True):
                sums[encoded.examples[indices[row]].record] += loss
        found: list[list[Any]] = [[] for _ in records]
        for index, example in enumerate(encoded.examples):  # windows of a record come in the order of its units
            found[example.record].append(by_window[index])
        units = [np.concatenate(parts) if parts else np.zeros((0, len(self.outputs))) for parts in found]
        return units, [total / max(1, len(logs)) for total, logs in zip(sums, units, strict=True)]


class TagByText:
    """A text model that copies the text with a tag behind each word.

    The words are given and only the tags are chosen, so that an answer outside the text cannot be. A tag is
    written as the label's words where a span begins, as ``/`` where it goes on, and as ``|`` elsewhere: signs that
    most vocabularies hold whole.
    """

    outputs = ()
    labels_at: LabelsAt = "tokens"
    monitor = "loss"
    learns = learnt_tokens

    def __init__(self, coding: Coding) -> None:
        self.coding = coding
        self.head = f"text_of_{coding.family}"
        self.coder = TextCoder(coding)
        words = {"O": " |", "I": " /"} | {f"B-{label}": f" {label_words(label)}" for label in coding.labels}
        self.marks = {mark: self.coder.ids(text) for mark, text in words.items()}
        if any(one != two and two[: len(one)] == one for one in self.marks.values() for two in self.marks.values()):
            # one label's tokens begin another's: an end makes them distinct
            end = self.coder.ids(f" {sign_in_none(list(words.values()))}")
            self.marks = {mark: (*tokens, *end) for mark, tokens in self.marks.items()}
        if len(set(self.marks.values())) < len(self.marks):
            raise ConfigError("two labels read alike to the model's tokenizer", "rename one of the labels")
        self.coder.refuse_no_room(max(map(len, self.marks.values())))

    def encode(self, records: Sequence[Record]) -> Encoded:
        """One example for each window; only the tags are learnt."""
        examples, cut = [], []
        for index, record in enumerate(records):
            tags = _right_tags(record)
            for window in self._windows(index, record):
                marks = [_mark(tag, self.marks) for tag in tags[window.first : window.last]]
                owned = range(*window.owned)
                copy = self._copy(window, record)
                if copy.was_cut and index not in cut:
                    cut.append(index)
                examples.append(self._example(window.record, copy, marks, owned))
        return Encoded(examples, cut)

    def _windows(self, index: int, record: Record) -> list[Window]:
        """Windows whose prompt and answer both fit."""
        limit, reads, longest_mark = self._room
        sizes = [reads * max(map(len, forms)) + longest_mark for forms in self._words(record)]
        return windows(index, sizes, limit)

    @functools.cached_property
    def _room(self) -> tuple[int, int, int]:
        """Tokens for the words of a window, how often a row holds each word, and the tokens of the longest mark."""
        frame = len(self.coder.ids(fill_prompt(self.coding.prompt, {"text": ""}))) + self.coder.around
        reads = 2 if self.coder.is_decoder else 1  # a decoder's row holds the text twice
        return self.coding.max_tokens - frame, reads, max(map(len, self.marks.values()))

    def _words(self, record: Record) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
        """Tokens of each word where a copy begins with it, and behind another one."""
        text = record.fields["text"]
        return [self.coder.word_ids(text[start:end]) for start, end in record.fields["words"]]

    def _copy(self, window: Window, record: Record) -> Copy:
        words = record.fields["words"]
        text = record.fields["text"][words[window.first][0] : words[window.last - 1][1]]
        limit, reads, longest_mark = self._room
        most = max(1, (limit - longest_mark) // reads)  # of a word that is longer than a window
        forms = self._words(record)[window.first : window.last]
        whole = [first if place == 0 else later for place, (first, later) in enumerate(forms)]
        given = tuple(tokens[:most] for tokens in whole)
        room = sum(map(len, given)) + len(given) * longest_mark
        source, was_cut = self.coder.source({"text": " ".join(text.split())}, room)
        return Copy(source, given, window.first, was_cut or given != tuple(whole))

    def _example(self, record: int, copy: Copy, marks: Sequence[str], learnt: range) -> Example:
        """The words with these tags behind them; tags of words outside ``learnt`` are not learnt."""
        target: list[int] = []
        supervised: list[bool] = []
        for place, (word, mark) in enumerate(zip(copy.words, marks, strict=True), copy.first):
            target += [*word, *self.marks[mark]]
            supervised += [False] * len(word) + [place in learnt] * len(self.marks[mark])
        return self.coder.example(record, copy.source, (*target, self.coder.eos), (*supervised, True))

    def outcomes(self, model: Any, records: Sequence[Record], encoded: Encoded) -> list[Outcome]:
        """Tags by constrained greedy decoding."""
        cut = [window for index, record in enumerate(records) for window in self._windows(index, record)]
        chosen = self._decode(model, [self._copy(window, records[window.record]) for window in cut])
        tags: list[dict[int, str]] = [{} for _ in records]
        for window, marks in zip(cut, chosen, strict=True):
            for place, tag in enumerate(_tags_of_marks(marks), window.first):
                if place in range(*window.owned):
                    tags[window.record][place] = tag
        losses = losses_if_known(self, model, encoded, ["spans" in record.fields for record in records])
        return _assembled(records, tags, losses)

    def _decode(self, model: Any, copies: Sequence[Copy]) -> list[list[str]]:
        """Greedy marks of each copy, without a pass for each token.

        All marks are guessed, one pass scores every choice given the guess, and wrong guesses are replaced until
        none is left. The first wrong one is right after each pass, so this ends, and what it ends in is what greedy
        decoding from left to right chooses (Jacobi decoding: Santilli et al. 2023, https://arxiv.org/abs/2305.10427).
        """
        marks = [["O"] * len(copy.words) for copy in copies]
        longest = max((len(copy.words) for copy in copies), default=1)
        rows = max(1, min(self.coding.batch_size, SCORED_VALUES // (longest * len(self.coding.tokenizer))))
        coding = dataclasses.replace(self.coding, batch_size=rows)
        open_copies = list(range(len(copies)))
        while open_copies:
            examples = [
                self._example(index, copies[index], marks[index], range(copies[index].first, sys.maxsize))
                for index in open_copies
            ]
            changed = []
            for indices, scores in scores_of(model, examples, coding, self.labels_at):
                logits = scores.logits
                for row, index in enumerate(indices):
                    copy = open_copies[index]
                    better = self._choose(marks[copy], logits[scores.rows == row])
                    if better != marks[copy]:
                        marks[copy] = better
                        changed.append(copy)
            open_copies = changed
        return marks

    def _choose(self, guess: Sequence[str], logits: Any) -> list[str]:
        """The best mark at each place, given that the guess is right before it.

        Args:
            guess: Marks.
            logits: (tokens of all guessed marks and the end, vocabulary).
        """
        vocabulary = sorted({token for mark in self.marks.values() for token in mark})
        column = {token: place for place, token in enumerate(vocabulary)}
        scores = logits[:, vocabulary].tolist()
        better, place = [], 0
        for position, name in enumerate(guess):
            inside = position > 0 and guess[position - 1] != "O"
            fitting = {mark: ids for mark, ids in self.marks.items() if inside or mark != "I"}
            for depth, token in enumerate(self.marks[name]):
                row = scores[place + depth]
                best = max(sorted({ids[depth] for ids in fitting.values()}), key=lambda ids: row[column[ids]])
                fitting = {mark: ids for mark, ids in fitting.items() if ids[depth] == best}
                if best != token:
                    break
            better.append(name if name in fitting else next(iter(fitting)))
            place += len(self.marks[name])
        return better


@dataclass(frozen=True, slots=True)
class Copy:
    """A window's text as it is copied."""

    source: tuple[int, ...]
    """What is read."""
    words: tuple[tuple[int, ...], ...]
    """Token ids of each word that is written."""
    first: int
    """The place of the first word in its record."""
    was_cut: bool
    """Whether the text, or a word of it, is longer than a window."""


def _mark(tag: str, marks: Mapping[str, Any]) -> str:
    mark = "I" if tag.startswith("I-") else tag
    return mark if mark in marks else "O"


def _tags_of_marks(marks: Sequence[str]) -> list[str]:
    tags: list[str] = []
    for mark in marks:
        tags.append(f"I-{tags[-1][2:]}" if mark == "I" else mark)
    return tags


def _no_span(train: Sequence[Record], records: Sequence[Record]) -> tuple[str, list[Any]]:
    return "no span at all, the most frequent tag", [[] for _ in records]


def _look_up(train: Sequence[Record], records: Sequence[Record]) -> tuple[str, list[Any]]:
    """What the training texts tag most often, looked up word for word."""
    tagged: dict[str, Counter[str]] = {}
    for record in train:
        for span in record.fields["spans"]:
            tagged.setdefault(record.fields["text"][span["start"] : span["end"]], Counter())[span["label"]] += 1
    known = {text: labels.most_common(1)[0][0] for text, labels in tagged.items()}
    return "spans that stand in the training records, looked up", [_looked_up(record, known) for record in records]


def _looked_up(record: Record, known: Mapping[str, str]) -> list[dict[str, Any]]:
    text, words = record.fields["text"], record.fields["words"]
    starts, ends = {start for start, _ in words}, {end for _, end in words}
    found: list[dict[str, Any]] = []
    for phrase in sorted(known, key=len, reverse=True):
        place = text.find(phrase)
        while place >= 0:
            end = place + len(phrase)
            free = all(end <= span["start"] or place >= span["end"] for span in found)
            if free and place in starts and end in ends:
                found.append({"start": place, "end": end, "label": known[phrase]})
            place = text.find(phrase, end)
    return sorted(found, key=lambda span: span["start"])


def _labels(fields: Mapping[str, Any]) -> Iterable[str]:
    return [span["label"] for span in fields["spans"]]


def _with_texts(record: Record, spans: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    text = record.fields["text"]
    return [{**span, "text": text[span["start"] : span["end"]]} for span in spans]


KIND = Kind(
    name="token_classification",
    fields={
        "tokens, tags": "words and their BIO tags, or",
        "text, spans": "a text and [{start, end, label}] in characters",
    },
    typed="text",
    shown=_with_texts,
    prompted=("text",),
    check=check,
    labels=_labels,
    text=lambda record: record.fields["text"],
    answer=lambda record: json.dumps(record.fields["spans"]),
    texts=Texts(names=("text",), places={"spans": "text", "words": "text"}),
    stratum=lambda record: tuple(sorted({span["label"] for span in record.fields["spans"]})),
    learners={"encoder": TagByHead, "decoder": TagByText, "seq2seq": TagByText},
    metrics=lambda labels: entity_metrics(),
    untrained=_no_span,
    reference=_look_up,
    is_blurred=is_blurred,
    told=("case_marks",),
    copies=True,
)
