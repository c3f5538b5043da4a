"""The files of a data source, by the names that goodfit expects."""

from __future__ import annotations

from pathlib import Path

from goodfit.schema.dataset import SPLITS, SUFFIXES


def files_in(folder: Path) -> dict[str, Path]:
    """Split -> the file of that name; a split without one is split off the training records."""
    found = {split: [folder / f"{split}{suffix}" for suffix in SUFFIXES] for split in SPLITS}
    there = {split: [path for path in paths if path.is_file()] for split, paths in found.items()}
    return {split: paths[0] for split, paths in there.items() if paths}
