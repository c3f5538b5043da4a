"""What the winner's score is worth after so many trials: the best of many is partly lucky.

Bootstrap bias correction (Tsamardinos et al. 2018, https://arxiv.org/abs/1708.07180): the records are resampled, the
winner is chosen anew on each resample, and measured on the records that are not in it. What the winner of all records
is better there, on average, is what its choice added. So the choice pays for itself, for however many trials, alike or
not, without a further training; and a figure that depends on how many records there are, as a mean over labels does,
is compared with itself on as many.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from goodfit.evaluation.resample import Interval, bias_of, bounds, informative_units, with_unseen_parts

DRAWS = 1000


def corrected(
    statistics: Sequence[np.ndarray],
    signed: Callable[[np.ndarray], np.ndarray],
    seed: int,
    winner: int,
    first: int | None = None,
    margin: float = 0.0,
    top: float = 1.0,
) -> Interval:
    """The winner's expected score on new records, with its interval.

    Args:
        statistics: Of each trial, (units, k), on the same units.
        signed: Sums over units, (..., k) -> score, greater is better.
        seed: Of the resampling.
        winner: The place of the trial that won: its scores, less a gap or with other rules, need not be the highest.
        first: The place of the trial that wins where no other one is better by ``margin``.
        margin: In the score's unit.
        top: The highest value of the metric.
    """
    trials = np.stack(statistics)
    units = trials.shape[1]
    generator = np.random.default_rng(seed)

    def best_by(scores: np.ndarray) -> int:
        best = int(np.nanargmax(scores))
        return first if first is not None and scores[best] - scores[first] < margin else best

    whole = signed(trials.sum(1))
    if np.isnan(whole[winner]):
        return UNDEFINED
    best_of_all = best_by(whole)
    inside, outside, added = [], [], []
    for _ in range(DRAWS):
        counts = generator.multinomial(units, np.full(units, 1 / units)).astype(float)
        chosen = signed(np.einsum("u,tuk->tk", counts, trials))
        if np.isnan(chosen).all() or not (counts == 0).any():
            continue
        own, on_all = (float(signed(trials[one][counts == 0].sum(0))) for one in (best_by(chosen), best_of_all))
        if not np.isnan([own, on_all]).any():
            inside.append(chosen[winner])
            outside.append(own)
            added.append(on_all - own)
    if not outside:
        return UNDEFINED
    value = float(whole[winner]) - float(np.mean(added))
    scores = np.array(outside)
    # a part of q of all records, drawn without putting back, scatters (1 - q) / q times as much as the whole
    shrink = np.sqrt(OUTSIDE / (1 - OUTSIDE))
    bias = bias_of(np.array(inside), float(whole[winner]))  # of the winner's score, as it is resampled
    draws = value + bias + (scores - scores.mean()) * shrink
    ends = bounds(draws, value, informative_units(signed, *trials), top, bias)
    ends = with_unseen_parts(ends, value, signed, top, trials[winner])
    lowest, highest = (0.0 if (whole >= 0).all() else -top), (0.0 if (whole <= 0).all() else top)
    return Interval(*(min(max(one, lowest), highest) for one in (value, *ends))) if top else Interval(value, *ends)


UNDEFINED = Interval(float("nan"), float("nan"), float("nan"))

OUTSIDE = float(np.exp(-1))
"""The share of records that a resample leaves out."""
