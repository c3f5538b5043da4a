"""What a source of attributes asks of the copy: values to state, phrases to use, phrases to leave out."""

from __future__ import annotations

STATED = ("name", "material", "colour", "size", "price", "feature")
"""What a reader must learn about a product; stock, supplier, weight and the like are for the house."""

REQUIRED, FORBIDDEN = "must say", "never say"
BETWEEN_ATTRIBUTES, BETWEEN_PHRASES = " | ", ";"


def attributes(source: str) -> dict[str, str]:
    """Attributes by name, from ``name: value | name: value``; a piece without a name is left out."""
    pairs = [piece.partition(": ") for piece in source.split(BETWEEN_ATTRIBUTES)]
    return {name.strip(): value.strip() for name, colon, value in pairs if colon}


def to_state(source: str) -> list[str]:
    """The values that the copy must state."""
    found = attributes(source)
    return [found[name] for name in STATED if found.get(name)]


def required(source: str) -> list[str]:
    """The phrases that the copy must use."""
    return _phrases(source, REQUIRED)


def forbidden(source: str) -> list[str]:
    """The phrases that the copy must not use."""
    return _phrases(source, FORBIDDEN)


def without_taboos(source: str) -> str:
    """The source without the phrases that it forbids: they support no claim."""
    pieces = source.split(BETWEEN_ATTRIBUTES)
    return BETWEEN_ATTRIBUTES.join(piece for piece in pieces if not piece.startswith(f"{FORBIDDEN}: "))


def _phrases(source: str, name: str) -> list[str]:
    named = attributes(source).get(name, "").split(BETWEEN_PHRASES)
    return [phrase.strip() for phrase in named if phrase.strip()]
