"""What a text model should have written."""

from __future__ import annotations

from goodfit.hooks.types import Item


def right_text(item: Item) -> str:
    """What should have been written: the target, or the last words of a conversation."""
    found: str = item.fields["target"] if "target" in item.fields else item.fields["messages"][-1]["content"]
    return found
