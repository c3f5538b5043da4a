"""Whether two groups are given a label equally often: the impact ratio, its interval, and whether one can tell."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from goodfit.hooks.types import Finding, Limit, ModelFacts
from goodfit_fairness.groups import groups_of
from goodfit_fairness.intervals import LEAST, LEVEL, POWER_Z, exact, resampled_sums, units_of

RATIO = Limit(
    name="impact_ratio",
    default=0.8,
    low=0.1,
    high=1,
    meaning="The smallest share that a group's rate of a label may have of the highest group's. Source: the "
    "four-fifths rule, 29 CFR 1607.4(D).",
)
SUPPOSED = 0.9
"""The ratio for which the needed number of records is said."""
ONE_SIDED_Z = 1.6449


def impact(facts: ModelFacts) -> list[Finding]:
    """One finding for each slice and label of a task with two labels; with more, a rate says what records are about."""
    if len(facts.labels) != 2:
        return []
    answers = np.array([item.answer for item in facts.items])
    units = units_of([item.group for item in facts.items])
    sliced = {
        " and ".join(chosen): {name: inside for name, inside in groups.items() if inside.sum() >= LEAST}
        for chosen, groups in groups_of([item.slices for item in facts.items]).items()
    }
    pairs = sum(math.comb(len(masks), 2) for masks in sliced.values()) * len(facts.labels)
    return [
        finding
        for name, masks in sliced.items()
        for label in facts.labels
        for finding in _judged(name, label, answers == label, masks, units, facts, LEVEL / max(1, pairs))
    ]


def _judged(
    slice_name: str,
    label: str,
    given: np.ndarray,
    masks: Mapping[str, np.ndarray],
    units: list[int],
    facts: ModelFacts,
    level: float,
) -> list[Finding]:
    if len(masks) < 2:
        return []
    rates = selection_rates(given, masks)
    lowest = min(rates, key=rates.__getitem__)
    highest = max((name for name in rates if name != lowest), key=rates.__getitem__)
    if rates[highest] == 0:
        return []
    low, high = ratio_interval(given, masks[lowest], masks[highest], units, level, facts.seed)
    ratio, limit = rates[lowest] / rates[highest], facts.limits[RATIO.name]
    needed = needed_records(rates[highest], limit)
    verdict = "fair" if low >= limit else "unfair" if high < limit else "cannot tell"
    said = {
        "fair": "that is fair, certainly",
        "unfair": f"that is below {limit:g}, certainly",
        "cannot tell": f"whether it is below {limit:g} nobody can tell: "
        + (
            f"that needs about {needed} test records of each group"
            if needed
            else f"no number of records shows that a ratio of {SUPPOSED:g} is above it"
        ),
    }[verdict]
    return [
        Finding(
            severity="error" if verdict == "unfair" else "info",
            code="fairness.impact_ratio",
            message=f"'{label}' is the answer for {rates[lowest]:.1%} of {lowest} and {rates[highest]:.1%} of "
            f"{highest}: ratio {ratio:.2f} [{low:.2f}, {high:.2f}]; {said}",
            figure=ratio,
            evidence={
                "slice": slice_name,
                "label": label,
                "verdict": verdict,
                "low": round(low, 4),
                "high": round(high, 4),
                "rates": {name: round(rate, 4) for name, rate in rates.items()},
                "records": {name: int(inside.sum()) for name, inside in masks.items()},
            },
            mend=""
            if verdict == "fair"
            else "see whether the groups' records differ in more than the group; add records",
        )
    ]


def ratio_interval(
    given: np.ndarray, one: np.ndarray, other: np.ndarray, units: list[int], level: float, seed: int
) -> tuple[float, float]:
    """The interval of the ratio of two groups' rates, from the exact intervals of both.

    Variances are recovered from the bounds: Donner and Zou 2012, https://doi.org/10.1177/0962280210383082; the bounds
    are those of Clopper and Pearson 1934, so that it holds for groups of few records and rates near 0 and 1. Records of
    one unit count for less: by how much resampled units scatter more than records.

    Args:
        given: Whether a record's answer is the label, shape (records,).
        one: Whether it is of the first group, shape (records,).
        other: Of the second, in which the label is given at least once.
        units: Of each record, what is drawn as a whole.
        level: Share of intervals that miss the true ratio.
        seed: Of the resamples.
    """
    columns = np.stack([given & one, one, given & other, other], axis=1).astype(float)
    sums = columns.sum(0)
    if len(set(units)) < len(units):
        halved = sums + 0.5
        draws = resampled_sums(columns, units, seed) + 0.5
        logs = np.log(draws[:, 0] / draws[:, 1]) - np.log(draws[:, 2] / draws[:, 3])
        own = max(1e-12, 1 / halved[0] - 1 / halved[1] + 1 / halved[2] - 1 / halved[3])
        sums = sums / max(1.0, float(logs.var()) / own)
    rate, rival = sums[0] / sums[1], sums[2] / sums[3]
    (low, high), (rival_low, rival_high) = exact(sums[0], sums[1], level), exact(sums[2], sums[3], level)
    under, over = rival_high * (2 * rival - rival_high), rival_low * (2 * rival - rival_low)
    product = rate * rival
    below = low / rival_high  # where the second rate may be more than twice what was seen
    if under > 0:
        below = (product - math.sqrt(max(0.0, product**2 - low * (2 * rate - low) * under))) / under
    above = (product + math.sqrt(max(0.0, product**2 - high * (2 * rate - high) * over))) / over
    return below, above


def selection_rates(given: np.ndarray, masks: Mapping[str, np.ndarray]) -> dict[str, float]:
    """How often each group is given the label, as Fairlearn counts it."""
    from fairlearn.metrics import MetricFrame, selection_rate

    called = np.full(len(given), "", dtype=object)
    for name, inside in masks.items():
        called[inside] = name
    known = called != ""
    frame = MetricFrame(
        metrics=selection_rate, y_true=given[known], y_pred=given[known], sensitive_features=called[known]
    )
    return {str(name): float(rate) for name, rate in frame.by_group.items()}


def needed_records(rate: float, limit: float) -> int | None:
    """Test records of each group with which a true ratio of 0.9 is shown to be above the limit, with a power of 0.8.

    None where the limit is as high as that: no number of records shows it then. From the variance of a logarithm of two
    rates: Katz et al. 1978, https://doi.org/10.2307/2530610.
    """
    if rate >= 1:
        return LEAST
    if limit >= SUPPOSED:
        return None
    odds = (1 - rate) / max(rate, 1e-3)
    return math.ceil(2 * odds * ((ONE_SIDED_Z + POWER_Z) / math.log(SUPPOSED / limit)) ** 2)
