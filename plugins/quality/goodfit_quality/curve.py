"""How many more examples would help: a learning curve of a small classifier, drawn out to twice the data."""

from __future__ import annotations

from collections import Counter

import numpy as np

from goodfit.hooks.types import DataFacts, Finding
from goodfit_quality.states import states

SHARES = (0.125, 0.25, 0.5, 1.0)
DRAWS = 3
"""Samples of each size: one alone tells too little."""
LEAST_RECORDS = 80
LEAST_SIZES = 3
"""A curve through fewer sizes is none."""

STEADY = 0.005
"""A gain from twice the data below which more data hardly helps."""


def curve(facts: DataFacts) -> list[Finding]:
    """One finding: the error on held-out records by the number of training records, and what twice as many would give.

    A power law of the error: Hestness et al. 2017, https://arxiv.org/abs/1712.00409.
    """
    train, held_out = facts.splits["train"], [*facts.splits["validation"], *facts.splits["test"]]
    known = set(Counter(record.answer for record in train))
    held_out = [record for record in held_out if record.answer in known]
    sizes = sorted({max(len(known), int(share * len(train))) for share in SHARES})  # with many labels some are the same
    if len(train) < LEAST_RECORDS or len(held_out) < LEAST_RECORDS // 2 or len(sizes) < LEAST_SIZES:
        return []
    vectors, asked = states(tuple(record.text for record in train)), states(tuple(r.text for r in held_out))
    given, right = np.array([r.answer for r in train]), np.array([r.answer for r in held_out])
    errors = np.array([_error(vectors, given, asked, right, size, facts.seed) for size in sizes])
    drawn = np.isfinite(errors)
    if drawn.sum() < LEAST_SIZES:
        return []
    slope, level = np.polyfit(np.log(sizes)[drawn], np.log(np.maximum(errors[drawn], 1e-4)), 1)
    expected = float(np.exp(level + slope * np.log(2 * len(train))))
    fitted = float(np.exp(level + slope * np.log(len(train))))
    gain = max(0.0, fitted - expected)
    helps = gain >= STEADY
    points = {
        str(size): round(float(error), 4) for size, error in zip(sizes, errors, strict=True) if np.isfinite(error)
    }
    return [
        Finding(
            severity="info",
            code="quality.curve",
            message=f"a small classifier has {errors[-1]:.1%} errors on held-out records; twice the training records "
            + (f"would take off about {100 * gain:.1f} points" if helps else "would hardly change that"),
            figure=gain,
            evidence={"errors": points, "slope": round(float(slope), 3), "with_twice_as_many": round(expected, 4)},
            mend="label more records" if helps else "better labels or another model do more than more records",
        )
    ]


def _error(vectors: np.ndarray, given: np.ndarray, asked: np.ndarray, right: np.ndarray, size: int, seed: int) -> float:
    """The mean error of classifiers that learnt from samples of this size; nan where none had two answers."""
    from sklearn.linear_model import LogisticRegression

    chance = np.random.default_rng([seed, size])
    errors = []
    for _ in range(DRAWS if size < len(given) else 1):
        sample = chance.permutation(len(given))[:size]
        if len(set(given[sample])) < 2:
            continue
        model = LogisticRegression(C=10.0, max_iter=400).fit(vectors[sample], given[sample])
        errors.append(float((model.predict(asked) != right).mean()))
    return float(np.mean(errors)) if errors else float("nan")
