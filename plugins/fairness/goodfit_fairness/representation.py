"""Which groups the training data have enough of: the ``slices`` of the records, counted before training."""

from __future__ import annotations

from collections import Counter

from goodfit.hooks.types import DataFacts, Finding, Limit
from goodfit_fairness.groups import MOST_GROUPS
from goodfit_fairness.intervals import LEAST

MIN_GROUP = Limit(
    name="group_records",
    default=30,
    low=1,
    high=1_000_000,
    meaning="Training records that a group has to have before a model can be expected to have learnt it.",
)


def representation(facts: DataFacts) -> list[Finding]:
    """One finding for each slice that has groups with few training records, or with none that are in the test.

    A group of fewer than ``LEAST`` records in all is counted and not named: a finding travels with the weights, and
    such a group is a person, or next to one.
    """
    findings = []
    names = sorted({name for records in facts.splits.values() for record in records for name in record.slices})
    for name in names:
        counts = {
            split: Counter(record.slices.get(name, "unknown") for record in records)
            for split, records in facts.splits.items()
        }
        groups = sorted(set().union(*counts.values()))
        if len(groups) > MOST_GROUPS:
            what = f"'{name}' has {len(groups)} values; from {MOST_GROUPS} on a slice is not audited"
            mend = "leave it out of the slices, or make fewer groups of it, such as ranges"
            findings.append(Finding(severity="info", code="fairness.no_groups", message=what, mend=mend))
            continue
        few = [group for group in groups if counts["train"][group] < facts.limits[MIN_GROUP.name]]
        if few:
            told = [group for group in groups if sum(found[group] for found in counts.values()) >= LEAST]
            named, hidden = [group for group in few if group in told], len(groups) - len(told)
            called = [*named[:8], *([f"{hidden} of fewer than {LEAST} records, not named"] if hidden else [])]
            least = min([counts["train"][group] for group in named] + [LEAST] * bool(hidden))
            findings.append(
                Finding(
                    severity="info",
                    code="fairness.few_records",
                    message=f"{len(few)} of {len(groups)} groups of '{name}' have fewer than "
                    f"{facts.limits[MIN_GROUP.name]:g} training records: {', '.join(called)}",
                    figure=least / len(facts.splits["train"]),
                    evidence={"slice": name, "train": {group: counts["train"][group] for group in told}},
                    mend="add records of these groups, or ask for less: policy.limits.group_records=…",
                )
            )
    return findings
