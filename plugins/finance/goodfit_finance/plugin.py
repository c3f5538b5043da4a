"""The hooks of the finance department: metrics, and exact arithmetic beside the model's answers."""

from collections.abc import Mapping, Sequence
from typing import Any

from goodfit.hooks import hookimpl
from goodfit.hooks.types import Finding, Item, MetricSpec

HOOK_API = 1


@hookimpl
def goodfit_register_metrics() -> Sequence[MetricSpec]:
    """Offer the metrics of the department; what each means stands in ``metrics.py``."""
    from goodfit_finance import metrics

    return [
        metrics.DOCUMENT_EXACT,
        metrics.DIRECTION_RIGHT,
        metrics.FRAUD_RECALL,
        metrics.FRAUD_FALSE_ALARMS,
        metrics.ANOMALY_RECALL,
        metrics.ANOMALY_FALSE_ALARMS,
        metrics.BREACH_RECALL,
        metrics.BREACH_FALSE_ALARMS,
        metrics.ANSWER_EXACT,
        metrics.NUMERIC_EXACT,
        metrics.FALSE_ANSWERS,
    ]


@hookimpl
def goodfit_check_data(task: str, splits: Mapping[str, Sequence[Mapping[str, Any]]]) -> Sequence[Finding]:
    """Check the arithmetic of statements, invoices and reports, and the first digits of their amounts."""
    from goodfit_finance import checks

    judges = {
        "finance/invoice": checks.invoices_of_data,
        "finance/report": checks.reports_of_data,
        "finance/fraud": checks.cases_of_data,
        "finance/anomalies": checks.statements_of_data,
    }
    return judges[task](splits) if task in judges else []


@hookimpl
def goodfit_check_answers(task: str, items: Sequence[Item]) -> Sequence[Finding]:
    """Warn about missed frauds and breaches, wrong directions, invented answers, and sums that do not add up."""
    from goodfit_finance import checks

    judges = {
        "finance/invoice": checks.invoices_of_answers,
        "finance/report": checks.reports_of_answers,
        "finance/fraud": checks.missed_frauds,
        "finance/anomalies": checks.statements_of_answers,
        "finance/compliance": checks.missed_breaches,
        "finance/audit_qa": checks.invented_answers,
    }
    return judges[task](items) if task in judges else []
