"""The metrics that a contract lawyer asks for, each a share: what counts, out of how much, summed over records."""

from __future__ import annotations

from goodfit.hooks.shares import share_metric
from goodfit.hooks.spans import spans_exact
from goodfit.hooks.types import Item
from goodfit.texts.figures import stated

RISK_CLAUSES = frozenset({"indemnity", "limitation_of_liability", "termination"})
"""Clause types that move money or end the contract. To overlook one costs more than to read ten clauses in vain."""


def risk_recall(item: Item) -> tuple[float, float]:
    """Risk clauses that the model named rightly, of all risk clauses.

    A reviewer who sorts clauses by their labels never sees a risk clause that got another label, and nobody notices.
    A false alarm is read and dismissed. Hence recall, and only over ``RISK_CLAUSES``.
    """
    label = item.fields["label"]
    return (item.answer == label, 1) if label in RISK_CLAUSES else (0, 0)


RISK_RECALL = share_metric(
    "legal.risk_recall",
    f"Risk clauses found, of all that are labelled {', '.join(sorted(RISK_CLAUSES))}; 0 to 1.",
    ("classification",),
    risk_recall,
)


DOCUMENT_EXACT = share_metric(
    "legal.document_exact", "Documents with all terms right; 0 to 1.", ("token_classification",), spans_exact
)
"""A contract database is trusted by the record: one wrong date in five terms and somebody has to read the clause."""


def figures_exact(item: Item) -> tuple[float, float]:
    """Questions whose right answer states a sum, period, date or other figure, and that got these figures.

    ``exact_match`` follows SQuAD and drops all signs: to it, ``GBP 1,000.00`` is ``GBP 100,000``.
    """
    right = [figures for answer in item.fields["answers"] if (figures := stated(answer["text"]))]
    return stated(item.answer) in right, bool(right)


FIGURES_EXACT = share_metric(
    "legal.figures_exact", "Figures answered exactly, of all asked for; 0 to 1.", ("question_answering",), figures_exact
)


def unanswerable_refused(item: Item) -> tuple[float, float]:
    """Questions that the contract does not answer, and that the model left without an answer.

    A right passage beside the point is the dangerous answer: it looks like a quotation, and it is one. Nobody rereads
    the contract to learn that it is silent.
    """
    return (not item.answer.strip(), 1) if not item.fields["answers"] else (0, 0)


UNANSWERABLE_REFUSED = share_metric(
    "legal.unanswerable_refused",
    "Questions left open, of those that the contract does not answer; 0 to 1.",
    ("question_answering",),
    unanswerable_refused,
)
