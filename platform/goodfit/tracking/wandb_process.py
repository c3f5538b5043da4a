"""The process that talks to wandb: reads JSON lines, the first one with the run's settings."""

from __future__ import annotations

import json
import sys

START_SECONDS = 60
"""How long wandb asks for its server; nobody waits for this process meanwhile."""


def main() -> None:
    """Log every line until the pipe closes."""
    import wandb

    start = json.loads(sys.stdin.readline())
    run = wandb.init(
        project=start["project"],
        name=start["name"],
        mode=start["mode"],
        config=start["config"],
        settings=wandb.Settings(init_timeout=START_SECONDS, console="off", disable_git=True, save_code=False),
    )
    for line in sys.stdin:
        figures = json.loads(line)
        run.log(figures, step=figures.get("step"))
    run.finish()


if __name__ == "__main__":
    main()
