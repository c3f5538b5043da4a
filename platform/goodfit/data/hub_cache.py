"""Where the hub's own cache has a data set, and whether all files of a configuration are there."""

from __future__ import annotations

import fnmatch
from functools import partial
from pathlib import Path
from typing import Any

CARD = "README.md"
"""It names the configurations of a data set, and the files of each."""


def cached_folder(name: str, config: str | None, revision: str | None) -> Path:
    """The folder of a data set in the hub's own cache; files of other configurations may be missing there.

    Args:
        name: The data set's, on the hub.
        config: The configuration.
        revision: The commit; None is the newest one that was fetched.

    Raises:
        FileNotFoundError: Not all files of the configuration are there.
    """
    from huggingface_hub import snapshot_download

    # it refuses where files are missing of a data set that was listed as it was fetched
    cached = partial(snapshot_download, name, repo_type="dataset", revision=revision, local_files_only=True)
    folder = Path(cached(allow_patterns=[CARD]))
    patterns = _files_of(folder / CARD, config)
    cached(allow_patterns=patterns)
    there = [path.relative_to(folder).as_posix() for path in folder.rglob("*")]
    for pattern in patterns or ():
        if not fnmatch.filter(there, pattern):
            raise FileNotFoundError(pattern)
    return folder


def _files_of(card: Path, config: str | None) -> list[str] | None:
    """Patterns of the files of a configuration, as a card has them: none of one that the card lacks; None where it
    names no files, and any may be meant."""
    from datasets.utils.metadata import MetadataConfigs
    from huggingface_hub import DatasetCard

    named = MetadataConfigs.from_dataset_card_data(DatasetCard.load(str(card)).data) if card.is_file() else {}
    if not named:
        return None
    chosen = named.get(config or named.get_default_config_name(), {"data_files": []})
    below, given = chosen.get("data_dir"), chosen.get("data_files")
    if given is None:
        return [f"{below}/*"] if below else None
    paths = [part["path"] if isinstance(part, dict) else part for part in _listed(given)]
    return [f"{below}/{path}" if below else path for several in paths for path in _listed(several)]


def _listed(given: Any) -> list[Any]:
    return given if isinstance(given, list) else [given]
