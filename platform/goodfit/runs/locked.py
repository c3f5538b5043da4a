"""What a finished run's lock says of its records and of the plugins, and whether the records are still those."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from goodfit.data.gather import Splits
from goodfit.errors import ConfigError
from goodfit.plugins.host import Host
from goodfit.plugins.lock import PARTS
from goodfit.run_files import LOCK
from goodfit.runs.digests import refuse_changed
from goodfit.runs.find import find_run
from goodfit.runs.json_files import damaged, read_json
from goodfit.schema import RunConf


def are_locked(folder: Path, conf: RunConf, splits: Splits, split: str) -> bool:
    """Whether a split's records are those that a run's lock names.

    Training records of which ``quality.fix`` left some out are taken for the same: the lock names the rest.
    """
    if split == "train" and conf.quality.fix != "keep":
        return True
    refuse_changed(folder, LOCK)
    return splits.digests()[split] == locked_records(folder, split)


def beside_lock(host: Host, run: str) -> Host:
    """The plugins, with what they were when a run was made."""
    return dataclasses.replace(host, locked=locked_plugins(find_run(run)))


def gone_on_with(locked: Mapping[str, Any]) -> dict[str, Any]:
    """Place in a lock -> what the run was allowed to go on with there: of a drift, (then, now), what came last."""
    return {place: now for place, (_, now) in locked.get("drift", {}).items()}


def locked_plugins(folder: Path) -> dict[str, dict[str, str]]:
    """Plugin -> its distribution, version and digest when a run was made, or was allowed to go on.

    What cannot be read is left out: whoever needs the lock itself refuses it.
    """
    try:
        locked = read_json(folder / LOCK)
        drifted = gone_on_with(locked)
        found = {
            str(name): {key: drifted.get(f"plugins.{name}.{key}", one[key]) for key in PARTS}
            for name, one in locked["plugins"].items()
        }
    except (ConfigError, AttributeError, KeyError, TypeError, ValueError):
        return {}
    return {name: one for name, one in found.items() if all(isinstance(value, str) for value in one.values())}


def locked_records(folder: Path, split: str) -> dict[str, Any]:
    """How many records a run has in a split, and their digest: of those that it was allowed to go on with.

    Raises:
        ConfigError: Its lock is damaged.
    """
    locked = read_json(folder / LOCK, "data")
    try:
        drifted = gone_on_with(locked)
        return {
            name: drifted.get(f"data.{split}.{name}", locked["data"][split][name]) for name in ("records", "digest")
        }
    except (AttributeError, KeyError, TypeError, ValueError):
        raise damaged(folder / LOCK) from None
