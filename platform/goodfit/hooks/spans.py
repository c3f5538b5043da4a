"""Labelled spans of a text as metrics compare them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def span_set(spans: Iterable[Mapping[str, Any]]) -> set[tuple[int, int, str]]:
    """Spans by start, end and label: two are one only where both borders and the label are the same."""
    return {(span["start"], span["end"], span["label"]) for span in spans}
