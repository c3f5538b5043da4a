"""The fit diagnosis: does the kept model overfit, underfit, or neither; why; and which words to try next."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from goodfit.evaluation.gates import beats_dealt
from goodfit.evaluation.resample import NO_TOP, Interval, Reduce, gap, interval, mean, paired
from goodfit.evaluation.scale import Scale
from goodfit.hooks.certainty import middle
from goodfit.kinds import find_kind
from goodfit.schema import RunConf
from goodfit.schema.rate import usual_rate
from goodfit.schema.unread import unread_settings

FEWEST_RECORDS = 20
"""Below this many held-out records no interval says anything."""

BLOWN_UP = 1.5
"""A new head begins near the loss of one who guesses; from so many times as much on, training led away from there."""

STILL_IMPROVING = 0.02
"""Training ended too soon when its last evaluation lowered the held-out loss by more than this share."""

FEWEST_EVALUATIONS = 3
"""Below this many, a held-out loss that stands still says nothing of the rate."""

LEARNT = 0.95
"""From this share of the primary metric's highest value on, the training records count as learnt."""


LEAST_SKILL = 0.1
"""Of the distance between the simplest reference and all right on the training records; below that nothing was learnt,
however surely it differs from nothing. The forecasters' skill score."""


VERDICTS = {
    "good": "None of the others.",
    "overfit": "The lower end of the interval of the gap between training probe and validation records is above "
    "policy.max_fit_gap.",
    "underfit": "On its own training records the model is not better than the most frequent answer, gains less than "
    f"{LEAST_SKILL:.0%} of what that lacks, or is not better than its own answers dealt at random to these records; or "
    "the held-out loss was still falling when training ended, and the training records are not yet learnt.",
    "unknown": f"Fewer than {FEWEST_RECORDS} held-out records (groups, where records have them); a metric that is not "
    "defined on these or on the training probe; scored only once; or labels of held-out records that are not better "
    "than the same ones dealt to them at random.",
}
"""Verdict -> when it is said."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A verdict with its evidence."""

    verdict: str
    evidence: tuple[str, ...]
    words: tuple[str, ...]
    """What to type next."""

    def shown(self) -> dict[str, Any]:
        """As run.json has it."""
        return {"verdict": self.verdict, "evidence": list(self.evidence), "try": list(self.words)}


UNDIAGNOSED = Fit("unknown", (), ())


@dataclass(frozen=True, slots=True)
class FitFacts:
    """What the diagnosis looks at. Statistics are (units, k), both measured in evaluation mode on the kept model."""

    metric: str
    greater_is_better: bool
    reduce: Reduce
    probe: np.ndarray
    probe_reference: np.ndarray
    """The same probe answered by the simplest reference (majority, copy, look-up)."""
    validation: np.ndarray
    loss_course: Sequence[np.ndarray]
    """For each evaluation, the validation records' losses, (units, 2)."""
    best: int
    """Index of the kept evaluation."""
    stopped_early: bool
    steps: int
    """Optimiser steps until the last evaluation."""
    epochs: float
    """Epochs until then."""
    alike: tuple[np.ndarray, np.ndarray] | None = None
    """The statistics of the probe and of the validation records whose labels both parts have; None where that is all of
    them. A mean over labels is another figure where the labels are others."""
    scale: Scale = field(default_factory=Scale)
    """On which the gap is compared."""
    dealt: tuple[np.ndarray, ...] | None = None
    """The metric on the probe, and on the validation records, when their answers are dealt to their records at random,
    (deals,) each; None where answers are no labels."""
    guessing: float | None = None
    """The loss of one who gives all labels the same chance, in nats; None where an answer is not one of the labels."""


