"""What every kind of task has: the shape that data, training and evaluation rely on."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, runtime_checkable

from goodfit.data.batches import IGNORED, Example, LabelsAt, Vary
from goodfit.data.records import MissingField, Record, RowProblem
from goodfit.data.slots import Texts
from goodfit.data.split import Stratum
from goodfit.errors import ConfigError
from goodfit.hooks.types import Item, MetricSpec
from goodfit.registry import did_you_mean

Tokens = Callable[[Iterable[int]], list[str]]
"""Token ids -> the tokens as people read them."""

OF_EVERY_KIND = ("id", "group", "slices")
"""The fields that a record of any kind may have."""


@dataclass(frozen=True, slots=True)
class Coding:
    """What a learner needs to turn records into examples and a model's output into answers."""

    tokenizer: Any
    family: str
    labels: tuple[str, ...]
    prompt: str
    max_tokens: int
    """The longest input."""
    max_new_tokens: int
    """The longest generated answer."""
    batch_size: int
    """Of evaluation."""
    decoder_start_id: int | None = None
    """The token that a seq2seq decoder starts with."""
    num_beams: int = 1
    """Beginnings that are kept beside each other as an answer is written freely."""
    no_repeat_ngram_size: int = 0
    """No run of so many tokens stands twice in a free answer; 0 forbids nothing."""
    case_marks: bool = False
    """Whether a tagging encoder is told which words have capitals."""
    token_types: bool = False
    """Whether an encoder that answers questions is told where the context begins."""
    apply_chat_template: bool = False
    """Whether a decoder is asked in a turn of its chat template."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """Records as examples."""

    examples: Sequence[Example]
    """In the order of the records."""
    cut: Sequence[int] = field(default_factory=list)
    """Indices of records of which the model does not read everything, or learn the whole answer."""
    beyond: Mapping[int, int] = field(default_factory=dict)
    """Indices of records whose right answer is longer than what the model may answer -> tokens of that answer."""
    log_odds: Sequence[float] | None = None
    """Of each output of a new head in these records, where it starts from them."""
    vary: Vary | None = None
    """What changes an example from one epoch of training to the next, where something does."""

    def part(self, start: int, stop: int) -> Encoded:
        """The examples of some records, counted from the first of these."""
        one, other = (bisect_left(self.examples, place, key=lambda example: example.record) for place in (start, stop))
        return Encoded([replace(example, record=example.record - start) for example in self.examples[one:other]])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a model made of one record."""

    answer: Any
    confidence: float | None
    """The probability that it gives its answer."""
    loss: float | None
    """Mean negative log-likelihood of the right answer's labels, in nats; None where no answer is known."""
    broken_off: bool = False
    """Whether a text was written until there was no room left, and not to its end."""


class Learner(Protocol):
    """How one family learns a kind."""

    coding: Coding
    head: str
    """A key of ``models.load.HEADS``."""
    outputs: tuple[str, ...]
    """What the head's outputs are called; empty where the model answers with text."""
    labels_at: LabelsAt
    """Where the model answers."""
    monitor: str
    """What early stopping watches: a metric, or ``loss`` where answers are too slow to make after each epoch."""

    def encode(self, records: Sequence[Record]) -> Encoded:
        """Records -> examples, in order."""

    def learns(self, example: Example, tokens: Tokens) -> list[str]:
        """What is learnt of an example, as people read it."""

    def outcomes(self, model: Any, records: Sequence[Record], encoded: Encoded) -> list[Outcome]:
        """The model's answers, one for each record."""


def learnt_tokens(learner: Learner, example: Example, tokens: Tokens) -> list[str]:
    """What is learnt of an example by a model that answers with tokens: ``learns`` of each of these."""
    return tokens(label for label in example.labels if label != IGNORED)


@runtime_checkable
class Searcher(Learner, Protocol):
    """How one family learns a kind that looks for an answer among documents."""

    def too_long(self, documents: Sequence[str]) -> set[str]:
        """Those of which the model reads the beginning only."""


