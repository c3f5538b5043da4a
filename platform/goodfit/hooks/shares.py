"""The commonest metric, a share: what counts, out of how much, summed over records."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from goodfit.hooks.types import Item, MetricSpec

if TYPE_CHECKING:
    import numpy as np

Counts = Callable[[Item], tuple[float, float]]
"""An item -> (what counts, out of how much); (0, 0) where the item has nothing to count."""


def share_metric(
    name: str,
    description: str,
    kinds: tuple[str, ...],
    counts: Counts,
    greater_is_better: bool = True,
    label: str | Collection[str] | None = None,
) -> MetricSpec:
    """A metric that is a share.

    Args:
        name: ``<plugin>.<metric>``.
        description: What it says, for people.
        kinds: The kinds of task that it measures.
        counts: What an item adds to the two sums.
        greater_is_better: Whether a greater share is better.
        label: A label, or labels, that the counts tell from all others: where no record and no answer has any of them,
            as with a label set of other names, the share is not defined.
    """
    told = frozenset([label] if isinstance(label, str) else label or ())
    return MetricSpec(
        name=name,
        description=description,
        kinds=kinds,
        greater_is_better=greater_is_better,
        statistics=partial(_rows_of, counts, told),
        reduce=_share_where_seen if told else share,
    )


def share(sums: np.ndarray) -> np.ndarray:
    """Divide the first sum by the second.

    Args:
        sums: Sums over records, shape (..., 2).

    Returns:
        Shares, shape (...); nan where the second sum is 0.
    """
    return divide(sums[..., 0], sums[..., 1])


def divide(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Quotients of two arrays of one shape; nan where the second has 0."""
    import numpy as np

    return np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=whole != 0)


@dataclass(frozen=True, slots=True)
class MeanOfParts:
    """The mean of several values, as macro F1 is that of each label's: a ``reduce`` of a metric.

    Resamples hold nothing but what was seen, and a label of few records, all of them right, is right in each: the
    metric's interval is no narrower than what each value may be on records that were not seen.
    """

    parts: Callable[[np.ndarray], np.ndarray]
    """Sums over records, shape (..., k) -> the values, shape (..., parts); nan where one does not count."""

    def __call__(self, sums: np.ndarray) -> np.ndarray:
        """The mean, shape (...); nan where no value counts."""
        import numpy as np

        values = self.parts(sums)
        known = ~np.isnan(values)
        return divide(np.where(known, values, 0).sum(-1), known.sum(-1))


def _share_where_seen(sums: np.ndarray) -> np.ndarray:
    """The share, shape (...), of sums over records, shape (..., 3); nan where the third, of the label, is 0."""
    import numpy as np

    return np.where(sums[..., 2] > 0, share(sums), np.nan)


def _rows_of(counts: Counts, told: frozenset[str], items: Sequence[Item]) -> np.ndarray:
    """What items add to the sums, float64 of shape (items, 2), with labels (items, 3), also where there are none."""
    import numpy as np

    if not told:
        return np.asarray([counts(item) for item in items], dtype=np.float64).reshape(-1, 2)
    rows = [(*counts(item), not told.isdisjoint(_labels_of(item))) for item in items]
    return np.asarray(rows, dtype=np.float64).reshape(-1, 3)


def _labels_of(item: Item) -> list[str]:
    """Those of the record and those of the answer."""
    if "labels" in item.fields:
        return [*item.fields["labels"], *item.answer]
    return [item.fields["label"], item.answer]
