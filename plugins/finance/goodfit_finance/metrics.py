"""The metrics that a finance department asks for, each a share: what counts, out of how much, summed over records."""

from __future__ import annotations

from functools import partial

from goodfit.hooks.shares import share_metric
from goodfit.hooks.spans import spans_exact
from goodfit.hooks.types import Item
from goodfit_finance.amounts import is_numeric
from goodfit_finance.answers import is_right, is_same
from goodfit_finance.directions import Claim, claims, directions

DOCUMENT_EXACT = share_metric(
    "finance.document_exact", "Invoices with every field right; 0 to 1.", ("token_classification",), spans_exact
)
"""An invoice is booked by its record: one wrong date of seven fields, and somebody has to open the document."""


NO_FRAUD, NO_ERROR = "legitimate", "consistent"
"""The labels without an alarm, of finance/fraud and of finance/anomalies."""


def alarms(quiet: str, item: Item) -> tuple[float, float]:
    """Cases that raise an alarm, under whichever name, of those that should: an investigator who looks sees what it is.

    Args:
        quiet: The label without an alarm.
        item: A case.
    """
    return (item.answer != quiet, 1) if item.fields["label"] != quiet else (0, 0)


def false_alarms(quiet: str, item: Item) -> tuple[float, float]:
    """Cases that raise an alarm, of those without a cause: each one stops a payment, or is looked at in vain.

    Args:
        quiet: The label without an alarm.
        item: A case.
    """
    return (item.answer != quiet, 1) if item.fields["label"] == quiet else (0, 0)


FRAUD_RECALL = share_metric(
    "finance.fraud_recall",
    "Frauds that raise an alarm, of all frauds; 0 to 1.",
    ("classification",),
    partial(alarms, NO_FRAUD),
    label=NO_FRAUD,
)

FRAUD_FALSE_ALARMS = share_metric(
    "finance.fraud_false_alarms",
    "Legitimate cases that raise an alarm, of all legitimate ones; 0 to 1.",
    ("classification",),
    partial(false_alarms, NO_FRAUD),
    greater_is_better=False,
)

ANOMALY_RECALL = share_metric(
    "finance.anomaly_recall",
    "Statements with an error that are flagged, of all with an error; 0 to 1.",
    ("classification",),
    partial(alarms, NO_ERROR),
    label=NO_ERROR,
)

ANOMALY_FALSE_ALARMS = share_metric(
    "finance.anomaly_false_alarms",
    "Consistent statements that are flagged, of all consistent; 0 to 1.",
    ("classification",),
    partial(false_alarms, NO_ERROR),
    greater_is_better=False,
)


def breach_recall(item: Item) -> tuple[float, float]:
    """Texts with a breach that are held back, for whichever breach: a text that is not is published."""
    return (bool(item.answer), 1) if item.fields["labels"] else (0, 0)


BREACH_RECALL = share_metric(
    "finance.breach_recall",
    "Texts with a breach that are held back, of all with a breach; 0 to 1.",
    ("multilabel",),
    breach_recall,
)


def breach_false_alarms(item: Item) -> tuple[float, float]:
    """Texts without a breach that are held back."""
    return (bool(item.answer), 1) if not item.fields["labels"] else (0, 0)


BREACH_FALSE_ALARMS = share_metric(
    "finance.breach_false_alarms",
    "Texts without a breach that are held back, of all without; 0 to 1.",
    ("multilabel",),
    breach_false_alarms,
    greater_is_better=False,
)


def wrong_directions(source: str, report: str) -> list[Claim]:
    """What a report says rose, fell or stayed, and its figures say otherwise."""
    shown = directions(source)
    return [claim for claim in claims(report, shown) if shown[claim.measure] != claim.direction]


def direction_right(item: Item) -> tuple[float, float]:
    """Of the rises and falls that reports claim, those that their figures show."""
    source = item.fields["source"]
    claimed = len(claims(item.answer, directions(source)))
    return claimed - len(wrong_directions(source, item.answer)), claimed


DIRECTION_RIGHT = share_metric(
    "finance.direction_right",
    "Rises and falls in reports that their figures show; 0 to 1.",
    ("generation",),
    direction_right,
)


def numeric_exact(item: Item) -> tuple[float, float]:
    """Questions whose right answer is a number, and that got this number, with its sign, its scale and its per cent.

    The currency and the words around the number do not count: ``EUR 4.2 million`` and ``4.2 Million`` are equal, and
    ``4.2`` is not. Percentage points are no per cent.
    """
    right = [answer["text"] for answer in item.fields["answers"] if is_numeric(answer["text"])]
    return any(is_same(item.answer, text) for text in right), bool(right)


NUMERIC_EXACT = share_metric(
    "finance.numeric_exact",
    "Numbers answered exactly, of all that were asked for; 0 to 1.",
    ("question_answering",),
    numeric_exact,
)


def answer_exact(item: Item) -> tuple[float, float]:
    """Questions that got the right answer: a number by its value, words as they are, nothing where nothing is said.

    ``exact_match`` follows SQuAD and drops all signs: to it, ``12.5 %`` is ``125`` and ``-5`` is ``5``.
    """
    return is_right(item.answer, [right["text"] for right in item.fields["answers"]]), 1


ANSWER_EXACT = share_metric(
    "finance.answer_exact",
    "Questions with the right number, or the right words; 0 to 1.",
    ("question_answering",),
    answer_exact,
)


def false_answers(item: Item) -> tuple[float, float]:
    """Questions that the report does not answer, and that got an answer all the same."""
    return (bool(item.answer.strip()), 1) if not item.fields["answers"] else (0, 0)


FALSE_ANSWERS = share_metric(
    "finance.false_answers",
    "Questions without an answer that got one, of all without; 0 to 1.",
    ("question_answering",),
    false_answers,
    greater_is_better=False,
)
