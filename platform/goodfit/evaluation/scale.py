"""The scale on which gaps are compared, so that one limit means the same for every metric."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from goodfit.evaluation.resample import NO_TOP, Reduce
from goodfit.hooks.types import MetricSpec


@dataclass(frozen=True, slots=True)
class Scale:
    """A share of the metric's highest value; its logarithm where differences are ratios; else its own unit."""

    top: float = 1.0
    ratio: bool = False

    @property
    def unit(self) -> float:
        """Of the metric, where it has no logarithm."""
        return 1.0 if self.top == NO_TOP else self.top

    @property
    def highest(self) -> float:
        """The highest value on the scale; ``NO_TOP`` where there is none."""
        return NO_TOP if self.ratio or self.top == NO_TOP else 1.0

    def to(self, values: np.ndarray | float) -> np.ndarray:
        """Values of the metric -> on the scale."""
        with np.errstate(divide="ignore"):
            return np.log(values) if self.ratio else np.asarray(values) / self.unit

    def back(self, value: float) -> float:
        """A value on the scale -> of the metric."""
        return float(np.exp(value)) if self.ratio else value * self.unit

    def of(self, reduce: Reduce) -> Reduce:
        """Sums -> the metric on the scale."""
        return lambda sums: self.to(reduce(sums))


def scale_of(spec: MetricSpec | None) -> Scale:
    """The scale of a metric; of the loss, which has no spec, its own unit."""
    return Scale(NO_TOP) if spec is None else Scale(spec.top, spec.ratio)
