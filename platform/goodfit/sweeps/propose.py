"""Which trial comes next: a function of space, seed, number and the results that may be known by then.

Nothing else is asked: neither the clock nor what happens to be finished. So a search that was killed, or that runs on
many machines, proposes the trials that it would have proposed undisturbed in one process.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from goodfit.config.space import Dimension
from goodfit.errors import ConfigError
from goodfit.schema.sweep import SweepConf
from goodfit.seeds import seed_of
from goodfit.sweeps.outcomes import Entry, Result

if TYPE_CHECKING:
    import optuna

ADAPTIVE = ("tpe", "gp", "cmaes")
"""Samplers that learn from results."""

RETRIES = 20
"""Proposals, each from another seed, before a trial that was already made is taken as the end of the space."""

MINIMISED = ("seconds", "steps", "trainable")
"""Objectives that are wanted small."""


def quiet_optuna() -> Any:
    """Optuna, which prints only what goes wrong."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


def directions(conf: SweepConf) -> list[str]:
    """Optuna's word for what is wanted of each objective."""
    return ["minimize" if name in MINIMISED else "maximize" for name in conf.objectives]


def grid_size(space: Sequence[Dimension]) -> int | None:
    """How many combinations there are; None where an interval has no end of them."""
    counts = [len(dimension.values) for dimension in space if dimension.values is not None]
    return math.prod(counts) if len(counts) == len(space) else None


def propose(
    space: Sequence[Dimension],
    conf: SweepConf,
    seed: int,
    earlier: Sequence[Entry],
    known: int,
    start: Mapping[str, Any] | None = None,
) -> dict[str, Any] | None:
    """The next trial's value in each dimension.

    Args:
        space: What trials differ in.
        conf: How the search goes on.
        seed: Of the search.
        earlier: All trials so far, in order.
        known: The results of so many of them may be used.
        start: The first trial's values, unless ``conf`` says otherwise.

    Returns:
        Key -> value; None when the space is exhausted.
    """
    number = len(earlier)
    if conf.sampler == "grid":
        return next(itertools.islice(_grid(space), number, None), None)
    start = start if conf.defaults_first else None
    if start and not number:
        return dict(start)
    taken = {words_with(space, entry.params) for entry in earlier}
    size = grid_size(space)
    if size is not None and len(taken) >= size:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Optuna's samplers warn of being new
        for attempt in range(RETRIES):
            found = _sampled(space, conf, seed, earlier, known, attempt, start)
            if words_with(space, found) not in taken:
                return found
    if size is None:
        return found
    return next(untried for untried in _grid(space) if words_with(space, untried) not in taken)


def words_with(space: Sequence[Dimension], params: Mapping[str, Any]) -> tuple[str, ...]:
    """The words of some values."""
    return tuple(dimension.word(params[dimension.key]) for dimension in space)


def _grid(space: Sequence[Dimension]) -> Iterator[dict[str, Any]]:
    """Every combination."""
    for values in itertools.product(*(one.values or () for one in space)):
        yield dict(zip((one.key for one in space), values, strict=True))


def distributions(space: Sequence[Dimension]) -> dict[str, optuna.distributions.BaseDistribution]:
    """The space in Optuna's terms."""
    optuna = quiet_optuna()
    made: dict[str, Any] = {}
    for one in space:
        if one.options:
            made[one.key] = optuna.distributions.CategoricalDistribution(one.options)
        elif one.whole:
            made[one.key] = optuna.distributions.IntDistribution(int(one.low), int(one.high), log=one.log)
        else:
            made[one.key] = optuna.distributions.FloatDistribution(one.low, one.high, log=one.log)
    return made


