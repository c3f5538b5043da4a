"""Spans in a text: words, BIO tags, and windows of a text that is longer than a model reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from goodfit.data.records import RowProblem, from_cell

OVERLAP = 4
"""Windows of a long text share one part in this many."""


def read_spans(given: Any, text: str) -> list[dict[str, Any]]:
    """A row's spans, checked and in the order of the text.

    Raises:
        RowProblem: One is no ``{start, end, label}``, lies outside the text, or overlaps another.
    """
    given = from_cell(given)
    if not isinstance(given, list):
        raise RowProblem("the field 'spans' is missing or no list")
    spans = []
    for span in given:
        if not isinstance(span, dict) or not {"start", "end", "label"} <= set(span):
            raise RowProblem("a span has to be {start, end, label}")
        start, end, label = span["start"], span["end"], span["label"]
        if not isinstance(start, int) or not isinstance(end, int):
            raise RowProblem("a span has to have whole numbers as its start and end")
        if not 0 <= start < end <= len(text):
            raise RowProblem(f"the span {start}..{end} does not lie in the text of {len(text)} characters")
        if not isinstance(label, str) or not label.strip():
            raise RowProblem(f"the span {start}..{end} has no label")
        spans.append({"start": start, "end": end, "label": label})
    spans.sort(key=lambda span: span["start"])
    for one, other in pairwise(spans):
        if other["start"] < one["end"]:
            raise RowProblem(f"the spans {one['start']}..{one['end']} and {other['start']}..{other['end']} overlap")
    return spans


def is_blurred(fields: Mapping[str, Any]) -> bool:
    """Whether a span begins or ends inside a word, so that it can only be learnt with the whole word."""
    starts, ends = {start for start, _ in fields["words"]}, {end for _, end in fields["words"]}
    return any(span["start"] not in starts or span["end"] not in ends for span in fields["spans"])


def tags_of(spans: Sequence[Mapping[str, Any]], words: Sequence[tuple[int, int]]) -> list[str]:
    """Spans -> a BIO tag for each word."""
    tags = ["O"] * len(words)
    for span in spans:
        inside = [index for index, (start, end) in enumerate(words) if start < span["end"] and end > span["start"]]
        for position, index in enumerate(inside):
            tags[index] = f"{'I' if position else 'B'}-{span['label']}"
    return tags


def spans_of(tags: Sequence[str], words: Sequence[tuple[int, int]]) -> list[dict[str, Any]]:
    """BIO tags -> spans; an I- that continues nothing begins a span."""
    spans: list[dict[str, Any]] = []
    previous = "O"
    for tag, (start, end) in zip(tags, words, strict=True):
        if tag != "O":
            label = tag[2:]
            if tag[0] == "I" and previous != "O" and previous[2:] == label:
                spans[-1]["end"] = end
            else:
                spans.append({"start": start, "end": end, "label": label})
        previous = tag
    return spans


def best_tags(scores: np.ndarray[Any, Any], tags: Sequence[str]) -> list[str]:
    """The most probable sequence in which no inside tag continues nothing.

    Viterbi 1967, https://doi.org/10.1109/TIT.1967.1054010, with steps that are either free or impossible.

    Args:
        scores: (words, tags) log-probabilities.
        tags: What the columns are.
    """
    legal = np.array([[tag[0] != "I" or before[1:] == tag[1:] for tag in tags] for before in tags])
    steps = np.where(legal, 0.0, -np.inf)
    if not len(scores):
        return []
    reached = scores[0] + steps[tags.index("O")]
    came = []
    for word in scores[1:]:
        ways = reached[:, None] + steps
        came.append(ways.argmax(0))
        reached = ways.max(0) + word
    path = [int(reached.argmax())]
    for step in reversed(came):
        path.append(int(step[path[-1]]))
    return [tags[index] for index in reversed(path)]


@dataclass(frozen=True, slots=True)
class Window:
    """A run of words that a model reads at once."""

    record: int
    first: int
    last: int
    """Words ``first`` up to, not including, ``last``."""
    owned: tuple[int, int]
    """The words that are learnt and answered in this window: those with the most context around them."""


def windows(record: int, sizes: Sequence[int], limit: int) -> list[Window]:
    """Cut a text into overlapping windows.

    Args:
        record: Its index.
        sizes: Tokens of each word.
        limit: Tokens of a window.

    Returns:
        Windows whose owned words together are all words, once each.
    """
    if not sizes:
        return []
    spans, first = [], 0
    while True:
        last, used = first, 0
        while last < len(sizes) and (last == first or used + sizes[last] <= limit):
            used += sizes[last]
            last += 1
        spans.append((first, last))
        if last == len(sizes):
            break
        shared = max(1, (last - first) // OVERLAP)
        first = max(last - shared, first + 1)
    edges = [0] + [(a[1] + b[0]) // 2 for a, b in pairwise(spans)] + [len(sizes)]
    return [
        Window(record, first, last, (edges[number], edges[number + 1])) for number, (first, last) in enumerate(spans)
    ]


def tag_set(labels: Sequence[str]) -> tuple[str, ...]:
    """The BIO tags of a label set, ``O`` first."""
    return ("O", *(f"{border}-{label}" for label in labels for border in "BI"))
