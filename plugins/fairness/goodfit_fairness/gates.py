"""What a model has to show of fairness before it may pass."""

from __future__ import annotations

from collections.abc import Sequence

from goodfit.errors import ConfigError
from goodfit.hooks.types import DataFacts, Evidence, Finding, Verdict

JUDGED = ("fairness.impact_ratio", "fairness.flips")
COMPARING = ("fairness.groups", *JUDGED)
"""The findings that say how groups compare, whatever comes of it."""


def treats_alike(evidence: Evidence) -> Verdict:
    """No audit of groups is certain that one is treated worse."""
    unfair = [f for f in evidence.findings if f.code.startswith("fairness.") and f.severity == "error"]
    reason = "; ".join(finding.message for finding in unfair) or _none_unfair(evidence.findings)
    return Verdict(passed=not unfair, reason=reason)


def _none_unfair(findings: Sequence[Finding]) -> str:
    if any(finding.code in COMPARING and finding.figure is not None for finding in findings):
        return "no group that was compared is certainly treated worse"
    return "no groups were compared, so that nobody can tell whether one is treated worse"


def is_compared(facts: DataFacts) -> None:
    """Something compares groups: swapped names, or how often each group of the test records is given a label.

    Raises:
        ConfigError: Nothing does.
    """
    from goodfit_fairness.swaps import KINDS

    sliced = len(facts.labels) == 2 and any(record.slices for record in facts.splits["test"])
    if "fairness.swaps" in facts.audits or ("fairness.impact" in facts.audits and sliced):
        return
    leave_out = "leave it out of policy.gates"
    raise ConfigError(
        "the gate 'fairness.certain' judges comparisons of groups, and this run makes none: fairness.swaps is not "
        "asked, and fairness.impact needs two labels and test records with slices",
        f"add policy.audits=[fairness.swaps], or {leave_out}" if facts.kind in KINDS else leave_out,
    )


def certain(evidence: Evidence) -> Verdict:
    """Every impact ratio and flip rate is certainly fair: 'cannot tell' is a no."""
    asked = [f for f in evidence.findings if f.code in JUDGED]
    open_ones = [f for f in asked if f.evidence["verdict"] != "fair"]
    if not asked:
        return Verdict(passed=False, reason="no audit asked: add policy.audits=[fairness.swaps]")
    reason = f"{len(asked) - len(open_ones)} of {len(asked)} comparisons are certainly fair"
    return Verdict(passed=not open_ones, reason=reason)
