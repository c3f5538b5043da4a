"""Where the texts of a record stand: which fields hold them, and which fields point into them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Slot = tuple[str | int, ...]
"""The way to a text in a record's fields: ``("messages", 2, "content")``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """The texts of a kind's records."""

    names: tuple[str, ...]
    """Fields that are a text or a list of texts; ``field.key`` for a list of mappings with a text each."""
    places: Mapping[str, str] = field(default_factory=dict)
    """Field -> the text that it points into: a list of ``{start, end}``, of ``{start, text}``, or of (start, end)."""


def texts_of(fields: Mapping[str, Any], texts: Texts) -> dict[Slot, str]:
    """The texts of a record, each with the way to it; a field that the record lacks has none."""
    return {slot: text for name in texts.names for slot, text in _in_field(fields, name)}


def _in_field(fields: Mapping[str, Any], name: str) -> Iterator[tuple[Slot, str]]:
    name, _, key = name.partition(".")
    value = fields.get(name)
    if isinstance(value, str):
        yield (name,), value
    elif value is not None:
        for index, entry in enumerate(value):
            yield ((name, index, key), entry[key]) if key else ((name, index), entry)


def with_texts(fields: Mapping[str, Any], new: Mapping[Slot, str]) -> dict[str, Any]:
    """The fields with other texts in their places; what is not changed is not copied."""
    changed = dict(fields)
    for (name, *way), text in new.items():
        changed[str(name)] = _put(changed[str(name)], way, text)
    return changed


def _put(value: Any, way: Sequence[str | int], text: str) -> Any:
    if not way:
        return text
    step, *rest = way
    if isinstance(step, str):
        return {**value, step: _put(value[step], rest, text)}
    return type(value)(_put(entry, rest, text) if index == step else entry for index, entry in enumerate(value))
