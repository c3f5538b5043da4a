"""The frozen values that cross the border between goodfit and its plugins."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_type_hints

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSourceSpec:
    """Data that a plugin brings."""

    name: str
    """``<plugin>.<source>``."""
    description: str
    kind: str
    """The kind of task whose fields the records have."""
    licence: str
    origin: str
    """Where the data come from: ``synthetic``, a citation, a department."""
    files: Callable[[], Mapping[str, Path]]
    """Split (``train``, ``validation``, ``test``) -> a JSONL, CSV or Parquet file; ``hooks.files.files_in`` finds
    them in a folder. Where a machine does not have them, it raises ``goodfit.errors.DataError`` with what to do. Files
    that it fetches or makes lie below the folder for temporary files; ``plugins check`` gives it one of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """A base model that a plugin brings, or finds on the machine."""

    name: str
    """``<plugin>.<model>``."""
    description: str
    licence: str
    folder: Callable[[], Path]
    """The folder with config.json, tokenizer and (unless it starts from noise) model.safetensors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One record with the model's answer to it."""

    id: str
    fields: Mapping[str, Any]
    """The record's fields, the right answer among them (``label``, ``labels``, ``spans``, ``target``)."""
    answer: Any
    """classification: a label; multilabel: a list of labels; token_classification: ``[{start, end, label}]``;
    question_answering: a text, empty for no answer; ranking: documents, the best first; generation and chat: a text;
    language_modeling: ``{nats, tokens, bytes}``, bytes where all tokens were guessed."""
    confidence: float | None = None
    """The probability that the model gives its answer, where it has one."""
    loss: float | None = None
    """Mean negative log-likelihood of the right answer, in nats, where it was computed."""
    group: str | None = None
    slices: Mapping[str, str] = field(default_factory=dict)
    unit: str | None = None
    """What it is resampled with, where other held-out records are of its group or near copies of it: see
    ``hooks.certainty.unit_of``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricSpec:
    """A metric, as a function of sums over records: so every metric has an interval and a paired test.

    ``reduce(statistics(items).sum(axis=0))`` is its value; the bootstrap weighs the rows of
    ``statistics`` and calls ``reduce`` on all resamples at once.
    """

    name: str
    """``<plugin>.<metric>``."""
    description: str
    kinds: tuple[str, ...]
    """The kinds of task that it measures."""
    greater_is_better: bool
    statistics: Callable[[Sequence[Item]], np.ndarray]
    """Items -> float64 array, shape (items, k)."""
    reduce: Callable[[np.ndarray], np.ndarray]
    """Sums over items, shape (..., k) -> metric values, shape (...); nan where it is not defined. The metric is
    of the items whose rows change the value: only these make its interval narrower, and ``n`` counts them. One that is
    the mean of several values, as of one for each label, is a ``hooks.shares.MeanOfParts``: its interval allows for the
    values of few items."""
    top: float = 1.0
    """The highest value of a score: its interval reaches towards it where all records agree. Figures above it are of no
    such range. 0 where there is none."""
    ratio: bool = False
    """Whether its differences are ratios, as those of perplexity: a gap is one of its logarithm."""
    ideal: Callable[[Sequence[Item], int], np.ndarray] | None = None
    """Items and a seed -> ``statistics`` of them as an ideal model might have them, drawn by chance; for a figure that
    is above 0 even then, as a calibration error is. Its interval begins at 0 where it is within 95 % of the draws.
    Items of one unit (``hooks.certainty.unit_numbers``) are drawn together."""

    @property
    def better(self) -> Literal["higher", "lower"]:
        """Which of two values."""
        return "higher" if self.greater_is_better else "lower"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check found. Evidence holds ids and counts, never texts."""

    severity: Literal["info", "warning", "error"]
    code: str
    """``<plugin>.<what>``."""
    message: str
    figure: float | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    rows: tuple[str, ...] = ()
    """Ids of all the records that it is about, in the order of the data: ``quality.fix`` acts on the training ones."""
    mend: str = ""
    """What would mend it: words to type, or what to do. goodfit adds how training records in ``rows`` are left out."""


