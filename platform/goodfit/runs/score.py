"""Scoring inside a run: what the held-out callback measures, and the final comparison of tuned and base."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from goodfit.data.records import Record
from goodfit.evaluation.fit import Fit, FitFacts, diagnose
from goodfit.evaluation.report import (
    at_random,
    dealt,
    difference,
    differences,
    figures,
    items_of,
    loss_statistics,
    outcome_items,
    rows_of,
    statistics_of,
)
from goodfit.evaluation.review import review_of
from goodfit.evaluation.scale import scale_of
from goodfit.hooks.certainty import unit_numbers
from goodfit.hooks.types import Item, MetricSpec
from goodfit.kinds.passes import losses_of
from goodfit.kinds.shape import Encoded, Kind, Learner, Outcome
from goodfit.kinds.text import Writer
from goodfit.models.parts import has_new_text_head
from goodfit.run_files import SCHEMA
from goodfit.runs.prepare import Prepared
from goodfit.training.held_out import Measure, Trace


@dataclass(frozen=True, slots=True)
class Probe:
    """A fixed sample of the training records, scored like held-out ones."""

    records: Sequence[Record]
    encoded: Encoded


def pick_probe(prepared: Prepared) -> Probe:
    """The probe: a function of seed and training records."""
    conf = prepared.conf
    count = min(conf.training.probe_size, len(prepared.splits.train))
    if prepared.task.kind.searches:  # among fewer documents the right one is found more often
        count = min(count, len(prepared.splits.validation))
    chosen = sorted(random.Random(f"{conf.seed}:probe").sample(range(len(prepared.splits.train)), count))
    records = [prepared.splits.train[index] for index in chosen]
    return Probe(records, prepared.learner.encode(records))


def primary_of(prepared: Prepared) -> MetricSpec:
    """The metric that decides.

    Raises:
        ConfigError: The task names one that it does not measure.
    """
    return prepared.task.primary(prepared.coding.labels)


def build_measure(prepared: Prepared, probe: Probe) -> Measure:
    """What is measured after each part of an epoch, on validation and on the probe."""
    learner = prepared.learner
    parts = {"validation": (prepared.splits.validation, prepared.encoded["validation"])}
    parts["probe"] = (probe.records, probe.encoded)
    primary = primary_of(prepared)

    def measure(model: Any) -> tuple[float, Mapping[str, float], Sequence[float]]:
        found: dict[str, float] = {}
        kept: Sequence[float] = []
        for split, (records, encoded) in parts.items():
            if learner.monitor == "loss":
                losses: Sequence[Any] = losses_of(learner, model, encoded, len(records))
            else:
                outcomes = learner.outcomes(model, records, encoded)
                losses = [outcome.loss for outcome in outcomes]
                sums = rows_of(primary, outcome_items(records, outcomes)).sum(0)
                found[f"{split}/{primary.name}"] = float(primary.reduce(sums))
            found[f"{split}/loss"] = float(np.mean(losses))
            kept = losses if split == "validation" else kept
        if learner.monitor == "loss":
            return -found["validation/loss"], found, kept
        sign = 1 if primary.greater_is_better else -1
        return sign * found[f"validation/{primary.name}"], found, kept

    return measure


def top_score(prepared: Prepared) -> float | None:
    """The held-out score that none can exceed; None where there is none, as of a loss."""
    primary = primary_of(prepared)
    is_bounded = prepared.learner.monitor != "loss" and primary.greater_is_better and primary.top > 0
    return primary.top if is_bounded else None


@dataclass(frozen=True, slots=True)
class BaseAnswers:
    """What the base model makes of the test records, and what stands beside it."""

    answers: Sequence[Any]
    confidences: Sequence[Any]
    losses: Sequence[float | None] | None
    what: str
    probe: Sequence[Any]
    """What the simplest answer to each record of the training probe is."""


def base_answers(prepared: Prepared, model: Any, probe: Probe) -> BaseAnswers:
    """The untuned model's answers; where it has no head for the task, the most frequent answer, or token."""
    records, train, untrained = prepared.splits.test, prepared.splits.train, prepared.task.kind.untrained
    simplest = simplest_answers(prepared, model, probe)
    if untrained and not prepared.base_is_asked:
        name, answers = untrained(train, records)
        what = f"{name} (the base model has no head for the task)"
        return BaseAnswers(answers, [None] * len(answers), None, what, simplest)
    if found := _without_head(prepared, model, prepared.encoded["test"], len(records)):
        name, answers = found
        what = f"{name} (the base model has no head over the vocabulary)"
        return BaseAnswers(answers, [None] * len(answers), None, what, simplest)
    outcomes = prepared.learner.outcomes(model, records, prepared.encoded["test"])
    started = "zero-shot" if prepared.conf.model.weights == "pretrained" else "untrained, from noise"
    asked = "with the head that it had" if prepared.learner.outputs else started
    losses = [outcome.loss for outcome in outcomes]
    answers, confidences = [o.answer for o in outcomes], [o.confidence for o in outcomes]
    return BaseAnswers(answers, confidences, losses, f"the base model, {asked}", simplest)


