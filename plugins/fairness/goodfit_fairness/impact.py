"""Whether two groups are given a label equally often: the impact ratio, its interval, and whether one can tell."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from goodfit.hooks.certainty import unit_numbers
from goodfit.hooks.types import Finding, Limit, ModelFacts
from goodfit_fairness.groups import groups_of
from goodfit_fairness.intervals import LEAST, LEVEL, POWER_Z, exact, independent, units_in

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


@dataclass(frozen=True, slots=True)
class Rate:
    """How often a group is given the label."""

    name: str
    value: float
    low: float
    high: float


def impact(facts: ModelFacts) -> list[Finding]:
    """One finding for each slice and label of a task with two labels; with more, a rate says what records are about.

    Slices of which no two groups have records enough have one together.
    """
    if len(facts.labels) != 2:
        return []
    answers = np.array([item.answer for item in facts.items])
    units = np.array(unit_numbers(facts.items))
    crossed = groups_of([item.slices for item in facts.items])
    found = {" and ".join(chosen): groups for chosen, groups in crossed.items()}
    sliced = {
        name: {called: inside for called, inside in groups.items() if units_in(inside, units) >= LEAST}
        for name, groups in found.items()
    }
    pairs = sum(math.comb(len(masks), 2) for masks in sliced.values()) * len(facts.labels)
    alone = [name for chosen in crossed if len(chosen) == 1 for name in chosen]
    few = {name: len(found[name]) for name in alone if len(sliced[name]) < 2 <= len(found[name])}
    return _too_few(few) + [
        finding
        for name, masks in sliced.items()
        for label in facts.labels
        for finding in _judged(
            name, label, answers == label, masks, len(found[name]) - len(masks), units, facts, LEVEL / max(1, pairs)
        )
    ]


def _too_few(groups: Mapping[str, int]) -> list[Finding]:
    """What is said of slices, by name, of whose groups fewer than two have ``LEAST`` records."""
    if not groups:
        return []
    by = ", ".join(f"'{name}'" for name in groups)
    return [
        Finding(
            severity="info",
            code="fairness.impact_ratio",
            message=f"whether the {sum(groups.values())} groups by {by} are given a label equally often nobody can "
            f"tell: fewer than two of a slice have {LEAST} independent test records",
            evidence={"slices": list(groups), "verdict": "cannot tell", "not_compared": sum(groups.values())},
            mend="add test records of these groups",
        )
    ]


def _judged(
    slice_name: str,
    label: str,
    given: np.ndarray,
    masks: Mapping[str, np.ndarray],
    small: int,
    units: np.ndarray,
    facts: ModelFacts,
    level: float,
) -> list[Finding]:
    rates = rates_of(given, masks, units, level)
    pairs = {pair: ratio_interval(*pair) for pair in permutations(rates, 2) if pair[1].value > 0}
    if not pairs:
        return []
    limit = facts.limits[RATIO.name]
    # the pair that is the most surely unfair, else the one of which the least is sure: it speaks for all of them
    (lower, higher), (low, high) = min(pairs.items(), key=lambda pair: pair[1][1])
    if high >= limit:
        (lower, higher), (low, high) = min(pairs.items(), key=lambda pair: pair[1][0])
    ratio = lower.value / higher.value
    needed = needed_records(higher.value, limit)
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
    if small:
        said += f"; of {small} more, of fewer than {LEAST} records each, nothing is said"
    return [
        Finding(
            severity="error" if verdict == "unfair" else "info",
            code="fairness.impact_ratio",
            message=f"'{label}' is the answer for {lower.value:.1%} of {lower.name} and {higher.value:.1%} of "
            f"{higher.name}: ratio {ratio:.2f} [{low:.2f}, {high:.2f}]; {said}",
            figure=ratio,
            evidence={
                "slice": slice_name,
                "label": label,
                "verdict": verdict,
                "low": round(low, 4),
                "high": round(high, 4),
                "rates": {rate.name: round(rate.value, 4) for rate in rates},
                "records": {name: int(inside.sum()) for name, inside in masks.items()},
            },
            mend=""
            if verdict == "fair"
            else "see whether the groups' records differ in more than the group; add records",
        )
    ]


def rates_of(given: np.ndarray, masks: Mapping[str, np.ndarray], units: np.ndarray, level: float) -> list[Rate]:
    """How often each group is given the label, with the exact interval of as many independent records.

    Args:
        given: Whether a record's answer is the label, shape (records,).
        masks: Group -> which records are of it, shape (records,).
        units: Of each record, shape (records,).
        level: Share of intervals that miss the true rate.
    """
    values = selection_rates(given, masks) if masks else {}
    return [
        Rate(name, values[name], *exact(*independent(given[inside], units[inside]), level))
        for name, inside in masks.items()
    ]


def ratio_interval(one: Rate, other: Rate) -> tuple[float, float]:
    """The interval of the ratio of two groups' rates, from the intervals of both.

    Variances are recovered from the bounds: Donner and Zou 2012, https://doi.org/10.1177/0962280210383082; the bounds
    are those of Clopper and Pearson 1934, so that it holds for groups of few records and rates near 0 and 1.

    Args:
        one: The first.
        other: The second, above 0.
    """
    rate, rival = one.value, other.value
    under, over = other.high * (2 * rival - other.high), other.low * (2 * rival - other.low)
    product = rate * rival
    below = one.low / other.high  # where the second rate may be more than twice what was seen
    if under > 0:
        below = (product - math.sqrt(max(0.0, product**2 - one.low * (2 * rate - one.low) * under))) / under
    above = (product + math.sqrt(max(0.0, product**2 - one.high * (2 * rate - one.high) * over))) / over
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
