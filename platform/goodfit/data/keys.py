"""Keys that scrubbing needs: secrets of the environment, which are written nowhere."""

from __future__ import annotations

import os

from goodfit.errors import ConfigError

SHORTEST = 16
"""Characters; a shorter key can be guessed, and with it every hashed name of a telephone book."""


def secret_key(variable: str, wanted: str, advice: str) -> bytes:
    """A secret in the environment.

    Args:
        variable: That holds it.
        wanted: What it is for.
        advice: How it should be chosen or kept.

    Raises:
        ConfigError: There is none, or a short one.
    """
    given = os.environ.get(variable, "")
    if len(given) < SHORTEST:
        what = "is not set" if not given else f"has {len(given)} characters"
        raise ConfigError(
            f"{wanted}, and the variable {variable} {what}",
            f"set it to a secret of at least {SHORTEST} characters, {advice}",
        )
    return given.encode("utf-8", "surrogateescape")
