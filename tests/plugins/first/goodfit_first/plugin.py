"""Every hook of API 1, each used as its documentation said then."""

from pathlib import Path

import numpy as np

from goodfit.hooks import hookimpl
from goodfit.hooks.types import DataSourceSpec, Finding, GateSpec, MetricSpec, ModelSpec, Verdict

HOOK_API = 1
HERE = Path(__file__).parent


def _files():
    return {split: HERE / "data" / "moods" / f"{split}.jsonl" for split in ("train", "validation", "test")}


@hookimpl
def goodfit_register_data_sources():
    """Offer data by a hook."""
    source = DataSourceSpec(
        name="first.moods",
        description="Reviews with their mood",
        kind="classification",
        licence="Apache-2.0",
        origin="synthetic",
        files=_files,
    )
    return [source]


def _statistics(items):
    return np.array([[item.answer == item.fields["label"], 1.0] for item in items])


def _reduce(sums):
    return sums[..., 0] / sums[..., 1]


@hookimpl
def goodfit_register_metrics():
    """Offer a metric."""
    metric = MetricSpec(
        name="first.right",
        description="Share of right answers",
        kinds=("classification",),
        greater_is_better=True,
        statistics=_statistics,
        reduce=_reduce,
    )
    return [metric]


def _folder():
    return HERE


@hookimpl
def goodfit_register_models():
    """Offer a model; nothing loads it."""
    return [ModelSpec(name="first.none", description="No model", licence="Apache-2.0", folder=_folder)]


def _judge(evidence):
    right = evidence.tuned["test/first.right"]["value"]
    return Verdict(gate="first.fine", passed=right >= 0, reason=f"{evidence.primary}, {right:.1f}")


@hookimpl
def goodfit_register_gates():
    """Offer a gate."""
    return [GateSpec(name="first.fine", description="Always", judge=_judge)]


@hookimpl
def goodfit_check_data(task, splits):
    """Count the records."""
    counts = {split: len(rows) for split, rows in splits.items()}
    message = " ".join(sorted({row["label"] for row in splits["train"]})) if task == "first" else "another task"
    return [Finding(severity="info", code="first.counted", message=message, figure=1.0, evidence=counts)]


@hookimpl
def goodfit_check_answers(task, items):
    """Count the answers."""
    sure = [item.id for item in items if item.confidence is not None]
    return [Finding(severity="info", code="first.seen", message=task, figure=float(len(sure)))]


@hookimpl
def goodfit_on_run_start(run):
    """Leave a mark beside the run's files."""
    (run.folder / "first.txt").write_text(run.record["status"], "utf-8")


@hookimpl
def goodfit_on_run_end(run):
    """Leave another mark."""
    told = f"{run.record['status']} {run.metrics['primary']} {len(run.lock['data'])}"
    (run.folder / "first_end.txt").write_text(told, "utf-8")
