"""The hooks of the medical department: metrics, a gate, a look at the codes and a look at the answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from goodfit.hooks import hookimpl
from goodfit.hooks.shares import share
from goodfit.hooks.types import Finding, GateSpec, Item, MetricSpec

HOOK_API = 1

CODING = "medical/coding"
WRITING = ("medical/notes", "medical/patient_message")


@hookimpl
def goodfit_register_metrics() -> Sequence[MetricSpec]:
    """Offer the metrics of a hospital; what each means stands in ``metrics.py``."""
    from goodfit_medical import metrics

    coding, entities, writing = "multilabel", "token_classification", "generation"
    table = [
        ("procedure_recall", coding, True, "Procedures coded, of all in the reference"),
        ("ruled_out_coded", coding, False, "Codes given for mentions that are denied, planned or of somebody else"),
        ("prescriptions_exact", entities, True, "Documents with every drug and dose found exactly"),
        ("doses_supported", writing, True, "Doses in the answers that stand in their sources"),
        ("doses_stated", writing, True, "Answers that state a dose"),
        ("doses_read", writing, True, "Quantities in the answers that can be read with certainty, or stand in sources"),
        ("figures_supported", writing, True, "Figures in the answers that their sources have, tds read as three"),
        ("drugs_supported", writing, True, "Drugs in the answers that their sources name"),
        ("drugs_kept", writing, True, "Drugs of the references that the answers name"),
        ("negation_kept", writing, True, "Problems denied in the references that the answers deny"),
        ("jargon_share", writing, False, "Clinical terms of the sources that remain in the answers"),
    ]
    return [
        MetricSpec(
            name=f"medical.{name}",
            description=f"{description}; 0 to 1.",
            kinds=(kind,),
            greater_is_better=greater_is_better,
            statistics=getattr(metrics, name),
            reduce=share,
        )
        for name, kind, greater_is_better, description in table
    ]


@hookimpl
def goodfit_register_gates() -> Sequence[GateSpec]:
    """Offer the gate that a model has to pass before it writes about medicines."""
    from goodfit_medical import gates

    description = "No answer states a dose that its source does not have, and some answers state doses."
    return [GateSpec(name="medical.no_invented_doses", description=description, judge=gates.no_invented_doses)]


@hookimpl
def goodfit_check_data(task: str, splits: Mapping[str, Sequence[Mapping[str, Any]]]) -> Sequence[Finding]:
    """Warn of codes in medical/coding that the code list does not have."""
    from goodfit_medical import checks

    return checks.unknown_codes(splits) if task == CODING else []


@hookimpl
def goodfit_check_answers(task: str, items: Sequence[Item]) -> Sequence[Finding]:
    """Warn of wrongly coded mentions, invented doses and drugs, and turned negations in this department's tasks."""
    from goodfit_medical import checks

    if task == CODING:
        return checks.ruled_out_coded(items)
    return checks.written_answers(items) if task in WRITING else []
