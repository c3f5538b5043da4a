"""What a tuned trial is worth: its held-out metric's lower end, less what its gap to the training records costs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from goodfit.data.records import Record
from goodfit.errors import ConfigError
from goodfit.evaluation.fit import FEWEST_RECORDS, Fit
from goodfit.evaluation.report import LOSS, loss_statistics, outcome_items, statistics_of
from goodfit.evaluation.resample import NO_TOP, Interval, Reduce, gap, interval, mean
from goodfit.evaluation.scale import Scale, scale_of
from goodfit.hooks.certainty import unit_numbers
from goodfit.hooks.types import MetricSpec
from goodfit.kinds.shape import Outcome
from goodfit.registry import did_you_mean
from goodfit.runs.prepare import Prepared
from goodfit.runs.score import Probe, beside_probe, diagnose_fit, of_shared_labels, primary_of
from goodfit.training.held_out import Trace


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of a tuned trial. It has seen no test record."""

    value: float
    held_out: Mapping[str, Any]
    probe: float
    fit: Fit
    statistics: np.ndarray
    """The metric's statistics of each validation unit, (units, k): what the search's correction resamples."""


@dataclass(frozen=True, slots=True)
class Aim:
    """The metric that a search looks at."""

    name: str
    sign: int
    """1 where greater is better, else -1."""
    reduce: Reduce
    spec: MetricSpec | None
    """None for the loss."""

    @property
    def top(self) -> float:
        """The metric's highest value; the loss has none."""
        return NO_TOP if self.spec is None else self.spec.top

    def statistics(self, records: Sequence[Record], outcomes: Sequence[Outcome]) -> np.ndarray:
        """Of each unit of the records, (units, k)."""
        units = unit_numbers(records)
        if self.spec is None:
            return loss_statistics([outcome.loss for outcome in outcomes], units)
        return statistics_of(self.spec, outcome_items(records, outcomes), units)

    @property
    def signed(self) -> Reduce:
        """Sums over units -> the metric, greater is better."""
        return self.reduce if self.sign > 0 else lambda sums: -self.reduce(sums)

    @property
    def scale(self) -> Scale:
        """On which gaps are compared."""
        return scale_of(self.spec)

    def less(self, value: float, loss: float) -> float:
        """A signed score that is worse by so much on the scale of gaps."""
        return self.sign * self.scale.back(self.sign * (self.sign * float(self.scale.to(self.sign * value)) - loss))

    def unsigned(self, found: Interval) -> dict[str, float]:
        """An interval of signed scores as that of the metric itself: {value, low, high}."""
        low, high = sorted((self.sign * found.low, self.sign * found.high))
        return {"value": self.sign * found.value, "low": low, "high": high}


def aim_of(prepared: Prepared, metric: str | None) -> Aim:
    """The metric by its name.

    Raises:
        ConfigError: The task does not measure it.
    """
    if metric == LOSS:
        return Aim(LOSS, -1, mean, None)
    specs = {spec.name: spec for spec in prepared.task.all_metrics(prepared.coding.labels)}
    refuse_unknown_metric(list(specs.values()), metric)
    spec = specs[metric] if metric else primary_of(prepared)
    return Aim(spec.name, 1 if spec.greater_is_better else -1, spec.reduce, spec)


def refuse_unknown_metric(specs: Sequence[MetricSpec], metric: str | None) -> None:
    """Refuse to search for what nobody measures.

    Raises:
        ConfigError: Names the nearest metric.
    """
    known = [*(spec.name for spec in specs), LOSS]
    if metric is not None and metric not in known:
        fix = did_you_mean(metric, known, f"choose among {', '.join(known)}")
        raise ConfigError(f"no metric of this task is called '{metric}'", fix)


def measure_trial(
    prepared: Prepared,
    model: Any,
    trace: Trace,
    probe: Probe,
    simplest: Sequence[Any],
    metric: str | None,
    weight: float,
) -> Measured:
    """Measure the kept weights on validation and on the probe.

    Args:
        prepared: The trial's run.
        model: With the weights of its best evaluation.
        trace: Its course.
        probe: The training records that are asked.
        simplest: The simplest answers to them.
        metric: The search's; None for the task's primary one.
        weight: What a unit of gap beyond ``policy.max_fit_gap`` costs.
    """
    learner, records, seed = prepared.learner, prepared.splits.validation, prepared.conf.seed
    aim = aim_of(prepared, metric)
    answers = learner.outcomes(model, records, prepared.encoded["validation"])
    learnt = learner.outcomes(model, probe.records, probe.encoded)
    held_out, on_probe = aim.statistics(records, answers), aim.statistics(probe.records, learnt)
    beside = beside_probe(prepared, model, probe, answers)
    found = interval(held_out, aim.signed, seed, aim.top)
    # a gap costs as far as it is beyond chance and beyond what a model may have
    alike = of_shared_labels(prepared, probe, learnt, beside, aim.statistics)
    alike = alike or (on_probe, aim.statistics(*beside))
    excess = 0.0
    if len(alike[1]) >= FEWEST_RECORDS:
        scaled = aim.scale.of(aim.reduce)
        found_gap = gap(*alike, lambda sums: aim.sign * scaled(sums), seed, aim.scale.highest)
        excess = max(0.0, found_gap.low - prepared.conf.policy.max_fit_gap)
    figures = {"metric": aim.name, **aim.unsigned(found), "n": len(records)}
    fit = diagnose_fit(prepared, beside, learnt, trace, probe, simplest)
    probed = float(aim.reduce(on_probe.sum(0)))
    return Measured(aim.less(found.low, weight * excess), figures, probed, fit, held_out)


def records_digest(prepared: Prepared) -> str:
    """Which validation records a trial was measured on."""
    ids = "\0".join(record.id for record in prepared.splits.validation)
    return hashlib.sha256(ids.encode("utf-8", "surrogatepass")).hexdigest()[:16]
