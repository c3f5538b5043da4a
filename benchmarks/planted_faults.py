"""How many of the faults that are planted in the departments' data the audits find, and what they find besides.

    python benchmarks/planted_faults.py [TASK…]

Each row is a task: found / planted of copies, leaks and wrong answers, and the training records that an audit names
without a planted fault. Nothing is trained. Writes ``planted_faults.md`` beside this file.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

from goodfit.cli.setting_up import compose_words
from goodfit.plugins.host import Host, load_plugins
from goodfit.runs.known import read_task

CODES = {"duplicate": "quality.duplicate", "leak": "data.leak", "noisy_label": "quality.wrong_answer"}
"""Planted fault -> the finding that has to name it."""
SAID = """
Found / planted. Wrong answers are not looked for where a record has several labels or an answer in its text.
"""
JUDGED = (
    *CODES.values(),
    "quality.near_leak",
    "quality.damaged",
    "quality.empty",
    "quality.language",
    "quality.secret",
)
"""Findings whose rows have to be planted ones."""


def tasks_with_data(host: Host) -> list[str]:
    """Every department's task, by its data source."""
    return sorted(name.replace(".", "/", 1) for name in host.data_sources)


def measure(task: str, host: Host) -> tuple[list[str], Counter[str], Counter[str]]:
    """A task's row of the table; and what was found and planted, by fault."""
    composed = compose_words([f"task={task}", "quality.deep=true"], needed=("task",))
    started = time.monotonic()
    findings = read_task(composed, host).findings
    seconds = time.monotonic() - started
    folder = Path(host.data_sources[task.replace("/", ".")].files()["train"]).parent
    planted: dict[str, set[str]] = defaultdict(set)
    for fault in json.loads((folder / "planted.json").read_text("utf-8"))["faults"]:
        planted[fault["fault"]].add(fault["id"])
    named: dict[str, set[str]] = defaultdict(set)
    for finding in findings:
        named[finding.code] |= set(finding.rows)
    hits = Counter({fault: len(planted[fault] & named[code]) for fault, code in CODES.items()})
    sizes = Counter({fault: len(planted[fault]) for fault in CODES})
    faulty = set().union(*planted.values())
    false = {code: len(named[code] - faulty) for code in JUDGED if named[code] - faulty}
    cells = [f"{hits[fault]} / {sizes[fault]}" for fault in CODES]
    return (
        [task, *cells, ", ".join(f"{count} {code}" for code, count in false.items()) or "0", f"{seconds:.0f}"],
        hits,
        sizes,
    )


def main() -> None:
    """Measure each task, and write the table."""
    host = load_plugins()
    lines = ["| task | copies | leaks | wrong answers | named without a fault | s |", "|---|---|---|---|---|---|"]
    hits: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for task in sys.argv[1:] or tasks_with_data(host):
        row, found, planted = measure(task, host)
        hits += found
        sizes += planted
        lines.append("| " + " | ".join(row) + " |")
        print(lines[-1], flush=True)
    lines.append("| all | " + " | ".join(f"{hits[fault]} / {sizes[fault]}" for fault in CODES) + " | | |")
    made = " ".join(["python benchmarks/planted_faults.py", *sys.argv[1:]])
    text = ["# Planted faults of the departments' data", SAID, *lines, f"\nMade by `{made}`.\n"]
    Path(__file__).with_suffix(".md").write_text("\n".join(text), "utf-8")


if __name__ == "__main__":
    main()
