"""The metrics that a contract lawyer asks for, each a share made of two sums over records.

A statistics function gives one row per record, shape (items, 2), float64: what counts, and out of how much. ``share``
turns their sums into the metric, so that goodfit can draw intervals and paired tests from the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from goodfit.hooks.shares import share_rows
from goodfit.texts.figures import stated

if TYPE_CHECKING:
    import numpy as np

    from goodfit.hooks.types import Item

RISK_CLAUSES = frozenset({"indemnity", "limitation_of_liability", "termination"})
"""Clause types that move money or end the contract. To overlook one costs more than to read ten clauses in vain."""


def risk_recall(items: Sequence[Item]) -> np.ndarray:
    """Risk clauses that the model named rightly, of all risk clauses.

    A reviewer who sorts clauses by their labels never sees a risk clause that got another label, and nobody notices.
    A false alarm is read and dismissed. Hence recall, and only over ``RISK_CLAUSES``.

    Returns:
        Columns (found, risk clauses), shape (items, 2).
    """
    return share_rows(
        [(item.answer == item.fields["label"], 1) if item.fields["label"] in RISK_CLAUSES else (0, 0) for item in items]
    )


def document_exact(items: Sequence[Item]) -> np.ndarray:
    """Documents in which every term was found at its place, with nothing more and nothing less.

    A contract database is trusted by the record: one wrong date in five terms and somebody has to read the clause.
    A document without terms is exact when the answer is empty.

    Returns:
        Columns (exact, documents), shape (items, 2).
    """
    return share_rows([(_terms(item.answer) == _terms(item.fields["spans"]), 1) for item in items])


def figures_exact(items: Sequence[Item]) -> np.ndarray:
    """Questions whose right answer states a sum, period, date or other figure, and that got these figures.

    ``exact_match`` follows SQuAD and drops all signs: to it, ``GBP 1,000.00`` is ``GBP 100,000``.

    Returns:
        Columns (right, questions with figures in the answer), shape (items, 2).
    """
    rows = []
    for item in items:
        right = [figures for answer in item.fields["answers"] if (figures := stated(answer["text"]))]
        rows.append((stated(item.answer) in right, bool(right)))
    return share_rows(rows)


def unanswerable_refused(items: Sequence[Item]) -> np.ndarray:
    """Questions that the contract does not answer, and that the model left without an answer.

    A right passage beside the point is the dangerous answer: it looks like a quotation, and it is one. Nobody rereads
    the contract to learn that it is silent.

    Returns:
        Columns (refused, questions without an answer), shape (items, 2).
    """
    return share_rows([(not item.answer.strip(), 1) if not item.fields["answers"] else (0, 0) for item in items])


def _terms(spans: Sequence[dict[str, Any]]) -> set[tuple[int, int, str]]:
    return {(span["start"], span["end"], span["label"]) for span in spans}
