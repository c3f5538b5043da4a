"""The gate of the content department: no forbidden phrase, and no listed claim that comes from nowhere."""

from goodfit.errors import ConfigError
from goodfit.hooks.types import DataFacts, Evidence, Verdict
from goodfit_content.checks import CHECKS, FORBIDDEN, UNSUPPORTED

GATE = "content.nothing_forbidden"
CLEAN = "no answer uses a forbidden phrase, or a claim on the style guide's list that its source does not make"


def is_looked_at(facts: DataFacts) -> None:
    """The lists are looked for in the answers of this department's own tasks alone.

    Raises:
        ConfigError: This is another task.
    """
    if facts.task not in CHECKS:
        raise ConfigError(
            f"the gate '{GATE}' judges what is looked for in {', '.join(CHECKS)}, and not in task={facts.task}",
            "leave it out of policy.gates, or choose one of these tasks",
        )


def nothing_forbidden(evidence: Evidence) -> Verdict:
    """Pass when no answer to the test records uses a forbidden phrase, or a listed claim that its source does not make.

    The lists stand in ``guide.yaml``; other claims are not seen.
    """
    if evidence.task not in CHECKS:
        return Verdict(passed=False, reason=f"nobody looked at the answers of {evidence.task}")
    found = [finding.message for finding in evidence.findings if finding.code in (FORBIDDEN, UNSUPPORTED)]
    reason = "; ".join(found) or CLEAN
    return Verdict(passed=not found, reason=reason)
