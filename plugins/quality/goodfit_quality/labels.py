"""Answers that are probably wrong: what a small encoder learns from the other records speaks against them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from goodfit.hooks.findings import MOST_IDS
from goodfit.hooks.types import DataFacts, Finding, RecordView
from goodfit_quality.doubts import CannotTell, doubtful_labels, doubtful_spans
from goodfit_quality.report import about
from goodfit_quality.states import states

FAR_AWAY = 0.25
"""Share of all answers that are nearer to an input than its own, from which its own is probably another record's."""
MOST_STRANGE = 0.1
"""Share of strange answers from which it is the encoder that does not know which answer fits which input. Two of nine
tasks of ``benchmarks/planted_faults.py`` are beyond it; of 184 records that were named there 10 had a wrong answer."""
LEAST_RECORDS = 40


def strange_answers(train: Sequence[RecordView], seed: int) -> list[int]:
    """Indices of records whose input has many answers of other records nearer than its own, the strangest first.

    Nothing is drawn: ``seed`` is there as in every search.

    Raises:
        CannotTell: More than ``MOST_STRANGE`` seem strange.
    """
    inputs = states(tuple(record.text for record in train))
    written = states(tuple(record.answer for record in train))
    near = inputs @ written.T
    own = np.diagonal(near)
    nearer = (near > own[:, None]).mean(1)
    # an answer that is itself odd is far from every input: what counts is that another one fits this input
    strange = np.flatnonzero((nearer > FAR_AWAY) & (own < np.quantile(own, FAR_AWAY)))
    share = len(strange) / len(train)
    if share > MOST_STRANGE:
        raise CannotTell(
            f"{share:.0%} of the answers seem strange to a small encoder, and {MOST_STRANGE:.0%} is the most"
        )
    return [int(index) for index in strange[np.argsort(-nearer[strange])]]


Search = Callable[[Sequence[RecordView], int], list[int]]
"""Training records and a seed -> the indices of those with a doubtful answer, the most certain first."""

SEARCHES: Mapping[str, tuple[Search, str]] = {
    "classification": (doubtful_labels, "training records probably have a wrong label"),
    "token_classification": (doubtful_spans, "training records probably have a wrong span, or lack one"),
    **dict.fromkeys(
        ("generation", "chat", "ranking"),
        (strange_answers, "training records have an answer that fits others better"),
    ),
}
"""Kind -> how its doubtful answers are found, and what they are."""


def labels(facts: DataFacts) -> list[Finding]:
    """One finding with the training records whose answer is probably wrong, the most certain first in the evidence.

    Or one that says why none was looked for: silence would read as praise.
    """
    train = facts.splits["train"]
    search, message = SEARCHES[facts.kind]
    try:
        if len(train) < LEAST_RECORDS:
            raise CannotTell(f"{len(train)} training records, and {LEAST_RECORDS} are needed")
        ranked = search(train, facts.seed)
    except CannotTell as why:
        return [
            Finding(
                severity="info",
                code="quality.answers_unseen",
                message=f"wrong answers were not looked for: {why}",
                mend="read a sample of the answers yourself",
            )
        ]
    chosen = set(ranked)
    rows = [record.id for index, record in enumerate(train) if index in chosen]
    worst = [train[index].id for index in ranked[:MOST_IDS]]
    mend = "look at them, and mend those that are wrong"
    return about("wrong_answer", message, rows, len(train), mend, most_certain=worst)
