"""token_classification: labelled spans in a text (entities, terms, slots)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from goodfit.data.batches import IGNORED, Example
from goodfit.data.records import Record, RowProblem
from goodfit.errors import ConfigError
from goodfit.kinds.measures import entity_metrics
from goodfit.kinds.passes import mean_losses, scores_of
from goodfit.kinds.shape import Coding, Encoded, Kind, Outcome, need_text
from goodfit.kinds.text import TextCoder, fill_prompt, generate

WORD = re.compile(r"\w+|[^\w\s]")
OVERLAP = 4
"""Windows of a long text share one part in this many."""


def check(values: Mapping[str, Any], labelled: bool) -> dict[str, Any]:
    """A row's ``tokens`` and ``tags`` (BIO), or ``text`` and ``spans``, as text, words and spans."""
    if values.get("tokens") is not None:
        return _from_tokens(values, labelled)
    text = need_text(values, "text")
    fields: dict[str, Any] = {"text": text}
    spans: list[dict[str, Any]] = []
    if labelled:
        spans = _spans(values.get("spans"), text)
        fields["spans"] = spans
    borders = {border for span in spans for border in (span["start"], span["end"])}
    fields["words"] = _words(text, borders)
    return fields


def _from_tokens(values: Mapping[str, Any], labelled: bool) -> dict[str, Any]:
    tokens = values["tokens"]
    if not isinstance(tokens, list) or not tokens or not all(isinstance(token, str) and token for token in tokens):
        raise RowProblem("tokens is not a list of non-empty texts")
    words, place = [], 0
    for token in tokens:
        words.append((place, place + len(token)))
        place += len(token) + 1
    fields: dict[str, Any] = {"text": need_text({"text": " ".join(tokens)}, "text"), "words": words}
    if labelled:
        tags = values.get("tags")
        if not isinstance(tags, list) or len(tags) != len(tokens):
            raise RowProblem(f"tags is not a list of {len(tokens)} tags, one for each token")
        wrong = [tag for tag in tags if not isinstance(tag, str) or not re.fullmatch(r"O|[BI]-.+", tag)]
        if wrong:
            raise RowProblem(f"the tag {wrong[0]!r} is neither O nor B-… nor I-…")
        fields["spans"] = spans_of(tags, words)
    return fields


def _spans(given: Any, text: str) -> list[dict[str, Any]]:
    if not isinstance(given, list):
        raise RowProblem("the field 'spans' is missing or no list")
    spans = []
    for span in given:
        if not isinstance(span, dict) or not {"start", "end", "label"} <= set(span):
            raise RowProblem("a span has to be {start, end, label}")
        start, end, label = span["start"], span["end"], span["label"]
        if not isinstance(start, int) or not isinstance(end, int) or not 0 <= start < end <= len(text):
            raise RowProblem(f"the span {start}..{end} does not lie in the text of {len(text)} characters")
        if not isinstance(label, str) or not label.strip():
            raise RowProblem(f"the span {start}..{end} has no label")
        spans.append({"start": start, "end": end, "label": label})
    spans.sort(key=lambda span: span["start"])
    for one, other in zip(spans, spans[1:], strict=False):
        if other["start"] < one["end"]:
            raise RowProblem(f"the spans {one['start']}..{one['end']} and {other['start']}..{other['end']} overlap")
    return spans


def _words(text: str, borders: Iterable[int]) -> list[tuple[int, int]]:
    """Words and signs, split further where a span begins or ends inside one."""
    inner = sorted(borders)
    words = []
    for match in WORD.finditer(text):
        cuts = [border for border in inner if match.start() < border < match.end()]
        edges = [match.start(), *cuts, match.end()]
        words += list(zip(edges, edges[1:], strict=False))
    return words


def tags_of(spans: Sequence[Mapping[str, Any]], words: Sequence[tuple[int, int]]) -> list[str]:
    """Spans -> a BIO tag for each word."""
    tags = ["O"] * len(words)
    for span in spans:
        inside = [index for index, (start, end) in enumerate(words) if start < span["end"] and end > span["start"]]
        for position, index in enumerate(inside):
            tags[index] = f"{'I' if position else 'B'}-{span['label']}"
    return tags