SEVERITIES = get_args(get_type_hints(Finding)["severity"])
"""The worst last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a gate says."""

    gate: str = ""
    """The gate's name, written by goodfit."""
    passed: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a gate may look at: a finished run's figures."""

    task: str
    primary: str
    """The primary metric on the test split, as ``test/<metric>``."""
    tuned: Mapping[str, Mapping[str, float | None]]
    """Metric -> {value, low, high, n, units} of the tuned model; None, and 0 of both, where it is not defined.
    ``n`` is the number of records that it is of; ``units`` counts those of one group, and near copies, once: a rule
    that asks for so many counts these. Where a run is older than ``units``, there is ``n`` alone."""
    paired: Mapping[str, Mapping[str, float | None]]
    """Metric -> {difference, low, high, p}; empty where the base cannot be scored, None where one is not defined."""
    fit: str
    """``good``, ``overfit``, ``underfit`` or ``unknown``."""
    findings: Sequence[Finding]
    greater_is_better: bool = True
    min_value: float | None = None
    """``policy.min_value``."""
    at_random: Mapping[str, float | None] | None = None
    """{low, high}: where 95 % of the primary metric lie when the model's own answers are dealt to the test records at
    random; None where answers are no labels."""
    reference: Mapping[str, float | None] | None = None
    """{difference, low, high, p} to the simplest thing that a model has to beat, on the same records; None where one of
    them is not defined."""
    reference_is: str = ""
    """What that is."""
    reference_by: str = ""
    """The metric of that difference, as ``test/<metric>``: the primary one; where that is of a model's tokens, and the
    reference has none, another one that both have; empty where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSpec:
    """A rule that lets a model pass or not."""

    name: str
    """``<plugin>.<gate>``."""
    description: str
    judge: Callable[[Evidence], Verdict]
    metrics: tuple[str, ...] = ()
    """Figures of ``tuned`` without which it says no, ``test/legal.risk_recall``: a run that does not measure them is
    refused before it trains."""
    needs: Callable[[DataFacts], None] | None = None
    """What else it cannot say yes without: where a run lacks that, it raises ``goodfit.errors.ConfigError`` with what
    to do, and the run is refused before it trains. ``limits`` are empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordView:
    """A copy of a record, as audits see it."""

    id: str
    fields: Mapping[str, Any]
    """The fields of the record's kind, the right answer among them."""
    text: str
    """The input, as one text."""
    answer: str
    """The right answer, as one text: equal answers have equal texts. Empty for language_modeling."""
    group: str | None = None
    slices: Mapping[str, str] = field(default_factory=dict)
    unit: str | None = None
    """As an item's."""
    compared: tuple[str, ...] = ()
    """What near copies are told by: ``text``, and of a conversation what is said beside its system message, which many
    may share. Empty is ``text`` alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A number that an audit compares with. ``policy.limits.<name>`` sets it."""

    name: str
    """Without the plugin's name, and without a dot; no other plugin may have a limit of that name."""
    default: float
    low: float
    high: float
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFacts:
    """What an audit of the data may look at, before anything is trained."""

    task: str
    kind: str
    labels: tuple[str, ...]
    """The label set, in the order of the model's outputs; empty for kinds without labels."""
    seed: int
    splits: Mapping[str, Sequence[RecordView]]
    limits: Mapping[str, float]
    """The audit's limits by name, as the policy sets them."""
    several_right: bool = False
    """Whether one input may have several right answers, each in a record of its own, as a query has documents."""
    audits: tuple[str, ...] = ()
    """The audits of this run that will look at the tuned model, and can judge its kind."""


