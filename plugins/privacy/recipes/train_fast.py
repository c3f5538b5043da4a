"""Train the fast tagger of names: python train_fast.py FOLDER OUT; FOLDER as write_data.py writes it."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
from goodfit_privacy.window import CLASSES, REACH, quantised
from goodfit_privacy.words import BUCKETS, features, tokens
from safetensors.numpy import save_file

SEED = 5
WIDTH, HIDDEN = 24, 96
EPOCHS, BATCH, RATE = 5, 512, 4e-3
BLANKED = 0.06
"""Share of words that are not there at all in an epoch of training."""
DROPPED = 0.4
"""Share of names whose own bucket is hidden in training, and a quarter of that of other words: the tagger has to read
shape and neighbours."""


class Window(torch.nn.Module):
    """A word and its neighbours, each the sum of its features' vectors, through one hidden layer."""

    def __init__(self) -> None:
        super().__init__()
        self.vectors = torch.nn.EmbeddingBag(BUCKETS + 1, WIDTH, mode="sum", padding_idx=BUCKETS)
        torch.nn.init.normal_(self.vectors.weight, std=0.15)
        self.hidden = torch.nn.Linear(WIDTH * (2 * REACH + 1), HIDDEN)
        self.out = torch.nn.Linear(HIDDEN, len(CLASSES))

    def forward(self, ids: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
        """(words, features) and (batch, window) indices of words -> (batch, classes)."""
        words = torch.tanh(self.vectors(ids))
        return self.out(torch.relu(self.hidden(words[places].flatten(1))))


def read(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Feature buckets of all words, blank rows between texts, and the class of each, -1 where there is none."""
    rows, classes = [[BUCKETS] * 9] * REACH, [-1] * REACH
    for line in path.open(encoding="utf-8"):
        record = json.loads(line)
        words, spans = tokens(record["text"])
        labels = [0] * len(words)
        for index, (start, end) in enumerate(spans):
            for span in record["spans"]:
                if start < span["end"] and end > span["start"]:
                    labels[index] = CLASSES.index(span["label"])
        rows += [*(features(word) for word in words), *([[BUCKETS] * 9] * REACH)]
        classes += [*labels, *([-1] * REACH)]
    return np.array(rows), np.array(classes)


def main(folder: Path, out: Path) -> None:
    """Train, say how well, write the weights in 8 bits."""
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    rows, classes = read(folder / "train.jsonl")
    held, held_classes = read(folder / "test.jsonl")
    model = Window()
    optimiser = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=1e-3)
    order = np.flatnonzero(classes >= 0)
    steps = EPOCHS * (len(order) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    window = np.arange(-REACH, REACH + 1)
    weights = torch.ones(len(CLASSES))
    chance = np.random.default_rng(SEED)
    started = time.monotonic()
    for epoch in range(EPOCHS):
        chance.shuffle(order)
        seen = rows.copy()
        hidden = chance.random(len(rows)) < np.where(classes > 0, DROPPED, DROPPED / 4)
        seen[hidden, 0] = BUCKETS
        seen[chance.random(len(rows)) < BLANKED] = BUCKETS
        total = 0.0
        for start in range(0, len(order) - BATCH + 1, BATCH):
            chosen = order[start : start + BATCH]
            near, places = np.unique(chosen[:, None] + window, return_inverse=True)
            logits = model(torch.from_numpy(seen[near]), torch.from_numpy(places.reshape(BATCH, -1)))
            loss = torch.nn.functional.cross_entropy(logits, torch.from_numpy(classes[chosen]), weights)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item() * BATCH
        print(f"epoch {epoch}: loss {total / len(order):.4f}, {time.monotonic() - started:.0f} s", flush=True)
    arrays = quantised({name: tensor.detach().numpy() for name, tensor in model.state_dict().items()})
    out.parent.mkdir(parents=True, exist_ok=True)
    save_file(arrays, str(out))
    with torch.no_grad():
        places = np.flatnonzero(held_classes >= 0)
        logits = model(torch.from_numpy(held), torch.from_numpy(places[:, None] + window))
    right = logits.argmax(1).numpy() == held_classes[places]
    named = held_classes[places] > 0
    print(
        f"held out: {right.mean():.4f} of words, {right[named].mean():.4f} of those in names; {out.stat().st_size} bytes"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
