"""What faults of the data do to a run: ``quality=<name>``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Act = Literal["report", "stop"]


@dataclass(kw_only=True, slots=True)
class QualityConf:
    """What faults of the data do to a run. Selected with ``quality=<name>``."""

    leaks: Act = "report"
    """What an input does that stands in two splits."""

    conflicts: Act = "report"
    """What one input with two answers in one split does."""

    deep: bool = False
    """Whether heavy audits of the data are done as well, such as a search for wrong labels."""

    fix: Literal["keep", "drop", "quarantine"] = "keep"
    """What becomes of training records that a finding of ``quality.fixes`` is about: they stay, are left out, or are
    left out and listed in ``data/rejected.jsonl``. Files are never changed, and held-out records never left out."""

    fixes: list[str] | None = None
    """Codes of findings that ``quality.fix`` acts on; when not given, ``data.leak`` and those that the run's audits
    name, as ``quality.copies`` does. One more is refused where no audit of the run looks for it."""
