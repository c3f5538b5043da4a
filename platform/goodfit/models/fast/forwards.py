"""Modules of a model with another forward than their own, until it is undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any


def replace_forwards(modules: Sequence[Any], forward: Callable[[Any], Callable[..., Any]]) -> Callable[[], None]:
    """Give modules another forward, and give what undoes it: what they had before is put back."""
    before = [vars(module).get("forward") for module in modules]
    for module in modules:
        module.forward = forward(module)

    def undo() -> None:
        for module, own in zip(modules, before, strict=True):
            del module.forward
            if own is not None:
                module.forward = own

    return undo
