"""Kill -9 in the middle of saves, and files that are spoilt afterwards: is anything half-written taken for whole?

    python benchmarks/saves.py --kills 500 --damages 1000 > benchmarks/saves.md

A tiny run saves at each step. Its process is killed within a save, goes on with ``resume``, is killed in a later save,
and so on until it ends; then its bytes are compared with those of a run that nobody disturbed. Afterwards bits are
flipped, and files cut, swapped and removed in a finished run, one at a time, and ``verify`` is asked.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from conftest import make_models, make_words, run_main
from killing import different

from goodfit.training.checkpoints import checkpoints_in, damage

MEMORY = Path("/dev/shm")
"""Another file system than that of temporary files."""
EVERY = ["training.save_every_steps=1", "training.epochs=6", "training.patience=0", "runtime.linears=torch"]
WAYS = {"adapter=lora": ("classification", "encoder"), "adapter=none": ("generation", "seq2seq")}
UNSEALED = ("log.txt", ".lock")
"""Of these files nothing is promised."""


class Killer:
    """Kills a process of its own within a save."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.fell: Counter[str] = Counter()

    def disturb(self, argv: list[str], root: Path) -> int:
        """Run a command line and kill it up to 3 ms after it touched a temporary file; 0 where it came to its end."""
        heard, told = os.pipe()
        count, after = self.chance.randrange(1, 60), self.chance.uniform(0, 0.003)
        child = os.fork()
        if not child:
            os.close(heard)
            sys.addaudithook(_telling(told, count))
            os._exit(run_main(argv, root).code)
        os.close(told)
        event = os.read(heard, 200)
        if event:
            time.sleep(after)
            os.kill(child, signal.SIGKILL)
            self.fell[event.decode()] += 1
        os.close(heard)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _telling(told: int, count: int) -> Callable[[str, tuple[object, ...]], None]:
    """Writes into a pipe which file is touched, at the n-th touch of a temporary one."""
    seen = 0

    def hook(name: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        if name in ("open", "os.mkdir", "os.rename") and isinstance(arguments[0], str | os.PathLike):
            path = Path(arguments[0])
            if ".part" in str(path):
                seen += 1
                if seen == count:
                    part = path.name if ".part" not in path.name else "run.json and the like"
                    what = "the whole folder" if path.name.startswith(".step") else part
                    os.write(told, f"{name.removeprefix('os.')} of {what}".encode())

    return hook


@contextmanager
def placed(way: str) -> Iterator[Path]:
    """The folder for runs: on the disk of temporary files, or on another one than these."""
    before = tempfile.tempdir
    run = Path(tempfile.mkdtemp(dir=MEMORY if way == "the run in memory, TMPDIR on the disk" else None))
    temporary = Path(tempfile.mkdtemp(dir=MEMORY if way == "the run on the disk, TMPDIR in memory" else None))
    os.environ["TMPDIR"], tempfile.tempdir = str(temporary), None
    try:
        yield run
    finally:
        del os.environ["TMPDIR"]
        tempfile.tempdir = before
        shutil.rmtree(run)
        shutil.rmtree(temporary)


def kills(total: int, killer: Killer, words: dict[str, list[str]], references: dict[str, Path]) -> Iterator[str]:
    """Lines of a table: each placement, its kills, and what was left."""
    placements = ("one disk", "the run in memory, TMPDIR on the disk", "the run on the disk, TMPDIR in memory")
    for way in placements:
        done = corrupt = unequal = left = runs = 0
        with placed(way) as root:
            while done < total / len(placements):
                name = list(words)[runs % len(words)]
                folder, runs = root / f"run-{runs}", runs + 1
                argv = ["train", *words[name], f"run.dir={folder}", "--quiet"]
                while (code := killer.disturb(argv, root)) == -signal.SIGKILL:
                    done += 1
                    corrupt += sum(damage(path) is not None for path in checkpoints_in(folder / "checkpoints"))
                    if (folder / "config.yaml").exists():
                        argv = ["resume", str(folder), "--quiet"]
                wrong = different(references[name], folder) if code == 0 else [f"it ended with {code}"]
                if wrong:
                    unequal += 1
                    print(f"{folder}: {', '.join(wrong)}", file=sys.stderr, flush=True)
                left += len([path for path in folder.rglob("*") if ".part" in path.name])
                if not wrong:
                    shutil.rmtree(folder)
        yield f"| {way} | {done} | {runs} | {corrupt} | {left} | {runs - unequal} |"


def damages(total: int, seed: int, run: Path) -> Iterator[str]:
    """Lines of a table: each sort of damage, how often it was done, and how often it was found."""
    chance, undone = random.Random(seed), {}
    files = sorted(path for path in run.rglob("*") if path.is_file() and path.name not in UNSEALED)
    done, found, missed = Counter(), Counter(), []
    for number in range(total):
        sort = ("a flipped bit", "a cut file", "two files swapped", "a missing file")[number % 4]
        path, other = chance.sample(files, 2)
        undone = {one: one.read_bytes() for one in (path, other)}
        if sort == "two files swapped" and undone[path] == undone[other]:
            sort = "a cut file"
        if sort in ("a flipped bit", "a cut file") and not undone[path]:
            sort = "a missing file"
        spoil(sort, path, other, chance)
        done[sort] += 1
        if run_main(["verify", str(run), "--quiet"], run.parent).code != 0:
            found[sort] += 1
        else:
            missed.append(f"{sort}: {path.relative_to(run)}")
        for one, content in undone.items():
            one.write_bytes(content)
    assert run_main(["verify", str(run), "--quiet"], run.parent).code == 0
    yield from (f"| {sort} | {count} | {found[sort]} |" for sort, count in sorted(done.items()))
    yield from (f"\nNot found: {one}" for one in missed)


def spoil(sort: str, path: Path, other: Path, chance: random.Random) -> None:
    """Spoil one file, or swap two."""
    content = bytearray(path.read_bytes())
    if sort == "a missing file":
        path.unlink()
    elif sort == "two files swapped":
        path.write_bytes(other.read_bytes())
        other.write_bytes(content)
    elif sort == "a cut file":
        path.write_bytes(content[: chance.randrange(len(content))])
    else:
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        path.write_bytes(content)


def main() -> None:
    """Kill, spoil, and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--damages", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    root, killer = Path(tempfile.mkdtemp()), Killer(options.seed)
    (root / "models").mkdir()
    words_of = make_words(root / "data", make_models(root / "models", dropout=0.1))
    words = {name: [*words_of(*cell), *EVERY, name] for name, cell in WAYS.items()}
    references = {name: root / f"undisturbed-{number}" for number, name in enumerate(words)}
    for name, folder in references.items():
        assert run_main(["train", *words[name], f"run.dir={folder}", "--quiet"], root).code == 0
    command = f"python benchmarks/saves.py --kills {options.kills} --damages {options.damages} --seed {options.seed}"
    print(f"# Killed in a save, and spoilt afterwards\n\nMade by `{command}`, on tiny models.\n")
    print("| where | kills in a save | runs | corrupt checkpoints | temporary files left | runs equal in every byte |")
    print("|---|---|---|---|---|---|")
    for line in kills(options.kills, killer, words, references):
        print(line, flush=True)
    print(f"\nWhere the kills fell: {', '.join(f'{count} {what}' for what, count in killer.fell.most_common())}.\n")
    print("| what is spoilt in a finished run | times | found by `goodfit verify` |\n|---|---|---|")
    for line in damages(options.damages, options.seed, references["adapter=none"]):
        print(line, flush=True)
    shutil.rmtree(root)


if __name__ == "__main__":
    main()
