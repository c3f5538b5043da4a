"""What sixteen trials cost: transformers' Trainer and Optuna with a process each, beside a search in one process.

    python benchmarks/search_speed.py [--data ../shared/data] [--only banking77 …] [--records 768]
        [--batches 1 4 8 16] [--repeats 3] [--ways …]

All ways train the same trials on the same records, evaluated after each epoch: LoRA or the head alone, four epochs,
rates and ranks drawn by goodfit's seed. Only with pruning do trials end early, after an epoch, or after half or a
quarter of one where they are evaluated that often. Seconds are those of the processor (of the clock on a GPU), on one
thread, from the start of the first process to the end of the last, all ways in turn. Of the rival, whose processes know
nothing of each other, each repetition runs two other trials and counts them eight times; of ways whose trials come
one after another in one process it runs one trial and then three where all would take too long, and counts the
difference as often as it takes. Each measurement is a line in ``search_speed.jsonl`` beside this file, and is not
made again; ``search_speed.md`` is written from all of them.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gpu_models import shape_of
from machine import processor
from samples import NO_AUDITS, sample
from speed_sides import tokenizer_of
from typed import goodfit

HERE = Path(__file__)
Row = dict[str, Any]
TRIALS, EPOCHS, AGAIN = 16, 4, 2
"""``AGAIN``: trials of the rival in one repetition."""
SPACE = ("optim.lr=tag(log,interval(2e-4,2e-2))", "adapter.rank=4,8,16,32")
WHOLE = ["sweep.pruner=none", "sweep.stop_misfits=false"]
SEARCH = [
    "sweep.sampler=random", "sweep.confirmations=0", "sweep.train_best=false",
    "training.patience=0", "training.probe_size=32", f"training.epochs={EPOCHS}", *NO_AUDITS,
]  # fmt: skip
RIVAL, PADDED, SOLO, PACKED, WHOLE_EPOCHS, ALL, QUARTERS = (
    "HF Trainer + Optuna, a process each", "one process, padded", "one process, fast path", "packed",
    "packed, pruned at epochs", "packed, pruned at half epochs", "packed, pruned at quarter epochs",
)  # fmt: skip


@dataclass(frozen=True)
class Work:
    """One workload."""

    data: str
    counts: dict[str, int]
    task: str = "classification"
    shape: str = ""
    """Of a model with random weights; MiniLM where it is empty."""
    words: tuple[str, ...] = ()
    adapter: str = "lora"
    top_layers: int | None = None
    """Layers that are tuned."""
    space: tuple[str, ...] = SPACE
    ways: tuple[str, ...] = (SOLO, RIVAL, PADDED, PACKED, WHOLE_EPOCHS, ALL, QUARTERS)
    clock: Callable[[], float] = lambda: sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
    counted: tuple[str, ...] = (PADDED,)
    """Ways of which three trials are run."""


SMALL = {"hidden_size": 256, "intermediate_size": 704, "num_hidden_layers": 6, "num_attention_heads": 8,
         "num_key_value_heads": 4, "vocab_size": 30_522, "tie_word_embeddings": True}  # fmt: skip
"""A Llama of 12 million weights."""
WORKS = {
    "banking77": Work("banking77", {"train": 192, "validation": 64, "test": 16}),
    "cuad_clauses": Work("cuad_clauses", {"train": 96, "validation": 48, "test": 16}),
    "decoder": Work("banking77", {"train": 192, "validation": 64, "test": 16}, "language_modeling", "small"),
    # the lower four layers are frozen, and the fast path computes the states of each record there once
    "upper layers": Work("banking77", {"train": 192, "validation": 64, "test": 16}, top_layers=2),
    # a frozen base, of which the fast path computes the states of each record once for all epochs and trials
    "head": Work(
        "banking77", {"train": 192, "validation": 64, "test": 16}, adapter="head",
        space=("optim.lr=tag(log,interval(1e-3,1e-1))",), ways=(SOLO, RIVAL, PADDED),
    ),
    "decoder on a GPU": Work(
        "cuad_clauses", {"train": 24, "validation": 16, "test": 16}, "language_modeling", "decoder",
        ("hardware=gpu", "precision=bf16", "sweep.ahead=16"), ways=(SOLO, PACKED, ALL, QUARTERS), clock=time.monotonic,
        counted=(SOLO,),
    ),
}  # fmt: skip
PADDED_AT = 8
"""The batch size at which the padded path is measured, too."""


def shaped(work: Work, folder: Path) -> Path | None:
    """The folder of a model with random weights: its config and a tokenizer."""
    if not work.shape:
        return None
    import transformers as hf

    place, tokenizer = folder / work.shape, tokenizer_of()
    ends = {"pad_token_id": 0, "bos_token_id": 101, "eos_token_id": 102}
    small = hf.LlamaConfig(**SMALL, **ends, use_cache=False, architectures=["LlamaForCausalLM"])
    (small if work.shape == "small" else shape_of(work.shape)).save_pretrained(place)
    tokenizer.bos_token, tokenizer.eos_token = tokenizer.cls_token, tokenizer.sep_token
    tokenizer.save_pretrained(place)
    return place


class Measured:
    """One workload at one batch size."""

    def __init__(self, work: Work, records: int, size: int, data: Path, folder: Path) -> None:
        self.work, self.size, self.folder, self.searches = work, size, folder, 0
        self.model = shaped(work, folder)
        words = sample(data, work.data, work.counts | {"train": records}, 0, folder / "data")[1:]
        random = ["model=custom", f"model.name={self.model}", "model.weights=random", "sweep.metric=loss"]
        self.words = [f"task={work.task}", *words, f"training.batch_size={size}", f"adapter={work.adapter}"]
        self.words += [f"adapter.top_layers={work.top_layers}"] if work.top_layers else []
        self.words += [*work.words, *work.space]
        self.words += random if self.model else ["model=bert"]

    def search(self, *words: str, trials: int = TRIALS) -> tuple[float, list[dict[str, Any]]]:
        """Seconds of a search, and its trials."""
        self.searches += 1
        before = self.work.clock()
        own = [f"sweep.trials={trials}", f"run.dir={self.folder / f'search{self.searches}'}"]
        found = goodfit("sweep", *self.words, *SEARCH, *words, *own)
        return self.work.clock() - before, found["trials"]

    def rival(self, trials: Sequence[Sequence[str]]) -> tuple[float, list[float]]:
        """Seconds of an Optuna study whose trials are processes, and their scores."""
        study = ["--task", self.work.task, "--adapter", self.work.adapter, "--epochs", str(EPOCHS), "--threads", "1"]
        study += [f"--{split}={self.folder / 'data' / f'{split}.jsonl'}" for split in ("train", "validation")]
        study += ["--batch-size", str(self.size), "--out", str(self.folder / "hf")]
        study += ["--model", str(self.model)] if self.model else []
        study += ["--top-layers", str(self.work.top_layers)] if self.work.top_layers else []
        before = self.work.clock()
        given = json.dumps([dict(word.split("=") for word in words) for words in trials])
        command = [sys.executable, str(HERE.with_name("plain_study.py")), given, *study]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(done.stderr[-2000:])
        return self.work.clock() - before, json.loads(done.stdout.splitlines()[-1])


def measured(way: str, number: int, one: Measured, known: Sequence[Row]) -> Row:
    """What a way costs in one repetition.

    Args:
        way: How.
        number: Of the repetition.
        one: The workload.
        known: What was measured of it.
    """
    if way == RIVAL:
        words = next(row["words"] for row in known if row["way"] == SOLO)[AGAIN * number : AGAIN * (number + 1)]
        seconds, scores = one.rival(words)
        return {"seconds": seconds * TRIALS / AGAIN, "scores": scores}
    one_by_one = [*WHOLE, "sweep.engine=solo"]
    words = {
        SOLO: one_by_one,
        PADDED: [*one_by_one, "runtime=plain"],
        PACKED: [*WHOLE, "sweep.engine=packed"],
        WHOLE_EPOCHS: ["sweep.pruner=asha"],
        ALL: ["sweep.pruner=asha", "training.evaluations_per_epoch=2"],
        QUARTERS: ["sweep.pruner=asha", "training.evaluations_per_epoch=4"],
    }[way]
    if way in one.work.counted:
        first, _ = one.search(*words, trials=1)
        seconds, trials = one.search(*words, trials=3)
        seconds = first + (seconds - first) / 2 * (TRIALS - 1)
    else:
        seconds, trials = one.search(*words)
    scores = [trial["held_out"].get("value") for trial in trials]
    steps = [trial["costs"]["steps"] for trial in trials]
    return {"seconds": seconds, "scores": scores, "steps": steps, "words": [trial["words"] for trial in trials]}


def in_turn(options: argparse.Namespace, known: list[Row]) -> None:
    """Measure what is not known yet, all ways of a workload in turn."""
    for number in range(options.repeats):
        for name in options.only:
            for size in options.batches:
                work = WORKS[name]
                records = options.records or work.counts["train"]
                key = {"processor": processor(), "work": name, "records": records, "batch": size}
                own = [row for row in known if key.items() <= row.items()]
                lacking = [
                    way
                    for way in work.ways
                    if way in options.ways and not any(row["way"] == way and row["repeat"] == number for row in own)
                ]
                with tempfile.TemporaryDirectory() as folder:
                    one = Measured(work, records, size, options.data, Path(folder))
                    for way in lacking:
                        if way != PADDED or size == PADDED_AT:
                            own.append(key | {"way": way, "repeat": number} | measured(way, number, one, own))
                            known.append(own[-1])
                            with options.rows.open("a") as file:
                                file.write(json.dumps(own[-1]) + "\n")
                            print(number, name, records, size, way, round(own[-1]["seconds"], 1), flush=True)


def table(known: Sequence[Row]) -> str:
    """Medians and ratios as Markdown, for each processor."""
    lines = [
        "# What sixteen trials cost",
        f"\n{TRIALS} LoRA trials of {EPOCHS} epochs, of all layers; `upper layers`: of the two uppermost ones; `head`:",
        f"of the head alone. Seconds, medians [lowest, highest]; the rival is {RIVAL}.",
        "Score: the best of all trials, of the rival's the best of those that were run, beside the best of the same",
        "trials on the fast path (macro-F1; of the decoder nats of a token, less is better).",
        "Rows of fewer than 768 records were pruned by code that knew nothing of the trials beside one. Other work ran",
        "on the other core.",
    ]
    for machine in sorted({row["processor"] for row in known}):
        lines += [f"\n## {machine}\n", *lines_of([row for row in known if row["processor"] == machine])]
    return "\n".join(
        [
            *lines,
            f"\nSpace: `{' '.join(SPACE)}`, `{' '.join(SEARCH)}`.",
            "Made by `python benchmarks/search_speed.py`.\n",
        ]
    )


def lines_of(known: Sequence[Row]) -> list[str]:
    """The table of one processor."""
    lines = [
        "| data | records | batch | way | s | to the rival | to the fast path | steps | best score | same trials |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, work in WORKS.items():
        sizes = {(row["records"], row["batch"]) for row in known if row["work"] == name}
        for records, size in sorted(sizes, key=lambda pair: (-pair[0], pair[1])):
            own = [row for row in known if (row["work"], row["records"], row["batch"]) == (name, records, size)]
            rows = {way: [row for row in own if row["way"] == way] for way in work.ways}
            middle = {way: statistics.median(row["seconds"] for row in own) for way, own in rows.items() if own}
            for way in middle:
                lines.append(f"| {name} | {records} | {size} | {way} | {line_of(way, rows, middle, work)} |")
    return lines


def line_of(way: str, rows: dict[str, list[Row]], middle: dict[str, float], work: Work) -> str:
    """A way's cells."""
    own = [row["seconds"] for row in rows[way]]
    ratio = {rival: f"{middle[rival] / middle[way]:.1f}" if rival in middle else "" for rival in (RIVAL, SOLO)}
    scores = [score for row in rows[way] for score in row["scores"] if score is not None]
    same = ""
    if way == RIVAL:
        solo = rows[SOLO][0]["scores"]
        same = f"{best(solo[: AGAIN * len(rows[RIVAL])], work):.3f}"
    steps = f"{sum(rows[way][0]['steps']):.0f}" if "steps" in rows[way][0] and way not in work.counted else ""
    cells = [f"{middle[way]:.0f} [{min(own):.0f}, {max(own):.0f}]", ratio[RIVAL], ratio[SOLO], steps]
    return " | ".join([*cells, f"{best(scores, work):.3f}", same])


def best(scores: Sequence[float | None], work: Work) -> float:
    """The best score; a random model's is a loss."""
    found = [score for score in scores if score is not None]
    return min(map(abs, found)) if work.shape else max(found)


def main() -> None:
    """Measure, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--only", nargs="+", choices=WORKS, default=list(WORKS)[:-1])
    parser.add_argument("--records", type=int, help="to train on; when not given, the workload's own number")
    parser.add_argument("--ways", nargs="+", default=[SOLO, RIVAL, PADDED, PACKED, WHOLE_EPOCHS, ALL, QUARTERS])
    parser.add_argument("--batches", nargs="+", type=int, default=[1, 4, 8, 16])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--rows", type=Path, default=HERE.with_suffix(".jsonl"), help="where measurements are kept")
    options = parser.parse_args()
    os.environ |= {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    known = [json.loads(line) for line in options.rows.read_text("utf-8").splitlines()] if options.rows.exists() else []
    in_turn(options, known)
    HERE.with_suffix(".md").write_text(table(known), "utf-8")


if __name__ == "__main__":
    main()
