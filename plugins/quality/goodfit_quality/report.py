"""How a finding of this plugin is written: counts and ids, never texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from goodfit.hooks.types import Finding

MOST_IDS = 20
"""How many ids the evidence lists for people to read; ``rows`` has all of them."""


def about(
    code: str,
    message: str,
    rows: Sequence[str],
    of: int,
    mend: str,
    severity: Literal["info", "warning", "error"] = "warning",
    **evidence: Any,
) -> list[Finding]:
    """One finding about some of ``of`` records; none where there is no such record.

    Args:
        code: What was found, without the plugin's name.
        message: What is behind the counts: ``training records are copies of earlier ones``.
        rows: Ids of the records.
        of: How many were looked at.
        mend: What would mend it.
        severity: How bad it is.
        evidence: More counts and ids.
    """
    if not rows:
        return []
    shown: Mapping[str, Any] = {"ids": list(rows[:MOST_IDS]), **evidence}
    finding = Finding(
        severity=severity,
        code=f"quality.{code}",
        message=f"{len(rows)} of {of} {message}",
        figure=len(rows) / of,
        evidence=shown,
        rows=tuple(rows),
        mend=mend,
    )
    return [finding]
