"""How the learning rate moves: ``schedule=<name>``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field


@dataclass(kw_only=True, slots=True)
class ScheduleConf:
    """How the learning rate moves over a run. Selected with ``schedule=<name>``."""

    name: Literal["linear", "cosine", "constant"] = "linear"
    """The shape after warm-up: down to zero in a line or half a cosine, or constant."""

    warmup_share: Annotated[float, Field(ge=0, le=1)] = 0.06
    """The share of all optimiser steps in which the rate rises from zero."""
