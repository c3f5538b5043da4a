"""Random command lines and random rows: no traceback, an exit code of the contract, two lines for each mistake.

    python benchmarks/fuzz.py > benchmarks/fuzz.md

Words are taken from the real ones and spoilt at random; a file of rows is spoilt likewise (JSON, encoding, fields).
Everything runs through the front door in one process, in an empty folder. A line that could train names a data file
that is not there. Prints a table; ends with 1 where one line broke a promise, and shows it.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import io
import json
import math
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

from goodfit.cli.main import main as goodfit

CODES = {0, 2, 3, 4, 5}
"""What may come of words and data. 1 is a bug, 6 a training, and none gets that far."""
LONGEST_SECONDS = 10.0
"""What a line may take."""
VERBS, GROUPS, NAMES, SETTINGS, FLAGS = (
    line.split()
    for line in (
        "train check show explain list data preview evaluate predict compare verify resume reproduce sweep plugins "
        "doctor",
        "task model dataset adapter optim training runtime hardware precision privacy quality policy tracker sweep",
        "legal support/intent bert t5 gpt lora none files auto cpu mask default strict encoder optuna hub custom",
        "optim.lr training.epochs training.batch_size seed run.dir adapter.rank task.labels dataset.fields.text "
        "dataset.max_rows model.name runtime.threads policy.gates privacy.keep sweep.trials task.prompt",
        "--json --quiet --config-dir --help -m --output --split --trials --version --without --allow-drift -x",
    )
)
PLAIN = "1 0 -1 1e999 nan -inf 1e-3 true no null [] {} [1, {a: {a:1} [[[[]]]] é 中文 ~ * &a | > % @ ` 0x10 010 12:30:00"
OURS = "${seed} ${oc.env:HOME} !!python/name:os ../.. /etc/passwd choice(1,2) interval(0,1) tag(log,interval(1,2)) 1,2"
SIGNS = "'' \"\" , = == a=b=c \\ ' \" None [null] {1:2} - -- 2020-01-01 range(0,10)"
ODD = ["a b", "\u202e", "\x1b[31m", "\t", "\x00", "x" * 5000, "9" * 400]
VALUES = [*PLAIN.split(), *OURS.split(), *SIGNS.split(), *ODD]


def a_word(chance: random.Random) -> str:
    """A word that somebody could type."""
    sort = chance.random()
    if sort < 0.3:
        word = f"{chance.choice(GROUPS)}={chance.choice(NAMES)}"
    elif sort < 0.7:
        word = f"{chance.choice(SETTINGS)}={chance.choice(VALUES)}"
    elif sort < 0.8:
        key = f"{chance.choice(GROUPS)}.{chance.choice(['x', 'name', '_target_'])}"
        word = f"{chance.choice(['+', '++', '~', ''])}{key}={chance.choice(VALUES)}"
    elif sort < 0.9:
        word = chance.choice(FLAGS)
    else:
        word = chance.choice([*VALUES, *NAMES])
    return spoilt(word, chance) if chance.random() < 0.3 else word


def spoilt(text: str, chance: random.Random) -> str:
    """The text with a sign left out, doubled or replaced."""
    if not text:
        return text
    place = chance.randrange(len(text))
    return (
        text[:place]
        + chance.choice(["", text[place] * 2, chance.choice("=.[]{}(),:'\"$!&*é \n\x7f")])
        + text[place + 1 :]
    )


def a_line(chance: random.Random) -> list[str]:
    """A command line."""
    verb = chance.choice(VERBS)
    words = [a_word(chance) for _ in range(chance.randrange(6))]
    if chance.random() < 0.1:
        verb = spoilt(verb, chance)
    harmless = (
        ["dataset=files", "dataset.train=absent.jsonl"]
        if verb in ("train", "check", "data", "preview", "sweep")
        else []
    )
    if verb in ("evaluate", "predict", "compare", "verify", "resume", "reproduce"):
        words = [chance.choice(["absent", "", ".", "runs/latest", "\x00", "a" * 300]), *words]
    return [verb, *words, *harmless]


TEXTS = [b"null", b'""', b'"\\ud800"', b'"a\\u0000b"', b"1e400", b"{}", b'" "']
LABELS = [b'["good"]', b"-0.0", b"true", b"null", b'""', b'"good "', b"12345678901234567890123"]


def a_row(chance: random.Random) -> bytes:
    """A row of a file of data, sound or not."""
    row: object = {"text": chance.choice(["good chair", "bad lamp", "x" * 9]), "label": chance.choice(["good", "bad"])}
    line = json.dumps(row).encode()
    if chance.random() < 0.85:
        return line + b"\n"
    odd = [
        *(line[: chance.randrange(len(line))], b"\xff\xfe" + line, b"\xef\xbb\xbf" + line, line.replace(b'"', b"'")),
        *(b"null", b"[]", b"1e999", b"NaN", b'"text"', b"{}", b"\x00", b"\r", b"'", b"[" * 5000, b'{"a":' * 2000),
        *(b'{"text": %s, "label": "good"}' % text for text in TEXTS),
        *(b'{"text": "a chair", "label": %s}' % label for label in LABELS),
        *(b'{"text": "a", "text": "b", "label": "bad"}', line + b" trailing", b'{"text": "%s"}' % (b"y" * 200000)),
    ]
    return chance.choice(odd) + b"\n"


def a_file(chance: random.Random) -> list[str]:
    """A look at files of rows, written into the folder."""
    for split in ("train", "validation", "test"):
        rows = b"".join(a_row(chance) for _ in range(chance.randrange(40)))
        Path(f"{split}.jsonl").write_bytes(rows)
    files = [f"dataset.{split}={split}.jsonl" for split in ("train", "validation", "test")]
    bad = chance.choice(["stop", "quarantine"])
    return ["data", "task=classification", "dataset=files", f"dataset.on_bad_rows={bad}", *files, "--json"]


def run(words: list[str]) -> tuple[int, str]:
    """A command line in this process; its code, and what it wrote to standard error."""
    out, err = io.StringIO(), io.StringIO()
    given = patch.object(sys, "stdin", io.StringIO(""))
    with given, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = goodfit(words)
        except BaseException as error:  # noqa: BLE001 - that nothing comes out is what is looked at
            return -1, f"{type(error).__name__}: {error}"
    return code, err.getvalue()


def promise(code: int, err: str) -> str | None:
    """What is broken, or None."""
    if code not in CODES:
        return f"exit code {code}"
    if "Traceback" in err:
        return "a traceback"
    lines = [line for line in err.splitlines() if line.startswith(("error: ", "  fix: "))]
    if code and not lines:
        return "no error"
    return None if [line[0] for line in lines] == ["e", " "] * (len(lines) // 2) else "not two lines for each mistake"


def look(
    count: int, seed: int, make: Callable[[random.Random], list[str]], longest_seconds: float = math.inf
) -> tuple[collections.Counter[int], list[str]]:
    """Run that many; the codes, and what broke a promise or took too long."""
    codes: collections.Counter[int] = collections.Counter()
    broken = []
    for number in range(count):
        words = make(random.Random(f"{seed}:{number}"))
        started = time.monotonic()
        code, err = run(words)
        seconds = time.monotonic() - started
        codes[code] += 1
        why = promise(code, err)
        if seconds > longest_seconds:
            why = f"{seconds:.0f} s"
        if why:
            broken.append(f"{why}: {words}\n{err[-400:]}")
    return codes, broken


def main() -> None:
    """Make lines and files, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=1000)
    parser.add_argument("--files", type=int, default=150)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        print("# Random command lines and random rows\n")
        print(f"Made by `python benchmarks/fuzz.py --lines {options.lines} --files {options.files}`.\n")
        print("| what | tried | exit codes | promises broken |")
        print("|---|---|---|---|")
        all_broken = []
        for name, count, make in (("command lines", options.lines, a_line), ("files of rows", options.files, a_file)):
            codes, broken = look(count, options.seed, make, LONGEST_SECONDS)
            listed = ", ".join(f"{code}: {number}" for code, number in sorted(codes.items()))
            print(f"| {name} | {count} | {listed} | {len(broken)} |", flush=True)
            all_broken += broken
        left = sorted(str(path) for path in Path().rglob("*") if path.suffix != ".jsonl")
        print(f"\nLeft in the folder: {', '.join(left) or 'nothing'}")
    for one in all_broken[:30]:
        print(one, file=sys.stderr)
    raise SystemExit(bool(all_broken))


if __name__ == "__main__":
    main()
