"""The metrics of ranking: at which place the right document stands."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from goodfit.hooks.types import Item, MetricSpec
from goodfit.kinds.metrics import mean_of


def ranking_metrics() -> list[MetricSpec]:
    """mrr, ndcg@10, recall@1 and recall@10 of the row's right document among all candidates that are wrong.

    What other rows call right for the same query takes no place: "filtered", Bordes et al. 2013,
    https://papers.nips.cc/paper/2013/hash/1cecc7a77928ca8133fa24680a88d2f9-Abstract.html, section 4.2.
    """
    kinds = ("ranking",)

    def place(item: Item) -> float:
        """From 1; infinite where it is not in the list."""
        right, also = item.fields["positive"], item.fields.get("also", ())
        if right not in item.answer:
            return np.inf
        before = item.answer[: item.answer.index(right)]
        return 1 + len(before) - sum(one in also for one in before)

    def within(most: int) -> Callable[[Item], float]:
        return lambda item: float(place(item) <= most)

    return [
        mean_of("mrr", "Mean of 1 / place of the right document", kinds, lambda item: 1 / place(item)),
        mean_of(
            "ndcg@10",
            "Mean of 1 / log2(1 + place) where the right document is among the first ten",
            kinds,
            lambda item: within(10)(item) / np.log2(1 + place(item)),
        ),
        mean_of("recall@1", "Share of queries whose first document is right", kinds, within(1)),
        mean_of("recall@10", "Share of queries with the right document among the first ten", kinds, within(10)),
    ]