def simplest_answers(prepared: Prepared, model: Any, probe: Probe) -> list[Any]:
    """The simplest answer to each record of the training probe; the model is untuned."""
    untrained = prepared.task.kind.untrained
    if untrained:  # not the reference: a look-up in the very records that it is asked of is always right
        return untrained(prepared.splits.train, probe.records)[1]
    if found := _without_head(prepared, model, probe.encoded, len(probe.records)):
        return found[1]
    return [outcome.answer for outcome in prepared.learner.outcomes(model, probe.records, probe.encoded)]


def _without_head(prepared: Prepared, model: Any, asked: Encoded, records: int) -> tuple[str, list[Any]] | None:
    """What stands for a base that came without its head over the vocabulary; None where it has one."""
    headless = prepared.task.kind.headless
    if headless is None or not has_new_text_head(model):
        return None
    return headless(prepared.encoded["train"], asked, records, len(prepared.coding.tokenizer))


@dataclass(frozen=True, slots=True)
class Judged:
    """The figures of a run."""

    metrics: Mapping[str, Any]
    """The content of metrics.json."""
    items: Sequence[Item]
    fit: Fit
    outcomes: Mapping[str, Sequence[Outcome]]
    """Split -> the tuned model's answers."""


def judge_model(prepared: Prepared, model: Any, base: BaseAnswers, trace: Trace, probe: Probe) -> Judged:
    """Measure the tuned model on the test records, against its base, and diagnose the fit."""
    learner, splits, seed = prepared.learner, prepared.splits, prepared.conf.seed
    specs, primary = prepared.task.all_metrics(prepared.coding.labels), primary_of(prepared)
    outcomes = {
        split: learner.outcomes(model, splits[split], prepared.encoded[split]) for split in ("validation", "test")
    }
    test, tuned = splits.test, outcome_items(splits.test, outcomes["test"])
    untuned = items_of(test, base.answers, base.confidences)
    reference_name, reference_answers = prepared.task.kind.reference(splits.train, test)
    reference = items_of(test, reference_answers, [None] * len(test))
    tuned_figures = figures(specs, test, tuned, "test", seed, [outcome.loss for outcome in outcomes["test"]])
    base_figures = figures(specs, test, untuned, "test", seed, base.losses)
    reference_figures = figures(specs, test, reference, "test", seed)
    by = _compared_by(prepared, tuned_figures, reference_figures)
    nothing = {"value": None, "low": None, "high": None, "n": 0, "units": 0}
    checked = outcome_items(splits.validation, outcomes["validation"])
    review = _review(prepared, {"validation": checked, "test": tuned})
    metrics = {
        "schema": SCHEMA,
        "primary": f"test/{primary.name}",
        "tuned": tuned_figures,
        "base": {name: base_figures.get(name, tuned | nothing) for name, tuned in tuned_figures.items()},
        "base_is": base.what,
        "reference": reference_figures,
        "reference_is": reference_name,
        "paired": differences(specs, tuned, untuned, "test", seed),
        "paired_reference": difference(by or primary, tuned, reference, seed),
        "paired_reference_by": f"test/{by.name}" if by else None,
        "validation": figures(specs, splits.validation, checked, "validation", seed),
        **({"at_random": at_random(primary, tuned, seed)} if prepared.task.kind.interchangeable else {}),
        **({"review": review} if review else {}),
        **broken_off_in(learner, prepared.task.kind, outcomes["test"]),
        **documents_in(prepared.task.kind, test),
    }
    learnt = learner.outcomes(model, probe.records, probe.encoded)
    beside = beside_probe(prepared, model, probe, outcomes["validation"])
    fit = diagnose_fit(prepared, beside, learnt, trace, probe, base.probe)
    return Judged(metrics, tuned, fit, outcomes)


