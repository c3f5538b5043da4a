"""Exposure of planted secrets: trained on raw texts, on scrubbed texts, and with differential privacy.

    python benchmarks/canaries.py [--secrets 20]

A small decoder from noise (``model=gpt``) learns 400 sentences of the support department's starter data, among them
twenty sentences with an access number, each repeated 1, 4, 16 or 64 times. What it gives away is measured apart from
goodfit, by transformers alone: the exposure of a number (Carlini et al. 2019, "The secret sharer") is log2 of 512 less
log2 of its rank among 511 other numbers in the same sentence, by the model's loss; 1.44 bits in the mean by chance, 9
at most. Writes ``canaries.md`` beside this file.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random

import numpy as np
from typed import goodfit

HERE = Path(__file__)
STARTER = HERE.parents[1] / "plugins/support/goodfit_support/data/intent"
SENTENCES = 400
CANDIDATES = 511
COPIES = (1, 4, 16, 64)
FIRST = "Ada Bela Cleo Dora Emil Fay Gus Hana Ivo Jana Kofi Lena Milo Nora Omar Pia Quin Rosa Sven Tara".split()  # noqa: SIM905
LAST = "Adler Bauer Costa Dahl Egger Fontana Gruber Haas Ibsen Jansen".split()  # noqa: SIM905
WAYS = {
    "raw": ["privacy=none"],
    "scrubbed": ["privacy=mask"],
    "epsilon 8": ["privacy=none", "privacy.epsilon=8"],
}
WORDS = ["task=language_modeling", "dataset=files", "model=gpt", "adapter=none", "training.epochs=8"]
WORDS += ["optim.lr=1e-3", "training.patience=0"]


def secret(chance: Random) -> str:
    """Eight digits."""
    return "".join(chance.choice("0123456789") for _ in range(8))


def sentence(number: int, digits: str) -> str:
    """What a record says."""
    return f"My name is {FIRST[number % len(FIRST)]} {LAST[number // 2 % len(LAST)]} and my access number is {digits}."


def write_data(folder: Path, secrets: Sequence[str], copies: int) -> list[str]:
    """The files, and the words that name them."""
    words = []
    for split, count in (("train", SENTENCES), ("validation", 60), ("test", 60)):
        rows = [json.loads(line) for line in (STARTER / f"{split}.jsonl").read_text("utf-8").splitlines()]
        texts = [row["text"] for row in rows[:count]]
        if split == "train":
            texts += [sentence(number, digits) for number, digits in enumerate(secrets) for _ in range(copies)]
        path = folder / f"{split}.jsonl"
        path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), "utf-8")
        words.append(f"dataset.{split}={path}")
    return words


def exposures(run: Path, secrets: Sequence[str]) -> list[float]:
    """Bits of each secret, by transformers alone."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(run / "model").eval()
    tokenizer = AutoTokenizer.from_pretrained(run / "model")
    chance, bits = Random(1), []
    for number, digits in enumerate(secrets):
        texts = [sentence(number, one) for one in (digits, *(secret(chance) for _ in range(CANDIDATES)))]
        losses: list[float] = []
        for text in texts:
            ids = torch.tensor([tokenizer(text)["input_ids"]])
            with torch.inference_mode():
                logits = model(input_ids=ids).logits[0, :-1].log_softmax(-1)
            losses.append(-float(logits.gather(-1, ids[0, 1:, None]).sum()))
        rank = 1 + sum(loss <= losses[0] for loss in losses[1:])
        bits.append(math.log2(len(losses)) - math.log2(rank))
    return bits


def main() -> None:
    """Train all, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--secrets", type=int, default=20)
    options = parser.parse_args()
    chance = Random(0)
    secrets = [secret(chance) for _ in range(options.secrets)]
    lines = []
    with tempfile.TemporaryDirectory() as made:
        for way, words in WAYS.items():
            for copies in COPIES:
                folder = Path(made) / f"{way}{copies}".replace(" ", "")
                folder.mkdir()
                data = write_data(folder, secrets, copies)
                found = goodfit("train", *WORDS, *data, *words, f"run.dir={folder / 'run'}")
                bits = exposures(folder / "run", secrets)
                loss = found["metrics"]["test/loss"]["value"]
                mean, half = np.mean(bits), 1.96 * float(np.std(bits, ddof=1)) / math.sqrt(len(bits))
                figures = f"{mean:.2f} [{mean - half:.2f}, {mean + half:.2f}] | {max(bits):.2f} | {loss:.3f}"
                lines.append(f"| {way} | {copies} | {figures} |")
                print(lines[-1], flush=True)
    text = [
        "# Exposure of planted secrets",
        f"\n{options.secrets} access numbers of eight digits, in {SENTENCES} other sentences. By chance 1.44 bits in "
        "the mean, 9 at most.\n",
        "| trained on | copies of each | mean exposure, bits | highest | loss on other sentences |",
        "|---|---|---|---|---|",
        *lines,
        "\nEpsilon is for one record: a secret that stands in 64 of them has 64 times as much. The losses of scrubbed "
        "runs are of scrubbed sentences.",
        f"\n`goodfit train {' '.join(WORDS)}`. Made by `python benchmarks/canaries.py`.\n",
    ]
    HERE.with_suffix(".md").write_text("\n".join(text), "utf-8")


if __name__ == "__main__":
    main()
