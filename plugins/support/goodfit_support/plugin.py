"""The hooks of the support department."""

from collections.abc import Mapping, Sequence
from typing import Any

from goodfit.hooks import hookimpl
from goodfit.hooks.types import Finding, Item, MetricSpec
from goodfit_support import checks, metrics

HOOK_API = 1


@hookimpl
def goodfit_register_metrics() -> Sequence[MetricSpec]:
    """Offer what a support lead asks for beside accuracy and F1."""
    return [metrics.URGENT_RECALL, metrics.ESCALATION_RECALL, metrics.FALSE_ALARM_RATE, metrics.PROMISE_FREE]


@hookimpl
def goodfit_check_data(task: str, splits: Mapping[str, Sequence[Mapping[str, Any]]]) -> Sequence[Finding]:
    """Warn of contact details in the records of a support task."""
    return checks.contact_details(splits) if task == "support" or task.startswith("support/") else []


@hookimpl
def goodfit_check_answers(task: str, items: Sequence[Item]) -> Sequence[Finding]:
    """Warn of replies that promise what the conversation's policy does not grant."""
    return checks.promises(items) if task == "support/reply" else []
