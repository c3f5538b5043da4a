"""What the words of a result mean, metrics, verdicts, gates: for ``goodfit explain`` and docs/reference/results.md."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from goodfit.evaluation.fit import VERDICTS
from goodfit.evaluation.gates import BUILT_IN
from goodfit.evaluation.report import LOSS
from goodfit.hooks.types import AuditSpec, GateSpec, MetricSpec
from goodfit.kinds import KINDS, find_kind
from goodfit.kinds.text_metrics import OPTIONAL_METRICS

LOSS_MEANING = "Mean negative log-likelihood of the right answer, in nats"


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a result."""

    name: str
    sort: Literal["metric", "verdict", "gate", "word of a search", "audit", "limit"]
    meaning: str
    kinds: tuple[str, ...] = ()
    """The kinds of task that it is of; empty where it is of all."""
    better: Literal["higher", "lower", ""] = ""
    """Of a metric."""


def terms(offered: Iterable[MetricSpec] = ()) -> list[Term]:
    """All metrics, verdicts and gates; one name may be several metrics, of different kinds.

    Args:
        offered: Metrics of plugins.
    """
    found: dict[tuple[str, str], Term] = {}
    of_kinds = [spec for kind in KINDS for spec in find_kind(kind).metrics(())]
    for spec in (*of_kinds, *OPTIONAL_METRICS.values(), *offered):
        new = Term(spec.name, "metric", spec.description, spec.kinds, spec.better)
        known = found.setdefault((new.name, new.meaning), new)
        if known is not new:
            kinds = tuple(dict.fromkeys((*known.kinds, *new.kinds)))
            found[new.name, new.meaning] = replace(known, kinds=kinds)
    loss = Term(LOSS, "metric", LOSS_MEANING, better="lower")
    verdicts = [Term(name, "verdict", meaning) for name, meaning in VERDICTS.items()]
    return [
        *found.values(),
        loss,
        *verdicts,
        *(Term(gate.name, "gate", gate.description) for gate in BUILT_IN.values()),
    ]


def judging(gates: Iterable[GateSpec], audits: Iterable[AuditSpec]) -> list[Term]:
    """The gates, audits and limits of plugins."""
    audits = list(audits)
    return [
        *(Term(gate.name, "gate", gate.description) for gate in gates),
        *(Term(audit.name, "audit", audit.description) for audit in audits),
        *(Term(limit.name, "limit", limit.meaning) for audit in audits for limit in audit.limits),
    ]
