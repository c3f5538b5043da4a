"""How sure a difference between groups is: permutation tests, resampled intervals, corrected for their number."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from goodfit.hooks.certainty import wilson

LEVEL = 0.05
"""Share of runs without any difference in which an audit reports one, all its comparisons together."""
DRAWS = 1999
"""Permutations and resamples: the smallest p of what is not counted exactly is 1 / 2000, of many tests still less."""
BEYOND = 10
"""Draws that should lie beyond a quantile."""
LEAST = 5
"""Independent test records below which a group is counted, but not compared."""
POWER_Z = 0.8416
"""The quantile of the normal distribution for a power of 0.8."""
CELLS = 4_000_000
"""Records times draws that are held at once."""


def permutation_p(scores: np.ndarray, inside: np.ndarray, units: Sequence[int], seed: int, tests: int = 1) -> float:
    """How often chance alone sets a group as far apart from the others as it is, two-sided.

    What is dealt anew are units, whole; of a unit that is of the group and of the others, as a pair of texts that
    differ in who they speak of, the two sides may be swapped. Of records that are alone, with scores of 0 or 1, it is
    counted exactly, by the hypergeometric distribution of Fisher's exact test; as far is what differs by as much, where
    that test takes what is as improbable.

    Args:
        scores: One for each record, shape (records,).
        inside: Whether the record is of the group, shape (records,).
        units: Of each record, from 0.
        seed: Of the permutations.
        tests: So many p values are corrected together: a small one is looked at until it could hold for all of them.
    """
    _, places = np.unique(units, return_inverse=True)
    each = np.stack([scores, np.ones(len(scores))], 1)  # sums and counts: of each unit, and of its side in the group
    both, own = (np.stack([np.bincount(places, part) for part in side.T], 1) for side in (each, each * inside[:, None]))
    total, records = scores.sum(), len(scores)

    def apart(chosen: np.ndarray, of: np.ndarray) -> np.ndarray:
        """How far apart the means are, of a group with these sums and so many records."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.abs(chosen / of - (total - chosen) / (records - of))

    seen = apart(scores[inside].sum(), inside.sum()) - 1e-12
    ones = int((scores == 1).sum())
    if len(both) == records and ones + int((scores == 0).sum()) == records:
        from scipy.stats import hypergeom

        count = int(inside.sum())
        possible = np.arange(max(0, count - (records - ones)), min(ones, count) + 1)
        chances = hypergeom.pmf(possible, records, ones, count)
        return float(min(1.0, chances[apart(possible, np.array(count)) >= seen].sum()))
    chance = np.random.default_rng([seed, int(inside.sum()), records])
    mixed = (own[:, 1] > 0) & (own[:, 1] < both[:, 1])
    here, there = own[mixed], both[mixed] - own[mixed]
    rows, as_far, draws = max(1, CELLS // len(both)), 0, 0
    while draws < DRAWS or (as_far < BEYOND and draws < 2 * tests / LEVEL):
        several = min(rows, DRAWS - draws if draws < DRAWS else DRAWS)
        dealt = chance.permuted(np.tile(own[~mixed, 1] > 0, (several, 1)), axis=1)
        swapped = chance.integers(0, 2, (several, len(here)))
        chosen, of = (dealt @ both[~mixed] + here.sum(0) + swapped @ (there - here)).T
        # where one side is empty nothing is told apart, and that speaks against nothing
        as_far += several - int((apart(chosen, of) < seen).sum())
        draws += several
    return (as_far + 1) / (draws + 1)


def resampled_sums(rows: np.ndarray, units: Sequence[int], seed: int, wanted: int = 0) -> np.ndarray:
    """Sums of resamples in which whole units are drawn: (draws, columns).

    There are ``DRAWS``, or as many as are wanted, as far as these can be held at once.

    Args:
        rows: Shape (records, columns).
        units: Of each record, what is drawn as a whole: a group of records, or the record.
        seed: Of the draws.
        wanted: How many draws there had better be.
    """
    places = np.asarray(units)
    sums = np.zeros((int(places.max()) + 1, rows.shape[1]))
    np.add.at(sums, places, rows)
    kinds, counts = np.unique(sums, axis=0, return_counts=True)  # of right and wrong answers there are a few sorts only
    chance = np.random.default_rng([seed, len(sums)])
    rows_at_once = max(1, CELLS // len(kinds))
    draws = max(DRAWS, min(wanted, rows_at_once))
    parts = [
        chance.multinomial(len(sums), counts / len(sums), size=min(rows_at_once, draws - start)) @ kinds
        for start in range(0, draws, rows_at_once)
    ]
    return np.concatenate(parts)


def units_in(inside: np.ndarray, units: Sequence[int]) -> int:
    """How many independent records, or units of records, there are among some records."""
    return len(np.unique(np.asarray(units)[inside]))


def independent(hits: np.ndarray, units: Sequence[int]) -> tuple[float, float]:
    """Hits and records of a share that are worth as much if each record stands alone: no more than there are units.

    Fewer by the design effect, the variance of the share with records drawn in units over that of single records:
    Kish 1965, "Survey Sampling", section 5.4.

    Args:
        hits: Whether a record counts, shape (records,); not empty.
        units: Of each.
    """
    _, places = np.unique(units, return_inverse=True)
    of, count = np.bincount(places), len(hits)
    share = float(np.mean(hits))
    alone = share * (1 - share) * count
    together = float(((np.bincount(places, hits) - share * of) ** 2).sum()) * len(of) / max(1, len(of) - 1)
    worth = min(count / max(1.0, together / alone if alone else 1.0), len(of))
    return share * worth, worth


def surely_more(hits: float, of: float, others: float, of_others: float, tests: int) -> float:
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
