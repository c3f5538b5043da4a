"""A department's own clauses, where its machines keep them: one place for all who train, and no path in their words."""

import os
from collections.abc import Mapping
from pathlib import Path

from goodfit.errors import DataError
from goodfit.hooks.files import files_in
from goodfit.hooks.types import DataSourceSpec

PLACE = "GOODFIT_LEGAL_CLAUSES"
"""The variable of the environment that names the folder."""


def files() -> Mapping[str, Path]:
    """Split -> its file in the folder that the environment names.

    Raises:
        DataError: It names none, or there is no training file in it.
    """
    named = os.environ.get(PLACE)
    if not named:
        raise DataError(
            f"legal.house has the clauses of your own department, and {PLACE} does not say where they are",
            f"set {PLACE} to a folder with train.jsonl, or .csv or .parquet",
        )
    folder = Path(named).expanduser()
    found = files_in(folder)
    if "train" not in found:
        raise DataError(
            f"{PLACE} names a folder without a training file: {folder}",
            "put train.jsonl there, or .csv or .parquet, with a text and a label in each row",
        )
    return found


CLAUSES = DataSourceSpec(
    name="legal.house",
    description=f"Clauses of your own department, in the folder that {PLACE} names",
    kind="classification",
    licence="the department's own",
    origin="the department",
    files=files,
)
