"""Kill -9 at random moments: what share of the runs goes on to the bytes of a run that nobody disturbed?

    python benchmarks/kills.py --kills 200 --rivals 50 --output benchmarks/kills.md

Tiny models with dropout, of all families; a checkpoint at each step, so that many kills fall into a save. Each run is a
process of its own, killed at a random time after it began; then it goes on, then every file is compared, and the
records that each step was made from. transformers' Trainer and plain Lightning train a classifier in the same way; of
them the weights are compared.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import killed_rivals as rivals
from conftest import make_models, make_words, run_main
from killing import different, in_child

CELLS = [
    ("classification", "encoder", ["adapter=lora"]),
    ("classification", "encoder", ["adapter=head"]),
    ("token_classification", "decoder", ["adapter=none"]),
    ("generation", "seq2seq", ["training.accumulation=3"]),
    ("multilabel", "encoder", ["runtime.workers=2"]),
    ("question_answering", "seq2seq", ["adapter=lora"]),
    ("chat", "decoder", ["runtime.workers=2"]),
    ("language_modeling", "encoder", ["adapter=none"]),
]
EVERY = ["training.save_every_steps=1", "training.evaluations_per_epoch=2", "runtime.linears=onednn"]
"""What multiplies matrices is typed: ``auto`` measures it, and two fresh runs on a busy machine can differ."""


BEHIND = "behind its end"
"""Such a kill is none: it is not counted."""


@dataclass
class Subject:
    """Something that trains, is killed and goes on."""

    name: str
    train: Callable[[Path, rivals.Record], int]
    """Start in a folder, or go on with what is there; its exit code."""
    began: str
    """The file in its folder from whose making on it may be killed."""
    differs: Callable[[Path, Path], list[str]]
    """What of two finished runs is not equal."""
    kills: int = 0
    equal: int = 0
    refused: int = 0
    """How often it did not go on."""
    missed: int = 0
    repeated: int = 0
    """Records, beside the undisturbed run."""
    left: int = 0
    """Temporary files."""
    moments: Counter[str] = field(default_factory=Counter)

    def row(self) -> str:
        """Of the table."""
        figures = (self.kills, self.equal, self.refused, self.missed, self.repeated, self.left)
        return f"| {self.name} | {' | '.join(map(str, figures))} |"


def recorder(path: Path) -> rivals.Record:
    """Writes down which records a step is made from."""

    def record(step: int, ids: Sequence[str]) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps([step, list(ids)]) + "\n")

    return record


def goodfit(words: Sequence[str], root: Path) -> Callable[[Path, rivals.Record], int]:
    """A run of goodfit; a record is told by its tokens."""

    def train(folder: Path, record: rivals.Record) -> int:
        from goodfit.training.module import Tuning

        step = Tuning.training_step

        def recorded(self: Any, batch: Any, number: int) -> Any:
            rows = batch.input_ids.split(list(batch.lengths))
            record(self.global_step, [hashlib.sha256(row.numpy().tobytes()).hexdigest()[:16] for row in rows])
            return step(self, batch, number)

        Tuning.training_step = recorded  # type: ignore[method-assign]
        going_on = (folder / "config.yaml").exists()
        argv = ["resume", str(folder)] if going_on else ["train", *words, f"run.dir={folder}"]
        return run_main([*argv, "--quiet"], root).code

    return train


def rival(train: Callable[..., None], data: Path, model: Path) -> Callable[[Path, rivals.Record], int]:
    """A run of a rival; what it raises is its exit code."""

    def run(folder: Path, record: rivals.Record) -> int:
        with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
        train(folder, data, model, record)
        return 0

    return run


def other_weights(one: Path, other: Path) -> list[str]:
    """Whether two runs of a rival ended in other weights."""
    same = (one / rivals.WEIGHTS).read_bytes() == (other / rivals.WEIGHTS).read_bytes()
    return [] if same else [rivals.WEIGHTS]


def records_of(*tries: Path) -> Counter[str]:
    """How often each record is in a run's steps: a later try takes an earlier one's place from its first step on."""
    made: list[tuple[int, list[str]]] = []
    for path in tries:
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
        if lines:
            made = [step for step in made if step[0] < lines[0][0]] + [(step, ids) for step, ids in lines]
    return Counter(name for _, ids in made for name in ids)


def disturb(subject: Subject, folder: Path, record: rivals.Record, after_seconds: float) -> str:
    """Start a run and kill it some time after it began; what it was doing."""
    child = os.fork()
    if not child:
        os._exit(subject.train(folder, record))
    while not (folder / subject.began).exists():
        if os.waitpid(child, os.WNOHANG)[0]:
            raise RuntimeError(f"{subject.name} ended before it began")
        time.sleep(0.002)
    time.sleep(after_seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    if (folder / rivals.WEIGHTS).exists() or _finished(folder):
        return BEHIND
    if list(folder.glob("checkpoints/.*.part")):
        return "in a save"
    if list(folder.glob("checkpoint*/step-*")) or list(folder.glob("checkpoint-*")) or list(folder.rglob("*.ckpt")):
        return "between two saves, or in the judging"
    return "before the first save"


def _finished(folder: Path) -> bool:
    record = folder / "run.json"
    return record.exists() and json.loads(record.read_text("utf-8"))["status"] == "finished"


def measure(subject: Subject, kills: int, root: Path, chance: random.Random) -> Iterator[None]:
    """Kill a subject again and again; yields after each time."""
    undisturbed, seen = root / "undisturbed", root / "undisturbed.jsonl"
    root.mkdir()
    assert in_child(lambda: subject.train(undisturbed, recorder(seen))) == 0, subject.name
    seconds = max(path.stat().st_mtime for path in undisturbed.rglob("*")) - (
        (undisturbed / subject.began).stat().st_mtime
    )
    expected = records_of(seen)
    assert expected, subject.name
    number = 0
    while subject.kills < kills:
        number += 1
        folder, tries = root / f"run-{number}", (root / f"{number}-a.jsonl", root / f"{number}-b.jsonl")
        moment = disturb(subject, folder, recorder(tries[0]), chance.uniform(0, seconds))
        if moment == BEHIND:
            seconds *= 0.95  # the machine has become faster
            shutil.rmtree(folder)
            continue
        code = in_child(lambda folder=folder, path=tries[1]: subject.train(folder, recorder(path)))
        wrong = subject.differs(undisturbed, folder) if code == 0 else [f"it ended with {code}"]
        subject.kills += 1
        subject.equal += not wrong
        subject.refused += code != 0
        if code == 0:
            made = records_of(*tries)
            subject.missed += (expected - made).total()
            subject.repeated += (made - expected).total()
        subject.left += len([path for path in folder.rglob("*") if ".part" in path.name])
        subject.moments[moment] += 1
        line = {"kill": number, "subject": subject.name, "moment": moment, "different": wrong}
        print(json.dumps(line), file=sys.stderr, flush=True)
        if not wrong:
            shutil.rmtree(folder)
        yield


def table(subjects: Sequence[Subject], command: str) -> str:
    """For people."""
    lines = [
        "# Killed, and gone on",
        "",
        f"Made by `{command}`, on tiny models.",
        "",
        "| who | kills | equal (goodfit: every byte of every file; others: the weights) | did not go on |"
        " records missed | records repeated | temporary files left |",
        "|---|---|---|---|---|---|---|",
        *(subject.row() for subject in subjects if subject.kills),
    ]
    fell = sum((subject.moments for subject in subjects), Counter())
    moments = ", ".join(f"{count} {moment}" for moment, count in sorted(fell.items()))
    return "\n".join(lines) + f"\n\nWhere the kills fell: {moments}.\n"


def main() -> None:
    """Kill, go on, compare, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--rivals", type=int, default=50, help="kills of each rival")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    chance, root = random.Random(options.seed), Path(tempfile.mkdtemp())
    (root / "models").mkdir()
    models = make_models(root / "models", dropout=0.1)
    words_of = make_words(root / "data", models)
    subjects = [
        Subject(
            f"goodfit: {kind}, {family}, {' '.join(more)}",
            goodfit([*words_of(kind, family), *EVERY, *more], root),
            "config.yaml",
            different,
        )
        for kind, family, more in CELLS
    ]
    data = root / "data" / "classification" / "train.jsonl"
    named = {"transformers' Trainer": rivals.trainer, "plain Lightning": rivals.lightning}
    others = [
        Subject(f"{name}: classification, encoder", rival(train, data, models["encoder"]), rivals.BEGAN, other_weights)
        for name, train in named.items()
    ]
    share = -(-options.kills // len(subjects))
    counts = [*((subject, share) for subject in subjects), *((subject, options.rivals) for subject in others)]
    turns = [measure(subject, count, root / str(place), chance) for place, (subject, count) in enumerate(counts)]
    command = (
        f"python benchmarks/kills.py --kills {share * len(subjects)} --rivals {options.rivals} --seed {options.seed}"
    )
    while turns:  # each in turn: a table that is cut short has something of all
        turns = [turn for turn in turns if next(turn, "done") is None]
        options.output.write_text(table([*subjects, *others], command), "utf-8")
    print(table([*subjects, *others], command))
    shutil.rmtree(root)


if __name__ == "__main__":
    main()
