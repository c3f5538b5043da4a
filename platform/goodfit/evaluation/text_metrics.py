"""Metrics of written answers that any task may name: are the figures right, and how hard are they to read?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from goodfit.hooks.shares import share_metric
from goodfit.hooks.types import Item, MetricSpec
from goodfit.kinds.measures import right_text
from goodfit.texts import figures, reading

KINDS = ("generation", "chat")


def given(item: Item) -> str:
    """What the answer was written from: the source, or all of the conversation before its last message."""
    if "messages" in item.fields:
        return "\n".join(message["content"] for message in item.fields["messages"][:-1])
    return item.fields["source"]


def figures_supported(item: Item) -> tuple[int, int]:
    """Figures of the answer that its source has, and all figures of the answer."""
    stated = len(figures.stated(item.answer))
    return stated - len(figures.unsupported(item.answer, given(item))), stated


def figures_kept(item: Item) -> tuple[int, int]:
    """Figures of the reference that the answer has, and all figures of the reference."""
    stated = figures.stated(right_text(item))
    return len(stated & figures.stated(item.answer)), len(stated)


def reading_rows(items: Sequence[Item]) -> np.ndarray:
    """Words, sentences and syllables of each answer: (items, 3)."""
    return np.array([reading.counts(item.answer) for item in items], dtype=np.float64).reshape(-1, 3)


def reading_grade(sums: np.ndarray) -> np.ndarray:
    """Flesch-Kincaid grade of all answers read as one text: (..., 3) -> (...); nan where there is no word."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(sums[..., 0] > 0, reading.grade(sums[..., 0], sums[..., 1], sums[..., 2]), np.nan)


TEXT_METRICS = {
    spec.name: spec
    for spec in (
        share_metric(
            "figures_supported", "Share of the answers' figures that their source has", KINDS, figures_supported
        ),
        share_metric("figures_kept", "Share of the reference's figures that the answers keep", KINDS, figures_kept),
        MetricSpec(
            name="reading_grade",
            description="Flesch-Kincaid grade of the answers",
            kinds=KINDS,
            greater_is_better=False,
            statistics=reading_rows,
            reduce=reading_grade,
        ),
    )
}
"""Name -> metric; plugins' own names have a prefix, these have none."""
