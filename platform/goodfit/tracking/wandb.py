"""Weights & Biases, in a process of its own: whatever it does, a run is neither stopped nor delayed by it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from goodfit.extras import is_installed, need
from goodfit.run_files import WANDB_LOG
from goodfit.schema.tracker import TrackerConf

KEY = "WANDB_API_KEY"


def wanted(conf: TrackerConf) -> bool:
    """Whether this run is tracked with wandb.

    Raises:
        HardwareError: It was asked for and is not installed.
    """
    if conf.name == "wandb":
        need("wandb", "tracker=wandb")
    return conf.name == "wandb" or (conf.name == "auto" and is_installed("wandb") and KEY in os.environ)


class WandbProcess:
    """Passes lines on to the process that talks to wandb; what it does not take at once is dropped there.

    Args:
        conf: The tracker group.
        folder: The run's folder; wandb's files go below it.
        name: Of the run.
        config: What to show as the run's config.
    """

    def __init__(self, conf: TrackerConf, folder: Path, name: str, config: Mapping[str, Any]) -> None:
        mode = conf.mode if conf.mode != "auto" else ("online" if KEY in os.environ else "offline")
        self._timeout_seconds = conf.timeout_seconds
        self._process = subprocess.Popen(
            [sys.executable, "-m", "goodfit.tracking.wandb_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=(folder / WANDB_LOG).open("wb"),
            start_new_session=True,
            cwd=folder,
            env={**os.environ, "WANDB_SILENT": "true", "WANDB_DIR": str(folder)},
        )
        assert self._process.stdin is not None
        self._pipe = self._process.stdin.fileno()
        os.set_blocking(self._pipe, False)
        self.send({"project": conf.project, "name": name, "mode": mode, "config": dict(config)})

    def send(self, line: Mapping[str, Any]) -> None:
        """Hand a line over, if the process takes it now."""
        with contextlib.suppress(BlockingIOError, BrokenPipeError, ValueError):
            os.write(self._pipe, (json.dumps(dict(line)) + "\n").encode())

    def close(self) -> None:
        """Let it finish; it is waited for only as long as the config says, and then finishes by itself."""
        with contextlib.suppress(OSError, ValueError):
            self._process.stdin.close()  # type: ignore[union-attr]
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(self._timeout_seconds)
