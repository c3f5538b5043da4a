"""A record, and what is wrong with a row that cannot become one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from goodfit.errors import DataError

SHOWN_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class Row:
    """One row as read."""

    origin: str
    """``file:line``."""
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Record:
    """One checked row."""

    id: str
    fields: Mapping[str, Any]
    """The fields of the record's kind, under goodfit's names."""
    group: str | None = None
    """Records of one group stay in one split and are resampled together."""
    slices: Mapping[str, str] = field(default_factory=dict)
    origin: str = ""
    """``file:line``."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row is bad. Never holds the row's text."""

    origin: str
    """``file:line`` or ``file:line:column``."""
    reason: str

    def __str__(self) -> str:
        return f"{self.origin}: {self.reason}"


class RowProblem(Exception):
    """Raised by a kind when a row cannot become a record; says the field and the reason."""


class BadRows(DataError):
    """Rows that cannot become records."""

    def __init__(self, problems: Sequence[Problem], rows: int) -> None:
        shown = "; ".join(str(problem) for problem in problems[:SHOWN_PROBLEMS])
        more = len(problems) - SHOWN_PROBLEMS
        rest = f"; and {more} more (all of them with --json)" if more > 0 else ""
        super().__init__(
            f"{len(problems)} of {rows} rows are bad: {shown}{rest}",
            "mend the rows, or set them aside: dataset.on_bad_rows=quarantine",
        )
        self.problems = tuple(problems)
