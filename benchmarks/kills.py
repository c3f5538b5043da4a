"""Kill -9 at random moments: what share of the runs goes on to the bytes of a run that nobody disturbed?

    python benchmarks/kills.py --kills 200 --output benchmarks/kills.md

Tiny models with dropout, of all families; a checkpoint at each step, so that many kills fall into a save. Each run is a
process of its own, killed at a random time after its folder was made; then ``resume``, then every file is compared.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from conftest import make_models, make_words, run_main
from killing import different, in_child

CELLS = [
    ("classification", "encoder", []),
    ("classification", "encoder", ["adapter=head"]),
    ("token_classification", "decoder", ["adapter=none"]),
    ("generation", "seq2seq", ["training.accumulation=3"]),
    ("multilabel", "encoder", ["runtime.workers=2"]),
    ("question_answering", "seq2seq", []),
    ("chat", "decoder", ["runtime.workers=2"]),
    ("language_modeling", "encoder", ["adapter=none"]),
]
EVERY = ["training.save_every_steps=1", "training.evaluations_per_epoch=2", "runtime.linears=onednn"]
"""What multiplies matrices is typed: ``auto`` measures it, and two fresh runs on a busy machine can differ."""


def start(words: list[str], folder: Path) -> int:
    """Train in a forked process; its exit code."""
    return in_child(lambda: run_main(["train", *words, f"run.dir={folder}", "--quiet"], folder.parent).code)


def disturb(words: list[str], folder: Path, after_seconds: float) -> str:
    """Start a run and kill it some time after its config was written; what it was doing."""
    child = os.fork()
    if not child:
        os._exit(run_main(["train", *words, f"run.dir={folder}", "--quiet"], folder.parent).code)
    while not (folder / "config.yaml").exists():
        time.sleep(0.002)
    time.sleep(after_seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    if json.loads((folder / "run.json").read_text("utf-8"))["status"] == "finished":
        return "behind its end"
    if list(folder.glob("checkpoints/.*.part")):
        return "in a save"
    if list(folder.glob("checkpoints/step-*")):
        return "between two saves, or in the judging"
    return "before the first save"


def table(rows: dict[str, list[int]], moments: dict[str, int]) -> str:
    """For people."""
    lines = [
        "| kind | family | words | kills | equal in every byte | temporary files left |",
        "|---|---|---|---|---|---|",
    ]
    lines += [f"| {name} | {kills} | {equal} | {left} |" for name, (kills, equal, left) in rows.items()]
    fell = ", ".join(f"{count} {moment}" for moment, count in sorted(moments.items()))
    return "\n".join(lines) + f"\n\nWhere the kills fell: {fell}.\n"


def main() -> None:
    """Kill, resume, compare, and write the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path)
    arguments = parser.parse_args()
    chance, root = random.Random(arguments.seed), Path(tempfile.mkdtemp())
    (root / "models").mkdir()
    words_of = make_words(root / "data", make_models(root / "models", dropout=0.1))
    rows: dict[str, list[int]] = {}
    moments: dict[str, int] = {}
    references: dict[str, tuple[Path, float]] = {}
    for number in range(arguments.kills):
        kind, family, more = CELLS[number % len(CELLS)]
        name = f"{kind} | {family} | {' '.join(more) or 'adapter=lora'}"
        words = [*words_of(kind, family), *EVERY, *more]
        if name not in references:
            folder = root / f"reference-{len(references)}"
            assert start(words, folder) == 0, name
            seconds = (folder / "run.json").stat().st_mtime - (folder / "config.yaml").stat().st_mtime
            references[name] = folder, seconds
        reference, seconds = references[name]
        folder = root / f"run-{number}"
        moment = disturb(words, folder, chance.uniform(0, seconds))
        moments[moment] = moments.get(moment, 0) + 1
        resumed = in_child(lambda folder=folder: run_main(["resume", str(folder), "--quiet"], root).code)
        wrong = different(reference, folder) if resumed == 0 else [f"resume ended with {resumed}"]
        left = [path.name for path in folder.rglob("*.part*")]
        row = rows.setdefault(name, [0, 0, 0])
        rows[name] = [row[0] + 1, row[1] + (not wrong), row[2] + len(left)]
        print(json.dumps({"kill": number, "cell": name, "moment": moment, "different": wrong}), flush=True)
        if not wrong:
            shutil.rmtree(folder)
        if arguments.output:
            command = f"python benchmarks/kills.py --kills {number + 1} --seed {arguments.seed}"
            text = f"# Killed and resumed\n\n`{command}`\n\n{table(rows, moments)}"
            arguments.output.write_text(text, "utf-8")
    print(table(rows, moments))


if __name__ == "__main__":
    main()
