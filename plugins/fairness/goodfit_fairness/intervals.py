"""How sure a difference between groups is: permutation tests, resampled intervals, corrected for their number."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from goodfit.hooks.certainty import wilson

LEVEL = 0.05
"""Share of runs without any difference in which an audit reports one, all its comparisons together."""
DRAWS = 1999
"""Permutations and resamples: the smallest p of what is not counted exactly is 1 / 2000."""
LEAST = 5
"""Independent test records below which a group is counted, but not compared."""
POWER_Z = 0.8416
"""The quantile of the normal distribution for a power of 0.8."""
CELLS = 4_000_000
"""Records times draws that are held at once."""


def permutation_p(scores: np.ndarray, inside: np.ndarray, seed: int) -> float:
    """How often chance alone sets a group as far apart from the others as it is, two-sided.

    Of scores that are 0 or 1 it is counted exactly, by the hypergeometric distribution of Fisher's exact test; as far
    is what differs by as much, where that test takes what is as improbable.

    Args:
        scores: One for each record, shape (records,); the records are independent.
        inside: Whether the record is of the group, shape (records,).
        seed: Of the permutations.
    """
    count, total = int(inside.sum()), scores.sum()
    seen = abs(scores[inside].mean() - scores[~inside].mean())

    def as_far(chosen: np.ndarray) -> np.ndarray:
        return np.abs(chosen / count - (total - chosen) / (len(scores) - count)) >= seen - 1e-12

    ones = int((scores == 1).sum())
    if ones + int((scores == 0).sum()) == len(scores):
        from scipy.stats import hypergeom

        sums = np.arange(max(0, count - (len(scores) - ones)), min(ones, count) + 1)
        return float(min(1.0, hypergeom.pmf(sums, len(scores), ones, count)[as_far(sums)].sum()))
    chance = np.random.default_rng([seed, count, len(scores)])
    return (int(as_far(_shuffled_sums(scores, count, chance)).sum()) + 1) / (DRAWS + 1)


def _shuffled_sums(scores: np.ndarray, count: int, chance: np.random.Generator) -> np.ndarray:
    """The sum of so many scores, drawn without putting back: (draws,)."""
    found: list[np.ndarray] = []
    rows = max(1, CELLS // len(scores))
    for start in range(0, DRAWS, rows):
        several = np.tile(scores, (min(rows, DRAWS - start), 1))
        found.append(chance.permuted(several, axis=1)[:, :count].sum(1))
    return np.concatenate(found)


def resampled_p(differences: np.ndarray) -> float:
    """The same from resamples of a difference, two-sided: where records stand in groups that are drawn as a whole."""
    known = differences[np.isfinite(differences)]
    if not len(known):
        return 1.0
    tail = min(int((known <= 0).sum()), int((known >= 0).sum()))
    return min(1.0, 2 * (tail + 1) / (len(known) + 1))


def resampled_sums(rows: np.ndarray, units: Sequence[int], seed: int) -> np.ndarray:
    """Sums of resamples in which whole units are drawn: (draws, columns).

    Args:
        rows: Shape (records, columns).
        units: Of each record, what is drawn as a whole: a group of records, or the record.
        seed: Of the draws.
    """
    places = np.asarray(units)
    sums = np.zeros((int(places.max()) + 1, rows.shape[1]))
    np.add.at(sums, places, rows)
    kinds, counts = np.unique(sums, axis=0, return_counts=True)  # of right and wrong answers there are a few sorts only
    chance = np.random.default_rng([seed, len(sums)])
    rows_at_once = max(1, CELLS // len(kinds))
    parts = [
        chance.multinomial(len(sums), counts / len(sums), size=min(rows_at_once, DRAWS - start)) @ kinds
        for start in range(0, DRAWS, rows_at_once)
    ]
    return np.concatenate(parts)


def units_of(groups: Sequence[str | None]) -> list[int]:
    """Records of one group are one unit, each other record is one."""
    places: dict[str, int] = {}
    return [places.setdefault(group or f"\0{index}", len(places)) for index, group in enumerate(groups)]


def surely_more(hits: int, of: int, others: int, of_others: int, tests: int) -> float:
    """How much greater a share certainly is than another one, of so many tests at ``LEVEL`` together.

    The lower end of Newcombe's hybrid score interval, which holds for few records, too: Newcombe 1998, method 10,
    https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I.
    """
    level = 1 - LEVEL / tests
    own, other = hits / of, others / of_others
    low, high = wilson(hits, of, level)[0], wilson(others, of_others, level)[1]
    return own - other - math.hypot(own - low, high - other)


def exact(count: float, of: float, level: float) -> tuple[float, float]:
    """A share's interval: Clopper and Pearson 1934, https://doi.org/10.1093/biomet/26.4.404.

    Args:
        count: What counts; may be parts of records.
        of: How many were looked at.
        level: Share of intervals that miss the true share, half of them on either side.
    """
    from scipy.stats import beta

    low = float(beta.ppf(level / 2, count, of - count + 1)) if count > 0 else 0.0
    high = float(beta.ppf(1 - level / 2, count + 1, of - count)) if count < of else 1.0
    return low, high
