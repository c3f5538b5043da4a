"""How many shapes of batch a run on a GPU records, and how many of its tokens are filling.

    python benchmarks/graph_shapes.py > benchmarks/graph_shapes.md

Lengths are drawn (log-normal), batches are planned as a run plans them, and nothing is computed: this needs no GPU.
"""

from __future__ import annotations

import random
from pathlib import Path

from goodfit.data.batches import Example
from goodfit.data.epochs import plan_epoch
from goodfit.models.fast import graphs

RECORDS, EPOCHS = 2000, 3
DRAWN = {
    "instructions": (400, 150),
    "short instructions": (60, 30),
    "queries with a label": (17, 0),
}
"""Name -> tokens of the prompt and of the answer, in the median; without an answer a row has one label."""
BATCHES = (1, 8, 32)
GRIDS = {"sixteenths": (16, 16), "as they are": (graphs.TOKEN_PARTS, graphs.ANSWER_PARTS)}


def examples_of(prompt: int, answer: int) -> list[Example]:
    """Records of drawn lengths, of the same token."""
    chance, found = random.Random(0), []
    for number in range(RECORDS):
        read, written = (
            max(1, int(chance.lognormvariate(0, 0.6) * median)) if median else 0 for median in (prompt, answer)
        )
        labels = (*(-100,) * (read - 1), *(1,) * (written + 1)) if answer else (1,)
        found.append(Example(number, (1,) * (read + written), labels))
    return found


def counted(examples: list[Example], size: int, parts: tuple[int, int]) -> tuple[int, int, float]:
    """Steps, shapes, and the share of tokens that are filling."""
    shapes, steps, own, all_tokens = set(), 0, 0, 0
    at_tokens = len(examples[0].labels) > 1
    for epoch in range(EPOCHS):
        words = {"batch_size": size, "accumulation": 1, "grouping": False, "seed": 0, "epoch": epoch}
        (planned,) = plan_epoch(examples, **words)
        for one in planned:
            rows = [examples[place] for place in one.indices]
            count = sum(row.length for row in rows)
            tokens, filling = graphs._rounded(count, graphs.TOKENS, parts[0])
            answers = graphs._rounded(sum(row.supervised for row in rows), graphs.ANSWERS, parts[1])[0]
            longest = max(graphs.LONGEST, 1 << (max(filling, *(row.length for row in rows)) - 1).bit_length())
            shapes.add((len(rows), tokens, answers if at_tokens else 0, longest))
            steps, own, all_tokens = steps + 1, own + count, all_tokens + tokens
    return steps, len(shapes), 1 - own / all_tokens


def main() -> None:
    """Count, and print."""
    print(f"# Shapes of recorded steps\n\n{RECORDS} records, {EPOCHS} epochs; at most {graphs.MOST} are recorded.\n")
    print("| records | batch | grid | steps | shapes | tokens that are filling |\n|---|---|---|---|---|---|")
    for name, medians in DRAWN.items():
        examples = examples_of(*medians)
        for size in BATCHES:
            for grid, parts in GRIDS.items():
                steps, shapes, filling = counted(examples, size, parts)
                print(f"| {name} | {size} | {grid} | {steps} | {shapes} | {filling:.0%} |")
    print(f"\nMade by `python benchmarks/{Path(__file__).name}`.")


if __name__ == "__main__":
    main()
