"""A metric as a mean over records: the commonest of the metrics of kinds."""

from __future__ import annotations

from collections.abc import Callable

from goodfit.hooks.shares import share_metric
from goodfit.hooks.types import Item, MetricSpec


def mean_of(
    name: str, description: str, kinds: tuple[str, ...], value: Callable[[Item], float], greater_is_better: bool = True
) -> MetricSpec:
    """A metric that is the mean of a number for each record."""
    return share_metric(name, description, kinds, lambda item: (value(item), 1.0), greater_is_better)
