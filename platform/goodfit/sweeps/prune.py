"""Whether a trial ends after its latest evaluation: it is behind the trials before it, it overfits, or it diverges."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from goodfit.schema.sweep import SweepConf
from goodfit.sweeps.propose import quiet_optuna
from goodfit.sweeps.records import Order, Result
from goodfit.training.held_out import Evaluation, Trace

BEYOND_CHANCE = 2.0
"""Standard errors by which the held-out loss has to have risen, over the units, before a trial is stopped."""


class Course:
    """Asked after each evaluation of a trial; remembers why it said no.

    Args:
        order: The trial.
        units: Of each validation record, what is independent of the others: its group of records, or it alone.
    """

    def __init__(self, order: Order, units: Sequence[int]) -> None:
        self._order = order
        self._units = units
        self.rungs: dict[str, float] = {}
        self.state = "finished"
        self.reason = ""

    def __call__(self, trace: Trace) -> bool:
        """Whether the trial ends here."""
        sweep = self._order.sweep
        misfit = misfit_of(trace.evaluations, self._units) if sweep.stop_misfits else ""
        if misfit:
            self.state, self.reason = "stopped", misfit
        elif self._is_behind(trace):
            self.state, self.reason = "pruned", f"behind earlier trials at evaluation {len(trace.evaluations)}"
        return self.state != "finished"

    def _is_behind(self, trace: Trace) -> bool:
        sweep, order = self._order.sweep, self._order
        if sweep.pruner == "none" or len(sweep.objectives) > 1:
            return False
        promises = [promise_of(found) for found in trace.evaluations]
        behind, self.rungs = is_behind(sweep, order.number, order.rivals, promises, self.rungs)
        return behind


def promise_of(found: Evaluation) -> float:
    """What a pruner compares, greater is better: the score, and the mean probability of the right answers.

    A score that counts right answers of few records hardly tells apart trials that have only begun, and the probability
    alone hardly those that are done (``benchmarks/early_signs.md``). Where the score is the loss, it is compared alone.
    """
    if found.score == -found.figures["validation/loss"]:
        return found.score
    probabilities = np.exp(-np.asarray(found.validation_losses, float))
    return found.score + float(np.nan_to_num(probabilities).mean())


def misfit_of(evaluations: Sequence[Evaluation], units: Sequence[int]) -> str:
    """Why training on is lost time: empty, or the sign that the held-out loss has risen beyond chance.

    The loss at the latest evaluation is held against its least, record by record, those of one unit together; a score
    that is still the best one speaks for going on.
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
    return f"{what}: the held-out loss rose by {rise.mean():.3f} since step {least.step}"


def is_behind(
    conf: SweepConf, number: int, rivals: Sequence[Result], promises: Sequence[float], rungs: dict[str, float]
) -> tuple[bool, dict[str, float]]:
    """What the pruner says of a trial: a function of its own scores and of those trials that it may be held against.

    Args:
        conf: Names the pruner.
        number: The trial's.
        rivals: The first trials of the search, as many as it may know.
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
    pruned = rival.state == "pruned" and rival.promises
    state = states.COMPLETE if kept else states.PRUNED if pruned else states.FAIL
    return trials.create_trial(
        state=state,
        value=rival.value if kept else rival.promises[-1] if pruned else None,
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
    if conf.pruner == "patience":
        return pruners.PatientPruner(None, patience=1)
    return pruners.MedianPruner(n_startup_trials=conf.startup_trials)
