"""How many more examples would help: a learning curve of a small classifier, drawn out to twice the data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from goodfit.hooks.types import DataFacts, Finding
from goodfit_quality.states import small_classifier, states

SHARES = (0.125, 0.25, 0.5, 1.0)
DRAWS = 3
"""Samples of each size: one alone tells too little."""
LEAST_RECORDS = 80
LEAST_SIZES = 3
"""A curve through fewer sizes is none."""

STEADY = 0.005
"""A gain from twice the data below which more data hardly helps."""

RESAMPLES = 400
"""Of the held-out records and of the samples, for the interval of the gain."""


def curve(facts: DataFacts) -> list[Finding]:
    """One finding: the error on held-out records by the number of training records, and what twice as many would give.

    A power law of the error: Hestness et al. 2017, https://arxiv.org/abs/1712.00409. The interval of the gain is that
    of a bootstrap of the held-out records, the same ones for all sizes, and of the samples of each size. Whether more
    records help is said only where all of the interval is on one side of STEADY. The law also has to promise no more
    than the last doubling took off: an error that comes near its floor falls less with each doubling.
    """
    train, held_out = facts.splits["train"], [*facts.splits["validation"], *facts.splits["test"]]
    known = set(Counter(record.answer for record in train))
    held_out = [record for record in held_out if record.answer in known]
    sizes = sorted({max(len(known), int(share * len(train))) for share in SHARES})  # with many labels some are the same
    if len(train) < LEAST_RECORDS or len(held_out) < LEAST_RECORDS // 2 or len(sizes) < LEAST_SIZES:
        return []
    vectors, asked = states(tuple(record.text for record in train)), states(tuple(r.text for r in held_out))
    given, right = np.array([r.answer for r in train]), np.array([r.answer for r in held_out])
    wrong = {size: _wrong(vectors, given, asked, right, size, facts.seed) for size in sizes}
    wrong = {size: samples for size, samples in wrong.items() if len(samples)}
    if len(wrong) < LEAST_SIZES or sizes[-2] not in wrong:
        return []
    errors = {size: float(samples.mean()) for size, samples in wrong.items()}
    slope, gain = _law(np.array([list(errors.values())]), list(wrong), len(held_out))
    _, drawn = _law(_resampled(list(wrong.values()), facts.seed), list(wrong), len(held_out))
    before, full = list(errors.values())[-2:]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return [_finding(errors, float(slope[0]), float(gain[0]), (float(low), float(high)), before - full)]


def _finding(
    errors: Mapping[int, float], slope: float, gain: float, interval: tuple[float, float], last: float
) -> Finding:
    """What to say.

    Args:
        errors: Size -> mean error.
        slope: Of the law.
        gain: Of twice the records, by the law.
        interval: Of the gain, 95 %.
        last: What the last doubling took off.
    """
    low, high = interval
    full = list(errors.values())[-1]
    twice, between = "twice the training records", f"{_points(low)} to {_points(high)} points, 95 % interval"
    if low >= STEADY and last >= gain:
        told, mend = f"{twice} would take off about {_points(gain)} points ({between})", "label more records"
    elif high < STEADY:
        told = f"{twice} would hardly change that ({between})"
        mend = "better labels or another model do more than more records"
    else:
        told = (
            f"what {twice} would take off cannot be told: by all sizes {between}, and the last doubling "
            f"took off {_points(last)}"
        )
        mend = "hold out more records to know, or label some more and look again"
    return Finding(
        severity="info",
        code="quality.curve",
        message=f"a small classifier has {full:.1%} errors on held-out records; {told}",
        figure=gain,
        evidence={
            "errors": {str(size): round(error, 4) for size, error in errors.items()},
            "slope": round(slope, 3),
            "with_twice_as_many": round(max(0.0, full - gain), 4),
            "low": round(low, 4) + 0.0,  # no -0.0
            "high": round(high, 4) + 0.0,
            "last_doubling": round(last, 4) + 0.0,
        },
        mend=mend,
    )


def _points(share: float) -> str:
    return f"{round(100 * share, 1) + 0.0:.1f}"


def _law(errors: np.ndarray, sizes: Sequence[int], records: int) -> tuple[np.ndarray, np.ndarray]:
    """Power laws through errors.

    Args:
        errors: Shape (curves, sizes).
        sizes: Of training, in order.
        records: Those that are held out: where no answer is wrong, half a one is taken as wrong, as a logarithm asks.

    Returns:
        The slopes, and what twice the last size takes off, each of shape (curves,).
    """
    across, up = np.log(sizes), np.log((errors * records + 0.5) / (records + 1))
    middle = across - across.mean()
    slope = up @ middle / (middle @ middle)
    last = np.exp(up.mean(1) + slope * middle[-1])
    return slope, last * (1 - 2.0**slope)


def _resampled(wrong: Sequence[np.ndarray], seed: int) -> np.ndarray:
    """Mean errors of each size, shape (resamples, sizes).

    Of k samples of a size k - 1 are drawn, with replacement: so their mean varies as that of k samples does. The
    whole has one, of which nothing can be drawn.

    Args:
        wrong: Of each size, shape (samples, records).
        seed: Of the run.
    """
    chance, records = np.random.default_rng([seed, 0]), wrong[0].shape[1]
    counts = chance.multinomial(records, np.full(records, 1 / records), RESAMPLES) / records
    errors = []
    for samples in wrong:
        count = len(samples)
        drawn = max(1, count - 1)
        weights = chance.multinomial(drawn, np.full(count, 1 / count), RESAMPLES) / drawn
        errors.append((weights @ samples * counts).sum(1))
    return np.stack(errors, 1)


def _wrong(
    vectors: np.ndarray, given: np.ndarray, asked: np.ndarray, right: np.ndarray, size: int, seed: int
) -> np.ndarray:
    """Which held-out answers are wrong, by classifiers that learnt from samples of this size.

    Returns:
        Shape (samples, records), without the samples that have one answer only.
    """
    chance = np.random.default_rng([seed, size])
    wrong = []
    for _ in range(DRAWS if size < len(given) else 1):
        sample = chance.permutation(len(given))[:size]
        if len(set(given[sample])) < 2:
            continue
        model = small_classifier().fit(vectors[sample], given[sample])
        wrong.append(model.predict(asked) != right)
    return np.array(wrong)