def diagnose(facts: FitFacts, conf: RunConf) -> Fit:
    """Compare like with like: one metric, on a training probe and on held-out records."""
    sign = 1 if facts.greater_is_better else -1
    evidence: list[str] = []

    def signed(sums: np.ndarray) -> np.ndarray:
        return sign * facts.reduce(sums)

    probe, held_out = facts.alike or (facts.probe, facts.validation)
    if untold := _untold(facts, probe, held_out):
        return Fit("unknown", (untold,), ())
    scaled = facts.scale.of(facts.reduce)
    difference = gap(probe, held_out, lambda sums: sign * scaled(sums), conf.seed, facts.scale.highest)
    evidence.append(_gap_text(facts, probe, held_out, difference))
    if not_learnt := _not_learnt(facts, signed, conf.seed):
        evidence.append(f"on its own training records the model is {not_learnt}")
        too_fast = _blown_up(facts) or _stood_still(facts, conf)
        words = (f"optim.lr={(conf.optim.lr or 0) / 4:g}",) if too_fast else _more(conf)
        return Fit("underfit", (*evidence, *too_fast), words)
    if difference.low > conf.policy.max_fit_gap:
        evidence.append(f"the gap's lower end is above policy.max_fit_gap={conf.policy.max_fit_gap:g}")
        return Fit("overfit", tuple(evidence), _less(conf))
    evidence += _course(facts, conf)
    if len(facts.loss_course) == 1:
        evidence.append("scored once only, so that nothing tells whether training ended too soon")
        return Fit("unknown", tuple(evidence), _twice(facts, conf))
    if _cut_short(facts, conf):
        evidence.append("the held-out loss was still falling when training ended")
        return Fit("underfit", tuple(evidence), _more(conf))
    if chance := _no_better_than_dealt(facts, "validation"):
        evidence.append(f"on the held-out records the model is {chance}: nothing shows that it learnt what holds there")
    if difference.high > conf.policy.max_fit_gap:
        evidence.append(
            f"overfitting is not shown, and not ruled out: the gap's upper end is above policy.max_fit_gap="
            f"{conf.policy.max_fit_gap:g}, and more held-out records would tell"
        )
    return Fit("unknown" if chance else "good", tuple(evidence), ())


def _untold(facts: FitFacts, probe: np.ndarray, held_out: np.ndarray) -> str | None:
    """Why the gap between training and held-out records says nothing; None where it does."""
    if len(held_out) < FEWEST_RECORDS:
        few = f"only {len(held_out)} held-out records (groups, where records have them)"
        known = "" if facts.alike is None else " with labels that the training probe has"
        return f"{few}{known}, fewer than {FEWEST_RECORDS}"
    if np.isnan([float(facts.reduce(part.sum(0))) for part in (probe, held_out)]).any():
        return f"{facts.metric} is not defined on the training probe, or on the held-out records"
    return None


def _not_learnt(facts: FitFacts, signed: Reduce, seed: int) -> str | None:
    """Why the training records do not count as learnt at all; None where they do."""
    learnt = paired(facts.probe, facts.probe_reference, signed, seed, facts.scale.top)
    if not learnt.low > 0:
        return (
            f"not better than the simplest reference: {facts.metric} differs by {learnt.difference:+.3f} "
            f"[{learnt.low:+.3f}, {learnt.high:+.3f}]"
        )
    lacking = facts.scale.unit - float(facts.reduce(facts.probe_reference.sum(0)))
    skill = learnt.high / lacking if _is_a_share(facts) else 1.0
    if skill < LEAST_SKILL:
        return (
            "hardly better than the simplest reference: of what that lacks to "
            f"{facts.metric} {facts.scale.unit:g}, at most {skill:.1%} are gained"
        )
    return _no_better_than_dealt(facts, "probe")


def _blown_up(facts: FitFacts) -> list[str]:
    """Whether training led away from what the model was before it."""
    last = float(mean(facts.loss_course[-1].sum(0)))
    if not facts.guessing or last < BLOWN_UP * facts.guessing:  # one label alone is no guess
        return []
    return [
        f"the held-out loss is {last:.3g}, and of one who guesses among the labels {facts.guessing:.3g}: steps of this "
        "rate are too large"
    ]


def _stood_still(facts: FitFacts, conf: RunConf) -> list[str]:
    """Whether a rate that is not small for the model taught it nothing after its first steps: a larger one cannot."""
    first, last = (float(mean(facts.loss_course[place].sum(0))) for place in (0, -1))
    usual, _ = usual_rate(conf)
    if len(facts.loss_course) < FEWEST_EVALUATIONS or (conf.optim.lr or 0) < usual or _adapts_noise(conf):
        return []
    if abs(first - last) > STILL_IMPROVING * first:
        return []
    return [
        f"the held-out loss stood still, {first:.3f} at the first evaluation and {last:.3f} at the last: steps of this "
        "rate may be too large to learn by"
    ]


def _is_a_share(facts: FitFacts) -> bool:
    """Whether the metric is a share of its highest value, as far as its values show."""
    values = [float(facts.scale.to(facts.reduce(part.sum(0)))) for part in (facts.probe, facts.probe_reference)]
    return facts.greater_is_better and all(0 <= value <= 1 for value in values) and values[1] < 1


