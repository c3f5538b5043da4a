"""The commonest finding: some records have something that people have to hear of, and their ids say which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from goodfit.hooks.types import Finding

MOST_IDS = 20
"""How many ids a finding lists, so that it stays readable; its counts are of all."""
MOST_LEAKED = 0.05
"""The share of the test inputs that may stand in another split before a score is no evidence: it can rise by that."""


def leak_severity(share: float) -> Literal["warning", "error"]:
    """How bad it is that a model, or what chose it, has met test inputs before.

    Args:
        share: Of the test inputs, those that stand elsewhere, too.
    """
    return "error" if share > MOST_LEAKED else "warning"


def about(
    code: str,
    message: str,
    ids: Sequence[str],
    of: int,
    /,
    *,
    severity: Literal["info", "warning", "error"] = "warning",
    figure: float | None = None,
    rows: Sequence[str] = (),
    mend: str = "",
    **evidence: Any,
) -> list[Finding]:
    """One finding about some of the records that were looked at; none where there is no such record.

    Args:
        code: ``<plugin>.<what>``.
        message: What it says, for people.
        ids: The records; the evidence lists the first ``MOST_IDS`` of them as ``ids``.
        of: How many records were looked at.
        severity: How bad it is.
        figure: What it measures; the share of the records where it is left out.
        rows: Ids of the records that ``quality.fix`` may act on.
        mend: What would mend it.
        evidence: More counts and ids, never texts.
    """
    if not ids:
        return []
    finding = Finding(
        severity=severity,
        code=code,
        message=message,
        figure=len(ids) / of if figure is None else figure,
        evidence={**evidence, "ids": list(ids[:MOST_IDS])},
        rows=tuple(rows),
        mend=mend,
    )
    return [finding]
