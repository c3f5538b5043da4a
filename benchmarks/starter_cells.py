"""Every kind with every family on the departments' starter data: better than the base, in how many seconds.

    python benchmarks/starter_cells.py

Each run is ``goodfit train task=… model=…`` as it comes, in a process of its own; a cell that has its row is not run
again. Writes ``starter_cells.md`` beside this file. Run it on a quiet machine: the seconds are wall seconds.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
CLAUSES = HERE.parents[1] / "plugins" / "legal" / "goodfit_legal" / "data" / "clauses"
TASKS = {
    "legal/clauses": (),
    "medical/coding": (),
    "legal/terms": (),
    "legal/contract_qa": (),
    "support/faq": (),
    "legal/summary": (),
    "support/reply": (),
    # raw documents: the texts of another task
    "language_modeling": (
        "dataset=files",
        *(f"dataset.{s}={CLAUSES / s}.jsonl" for s in ("train", "validation", "test")),
    ),
}
"""A task of each kind, and what else is typed."""
MODELS = ("bert", "t5", "gpt")
REFUSED = {("legal/summary", "bert"), ("support/reply", "bert")}
"""An encoder does not write."""


def run(task: str, model: str, out: Path) -> dict[str, Any]:
    """Train one cell; what its run folder says of it."""
    folder = out / f"{task.replace('/', '-')}-{model}"
    words = [f"task={task}", f"model={model}", *TASKS[task], f"run.dir={folder}", "tracker=none", "--json", "--quiet"]
    shutil.rmtree(folder, ignore_errors=True)
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
    lower = name.removeprefix("test/") in ("perplexity", "loss")
    better = "yes" if (-paired["high"] if lower else paired["low"]) > 0 else "**no**"
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

`goodfit train task=… model=…` with no other word (language modelling: on the texts of `legal/clauses`). The base is the
same model untuned (for an encoder without a head for the task: the most frequent answer), asked the same test records;
differences are paired, all intervals are 95 %. `model=t5` and `model=gpt` start from noise and have seen nothing but
the task's own training records, so that overfitting is what is to be expected of them. Seconds are wall seconds of
the run and of the whole process.{note}

Made by `python benchmarks/starter_cells.py`.

| kind | family | task | model | adapter | metric | tuned | base | difference | better | fit | run s | process s |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
"""


REFUSALS = """

Two cells are refused before anything is loaded: `generation` and `chat` with an encoder, which has only heads; the
error names models that would do.
"""


def main() -> None:
    """Run every cell, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("runs/starter_cells"), help="run folders and rows.json")
    parser.add_argument("--note", default="", help="how it was measured, for the head of the table")
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    kept = options.out / "rows.json"
    rows: dict[str, str] = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    cells = {f"{task} {model}": (task, model) for task in TASKS for model in MODELS if (task, model) not in REFUSED}
    for name, (task, model) in cells.items():
        if model in options.models and name not in rows:
            rows[name] = row(run(task, model, options.out))
            kept.write_text(json.dumps(rows), "utf-8")
            print(rows[name], flush=True)
    lines = [rows.get(name, f"| | | {task} | {model} | not measured |") for name, (task, model) in cells.items()]
    HERE.with_suffix(".md").write_text(
        HEAD.format(note=options.note and f" {options.note}") + "\n".join(lines) + REFUSALS, "utf-8"
    )


if __name__ == "__main__":
    main()
