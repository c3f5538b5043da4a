"""How a run on several machines is started: what to type on each of them."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from goodfit.config.words import without
from goodfit.schema import RunConf

PORT = 29500
"""torchrun's own: https://docs.pytorch.org/docs/stable/elastic/run.html"""


def needs_torchrun(conf: RunConf) -> bool:
    """Whether a run has machines that this command does not start."""
    return conf.hardware.launcher == "here" and conf.hardware.nodes > 1


def torchrun_commands(conf: RunConf, words: Sequence[str], folder: Path) -> list[str]:
    """The command of each machine, the first one named by its address in ``$FIRST``.

    Args:
        conf: The run's config.
        words: As typed.
        folder: Of the run, on a disk that all machines share.
    """
    own = without(words, "run.dir")
    run = shlex.join(["-m", "goodfit", "train", *own, f"run.dir={folder}"])
    return [
        f"torchrun --nnodes={conf.hardware.nodes} --nproc-per-node={conf.hardware.devices} --node-rank={node} "
        f"--master-addr=$FIRST --master-port={PORT} {run}"
        for node in range(conf.hardware.nodes)
    ]
