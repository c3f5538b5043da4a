"""How many records a generator writes, and where."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from goodfit.testing.starter_data import write_starter_data

DATA = Path(__file__).parents[1] / "goodfit_legal" / "data"
SIZES = {"train": 480, "validation": 120, "test": 150}
"""Clean records of each split; faults are planted among them and behind them."""


def write_task(task: str, kind: str, splits: Mapping[str, Sequence[dict[str, Any]]], seed: int) -> None:
    """Write a task's files into the plugin, or into the folder given on the command line."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA / task
    write_starter_data(folder, kind, splits, seed)
