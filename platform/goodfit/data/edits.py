"""What becomes of a text, and of everything that points into it, when places in it are replaced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from goodfit.texts.words import split_words


@dataclass(frozen=True, slots=True)
class Edit:
    """A place in a text and what stands there afterwards."""

    start: int
    end: int
    text: str


def edited(text: str, edits: Sequence[Edit]) -> str:
    """The text after edits that are in order and do not overlap."""
    parts, place = [], 0
    for edit in edits:
        parts += [text[place : edit.start], edit.text]
        place = edit.end
    return "".join([*parts, text[place:]])


def borders(pointers: Sequence[Any]) -> set[int]:
    """The places where ``{start, end}`` and ``{start, text}`` begin and end: an edit must not reach across one."""
    return {place for pointer in pointers if isinstance(pointer, Mapping) for place in _ends(pointer)}


def moved(pointers: Sequence[Any], edits: Sequence[Edit], text: str) -> list[Any]:
    """What points into a text, after its edits.

    Args:
        pointers: ``{start, end, …}``, ``{start, text}``, or (start, end) of the text's words.
        edits: In order, none across a border of a mapping.
        text: As it is after the edits.
    """
    if pointers and not isinstance(pointers[0], Mapping):
        return _moved_words(pointers, edits)
    found = []
    for pointer in pointers:
        start, end = (_shifted(place, edits) for place in _ends(pointer))
        change = {"end": end} if "end" in pointer else {"text": text[start:end]}
        found.append({**pointer, "start": start, **change})
    return found


def widened(pointers: Sequence[Mapping[str, Any]], edits: Sequence[Edit]) -> list[dict[str, Any]]:
    """``{start, end, …}`` with the whole of each edit in which they begin or end."""
    found = []
    for pointer in pointers:
        inside = [edit for edit in edits if edit.start < pointer["end"] and edit.end > pointer["start"]]
        start = min([pointer["start"], *(edit.start for edit in inside)])
        found.append({**pointer, "start": start, "end": max([pointer["end"], *(edit.end for edit in inside)])})
    return found


def _ends(pointer: Mapping[str, Any]) -> tuple[int, int]:
    start = pointer["start"]
    return start, pointer["end"] if "end" in pointer else start + len(pointer["text"])


def _shifted(place: int, edits: Sequence[Edit]) -> int:
    return place + sum(len(edit.text) - (edit.end - edit.start) for edit in edits if edit.end <= place)


def _moved_words(words: Sequence[tuple[int, int]], edits: Sequence[Edit]) -> list[tuple[int, int]]:
    """Words outside the edits move; those of a stand-in come in; what an edit leaves of a word is a word."""
    found = []
    for start, end in words:
        inside = [edit for edit in edits if edit.start < end and edit.end > start]
        cuts = [start, *(place for edit in inside for place in (edit.start, edit.end)), end]
        for left, right in zip(cuts[::2], cuts[1::2], strict=True):
            if left < right:
                first = _shifted(left, edits)
                found.append((first, first + right - left))
    for edit in edits:
        first = _shifted(edit.start, edits)
        found += [(first + left, first + right) for left, right in split_words(edit.text)]
    return sorted(found)
