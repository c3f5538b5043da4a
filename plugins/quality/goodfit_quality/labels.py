"""Answers that are probably wrong: what a small encoder learns from the other records speaks against them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from goodfit.hooks.types import DataFacts, Finding, RecordView
from goodfit_quality.report import about
from goodfit_quality.states import states

KINDS = ("classification", "generation", "chat", "ranking")
FOLDS = 5
FAR_AWAY = 0.25
"""Share of all answers that are nearer to an input than its own, from which its own is probably another record's."""
LEAST_RECORDS = 40
LEAST_RIGHT = 0.6
"""Share of the records that the small classifier has to get right before it may doubt a label."""
LEAD = 0.5
"""How much more probable than the given label another one has to be. On banking77 with 5 % of the labels turned round,
78 % of those named were wrong ones, without it 50 %; benchmarks/label_noise.py."""


def labels(facts: DataFacts) -> list[Finding]:
    """One finding with the training records whose answer is probably wrong, the most certain first in the evidence."""
    train = facts.splits["train"]
    if len(train) < LEAST_RECORDS:
        return []
    if facts.kind == "classification":
        ranked = doubtful_labels(train, facts.seed)
        message = "training records probably have a wrong label"
    else:
        ranked = strange_answers(train)
        message = "training records have an answer that fits others better"
    chosen = set(ranked)
    rows = [record.id for index, record in enumerate(train) if index in chosen]
    worst = [train[index].id for index in ranked[:20]]
    mend = "look at them; quality.fix=drop quality.fixes=[quality.wrong_answer] leaves them out"
    return about("wrong_answer", message, rows, len(train), mend, most_certain=worst)


def doubtful_labels(train: Sequence[RecordView], seed: int) -> list[int]:
    """Indices of records with a label that confident learning takes for wrong, the most certain first.

    Northcutt, Jiang and Chuang 2021, https://arxiv.org/abs/1911.00068, on out-of-fold probabilities of a logistic
    regression over frozen states.
    """
    from cleanlab.filter import find_label_issues

    names = [record.answer for record in train]
    counts = Counter(names)
    kept = [index for index, name in enumerate(names) if counts[name] >= 2]  # one of its kind: no fold can know it
    known = sorted({names[index] for index in kept})
    if len(known) < 2:
        return []
    given = np.array([known.index(names[index]) for index in kept])
    probabilities = out_of_fold(states(tuple(train[index].text for index in kept)), given, seed)
    best = probabilities.argmax(1)
    if (best == given).mean() < LEAST_RIGHT:
        return []
    places = np.arange(len(given))
    ahead = probabilities[places, best] - probabilities[places, given] >= LEAD
    found = find_label_issues(given, probabilities, return_indices_ranked_by="self_confidence", n_jobs=1)
    return [kept[index] for index in found if ahead[index]]


def out_of_fold(vectors: np.ndarray, given: np.ndarray, seed: int) -> np.ndarray:
    """The probability of each label for each record, from records of other folds: (records, labels)."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    folds = StratifiedKFold(min(FOLDS, int(np.bincount(given).min())), shuffle=True, random_state=seed)
    model = LogisticRegression(C=10.0, max_iter=400)
    return cross_val_predict(model, vectors, given, cv=folds, method="predict_proba")  # type: ignore[no-any-return]


def strange_answers(train: Sequence[RecordView]) -> list[int]:
    """Indices of records whose input has many answers of other records nearer than its own, the strangest first."""
    inputs = states(tuple(record.text for record in train))
    written = states(tuple(record.answer for record in train))
    near = inputs @ written.T
    own = np.diagonal(near)
    nearer = (near > own[:, None]).mean(1)
    # an answer that is itself odd is far from every input: what counts is that another one fits this input
    strange = np.flatnonzero((nearer > FAR_AWAY) & (own < np.quantile(own, FAR_AWAY)))
    return [int(index) for index in strange[np.argsort(-nearer[strange])]]
