"""The frozen values that cross the border between goodfit and its plugins."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

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
    """Split (``train``, ``validation``, ``test``) -> a JSONL, CSV or Parquet file."""


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
    """Sums over items, shape (..., k) -> metric values, shape (...); nan where it is not defined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check found. Evidence holds ids and counts, never texts."""

    severity: Literal["info", "warning", "error"]
    code: str
    """``<plugin>.<what>``."""
    message: str
    figure: float | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a gate says."""

    gate: str
    passed: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a gate may look at: a finished run's figures."""

    task: str
    primary: str
    """The primary metric on the test split, as ``test/<metric>``."""
    tuned: Mapping[str, Mapping[str, float]]
    """Metric -> {value, low, high, n} of the tuned model."""
    paired: Mapping[str, Mapping[str, float]]
    """Metric -> {difference, low, high, p}; empty where the base cannot be scored."""
    fit: str
    """``good``, ``overfit``, ``underfit`` or ``unknown``."""
    findings: Sequence[Finding]
    greater_is_better: bool = True
    min_value: float | None = None
    """``policy.min_value``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSpec:
    """A rule that lets a model pass or not."""

    name: str
    """``<plugin>.<gate>``."""
    description: str
    judge: Callable[[Evidence], Verdict]
