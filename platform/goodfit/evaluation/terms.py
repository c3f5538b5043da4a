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

OF_A_RESULT = {
    "tuned": "The figures of the tuned model on the test records, each with its 95 % interval.",
    "base": "The same figures of what was there before the tuning, on the same records: the untuned model where it can "
    "answer, else the most frequent answer, or each token as often as in the training records; base_is says which.",
    "reference": "The figures of the simplest thing that a model has to beat; reference_is says what that is.",
    "n": "Of a figure: how many records it is of. A recall is of the records that have something to find.",
    "units": "Of a figure: n with the records of one group, and near copies, counted once, as its interval does.",
    "paired": "The difference tuned - base on the same test records, with its 95 % interval and p.",
    "paired_reference": "The difference tuned - reference, in the metric that paired_reference_by names.",
    "p": "How often chance alone would make a difference as large, either way: by approximate randomisation or by the "
    "bootstrap, whichever is greater; the smallest is 0.001.",
    "p_corrected": "Of runs that are compared: p, corrected for how many runs they are (Holm).",
    "at_random": "Of labels: where 95 % of the primary metric lie when the model's own answers are dealt to the test "
    "records at random.",
    "review": "Which answers a person has to look at: all below the least confidence from which on the share "
    "policy.min_right is right beyond chance on the validation records; its result is measured on the test records.",
    "preempted": "The status of a run that a signal or Ctrl-C ended: goodfit resume RUN goes on with it.",
}
"""Words of a run's result, as metrics.json, run.json and cards have them -> what they mean."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a result."""

    name: str
    sort: Literal["metric", "verdict", "gate", "word of a result", "word of a search", "audit", "limit"]
    meaning: str
    kinds: tuple[str, ...] = ()
    """The kinds of task that it is of; empty where it is of all."""
    better: Literal["higher", "lower", ""] = ""
    """Of a metric."""


def terms(offered: Iterable[MetricSpec] = ()) -> list[Term]:
    """All metrics, verdicts, gates and words of a run's result; one name may be several metrics, of different kinds.

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
        *(Term(name, "word of a result", meaning) for name, meaning in OF_A_RESULT.items()),
    ]


def judging(gates: Iterable[GateSpec], audits: Iterable[AuditSpec]) -> list[Term]:
    """The gates, audits and limits of plugins."""
    audits = list(audits)
    return [
        *(Term(gate.name, "gate", gate.description) for gate in gates),
        *(Term(audit.name, "audit", audit.description) for audit in audits),
        *(Term(limit.name, "limit", limit.meaning) for audit in audits for limit in audit.limits),
    ]
