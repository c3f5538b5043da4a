"""The hooks of the medical department: metrics, a gate, a look at the codes and a look at the answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from goodfit.hooks import hookimpl
from goodfit.hooks.types import Finding, GateSpec, Item, MetricSpec

HOOK_API = 1

CODING = "medical/coding"
WRITING = ("medical/notes", "medical/patient_message")


@hookimpl
def goodfit_register_metrics() -> Sequence[MetricSpec]:
    """Offer the metrics of a hospital; what each means stands in ``metrics.py``."""
    from goodfit_medical import metrics

    return [
        metrics.PROCEDURE_RECALL,
        metrics.RULED_OUT_CODED,
        metrics.PRESCRIPTIONS_EXACT,
        metrics.DOSES_SUPPORTED,
        metrics.DOSES_STATED,
        metrics.DOSES_READ,
        metrics.FIGURES_SUPPORTED,
        metrics.DRUGS_SUPPORTED,
        metrics.DRUGS_KEPT,
        metrics.NEGATION_KEPT,
        metrics.JARGON_SHARE,
    ]


@hookimpl
def goodfit_register_gates() -> Sequence[GateSpec]:
    """Offer the gate that a model has to pass before it writes about medicines."""
    from goodfit_medical import gates

    description = (
        "No answer states a dose, or how often it is taken, as its source does not, and enough answers state doses."
    )
    judge, metrics = gates.no_invented_doses, gates.READS
    return [GateSpec(name="medical.no_invented_doses", description=description, judge=judge, metrics=metrics)]


@hookimpl
def goodfit_check_data(task: str, splits: Mapping[str, Sequence[Mapping[str, Any]]]) -> Sequence[Finding]:
    """Warn of codes in medical/coding that the code list does not have."""
    from goodfit_medical import checks

    return checks.unknown_codes(splits) if task == CODING else []


@hookimpl
def goodfit_check_answers(task: str, items: Sequence[Item]) -> Sequence[Finding]:
    """Warn of wrong codes, invented doses, frequencies and drugs, and turned negations in this department's tasks."""
    from goodfit_medical import checks

    if task == CODING:
        return checks.ruled_out_coded(items)
    return checks.written_answers(items) if task in WRITING else []
