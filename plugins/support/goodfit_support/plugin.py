"""The hooks of the support department."""

from collections.abc import Mapping, Sequence
from typing import Any

from goodfit.hooks import hookimpl
from goodfit.hooks.shares import share
from goodfit.hooks.types import Finding, Item, MetricSpec
from goodfit_support import checks, metrics

HOOK_API = 1


@hookimpl
def goodfit_register_metrics() -> Sequence[MetricSpec]:
    """Offer what a support lead asks for beside accuracy and F1."""
    table = [
        ("urgent_recall", "fraud, account access and billing messages that are seen as such", metrics.urgent_counts),
        ("escalation_recall", "negative messages that are recognised as negative", metrics.escalation_counts),
        ("false_alarm_rate", "neutral and positive messages that are flagged as negative", metrics.false_alarm_counts),
        ("promise_free", "replies that promise nothing beyond the policy", metrics.promise_free_counts),
    ]
    return [
        MetricSpec(
            name=f"support.{name}",
            description=f"Share of the {words}",
            kinds=("chat",) if name == "promise_free" else ("classification",),
            greater_is_better=name != "false_alarm_rate",
            statistics=statistics,
            reduce=share,
        )
        for name, words, statistics in table
    ]


@hookimpl
def goodfit_check_data(task: str, splits: Mapping[str, Sequence[Mapping[str, Any]]]) -> Sequence[Finding]:
    """Warn of contact details in the records of a support task."""
    return checks.contact_details(splits) if task == "support" or task.startswith("support/") else []


@hookimpl
def goodfit_check_answers(task: str, items: Sequence[Item]) -> Sequence[Finding]:
    """Warn of replies that promise what the conversation's policy does not grant."""
    return checks.promises(items) if task == "support/reply" else []
