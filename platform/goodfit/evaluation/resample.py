"""Resampling: bootstrap intervals and paired tests for any metric that is a function of sums over records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from goodfit.hooks.certainty import TAIL, middle, unseen
from goodfit.hooks.shares import MeanOfParts

RESAMPLES = 1000
AGREES = 1e-12
"""Differences that are drawn agree where they are this near: a sum's order changes its last bits."""
NO_TOP = 0.0
"""The ``top`` of a figure that has none, as a loss."""

CHUNK = 100
"""Resamples that are held in memory at once."""

POINTS = 8
"""Sums at which a record's part in a figure is looked for: one may hide it, as where a figure is cut off at 1."""

Reduce = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Paired:
    """A difference on the same records."""

    difference: float
    low: float
    high: float
    p: float


def mean(sums: np.ndarray) -> np.ndarray:
    """Sums of (value, 1) -> mean."""
    return sums[..., 0] / sums[..., 1]


def by_unit(statistics: np.ndarray, units: Sequence[int]) -> np.ndarray:
    """Sum the rows of records that belong together (one group), since they are resampled together.

    Args:
        statistics: (records, k).
        units: The unit of each record, from 0.

    Returns:
        (units, k).
    """
    summed = np.zeros((max(units) + 1, statistics.shape[1]))
    np.add.at(summed, np.asarray(units), statistics)
    return summed