def _no_better_than_dealt(facts: FitFacts, part: Literal["probe", "validation"]) -> str | None:
    """Why the answers to the probe, or to the validation records, know nothing of these; None where they do.

    F1 over labels rewards any answers of many labels, and the simplest reference has one.
    """
    if facts.dealt is None:
        return None
    at_probe, at_validation = facts.dealt
    sums, dealt = {"probe": (facts.probe, at_probe), "validation": (facts.validation, at_validation)}[part]
    value = float(facts.reduce(sums.sum(0)))
    low, high = middle(dealt)
    if beats_dealt(value, low, high, facts.greater_is_better):
        return None
    return f"not better than its answers dealt at random, of which 95 % lie between {low:.3f} and {high:.3f}"


def _gap_text(facts: FitFacts, probe: np.ndarray, held_out: np.ndarray, difference: Interval) -> str:
    values = [float(facts.reduce(part.sum(0))) for part in (probe, held_out)]
    share = "" if facts.scale.unit == 1 else f" of {facts.scale.unit:g}"
    of_both = "" if facts.alike is None else " of the labels that both have"
    return (
        f"{facts.metric}{of_both}: training probe {values[0]:.3f}, held-out {values[1]:.3f}, "
        f"gap{' of logarithms' if facts.scale.ratio else ''} {difference.value:+.3f} "
        f"[{difference.low:+.3f}, {difference.high:+.3f}]{share}"
    )


def _course(facts: FitFacts, conf: RunConf) -> list[str]:
    last = len(facts.loss_course) - 1
    if facts.best == last:
        return []
    rise = paired(facts.loss_course[last], facts.loss_course[facts.best], mean, conf.seed, NO_TOP)
    if rise.low > 0:
        return [
            f"after evaluation {facts.best + 1} of {last + 1} the held-out loss rose by {rise.difference:.3f} "
            f"[{rise.low:.3f}, {rise.high:.3f}]; the weights of evaluation {facts.best + 1} were kept"
        ]
    return []


def _cut_short(facts: FitFacts, conf: RunConf) -> bool:
    """Whether training ended while there was more to learn, on the training records, too."""
    last = len(facts.loss_course) - 1
    if facts.best != last or facts.stopped_early:
        return False
    share = interval(facts.probe, facts.scale.of(facts.reduce), conf.seed, facts.scale.highest)
    learnt = facts.greater_is_better and share.high >= LEARNT
    if learnt:  # the loss of a model that is always right falls for ever
        return False
    fall = paired(facts.loss_course[last - 1], facts.loss_course[last], mean, conf.seed, NO_TOP)
    before = float(mean(facts.loss_course[last - 1].sum(0)))
    return fall.low > STILL_IMPROVING * before


def _adapts_noise(conf: RunConf) -> bool:
    """Whether there is nothing to adapt, whatever the rate: frozen layers stay noise."""
    return conf.model.weights == "random" and (conf.adapter.name != "none" or conf.adapter.top_layers is not None)


def _longer(conf: RunConf) -> str:
    length = "epochs" if conf.training.max_steps is None else "max_steps"
    return f"training.{length}={2 * (getattr(conf.training, length) or 1)}"


def _twice(facts: FitFacts, conf: RunConf) -> tuple[str, ...]:
    """What makes a run that was scored once be scored twice: in halves of what it trained; one step has none."""
    often = f"training.evaluations_per_epoch={2 * math.ceil(round(1 / min(1.0, facts.epochs), 2))}"
    return (_longer(conf), often) if facts.steps == 1 else (often,)


def _more(conf: RunConf) -> tuple[str, ...]:
    longer = _longer(conf)
    all_layers = ["adapter.top_layers=null"] if conf.adapter.top_layers is not None else []
    if _adapts_noise(conf):
        return longer, *(["adapter=none"] if conf.adapter.name != "none" else []), *all_layers
    rate = conf.optim.lr or 0
    words = [longer, *all_layers, *([f"optim.lr={min(1.0, 2 * rate):g}"] if rate < 1 else [])]
    if "adapter.rank" not in unread_settings(conf):
        words.append(f"adapter.rank={2 * conf.adapter.rank}")
    return tuple(words)


def _less(conf: RunConf) -> tuple[str, ...]:
    if conf.adapter.name == "none":
        words = ["adapter=lora"] if conf.model.weights == "pretrained" else ["optim.weight_decay=0.1"]
    elif "adapter.rank" in unread_settings(conf):
        words = ["optim.weight_decay=0.1"]
    else:
        words = [f"adapter.rank={max(1, conf.adapter.rank // 2)}", "adapter.dropout=0.1"]
    hides_words = find_kind(conf.task.kind or "").hides_words
    if conf.model.family == "encoder" and not hides_words and not conf.training.word_dropout:
        words.append("training.word_dropout=0.1")
    return (*words, f"optim.lr={(conf.optim.lr or 0) / 2:g}", "more records: the gap closes with data")
