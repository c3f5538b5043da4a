"""What determinism costs in time, and whether a run that is made again has the same bytes: a run of every family.

    python benchmarks/determinism.py > benchmarks/determinism.md

``task=support`` with the models that need no network. A run of each with ``runtime.deterministic=true`` and one with
``false``, in turn, each in a forked process, in seconds of its processor; then ``goodfit reproduce`` of the first.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from conftest import run_main
from killing import in_child

MODELS = ("bert", "t5", "gpt")


def trained(words: list[str], folder: Path) -> float:
    """Seconds of the processor for a run, imports aside."""
    took = folder.with_suffix(".seconds")

    def work() -> int:
        started = time.process_time()
        code = run_main(["train", *words, f"run.dir={folder}", "--quiet"], folder.parent).code
        took.write_text(str(time.process_time() - started), "utf-8")
        return code

    assert in_child(work) == 0, folder
    return float(took.read_text("utf-8"))


def main() -> None:
    """Measure, reproduce, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--steps", type=int, default=60)
    options = parser.parse_args()
    root = Path(tempfile.mkdtemp())
    print("# Determinism\n\nMade by `python benchmarks/determinism.py`: `task=support`,", f"{options.steps} steps.\n")
    print("| model | deterministic, s | not, s | ratio | files that `reproduce` compared | equal |")
    print("|---|---|---|---|---|---|")
    for model in MODELS:
        words = ["task=support", f"model={model}", f"training.max_steps={options.steps}", "runtime.threads=1"]
        seconds: dict[str, list[float]] = {"true": [], "false": []}
        trained([*words, "training.max_steps=2"], root / f"{model}-warm")
        for number in range(options.repeats):
            for way, found in seconds.items():
                folder = root / f"{model}-{way}-{number}"
                found.append(trained([*words, f"runtime.deterministic={way}"], folder))
        on, off = (statistics.median(found) for found in seconds.values())
        outcome = run_main(["reproduce", str(root / f"{model}-true-0"), "--json", "--quiet"], root)
        assert outcome.code in (0, 3), outcome.err
        files = outcome.json["files"]
        equal = sum(found == "equal" for found in files.values())
        assert (outcome.code == 0) == (equal == len(files)), json.dumps(outcome.json)
        print(f"| {model} | {on:.1f} | {off:.1f} | {on / off:.3f} | {len(files)} | {equal} |", flush=True)


if __name__ == "__main__":
    main()
