"""From which confidence on answers need no person's review: chosen on validation records, measured on others."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from goodfit.evaluation.report import plain
from goodfit.hooks.certainty import wilson
from goodfit.hooks.types import Item

CERTAINTY = 0.95
"""How certain it has to be, on the validation records, that the share is kept."""

LOOKS = 20
"""As many confidences are tried, each with a twentieth of the validation records more."""

BISECTIONS = 12
"""Halve a range of levels so often that it is known to a thousandth."""


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
    counted = list(_from_the_surest(items, units, is_right))
    every = counted[-1][1] if counted else 0
    firsts = [next(at for at in counted if at[1] * LOOKS >= look * every) for look in range(1, LOOKS + 1) if every]
    looks = list(dict.fromkeys(firsts))
    needed = right_needed(tuple(count for _, count, _ in looks), share)
    sure = [confidence for (confidence, _, right), least in zip(looks, needed, strict=True) if right >= least]
    return sure[-1] if sure else None


def _from_the_surest(
    items: Sequence[Item], units: Sequence[int], is_right: Callable[[Item], bool]
) -> Iterator[tuple[float, int, int]]:
    """(confidence, units with answers that are as sure, those of them that are right), from the highest one down."""
    right, sound = 0, dict[int, bool]()
    ranked = [(item.confidence, place) for place, item in enumerate(items) if item.confidence is not None]
    ranked.sort(reverse=True)
    for (confidence, place), (next_one, _) in zip(ranked, [*ranked[1:], (None, 0)], strict=True):
        before = sound.get(units[place])
        sound[units[place]] = before is not False and is_right(items[place])
        right += sound[units[place]] - bool(before)
        if confidence != next_one:
            yield confidence, len(sound), right


@functools.cache
def right_needed(looks: tuple[int, ...], share: float) -> tuple[int, ...]:
    """How many answers have to be right at each look, so that all looks together err in 5 % at most.

    Each look is an exact test of the share (Clopper and Pearson 1934), all at one level, as in Pocock 1977,
    https://doi.org/10.1093/biomet/64.2.191: the highest at which answers of which just this share is right pass none
    of the looks in 95 %. Answers that are the better the surer they are vary less, and pass less often
    (Hoeffding 1956, https://doi.org/10.1214/aoms/1177728178).

    Args:
        looks: How many answers each one counts, those of the looks before among them.
        share: Of right answers that is asked for.
    """
    low, high = (1 - CERTAINTY) / max(1, len(looks)), 1 - CERTAINTY
    if _passes(_needed(looks, share, high), looks, share) <= 1 - CERTAINTY:
        return _needed(looks, share, high)
    for _ in range(BISECTIONS):
        level = math.sqrt(low * high)
        if _passes(_needed(looks, share, level), looks, share) <= 1 - CERTAINTY:
            low = level
        else:
            high = level
    return _needed(looks, share, low)


def _needed(looks: tuple[int, ...], share: float, level: float) -> tuple[int, ...]:
    """The fewest right answers of each look that are as many, or more, in no larger share of cases than the level."""
    tails = (_binomial(count, share)[::-1].cumsum()[::-1] for count in looks)
    return tuple(int((tail > level).sum()) for tail in tails)


def _passes(needed: tuple[int, ...], looks: tuple[int, ...], share: float) -> float:
    """How often answers of which this share is right pass some look."""
    passed, before, going = 0.0, 0, np.ones(1)
    for least, count in zip(needed, looks, strict=True):
        size = count + 1
        added = np.fft.rfft(_binomial(count - before, share), size)
        going = np.fft.irfft(np.fft.rfft(going, size) * added, size)  # the sum with those that this look adds
        passed += float(going[least:].sum())
        going[least:] = 0
        before = count
    return passed


def _binomial(count: int, share: float) -> np.ndarray:
    """How often each number of so many answers is right, where this share of all is."""
    every = np.arange(count + 1)
    factorials = np.concatenate([[0.0], np.log(every[1:]).cumsum()])
    ways: np.ndarray = factorials[-1] - factorials - factorials[::-1]
    return np.exp(ways + every * math.log(share) + (count - every) * math.log1p(-share))


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
    return math.ceil(math.log(1 - CERTAINTY) / math.log(share))


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
