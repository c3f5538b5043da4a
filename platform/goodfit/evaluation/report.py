"""The figures of a model, of its base, and of the difference, on the same records."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from goodfit.data.records import Record
from goodfit.evaluation.resample import (
    NO_TOP,
    Interval,
    by_unit,
    informative,
    informative_units,
    interval,
    mean,
    paired,
)
from goodfit.hooks.certainty import CONFIDENCE, middle, unit_numbers, unseen
from goodfit.hooks.types import Item, MetricSpec
from goodfit.kinds.shape import Outcome, item

LOSS = "loss"

DEALS = 100
"""How often answers are dealt to records at random."""

DRAWS = 200
"""How often an ideal model's figure is drawn."""

Ideal = Callable[[Sequence[Item], int], np.ndarray]

MOST_DEALT = 1000
"""Records that answers are dealt to; of more, so many are drawn each time, and chance reaches a little further."""


def items_of(records: Sequence[Record], answers: Sequence[Any], confidences: Sequence[Any]) -> list[Item]:
    """Records with answers, as metrics see them."""
    return [item(*triple) for triple in zip(records, answers, confidences, strict=True)]


def outcome_items(records: Sequence[Record], outcomes: Sequence[Outcome]) -> list[Item]:
    """Records with a model's answers."""
    pairs = zip(records, outcomes, strict=True)
    return [item(record, outcome.answer, outcome.confidence, outcome.loss) for record, outcome in pairs]


def statistics_of(spec: MetricSpec, items: Sequence[Item], units: Sequence[int]) -> np.ndarray:
    """A metric's statistics, summed over units: (units, k)."""
    return by_unit(rows_of(spec, items), units)


def rows_of(spec: MetricSpec, items: Sequence[Item]) -> np.ndarray:
    """A metric's statistics: (items, k).

    Raises:
        TypeError: The metric gave something else.
    """
    rows = np.asarray(spec.statistics(items), dtype=np.float64)
    if rows.ndim != 2 or len(rows) != len(items):
        raise TypeError(f"the metric '{spec.name}' gave an array of shape {rows.shape}, expected ({len(items)}, k)")
    return rows


def dealt(spec: MetricSpec, items: Sequence[Item], seed: int) -> np.ndarray:
    """A metric of answers that are dealt to the items at random, ``DEALS`` times."""
    chance = np.random.default_rng(seed)
    count = min(len(items), MOST_DEALT)
    values = []
    for _ in range(DEALS):
        some, others = (chance.permutation(len(items))[:count] for _ in range(2))
        given = [
            replace(items[one], answer=items[other].answer, confidence=items[other].confidence)
            for one, other in zip(some, others, strict=True)
        ]
        values.append(float(spec.reduce(rows_of(spec, given).sum(0))))
    return np.array(values)


def at_random(spec: MetricSpec, items: Sequence[Item], seed: int) -> dict[str, float | None]:
    """{low, high}: where 95 % of a metric lie when its own answers are dealt to the items at random."""
    low, high = middle(dealt(spec, items, seed))
    return {"low": plain(low), "high": plain(high)}


def loss_statistics(losses: Sequence[float | None], units: Sequence[int]) -> np.ndarray:
    """Losses as statistics of a mean: (units, 2)."""
    return by_unit(np.array([[np.nan if loss is None else loss, 1.0] for loss in losses]), units)


def figures(
    specs: Sequence[MetricSpec],
    records: Sequence[Record],
    items: Sequence[Item],
    split: str,
    seed: int,
    losses: Sequence[float | None] | None = None,
) -> dict[str, dict[str, Any]]:
    """``<split>/<metric>`` -> {value, low, high, n, units, better}.

    ``n`` is the number of records that the figure is of, 0 where it is not defined: a recall is of those with something
    to find. ``units`` counts those of one group, and near copies, once, as the interval does. ``better`` is
    ``higher`` or ``lower``.
    """
    units = unit_numbers(records)
    found = {}
    for spec in specs:
        rows = rows_of(spec, items)
        summed = by_unit(rows, units)
        measured = interval(summed, spec.reduce, seed, spec.top)
        if spec.ideal is not None and measured.value <= _by_chance(spec, spec.ideal, items, units, seed):
            measured = replace(measured, low=min(measured.low, 0.0))
        found[f"{split}/{spec.name}"] = _figure(
            measured, int(informative(spec.reduce, rows).sum()), informative_units(spec.reduce, summed), spec.better
        )
    if losses is not None and None not in losses:
        summed = loss_statistics(losses, units)
        found[f"{split}/{LOSS}"] = _figure(_loss_interval(summed, seed), len(records), len(summed), "lower")
    return found


def _by_chance(spec: MetricSpec, ideal: Ideal, items: Sequence[Item], units: Sequence[int], seed: int) -> float:
    """What 95 % of an ideal model's figures are no higher than."""
    drawn = (by_unit(np.asarray(ideal(items, seed + draw), np.float64), units).sum(0) for draw in range(DRAWS))
    return float(np.quantile([spec.reduce(sums) for sums in drawn], CONFIDENCE))


def _loss_interval(statistics: np.ndarray, seed: int) -> Interval:
    """A loss with its interval, which reaches as high as it may be with the mistakes that no record has shown.

    A model that is sure, and right on all of few records, may be wrong on others (see ``unseen``). What one costs is
    the highest loss of a record or, where that is more, what a mistake would have cost on these records on average: a
    right answer of the probability ``exp(-loss)`` leaves the others ``1 - exp(-loss)``.

    Args:
        statistics: (units, 2), of a mean.
        seed: Of the resampling.
    """
    found = interval(statistics, mean, seed, NO_TOP)
    losses = mean(statistics)
    left = np.maximum(-np.expm1(-losses), np.finfo(np.float32).eps)
    worst = max(losses.max(), -np.log(left).mean())
    _, most = unseen(found.value, len(losses), worst, found.value)
    return replace(found, high=max(found.high, most))


def differences(
    specs: Sequence[MetricSpec], one: Sequence[Item], other: Sequence[Item], split: str, seed: int
) -> dict[str, dict[str, Any]]:
    """``<split>/<metric>`` -> {difference, low, high, p} of ``one - other``, of the same records."""
    return {f"{split}/{spec.name}": difference(spec, one, other, seed) for spec in specs}


def difference(spec: MetricSpec, one: Sequence[Item], other: Sequence[Item], seed: int) -> dict[str, float | None]:
    """{difference, low, high, p} of a metric in ``one - other``, of the same records."""
    units = unit_numbers(one)
    both = (statistics_of(spec, items, units) for items in (one, other))
    pair = paired(*both, spec.reduce, seed, spec.top)
    return {name: plain(getattr(pair, name)) for name in ("difference", "low", "high", "p")}


def _figure(found: Interval, count: int, units: int, better: str) -> dict[str, Any]:
    bounds = {name: plain(getattr(found, name)) for name in ("value", "low", "high")}
    count, units = (0, 0) if bounds["value"] is None else (count, units)
    return {**bounds, "n": count, "units": units, "better": better}


def plain(value: float) -> float | None:
    """A number for JSON; null where it is not defined."""
    return None if math.isnan(value) or math.isinf(value) else round(value, 6)
