"""What hiding words in training is worth on new records: the same runs with and without it, on small real sets.

    python benchmarks/word_dropout.py --data ../shared/data

Writes ``word_dropout.md`` beside this file; a run whose folder is finished is not made again.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from samples import NO_AUDITS, SETS, sample
from search_quality import with_interval

HERE = Path(__file__).resolve()
COUNTS = {"train": 300, "validation": 100, "test": 500}
SHARES = (0.0, 0.1, 0.2)
NAMES = ("banking77", "multidogo_finance", "clickbait", "finentity", "ncbi_disease")


def run(name: str, draw: int, share: float, options: argparse.Namespace) -> Mapping[str, Any]:
    """The test figures of a run on a sample, by metric."""
    folder = options.out / f"{name}-{draw}-{share}"
    if not (folder / "metrics.json").exists():
        words = [*sample(options.data, name, COUNTS, draw, options.out / "data" / f"{name}-{draw}"), *NO_AUDITS]
        words += ["model=bert", "adapter=lora", f"seed={draw}", f"training.word_dropout={share}", "tracker=none"]
        words += ["policy.enforce=false", f"runtime.threads={options.threads}", f"run.dir={folder}"]
        command = [sys.executable, "-m", "goodfit", "train", *words, "--json", "--quiet"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    written = json.loads((folder / "metrics.json").read_text("utf-8"))
    return {name: written["tuned"][name]["value"] for name in (written["primary"], "test/loss")}


def main() -> None:
    """Run what has not been run, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the folder with the data sets")
    parser.add_argument("--out", type=Path, default=Path("runs/word_dropout"), help="run folders")
    parser.add_argument("--only", nargs="+", choices=SETS, default=list(NAMES))
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    lines = [
        "# Words that are hidden in training",
        "",
        "`goodfit train model=bert adapter=lora training.word_dropout=…`, all else by default, on",
        f"{options.draws} draws of {COUNTS['train']} training, {COUNTS['validation']} validation and up to",
        f"{COUNTS['test']} test records of each set. Means of the test figures, and the difference to the same runs",
        "with nothing hidden [95 % interval over the draws].",
        "",
        "| data | metric | hidden | mean | difference | loss | difference |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in options.only:
        found = {share: [run(name, draw, share, options) for draw in range(options.draws)] for share in SHARES}
        metric = next(iter(found[0.0][0]))
        for share, figures in found.items():
            cells = [name, metric.removeprefix("test/"), f"{share:.0%}"]
            for one in (metric, "test/loss"):
                own, without = ([figure[one] for figure in part] for part in (figures, found[0.0]))
                cells += [f"{np.mean(own):.3f}", with_interval(np.subtract(own, without)) if share else ""]
            lines.append(f"| {' | '.join(cells)} |")
            print(lines[-1], flush=True)
    typed = f"--draws {options.draws} --only {' '.join(options.only)}"
    lines += ["", f"Made by `python benchmarks/word_dropout.py {typed}`."]
    HERE.with_suffix(".md").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