def _resampled(statistics: np.ndarray, seed: int) -> Iterator[np.ndarray]:
    """Sums of resamples with replacement, (CHUNK, k) at a time."""
    generator = np.random.default_rng(seed)
    count = len(statistics)
    for _ in range(RESAMPLES // CHUNK):
        weights = generator.multinomial(count, np.full(count, 1 / count), size=CHUNK)
        yield weights @ statistics


def interval(statistics: np.ndarray, reduce: Reduce, seed: int, top: float = 1.0) -> Interval:
    """Percentile bootstrap (Efron 1979), nowhere narrower than its bias and what was not seen allow.

    See ``bounds``, and for the mean of several values ``with_unseen_parts``.

    Args:
        statistics: (units, k).
        reduce: Sums -> metric.
        seed: Of the resampling.
        top: The highest value that there is.
    """
    value = float(reduce(statistics.sum(0)))
    draws = np.concatenate([np.atleast_1d(reduce(sums)) for sums in _resampled(statistics, seed)])
    ends = bounds(draws, value, informative_units(reduce, statistics), top, bias_of(draws, value))
    return Interval(value, *with_unseen_parts(ends, value, reduce, top, statistics))


def paired(one: np.ndarray, other: np.ndarray, reduce: Reduce, seed: int, top: float = 1.0) -> Paired:
    """The difference ``one - other`` on the same units.

    The interval is a paired bootstrap. Two-sided p values are made in two ways, and the greater one counts: by
    approximate randomisation (Noreen 1989), where each unit's two answers may be swapped, and from the bootstrap. Of
    two shares, each of what a model itself chose to answer, the first alone would call a difference in how much they
    answer one in how well.

    Args:
        one: (units, k).
        other: (units, k).
        reduce: Sums -> metric.
        seed: Of the resampling.
        top: The highest value that there is.
    """
    draws = _differences(one, other, reduce, seed)
    difference = float(reduce(one.sum(0)) - reduce(other.sum(0)))
    # what has not been seen may be as far the other way
    lowest = -abs(difference) if difference else -top
    units = informative_units(reduce, one, other)
    ends = bounds(draws, difference, units, top, bias_of(draws, difference), lowest)
    p = max(_randomised(one, other, reduce, difference, seed), _beyond_zero(draws))
    return Paired(difference, *with_unseen_parts(ends, difference, reduce, top, one, other), p)


def standard_error(one: np.ndarray, other: np.ndarray, reduce: Reduce, seed: int) -> float:
    """The standard error of the difference ``one - other`` on the same units, by a paired bootstrap."""
    return float(np.nanstd(_differences(one, other, reduce, seed), ddof=1))


def _differences(one: np.ndarray, other: np.ndarray, reduce: Reduce, seed: int) -> np.ndarray:
    """The difference ``one - other`` on resamples of the same units."""
    k = one.shape[1]
    both = np.concatenate([one, other], axis=1)
    return np.concatenate([reduce(sums[:, :k]) - reduce(sums[:, k:]) for sums in _resampled(both, seed)])


def _beyond_zero(draws: np.ndarray) -> float:
    """Twice the share of resamples on whose side the difference is not; one that is not defined is on neither."""
    sides = (int((~(draws > AGREES)).sum()), int((~(draws < -AGREES)).sum()))
    return min(1.0, (2 * min(sides) + 1) / (len(draws) + 1))


def _randomised(one: np.ndarray, other: np.ndarray, reduce: Reduce, difference: float, seed: int) -> float:
    if np.isnan(difference):
        return float("nan")
    generator = np.random.default_rng(seed + 1)
    extreme = 0
    for _ in range(RESAMPLES // CHUNK):
        swapped = generator.integers(0, 2, size=(CHUNK, len(one))).astype(np.float64)
        change = swapped @ (other - one)
        drawn = reduce(one.sum(0) + change) - reduce(other.sum(0) - change)
        # one that is not defined speaks against nothing
        extreme += CHUNK - int((np.abs(drawn) < abs(difference) - AGREES).sum())
    return (extreme + 1) / (RESAMPLES + 1)


def gap(one: np.ndarray, other: np.ndarray, reduce: Reduce, seed: int, top: float = 1.0) -> Interval:
    """The difference ``one - other`` of two independent samples.

    The bias of its resamples is left out: a rare label of a small sample makes it as large as the gap itself.

    Args:
        one: (units, k).
        other: (other units, k).
        reduce: Sums -> metric.
        seed: Of the resampling.
        top: The highest value that there is.
    """
    draws = np.concatenate(
        [
            reduce(left) - reduce(right)
            for left, right in zip(_resampled(one, seed), _resampled(other, seed + 1), strict=True)
        ]
    )
    difference = float(reduce(one.sum(0)) - reduce(other.sum(0)))
    units = min(informative_units(reduce, one), informative_units(reduce, other))
    return Interval(difference, *bounds(draws, difference, units, top, 0.0, -top))


def informative(reduce: Reduce, statistics: np.ndarray) -> np.ndarray:
    """Which rows say something of a figure: a recall knows nothing of a record without anything to find.

    They are those that move it. It is looked at beside sums that are drawn at random: beside those of the sample a row
    that agrees with all others moves nothing, and a row with numbers may have none that the figure is made of.

    Args:
        reduce: Sums -> metric, or several values.
        statistics: (records, k), or (units, k).

    Returns:
        (records,), or (units,); of several values (records, values), or (units, values).
    """
    found: np.ndarray = np.array(False)
    for beside in np.random.default_rng(0).uniform(0.5, 1.5, (POINTS, statistics.shape[1])):
        with np.errstate(all="ignore"):
            moved = np.abs(reduce(statistics + beside) - reduce(beside))
        found = found | ~(moved <= AGREES)  # what is not defined there may count
    filled = (statistics != 0).any(1)
    return found & (filled if found.ndim == 1 else filled[:, None])


def informative_units(reduce: Reduce, *statistics: np.ndarray) -> int:
    """How many units say something, in one of several samples of the same units."""
    return int(np.any([informative(reduce, rows) for rows in statistics], axis=0).sum())


def with_unseen_parts(
    ends: tuple[float, float], found: float, reduce: Reduce, top: float, *samples: np.ndarray
) -> tuple[float, float]:
    """The ends of an interval, as wide at least as the records of each part leave a mean of several values open.

    Those that were not seen can be other shares of each value's records, as long as the chance to see none of them is
    no less than that of ``unseen``: of 20 labels of 5 right answers each one may be answered at random, and not all of
    them. A difference of two samples may be as far the other way with them.

    Args:
        ends: Of the interval without it.
        found: What the interval is of.
        reduce: Sums -> metric; of another one than a ``MeanOfParts`` nothing is known.
        top: The highest value.
        samples: (units, k): one, or two of the same units for their difference.
    """
    if not isinstance(reduce, MeanOfParts) or not top:
        return ends
    values = [reduce.parts(rows.sum(0)) for rows in samples]
    value = values[0] - values[1] if len(values) > 1 else values[0]
    known = ~np.isnan(value)
    if not known.any():
        return ends
    value, units = value[known], np.any([informative(reduce.parts, rows) for rows in samples], axis=0).sum(0)[known]
    fall, rise = value, top - value
    if len(values) > 1:
        fall, rise = (np.minimum(2 * np.abs(value), most) for most in (top + value, top - value))
    below, above = (_most_unseen(worth, units) / len(value) for worth in (fall, rise))
    return min(ends[0], found - below), max(ends[1], found + above)


def _most_unseen(worth: np.ndarray, units: np.ndarray) -> float:
    """The most that unseen records can be worth: ``sum(share * worth)``, where ``prod((1 - share) ** units)``, the
    chance to see none of them, is no less than the ``TAIL`` of an interval.

    There each ``1 - share`` is as ``units / worth``, up to 1 (by Lagrange's multiplier).

    Args:
        worth: What all records of each part are worth, (parts,).
        units: Of each, (parts,).
    """
    worth, units = worth[worth > 0], np.maximum(units[worth > 0], 1)
    if not len(worth):
        return 0.0
    order = np.argsort(units / worth)
    worth, units = worth[order], units[order]
    ratios = units / worth
    # with the first parts alone, up to each
    factors = np.exp((np.log(TAIL) - np.cumsum(units * np.log(ratios))) / np.cumsum(units))
    factor = factors[np.flatnonzero(factors * ratios < 1).max(initial=0)]
    return float(((1 - np.minimum(1.0, factor * ratios)) * worth).sum())


def bounds(
    draws: np.ndarray, value: float, units: int, top: float, bias: float, lowest: float = 0.0
) -> tuple[float, float]:
    """The bootstrap's bounds, or those corrected for its bias, or the unseen's, whichever are wider.

    A mean over many labels of few records each is lower in resamples, which lose labels, than in the sample, and as
    much lower there than on all records; a figure that counts distances, as a calibration error, is higher. Draws that
    are moved by twice their bias allow for it, as the bias-corrected percentile interval moves its quantiles (Efron
    1981, https://doi.org/10.2307/3314608), which finds none where all draws lie on one side. Where resamples lose a
    label that is answered badly, the bias says the contrary: so no bound is moved inwards. And resamples hold nothing
    but what was seen: of two answers they know what lies between them, and 19 right answers of 20 would be surer than
    20 of 20.

    Args:
        draws: The figure on resamples, (draws,).
        value: On the sample.
        units: That say something.
        top: The highest value of a score.
        bias: By how much draws are higher than the value, on average; see ``bias_of``.
        lowest: What records that have not been seen can be worth at worst.
    """
    draws = draws[np.isfinite(draws)]
    low, high = middle(draws)
    if np.isnan(low) or np.isnan(value):
        return float("nan"), float("nan")
    moved = -2 * bias
    # a score that is negative nowhere, as a share is, or positive nowhere, is so on new records, too
    floor, ceiling = -top if (draws < 0).any() else 0.0, top if (draws > 0).any() else 0.0
    below, above = max(low + min(0.0, moved), min(floor, low)), min(high + max(0.0, moved), max(ceiling, high))
    least, most = unseen(value, units, top, lowest)
    return min(below, least), max(above, most)


def bias_of(draws: np.ndarray, value: float) -> float:
    """By how much a figure is higher on resamples than on the sample, on average; of finite ones, else 0."""
    known = draws[np.isfinite(draws)]
    return float(known.mean()) - value if len(known) and np.isfinite(value) else 0.0
