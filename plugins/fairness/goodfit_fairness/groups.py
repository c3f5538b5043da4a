"""Which groups the records' slices make, alone and crossed with each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

UNKNOWN = "unknown"
"""The group of records that do not have the slice."""
MOST_CROSSED = 3
"""Slices that are crossed at most: four make groups of a few records."""


def groups_of(slices: Sequence[Mapping[str, str]]) -> dict[tuple[str, ...], dict[str, np.ndarray]]:
    """Slices -> group -> which records are of it, shape (records,).

    ``("sex",)`` has the groups ``sex=female`` and ``sex=male``, ``("age", "sex")`` has ``age=old & sex=female`` and
    so on: all crossings that occur.
    """
    names = sorted({name for own in slices for name in own})
    found: dict[tuple[str, ...], dict[str, np.ndarray]] = {}
    for width in range(1, min(len(names), MOST_CROSSED) + 1):
        for chosen in combinations(names, width):
            called = np.array([" & ".join(f"{name}={own.get(name, UNKNOWN)}" for name in chosen) for own in slices])
            found[chosen] = {str(name): called == name for name in np.unique(called)}
    return found
