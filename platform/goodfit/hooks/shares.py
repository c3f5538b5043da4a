"""The commonest metric, a share: what counts, out of how much, summed over records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from goodfit.hooks.types import Item, MetricSpec

if TYPE_CHECKING:
    import numpy as np

Counts = Callable[[Item], tuple[float, float]]
"""An item -> (what counts, out of how much); (0, 0) where the item has nothing to count."""


def share_metric(
    name: str, description: str, kinds: tuple[str, ...], counts: Counts, greater_is_better: bool = True
) -> MetricSpec:
    """A metric that is a share.

    Args:
        name: ``<plugin>.<metric>``.
        description: What it says, for people.
        kinds: The kinds of task that it measures.
        counts: What an item adds to the two sums.
        greater_is_better: Whether a greater share is better.
    """
    return MetricSpec(
        name=name,
        description=description,
        kinds=kinds,
        greater_is_better=greater_is_better,
        statistics=partial(_rows_of, counts),
        reduce=share,
    )


def share(sums: np.ndarray) -> np.ndarray:
    """Divide the first sum by the second.

    Args:
        sums: Sums over records, shape (..., 2).

    Returns:
        Shares, shape (...); nan where the second sum is 0.
    """
    import numpy as np

    part, whole = sums[..., 0], sums[..., 1]
    return np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=whole != 0)


def _rows_of(counts: Counts, items: Sequence[Item]) -> np.ndarray:
    """What items add to the two sums, float64 of shape (items, 2), also where there are no items."""
    import numpy as np

    return np.asarray([counts(item) for item in items], dtype=np.float64).reshape(-1, 2)
