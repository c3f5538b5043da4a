"""Eight LoRA trials over one base in one pass a step, beside the same trials one after another in one process.

    python benchmarks/pack.py --data ../shared/data [--threads 1] [--repeats 3]

The trials differ in rank, rate, weight decay, dropout and seed, so that their records come in different orders. Both
ways are goodfit's fast path and take the same steps; their losses are compared. Each measurement is a process of its
own, both ways in turn. Writes ``pack.md`` beside this file.
"""

from __future__ import annotations

import argparse
import copy
import dataclasses
import itertools
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from speed import examples_of, model_of, peak_gflops

HERE = Path(__file__).resolve()
Row = dict[str, Any]

TRIALS = [
    {"r": rank, "lr": lr, "weight_decay": decay, "dropout": dropout, "seed": seed}
    for seed, (rank, lr, decay, dropout) in enumerate(
        [(4, 1e-4, 0, 0), (4, 1e-3, 0, 0.1), (8, 3e-4, 0.1, 0), (8, 1e-3, 0, 0),
         (8, 3e-3, 0.1, 0.1), (16, 1e-4, 0, 0), (16, 3e-4, 0.1, 0.1), (16, 1e-3, 0, 0)]
    )
]  # fmt: skip
WORKLOADS = {"encoder (MiniLM), classification": "classify", "decoder (Llama, 33 million weights), text": "write"}
BATCHES = {"classify": (1, 4, 8), "write": (1, 4, 8)}
STEPS, WARM = 12, 3
"""Optimiser steps that are measured, and steps before them."""
WAYS = ("one after another", "packed")


def trials_of(what: str, size: int, folder: Path) -> list[Any]:
    """The trials, each with a base of its own as separate runs have it."""
    import peft
    import torch

    from goodfit.data.batches import TrainingData
    from goodfit.schema import RunConf
    from goodfit.training.pack import Trial

    examples, base = examples_of(what, folder)[: size * (STEPS + WARM)], model_of(what, lora=False)
    labels_at = "rows" if what == "classify" else "tokens"
    made = []
    for number, settings in enumerate(TRIALS):
        conf = RunConf(seed=settings["seed"])
        conf.optim = dataclasses.replace(conf.optim, lr=settings["lr"], weight_decay=settings["weight_decay"])
        conf.training = dataclasses.replace(conf.training, epochs=1, batch_size=size)
        conf.precision.name, conf.hardware.strategy, conf.hardware.accelerator = "32", "single", "cpu"
        torch.manual_seed(settings["seed"])
        saved = ["classifier"] if what == "classify" else None
        config = peft.LoraConfig(
            r=settings["r"], lora_alpha=16, lora_dropout=settings["dropout"], target_modules="all-linear",
            exclude_modules=saved, modules_to_save=saved,
            task_type="SEQ_CLS" if what == "classify" else "CAUSAL_LM",
        )  # fmt: skip
        model = peft.get_peft_model(copy.deepcopy(base), config)
        made.append(Trial(str(number), model, conf, TrainingData(examples, labels_at, 0)))
    return made


def measured(way: str, what: str, size: int, folder: Path) -> Row:
    """CPU seconds of the measured steps of all trials, and the losses of all steps."""
    import torch

    from goodfit.models.fast.linears import onednn_pays
    from goodfit.models.fast.path import ComputePath
    from goodfit.training.pack import pack_width

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    path = ComputePath(flat=True, onednn=onednn_pays(), reads_first_state=what == "classify")
    trials = trials_of(what, size, folder)
    if way == "width":
        return {"width": pack_width(trials, len(trials), path)}
    seconds, losses = (packed if way == "packed" else alone)(trials, path)
    tokens = sum(example.length for example in trials[0].data.examples) / (STEPS + WARM)
    return {"seconds": seconds, "losses": losses, "tokens": tokens}


def packed(trials: list[Any], path: Any) -> tuple[float, list[list[float]]]:
    """All trials in one pass each step."""
    from goodfit.training.pack import PackedTraining

    losses: list[list[float]] = [[] for _ in trials]
    started = 0.0
    with PackedTraining(path) as pack:
        for trial in trials:
            pack.enter(trial)
        for number in range(STEPS + WARM):
            started = time.process_time() if number == WARM else started
            for name, step in pack.step().items():
                losses[int(name)].append(step.loss)
    return time.process_time() - started, losses


