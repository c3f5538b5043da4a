"""What a machine can do to a run, and what is left of it: disk, network, memory, workers, clock, eight starts at once.

    sudo .venv/bin/python benchmarks/faults.py > benchmarks/faults.md

Tiny models; each run is a forked process, each fault a row. The disk is a tmpfs and the missing network a network
namespace, so it wants root on Linux. With ``--wandb FOLDER`` (where ``pip install --target FOLDER wandb`` put it) runs
that are tracked without network are timed, too.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from conftest import make_models, make_words, run_main
from killing import different, in_child

EVERY = ["training.save_every_steps=1", "runtime.linears=torch", "training.epochs=2", "training.patience=0"]
PARALLEL = 8
LONGEST_SECONDS = 300.0
"""What a run may take until something is seen of it, and to end."""
WORKER = "pt_data_worker"
"""The name that torch gives a loader's process: torch/utils/data/_utils/worker.py."""


class Bench:
    """Runs of one tiny task, and the run that nobody disturbed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "models").mkdir()
        words_of = make_words(root / "data", make_models(root / "models", dropout=0.1))
        self.words = [*words_of("classification", "encoder"), *EVERY, "adapter=none"]
        self.undisturbed = root / "undisturbed"
        assert self.train(self.undisturbed) == (0, "")

    def train(self, folder: Path, *more: str, before: Callable[[], Any] = lambda: None) -> tuple[int, str]:
        """Train in a forked process after something was done in it; exit code and standard error."""
        return self.front_door(["train", *self.words, *more, f"run.dir={folder}", "--quiet"], before)

    def resumed(self, folder: Path) -> str:
        """Go on, and say whether the bytes are those of the undisturbed run."""
        code, err = self.front_door(["resume", str(folder), "--quiet"])
        if code:
            return f"resume ended with {code}: {err}"
        wrong = different(self.undisturbed, folder)
        return f"other bytes: {', '.join(wrong)}" if wrong else "resumed to the same bytes"

    def front_door(self, argv: list[str], before: Callable[[], Any] = lambda: None) -> tuple[int, str]:
        """A command line in a forked process."""
        said = self.root / "said"
        said.write_text("", "utf-8")

        def work() -> int:
            before()
            outcome = run_main(argv, self.root)
            said.write_text(outcome.err, "utf-8")
            return outcome.code

        return in_child(work), said.read_text("utf-8").strip()


@contextlib.contextmanager
def small_disk(root: Path, size: str) -> Iterator[Path]:
    """A tmpfs of a size."""
    disk = root / "disk"
    disk.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)], check=True)
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def first_line(err: str) -> str:
    """What a person reads."""
    return err.splitlines()[0].removeprefix("error: ") if err else "nothing said"


def full_disk(bench: Bench) -> tuple[str, str]:
    """A disk that fills in the middle of the run, then gets room."""
    weights = sum(path.stat().st_size for path in (bench.undisturbed / "model").iterdir())
    with small_disk(bench.root, f"{6 * weights // 1024}k") as disk:
        code, err = bench.train(disk / "run", "training.keep_checkpoints=9")
        left = len(list(disk.rglob("*.part")))
        whole = len(list((disk / "run" / "checkpoints").glob("step-*")))
        subprocess.run(["mount", "-o", "remount,size=1g", str(disk)], check=True)
        after = bench.front_door(["resume", str(disk / "run"), "--quiet"])[0]
        weight = different(bench.undisturbed / "model", disk / "run" / "model") if after == 0 else ["no model"]
    ending = "resumed to the same weights" if not weight else f"resume: {after}, {weight}"
    return f"exit {code}: {first_line(err)}", f"{whole} whole checkpoints, {left} temporary files; {ending}"


def read_only(bench: Bench) -> tuple[str, str]:
    """A folder on a disk that takes nothing."""
    with small_disk(bench.root, "64m") as disk:
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        code, err = bench.train(disk / "run")
    return f"exit {code}: {first_line(err)}", "nothing written"


def little_memory(bench: Bench) -> tuple[str, str]:
    """A limit on the address space a little above what the process has."""

    def limit() -> None:
        used = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + 2**27, used + 2**27))

    code, err = bench.train(bench.root / "memory", before=limit)
    return f"exit {code}: {first_line(err)}", left_of(bench.root / "memory")


def left_of(folder: Path) -> str:
    """What stands in a folder after a run failed."""
    if not (folder / "run.json").exists():
        return "nothing written"
    return f"status {json.loads((folder / 'run.json').read_text('utf-8'))['status']}, no model"


def exit_code(child: int) -> int | None:
    """A child's exit code, negative for a signal; None while it runs."""
    pid, status = os.waitpid(child, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if pid else None


def seen(child: int, look: Callable[[], bool]) -> None:
    """Wait until something is seen of a child.

    Raises:
        RuntimeError: It ended before.
        TimeoutError: It takes too long; it is killed.
    """
    until = time.monotonic() + LONGEST_SECONDS
    while not look():
        if (code := exit_code(child)) is not None:
            raise RuntimeError(f"the run ended with {code} too early")
        out_of_time(child, until)


def ended(child: int) -> int:
    """Wait for a child's exit code.

    Raises:
        TimeoutError: It takes too long; it is killed.
    """
    until = time.monotonic() + LONGEST_SECONDS
    while (code := exit_code(child)) is None:
        out_of_time(child, until)
    return code


def out_of_time(child: int, until: float) -> None:
    """Sleep for a moment, until it is too late."""
    if time.monotonic() > until:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        raise TimeoutError(f"the run took more than {LONGEST_SECONDS:g} s")
    time.sleep(0.002)


def killed_worker(parent: int) -> bool:
    """Kill a loader's worker of a process, if it has one at the moment."""
    for child in Path(f"/proc/{parent}/task/{parent}/children").read_text("ascii").split():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # its epoch ended
            if Path(f"/proc/{child}/comm").read_text("ascii").strip() == WORKER:
                os.kill(int(child), signal.SIGKILL)
                return True
    return False


def dead_worker(bench: Bench) -> tuple[str, str]:
    """A loader's worker that is killed."""
    folder = bench.root / "worker"
    child = os.fork()
    if not child:
        argv = ["train", *bench.words, "runtime.workers=2", "training.epochs=60", f"run.dir={folder}", "--quiet"]
        outcome = run_main(argv, bench.root)
        (bench.root / "said").write_text(outcome.err, "utf-8")
        os._exit(outcome.code)
    seen(child, lambda: any(folder.glob("checkpoints/step-*")))
    seen(child, lambda: killed_worker(child))
    started = time.monotonic()
    code = ended(child)
    seconds = time.monotonic() - started
    whole = len(list(folder.glob("checkpoints/step-*")))
    said = first_line((bench.root / "said").read_text("utf-8"))
    return f"exit {code} after {seconds:.1f} s: {said}", f"{whole} whole checkpoints kept"


def clock_back(bench: Bench) -> tuple[str, str]:
    """A clock that goes back a day at each look."""

    def turn() -> None:
        real, looks = time.time, iter(range(10**9))
        patch("time.time", lambda: real() - 86400 * next(looks)).start()

    folder = bench.root / "clock"
    code, err = bench.train(folder, before=turn)
    wrong = different(bench.undisturbed, folder)
    said = f": {first_line(err)}" if code else ""
    return f"exit {code}{said}", f"other bytes: {', '.join(wrong)}" if wrong else "the same bytes"


def stopped(bench: Bench, number: int) -> tuple[str, str]:
    """A signal between two steps."""
    folder = bench.root / f"signal-{number}"
    child = os.fork()
    if not child:
        os._exit(run_main(["train", *bench.words, f"run.dir={folder}", "--quiet"], bench.root).code)
    seen(child, lambda: any(folder.glob("checkpoints/step-*")))
    started = time.monotonic()
    os.kill(child, number)
    code = ended(child)
    seconds = time.monotonic() - started
    state = json.loads((folder / "run.json").read_text("utf-8"))["status"]
    ending = bench.resumed(folder) if state != "finished" else "it had finished"
    return f"exit {code} after {seconds:.2f} s, status {state}", ending


def at_once(bench: Bench, times: int) -> tuple[str, str]:
    """Eight starts in one folder at the same moment, again and again."""
    mixed, codes = 0, {}
    for number in range(times):
        folder = bench.root / f"race-{number}"
        argv = ["train", *bench.words, "training.epochs=1", f"run.dir={folder}", "--quiet"]
        go = time.monotonic() + 0.3
        children = []
        for _ in range(PARALLEL):
            child = os.fork()
            if not child:
                time.sleep(max(0.0, go - time.monotonic()))
                os._exit(run_main(argv, bench.root).code)
            children.append(child)
        found = sorted(ended(child) for child in children)
        for code in found:
            codes[code] = codes.get(code, 0) + 1
        whole = bench.front_door(["verify", str(folder)])[0] == 0
        mixed += found != [0] + [2] * (PARALLEL - 1) or not whole
        shutil.rmtree(folder)
    listed = ", ".join(f"{count} times exit {code}" for code, count in sorted(codes.items()))
    return listed, f"{mixed} of {times} not one whole run and {PARALLEL - 1} refusals"


def offline(bench: Bench, wandb: Path | None) -> list[tuple[str, str, str]]:
    """Seconds of a whole process with and without network, and tracked without one."""
    argv = [sys.executable, "-m", "goodfit", "train", *bench.words, "--quiet"]
    key = {"WANDB_API_KEY": "0" * 40, "PYTHONPATH": str(wandb)}
    ways = {"with network": ([], {}, "tracker=none"), "no network": (["unshare", "-n"], {}, "tracker=none")}
    if wandb is not None:
        ways["wandb with a key, no network"] = (["unshare", "-n"], key, "tracker=wandb")
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(3):
        for name, (inside, more, tracker) in ways.items():
            folder = bench.root / f"net-{number}-{name.replace(' ', '-').replace(',', '')}"
            started = time.monotonic()
            command = [*inside, *argv, tracker, f"run.dir={folder}"]
            done = subprocess.run(command, check=False, env={**os.environ, **more}, capture_output=True)
            seconds[name].append(time.monotonic() - started if done.returncode == 0 else float("nan"))
    plain = statistics.median(seconds["with network"])
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    return [(name, f"{value:.1f} s", f"{value - plain:+.1f} s to the first") for name, value in medians.items()]


def main() -> None:
    """Inject each fault, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--races", type=int, default=20)
    parser.add_argument("--wandb", type=Path)
    options = parser.parse_args()
    root = Path(tempfile.mkdtemp())
    bench = Bench(root)
    print("# Faults\n\nMade by `python benchmarks/faults.py`, as root, on tiny models.\n")
    print("| what happens | what goodfit does | what is left |\n|---|---|---|")
    rows: dict[str, Callable[[], tuple[str, str]]] = {
        "the disk is full in the middle of the run": lambda: full_disk(bench),
        "the folder is on a read-only disk": lambda: read_only(bench),
        "128 MB of memory are left": lambda: little_memory(bench),
        "a loader's worker is killed": lambda: dead_worker(bench),
        "the clock goes back a day at each look": lambda: clock_back(bench),
        "SIGTERM": lambda: stopped(bench, signal.SIGTERM),
        "SIGINT": lambda: stopped(bench, signal.SIGINT),
        f"{PARALLEL} starts at once in one folder, {options.races} times": lambda: at_once(bench, options.races),
    }
    for name, inject in rows.items():
        did, left = inject()
        print(f"| {name} | {did} | {left} |".replace(str(root), "…"), flush=True)
    for row in offline(bench, options.wandb):
        print(f"| {' | '.join(row)} |", flush=True)
    shutil.rmtree(root)


if __name__ == "__main__":
    main()
