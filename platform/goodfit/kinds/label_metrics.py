"""The metrics of kinds whose answers are labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from goodfit.hooks.certainty import unit_numbers
from goodfit.hooks.shares import MeanOfParts, divide
from goodfit.hooks.types import Item, MetricSpec
from goodfit.kinds.metrics import mean_of

ECE_BINS = 15
"""Guo et al. 2017, https://arxiv.org/abs/1706.04599, section 2."""

Sets = Callable[[Item], tuple[set[Any], set[str]]]
"""An item -> the labels that were answered, and those that are right."""

Ratio = Callable[[Any, Any, Any], Any]
"""(answered, right answers, both at once) -> a figure of them."""

RATIOS: Mapping[str, tuple[str, Ratio]] = {
    "f1": ("F1", lambda answered, right, both: divide(2 * both, answered + right)),
    "precision": ("precision", lambda answered, right, both: divide(both, answered)),
    "recall": ("recall", lambda answered, right, both: divide(both, right)),
}
"""Metric -> its name in a sentence, and what it is."""


def is_right_label(item: Item) -> bool:
    """Whether an answer is the record's label."""
    return bool(item.answer == item.fields["label"])


def are_right_labels(item: Item) -> bool:
    """Whether an answer has the record's labels, all of them and no other."""
    return set(item.answer) == set(item.fields["labels"])


def classification_metrics(labels: Sequence[str]) -> list[MetricSpec]:
    """f1_macro, accuracy, precision_macro, recall_macro, f1_micro, ece."""
    kinds = ("classification",)
    found = _by_label(labels, kinds, lambda item: ({item.answer}, {item.fields["label"]}))
    accuracy = mean_of("accuracy", "Share of right answers", kinds, lambda item: float(is_right_label(item)))
    macro = [found[name] for name in ("precision_macro", "recall_macro", "f1_micro")]
    return [found["f1_macro"], accuracy, *macro, _ece(kinds, is_right_label)]


def multilabel_metrics(labels: Sequence[str]) -> list[MetricSpec]:
    """f1_micro, f1_macro, precision_micro, recall_micro, exact_match, hamming_loss, ece."""
    kinds = ("multilabel",)

    def sets(item: Item) -> tuple[set[str], set[str]]:
        return set(item.answer), set(item.fields["labels"])

    found = _by_label(labels, kinds, sets)
    chosen = [found[name] for name in ("f1_micro", "f1_macro", "precision_micro", "recall_micro")]
    words = "Share of texts of which all labels are right"
    exact = mean_of("exact_match", words, kinds, lambda item: float(are_right_labels(item)))
    hamming = mean_of(
        "hamming_loss",
        "Share of wrong decisions, of all texts and labels",
        kinds,
        lambda item: len(set.symmetric_difference(*sets(item))) / len(labels),
        greater_is_better=False,
    )
    return [*chosen, exact, hamming, _ece(kinds, are_right_labels)]


def _by_label(labels: Sequence[str], kinds: tuple[str, ...], sets: Sets) -> dict[str, MetricSpec]:
    """F1, precision and recall, as the mean over labels and of all decisions together.

    Args:
        labels: The label set.
        kinds: What they are metrics of.
        sets: The labels that were answered, and those that are right.
    """
    found = {}
    statistics = partial(_decisions, labels, sets)
    for name, (shown, ratio) in RATIOS.items():
        for mean, reduce, words in (
            ("macro", MeanOfParts(partial(_of_each, ratio)), f"Mean over labels of {shown}"),
            ("micro", partial(_micro, ratio), f"{shown[0].upper()}{shown[1:]} of all decisions together"),
        ):
            found[f"{name}_{mean}"] = MetricSpec(
                name=f"{name}_{mean}",
                description=words,
                kinds=kinds,
                greater_is_better=True,
                statistics=statistics,
                reduce=reduce,
            )
    return found


def _decisions(labels: Sequence[str], sets: Sets, items: Sequence[Item]) -> np.ndarray:
    """(items, 3 labels): answered, right answers, and both at once, for each label."""
    place = {label: index for index, label in enumerate(labels)}
    count, ones = len(labels), []
    for row, item in enumerate(items):
        answered, right = sets(item)
        for part, found in enumerate((answered, right, answered & right)):
            ones += [(row * 3 + part) * count + place[label] for label in found if label in place]
    table = np.zeros(len(items) * 3 * count)
    table[ones] = 1
    return table.reshape(len(items), 3 * count)


def _parts(sums: np.ndarray) -> tuple[Any, Any, Any]:
    """Sums (..., 3 labels) -> answered, right answers, and both at once, (..., labels) each."""
    parts = sums.reshape(*sums.shape[:-1], 3, sums.shape[-1] // 3)
    return parts[..., 0, :], parts[..., 1, :], parts[..., 2, :]


def _of_each(ratio: Ratio, sums: np.ndarray) -> np.ndarray:
    """Of each label, (..., labels)."""
    answered, right, both = _parts(sums)
    # a label that nobody names does not count: as scikit-learn for labels, which counts it as 0 in sets of them
    return np.where((answered + right) > 0, np.nan_to_num(ratio(answered, right, both)), np.nan)


def _micro(ratio: Ratio, sums: np.ndarray) -> np.ndarray:
    """Of all decisions together."""
    answered, right, both = (part.sum(-1) for part in _parts(sums))
    # where there was nothing to find and nothing was named, nothing is known
    return np.where(answered + right > 0, np.nan_to_num(ratio(answered, right, both)), np.nan)


def _ece(kinds: tuple[str, ...], is_right: Callable[[Item], bool]) -> MetricSpec:
    """Expected calibration error: how far confidence is from being right, over bins of equal width."""

    def statistics(items: Sequence[Item]) -> np.ndarray:
        return _in_bins(_confidences(items), np.array([is_right(item) for item in items]))

    def calibrated(items: Sequence[Item], seed: int) -> np.ndarray:
        confidences, units = _confidences(items), unit_numbers(items)
        drawn = np.random.default_rng(seed).random(len(items))[units]  # a copy is right where the first one is
        return _in_bins(confidences, drawn < confidences)

    return MetricSpec(
        name="ece",
        description="Expected calibration error, 15 bins; from 0 on where a calibrated model may have as much",
        kinds=kinds,
        greater_is_better=False,
        statistics=statistics,
        reduce=_calibration_error,
        ideal=calibrated,
    )


def _confidences(items: Sequence[Item]) -> np.ndarray:
    return np.array([np.nan if item.confidence is None else item.confidence for item in items])


def _in_bins(confidences: np.ndarray, right: np.ndarray) -> np.ndarray:
    """(items, 2 bins): what each bin's confidences exceed its right answers by, and how many it has."""
    count = len(confidences)
    if np.isnan(confidences).any():
        return np.full((count, 2 * ECE_BINS), np.nan)
    table = np.zeros((count, 2, ECE_BINS))
    bins = np.minimum((confidences * ECE_BINS).astype(int), ECE_BINS - 1)
    table[np.arange(count), 0, bins] = confidences - right
    table[np.arange(count), 1, bins] = 1
    return table.reshape(count, 2 * ECE_BINS)


def _calibration_error(sums: np.ndarray) -> np.ndarray:
    parts = sums.reshape(*sums.shape[:-1], 2, ECE_BINS)
    return divide(np.abs(parts[..., 0, :]).sum(-1), parts[..., 1, :].sum(-1))
