"""What a search's choice is worth on new records, beside defaults and two other rules of choice.

    python benchmarks/search_quality.py [--data ../shared/data] [--draws 5] [--trials 8] [--jobs 1] [WORD ...]

Samples of 300 training records of real data, drawn anew for each seed. All trials of a search are trained to their end,
so that each rule chooses among the same ones: goodfit's own, the trial that is worth most without ``sweep.margin``, the
lowest training loss in the last epoch, the lowest held-out loss after the last epoch. Each choice, and the defaults,
are then trained and measured on the test records by ``goodfit train``, with the best epoch kept, also where a loss has
chosen. Differences are paired by draw, with the 95 % interval of Student's t. Each draw is a line in
``search_quality.jsonl`` beside this file, and is not made again; ``search_quality.md`` is written from all of them.
"""

from __future__ import annotations

import argparse
import json
import math
import shlex
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import numpy as np
from samples import NO_AUDITS, sample
from typed import goodfit

HERE = Path(__file__)
SETS = ("banking77", "multidogo_finance", "ncbi_disease")
COUNTS = {"train": 300, "validation": 100, "test": 500}
SPACE = ["adapter=lora", "optim.lr=tag(log,interval(1e-5,3e-2))", "adapter.rank=4,16", "training.epochs=2,5,10"]
SHARED = ["model=bert", *NO_AUDITS]
RULES = ("defaults", "worth most", "training loss", "last held-out loss")
"""What goodfit's choice is held against."""


def last_training_loss(trial: Path) -> float:
    """The mean over the steps of the last epoch."""
    lines = [json.loads(line) for line in (trial / "history.jsonl").read_text("utf-8").splitlines()]
    steps = [line for line in lines if "train/loss" in line]
    return float(np.mean([line["train/loss"] for line in steps if line["epoch"] > math.ceil(steps[-1]["epoch"]) - 1]))


def choices(folder: Path, found: dict[str, Any]) -> dict[str, list[str]]:
    """Rule -> the words of the trial that it chooses."""
    judged = [trial for trial in found["trials"] if trial["state"] == "finished"]
    places = {trial["number"]: folder / "trials" / f"{trial['number']:04d}" for trial in judged}
    held_out = {
        number: json.loads((place / "trial.json").read_text("utf-8"))["course"][-1]["validation/loss"]
        for number, place in places.items()
    }
    by = {
        "goodfit": lambda trial: trial["number"] != found["best"]["number"],
        "worth most": lambda trial: -trial["value"],
        "training loss": lambda trial: last_training_loss(places[trial["number"]]),
        "last held-out loss": lambda trial: held_out[trial["number"]],
    }
    return {"defaults": []} | {rule: min(judged, key=worth)["words"] for rule, worth in by.items()}


def measured(options: argparse.Namespace, name: str, draw: int, folder: Path) -> dict[str, float]:
    """Rule -> the primary metric of its choice on the test records."""
    words = [*sample(options.data, name, COUNTS, draw, folder / "data"), f"seed={draw}", *options.words]
    whole = [
        "sweep.pruner=none",
        "sweep.stop_misfits=false",
        "training.patience=0",
        "training.probe_size=50",
        f"sweep.trials={options.trials}",
    ]
    only = ["sweep.confirmations=0", "sweep.train_best=false", f"run.dir={folder / 'search'}"]
    found = goodfit("sweep", *words, *SHARED, *SPACE, *whole, *only)
    known: dict[tuple[str, ...], float] = {}
    scores = {}
    for rule, chosen in choices(folder / "search", found).items():
        if tuple(chosen) not in known:
            place = folder / f"run{len(known)}"
            typed = ["adapter=lora", *chosen] if chosen else []
            run = goodfit("train", *words, *SHARED, *typed, f"run.dir={place}")
            known[tuple(chosen)] = run["metrics"][run["primary"]]["value"]
        scores[rule] = known[tuple(chosen)]
    return scores


def with_interval(differences: Sequence[float]) -> str:
    """Mean [95 % interval of Student's t]."""
    from scipy import stats

    mean = float(np.mean(differences))
    half = float(stats.t.ppf(0.975, len(differences) - 1) * stats.sem(differences)) if len(differences) > 1 else 0.0
    return f"{mean:+.3f} [{mean - half:+.3f}, {mean + half:+.3f}]"


def main() -> None:
    """Search, choose, measure, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--trials", type=int, default=8)
    parser.add_argument("--jobs", type=int, default=1, help="draws at a time")
    parser.add_argument("words", nargs="*", help="further words for every run, such as hardware=gpu")
    options = parser.parse_args()
    known = HERE.with_suffix(".jsonl")
    done = [json.loads(line) for line in known.read_text("utf-8").splitlines()] if known.exists() else []
    keys = [{"data": name, "draw": draw, "trials": options.trials} for draw in range(options.draws) for name in SETS]
    lacking = [key for key in keys if not any(key.items() <= line.items() for line in done)]

    def make(key: dict[str, Any]) -> dict[str, Any]:
        with tempfile.TemporaryDirectory() as folder:
            return key | measured(options, key["data"], key["draw"], Path(folder))

    with ThreadPoolExecutor(options.jobs) as pool:
        for made in as_completed([pool.submit(make, key) for key in lacking]):
            done.append(made.result())
            with known.open("a") as file:
                file.write(json.dumps(done[-1]) + "\n")
            print(done[-1], flush=True)
    drawn = [one for one in done if one["draw"] < options.draws and one["trials"] == options.trials]
    lines = []
    for name in (*SETS, "all"):
        found = [one for one in drawn if name in (one["data"], "all")]
        differences = [with_interval([one["goodfit"] - one[rule] for one in found]) for rule in RULES]
        means = [f"{np.mean([one[rule] for one in found]):.3f}" for rule in ("goodfit", *RULES)]
        lines.append(f"| {name} | {' | '.join([*means, *differences])} |")
    text = [
        "# What a search chooses",
        f"\n{options.draws} draws of {COUNTS['train']} training, {COUNTS['validation']} held-out and up to "
        f"{COUNTS['test']} test records; {options.trials} trials each, the same ones for all rules. Test score "
        "(macro-F1, entity F1), and goodfit's less the other's: mean [95 % interval over the draws].\n",
        f"| data | goodfit | {' | '.join(RULES)} | {' | '.join(f'less {rule}' for rule in RULES)} |",
        f"|---|---|{'---|' * 2 * len(RULES)}",
        *lines,
        f"\nSpace: `{' '.join(SPACE)}`.",
        f"\nMade by `{shlex.join(['python', 'benchmarks/search_quality.py', *sys.argv[1:]])}`.\n",
    ]
    HERE.with_suffix(".md").write_text("\n".join(text), "utf-8")


if __name__ == "__main__":
    main()
