"""How a run on several machines is started: what to type on each of them."""

from __future__ import annotations

import shlex
from pathlib import Path

from goodfit.config.compose import Composed
from goodfit.config.words import typed_again
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
