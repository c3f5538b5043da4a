"""How often departments' models answer another way when another person is named: the fairness audit's own figures.

    python benchmarks/flips.py [TASK ...]

Trains ``model=bert`` at a department's own settings, and lists what its fairness audit says of swapped names, pronouns
and descriptions: the share of answers that change, with an interval that is resampled by record. Writes ``flips.md``
beside this file.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from typed import goodfit

HERE = Path(__file__)
TASKS = ("support/sentiment", "finance/compliance", "legal/terms")


def main() -> None:
    """Train each, and write the table."""
    tasks, lines = sys.argv[1:] or TASKS, []
    for task in tasks:
        with tempfile.TemporaryDirectory() as made:
            run = Path(made) / "run"
            answer = goodfit("train", f"task={task}", "model=bert", f"run.dir={run}")
            score = answer["metrics"][answer["primary"]]["value"]
            for finding in map(json.loads, (run / "findings.jsonl").read_text("utf-8").splitlines()):
                if finding["code"].startswith("fairness."):
                    lines.append(f"| {task} | {score:.3f} | {finding['severity']} | {finding['message']} |")
                    print(lines[-1], flush=True)
    text = [
        "# What changes when another person is named\n",
        "| task | test score | severity | what the audit says |",
        "|---|---|---|---|",
        *lines,
        "\nStarter data, which is synthetic. Made by `python benchmarks/flips.py`.\n",
    ]
    HERE.with_suffix(".md").write_text("\n".join(text), "utf-8")


if __name__ == "__main__":
    main()
