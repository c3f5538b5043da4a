"""How good the answer to one record is: a number for each record, more is better, whatever the kind of task."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from goodfit.hooks.types import Item, MetricSpec, ModelFacts


def scores_of(facts: ModelFacts) -> tuple[str, np.ndarray]:
    """What is measured, and each test record's score; nan where it has none.

    A label is right or wrong; of other kinds it is the task's primary metric, of the record alone, with its sign turned
    and said so where less of it is better.
    """
    if facts.kind == "classification":
        return "accuracy", np.array([float(item.answer == item.fields["label"]) for item in facts.items])
    scores = alone(facts.metric, facts.items)
    if facts.kind == "multilabel" and facts.metric.greater_is_better:  # to say nothing where nothing is right is right
        exact = [set(item.answer) == set(item.fields["labels"]) for item in facts.items]
        scores = np.where(exact, facts.metric.top, scores)
    return (facts.metric.name, scores) if facts.metric.greater_is_better else (f"minus {facts.metric.name}", -scores)


def alone(metric: MetricSpec, items: Sequence[Item]) -> np.ndarray:
    """The metric of each record by itself, shape (items,)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(metric.reduce(np.asarray(metric.statistics(items), dtype=np.float64)), dtype=np.float64)
