"""The metrics of token_classification: of whole entities."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from goodfit.hooks.shares import divide
from goodfit.hooks.spans import span_set
from goodfit.hooks.types import Item, MetricSpec


def entity_metrics() -> list[MetricSpec]:
    """f1, precision and recall of whole entities: right only with both borders and the label right."""

    def statistics(items: Sequence[Item]) -> np.ndarray:
        """(items, 3): answered, right, both."""
        rows = []
        for item in items:
            answered, right = span_set(item.answer), span_set(item.fields["spans"])
            rows.append([len(answered), len(right), len(answered & right)])
        return np.array(rows, dtype=np.float64)

    def spec(name: str, description: str, reduce: Callable[[np.ndarray], np.ndarray]) -> MetricSpec:
        return MetricSpec(
            name=name,
            description=description,
            kinds=("token_classification",),
            greater_is_better=True,
            statistics=statistics,
            reduce=reduce,
        )

    return [
        spec("f1", "F1 of whole entities", lambda sums: divide(2 * sums[..., 2], sums[..., 0] + sums[..., 1])),
        spec(
            "precision",
            "Share of the answered entities that are right",
            lambda sums: np.nan_to_num(divide(sums[..., 2], sums[..., 0])),
        ),
        spec("recall", "Share of the entities that are found", lambda sums: divide(sums[..., 2], sums[..., 1])),
    ]