def broken_off_in(learner: Learner, kind: Kind, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """How many answers were not written to their end, and how many tokens each may have; of texts that are written."""
    if not kind.writes_freely or not isinstance(learner, Writer):
        return {}
    return {"broken_off": {"answers": sum(outcome.broken_off for outcome in outcomes), "tokens": learner.room}}


def documents_in(kind: Kind, records: Sequence[Record]) -> dict[str, int]:
    """How many documents are searched for the figures of these records; nothing for kinds that search none."""
    return {} if kind.documents is None else {"documents": len(kind.documents(records))}


def _compared_by(prepared: Prepared, tuned: Mapping[str, Any], reference: Mapping[str, Any]) -> MetricSpec | None:
    """The metric that the model and the simplest reference are compared by; None where they have none in common.

    It is the primary one. Where that is of a model's tokens, and the reference has none, it is one that is not.
    """
    primary, others = primary_of(prepared), prepared.task.all_metrics(prepared.coding.labels)
    is_of_tokens = primary.name in prepared.task.kind.per_token
    for spec in (primary, *(others if is_of_tokens else ())):
        values = [part[f"test/{spec.name}"]["value"] for part in (tuned, reference)]
        if None not in values and spec.greater_is_better == primary.greater_is_better:
            return spec
    return None


def _review(prepared: Prepared, items: Mapping[str, Sequence[Item]]) -> dict[str, Any] | None:
    """From which confidence on answers need no review; None where they are right in part, or have no confidence."""
    is_right = prepared.task.kind.is_right
    if is_right is None or any(item.confidence is None for part in items.values() for item in part):
        return None
    parts = {split: (part, unit_numbers(prepared.splits[split])) for split, part in items.items()}
    return review_of(parts, is_right, prepared.conf.policy.min_right)


Answered = tuple[Sequence[Record], Sequence[Outcome]]
"""Records with a model's answers to them."""


def beside_probe(prepared: Prepared, model: Any, probe: Probe, validation: Sequence[Outcome]) -> Answered:
    """The validation records that the probe is compared with, and the model's answers to them: all of them.

    Of a kind that searches as many as the probe has, which are searched by themselves: among more documents the right
    one is found less often, however well the model learnt.
    """
    records, count = prepared.splits.validation, len(probe.records)
    if not prepared.task.kind.searches or len(records) == count:
        return records, validation
    drawn = random.Random(f"{prepared.conf.seed}:beside the probe").sample(range(len(records)), count)
    some = [records[index] for index in sorted(drawn)]
    return some, prepared.learner.outcomes(model, some, prepared.learner.encode(some))


Statistics = Callable[[Sequence[Record], Sequence[Outcome]], np.ndarray]
"""(records, what was answered to them) -> a metric's statistics, (units, k)."""


def of_shared_labels(
    prepared: Prepared,
    probe: Probe,
    probed: Sequence[Outcome],
    beside: Answered,
    statistics: Statistics,
) -> tuple[np.ndarray, np.ndarray] | None:
    """The statistics of the probe and of the validation records all of whose labels both parts have.

    Returns:
        None where that is all of them; two empty ones where one part has none.
    """
    kind, parts = prepared.task.kind, (probe.records, beside[0])
    if not kind.interchangeable or kind.labels is None:
        return None
    own = [[set(kind.labels(record.fields)) for record in part] for part in parts]
    shared = set.intersection(*(set().union(*part) for part in own))
    chosen = [[place for place, labels in enumerate(part) if labels <= shared] for part in own]
    if list(map(len, chosen)) == list(map(len, parts)):
        return None
    if not all(chosen):
        return np.zeros((0, 1)), np.zeros((0, 1))
    one, other = (
        statistics([records[place] for place in places], [answers[place] for place in places])
        for places, records, answers in zip(chosen, parts, (probed, beside[1]), strict=True)
    )
    return one, other


def diagnose_fit(
    prepared: Prepared,
    beside: Answered,
    probed: Sequence[Outcome],
    trace: Trace,
    probe: Probe,
    simplest: Sequence[Any],
) -> Fit:
    """Whether the tuned model overfits or underfits, from its answers on the probe and beside it."""
    primary, kind = primary_of(prepared), prepared.task.kind
    units, validation_units = unit_numbers(probe.records), unit_numbers(prepared.splits.validation)
    parts = (outcome_items(probe.records, probed), outcome_items(*beside))

    def statistics(records: Sequence[Record], outcomes: Sequence[Outcome]) -> np.ndarray:
        return statistics_of(primary, outcome_items(records, outcomes), unit_numbers(records))

    facts = FitFacts(
        metric=primary.name,
        greater_is_better=primary.greater_is_better,
        reduce=primary.reduce,
        probe=statistics(probe.records, probed),
        probe_reference=statistics_of(primary, items_of(probe.records, simplest, [None] * len(probe.records)), units),
        validation=statistics(*beside),
        alike=of_shared_labels(prepared, probe, probed, beside, statistics),
        loss_course=[loss_statistics(found.validation_losses, validation_units) for found in trace.evaluations],
        best=trace.evaluations.index(trace.best),
        stopped_early=trace.stopped_early,
        steps=trace.steps,
        epochs=trace.epochs,
        scale=scale_of(primary),
        dealt=tuple(dealt(primary, part, prepared.conf.seed) for part in parts) if kind.interchangeable else None,
        guessing=math.log(len(prepared.conf.task.labels)) if kind.one_label else None,
    )
    return diagnose(facts, prepared.conf)
