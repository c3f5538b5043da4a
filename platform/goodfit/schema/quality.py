"""Which faults of the data stop a run: ``quality=<name>``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Act = Literal["report", "stop"]


@dataclass(kw_only=True, slots=True)
class QualityConf:
    """Which faults of the data stop a run. Selected with ``quality=<name>``."""

    leaks: Act = "report"
    """What a training input that stands in validation or test, too, does."""

    conflicts: Act = "report"
    """What one input with two answers does."""
