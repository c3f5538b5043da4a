"""A figure and its interval as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def figure(value: float | None) -> str:
    """A figure with three decimals; a dash where it is not defined."""
    return "-" if value is None else f"{value:.3f}"


def with_interval(found: Mapping[str, Any], name: str = "value") -> str:
    """``0.812 [0.780, 0.840]``; a dash where it is not defined."""
    if found.get(name) is None:
        return figure(None)
    return f"{figure(found.get(name))} [{figure(found.get('low'))}, {figure(found.get('high'))}]"
