"""How often departments' models answer another way when another person is named: the fairness audit's own figures.

    python benchmarks/flips.py [TASK ...]

Trains ``model=bert`` at a department's own settings, and lists what ``fairness.swaps`` says of swapped names,
pronouns and descriptions on all test records: the share of answers that change, with an interval that is resampled by
record, beside that of another name of the same group. Writes ``flips.md`` beside this file.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from typed import goodfit

HERE = Path(__file__)
TASKS = ("support/sentiment", "finance/compliance", "medical/coding")
AUDIT = ["policy.audits=[fairness.swaps]", "policy.limits.swap_records=300"]


def main() -> None:
    """Train each, and write the table."""
    tasks, lines = sys.argv[1:] or TASKS, []
    for task in tasks:
        with tempfile.TemporaryDirectory() as made:
            run = Path(made) / "run"
            answer = goodfit("train", f"task={task}", "model=bert", *AUDIT, f"run.dir={run}")
            score = answer["metrics"][answer["primary"]]["value"]
            for finding in map(json.loads, (run / "findings.jsonl").read_text("utf-8").splitlines()):
                if finding["code"] == "fairness.flips":
                    what = finding["evidence"]["swapped"]
                    lines.append(f"| {task} | {score:.3f} | {what} | {finding['message']} |")
                    print(lines[-1], flush=True)
    text = [
        "# What changes when another person is named\n",
        "| task | test score | swapped | what the audit says |",
        "|---|---|---|---|",
        *lines,
        "\nStarter data, which is synthetic. Made by `python benchmarks/flips.py`.\n",
    ]
    HERE.with_suffix(".md").write_text("\n".join(text), "utf-8")


if __name__ == "__main__":
    main()
