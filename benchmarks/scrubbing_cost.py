"""What masking costs in quality, on three real data sets.

    python benchmarks/scrubbing_cost.py [--data ../shared/data] [--records 1500]

The offline encoder with LoRA, trained twice on the same sample, as it is and with ``privacy=mask``, which masks test
records, too. Accuracy on the same test records, and the paired difference with its 95 % bootstrap interval. Writes
``scrubbing_cost.md`` beside this file.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from samples import sample
from typed import goodfit

HERE = Path(__file__)
SETS = ("banking77", "cuad_clauses", "multidogo_finance")
WORDS = ["model=bert", "adapter=lora", "training.epochs=4", "optim.lr=2e-3", "training.batch_size=32"]


def rows_of(path: Path) -> list[dict[str, Any]]:
    """Of a JSONL file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def train(words: list[str], run: Path) -> dict[str, str]:
    """Test record -> the tuned model's answer."""
    goodfit("train", *words, *WORDS, f"run.dir={run}")
    return {row["id"]: row["prediction"] for row in rows_of(run / "predictions" / "test.jsonl")}


def difference(one: np.ndarray, other: np.ndarray) -> str:
    """Points, with the 95 % interval of a paired bootstrap."""
    apart = one - other
    chance = np.random.default_rng(0)
    means = [apart[chance.integers(0, len(apart), len(apart))].mean() for _ in range(2000)]
    low, high = np.quantile(means, (0.025, 0.975))
    return f"{100 * apart.mean():+.1f} [{100 * low:+.1f}, {100 * high:+.1f}]"


def main() -> None:
    """Train, compare, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--records", type=int, default=1500)
    options = parser.parse_args()
    lines = []
    with tempfile.TemporaryDirectory() as made:
        for name in SETS:
            folder = Path(made) / name
            counts = {"train": options.records, "validation": 300, "test": 1000}
            words = sample(options.data, name, counts, 0, folder / "data")
            labels = {row["id"]: row["label"] for row in rows_of(folder / "data" / "test.jsonl")}
            right = {}
            for mode in ("none", "mask"):
                answers = train([*words, f"privacy={mode}"], folder / mode)
                right[mode] = np.array([float(answers[place] == label) for place, label in labels.items()])
            findings = rows_of(folder / "mask" / "findings.jsonl")
            said = next(one["message"] for one in findings if one["code"] == "privacy.scrubbed")
            scores = " | ".join(f"{right[mode].mean():.3f}" for mode in ("none", "mask"))
            lines.append(f"| {name} | {scores} | {difference(right['mask'], right['none'])} | {said} |")
            print(lines[-1], flush=True)
    text = [
        "# What masking costs",
        f"\n{options.records} training and up to 1,000 test records of each, accuracy, points of difference.\n",
        "| data | as it is | masked | points [95 %] | what was masked |",
        "|---|---|---|---|---|",
        *lines,
        f"\n`goodfit train {' '.join(WORDS)} privacy=none` and `privacy=mask`. Made by "
        f"`python benchmarks/scrubbing_cost.py {' '.join(sys.argv[1:])}`.\n",
    ]
    HERE.with_suffix(".md").write_text("\n".join(text), "utf-8")


if __name__ == "__main__":
    main()