@runtime_checkable
class Talker(Learner, Protocol):
    """How one family learns a kind that answers what is said before."""

    def chat_template(self) -> str | None:
        """The chat template of what is read, where the tokenizer has none that writes it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A shape of task."""

    name: str
    fields: Mapping[str, str]
    """Field -> what it holds, for docs and errors."""
    typed: str
    """The field that a plain text fills: what a user types behind ``goodfit predict``."""
    prompted: tuple[str, ...]
    """The fields that a prompt has to name; none where there is nothing to prompt."""
    check: Callable[[Mapping[str, Any], bool], dict[str, Any]]
    """(values of a row, whether the answer has to be there) -> fields, and beside them ``JOINED`` where messages were
    joined; raises ``RowProblem``."""
    labels: Callable[[Mapping[str, Any]], Iterable[str]] | None
    """Labels that a record uses; None for kinds without labels."""
    text: Callable[[Record], str]
    """The input text."""
    answer: Callable[[Record], str]
    """The right answer as one text: equal answers have equal texts; empty for kinds that have none."""
    texts: Texts
    """The fields that hold texts: what is scrubbed."""
    stratum: Stratum
    """What splits are balanced by."""
    learners: Mapping[str, type[Learner]]
    """Family -> how it learns this kind; a family that is not here cannot."""
    metrics: Callable[[Sequence[str]], Sequence[MetricSpec]]
    """Labels -> the field's standard metrics, the primary one first."""
    untrained: Callable[[Sequence[Record], Sequence[Record]], tuple[str, list[Any]]] | None
    """(training records, records) -> what stands for a base model without a head: the most frequent answer. None where
    every base model answers."""
    reference: Callable[[Sequence[Record], Sequence[Record]], tuple[str, list[Any]]]
    """(training records, records) -> the simplest thing that a model has to beat, and its answers."""
    headless: Callable[[Encoded, Encoded, int, int], tuple[str, list[Any]]] | None = None
    """(training records, records, how many these are, tokens of the vocabulary) -> what stands for a base that came
    without its head over the vocabulary, and its answers; None for kinds that ask no base for guesses of tokens."""
    is_right: Callable[[Item], bool] | None = None
    """Whether an answer is wholly right; None for kinds whose answers are right in part."""
    shown: Callable[[Record, Any], Any] = lambda record, answer: answer
    """An answer as ``goodfit predict`` prints it."""
    one_label: bool = False
    """Whether an answer is one label, so that each label can be given a weight."""
    interchangeable: bool = False
    """Whether any record's answer could be any other one's: they are labels of one set, of which it takes two."""
    documents: Callable[[Iterable[Record]], Sequence[str]] | None = None
    """The documents that records name, each once, among which each of these records' answers is looked for; None for
    kinds that search none."""
    talks: bool = False
    """Whether it answers what is said before, turn by turn."""
    leaves_whole: bool = False
    """Whether other runs begin with its model, so that an adapter is merged into it."""
    told: tuple[str, ...] = ()
    """Settings of ``model`` by which an encoder is told something beside words."""
    copies: bool = False
    """Whether an answer repeats its text: a model that writes it needs as many positions for both."""
    writes_freely: bool = False
    """Whether any text can be its answer, which is written by ``task.num_beams`` and ``task.no_repeat_ngram_size``."""
    at_length: bool = False
    """Whether an answer may take all of ``task.max_new_tokens``, so that a model has to have these positions."""
    bounds_spans: bool = False
    """Whether places in a text that an encoder answers with have at most ``task.max_new_tokens``."""
    hides_words: bool = False
    """Whether it hides words in training by itself."""
    of_pairs: bool = False
    """Whether its loss compares records with each other, so that none of them has a loss of its own."""
    related: Callable[[Sequence[Record]], Sequence[Record]] = lambda records: records
    """The records of a split, with what their figures need of each other."""
    per_token: tuple[str, ...] = ()
    """Metrics of the ``tokens`` of an answer: where those of two models are others, they are other figures."""
    joined: Callable[[Collection[str], Collection[str]], Mapping[str, str]] = lambda labels, known: {}
    """(labels, the label set) -> those that are several labels in one, because another sign is between them than this
    kind reads, each with that sign."""
    own: Callable[[Record], str] | None = None
    """What stands in a record's input and not, as a system message may, in many: near copies are alike in it, too."""
    is_blurred: Callable[[Mapping[str, Any]], bool] = lambda fields: False
    """Whether a record's answer can only be learnt roughly."""
    is_disputed: Callable[[Mapping[str, Any]], bool] = lambda fields: False
    """Whether a record calls something wrong that another one with its input calls right, so that it is not learnt."""

    @property
    def searches(self) -> bool:
        """Whether it looks for an answer among documents that a user may bring; each of its learners is a ``Searcher``.
        Several of them may be right, each in a record of its own."""
        return self.documents is not None

    @property
    def asked(self) -> str:
        """What may be typed behind ``goodfit predict RUN``: a text, or a file where a text alone says too little."""
        return '"your text"' if len(self.prompted) < 2 else f"--input FILE  # rows with {' and '.join(self.prompted)}"

    def compared(self, record: Record) -> tuple[str, ...]:
        """What near copies are told by: the texts in which all of them are alike, the input first."""
        return (self.text(record),) if self.own is None else (self.text(record), self.own(record))

    def labels_in(self, records: Iterable[Record]) -> tuple[str, ...]:
        """The labels that records use, sorted; none for kinds without labels."""
        if self.labels is None:
            return ()
        return tuple(sorted({label for record in records for label in self.labels(record.fields)}))


def refuse_unknown_fields(kind: Kind, renamed: Iterable[str]) -> None:
    """Refuse to rename what the kind does not read.

    Raises:
        ConfigError: Names the nearest field.
    """
    known = [*", ".join(kind.fields).split(", "), *OF_EVERY_KIND]
    for name in renamed:
        if name not in known:
            fix = did_you_mean(name, known, f"{kind.name} reads {', '.join(known)}")
            raise ConfigError(f"dataset.fields.{name}: records of the kind {kind.name} have no field '{name}'", fix)


def item(record: Record, answer: Any, confidence: float | None = None, loss: float | None = None) -> Item:
    """A record with an answer, as metrics and plugins see it."""
    return Item(
        id=record.id,
        fields=record.fields,
        answer=answer,
        confidence=confidence,
        loss=loss,
        group=record.group,
        slices=record.slices,
        unit=record.unit,
    )


def need_text(values: Mapping[str, Any], name: str) -> str:
    """A field that has to hold text.

    Raises:
        RowProblem: It is missing, of another type, blank, or not valid Unicode.
    """
    value = values.get(name)
    if value is None:
        raise MissingField(name)
    if not isinstance(value, str):
        raise RowProblem(f"{name} is a {type(value).__name__}, expected text")
    if not value.strip():
        raise RowProblem(f"{name} is empty")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise RowProblem(f"{name} holds half of a surrogate pair")
    return value
