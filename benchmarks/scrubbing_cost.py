"""What replacing costs in quality, on three real data sets.

    python benchmarks/scrubbing_cost.py [--data ../shared/data] [--sets banking77 …] [--records 1500] [--seeds 1 2 3]

The offline encoder with LoRA, trained on the same sample as it is, with ``privacy=mask``, which masks test records,
too, with what a department's own task of that kind keeps, and with stand-ins in place of masks. Each is trained once
for each seed, since one seed's training differs from another's by more than masking does; a test record counts with the
mean of its answers. Accuracy on the same test records, and the paired difference with its 95 % bootstrap interval.
Writes ``scrubbing_cost.md`` beside this file.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rows import read_rows
from samples import sample
from typed import goodfit

HERE = Path(__file__)
SETS = {"banking77": "support/intent", "cuad_clauses": "legal/clauses", "multidogo_finance": "finance/compliance"}
"""Name -> the department's task whose ``privacy_keep`` is the milder masking."""
WORDS = ["model=bert", "adapter=lora", "training.epochs=4", "optim.lr=2e-3", "training.batch_size=32"]


def right_answers(words: Sequence[str], labels: Mapping[str, str], seeds: Sequence[int], folder: Path) -> Any:
    """Of each test record the share of seeds whose model answers rightly, shape (records,)."""
    right = []
    for seed in seeds:
        run = folder / str(seed)
        goodfit("train", *words, *WORDS, f"seed={seed}", f"run.dir={run}")
        answers = {row["id"]: row["prediction"] for row in read_rows(run / "predictions" / "test.jsonl")}
        right.append([float(answers[place] == label) for place, label in labels.items()])
    return np.mean(right, axis=0)


def masked(folder: Path) -> str:
    """What a run says that it masked."""
    found = read_rows(folder / "findings.jsonl")
    return next(one["message"] for one in found if one["code"] == "privacy.scrubbed")


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
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--seeds", type=int, nargs="+", default=(1, 2, 3))
    options = parser.parse_args()
    lines = []
    with tempfile.TemporaryDirectory() as made:
        for name in options.sets:
            task = SETS[name]
            folder = Path(made) / name
            counts = {"train": options.records, "validation": 300, "test": 1000}
            words = sample(options.data, name, counts, 0, folder / "data")
            labels = {row["id"]: row["label"] for row in read_rows(folder / "data" / "test.jsonl")}
            keep = goodfit("show", f"task={task}", "model=bert")["config"]["task"]["privacy_keep"]
            mild = f"privacy.keep=[{','.join(keep)}]"
            sides = {
                "none": ("", ["privacy=none"]),
                "all": ("everything, masked", ["privacy=mask"]),
                "mild": (f"what {task} masks", ["privacy=mask", mild]),
                "stand-ins": ("the same, with stand-ins", ["privacy=pseudonymise", mild]),
            }
            right = {
                side: right_answers([*words, *more], labels, options.seeds, folder / side)
                for side, (_, more) in sides.items()
            }
            for side, (what, _) in list(sides.items())[1:]:
                scores = f"{right['none'].mean():.3f} | {right[side].mean():.3f}"
                apart = difference(right[side], right["none"])
                lines.append(
                    f"| {name} | {what} | {scores} | {apart} | {masked(folder / side / str(options.seeds[0]))} |"
                )
                print(lines[-1], flush=True)
    text = [
        "# What replacing costs",
        f"\n{options.records} training and up to 1,000 test records of each, accuracy, means of {len(options.seeds)} "
        "training(s), points of difference.\n",
        "| data | replaced | accuracy as it is | replaced | points [95 %] | what was found |",
        "|---|---|---|---|---|---|",
        *lines,
        f"\n`goodfit train {' '.join(WORDS)}` with `privacy=none`, `privacy=mask` and, with `privacy.keep` of the task "
        "that is named, `privacy=mask` and `privacy=pseudonymise`. Made by "
        f"`python benchmarks/scrubbing_cost.py {' '.join(sys.argv[1:])}`.\n",
    ]
    HERE.with_suffix(".md").write_text("\n".join(text), "utf-8")


if __name__ == "__main__":
    main()
