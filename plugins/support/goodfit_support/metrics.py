"""What a wrong answer costs a support desk, as ratios of two counts.

Every metric counts per message how often the event happened and how often it could have happened; ``ratio`` divides
the sums. The platform resamples the counts, which gives intervals and paired tests.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from goodfit_support.promises import unbacked

if TYPE_CHECKING:
    import numpy as np

    from goodfit.hooks.types import Item

URGENT_INTENTS = frozenset({"fraud_report", "account_access", "billing_error"})
"""A missed one costs money or harms: a thief goes on shopping, a customer is shut out, a wrong debit bounces."""


def urgent_counts(items: Sequence[Item]) -> np.ndarray:
    """Count urgent messages that get their own intent: only the right team can stop the damage.

    An urgent message that gets another urgent intent counts as missed, it waits in the wrong queue.

    Returns:
        Columns (recognised, urgent), shape (items, 2).
    """
    return _counts(
        items,
        event=lambda item: item.answer == item.fields["label"],
        among=lambda item: item.fields["label"] in URGENT_INTENTS,
    )


def escalation_counts(items: Sequence[Item]) -> np.ndarray:
    """Count negative messages that are recognised: the others are not called back, and leave.

    Returns:
        Columns (recognised, negative), shape (items, 2).
    """
    return _counts(
        items,
        event=lambda item: item.answer == "negative",
        among=lambda item: item.fields["label"] == "negative",
    )


def false_alarm_counts(items: Sequence[Item]) -> np.ndarray:
    """Count messages flagged as negative that are not: each takes the time of a senior agent.

    Returns:
        Columns (flagged, neutral or positive), shape (items, 2).
    """
    return _counts(
        items,
        event=lambda item: item.answer == "negative",
        among=lambda item: item.fields["label"] != "negative",
    )


def promise_free_counts(items: Sequence[Item]) -> np.ndarray:
    """Count replies that promise nothing beyond the conversation's policy: the others are kept, or end in a quarrel.

    Returns:
        Columns (free of such promises, replies), shape (items, 2).
    """
    return _counts(
        items,
        event=lambda item: not unbacked(item.fields["messages"][:-1], item.answer),
        among=lambda item: True,
    )


def _counts(items: Sequence[Item], event: Callable[[Item], bool], among: Callable[[Item], bool]) -> np.ndarray:
    import numpy as np

    rows = [(event(item) and among(item), among(item)) for item in items]
    return np.array(rows, dtype=np.float64).reshape(len(rows), 2)
