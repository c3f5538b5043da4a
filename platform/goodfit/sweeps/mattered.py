"""Which settings mattered: those in which the better trials differ from all beyond chance."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from goodfit.sweeps.propose import quiet_optuna

LEAST_TRIALS = 8
"""Among fewer, even a setting that decides everything is hardly ever told from chance."""

BETTER_HALF = 0.5
"""The share of trials that PED-ANOVA compares with all. With Optuna's tenth these are two of sixteen, and a real
effect is hardly ever told from chance: in 3 % of searches, with half in 20 to 50 %."""

SHUFFLES = 100
"""How often values are dealt out; a hundred take half a second to one."""
LEVEL = 0.95


def importances(trials: Sequence[Any], settings: Sequence[str], highest_is_best: bool) -> dict[str, float]:
    """How many times as far the better half of the trials lies from all in a setting, as it does by chance.

    The distance is that of PED-ANOVA (Watanabe, Bansal and Hutter 2023, https://arxiv.org/abs/2304.10255), the Pearson
    divergence of a setting's values in the better trials from those in all. It is never zero, so the trials' values
    are dealt out at random, again and again: its mean then is what chance makes of it. A setting is returned if it has
    more than the highest of all settings has in 95 % of these (the max-T test of Westfall and Young 1993), so where no
    setting does anything, one is returned in about 5 % of searches.

    Args:
        trials: Optuna's, each with its values, of which the first counts.
        settings: The dimensions of the space.
        highest_is_best: Whether the first value is wanted large.

    Returns:
        Setting -> multiple of chance, the largest first; empty where none is shown to matter.
    """
    if len(trials) < LEAST_TRIALS:
        return {}
    losses = np.array([-trial.values[0] if highest_is_best else trial.values[0] for trial in trials])
    study, generator = _in_memory(trials), np.random.default_rng(0)
    real = _distances(study, settings, losses)
    chance = np.array([_distances(study, settings, generator.permutation(losses)) for _ in range(SHUFFLES)])
    usual = chance.mean(0)
    moving = usual > 0  # a setting with one value has no distance
    if not moving.any():
        return {}
    highest = (chance[:, moving] / usual[moving]).max(1)
    bound = float(np.quantile(highest, LEVEL, method="higher"))
    found = {name: real[place] / usual[place] for place, name in enumerate(settings) if moving[place]}
    shown = sorted(found.items(), key=lambda item: -item[1])
    return {name: round(float(times), 2) for name, times in shown if times > bound * (1 + 1e-9)}


def _in_memory(trials: Sequence[Any]) -> Any:
    """A study of its own, so that no shuffle reads a journal or asks a database."""
    optuna = quiet_optuna()
    study = optuna.create_study(directions=["minimize"] * len(trials[0].values))
    study.add_trials(trials)
    return study


def _distances(study: Any, settings: Sequence[str], losses: np.ndarray) -> np.ndarray:
    importance = quiet_optuna().importance
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that ``normalize`` is new, and that less of a target is better
        found = importance.get_param_importances(
            study,
            evaluator=importance.PedAnovaImportanceEvaluator(target_quantile=BETTER_HALF),
            params=list(settings),
            target=lambda trial: float(losses[trial.number]),
            normalize=False,
        )
    return np.array([found[name] for name in settings])


def what_mattered(record: Mapping[str, Any]) -> str:
    """The settings that mattered, in a reader's words."""
    found = record["importances"]
    if found:
        return ", ".join(f"{name} ({times:.1f} times chance)" for name, times in found.items())
    count = sum(trial["value"] is not None for trial in record["trials"])
    return f"no setting is shown to have mattered among {count} {'trial' if count == 1 else 'trials'} with a value"