def _not_compared(others: Sequence[Item]) -> Mapping[str, float | None]:
    return dict.fromkeys(("difference", "low", "high", "p"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """What an audit of the tuned model may look at, and ask."""

    task: str
    kind: str
    labels: tuple[str, ...]
    seed: int
    splits: Mapping[str, Sequence[RecordView]]
    limits: Mapping[str, float]
    items: Sequence[Item]
    """The tuned model's answers to the test records."""
    metric: MetricSpec
    """The task's primary metric."""
    ask: Callable[[Sequence[RecordView]], Sequence[Item]]
    """The tuned model's answers to other records. Their answer fields may be missing; then there is no loss."""
    losses: Callable[[Sequence[RecordView]], Sequence[float]]
    """Mean negative log-likelihood of each record's right answer under the tuned model, in nats; no answer is made."""
    base_losses: Callable[[Sequence[RecordView]], Sequence[float]] | None
    """The same under the base model; None where it has no head for the task, or its weights were tuned."""
    compared: Callable[[Sequence[Item]], Mapping[str, float | None]] = _not_compared
    """Other answers to the test records, in their order -> {difference, low, high, p} of the tuned model's from them by
    ``metric``: 95 % interval by bootstrap, p the greater of those by bootstrap and by approximate
    randomisation; None where it is not defined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSpec:
    """An audit: of the data before training, of the tuned model after it, or of both."""

    name: str
    """``<plugin>.<audit>``."""
    description: str
    look_at_data: Callable[[DataFacts], Sequence[Finding]] | None = None
    look_at_model: Callable[[ModelFacts], Sequence[Finding]] | None = None
    kinds: tuple[str, ...] = ()
    """The kinds of task that it can judge; empty where it can judge all."""
    heavy: bool = False
    """Whether it takes more than a second or so for a thousand records: then a run does it only where it is named, or
    with ``quality.deep``."""
    limits: tuple[Limit, ...] = ()
    codes: tuple[str, ...] | None = None
    """The codes of all its findings on the data that have training records in ``rows``, so that ``quality.fixes`` can
    name them: another code is refused there, as one is whose audit is not asked. None where it does not tell; then
    nothing is refused."""
    fixes: tuple[str, ...] = ()
    """Those of ``codes`` whose training records ``quality.fix`` leaves out where nobody sets ``quality.fixes``: faults
    that are no matter of taste, such as near copies of held-out records."""

    def applies_to(self, kind: str) -> bool:
        """Whether it can judge a kind of task."""
        return not self.kinds or kind in self.kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """A copy of what stands in a run's folder, as those see it who watch."""

    folder: Path
    record: Mapping[str, Any]
    """run.json: ``status``, ``task``, ``model``, ``base``, ``kind``, ``adapter`` and more; of a finished run ``fit``,
    ``gates``, ``steps``, ``seconds``; of one that ended otherwise its ``reason``."""
    lock: Mapping[str, Any]
    """lock.json: digests of data and base, versions, the config."""
    metrics: Mapping[str, Any]
    """metrics.json; empty until the run is finished."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A place in a text that must not be learnt or stored."""

    start: int
    """First character."""
    end: int
    """Behind the last character."""
    type: str
    """One of the scrubber's types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScrubberSpec:
    """Something that finds what must not be learnt or stored; goodfit replaces it, in texts of every kind.

    A text's places depend on this text alone: not on others, not on the order, not on the time.
    """

    name: str
    """``<plugin>.<scrubber>``."""
    description: str
    recall: Mapping[str, float]
    """Type that it finds (capitals and ``_``) -> the share that it found where this was measured; nan where not."""
    measured_on: str
    """Where the recall comes from: a data set, how many places."""
    find: Callable[[Sequence[str]], Sequence[Sequence[Found]]]
    """Texts -> the places in each."""
    by_form: bool = False
    """Whether what it finds is told by its form, as a date is: what a run keeps of it (``privacy.keep``) is then not
    taken by a scrubber behind it, which may guess."""
    ordered: tuple[str, ...] = ()
    """Types whose values are told apart by where their signs stand: 1.12.2024 is not 11.2.2024. Of other types, values
    that differ in case, blanks and signs alone have one stand-in, as one telephone number has however it is written."""
    repeats: tuple[str, ...] = ()
    """Types whose value, found once in a record, is looked for in all texts of the record."""
    parts: Callable[[str, str], Sequence[str]] | None = None
    """(type, value) -> the parts of a value of ``repeats`` that are looked for, too: of a person the family name."""
    stand_in: Callable[[str, str, bytes], str] | None = None
    """(type, value, key) -> what ``pseudonymise`` writes for it, a function of the three alone, which ``find`` does not
    find, and which has not the figures of the value; without it, or where it returns an empty text, the type and a few
    signs made with the key."""
