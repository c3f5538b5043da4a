"""Whether the model is as good for one group as for another: with intervals, tests and what could be seen."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from goodfit.hooks.certainty import TAIL, holm, middle, unit_numbers, unseen
from goodfit.hooks.types import Finding, Limit, ModelFacts
from goodfit_fairness.groups import groups_of
from goodfit_fairness.intervals import (
    BEYOND,
    LEAST,
    LEVEL,
    permutation_p,
    resampled_sums,
    units_in,
)
from goodfit_fairness.power import Spread, needed_records, spread_of, visible_gap
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
    inside: np.ndarray
    """Which records are of it, shape (records,)."""
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
    are too small to tell have one together, and so have slices of which no group has records enough to be compared."""
    name, scores = scores_of(facts)
    known = np.isfinite(scores)
    items = [item for item, has in zip(facts.items, known, strict=True) if has]
    scores = scores[known]
    units = unit_numbers(items)
    found = groups_of([item.slices for item in items])
    masks = {
        chosen: {
            called: inside
            for called, inside in groups.items()
            if min(units_in(inside, units), units_in(~inside, units)) >= LEAST
        }
        for chosen, groups in found.items()
    }
    dropped = {chosen: len(found[chosen]) - len(groups) for chosen, groups in masks.items()}
    tests = sum(map(len, masks.values()))
    shown = {
        chosen: [_compare(called, scores, inside, units, facts, tests) for called, inside in groups.items()]
        for chosen, groups in masks.items()
        if groups
    }
    compared = [group for table in shown.values() for group in table]
    gaps = [
        _gap(group, p, _surely(group, scores, units, facts, tests), name, facts.limits[GAP.name])
        for group, p in zip(compared, holm([group.p for group in compared]), strict=True)
        if p <= LEVEL and group.difference_high < 0  # worse beyond chance, by test and interval
    ]
    spread = spread_of(scores, facts.metric.top)
    small = [chosen for chosen, table in shown.items() if len(chosen) > 1 and _visible(table, spread, tests) > TELLS]
    together = small if len(small) > 1 else []
    figures = [
        _figures(chosen, table, dropped[chosen], name, spread, tests)
        for chosen, table in shown.items()
        if chosen not in together
    ]
    if together:
        count = sum(dropped[chosen] for chosen in together)
        figures.append(_too_small({chosen: shown[chosen] for chosen in together}, count, name, spread, tests))
    figures += _not_compared({chosen: dropped[chosen] for chosen in found if chosen not in shown}, name)
    return [_with_left_out(finding, known) for finding in (*gaps, *figures)]


def _with_left_out(finding: Finding, known: np.ndarray) -> Finding:
    """The finding, with how many records it says nothing of."""
    missing = int((~known).sum())
    if not missing:
        return finding
    return replace(
        finding,
        message=f"{finding.message}; {missing} of {len(known)} records have no score and are left out",
        evidence={**finding.evidence, "left_out": missing},
    )


def _compare(
    called: str, scores: np.ndarray, inside: np.ndarray, units: Sequence[int], facts: ModelFacts, tests: int
) -> Group:
    own, others = _drawn(scores, inside, units, facts.seed)
    values = float(scores[inside].mean()), float(scores[~inside].mean())
    independent = units_in(inside, units), units_in(~inside, units)
    return Group(
        called,
        inside,
        int(inside.sum()),
        *independent,
        values[0],
        *_no_narrower(middle(own), unseen(values[0], independent[0], facts.metric.top, 0)),
        values[0] - values[1],
        *_no_narrower(middle(own - others), _unseen_apart(values, independent, facts.metric.top, TAIL)),
        permutation_p(scores, inside, units, facts.seed, tests),
    )


