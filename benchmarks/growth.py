"""How the cost of training grows with records, length, labels and threads: goodfit's fast path beside HF Trainer.

    python benchmarks/growth.py --data ../shared/data

Classification with MiniLM and LoRA as in ``speed.py``, one thing varied at a time, each measurement a process of its
own, both sides in turn. Writes ``growth.md`` and ``growth.png`` beside this file.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import speed
from machine import processor
from speed_sides import FAST, WARM, Row, ours, theirs

HERE = Path(__file__).resolve()
SIDES = ("HF Trainer", FAST)
LENGTH = "tokens of a record"
VARIED = {
    "records": (256, 1024, 4096),
    LENGTH: (16, 64, 256, 512),
    "labels": (2, 77, 1000, 10000),
    "threads": (1, 2),
}
"""What grows, and through which values; everything else stays as in ``USUAL``."""
USUAL = {"records": 256, LENGTH: 16, "labels": 77, "threads": 1}
BATCH = 8
MOST_TOKENS = 2**15
"""Measured at most, where records are long."""


def measured(side: str, varied: str, value: int, folder: Path) -> Row:
    """CPU and wall seconds of the steps behind those that warm up, for a thousand records."""
    import torch

    sizes = {**USUAL, varied: value}
    torch.set_num_threads(sizes["threads"])
    records = sizes["records"] if varied == "records" else min(sizes["records"], MOST_TOKENS // sizes[LENGTH])
    steps = records // BATCH
    examples = examples_of((steps + WARM) * BATCH, sizes[LENGTH], sizes["labels"], folder)
    model = speed.model_of("classify", lora=True, labels=sizes["labels"]).train()
    run = ours if side == FAST else theirs
    cpu, wall, losses, _ = run(side, "classify", model, examples, BATCH, steps)
    thousands = steps * BATCH / 1000
    return {"side": side, "varied": varied, "value": value, "cpu": cpu / thousands, "wall": wall / thousands,
            "loss": losses[-1]}  # fmt: skip


def examples_of(count: int, tokens: int, labels: int, folder: Path) -> list[Any]:
    """Queries joined to texts of about so many tokens (half to one and a half times as many, 512 at most)."""
    from goodfit.data.batches import Example

    texts = itertools.cycle(example.inputs for example in speed.examples_of("classify", folder))
    chance, made = random.Random(7), []
    for number in range(count):
        length = min(512, round(tokens * chance.uniform(0.5, 1.5)))
        inside: list[int] = []
        while len(inside) < length - 2:
            inside += next(texts)[1:-1]
        made.append(Example(number, (101, *inside[: length - 2], 102), (chance.randrange(labels),)))
    return made


def in_turn(options: argparse.Namespace) -> list[Row]:
    """Both sides at every value, ``--repeats`` times."""
    found = []
    points = [(varied, value) for varied, values in VARIED.items() for value in values]
    for number, (varied, value), side in itertools.product(range(options.repeats), points, SIDES):
        threads = str({**USUAL, varied: value}["threads"])
        environment = {**os.environ, "OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads}
        command = [sys.executable, str(HERE), "--data", str(options.data), "--one", side, varied, str(value)]
        done = subprocess.run(command, check=False, env=environment, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{side}, {value} {varied}: {done.stderr[-2000:]}")
        found.append(json.loads(done.stdout.splitlines()[-1]))
        print(number, varied, value, side, round(found[-1]["cpu"], 1), flush=True)
    return found


def middle(found: Sequence[Row], side: str, varied: str, value: int, figure: str) -> float:
    """The median of the repeats."""
    wanted = (side, varied, value)
    return statistics.median(r[figure] for r in found if (r["side"], r["varied"], r["value"]) == wanted)


def table(found: Sequence[Row], options: argparse.Namespace) -> str:
    """Medians as Markdown."""
    usual = ", ".join(f"{value} {name}" for name, value in USUAL.items())
    lines = [
        "# How the cost of training grows",
        "",
        "Seconds of the training loop for a thousand records, MiniLM with LoRA, batches of "
        f"{BATCH}, medians of {options.repeats}, both sides in turn ({processor()}).",
        f"Where nothing else is said: {usual}.",
        "Lengths are drawn evenly from half to one and a half of the mean: less is padded than in speed.md.",
        "",
        "Made by `python benchmarks/growth.py`.",
    ]
    for varied, values in VARIED.items():
        lines += ["", f"| {varied} | {' | '.join(f'{side}, CPU s | wall s' for side in SIDES)} | ratio of CPU s |"]
        lines += ["|---" * (2 * len(SIDES) + 2) + "|"]
        for value in values:
            cells = [
                f"{middle(found, side, varied, value, figure):.1f}" for side in SIDES for figure in ("cpu", "wall")
            ]
            theirs, ours = (middle(found, side, varied, value, "cpu") for side in SIDES)
            lines.append(f"| {value} | {' | '.join(cells)} | {theirs / ours:.1f} |")
    return "\n".join(lines) + "\n"


def plot(found: Sequence[Row]) -> None:
    """A line for each side."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, len(VARIED), figsize=(3.4 * len(VARIED), 3), squeeze=False)
    for axis, (varied, values) in zip(axes[0], VARIED.items(), strict=True):
        seconds = "wall" if varied == "threads" else "cpu"
        for side in SIDES:
            axis.plot(values, [middle(found, side, varied, value, seconds) for value in values], "o-", label=side)
        axis.set(xlabel=varied, ylabel=f"{seconds} s / 1000 records", xscale="log", yscale="log")
        axis.legend(fontsize=7)
    figure.tight_layout()
    figure.savefig(HERE.with_suffix(".png"), dpi=110)


def main() -> None:
    """Measure all, or one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the folder with the data sets")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        side, varied, value = options.one
        print(json.dumps(measured(side, varied, int(value), options.data)))
        return
    found = in_turn(options)
    HERE.with_suffix(".md").write_text(table(found, options), "utf-8")
    plot(found)


if __name__ == "__main__":
    main()
