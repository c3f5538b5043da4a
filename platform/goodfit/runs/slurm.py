"""hardware=slurm: a batch script that starts the run on the nodes of a Slurm cluster, and its submission.

Each process of the job is told its rank as torchrun tells it, so that a run does not know who started it. Options of
sbatch: https://slurm.schedmd.com/sbatch.html
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from goodfit.config.compose import Composed
from goodfit.config.words import typed_again
from goodfit.errors import HardwareError
from goodfit.run_files import CONFIG, JOB
from goodfit.runs.folder import FOLDER, claimed, run_path
from goodfit.schema import RunConf

SECONDS_TO_SAVE = 120
"""Slurm sends a signal so long before its time limit: the run is saved, and its job put back into the queue."""

LAUNCHED = "GOODFIT_LAUNCHED"
"""Set inside the job: there the run is run."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """A job that waits."""

    job: str
    folder: Path
    script: Path


def waits_for_slurm(conf: RunConf) -> bool:
    """Whether the run is to be handed to Slurm, rather than run here."""
    return conf.hardware.launcher == "slurm" and LAUNCHED not in os.environ


def job_script(composed: Composed, folder: Path) -> str:
    """The batch script of a run.

    Args:
        composed: The run's config.
        folder: Of the run.
    """
    conf = composed.conf
    hardware = conf.hardware
    options = {
        "job-name": f"goodfit-{re.sub(r'[^A-Za-z0-9_.-]', '-', conf.task.name)}",
        "nodes": hardware.nodes,
        "ntasks-per-node": hardware.devices,
        "cpus-per-task": hardware.cpus_per_device,
        "gpus-per-node": hardware.devices if hardware.accelerator == "gpu" else None,
        "time": hardware.time_limit,
        "signal": f"USR1@{SECONDS_TO_SAVE}",
        "partition": hardware.partition,
        "account": hardware.account,
        "chdir": shlex.quote(str(Path.cwd())),
        "output": shlex.quote(str(folder / "slurm-%j.txt")),
    }
    words = typed_again(composed.words, composed.roots, folder)
    train, resume = (_start(verb) for verb in (["train", *words], ["resume", str(folder)]))
    lines = [
        "#!/bin/bash",
        *(f"#SBATCH --{name}={value}" for name, value in options.items() if value is not None),
        f"export {LAUNCHED}=1 {FOLDER}={shlex.quote(str(folder))}",
        'export MASTER_ADDR=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)',
        "export MASTER_PORT=$((20000 + SLURM_JOB_ID % 20000))",
        f"start={shlex.quote(train)}",
        f"if [ -e {shlex.quote(str(folder / CONFIG))} ]; then start={shlex.quote(resume)}; fi",
        'srun --kill-on-bad-exit=1 bash -c "$start"',
        "code=$?",
        'if [ $code = 143 ]; then scontrol requeue "$SLURM_JOB_ID"; fi',
        "exit $code",
    ]
    return "\n".join(lines) + "\n"


def _start(words: Sequence[str]) -> str:
    """What each process of the job runs."""
    command = shlex.join([sys.executable, "-m", "goodfit", *words, "--quiet"])
    return f"RANK=$SLURM_PROCID LOCAL_RANK=$SLURM_LOCALID NODE_RANK=$SLURM_NODEID WORLD_SIZE=$SLURM_NTASKS {command}"


def submit(composed: Composed) -> Submitted:
    """Make the run's folder, write the script into it, and hand it to sbatch.

    Raises:
        ConfigError: The folder has another run's files.
        HardwareError: There is no sbatch, or it says no.
    """
    conf = composed.conf
    with claimed(run_path(conf), named=conf.run.dir is not None) as folder:
        script = folder / JOB
        script.write_text(job_script(composed, folder), "utf-8")
    try:
        done = subprocess.run(["sbatch", "--parsable", str(script)], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise HardwareError(
            "this machine has no sbatch", f"submit {script} where there is one, or train here: hardware=auto"
        ) from None
    if done.returncode:
        said = (done.stderr.strip() or "no reason").splitlines()[-1]
        raise HardwareError(f"sbatch refused the job: {said}", f"mend {script}, or hardware.partition and the like")
    return Submitted(done.stdout.strip().split(";")[0], folder, script)
