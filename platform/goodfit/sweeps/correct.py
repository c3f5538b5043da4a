"""What the winner's score is worth after so many trials: the best of many is partly lucky.

Bootstrap bias correction (Tsamardinos et al. 2018, https://arxiv.org/abs/1708.07180): the records are resampled, the
winner is chosen anew on each resample, and measured on the records that are not in it. So the choice pays for itself,
for however many trials, alike or not, without a further training.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from goodfit.evaluation.resample import Interval
from goodfit.hooks.certainty import middle, unseen

DRAWS = 1000


def corrected(
    statistics: Sequence[np.ndarray],
    signed: Callable[[np.ndarray], np.ndarray],
    seed: int,
    first: int | None = None,
    margin: float = 0.0,
    top: float = 1.0,
) -> Interval:
    """The winner's expected score on new records, with its interval.

    Args:
        statistics: Of each trial, (units, k), on the same units.
        signed: Sums over units, (..., k) -> score, greater is better.
        seed: Of the resampling.
        first: The place of the trial that wins where no other one is better by ``margin``.
        margin: In the score's unit.
        top: The highest value of the metric.
    """
    trials = np.stack(statistics)
    units = trials.shape[1]
    generator = np.random.default_rng(seed)
    outside = []
    for _ in range(DRAWS):
        counts = generator.multinomial(units, np.full(units, 1 / units)).astype(float)
        chosen = signed(np.einsum("u,tuk->tk", counts, trials))
        if np.isnan(chosen).all() or not (counts == 0).any():
            continue
        winner = int(np.nanargmax(chosen))
        if first is not None and chosen[winner] - chosen[first] < margin:
            winner = first
        outside.append(float(signed(trials[winner][counts == 0].sum(0))))
    scores = np.array(outside)[~np.isnan(outside)]
    if not len(scores):
        return Interval(float("nan"), float("nan"), float("nan"))
    value = float(scores.mean())
    # a part of q of all records, drawn without putting back, scatters (1 - q) / q times as much as the whole
    shrink = np.sqrt(OUTSIDE / (1 - OUTSIDE))
    low, high = middle(value + (scores - value) * shrink)
    # resamples hold nothing but what was seen: see ``evaluation.resample``
    telling = int(trials.any((0, 2)).sum())
    least, most = unseen(value, telling, top, 0)
    return Interval(value, min(low, least), max(high, most))


OUTSIDE = float(np.exp(-1))
"""The share of records that a resample leaves out."""
