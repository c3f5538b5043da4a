"""Which groups the records' slices make, alone and crossed with each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

UNKNOWN = "unknown"
"""The group of records that do not have the slice."""
MOST_GROUPS = 100
"""A slice with more values names records rather than groups of them, as a customer's number does."""

MOST_CROSSED = 3
"""Slices that are crossed at most: four make groups of a few records."""


def groups_of(slices: Sequence[Mapping[str, str]]) -> dict[tuple[str, ...], dict[str, np.ndarray]]:
    """Slices -> group -> which records are of it, shape (records,).

    ``("sex",)`` has the groups ``sex=female`` and ``sex=male``, ``("age", "sex")`` has ``age=old & sex=female`` and
    so on: all crossings that occur. Slices of more than ``MOST_GROUPS`` values make none.
    """
    values: dict[str, set[str]] = defaultdict(set)
    for own in slices:
        for name, value in own.items():
            values[name].add(value)
    names = sorted(name for name, own in values.items() if len(own) <= MOST_GROUPS)
    found: dict[tuple[str, ...], dict[str, np.ndarray]] = {}
    for width in range(1, min(len(names), MOST_CROSSED) + 1):
        for chosen in combinations(names, width):
            called = np.array([" & ".join(f"{name}={own.get(name, UNKNOWN)}" for name in chosen) for own in slices])
            found[chosen] = {str(name): called == name for name in np.unique(called)}
    return found
