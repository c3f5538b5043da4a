"""Ranges that settings of several groups have."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

Count = Annotated[int, Field(ge=1)]
NotNegative = Annotated[float, Field(ge=0)]
