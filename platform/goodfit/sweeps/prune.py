"""Whether a trial ends after its latest evaluation: it is behind the trials before it, it overfits, or it diverges."""

from __future__ import annotations

import dataclasses
import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from goodfit.errors import ConfigError
from goodfit.runs.json_files import write_json
from goodfit.schema.sweep import SweepConf
from goodfit.sweeps.outcomes import BY_RUNGS, PROGRESS, Order, Result, read_result, trial_place
from goodfit.sweeps.propose import quiet_optuna
from goodfit.training.held_out import Evaluation, Trace, best_of

DIGITS = 6
"""Behind the point, of what a pruner compares."""

BEYOND_CHANCE = 2.0
"""Standard errors by which the held-out loss has to have risen, over the units, before a trial is stopped."""


class Course:
    """Asked after each evaluation of a trial; knows what it came to so far, and why it ended.

    Args:
        order: The trial.
        units: Of each validation record, what is independent of the others: its group of records, or it alone.
        steps: At which its training is over.
        known: What is known of it before it trains.
    """

    def __init__(self, order: Order, units: Sequence[int], steps: int, known: Result) -> None:
        self._order = order
        self._units = units
        self._steps = steps
        self.so_far = dataclasses.replace(known, state="running", open_from=1)

    def __call__(self, trace: Trace) -> bool:
        """Whether the trial ends here."""
        order, sweep = self._order, self._order.sweep
        found = dataclasses.replace(self.so_far, **_said_of(trace))
        misfit = misfit_of(trace.evaluations, self._units) if sweep.stop_misfits else ""
        if misfit:
            found = dataclasses.replace(found, state="stopped", reason=misfit, at_last="passed")
        elif trace.stopped_early or trace.evaluations[-1].step >= self._steps:
            found = dataclasses.replace(found, state="finished", at_last="noted")
        self.so_far = ask_pruner(sweep, order.number, found, self._rivals)
        if sweep.pruner in BY_RUNGS:
            write_json(order.folder / PROGRESS, dataclasses.asdict(self.so_far))
        return self.so_far.state in ("stopped", "pruned")

    def _rivals(self, evaluation: int) -> Sequence[Result] | None:
        order, beside = self._order, []
        if order.sweep.pruner in BY_RUNGS:
            for number, over in enumerate(order.beside, len(order.rivals)):
                found = over or _last_seen(trial_place(order.search, number))
                if found is None or not found.is_known_at(evaluation):
                    return None
                beside.append(as_beside(found, evaluation))
        return [*order.rivals, *beside]


def _last_seen(place: Path) -> Result | None:
    """What a trial that may run elsewhere wrote last; None where nothing can be read: the search will know."""
    try:
        return read_result(place) or read_result(place, PROGRESS)
    except (OSError, ConfigError):
        return None


def _said_of(trace: Trace) -> dict[str, Any]:
    """What stands in a trial's result of its evaluations."""
    found = trace.evaluations
    return {
        "reports": [one.score for one in found],
        "promises": [promise_of(one) for one in found],
        "course": [{"epoch": one.epoch, "step": one.step, **_plain(one.figures)} for one in found],
        "best_step": trace.best.step,
    }


def _plain(figures: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in figures.items() if math.isfinite(value)}


def as_beside(rival: Result, evaluation: int) -> Result:
    """A trial as one that runs beside it may know it: what the pruner noted up to an evaluation, and no more."""
    rungs = {name: value for name, value in rival.rungs.items() if rival.noted_at[name] <= evaluation}
    return Result(state="running", rungs=rungs)


def ask_pruner(
    conf: SweepConf, number: int, result: Result, rivals_at: Callable[[int], Sequence[Result] | None]
) -> Result:
    """What a trial came to, ended where the pruner ends it.

    What is known of the trials before it decides, and not when it became known: where some of it is to come yet, the
    trial goes on, and is judged later as if it had ended in time.

    Args:
        conf: Names the pruner.
        number: The trial's.
        result: What it came to without the pruner's word on the evaluations from ``open_from`` on.
        rivals_at: The trials that it is held against at an evaluation; None where one of them is not there yet.
    """
    if conf.pruner != "none" and len(conf.objectives) == 1:
        for evaluation in result.to_judge:
            rivals = rivals_at(evaluation)
            if rivals is None:
                return dataclasses.replace(result, open_from=evaluation)
            behind, rungs = is_behind(conf, number, rivals, result.promises[:evaluation], dict(result.rungs))
            noted_at = {name: result.noted_at.get(name, evaluation) for name in rungs}
            result = dataclasses.replace(result, rungs=rungs, noted_at=noted_at)
            if behind and not (evaluation == len(result.promises) and result.at_last == "noted"):
                return _cut(result, evaluation)
    return dataclasses.replace(result, open_from=len(result.promises) + 1 if result.state == "running" else None)


