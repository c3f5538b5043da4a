"""The metrics that a finance department asks for, each a share made of two sums over records.

A statistics function gives one row per record, shape (items, 2), float64: what counts, and out of how much. ``share``
turns their sums into the metric, so that goodfit can draw intervals and paired tests from the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from goodfit.hooks.shares import share_rows
from goodfit_finance.amounts import is_numeric
from goodfit_finance.answers import is_right, is_same
from goodfit_finance.directions import Claim, claims, directions

if TYPE_CHECKING:
    import numpy as np

    from goodfit.hooks.types import Item


def document_exact(items: Sequence[Item]) -> np.ndarray:
    """Invoices of which every field was found at its place, with nothing more and nothing less.

    An invoice is booked by its record: one wrong date of seven fields, and somebody has to open the document.

    Returns:
        Columns (exact, invoices), shape (items, 2).
    """
    return share_rows([(_spans(item.answer) == _spans(item.fields["spans"]), 1) for item in items])


def fraud_recall(items: Sequence[Item]) -> np.ndarray:
    """Frauds that raise an alarm, under whichever name: an investigator who looks sees what it is.

    Returns:
        Columns (flagged, frauds), shape (items, 2).
    """
    return _found(items, lambda item: item.fields["label"] != "legitimate", lambda item: item.answer != "legitimate")


def fraud_false_alarms(items: Sequence[Item]) -> np.ndarray:
    """Legitimate cases that raise an alarm: each one stops a customer's payment.

    Returns:
        Columns (flagged, legitimate), shape (items, 2).
    """
    return _found(items, lambda item: item.fields["label"] == "legitimate", lambda item: item.answer != "legitimate")


def anomaly_recall(items: Sequence[Item]) -> np.ndarray:
    """Statements with an error that are not passed as consistent, whichever error is named.

    Returns:
        Columns (flagged, with an error), shape (items, 2).
    """
    return _found(items, lambda item: item.fields["label"] != "consistent", lambda item: item.answer != "consistent")


def anomaly_false_alarms(items: Sequence[Item]) -> np.ndarray:
    """Consistent statements that are said to have an error.

    Returns:
        Columns (flagged, consistent), shape (items, 2).
    """
    return _found(items, lambda item: item.fields["label"] == "consistent", lambda item: item.answer != "consistent")


def breach_recall(items: Sequence[Item]) -> np.ndarray:
    """Texts with a breach that are held back, for whichever breach: a text that is not is published.

    Returns:
        Columns (held back, with a breach), shape (items, 2).
    """
    return _found(items, lambda item: bool(item.fields["labels"]), lambda item: bool(item.answer))


def breach_false_alarms(items: Sequence[Item]) -> np.ndarray:
    """Texts without a breach that are held back.

    Returns:
        Columns (held back, without a breach), shape (items, 2).
    """
    return _found(items, lambda item: not item.fields["labels"], lambda item: bool(item.answer))


def direction_right(items: Sequence[Item]) -> np.ndarray:
    """Of the rises and falls that reports claim, those that their figures show.

    Returns:
        Columns (right, claimed), shape (items, 2).
    """
    rows = []
    for item in items:
        source = item.fields["source"]
        claimed = claims(item.answer, directions(source))
        rows.append((len(claimed) - len(wrong_directions(source, item.answer)), len(claimed)))
    return share_rows(rows)


def wrong_directions(source: str, report: str) -> list[Claim]:
    """What a report says rose, fell or stayed, and its figures say otherwise."""
    shown = directions(source)
    return [claim for claim in claims(report, shown) if shown[claim.measure] != claim.direction]


def numeric_exact(items: Sequence[Item]) -> np.ndarray:
    """Questions whose right answer is a number, and that got this number, with its sign, its scale and its per cent.

    The currency and the words around the number do not count: ``EUR 4.2 million`` and ``4.2 Million`` are equal, and
    ``4.2`` is not. Percentage points are no per cent.

    Returns:
        Columns (right, questions with a number as answer), shape (items, 2).
    """
    rows = []
    for item in items:
        right = [answer["text"] for answer in item.fields["answers"] if is_numeric(answer["text"])]
        rows.append((any(is_same(item.answer, text) for text in right), bool(right)))
    return share_rows(rows)


def answer_exact(items: Sequence[Item]) -> np.ndarray:
    """Questions that got the right answer: a number by its value, words as they are, nothing where nothing is said.

    ``exact_match`` follows SQuAD and drops all signs: to it, ``12.5 %`` is ``125`` and ``-5`` is ``5``.

    Returns:
        Columns (right, questions), shape (items, 2).
    """
    return share_rows(
        [(is_right(item.answer, [right["text"] for right in item.fields["answers"]]), 1) for item in items]
    )


def false_answers(items: Sequence[Item]) -> np.ndarray:
    """Questions that the report does not answer, and that got an answer all the same.

    Returns:
        Columns (answered, without an answer), shape (items, 2).
    """
    return _found(items, lambda item: not item.fields["answers"], lambda item: bool(item.answer.strip()))


def _found(items: Sequence[Item], among: Callable[[Item], bool], event: Callable[[Item], bool]) -> np.ndarray:
    """Rows (event, counted) that count the items of ``among`` only."""
    return share_rows([(among(item) and event(item), among(item)) for item in items])


def _spans(spans: Sequence[dict[str, Any]]) -> set[tuple[int, int, str]]:
    return {(span["start"], span["end"], span["label"]) for span in spans}
