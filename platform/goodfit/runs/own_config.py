"""The config of a run, or a word on which goodfit made it, where this one cannot read it."""

from __future__ import annotations

from pathlib import Path

from goodfit.config.written import read_config
from goodfit.errors import GoodfitError
from goodfit.schema import RunConf


def own_config(folder: Path) -> RunConf:
    """The config of a run.

    Raises:
        GoodfitError: It cannot be read: another goodfit made the run, or it was edited.
    """
    try:
        return read_config(folder)
    except GoodfitError as mistake:
        from goodfit.runs.lock import refuse_of_another  # a run that can be read needs none of what that imports

        refuse_of_another(folder, mistake)
        raise
