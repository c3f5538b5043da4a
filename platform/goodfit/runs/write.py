"""What a run writes down: run.json as it goes, and everything else at its end."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from goodfit.evaluation.fit import UNDIAGNOSED
from goodfit.evaluation.gates import judge
from goodfit.hooks.types import Evidence, Finding
from goodfit.kinds.shape import Outcome
from goodfit.models.fast.path import ComputePath
from goodfit.plugins.host import Host
from goodfit.run_files import CARD, DATA, FINDINGS, METRICS, PREDICTIONS, RECORD, REJECTED, SCHEMA, SEALED
from goodfit.runs.audit import Audited
from goodfit.runs.begun import Begun
from goodfit.runs.card import card_of
from goodfit.runs.cuts import broken_off
from goodfit.runs.digests import write_digests
from goodfit.runs.json_files import as_json, write_json, write_lines
from goodfit.runs.prepare import Prepared
from goodfit.runs.save import save_weights
from goodfit.runs.score import Judged, primary_of
from goodfit.training.trainer import Trained


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that came to its end."""

    folder: Path
    weights: Path
    record: Mapping[str, Any]
    """The content of run.json."""
    metrics: Mapping[str, Any]
    """The content of metrics.json."""
    findings: Sequence[Finding]
    """Of the data and of the model."""

    def mends(self) -> list[str]:
        """What would mend the findings that gates name as the reason why they said no."""
        reasons = " ".join(gate["reason"] for gate in self.record["gates"] if not gate["passed"])
        named = [finding for finding in self.findings if finding.severity != "info" and finding.code in reasons]
        return list(dict.fromkeys(finding.mend for finding in named if finding.mend))

    def shown(self) -> dict[str, Any]:
        """What ``--json`` shows of it."""
        record, metrics = self.record, self.metrics
        return {
            "run": str(self.folder),
            "status": record["status"],
            "metrics": metrics["tuned"],
            "primary": metrics["primary"],
            "paired": metrics["paired"],
            "fit": record["fit"],
            "gates": record["gates"],
            **({"review": metrics["review"]} if "review" in metrics else {}),
        }


def run_json_of(prepared: Prepared, status: str, more: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The content of run.json, as far as it is known.

    Args:
        prepared: The run.
        status: ``running``, ``finished``, ``failed`` or ``preempted``.
        more: What is known beyond the run's names.
    """
    conf = prepared.conf
    return {
        "schema": SCHEMA,
        "status": status,
        "task": conf.task.name,
        "model": conf.choices.get("model"),
        "base": prepared.base.name,
        **({"made_from": prepared.before} if prepared.before else {}),
        "kind": prepared.task.kind.name,
        "family": prepared.base.family,
        "adapter": conf.adapter.name,
        "fit": UNDIAGNOSED.shown(),
        "gates": [],
        "steps": 0,
        "seconds": None,
        **(more or {}),
    }


def write_record(folder: Path, record: Mapping[str, Any]) -> None:
    """Write run.json; where the run is finished, the digests of all it left come before."""
    if record["status"] == "finished":
        write_digests(folder, {RECORD: as_json(record)})
    write_json(folder / RECORD, record)


def write_down(
    prepared: Prepared,
    host: Host,
    begun: Begun,
    model: Any,
    judged: Judged,
    audited: Audited,
    trained: Trained,
    path: ComputePath,
    seconds: float,
) -> Finished:
    """Ask plugins and gates, and write weights, card, figures, findings, answers and, last, run.json.

    Raises:
        DiskError: The run's folder is not there any more.
        ConfigError: What it began with was changed.
    """
    begun.refuse_changed()
    folder = begun.folder
    told = host.check_answers(prepared.conf.task.name, judged.items)
    findings = [*prepared.findings, *_broken_off(prepared, judged), *audited.findings, *told]
    verdicts = judge(prepared.task.gates, _evidence(prepared, judged, findings))
    _clear(folder)
    weights = save_weights(prepared, model, folder, judged.metrics.get("review"))
    deeds = host.deeds.shown(host.plugins)
    given = trained.guarantee.kept() if trained.guarantee else None
    card = card_of(prepared, judged.metrics, judged.fit, verdicts, findings, trained, deeds, given)
    (weights / CARD).write_text(card, "utf-8")
    write_json(folder / METRICS, judged.metrics)
    write_lines(folder / FINDINGS, [dataclasses.asdict(finding) for finding in findings])
    rejected = [problem.shown() for problem in prepared.splits.rejected]
    write_lines(folder / DATA / REJECTED, rejected)
    for split, outcomes in judged.outcomes.items():
        _write_predictions(folder / PREDICTIONS / f"{split}.jsonl", prepared, split, outcomes)
    more = {
        "fit": judged.fit.shown(),
        "gates": [dataclasses.asdict(verdict) for verdict in verdicts],
        "audits": [*prepared.asked, *audited.asked],
        "steps": trained.steps,
        "best_step": trained.trace.best.step,
        **({"soup": trained.soup.shown()} if trained.soup else {}),
        "seconds": round(seconds, 2),
        "path": {"name": path.name, "reason": path.reason},
        "plugins": deeds,
        **({"differential_privacy": given} if given else {}),
    }
    record = run_json_of(prepared, "finished", more)
    begun.refuse_changed()  # what is sealed now counts as what was written
    write_record(folder, record)
    return Finished(folder, weights, record, judged.metrics, findings)


def _clear(folder: Path) -> None:
    """Take away what a try left that was killed as it wrote down its end: it would be sealed as this one's."""
    for name in SEALED:
        path = folder / name
        if path.is_symlink():
            path.unlink()
        elif path.exists():
            shutil.rmtree(path)


def _broken_off(prepared: Prepared, judged: Judged) -> list[Finding]:
    found = judged.metrics.get("broken_off")
    if found is None:
        return []
    encoded = prepared.encoded.values()
    return broken_off(prepared.splits.test, judged.outcomes["test"], encoded, found["tokens"])


def _write_predictions(path: Path, prepared: Prepared, split: str, outcomes: Sequence[Outcome]) -> None:
    lines = [
        {"id": record.id, "prediction": outcome.answer, "confidence": outcome.confidence}
        for record, outcome in zip(prepared.splits[split], outcomes, strict=True)
    ]
    write_lines(path, lines)


def _evidence(prepared: Prepared, judged: Judged, findings: Sequence[Finding]) -> Evidence:
    return Evidence(
        task=prepared.conf.task.name,
        primary=judged.metrics["primary"],
        tuned=judged.metrics["tuned"],
        paired=judged.metrics["paired"],
        fit=judged.fit.verdict,
        findings=findings,
        greater_is_better=primary_of(prepared).greater_is_better,
        min_value=prepared.conf.policy.min_value,
        at_random=judged.metrics.get("at_random"),
        reference=judged.metrics["paired_reference"],
        reference_is=judged.metrics["reference_is"],
        reference_by=judged.metrics["paired_reference_by"] or "",
    )
