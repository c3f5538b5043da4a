"""Which gates a model has to pass: ``policy=<name>``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field


@dataclass(kw_only=True, slots=True)
class PolicyConf:
    """Which gates a model has to pass. Selected with ``policy=<name>``."""

    gates: list[str] = field(default_factory=lambda: ["better_than_base", "not_overfit", "no_error_findings"])
    """Names of gates, in the order of the report; ``goodfit list gates`` shows them."""

    audits: list[str] = field(default_factory=list)
    """Audits that are needed beside those of the task, named like those; ``goodfit list audits`` shows them."""

    limits: dict[str, float] = field(default_factory=dict)
    """What audits compare with, where it is not their default: ``policy.limits.impact_ratio=0.9``; ``goodfit list
    limits`` shows them."""

    enforce: bool = False
    """Whether a gate that says no ends the run with exit code 3; the verdict is recorded either way."""

    min_value: Annotated[float, Field(allow_inf_nan=False)] | None = None
    """The primary metric that the gate ``min_value`` asks for, of the lower end of the interval."""

    min_right: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """The share of right answers that those have to reach which nobody reviews: the confidence from which on answers
    reach it is chosen on the validation records, and measured on the test records."""

    max_fit_gap: Annotated[float, Field(ge=0)] = 0.10
    """The gap between training probe and held-out metric from which a model counts as overfitted, as a share of the
    metric's highest value; of perplexity, of its logarithm; the interval's lower end has to exceed it."""
