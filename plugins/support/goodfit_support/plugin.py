"""The hooks of the support department."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from goodfit.hooks import hookimpl
from goodfit.hooks.types import DataSourceSpec, Finding, Item, MetricSpec
from goodfit_support import checks, metrics

HOOK_API = 1

SOURCES = {
    "intent": ("classification", "Customer messages with what the customer wants, eight intents"),
    "sentiment": ("classification", "Customer messages with how the customer feels: negative, neutral or positive"),
    "reply": ("chat", "Conversations under the rules of a house, with the reply that keeps to them"),
    "faq": ("ranking", "Customers' questions, each with the help-centre answer to it"),
}


def files_of(task: str) -> dict[str, Path]:
    """Find the files of a task inside the package: split -> JSONL."""
    folder = Path(__file__).parent / "data" / task
    return {split: folder / f"{split}.jsonl" for split in ("train", "validation", "test")}


@hookimpl
def goodfit_register_data_sources() -> Sequence[DataSourceSpec]:
    """Offer the synthetic data of the four tasks."""
    return [
        DataSourceSpec(
            name=f"support.{task}",
            description=description,
            kind=kind,
            licence="Apache-2.0",
            origin=f"synthetic, written by plugins/support/generators/{task}.py",
            files=partial(files_of, task),
        )
        for task, (kind, description) in SOURCES.items()
    ]


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
            reduce=metrics.ratio,
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
