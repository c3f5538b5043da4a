"""The gate of the legal department: risk clauses must not be missed."""

from goodfit.hooks.types import Evidence, Verdict
from goodfit_legal.checks import UNNAMED

FOUND = 0.8
"""A reviewer reads the model's list first: below this recall the list saves no reading of the contract."""

METRIC = "test/legal.risk_recall"


def risk_found(evidence: Evidence) -> Verdict:
    """Pass when the interval of the risk recall lies above ``FOUND``, and the data name all risk clauses."""
    for finding in evidence.findings:
        if finding.code == UNNAMED:
            return Verdict(passed=False, reason=f"{finding.message} ({UNNAMED})")
    figure = evidence.tuned.get(METRIC)
    if figure is None or figure["low"] is None:
        return Verdict(passed=False, reason=f"{METRIC} was not measured")
    reason = f"{METRIC} is {figure['value']:.2f}, certainly {figure['low']:.2f}; asked for {FOUND}"
    return Verdict(passed=figure["low"] >= FOUND, reason=reason)
