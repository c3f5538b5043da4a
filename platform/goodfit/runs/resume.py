"""Going on with a run that was killed, stopped or failed: from its written config, to the same bytes."""

from __future__ import annotations

import functools
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from goodfit.config.compose import Composed
from goodfit.errors import ConfigError
from goodfit.files import write_whole
from goodfit.plugins.host import Host
from goodfit.ranks import is_first_process
from goodfit.run_files import CHECKPOINTS, HELD, HISTORY, JOB
from goodfit.runs.find import find_run, is_finished, resume_command
from goodfit.runs.held import held
from goodfit.runs.slurm import waits_for_slurm
from goodfit.training.checkpoints import choose_checkpoint, of_others, prune, tidy

if TYPE_CHECKING:
    from goodfit.runs.write import Finished
    from goodfit.training.state import Saved
    from goodfit.training.watch import Progress


def resume_run(typed: str, host: Host, progress: Progress, allow_drift: bool = False) -> tuple[Path, Finished | None]:
    """Go on with a run.

    Args:
        typed: Its folder.
        host: The plugins.
        progress: Shows it.
        allow_drift: Whether data, code, packages or machine may be others than they were.

    Returns:
        Its folder, and what came out; nothing where it was finished before.
    """
    from goodfit.runs.engine import carry_out
    from goodfit.runs.lock import refuse_drift, started_with

    folder = find_run(typed)
    if is_finished(folder):
        if (folder / HELD).exists():
            with held(folder):  # killed behind its end: it is let go
                return folder, None
        return folder, None
    if is_first_process():
        with held(folder):  # where another process goes on with it, that is said before anything is read or written
            pass
    conf = started_with(folder)
    if conf.hardware.strategy == "deepspeed":
        raise ConfigError("DeepSpeed keeps the optimiser to itself, and such a run cannot go on", "train it again")
    if waits_for_slurm(conf):
        raise ConfigError("this run is a job of Slurm, which goes on there", f"sbatch {folder / JOB}")
    check = functools.partial(refuse_drift, folder, allowed=allow_drift)
    return folder, carry_out(Composed(conf, {}, {}, ()), host, progress, resumed=folder, check=check)


def start_from(folder: Path, identity: str, keep_checkpoints: int, progress: Progress) -> Saved | None:
    """What is left of a run to go on from; its history is cut back to that moment.

    Args:
        folder: Its.
        identity: What makes it what it is.
        keep_checkpoints: The newest ones that stay.
        progress: Is told.

    Raises:
        ConfigError: There are checkpoints of another run, which would be lost.
    """
    from goodfit.training.held_out import best_steps
    from goodfit.training.state import open_saved

    checkpoints = folder / CHECKPOINTS
    if strange := of_others(checkpoints, identity):
        raise ConfigError(
            f"{strange[0]} is of another run", f"move it back to that run, then: {resume_command(folder)}"
        )
    chosen = choose_checkpoint(checkpoints)
    saved = open_saved(chosen.path) if chosen.path else None
    if is_first_process():
        said = [f"not taken: {reason}" for reason in chosen.skipped]
        said.append(f"goes on behind step {saved.place.step}" if saved else "no checkpoint: starts from the beginning")
        for line in said:
            logging.getLogger(__name__).info(line)
            progress.say(line)
        tidy(checkpoints, saved.place.step if saved else 0)
        if saved is not None:  # the save may have been killed before it removed what it takes the place of
            prune(checkpoints, keep_checkpoints, best_steps(saved.evaluations))
        write_whole(folder / HISTORY, (chosen.path / HISTORY).read_bytes() if chosen.path else b"")
    return saved
