"""What a wrong answer costs a support desk, each a share: how often it happened, of how often it could have."""

from __future__ import annotations

from goodfit.hooks.shares import share_metric
from goodfit.hooks.types import Item
from goodfit_support.promises import unbacked

URGENT_INTENTS = frozenset({"fraud_report", "account_access", "billing_error"})
"""A missed one costs money or harms: a thief goes on shopping, a customer is shut out, a wrong debit bounces."""


def urgent_recall(item: Item) -> tuple[float, float]:
    """Urgent messages that get their own intent: only the right team can stop the damage.

    An urgent message that gets another urgent intent counts as missed, it waits in the wrong queue.
    """
    label = item.fields["label"]
    return (item.answer == label, 1) if label in URGENT_INTENTS else (0, 0)


URGENT_RECALL = share_metric(
    "support.urgent_recall",
    "Share of the fraud, account access and billing messages that are seen as such",
    ("classification",),
    urgent_recall,
)


def escalation_recall(item: Item) -> tuple[float, float]:
    """Negative messages that are recognised: the others are not called back, and leave."""
    return (item.answer == "negative", 1) if item.fields["label"] == "negative" else (0, 0)


ESCALATION_RECALL = share_metric(
    "support.escalation_recall",
    "Share of the negative messages that are recognised as negative",
    ("classification",),
    escalation_recall,
)


def false_alarm_rate(item: Item) -> tuple[float, float]:
    """Messages flagged as negative that are not: each takes the time of a senior agent."""
    return (item.answer == "negative", 1) if item.fields["label"] != "negative" else (0, 0)


FALSE_ALARM_RATE = share_metric(
    "support.false_alarm_rate",
    "Share of the neutral and positive messages that are flagged as negative",
    ("classification",),
    false_alarm_rate,
    greater_is_better=False,
    label="negative",
)


def promise_free(item: Item) -> tuple[float, float]:
    """Replies that promise nothing beyond the conversation's policy: the others are kept, or end in a quarrel."""
    return not unbacked(item.fields["messages"][:-1], item.answer), 1


PROMISE_FREE = share_metric(
    "support.promise_free",
    "Share of the replies that promise nothing beyond the policy",
    ("chat",),
    promise_free,
)