def _drawn(
    scores: np.ndarray, inside: np.ndarray, units: Sequence[int], seed: int, wanted: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """What a group and all others have in resamples, shape (draws,) each; nan where a resample has none of them."""
    columns = np.stack([scores * inside, inside, scores * ~inside, ~inside], axis=1).astype(np.float64)
    draws = resampled_sums(columns, units, seed, wanted)
    with np.errstate(divide="ignore", invalid="ignore"):
        return draws[:, 0] / draws[:, 1], draws[:, 2] / draws[:, 3]


def _unseen_apart(values: tuple[float, float], units: tuple[int, int], top: float, tail: float) -> tuple[float, float]:
    """What the difference of two values may be with what has not been seen of either."""
    (value, rest), difference = values, values[0] - values[1]
    (low, high), (rest_low, rest_high) = (
        unseen(found, of, top, 0, tail) for found, of in zip(values, units, strict=True)
    )
    # of two such intervals: Newcombe 1998, method 10, as in ``surely_more``
    below, above = math.hypot(value - low, rest_high - rest), math.hypot(high - value, rest - rest_low)
    return difference - below, difference + above


def _surely(group: Group, scores: np.ndarray, units: Sequence[int], facts: ModelFacts, tests: int) -> float:
    """How far a group surely is from the others: the upper end of an interval that holds for all tests together.

    It takes the quantile of enough draws; of scores of many sorts, of which there cannot be so many, or of a group of
    few records, whose draws differ too little, Student's t reaches further.
    """
    from scipy.stats import t

    tail = LEVEL / tests / 2
    own, others = _drawn(scores, group.inside, units, facts.seed, math.ceil(BEYOND / tail))
    apart = own - others
    values = group.value, group.value - group.difference
    far = float(t.isf(tail, min(group.units, group.others) - 1)) * float(np.nanstd(apart))
    _, most = _unseen_apart(values, (group.units, group.others), facts.metric.top, tail)
    return max(float(np.nanquantile(apart, 1 - tail)), group.difference + far, most)


def _no_narrower(drawn: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return min(drawn[0], other[0]), max(drawn[1], other[1])


def _gap(group: Group, p: float, surely: float, name: str, limit: float) -> Finding:
    """A finding of a group that is worse beyond chance; an error where it surely is so by more than the limit."""
    certain = surely < -limit
    return Finding(
        severity="error" if certain else "warning",
        code="fairness.gap",
        message=f"answers for {group.name} are worse than for the others: {name} differs by {group.difference:+.3f} "
        f"[{group.difference_low:+.3f}, {group.difference_high:+.3f}], p {p:.3f} for all groups together"
        + (f", surely by {-surely:.3f} or more" if certain else ""),
        figure=group.difference,
        evidence={
            "group": group.name,
            "records": group.count,
            "value": round(group.value, 4),
            "p": round(p, 4),
            "surely": round(surely, 4),
        },
        mend="add training records of this group, or look at its labels; policy.limits.group_gap says what is an error",
    )


def _figures(
    chosen: Sequence[str], table: Sequence[Group], dropped: int, name: str, spread: Spread, tests: int
) -> Finding:
    """All groups of a slice that were compared, which gap could have been seen, and how many groups were not."""
    visible = _visible(table, spread, tests)
    verdict = f"a gap of {math.ceil(100 * visible) / 100:.2f} or more would be seen"
    if visible > TELLS:
        needed = needed_records(TELLS, spread, tests)
        verdict += f"; whether there is one of {TELLS:.2f} nobody can tell: that needs {needed} test records of a group"
    return Finding(
        severity="info",
        code="fairness.groups",
        message=f"{name} by {_quoted(chosen, ' and ')}: {_listed(table)}; {verdict}{_unsaid(dropped)}",
        figure=_spread(table),
        evidence={"slices": list(chosen), "groups": _shown(table), "not_compared": dropped},
    )


def _too_small(
    tables: Mapping[Sequence[str], Sequence[Group]], dropped: int, name: str, spread: Spread, tests: int
) -> Finding:
    """All groups of several crossings, none of which could show the gap that matters."""
    every = [group for table in tables.values() for group in table]
    slices = list(dict.fromkeys(part for chosen in tables for part in chosen))
    seen = min(_visible(table, spread, tests) for table in tables.values())
    needed = needed_records(TELLS, spread, tests)
    return Finding(
        severity="info",
        code="fairness.groups",
        message=f"{name} by {len(tables)} crossings of {_quoted(slices, ', ')}: {_listed(every)}; no gap below "
        f"{seen:.2f} would be seen; whether there is one of {TELLS:.2f} nobody can tell: that needs {needed} test "
        f"records of a group{_unsaid(dropped)}",
        figure=max(map(_spread, tables.values())),
        evidence={"slices": slices, "groups": _shown(every), "not_compared": dropped},
    )


def _unsaid(dropped: int) -> str:
    return f"; of {dropped} more, of fewer than {LEAST} independent records each, nothing is said" if dropped else ""


def _not_compared(dropped: Mapping[Sequence[str], int], name: str) -> list[Finding]:
    """Slices and crossings of which no group was compared; with one group only there is nothing to compare.

    Args:
        dropped: Slices -> how many groups they have.
        name: What is compared.
    """
    small = {chosen: count for chosen, count in dropped.items() if count > 1}
    if not small:
        return []
    shown = [_quoted(chosen, "") for chosen in small if len(chosen) == 1]
    if crossed := len(small) - len(shown):
        shown.append("1 crossing" if crossed == 1 else f"{crossed} crossings")
    count = sum(small.values())
    message = (
        f"{name} by {' and '.join(shown)}: whether one of {count} groups is treated worse nobody can tell: each, or "
        f"all others together, has fewer than {LEAST} independent test records"
    )
    slices = list(dict.fromkeys(part for chosen in small for part in chosen))
    return [
        Finding(
            severity="info",
            code="fairness.not_compared",
            message=message,
            figure=float(count),
            evidence={"slices": slices, "verdict": "cannot tell", "not_compared": count},
            mend="add test records of these groups",
        )
    ]


def _quoted(slices: Sequence[str], between: str) -> str:
    return between.join(f"'{part}'" for part in slices)


def _spread(table: Sequence[Group]) -> float:
    values = [group.value for group in table]
    return max(values) - min(values)


def _visible(table: Sequence[Group], spread: Spread, tests: int) -> float:
    """The gap of a slice's smallest group that could be seen among all the tests of the run."""
    smallest = min(table, key=lambda group: group.units)
    return visible_gap(smallest.units, smallest.others, spread, tests)


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
