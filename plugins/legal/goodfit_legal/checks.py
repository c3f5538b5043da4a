"""What a lawyer must hear about a model's answers: invented figures and citations, and risk clauses that it missed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from goodfit.hooks.findings import about
from goodfit.hooks.types import Finding, Item
from goodfit.texts.figures import unsupported
from goodfit_legal.citations import uncited
from goodfit_legal.metrics import RISK_CLAUSES


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
    message = f"{len(ids)} of {len(items)} summaries have a {noun} that their source does not have"
    evidence: dict[str, Any] = {"answers": len(ids), f"{noun}s": sum(counts.values()), "of": len(items)}
    return about(f"legal.invented_{noun}s", message, ids, len(items), **evidence)


UNNAMED = "legal.risk_labels"


def unnamed_risks(splits: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Finding]:
    """One finding if the data know a risk clause under another name, or not at all."""
    labels = {record["label"] for records in splits.values() for record in records}
    lacking, known = sorted(RISK_CLAUSES - labels), sorted(RISK_CLAUSES & labels)
    if not lacking:
        return []
    speaks = f"speaks of {', '.join(known)} alone" if known else "is not defined"
    return [
        Finding(
            severity="warning",
            code=UNNAMED,
            message=f"no record is labelled {' or '.join(lacking)}: legal.risk_recall {speaks}",
            figure=float(len(lacking)),
            evidence={"lacking": lacking, "labels": sorted(labels)},
            mend="call these clauses so in the data, or leave the metric out: task.metrics=[]",
        )
    ]


def missed_risk_clauses(items: Sequence[Item]) -> list[Finding]:
    """One finding if clauses of a type that a reviewer must never miss were taken for something else."""
    risky = [item for item in items if item.fields["label"] in RISK_CLAUSES]
    missed = [item for item in risky if item.answer != item.fields["label"]]
    by_type = _by_type(missed)
    listed = ", ".join(f"{count} {label}" for label, count in by_type.items())
    message = f"{len(missed)} of {len(risky)} risk clauses were taken for something else: {listed}"
    ids = [item.id for item in missed]
    return about("legal.missed_risk_clauses", message, ids, len(risky), missed=by_type, of=_by_type(risky))


def _by_type(items: Sequence[Item]) -> dict[str, int]:
    return dict(sorted(Counter(item.fields["label"] for item in items).items()))
