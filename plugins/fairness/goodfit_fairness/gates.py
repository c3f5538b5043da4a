"""What a model has to show of fairness before it may pass."""

from __future__ import annotations

from goodfit.hooks.types import Evidence, Verdict


def treats_alike(evidence: Evidence) -> Verdict:
    """No audit of groups is certain that one is treated worse."""
    unfair = [f for f in evidence.findings if f.code.startswith("fairness.") and f.severity == "error"]
    reason = "; ".join(finding.message for finding in unfair) or "no group is certainly treated worse"
    return Verdict(gate="treats_alike", passed=not unfair, reason=reason)


def certain(evidence: Evidence) -> Verdict:
    """Every impact ratio and flip rate is certainly fair: 'cannot tell' is a no."""
    asked = [f for f in evidence.findings if f.code in ("fairness.impact_ratio", "fairness.flips")]
    open_ones = [f for f in asked if f.evidence["verdict"] != "fair"]
    if not asked:
        return Verdict(gate="certain", passed=False, reason="no audit asked: add policy.audits=[fairness.swaps]")
    reason = f"{len(asked) - len(open_ones)} of {len(asked)} comparisons are certainly fair"
    return Verdict(gate="certain", passed=not open_ones, reason=reason)
