"""How a finding of this plugin is written: counts and ids, never texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from goodfit.hooks import findings
from goodfit.hooks.types import Finding


def about(
    code: str,
    message: str,
    rows: Sequence[str],
    of: int,
    mend: str = "",
    severity: Literal["info", "warning", "error"] = "warning",
    **evidence: Any,
) -> list[Finding]:
    """One finding about some of ``of`` records; none where there is no such record.

    Args:
        code: What was found, without the plugin's name.
        message: What is behind the counts: ``training records are copies of earlier ones``.
        rows: Ids of the records.
        of: How many were looked at.
        mend: What would mend it, besides leaving the records out, which goodfit adds.
        severity: How bad it is.
        evidence: More counts and ids.
    """
    said = f"{len(rows)} of {of} {message}"
    return findings.about(f"quality.{code}", said, rows, of, severity=severity, rows=rows, mend=mend, **evidence)
