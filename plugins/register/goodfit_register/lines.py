"""The lines of a register: what was trained on what, when, and what came of it."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from goodfit.hooks.types import RunFacts

FILE = "GOODFIT_REGISTER"
"""The variable of the environment that names the register; where it is not set, nothing is written."""
NAMES = ("task", "model", "base", "kind", "adapter", "status", "reason", "steps", "seconds")
"""What is taken over from run.json."""


def enter(event: Literal["start", "end"], run: RunFacts) -> None:
    """Write a line, where there is a register.

    Raises:
        OSError: It cannot be written.
    """
    if path := os.environ.get(FILE):
        append(Path(path), line_of(event, run))


def line_of(event: Literal["start", "end"], run: RunFacts) -> dict[str, Any]:
    """What a register says of a run: names, digests and figures, no text of a record."""
    primary = run.metrics.get("primary")
    gates = run.record.get("gates", ())
    return {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "event": event,
        "run": str(run.folder.absolute()),
        **{name: run.record[name] for name in NAMES if run.record.get(name) is not None},
        "data": {split: digest["digest"] for split, digest in run.lock.get("data", {}).items()},
        **({"metric": primary, **run.metrics["tuned"][primary]} if primary else {}),
        **({"fit": run.record["fit"]["verdict"]} if primary else {}),
        "refused_by": [gate["gate"] for gate in gates if not gate["passed"]],
    }


def append(path: Path, line: Mapping[str, Any]) -> None:
    """Add a line; whole or not at all, also where several machines write, and on the disk before this returns.

    Raises:
        OSError: It cannot be written; the register is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    left = json.dumps(line).encode() + b"\n"
    with path.open("ab", buffering=0) as file:  # a buffer would write what is left of a refused line when it is closed
        fcntl.flock(file, fcntl.LOCK_EX)
        before = file.seek(0, os.SEEK_END)
        try:
            while left:  # a full disk may take a part of it, and refuse the rest
                left = left[file.write(left) :]
            os.fsync(file.fileno())
        except OSError:
            file.truncate(before)
            raise