def _sampled(
    space: Sequence[Dimension],
    conf: SweepConf,
    seed: int,
    earlier: Sequence[Entry],
    count: int,
    attempt: int,
    start: Mapping[str, Any] | None,
) -> dict[str, Any]:
    optuna, axes, number, known = quiet_optuna(), distributions(space), len(earlier), earlier[:count]
    replayed = conf.sampler in ("cmaes", "qmc") and not attempt
    own_seed = seed % 2**32 if replayed else seed_of(seed, number, attempt)
    study = optuna.create_study(directions=directions(conf), sampler=_sampler(conf, own_seed, attempt))
    if not replayed:  # what these samplers know is in the trials
        study.add_trials([frozen(entry.params, axes, entry.result, conf) for entry in known])
        return dict(study.ask(axes).params)
    # these carry a state from one proposal to the next: all are made again, with the results that came in between
    if start:
        study.enqueue_trial(dict(start))
    asked: list[Any] = []
    told = 0
    for index in range(number + 1):
        while told < min(len(known), max(0, index - conf.ahead + 1)):
            # a double was replaced by settings that the sampler did not ask for: their result is not its own
            trained = words_with(space, asked[told].params) == words_with(space, known[told].params)
            _tell(study, asked[told], known[told].result if trained else None, conf)
            told += 1
        asked.append(study.ask(axes))
    return dict(asked[-1].params)


def _tell(study: Any, trial: Any, result: Result | None, conf: SweepConf) -> None:
    """Tell a trial's values; that it failed where it has none."""
    values = values_of(result, conf) if result else None
    study.tell(trial, values) if values else study.tell(trial, state=quiet_optuna().trial.TrialState.FAIL)


def _sampler(conf: SweepConf, seed: int, attempt: int) -> Any:
    samplers = quiet_optuna().samplers
    if attempt >= RETRIES // 2:  # what the sampler wants has been tried
        return samplers.RandomSampler(seed=seed)
    if conf.sampler == "tpe":
        return samplers.TPESampler(seed=seed, n_startup_trials=conf.startup_trials, constant_liar=False)
    if conf.sampler == "gp":
        return samplers.GPSampler(seed=seed, n_startup_trials=conf.startup_trials)
    if conf.sampler == "cmaes":
        return samplers.CmaEsSampler(seed=seed, warn_independent_sampling=False)
    if conf.sampler == "qmc":
        return samplers.QMCSampler(seed=seed, scramble=True, warn_independent_sampling=False)
    return samplers.RandomSampler(seed=seed)


def values_of(result: Result, conf: SweepConf) -> list[float] | None:
    """What a trial is worth for each objective; None where it came to no value."""
    if not result.is_judged or result.value is None:
        return None
    return [result.value if name == "quality" else float(result.costs[name]) for name in conf.objectives]


def frozen(params: Mapping[str, Any], axes: Mapping[str, Any], result: Result | None, conf: SweepConf) -> Any:
    """A recorded trial in Optuna's terms."""
    optuna = quiet_optuna()
    states = optuna.trial.TrialState
    values = judged = values_of(result, conf) if result else None
    state = states.COMPLETE if values else states.FAIL
    if result and result.state == "pruned" and result.reports and len(conf.objectives) == 1:
        state, values = states.PRUNED, [result.reports[-1]]
    return optuna.trial.create_trial(
        state=state,
        params=dict(params),
        distributions=dict(axes),
        values=values,
        intermediate_values=dict(enumerate(result.reports, 1)) if result else {},
        system_attrs=dict(result.rungs) if result else {},
        constraints=excess(result, conf) if judged else None,
    )


def excess(result: Result, conf: SweepConf) -> dict[str, float]:
    """By how much a trial misses each constraint; at most 0 where it keeps it."""
    found = {}
    for text in conf.constraints:
        name, sign, bound = read_constraint(text)
        found[text] = sign * (float(result.costs[name]) - bound)
    return found


MEASURED = (*MINIMISED, "memory_gb", "ms_per_record", "errors", "warnings")
"""What constraints can bound."""

ASKED = ("seconds", "ms_per_record")
"""What is measured in another way, or not at all, where no constraint bounds it."""


def read_constraint(text: str) -> tuple[str, int, float]:
    """``name<=bound`` or ``name>=bound`` -> name, the sign of what is too much, bound.

    Raises:
        ConfigError: It has another form, or names nothing that is measured.
    """
    for mark, sign in (("<=", 1), (">=", -1)):
        name, found, bound = text.partition(mark)
        if found and name.strip() in MEASURED:
            with contextlib.suppress(ValueError):
                if math.isfinite(limit := float(bound)):
                    return name.strip(), sign, limit
            break
    raise ConfigError(f"'{text}' is no constraint", f"write name<=number with a name of {', '.join(MEASURED)}")
