"""Which process of a run this is, as launchers number them in the environment."""

from __future__ import annotations

import os

from goodfit.errors import StrayError

RANKS = ("LOCAL_RANK", "NODE_RANK", "RANK")
"""Variables in which launchers number the processes of a run."""


def is_first_process() -> bool:
    """Whether this is the process that writes."""
    return further_by() is None


def further_by() -> str | None:
    """The variable that says that this is a further process of a run, where one does."""
    return next((name for name in RANKS if os.environ.get(name, "0") != "0"), None)


def refuse_no_number() -> None:
    """Refuse to be a process whose number is none: libraries would fall over it at their import.

    Raises:
        StrayError: Names the variable.
    """
    for name in RANKS:
        try:
            int(os.environ.get(name, "0"))
        except ValueError:
            what = f"{name} is '{os.environ[name]}' in the environment, expected the number of a process"
            raise StrayError(what, f"unset {name}") from None
