"""The hooks of the finance department: metrics, and exact arithmetic beside the model's answers."""

from collections.abc import Mapping, Sequence
from typing import Any

from goodfit.hooks import hookimpl
from goodfit.hooks.shares import share
from goodfit.hooks.types import Finding, Item, MetricSpec

HOOK_API = 1


@hookimpl
def goodfit_register_metrics() -> Sequence[MetricSpec]:
    """Offer the metrics of the department; what each means stands in ``metrics.py``."""
    from goodfit_finance import metrics

    table = [
        (metrics.document_exact, "token_classification", True, "Invoices with every field right"),
        (metrics.direction_right, "generation", True, "Rises and falls in reports that their figures show"),
        (metrics.fraud_recall, "classification", True, "Frauds that raise an alarm, of all frauds"),
        (
            metrics.fraud_false_alarms,
            "classification",
            False,
            "Legitimate cases that raise an alarm, of all legitimate ones",
        ),
        (
            metrics.anomaly_recall,
            "classification",
            True,
            "Statements with an error that are flagged, of all with an error",
        ),
        (
            metrics.anomaly_false_alarms,
            "classification",
            False,
            "Consistent statements that are flagged, of all consistent",
        ),
        (metrics.breach_recall, "multilabel", True, "Texts with a breach that are held back, of all with a breach"),
        (metrics.breach_false_alarms, "multilabel", False, "Texts without a breach that are held back, of all without"),
        (metrics.answer_exact, "question_answering", True, "Questions with the right number, or the right words"),
        (metrics.numeric_exact, "question_answering", True, "Numbers answered exactly, of all that were asked for"),
        (
            metrics.false_answers,
            "question_answering",
            False,
            "Questions without an answer that got one, of all without",
        ),
    ]
    return [
        MetricSpec(
            name=f"finance.{statistics.__name__}",
            description=f"{description}; 0 to 1.",
            kinds=(kind,),
            greater_is_better=greater_is_better,
            statistics=statistics,
            reduce=share,
        )
        for statistics, kind, greater_is_better, description in table
    ]


@hookimpl
def goodfit_check_data(task: str, splits: Mapping[str, Sequence[Mapping[str, Any]]]) -> Sequence[Finding]:
    """Check the arithmetic of statements, invoices and reports, and the first digits of their amounts."""
    from goodfit_finance import checks

    judges = {
        "finance/invoice": checks.invoices_of_data,
        "finance/report": checks.reports_of_data,
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
