"""The metrics of language_modeling: how surprised a model is by a text."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from goodfit.hooks.shares import divide
from goodfit.hooks.types import Item, MetricSpec


def language_metrics() -> list[MetricSpec]:
    """perplexity (of the tokens that had to be guessed) and bits_per_byte (where that is all of them)."""

    def statistics(items: Sequence[Item]) -> np.ndarray:
        """(items, 3): nats, tokens, bytes."""
        rows = [(item.answer["nats"], item.answer["tokens"], item.answer["bytes"] or np.nan) for item in items]
        return np.array(rows, dtype=np.float64)

    def spec(name: str, description: str, reduce: Callable[[np.ndarray], np.ndarray], ratio: bool) -> MetricSpec:
        return MetricSpec(
            name=name,
            description=description,
            kinds=("language_modeling",),
            greater_is_better=False,
            statistics=statistics,
            reduce=reduce,
            top=0.0,
            ratio=ratio,
        )

    def perplexity(sums: np.ndarray) -> np.ndarray:
        return np.exp(divide(sums[..., 0], sums[..., 1]))

    def bits_per_byte(sums: np.ndarray) -> np.ndarray:
        return divide(sums[..., 0], np.log(2) * sums[..., 2])

    return [
        spec("perplexity", "e to the mean nats of a token", perplexity, ratio=True),
        spec("bits_per_byte", "Bits for each byte of the texts", bits_per_byte, ratio=False),
    ]
