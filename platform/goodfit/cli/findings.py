"""Findings as people read them: the worst first, each with what mends it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from goodfit.hooks.types import SEVERITIES, Finding
from goodfit.texts.shown import in_one_line

WORST_FIRST = SEVERITIES[::-1]
SHOWN_ROWS = 8
_LINES = textwrap.TextWrapper(
    110, initial_indent="  mend: ", subsequent_indent="        ", break_on_hyphens=False, break_long_words=False
)  # what is to be typed stays whole


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Errors, warnings, the rest; those of one severity as they came."""
    return sorted(findings, key=lambda finding: WORST_FIRST.index(finding.severity))


def of_joined(rows: int) -> list[str]:
    """What to say of rows of a file with several messages of one speaker in a row.

    Args:
        rows: How many there are.
    """
    return [f"rows have several messages of one speaker in a row, which are read as one: {rows}"] if rows else []


def show_findings(findings: Sequence[Finding], with_rows: bool = False) -> None:
    """Print what was found.

    Args:
        findings: In the order in which they are printed.
        with_rows: Whether the records' ids are, too.
    """
    for finding in findings:
        print(f"{finding.severity}: {in_one_line(finding.message)} ({finding.code})")
        if with_rows and finding.rows:
            more = len(finding.rows) - SHOWN_ROWS
            rows = in_one_line(", ".join(finding.rows[:SHOWN_ROWS]))
            print(f"  rows: {rows}{f' and {more} more' if more > 0 else ''}")
        if finding.mend:
            print("\n".join(_LINES.wrap(in_one_line(finding.mend))))
