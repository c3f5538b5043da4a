"""What a setting of training is worth on new records: the same runs with and without it, on small real sets.

    python benchmarks/small_sets.py training.soup=3,5 --data ../shared/data

Writes ``soup.md`` beside this file for ``training.soup``; a run whose folder is finished is not made again.
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
NAMES = ("banking77", "multidogo_finance", "clickbait", "finentity", "ncbi_disease")


def run(name: str, draw: int, word: str, options: argparse.Namespace) -> Mapping[str, Any]:
    """The test figures of a run on a sample, by metric, and its seconds; with a further word, or without."""
    folder = options.out / f"{name}-{draw}-{word}"
    if not (folder / "metrics.json").exists():
        words = [*sample(options.data, name, COUNTS, draw, options.out / "data" / f"{name}-{draw}"), *NO_AUDITS]
        words += ["model=bert", "adapter=lora", f"seed={draw}", "tracker=none"]
        words += [word] if word else []
        words += ["policy.enforce=false", f"runtime.threads={options.threads}", f"run.dir={folder}"]
        command = [sys.executable, "-m", "goodfit", "train", *words, "--json", "--quiet"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    written = json.loads((folder / "metrics.json").read_text("utf-8"))
    figures = {name: written["tuned"][name]["value"] for name in (written["primary"], "test/loss")}
    return figures | {"seconds": json.loads((folder / "run.json").read_text("utf-8"))["seconds"]}


def main() -> None:
    """Run what has not been run, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("word", help="a setting and its values: training.soup=3,5")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the folder with the data sets")
    parser.add_argument("--out", type=Path, default=Path("runs/small_sets"), help="run folders")
    parser.add_argument("--only", nargs="+", choices=SETS, default=list(NAMES))
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    key, _, values = options.word.partition("=")
    lines = [
        f"# What `{key}` is worth on small sets",
        "",
        f"`goodfit train model=bert adapter=lora {key}=…`, all else by default, on {options.draws} draws of",
        f"{COUNTS['train']} training, {COUNTS['validation']} validation and up to {COUNTS['test']} test records of",
        "each set. Means of the test figures, and the difference to the same runs without it [95 % interval over the",
        "draws].",
        "",
        f"| data | metric | {key} | mean | difference | loss | difference | seconds |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name in options.only:
        words = ["", *(f"{key}={value}" for value in values.split(","))]
        found = {word: [run(name, draw, word, options) for draw in range(options.draws)] for word in words}
        metric = next(iter(found[""][0]))
        for word, figures in found.items():
            cells = [name, metric.removeprefix("test/"), word.partition("=")[2] or "-"]
            for one in (metric, "test/loss"):
                own, without = ([figure[one] for figure in part] for part in (figures, found[""]))
                cells += [f"{np.mean(own):.3f}", with_interval(np.subtract(own, without)) if word else ""]
            lines.append(f"| {' | '.join([*cells, format(np.mean([one['seconds'] for one in figures]), '.0f')])} |")
            print(lines[-1], flush=True)
    typed = f"{options.word} --draws {options.draws} --only {' '.join(options.only)}"
    lines += ["", f"Made by `python benchmarks/small_sets.py {typed}`."]
    (HERE.parent / f"{key.rpartition('.')[2]}.md").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
