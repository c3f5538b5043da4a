"""Labelled spans of a text as metrics compare them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from goodfit.hooks.types import Item


def span_set(spans: Iterable[Mapping[str, Any]]) -> set[tuple[int, int, str]]:
    """Spans by start, end and label: two are one only where both borders and the label are the same."""
    return {(span["start"], span["end"], span["label"]) for span in spans}


def spans_exact(item: Item) -> tuple[float, float]:
    """For ``share_metric``: records of which every span was found at its place, with nothing more and nothing less.

    A record without spans is right where the answer is empty.
    """
    return span_set(item.answer) == span_set(item.fields["spans"]), 1