def _cut(result: Result, evaluation: int) -> Result:
    """A result as it is where the trial ended at an evaluation."""
    reports, course = result.reports[:evaluation], result.course[:evaluation]
    best = max(range(evaluation), key=lambda at: (reports[at], -course[at].get("validation/loss", math.inf)))
    costs = {name: cost for name, cost in result.costs.items() if name != "ms_per_record"}
    return Result(
        state="pruned",
        reason=f"behind earlier trials at evaluation {evaluation}",
        reports=reports,
        promises=result.promises[:evaluation],
        course=course,
        rungs=result.rungs,
        noted_at=result.noted_at,
        costs=costs | {"steps": float(course[-1]["step"])},
        best_step=int(course[best]["step"]),
        records=result.records,
    )


def promise_of(found: Evaluation) -> float:
    """What a pruner compares, greater is better: the score, and the mean probability of the right answers.

    A score that counts right answers of few records hardly tells apart trials that have only begun, and the probability
    alone hardly those that are done (``benchmarks/early_signs.md``). Where the score is the loss, it is compared alone.
    It is rounded, so that a model's last bits, which hang on how many trials share a pass, decide nothing.
    """
    if found.score == -found.figures["validation/loss"]:
        return round(found.score, DIGITS)
    probabilities = np.exp(-np.asarray(found.validation_losses, float))
    return round(found.score + float(np.nan_to_num(probabilities).mean()), DIGITS)


def misfit_of(evaluations: Sequence[Evaluation], units: Sequence[int]) -> str:
    """Why training on is lost time: empty, or the sign that the held-out loss has risen beyond chance.

    The loss at the latest evaluation is held against its least, record by record, those of one unit together; a score
    that is still the best one speaks for going on. This is said of the latest weights; the trial's figures and its
    fit verdict are those of its best evaluation, whose weights are kept.
    """
    latest = evaluations[-1]
    least = min(evaluations, key=lambda found: found.figures["validation/loss"])
    best = max(evaluations, key=lambda found: found.score)
    if latest is least or latest is best:
        return ""
    rise = np.asarray(latest.validation_losses, float) - np.asarray(least.validation_losses, float)
    apart = np.bincount(units, weights=rise - rise.mean())
    if len(apart) < 2:
        return ""
    error = math.sqrt(len(apart) / (len(apart) - 1) * float(apart @ apart)) / len(rise)
    if not rise.mean() > BEYOND_CHANCE * error:
        return ""
    learnt = latest.figures["probe/loss"] < least.figures["probe/loss"]
    what = "it overfits" if learnt else "it diverges"
    rose = f"the held-out loss rose by {rise.mean():.3f} since step {least.step}"
    return f"{what} at step {latest.step}: {rose}; figures and fit are those of step {best_of(evaluations).step}"


def is_behind(
    conf: SweepConf, number: int, rivals: Sequence[Result], promises: Sequence[float], rungs: dict[str, float]
) -> tuple[bool, dict[str, float]]:
    """What the pruner says of a trial: a function of its own scores and of those trials that it may be held against.

    Args:
        conf: Names the pruner.
        number: The trial's.
        rivals: The first trials of the search, as many as it may know, and as it may know them.
        promises: Of its own evaluations, greater is better.
        rungs: What the pruner noted at its earlier evaluations.

    Returns:
        Whether it is to end, and what is to be noted.
    """
    optuna = quiet_optuna()
    trials, states = optuna.trial, optuna.trial.TrialState
    study = optuna.create_study(study_name="search", direction="maximize")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for rival in rivals:
            study.add_trial(_rival(trials, states, rival))
        for _ in range(number - len(rivals)):  # those that run beside it; Hyperband goes by the number
            study.add_trial(trials.create_trial(state=states.FAIL))
        own = trials.create_trial(
            state=states.RUNNING, intermediate_values=dict(enumerate(promises, 1)), system_attrs=dict(rungs)
        )
        study.add_trial(own)
        behind = _pruner(conf).prune(study, study.get_trials(deepcopy=True)[-1])
    noted = study.get_trials(deepcopy=True)[-1].system_attrs
    return bool(behind), {key: float(value) for key, value in noted.items() if isinstance(value, float | int)}


def _rival(trials: Any, states: Any, rival: Result) -> Any:
    kept = rival.is_judged and rival.value is not None
    ended = rival.state == "pruned" and rival.promises
    state = states.COMPLETE if kept else states.PRUNED if ended else states.FAIL
    return trials.create_trial(
        state=state,
        value=rival.value if kept else rival.promises[-1] if ended else None,
        intermediate_values=dict(enumerate(rival.promises, 1)),
        system_attrs=dict(rival.rungs),
    )


def _pruner(conf: SweepConf) -> Any:
    pruners = quiet_optuna().pruners
    if conf.pruner == "asha":
        return pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=3)
    if conf.pruner == "hyperband":
        return pruners.HyperbandPruner(min_resource=1, max_resource="auto", reduction_factor=3)
    if conf.pruner == "wilcoxon":
        return pruners.WilcoxonPruner(p_threshold=0.1)
    median = pruners.MedianPruner(n_startup_trials=conf.startup_trials)
    # without another one it would hold a trial against itself alone, and end the best one where it falls
    return pruners.PatientPruner(median, patience=1) if conf.pruner == "patience" else median
