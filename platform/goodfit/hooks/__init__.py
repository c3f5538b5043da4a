"""The border between goodfit and its plugins: hook specs and the values that cross."""

from goodfit.hooks.specs import HOOK_API, hookimpl, hookspec

__all__ = ["HOOK_API", "hookimpl", "hookspec"]
