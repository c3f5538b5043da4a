"""The gate of the content department: not one forbidden phrase, not one claim from nowhere."""

from goodfit.hooks.types import Evidence, Verdict
from goodfit_content.checks import CHECKS, FORBIDDEN, UNSUPPORTED

GATE = "content.nothing_forbidden"


def nothing_forbidden(evidence: Evidence) -> Verdict:
    """Pass when no answer to the test records uses a forbidden phrase or claims what its source does not say."""
    if evidence.task not in CHECKS:
        return Verdict(gate=GATE, passed=False, reason=f"nobody looked at the answers of {evidence.task}")
    found = [finding.message for finding in evidence.findings if finding.code in (FORBIDDEN, UNSUPPORTED)]
    reason = "; ".join(found) or "no answer uses a forbidden phrase or claims what its source does not say"
    return Verdict(gate=GATE, passed=not found, reason=reason)
