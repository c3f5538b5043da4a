"""How good the answer to one record is: a number for each record, more is better, whatever the kind of task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from goodfit.hooks.targets import right_text
from goodfit.hooks.types import Item, MetricSpec, ModelFacts

SETS = {"multilabel": "labels", "token_classification": "spans"}
"""Kinds whose right answer may be a set of nothing -> its field."""
OF_WORDS = ("rougeL", "rouge1", "rouge2", "bleu")
"""Metrics that count words, or two or four together: a target that has none gets 0, be it answered to the letter."""


def scores_of(facts: ModelFacts) -> tuple[str, np.ndarray]:
    """What is measured, and each test record's score; nan where it has none.

    A label is right or wrong; of other kinds it is the task's primary metric, of the record alone, with its sign turned
    and said so where less of it is better.
    """
    if facts.kind == "classification":
        return "accuracy", np.array([float(item.answer == item.fields["label"]) for item in facts.items])
    scores = alone(facts.metric, facts.items)
    if not facts.metric.greater_is_better:
        return f"minus {facts.metric.name}", -scores
    return facts.metric.name, np.where(_right_and_uncounted(facts), facts.metric.top, scores)


def alone(metric: MetricSpec, items: Sequence[Item]) -> np.ndarray:
    """The metric of each record by itself, shape (items,)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(metric.reduce(np.asarray(metric.statistics(items), dtype=np.float64)), dtype=np.float64)


def _right_and_uncounted(facts: ModelFacts) -> np.ndarray:
    """Which records are answered rightly and have nothing that the metric could count, shape (items,).

    To say nothing where nothing is right is right, and 0 / 0 to a metric that counts what was answered. One that says
    nothing of such a record whatever the answer is, as a recall does, is left at that: else those answered rightly
    would count, and those answered wrongly would not.
    """
    if facts.kind in SETS:
        empty = np.array([not item.answer and not item.fields[SETS[facts.kind]] for item in facts.items], dtype=bool)
        invented = [replace(item, answer=_anything(facts)) for item in facts.items]
        return empty & np.isfinite(alone(facts.metric, invented))
    if facts.metric.name in OF_WORDS:
        return np.array([item.answer.split() == right_text(item).split() for item in facts.items], dtype=bool)
    return np.zeros(len(facts.items), dtype=bool)


def _anything(facts: ModelFacts) -> list[Any]:
    """An answer that names every label."""
    if facts.kind == "multilabel":
        return list(facts.labels)
    return [{"start": 0, "end": 1, "label": label} for label in facts.labels]
