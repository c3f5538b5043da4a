"""What the words of a result mean, metrics, verdicts, gates: for ``goodfit explain`` and docs/reference/results.md."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from goodfit.evaluation.fit import VERDICTS
from goodfit.evaluation.gates import BUILT_IN
from goodfit.hooks.types import AuditSpec, GateSpec, MetricSpec
from goodfit.kinds import KINDS, find_kind
from goodfit.kinds.text_metrics import OPTIONAL_METRICS

OF_A_SEARCH = {
    "worth": "What trials are ranked by, greater is better: the lower end of the interval of the metric on the "
    "validation records, less sweep.gap_weight times what the gap to the training probe is beyond policy.max_fit_gap.",
    "corrected": "The winner's score on the validation records, less what the choice of the best of many added.",
    "confirmed": "The score of the winner's settings trained anew on fresh splits, whose held-out "
    "records chose nothing.",
    "front": "Of several objectives: the trials that no other one beats in all of them.",
    "importances": "Of each setting that mattered beyond chance: how far the better half of the trials differs in it "
    "from all trials, as a multiple of what chance makes.",
    "finished": "A trial that was trained to its end.",
    "stopped": "A trial that overfitted or diverged as it was trained: it ended early, and its best evaluation counts.",
    "pruned": "A trial that was behind earlier ones at the same evaluation: it ended early, and has no value.",
    "failed": "A trial that came to no value; its reason stands beside it.",
    "seconds": "A cost of a trial: what was its own time, without what trials share.",
    "steps": "A cost of a trial: its optimiser steps.",
    "trainable": "A cost of a trial: how many weights it tunes.",
    "memory_gb": "A cost of a trial: the memory that it is estimated to take, in GiB.",
    "ms_per_record": "A cost of a trial, measured where a constraint asks for it: milliseconds for each validation "
    "record in one pass in which the tuned model answers them, with nothing kept of them.",
    "errors": "A cost of a trial: how many findings of its data are errors.",
    "warnings": "A cost of a trial: how many findings of its data are warnings; in sweep.json, and in what "
    "every verb prints with --json, what has to be known before its result is trusted.",
}
"""Words of a search's result -> what they mean."""

LOSS = "Mean negative log-likelihood of the right answer, in nats"


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
    """All metrics, verdicts, gates and words of a search; one name may be several metrics, of different kinds.

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
    loss = Term("loss", "metric", LOSS, better="lower")
    verdicts = [Term(name, "verdict", meaning) for name, meaning in VERDICTS.items()]
    return [
        *found.values(),
        loss,
        *verdicts,
        *(Term(gate.name, "gate", gate.description) for gate in BUILT_IN.values()),
        *(Term(name, "word of a search", meaning) for name, meaning in OF_A_SEARCH.items()),
    ]


def judging(gates: Iterable[GateSpec], audits: Iterable[AuditSpec]) -> list[Term]:
    """The gates, audits and limits of plugins."""
    audits = list(audits)
    return [
        *(Term(gate.name, "gate", gate.description) for gate in gates),
        *(Term(audit.name, "audit", audit.description) for audit in audits),
        *(Term(limit.name, "limit", limit.meaning) for audit in audits for limit in audit.limits),
    ]
