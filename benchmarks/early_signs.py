"""What tells early how good a trial will be: its metric, its held-out loss, its probabilities, or what pruners compare.

    python benchmarks/early_signs.py [--data ../shared/data] [--seeds 1 2]

Sixteen LoRA trials of four epochs on small samples, none ended early, each evaluated twice in an epoch. Of each moment:
how well the trials' order by a sign agrees with that by their best metric (Spearman), and the place that the sign gives
to the trial that is best in the end. Writes ``early_signs.md`` beside this file, and each search as a line of
``early_signs.jsonl``, which is not made again.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from samples import sample
from search_speed import SEARCH, SPACE, WHOLE
from typed import goodfit

HERE = Path(__file__)
Row = dict[str, Any]
COUNTS = {"train": 192, "validation": 64, "test": 16}
SETS = ("banking77", "multidogo_finance", "pubmedqa")
METRIC = "f1_macro"
SIGNS: dict[str, Callable[[Row, int], float]] = {
    "metric": lambda trial, moment: trial["course"][moment][f"validation/{METRIC}"],
    "loss": lambda trial, moment: -trial["course"][moment]["validation/loss"],
    "probability": lambda trial, moment: trial["promises"][moment] - SIGNS["metric"](trial, moment),
    "metric and probability": lambda trial, moment: trial["promises"][moment],
}


def searched(data: Path, name: str, seed: int) -> Row:
    """The course of each trial of a search."""
    with tempfile.TemporaryDirectory() as folder:
        words = sample(data, name, COUNTS, seed, Path(folder) / "data")
        own = [
            "model=bert",
            "adapter=lora",
            "training.batch_size=16",
            "training.evaluations_per_epoch=2",
            "sweep.trials=16",
        ]
        place = Path(folder) / "search"
        goodfit("sweep", *words, *own, *SPACE, *SEARCH, *WHOLE, f"run.dir={place}")
        trials = [json.loads(path.read_text("utf-8")) for path in sorted(place.glob("trials/*/trial.json"))]
    return {"data": name, "seed": seed, "trials": [{key: one[key] for key in ("course", "promises")} for one in trials]}


def agreement(trials: Sequence[Row], sign: str, moment: int) -> tuple[float, int]:
    """Spearman's correlation with the best metric, and the place of the best trial, from 1."""
    from scipy.stats import spearmanr

    final = [max(SIGNS["metric"](trial, number) for number in range(len(trial["course"]))) for trial in trials]
    early = [SIGNS[sign](trial, moment) for trial in trials]
    best = early[final.index(max(final))]
    return float(spearmanr(early, final)[0]), 1 + sum(one > best for one in early)


def table(rows: Sequence[Row]) -> str:
    """Means over the searches, and each search's first moment, as Markdown."""
    epochs = [found["epoch"] for found in rows[0]["trials"][0]["course"]]
    lines = [
        "# What tells early how good a trial will be\n",
        f"Means over {len(rows)} searches on {', '.join(dict.fromkeys(row['data'] for row in rows))},",
        f"{COUNTS['train']} training and {COUNTS['validation']} validation records each. The metric is {METRIC};",
        "the probability is that of the right answer, the mean of the validation records. Pruners compare their sum.\n",
        f"| epoch | {' | '.join(f'{sign}: agrees | place of the best' for sign in SIGNS)} |",
        f"|---|{'---|---|' * len(SIGNS)}",
    ]
    for moment, epoch in enumerate(epochs):
        cells = []
        for sign in SIGNS:
            found = [agreement(row["trials"], sign, moment) for row in rows]
            cells += [f"{statistics.mean(one):.2f}" for one in zip(*found, strict=True)]
        lines.append(f"| {epoch:g} | {' | '.join(cells)} |")
    return "\n".join([*lines, "\nMade by `python benchmarks/early_signs.py`.\n"])


def main() -> None:
    """Search what was not searched yet, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2])
    options = parser.parse_args()
    os.environ |= {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    place = HERE.with_suffix(".jsonl")
    rows = [json.loads(line) for line in place.read_text("utf-8").splitlines()] if place.exists() else []
    for seed in options.seeds:
        for name in SETS:
            if not any((row["data"], row["seed"]) == (name, seed) for row in rows):
                rows.append(searched(options.data, name, seed))
                with place.open("a") as file:
                    file.write(json.dumps(rows[-1]) + "\n")
                print(name, seed, flush=True)
    HERE.with_suffix(".md").write_text(table(rows), "utf-8")


if __name__ == "__main__":
    main()
