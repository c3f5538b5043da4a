"""A metric as a mean over records: what the metrics of all kinds are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from goodfit.hooks.shares import share_metric
from goodfit.hooks.types import Item, MetricSpec


def divide(above: Any, below: Any) -> Any:
    """A quotient; nan where nothing was counted."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below > 0, above / np.where(below > 0, below, 1), np.nan)


def mean_of(
    name: str, description: str, kinds: tuple[str, ...], value: Callable[[Item], float], greater_is_better: bool = True
) -> MetricSpec:
    """A metric that is the mean of a number for each record."""
    return share_metric(name, description, kinds, lambda item: (value(item), 1.0), greater_is_better)
