"""The hooks of the legal department: metrics, a gate, and a look at the answers."""

from collections.abc import Sequence

from goodfit.hooks import hookimpl
from goodfit.hooks.shares import share
from goodfit.hooks.types import Finding, GateSpec, Item, MetricSpec

HOOK_API = 1


@hookimpl
def goodfit_register_metrics() -> Sequence[MetricSpec]:
    """Offer the metrics of a contract lawyer; what each means stands in ``metrics.py``."""
    from goodfit_legal import metrics

    table = [
        ("risk_recall", "classification", "Risk clauses found, of all risk clauses", metrics.risk_recall),
        ("document_exact", "token_classification", "Documents with all terms right", metrics.document_exact),
        ("figures_exact", "question_answering", "Figures answered exactly, of all asked for", metrics.figures_exact),
        (
            "unanswerable_refused",
            "question_answering",
            "Questions left open, of those that the contract does not answer",
            metrics.unanswerable_refused,
        ),
    ]
    return [
        MetricSpec(
            name=f"legal.{name}",
            description=f"{description}; 0 to 1.",
            kinds=(kind,),
            greater_is_better=True,
            statistics=statistics,
            reduce=share,
        )
        for name, kind, description, statistics in table
    ]


@hookimpl
def goodfit_register_gates() -> Sequence[GateSpec]:
    """Offer the gate that a clause classifier has to pass before lawyers rely on it."""
    from goodfit_legal import gates

    description = f"Risk clauses are found with a recall of {gates.FOUND:.0%} or more, certainly."
    return [GateSpec(name="legal.risk_found", description=description, judge=gates.risk_found)]


@hookimpl
def goodfit_check_answers(task: str, items: Sequence[Item]) -> Sequence[Finding]:
    """Warn about invented figures and citations, and missed risk clauses, in this department's own tasks."""
    from goodfit_legal import checks

    if task == "legal/summary":
        return [*checks.invented_figures(items), *checks.invented_citations(items)]
    if task == "legal/clauses":
        return checks.missed_risk_clauses(items)
    return []
