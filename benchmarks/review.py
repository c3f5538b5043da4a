"""How many answers need no person's review, and whether the share that was asked for is kept on the test records.

    python benchmarks/review.py --data ../shared/data

Runs jobs of ``real_data.py`` that have no folder yet, reads the answers that they wrote down, and writes ``review.md``
beside this file.
"""

from __future__ import annotations

import argparse
import subprocess
from collections.abc import Sequence
from pathlib import Path

from real_data import DATA, JOBS, Row, files_of, folder_of, goodfit_command
from rows import read_rows

from goodfit.evaluation.review import kept, least_confidence
from goodfit.evaluation.shown import with_interval
from goodfit.hooks.types import Item
from goodfit.kinds import find_kind

HERE = Path(__file__).resolve()
SHARES = (0.9, 0.95, 0.98)
HEAD = """# Which answers need no review

`goodfit train model=bert`, the jobs of [real_data.md](real_data.md). The confidence is the least one from which on the
share is right beyond chance on the validation records; how many of the answers to test records reach it, and how many
of these are right, was measured once.

Made by `python benchmarks/review.py`.

| data | validation | test | right, of all | asked for | confidence from | need no review | right, of these |
|---|---|---|---|---|---|---|---|
"""


def answered(name: str, split: str, options: argparse.Namespace) -> list[Item]:
    """The records of a split with the answers that the run wrote down."""
    kind = find_kind(DATA[JOBS[name].data].task)
    rows = read_rows(files_of(DATA[JOBS[name].data], options)[split])
    answers = read_rows(folder_of(name, "goodfit", options) / "predictions" / f"{split}.jsonl")
    if len(rows) != len(answers):
        raise SystemExit(f"{name}: {len(answers)} answers to {len(rows)} {split} records")
    return [_item(kind.check(row, True), answer) for row, answer in zip(rows, answers, strict=True)]


def _item(fields: Row, answer: Row) -> Item:
    return Item(id=answer["id"], fields=fields, answer=answer["prediction"], confidence=answer["confidence"])


def lines_of(name: str, options: argparse.Namespace) -> Sequence[str]:
    """A job's rows of the table, one for each share."""
    is_right = find_kind(DATA[JOBS[name].data].task).is_right
    if is_right is None:
        raise SystemExit(f"{name}: its answers are right in part")
    checked, tested = (answered(name, split, options) for split in ("validation", "test"))
    every = kept(tested, range(len(tested)), is_right, 0.0)["right"]
    lines = []
    for share in SHARES:
        confidence = least_confidence(checked, range(len(checked)), is_right, share)
        if confidence is None:
            told = ["none", "0%", "-"]
        else:
            found = kept(tested, range(len(tested)), is_right, confidence)
            told = [f"{confidence:.3f}", f"{found['answers'] / found['of']:.0%}", with_interval(found["right"])]
        cells = [JOBS[name].data, len(checked), len(tested), with_interval(every), share, *told]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return lines


def main() -> None:
    """Run what has not been run, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the folder with the data sets")
    parser.add_argument("--out", type=Path, default=Path("runs/real_data"), help="run folders, as of real_data.py")
    parser.add_argument(
        "--only", nargs="+", choices=JOBS, default=["banking77-lora", "cuad_clauses-lora", "nlupp-lora"]
    )
    parser.add_argument("--threads", type=int, help="CPU threads; when not given, all cores")
    parser.add_argument("--max-steps", type=int, help="end after this many steps, and write no table: a trial")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    lines: list[str] = []
    for name in options.only:
        folder = folder_of(name, "goodfit", options)
        if not folder.is_dir():
            subprocess.run(goodfit_command(name, folder, options), check=True, stdout=subprocess.DEVNULL)
        lines += lines_of(name, options)
        print("\n".join(lines[-len(SHARES) :]), flush=True)
    if not options.max_steps:
        HERE.with_suffix(".md").write_text(HEAD + "\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
