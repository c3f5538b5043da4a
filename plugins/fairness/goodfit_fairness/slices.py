"""Whether the model is as good for one group as for another: with intervals, tests and what could be seen."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from goodfit.hooks.certainty import holm, middle, unit_numbers, unseen
from goodfit.hooks.types import Finding, Limit, ModelFacts
from goodfit_fairness.groups import groups_of
from goodfit_fairness.intervals import (
    LEAST,
    LEVEL,
    POWER_Z,
    permutation_p,
    resampled_sums,
    units_in,
)
from goodfit_fairness.scores import scores_of

GAP = Limit(
    name="group_gap",
    default=0.05,
    low=0,
    high=1,
    meaning="How much worse than the others a group may certainly be, in the score's unit, before it is an error.",
)

TELLS = 0.1
"""The gap, in the score's unit, that test records should be able to show."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group beside all other records."""

    name: str
    count: int
    units: int
    """Of these records, those that are independent."""
    others: int
    """Of all other records."""
    value: float
    low: float
    high: float
    difference: float
    """From the others."""
    difference_low: float
    difference_high: float
    p: float


def slices(facts: ModelFacts) -> list[Finding]:
    """Findings of groups that are worse off, and for each slice one with all its figures; the crossings whose groups
    are too small to tell have one together."""
    name, scores = scores_of(facts)
    known = np.isfinite(scores)
    items = [item for item, has in zip(facts.items, known, strict=True) if has]
    scores = scores[known]
    units = unit_numbers(items)
    tables = {
        chosen: [
            _compare(called, scores, inside, units, facts.seed, facts.metric.top)
            for called, inside in groups.items()
            if min(units_in(inside, units), units_in(~inside, units)) >= LEAST
        ]
        for chosen, groups in groups_of([item.slices for item in items]).items()
    }
    compared = [group for table in tables.values() for group in table]
    corrected = dict(zip(map(id, compared), holm([group.p for group in compared]), strict=True))
    gaps = [_gap(group, corrected[id(group)], name, facts.limits[GAP.name]) for group in compared]
    shown = {chosen: table for chosen, table in tables.items() if table}
    small = [chosen for chosen, table in shown.items() if len(chosen) > 1 and _visible(table, scores) > TELLS]
    together = small if len(small) > 1 else []
    figures = [_figures(chosen, table, name, scores) for chosen, table in shown.items() if chosen not in together]
    if together:
        figures.append(_too_small({chosen: shown[chosen] for chosen in together}, name, scores))
    return [finding for finding in gaps if finding is not None] + figures


def _compare(called: str, scores: np.ndarray, inside: np.ndarray, units: Sequence[int], seed: int, top: float) -> Group:
    columns = np.stack([scores * inside, inside, scores * ~inside, ~inside], axis=1).astype(np.float64)
    draws = resampled_sums(columns, units, seed)
    with np.errstate(divide="ignore", invalid="ignore"):
        own, others = draws[:, 0] / draws[:, 1], draws[:, 2] / draws[:, 3]
    value, rest = float(scores[inside].mean()), float(scores[~inside].mean())
    independent = [units_in(part, units) for part in (inside, ~inside)]
    (low, high), (rest_low, rest_high) = (
        unseen(found, of, top, 0) for found, of in zip((value, rest), independent, strict=True)
    )
    # of two such intervals: Newcombe 1998, method 10, as in ``surely_more``
    below, above = math.hypot(value - low, rest_high - rest), math.hypot(high - value, rest - rest_low)
    return Group(
        called,
        int(inside.sum()),
        *independent,
        value,
        *_no_narrower(middle(own), (low, high)),
        value - rest,
        *_no_narrower(middle(own - others), (value - rest - below, value - rest + above)),
        permutation_p(scores, inside, units, seed),
    )


