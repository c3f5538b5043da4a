"""The hooks of the support department."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from goodfit.hooks import hookimpl
from goodfit.hooks.types import DataSourceSpec, Finding, MetricSpec
from goodfit_support import checks, metrics

HOOK_API = 1


def files_of(task: str) -> dict[str, Path]:
    """Find the files of a task inside the package: split -> JSONL."""
    folder = Path(__file__).parent / "data" / task
    return {split: folder / f"{split}.jsonl" for split in ("train", "validation", "test")}


@hookimpl
def goodfit_register_data_sources() -> Sequence[DataSourceSpec]:
    """Offer the messages of both tasks."""
    return [
        DataSourceSpec(
            name="support.intent",
            description="Customer messages with what the customer wants, eight intents",
            kind="classification",
            licence="Apache-2.0",
            origin="synthetic",
            files=lambda: files_of("intent"),
        ),
        DataSourceSpec(
            name="support.sentiment",
            description="Customer messages with how the customer feels: negative, neutral or positive",
            kind="classification",
            licence="Apache-2.0",
            origin="synthetic",
            files=lambda: files_of("sentiment"),
        ),
    ]


@hookimpl
def goodfit_register_metrics() -> Sequence[MetricSpec]:
    """Offer what a support lead asks for beside accuracy and F1."""
    return [
        MetricSpec(
            name="support.urgent_recall",
            description="Share of the fraud, account access and billing messages that are recognised as such",
            kinds=("classification",),
            greater_is_better=True,
            statistics=metrics.urgent_counts,
            reduce=metrics.ratio,
        ),
        MetricSpec(
            name="support.escalation_recall",
            description="Share of the negative messages that are recognised as negative",
            kinds=("classification",),
            greater_is_better=True,
            statistics=metrics.escalation_counts,
            reduce=metrics.ratio,
        ),
        MetricSpec(
            name="support.false_alarm_rate",
            description="Share of the neutral and positive messages that are flagged as negative",
            kinds=("classification",),
            greater_is_better=False,
            statistics=metrics.false_alarm_counts,
            reduce=metrics.ratio,
        ),
    ]


@hookimpl
def goodfit_check_data(task: str, splits: Mapping[str, Sequence[Mapping[str, Any]]]) -> Sequence[Finding]:
    """Warn of contact details in the messages of a support task."""
    return checks.contact_details(splits) if task == "support" or task.startswith("support/") else []
