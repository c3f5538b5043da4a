"""What a lawyer must hear about a model's answers: invented figures and citations, and risk clauses that it missed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import Any

from goodfit.hooks.types import Finding, Item
from goodfit.texts.figures import unsupported
from goodfit_legal.citations import uncited
from goodfit_legal.metrics import RISK_CLAUSES

MOST_IDS = 20
"""How many ids a finding lists, so that it stays readable; its counts are of all."""


def invented_figures(items: Sequence[Item]) -> list[Finding]:
    """One finding if some summaries state a figure that their source does not have."""
    return _invented(items, "figure", unsupported)


def invented_citations(items: Sequence[Item]) -> list[Finding]:
    """One finding if some summaries cite a clause or a statute that their source does not cite."""
    return _invented(items, "citation", uncited)


def _invented(items: Sequence[Item], noun: str, find: Callable[[str, str], Collection[Any]]) -> list[Finding]:
    """One finding if ``find(answer, source)`` finds something."""
    counts = {item.id: len(find(item.answer, item.fields["source"])) for item in items}
    ids = [key for key, count in counts.items() if count]
    if not ids:
        return []
    finding = Finding(
        severity="warning",
        code=f"legal.invented_{noun}s",
        message=f"{len(ids)} of {len(items)} summaries have a {noun} that their source does not have",
        figure=len(ids) / len(items),
        evidence={"answers": len(ids), f"{noun}s": sum(counts.values()), "of": len(items), "ids": ids[:MOST_IDS]},
    )
    return [finding]


def missed_risk_clauses(items: Sequence[Item]) -> list[Finding]:
    """One finding if clauses of a type that a reviewer must never miss were taken for something else."""
    risky = [item for item in items if item.fields["label"] in RISK_CLAUSES]
    missed = [item for item in risky if item.answer != item.fields["label"]]
    if not missed:
        return []
    by_type = Counter(item.fields["label"] for item in missed)
    finding = Finding(
        severity="warning",
        code="legal.missed_risk_clauses",
        message=f"{len(missed)} of {len(risky)} risk clauses were taken for something else: "
        + ", ".join(f"{count} {label}" for label, count in sorted(by_type.items())),
        figure=len(missed) / len(risky),
        evidence={
            "missed": dict(sorted(by_type.items())),
            "of": dict(sorted(Counter(item.fields["label"] for item in risky).items())),
            "ids": [item.id for item in missed[:MOST_IDS]],
        },
    )
    return [finding]
