"""From which confidence on answers need no person's review: chosen on validation records, measured on others."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from statistics import NormalDist
from typing import Any

from goodfit.evaluation.report import plain
from goodfit.hooks.certainty import wilson
from goodfit.hooks.types import Item

CERTAINTY = 0.95
"""How certain it has to be, on the validation records, that the share is kept."""


def least_confidence(
    items: Sequence[Item], units: Sequence[int], is_right: Callable[[Item], bool], share: float
) -> float | None:
    """The least confidence from which on enough answers are right; None where no one is sure enough.

    Args:
        items: The validation records with the model's answers.
        units: The unit of each: records of one group count once, as right where all of them are.
        is_right: Whether an answer is right.
        share: The share that has to be right, with a one-sided certainty of ``CERTAINTY``.
    """
    found, right, sound = None, 0, dict[int, bool]()
    ranked = [(item.confidence, place) for place, item in enumerate(items) if item.confidence is not None]
    ranked.sort(reverse=True)
    for (confidence, place), (next_one, _) in zip(ranked, [*ranked[1:], (None, 0)], strict=True):
        before = sound.get(units[place])
        sound[units[place]] = before is not False and is_right(items[place])
        right += sound[units[place]] - bool(before)
        # its lower end alone, of all that are as sure
        if confidence != next_one and wilson(right, len(sound), 2 * CERTAINTY - 1)[0] >= share:
            found = confidence
    return found


def kept(
    items: Sequence[Item], units: Sequence[int], is_right: Callable[[Item], bool], confidence: float
) -> dict[str, Any]:
    """What a least confidence does to other records: how many answers have it, and the share of these that is right."""
    right, count = _counted(items, units, is_right, confidence)
    value, (low, high) = (right / count, wilson(right, count)) if count else (math.nan, (math.nan, math.nan))
    return {
        "confidence": confidence,
        "of": len(items),
        "answers": sum(item.confidence is not None and item.confidence >= confidence for item in items),
        "right": {"value": plain(value), "low": plain(low), "high": plain(high), "n": count},
    }


def enough(share: float) -> int:
    """The number of validation records or groups from which on a share can be shown, if all answers are right."""
    z = NormalDist().inv_cdf(CERTAINTY)
    return math.ceil(z * z * share / (1 - share))


def review_of(
    parts: Mapping[str, tuple[Sequence[Item], Sequence[int]]], is_right: Callable[[Item], bool], share: float
) -> dict[str, Any]:
    """The content of ``review`` in metrics.json.

    Args:
        parts: ``validation`` and ``test`` -> the records with the model's answers, and the unit of each.
        is_right: Whether an answer is right.
        share: The share of right answers that is asked for.
    """
    least = least_confidence(*parts["validation"], is_right, share)
    if least is None:
        checked = len(set(parts["validation"][1]))
        return {"share": share, "confidence": None, "validation": checked, "enough": enough(share)}
    return {"share": share, **kept(*parts["test"], is_right, least)}


def _counted(
    items: Sequence[Item], units: Sequence[int], is_right: Callable[[Item], bool], confidence: float
) -> tuple[int, int]:
    """(units whose answers of at least this confidence are all right, units that have such answers)."""
    found: dict[int, bool] = {}
    for item, unit in zip(items, units, strict=True):
        if item.confidence is not None and item.confidence >= confidence:
            found[unit] = found.get(unit, True) and is_right(item)
    return sum(found.values()), len(found)
