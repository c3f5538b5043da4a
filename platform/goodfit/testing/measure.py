"""What a metric makes of some answers, in a test."""

from __future__ import annotations

from collections.abc import Sequence

from goodfit.hooks.types import Item, MetricSpec


def score(metric: MetricSpec, items: Sequence[Item]) -> float:
    """The value of a metric; nan where it is not defined.

    Args:
        metric: As a plugin offers it.
        items: Records with their answers.

    Raises:
        AssertionError: Its statistics are not a row of float64 for each item.
    """
    rows = metric.statistics(items)
    shown = f"{metric.name} has {rows.dtype} statistics of shape {rows.shape}, expected float64, ({len(items)}, …)"
    assert (str(rows.dtype), rows.ndim, len(rows)) == ("float64", 2, len(items)), shown
    return float(metric.reduce(rows.sum(axis=0)))
