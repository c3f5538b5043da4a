"""Hooks that are still called and will not always be: what to use instead, and when they go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

OLDEST_API = 1
"""Plugins that were written for an older hook API are refused; those for newer ones than goodfit's, too."""


@dataclass(frozen=True, slots=True)
class Deprecation:
    """Why a hook is not to be used any more."""

    gone: int
    """The hook API in which it will not be called any more."""
    instead: str
    """What to use instead."""


DEPRECATED: Mapping[str, Deprecation] = {}
"""Hook -> its deprecation; ``goodfit plugins doctor`` tells those who have one of them. None so far."""