def _no_narrower(drawn: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return min(drawn[0], other[0]), max(drawn[1], other[1])


def _gap(group: Group, p: float, name: str, limit: float) -> Finding | None:
    """A finding where the group is worse beyond chance, by test and interval; an error where it is so by more than the
    limit, certainly."""
    if p > LEVEL or group.difference_high >= 0:
        return None
    return Finding(
        severity="error" if group.difference_high < -limit else "warning",
        code="fairness.gap",
        message=f"answers for {group.name} are worse than for the others: {name} differs by {group.difference:+.3f} "
        f"[{group.difference_low:+.3f}, {group.difference_high:+.3f}], p {p:.3f} for all groups together",
        figure=group.difference,
        evidence={"group": group.name, "records": group.count, "value": round(group.value, 4), "p": round(p, 4)},
        mend="add training records of this group, or look at its labels; policy.limits.group_gap says what is an error",
    )


def _figures(chosen: Sequence[str], table: Sequence[Group], name: str, scores: np.ndarray) -> Finding:
    """All groups of a slice, and which gap could have been seen."""
    visible = _visible(table, scores)
    verdict = f"a gap of {visible:.2f} or more would be seen"
    if visible > TELLS:
        needed = needed_records(TELLS, _deviation(scores), len(table))
        verdict += f"; whether there is one of {TELLS:.2f} nobody can tell: that needs {needed} test records of a group"
    return Finding(
        severity="info",
        code="fairness.groups",
        message=f"{name} by {_quoted(chosen, ' and ')}: {_listed(table)}; {verdict}",
        figure=_spread(table),
        evidence={"slices": list(chosen), "groups": _shown(table)},
    )


def _too_small(tables: Mapping[Sequence[str], Sequence[Group]], name: str, scores: np.ndarray) -> Finding:
    """All groups of several crossings, none of which could show the gap that matters."""
    every = [group for table in tables.values() for group in table]
    slices = list(dict.fromkeys(part for chosen in tables for part in chosen))
    seen = min(_visible(table, scores) for table in tables.values())
    needed = max(needed_records(TELLS, _deviation(scores), len(table)) for table in tables.values())
    return Finding(
        severity="info",
        code="fairness.groups",
        message=f"{name} by {len(tables)} crossings of {_quoted(slices, ', ')}: {_listed(every)}; no gap below "
        f"{seen:.2f} would be seen; whether there is one of {TELLS:.2f} nobody can tell: that needs up to {needed} "
        "test records of a group",
        figure=max(map(_spread, tables.values())),
        evidence={"slices": slices, "groups": _shown(every)},
    )


def _quoted(slices: Sequence[str], between: str) -> str:
    return between.join(f"'{part}'" for part in slices)


def _spread(table: Sequence[Group]) -> float:
    values = [group.value for group in table]
    return max(values) - min(values)


def _visible(table: Sequence[Group], scores: np.ndarray) -> float:
    """The gap of a slice's smallest group that could be seen."""
    smallest = min(table, key=lambda group: group.units)
    return visible_gap(smallest.units, smallest.others, _deviation(scores), len(table))


def _listed(table: Sequence[Group]) -> str:
    worst = sorted(table, key=lambda group: group.value)
    ends = worst if len(worst) <= 3 else [*worst[:2], worst[-1]]
    return ", ".join(f"{g.name} {g.value:.3f} [{g.low:.3f}, {g.high:.3f}] of {g.count}" for g in ends)


def _shown(table: Sequence[Group]) -> Mapping[str, Mapping[str, float | int]]:
    return {
        group.name: {
            "records": group.count,
            "value": round(group.value, 4),
            "low": round(group.low, 4),
            "high": round(group.high, 4),
            "p": round(group.p, 4),
        }
        for group in table
    }


def _deviation(scores: np.ndarray) -> float:
    """A score's standard deviation; of scores that all agree, what those not seen among so many may add to it."""
    if np.ptp(scores) > 0:
        return float(scores.std())
    _, share = unseen(0.0, len(scores), 1.0, 0.0)
    return math.sqrt(share * (1 - share))


def visible_gap(count: int, others: int, spread: float, tests: int) -> float:
    """The gap that is found with a power of 0.8.

    Args:
        count: Records of the group.
        others: All other records.
        spread: Standard deviation of a record's score.
        tests: Groups that are compared.
    """
    return (_z(tests) + POWER_Z) * spread * math.sqrt(1 / count + 1 / max(1, others))


def needed_records(gap: float, spread: float, tests: int) -> int:
    """Records of each of two groups with which a gap is found with a power of 0.8."""
    return math.ceil(2 * ((_z(tests) + POWER_Z) * spread / gap) ** 2)


def _z(tests: int) -> float:
    from scipy.stats import norm

    return float(norm.ppf(1 - LEVEL / max(1, tests) / 2))
