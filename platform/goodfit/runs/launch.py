"""How a run of several processes is started: what to type on each machine, and how many others may have started."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from goodfit.config.compose import Composed
from goodfit.config.words import typed_again
from goodfit.errors import ConfigError, StrayError
from goodfit.ranks import further_by
from goodfit.schema import RunConf

PORT = 29500
"""torchrun's own: https://docs.pytorch.org/docs/stable/elastic/run.html"""


def needs_torchrun(conf: RunConf) -> bool:
    """Whether a run has machines that this command does not start."""
    return conf.hardware.launcher == "here" and conf.hardware.nodes > 1


def torchrun_commands(composed: Composed, folder: Path) -> list[str]:
    """The command of each machine, the first one named by its address in ``$FIRST``.

    Args:
        composed: The run's config.
        folder: Of the run, on a disk that all machines share.
    """
    hardware = composed.conf.hardware
    run = shlex.join(["-m", "goodfit", "train", *typed_again(composed.words, composed.roots, folder)])
    return [
        f"torchrun --nnodes={hardware.nodes} --nproc-per-node={hardware.devices} --node-rank={node} "
        f"--master-addr=$FIRST --master-port={PORT} {run}"
        for node in range(hardware.nodes)
    ]


def refuse_other_count(conf: RunConf, again: bool) -> None:
    """Refuse to be one of fewer or more processes than the run has: each would train it alone, or wait for nobody.

    Launchers tell a process in the environment how many they started; Lightning, which starts those of one machine
    itself, gives them no RANK: https://docs.pytorch.org/docs/stable/elastic/run.html#environment-variables.

    Args:
        conf: The run's config.
        again: Whether it is made again, from words that nobody types.

    Raises:
        ConfigError: Names the words for so many.
        StrayError: See ``refuse_stray``.
    """
    count, needed = _started(), conf.hardware.devices * conf.hardware.nodes
    if count is None or count == needed:
        refuse_stray(conf)
        return
    devices = int(os.environ.get("LOCAL_WORLD_SIZE", count))
    strategy = "hardware=ddp " if conf.hardware.strategy == "single" else ""
    nodes = f" hardware.nodes={count // devices}" if count > devices or conf.hardware.nodes > 1 else ""
    words = f"add {strategy}hardware.devices={devices}{nodes}, or "
    raise ConfigError(
        f"{count} process{'es were' if count > 1 else ' was'} started for this run, and its hardware.devices="
        f"{conf.hardware.devices} hardware.nodes={conf.hardware.nodes} are {needed}",
        f"{'' if again else words}start {needed}",
    )


def refuse_stray(conf: RunConf) -> None:
    """Refuse to be a further process of a run that has one: it would wait for a first one that nobody started.

    Args:
        conf: The run's config.

    Raises:
        StrayError: Names the variable that says so.
    """
    name = further_by()
    if name is not None and conf.hardware.devices * conf.hardware.nodes == 1:
        raise StrayError(
            f"{name}={os.environ[name]} in the environment says that this is a further process, and the run has one",
            f"unset {name}",
        )


def _started() -> int | None:
    """How many processes a launcher started, where one did."""
    size = os.environ.get("WORLD_SIZE", "")
    if "RANK" not in os.environ or not size.isdecimal():
        return None
    return int(size) if size != "1" or "LOCAL_RANK" in os.environ else None  # a cluster says 1 of a lone machine
