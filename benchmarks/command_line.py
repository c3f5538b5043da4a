"""How soon the command line answers: help and ten mistakes, beside ``python -c pass`` and another trainer's help.

    python benchmarks/command_line.py [--rival "trl sft --help"]

Every command runs ``--repeats`` times, all in turn, so that what else the machine does hits all alike. Writes
``command_line.md`` beside this file.
"""

from __future__ import annotations

import argparse
import shlex
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve()
GOODFIT = str(Path(sys.executable).with_name("goodfit"))
MISTAKES = (
    "train task=leagl model=t5",
    "train task=legal modle=t5",
    "train task=legal model=t6",
    "train task=legal optim.lrr=1e-3",
    "train task=legal +optim.lrr=1e-3",
    "train task=legal optim.lr=fast",
    "train task=legal optim.lr=7",
    "train task=../../legal",
    "trian task=legal",
    "explain optim.lrr",
)
LIMIT_SECONDS = 0.5


def seconds(command: list[str]) -> tuple[float, int]:
    """Wall seconds and exit code."""
    started = time.monotonic()
    done = subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - started, done.returncode


def main() -> None:
    """Time all, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rival", help="another command to time, such as 'trl sft --help'")
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    commands = {"python -c pass": [sys.executable, "-c", "pass"], "goodfit --help": [GOODFIT, "--help"]}
    commands |= {f"goodfit {words}": [GOODFIT, *words.split()] for words in MISTAKES}
    if options.rival:
        words = shlex.split(options.rival)
        commands[" ".join([Path(words[0]).name, *words[1:]])] = words
    taken: dict[str, list[float]] = {name: [] for name in commands}
    codes = {}
    for _ in range(options.repeats):
        for name, command in commands.items():
            spent, codes[name] = seconds(command)
            taken[name].append(spent)
    lines = ["# How soon the command line answers", ""]
    lines += [
        f"Wall seconds of whole processes, {options.repeats} of each, all in turn. A mistake has to be answered in"
    ]
    lines += [f"{LIMIT_SECONDS} s. Made by `python benchmarks/command_line.py`.", ""]
    lines += ["| command | exit code | median | lowest | highest |", "|---|---|---|---|---|"]
    for name, found in taken.items():
        figures = (statistics.median(found), min(found), max(found))
        lines.append(f"| `{name}` | {codes[name]} | {' | '.join(f'{figure:.3f}' for figure in figures)} |")
    HERE.with_suffix(".md").write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
