"""Which gap between groups would have been seen, and how many records it takes to see one."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from goodfit.hooks.certainty import unseen
from goodfit_fairness.intervals import LEVEL, POWER_Z

Spread = Callable[[float], float]
"""A gap -> the standard deviation of a record's score in a group that is worse by so much; of the others, at 0."""


def spread_of(scores: np.ndarray, top: float) -> Spread:
    """How far a record's score lies from its group's mean, which a gap moves.

    Scores from 0 to ``top`` spread as shares do: the farther their mean is from both ends, the wider. Of scores that
    all agree, what those not seen among so many may add to it.

    Args:
        scores: Of all records.
        top: The highest score that there is.
    """
    if not len(scores):
        return lambda gap: 0.0
    _, share = unseen(0.0, len(scores), 1.0, 0.0)
    variance = float(scores.var()) if np.ptp(scores) > 0 else share * (1 - share)
    mean = float(scores.mean())
    possible = mean * (top - mean) if scores.min() >= 0 and scores.max() <= top else 0.0

    def spread(gap: float) -> float:
        lower = max(0.0, mean - gap)
        wider = lower * (top - lower) / possible if possible > 0 else 1.0
        return math.sqrt(variance * max(1.0, wider))

    return spread


def visible_gap(count: int, others: int, spread: Spread, tests: int) -> float:
    """The gap that is found with a power of 0.8.

    Args:
        count: Records of the group.
        others: All other records.
        spread: Standard deviation of a record's score.
        tests: Groups and crossings that are compared, of all slices together: Holm's first step asks that much.
    """
    gap = 0.0
    for _ in range(20):  # worse scores may spread wider, and then only a greater gap is seen
        gap = _seen(count, max(1, others), spread(gap), spread(0.0), tests)
    return gap


def needed_records(gap: float, spread: Spread, tests: int) -> int:
    """Records of each of two groups with which a gap is found with a power of 0.8, among so many tests."""
    return math.ceil((_seen(1, 1, spread(gap), spread(0.0), tests) / gap) ** 2)


def _seen(count: int, others: int, own: float, rest: float, tests: int) -> float:
    """The gap that is found where scores spread so: Fleiss 1981, "Statistical Methods for Rates and Proportions", 3.2.

    The test takes the two groups for one, the power does not.
    """
    from scipy.stats import norm

    z = float(norm.ppf(1 - LEVEL / max(1, tests) / 2))
    both = (count * own**2 + others * rest**2) / (count + others)
    return z * math.sqrt(both / count + both / others) + POWER_Z * math.sqrt(own**2 / count + rest**2 / others)
