"""The hooks of the legal department: data of its own, metrics, a gate, and a look at the answers."""

from collections.abc import Mapping, Sequence
from typing import Any

from goodfit.hooks import hookimpl
from goodfit.hooks.types import DataSourceSpec, Finding, GateSpec, Item, MetricSpec

HOOK_API = 1


@hookimpl
def goodfit_register_data_sources() -> Sequence[DataSourceSpec]:
    """Offer a department's own clauses, where its machines keep them."""
    from goodfit_legal import house

    return [house.CLAUSES]


@hookimpl
def goodfit_register_metrics() -> Sequence[MetricSpec]:
    """Offer the metrics of a contract lawyer; what each means stands in ``metrics.py``."""
    from goodfit_legal import metrics

    return [metrics.RISK_RECALL, metrics.DOCUMENT_EXACT, metrics.FIGURES_EXACT, metrics.UNANSWERABLE_REFUSED]


@hookimpl
def goodfit_register_gates() -> Sequence[GateSpec]:
    """Offer the gate that a clause classifier has to pass before lawyers rely on it."""
    from goodfit_legal import gates

    description = f"Risk clauses are found with a recall of {gates.FOUND:.0%} or more, certainly."
    metrics = (gates.METRIC,)
    return [GateSpec(name="legal.risk_found", description=description, judge=gates.risk_found, metrics=metrics)]


@hookimpl
def goodfit_check_data(task: str, splits: Mapping[str, Sequence[Mapping[str, Any]]]) -> Sequence[Finding]:
    """Warn where the data of legal/clauses have no label of a risk clause."""
    from goodfit_legal import checks

    return checks.unnamed_risks(splits) if task == "legal/clauses" else []


@hookimpl
def goodfit_check_answers(task: str, items: Sequence[Item]) -> Sequence[Finding]:
    """Warn about invented figures and citations, and missed risk clauses, in this department's own tasks."""
    from goodfit_legal import checks

    if task == "legal/summary":
        return [*checks.invented_figures(items), *checks.invented_citations(items)]
    if task == "legal/clauses":
        return checks.missed_risk_clauses(items)
    return []