def spans_of(tags: Sequence[str], words: Sequence[tuple[int, int]]) -> list[dict[str, Any]]:
    """BIO tags -> spans; an I- that continues nothing begins a span."""
    spans: list[dict[str, Any]] = []
    previous = "O"
    for tag, (start, end) in zip(tags, words, strict=True):
        if tag != "O":
            label = tag[2:]
            if tag[0] == "I" and previous != "O" and previous[2:] == label:
                spans[-1]["end"] = end
            else:
                spans.append({"start": start, "end": end, "label": label})
        previous = tag
    return spans


@dataclass(frozen=True, slots=True)
class Window:
    """A run of words that a model reads at once."""

    record: int
    first: int
    last: int
    """Words ``first`` up to, not including, ``last``."""
    owned: tuple[int, int]
    """The words that are learnt and answered in this window: those with the most context around them."""


def windows(record: int, sizes: Sequence[int], limit: int) -> list[Window]:
    """Cut a text into overlapping windows.

    Args:
        record: Its index.
        sizes: Tokens of each word.
        limit: Tokens of a window.

    Returns:
        Windows whose owned words together are all words, once each.
    """
    if not sizes:
        return []
    spans, first = [], 0
    while True:
        last, used = first, 0
        while last < len(sizes) and (last == first or used + sizes[last] <= limit):
            used += sizes[last]
            last += 1
        spans.append((first, last))
        if last == len(sizes):
            break
        shared = max(1, (last - first) // OVERLAP)
        first = max(last - shared, first + 1)
    edges = [0] + [(a[1] + b[0]) // 2 for a, b in zip(spans, spans[1:], strict=False)] + [len(sizes)]
    return [
        Window(record, first, last, (edges[number], edges[number + 1])) for number, (first, last) in enumerate(spans)
    ]


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
    """An encoder with a linear head on each word's first token."""

    head = "token_classification"
    pooled = False
    monitor = "f1"

    def __init__(self, coding: Coding) -> None:
        self.coding = coding
        self.tags = tag_set(coding.labels)
        self.place = {tag: index for index, tag in enumerate(self.tags)}
        self.around = _special_tokens(coding.tokenizer)

    def encode(self, records: Sequence[Record]) -> Encoded:
        """One example for each window; long texts are windowed, nothing is cut."""
        examples = []
        limit = self.coding.max_tokens - sum(map(len, self.around))
        for index, record in enumerate(records):
            words = self._word_tokens(record)
            tags = _right_tags(record)
            for window in windows(index, [len(tokens) for tokens in words], limit):
                examples.append(self._example(window, words, tags))
        return Encoded(examples)

    def _word_tokens(self, record: Record) -> list[list[int]]:
        """Token ids of each word, tokenised in its text."""
        text = record.fields["text"]
        coded = self.coding.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        words = record.fields["words"]
        tokens: list[list[int]] = [[] for _ in words]
        place = 0
        for token, (start, end) in zip(coded["input_ids"], coded["offset_mapping"], strict=True):
            while place + 1 < len(words) and start + (start < end and text[start].isspace()) >= words[place][1]:
                place += 1
            tokens[place].append(token)
        unknown = self.coding.tokenizer.unk_token_id or 0
        return [found or [unknown] for found in tokens]

    def _example(self, window: Window, words: Sequence[list[int]], tags: Sequence[str]) -> Example:
        inputs, labels = [*self.around[0]], [IGNORED] * len(self.around[0])
        for index in range(window.first, window.last):
            owned = window.owned[0] <= index < window.owned[1]
            inputs += words[index]
            labels += [self.place.get(tags[index], 0) if owned else IGNORED, *[IGNORED] * (len(words[index]) - 1)]
        end = [IGNORED] * len(self.around[1])
        return Example(window.record, (*inputs, *self.around[1]), (*labels, *end))

    def outcomes(self, model: Any, records: Sequence[Record], encoded: Encoded) -> list[Outcome]:
        """The most probable tag of each word, read as spans."""
        import torch

        answered: dict[int, list[str]] = {}
        sums = [0.0] * len(records)
        for indices, scores in scores_of(model, encoded.examples, self.coding, self.pooled):
            best = scores.logits.argmax(-1).tolist()
            losses = torch.nn.functional.cross_entropy(scores.logits.float(), scores.targets, reduction="none")
            for row, tag, loss in zip(scores.rows.tolist(), best, losses.tolist(), strict=True):
                answered.setdefault(indices[row], []).append(self.tags[tag])
                sums[encoded.examples[indices[row]].record] += loss
        tags: list[dict[int, str]] = [{} for _ in records]
        for index, example in enumerate(encoded.examples):  # windows of a record come in the order of its words
            for tag in answered.get(index, []):
                tags[example.record][len(tags[example.record])] = tag
        return _assembled(records, tags, [total / max(1, len(found)) for total, found in zip(sums, tags, strict=True)])

    def losses(self, model: Any, encoded: Encoded, records: int) -> list[float]:
        """Mean negative log-likelihood of each record's tags."""
        return mean_losses(model, encoded.examples, self.coding, self.pooled, records)


class TagByText:
    """A text model that copies the text with a tag behind each word.

    The words are given and only the tags are chosen, so that an answer outside the text cannot be. A tag is
    written as the label's words where a span begins, as ``/`` where it goes on, and as ``|`` elsewhere: signs that
    most vocabularies hold whole.
    """

    pooled = False
    monitor = "loss"

    def __init__(self, coding: Coding) -> None:
        self.coding = coding
        self.head = f"text_of_{coding.family}"
        self.coder = TextCoder(coding)
        words = {"O": " |", "I": " /"} | {f"B-{label}": f" {label.replace('_', ' ')}" for label in coding.labels}
        self.marks = {mark: self.coder.ids(text) for mark, text in words.items()}
        if any(one != two and two[: len(one)] == one for one in self.marks.values() for two in self.marks.values()):
            end = self.coder.ids(" ;")  # one label's tokens begin another's: an end makes them distinct
            self.marks = {mark: (*tokens, *end) for mark, tokens in self.marks.items()}
        if len(set(self.marks.values())) < len(self.marks):
            raise ConfigError("two labels read alike to the model's tokenizer", "rename one of the labels")

    def encode(self, records: Sequence[Record]) -> Encoded:
        """One example for each window; only the tags are learnt."""
        examples = []
        for index, record in enumerate(records):
            tags = _right_tags(record)
            for window in self._windows(index, record):
                examples.append(self._example(window, record, tags))
        return Encoded(examples)

    def _windows(self, index: int, record: Record) -> list[Window]:
        """Windows whose prompt and answer both fit."""
        words = self._words(record)
        longest_mark = max(map(len, self.marks.values()))
        frame = len(self.coder.ids(fill_prompt(self.coding.prompt, {"text": ""}))) + 4
        if self.coder.is_decoder:
            sizes = [2 * len(tokens) + longest_mark for tokens in words]
        else:
            sizes = [len(tokens) + longest_mark for tokens in words]
        return windows(index, sizes, self.coding.max_tokens - frame)

    def _words(self, record: Record) -> list[tuple[int, ...]]:
        text = record.fields["text"]
        return [self.coder.ids(f" {text[start:end]}") for start, end in record.fields["words"]]

    def _source(self, window: Window, record: Record) -> tuple[int, ...]:
        words = record.fields["words"]
        text = record.fields["text"][words[window.first][0] : words[window.last - 1][1]]
        return self.coder.source({"text": text}, 0)[0]

    def _example(self, window: Window, record: Record, tags: Sequence[str]) -> Example:
        words = self._words(record)
        target: list[int] = []
        learnt: list[bool] = []
        for index in range(window.first, window.last):
            mark = self.marks.get(_mark(tags[index]), self.marks["O"])
            owned = window.owned[0] <= index < window.owned[1]
            target += [*words[index], *mark]
            learnt += [False] * len(words[index]) + [owned] * len(mark)
        return self.coder.example(
            window.record, self._source(window, record), (*target, self.coder.eos), (*learnt, True)
        )

    def outcomes(self, model: Any, records: Sequence[Record], encoded: Encoded) -> list[Outcome]:
        """Tags by constrained greedy decoding."""
        cut = [window for index, record in enumerate(records) for window in self._windows(index, record)]
        copies = [Copy(self._words(records[window.record])[window.first : window.last], self) for window in cut]
        sources = [self._source(window, records[window.record]) for window in cut]
        longest = max((copy.longest for copy in copies), default=1)
        generate(model, self.coder, sources, longest, lambda row, written: copies[row].allowed(written))
        tags: list[dict[int, str]] = [{} for _ in records]
        for window, copy in zip(cut, copies, strict=True):
            for position, tag in enumerate(copy.tags):
                if window.owned[0] <= window.first + position < window.owned[1]:
                    tags[window.record][window.first + position] = tag
        known = bool(records) and all("spans" in record.fields for record in records)
        losses: list[Any] = self.losses(model, encoded, len(records)) if known else [None] * len(records)
        return _assembled(records, tags, losses)

    def losses(self, model: Any, encoded: Encoded, records: int) -> list[float]:
        """Mean negative log-likelihood of each record's tags, per token."""
        return mean_losses(model, encoded.examples, self.coding, self.pooled, records)


class Copy:
    """What may be written next while a text is copied with tags: its words are given, tags are chosen."""

    def __init__(self, words: Sequence[tuple[int, ...]], learner: TagByText) -> None:
        self.words = words
        self.learner = learner
        self.longest = sum(map(len, words)) + len(words) * max(map(len, learner.marks.values())) + 1
        self.tags: list[str] = []
        self._read = 0
        self._forced = list(words[0])
        self._mark: tuple[int, ...] = ()

    def allowed(self, written: Sequence[int]) -> list[int]:
        """The ids that may follow; called once for each token."""
        for token in written[self._read :]:
            self._take(token)
        self._read = len(written)
        if self._forced:
            return [self._forced[0]]
        if len(self.tags) == len(self.words):
            return [self.learner.coder.eos]
        depth = len(self._mark)
        return sorted({mark[depth] for mark in self._open_marks().values() if mark[:depth] == self._mark})

    def _open_marks(self) -> Mapping[str, tuple[int, ...]]:
        """All marks; a span can only go on where there is one."""
        inside = bool(self.tags) and self.tags[-1] != "O"
        return {name: mark for name, mark in self.learner.marks.items() if inside or name != "I"}

    def _take(self, token: int) -> None:
        if self._forced:
            self._forced.pop(0)
            return
        self._mark = (*self._mark, token)
        for name, mark in self._open_marks().items():
            if mark == self._mark:
                self.tags.append(name if name != "I" else f"I-{self.tags[-1][2:]}")
                self._mark = ()
                if len(self.tags) < len(self.words):
                    self._forced = list(self.words[len(self.tags)])
                return


def _mark(tag: str) -> str:
    return "I" if tag.startswith("I-") else tag


def tag_set(labels: Sequence[str]) -> tuple[str, ...]:
    """The BIO tags of a label set, ``O`` first."""
    return ("O", *(f"{border}-{label}" for label in labels for border in "BI"))


def _special_tokens(tokenizer: Any) -> tuple[list[int], list[int]]:
    """What the tokenizer puts before and behind a text."""
    plain = tokenizer("a", add_special_tokens=False)["input_ids"]
    whole = tokenizer("a", add_special_tokens=True)["input_ids"]
    start = next(place for place in range(len(whole)) if whole[place : place + len(plain)] == plain)
    return whole[:start], whole[start + len(plain) :]


def _no_span(train: Sequence[Record], records: Sequence[Record]) -> tuple[str, list[Any]]:
    return "no span at all, the most frequent tag", [[] for _ in records]


def _look_up(train: Sequence[Record], records: Sequence[Record]) -> tuple[str, list[Any]]:
    """What the training texts tag most often, looked up word for word."""
    known: dict[str, str] = {}
    for record in train:
        for span in record.fields["spans"]:
            known.setdefault(record.fields["text"][span["start"] : span["end"]], span["label"])
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


KIND = Kind(
    name="token_classification",
    fields={
        "tokens, tags": "words and their BIO tags, or",
        "text, spans": "a text and [{start, end, label}] in characters",
    },
    check=check,
    labels=_labels,
    text=lambda record: record.fields["text"],
    stratum=lambda record: ",".join(sorted({span["label"] for span in record.fields["spans"]})),
    learners={"encoder": TagByHead, "decoder": TagByText, "seq2seq": TagByText},
    metrics=entity_metrics,
    untrained=_no_span,
    reference=_look_up,
)
