"""Every kind with every family on the departments' starter data: better than the base, in how many seconds.

    python benchmarks/starter_cells.py

Each run is ``goodfit train task=… model=…`` as it comes, in a process of its own. Writes ``starter_cells.md`` beside
this file. Run it on a quiet machine: the seconds are wall seconds.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
TASKS = ("legal/clauses", "support/intent", "support/sentiment", "legal/terms", "legal/summary")
MODELS = ("bert", "t5", "gpt")
REFUSED = {("legal/summary", "bert")}
"""An encoder does not write."""


def run(task: str, model: str, out: Path) -> dict[str, Any]:
    """Train one cell; what its run folder says of it."""
    folder = out / f"{task.replace('/', '-')}-{model}"
    words = [f"task={task}", f"model={model}", f"run.dir={folder}", "tracker=none", "--json", "--quiet"]
    started = time.monotonic()
    command = [sys.executable, "-m", "goodfit", "train", *words]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
    wall = time.monotonic() - started
    if done.returncode:
        raise SystemExit(f"{task} {model} ended with {done.returncode}: {done.stdout}")
    record, metrics = (json.loads((folder / name).read_text("utf-8")) for name in ("run.json", "metrics.json"))
    return {"task": task, "model": model, "wall": wall, "record": record, "metrics": metrics}


def row(found: dict[str, Any]) -> str:
    """A line of the table."""
    record, metrics = found["record"], found["metrics"]
    name = metrics["primary"]
    tuned, base, paired = metrics["tuned"][name], metrics["base"][name], metrics["paired"][name]
    better = "yes" if paired["low"] > 0 else "**no**"
    cells = [
        record["kind"],
        record["family"],
        found["task"],
        found["model"],
        record["adapter"],
        name.removeprefix("test/"),
        f"{tuned['value']:.3f} [{tuned['low']:.3f}, {tuned['high']:.3f}]",
        "-" if base["value"] is None else f"{base['value']:.3f}",
        f"{paired['difference']:+.3f} [{paired['low']:+.3f}, {paired['high']:+.3f}]",
        better,
        record["fit"]["verdict"],
        f"{record['seconds']:.0f}",
        f"{found['wall']:.0f}",
    ]
    return f"| {' | '.join(cells)} |"


HEAD = """# Kinds and families on starter data

`goodfit train task=… model=…` with no other word, on two cores. The base is the same model untuned (for an encoder,
which has no head for the task yet: the most frequent answer), asked the same test records; differences are paired, all
intervals are 95 %. `model=t5` and `model=gpt` start from noise and have seen nothing but the task's own training
records, so that overfitting is what is to be expected of them. Seconds are wall seconds of the run and of the whole
process.

Made by `python benchmarks/starter_cells.py`.

| kind | family | task | model | adapter | metric | tuned | base | difference | better | fit | run s | process s |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
"""


def main() -> None:
    """Run every cell, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("runs/starter_cells"), help="the folder of the runs, empty")
    options = parser.parse_args()
    lines = []
    for task in TASKS:
        for model in MODELS:
            if (task, model) not in REFUSED:
                lines.append(row(run(task, model, options.out)))
                print(lines[-1], flush=True)
    HERE.with_suffix(".md").write_text(HEAD + "\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
