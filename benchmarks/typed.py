"""The command line as the benchmarks type it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any


def goodfit(verb: str, *words: str) -> dict[str, Any]:
    """What a verb says with ``--json``, in a process of its own, on one thread and without a tracker.

    Raises:
        SystemExit: It failed; with its words.
    """
    own = [] if verb == "predict" else ["tracker=none", "runtime.threads=1"]
    command = [sys.executable, "-m", "goodfit", verb, *words, *own, "--json", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])