def alone(trials: list[Any], path: Any) -> tuple[float, list[list[float]]]:
    """One trial after another, in a bare loop: the rival has no framework to carry."""
    import torch

    from goodfit.models.call import call
    from goodfit.seeds import seed_of
    from goodfit.training.loader import EpochOrder, PlannedBatches
    from goodfit.training.module import Tuning

    losses: list[list[float]] = [[] for _ in trials]
    seconds = started = 0.0
    for trial, own in zip(trials, losses, strict=True):
        conf = trial.conf
        tuning = Tuning(trial.model.train(), conf.optim, conf.schedule, STEPS + WARM, 1, conf.seed)
        made = tuning.configure_optimizers()
        built = PlannedBatches(trial.data, conf.seed)
        with path.on(trial.model):
            for number, planned in enumerate(EpochOrder(trial.data.examples, conf.training, conf.seed, 0, 1).plan()):
                started = time.process_time() if number == WARM else started
                torch.manual_seed(seed_of(conf.seed, 0, number))
                loss = call(trial.model, built[planned]).losses().mean()
                made["optimizer"].zero_grad()
                loss.backward()
                tuning.clip()
                made["optimizer"].step()
                made["lr_scheduler"]["scheduler"].step()
                own.append(loss.item())
        seconds += time.process_time() - started
    return seconds, losses


def in_turn(options: argparse.Namespace) -> list[Row]:
    """Both ways of every workload and batch size, ``--repeats`` times, and the width that the probe chooses."""
    environment = {**os.environ, "OMP_NUM_THREADS": str(options.threads), "MKL_NUM_THREADS": str(options.threads)}
    found = []
    for number in range(options.repeats):
        for workload, what in WORKLOADS.items():
            for size in BATCHES[what]:
                for way in (*WAYS, "width") if not number else WAYS:
                    command = [sys.executable, str(HERE), "--data", str(options.data), "--one", way, what, str(size)]
                    done = subprocess.run(command, check=False, env=environment, capture_output=True, text=True)
                    if done.returncode:
                        raise SystemExit(f"{way}, {workload}: {done.stderr[-2000:]}")
                    row = json.loads(done.stdout.splitlines()[-1])
                    found.append({"workload": workload, "size": size, "way": way, **row})
                    print(number, workload, size, way, row.get("seconds", row.get("width")), flush=True)
    return found


def table(found: list[Row], peak: float, options: argparse.Namespace) -> str:
    """Medians as Markdown."""
    lines = [
        "# Packed adapters",
        "",
        f"{len(TRIALS)} LoRA trials (ranks 4 to 16, own rate, weight decay, dropout, seed and order of records),",
        f"{STEPS} steps each: CPU seconds of training, {options.threads} thread(s), medians of {options.repeats}, both",
        f"ways in turn, on a core that reaches {peak:.0f} GFLOP/s. Both are goodfit's fast path in 32-bit floats, with",
        "dropout; the largest difference of two losses of the same step is relative. The probe says how many of the",
        "trials it would pack (`pack_width`).",
        "",
        "Made by `python benchmarks/pack.py`.",
        "",
        "| model | records a step and trial | tokens | one after another, s | packed, s | gain | losses differ by "
        "| width by the probe |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for workload, what in WORKLOADS.items():
        for size in BATCHES[what]:
            rows = {way: [row for row in found if (row["workload"], row["size"], row["way"]) == (workload, size, way)]
                    for way in (*WAYS, "width")}  # fmt: skip
            alone_s, packed_s = (statistics.median(row["seconds"] for row in rows[way]) for way in WAYS)
            losses = (itertools.chain.from_iterable(rows[way][0]["losses"]) for way in WAYS)
            pairs = zip(*losses, strict=True)
            worst = max(abs(one - other) / abs(one) for one, other in pairs)
            cells = [workload, str(size), f"{rows[WAYS[0]][0]['tokens']:.0f}", f"{alone_s:.2f}", f"{packed_s:.2f}",
                     f"{alone_s / packed_s:.2f}", f"{worst:.1e}", str(rows["width"][0]["width"])]  # fmt: skip
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure all, or one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the folder with the data sets")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        way, what, size = options.one
        print(json.dumps(measured(way, what, int(size), options.data)))
        return
    found = in_turn(options)
    HERE.with_suffix(".md").write_text(table(found, peak_gflops(), options), "utf-8")


if __name__ == "__main__":
    main()
