"""How the records of a task are drawn and written: sizes, ids and the refusal of near-copies are those of all six."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from goodfit.testing.frames import Novelty, until_kept, without_numbers
from goodfit.testing.starter_data import SIZES, generate

Row = dict[str, Any]
Draw = Callable[[Any, str, Random], Row]

DATA = Path(__file__).resolve().parents[1] / "goodfit_finance" / "data"
OWN_FRAMES = 0.34
"""Share of the test records that use a frame which training never shows; of validation, too."""


def frames_of(frames: Mapping[str, Sequence[Any]], split: str, rng: Random) -> Sequence[Any]:
    """The frames that one record draws from: its split's own, or those of all splits."""
    return frames[split] if split != "train" and rng.random() < OWN_FRAMES else frames["train"]


def in_shares(shares: Mapping[Any, float], split: str, rng: Random) -> list[Any]:
    """As many plans as the split has records, in these shares, shuffled; what rounding leaves goes to the first."""
    counts = {plan: round(share * SIZES[split]) for plan, share in shares.items()}
    counts[next(iter(counts))] += SIZES[split] - sum(counts.values())
    plans = [plan for plan, count in counts.items() for _ in range(count)]
    rng.shuffle(plans)
    return plans


def write_task(
    task: str,
    kind: str,
    seed: int,
    plans: Callable[[str, Random], Sequence[Any]],
    draw: Draw,
    seen: Callable[[Row], str],
    most_alike: float,
    words: tuple[int, int],
) -> None:
    """Write the three splits and the planted faults into the plugin, or into the folder given on the command line.

    Args:
        task: Its name without the department's.
        kind: Of the task.
        seed: Of the one source of chance.
        plans: (split, chance) -> what each record of the split is to be.
        draw: (plan, split, chance) -> a record without its id.
        seen: A record -> the text by which near-copies are refused, in all splits together.
        most_alike: Jaccard index of word triples from which two texts count as copies.
        words: The fewest and the most words of that text, figures included.
    """

    def records(split: str, novelty: Novelty, rng: Random) -> list[Row]:
        def is_kept(row: Row) -> bool:
            text = seen(row)
            return words[0] <= len(text.split()) <= words[1] and novelty.accepts(without_numbers(text))

        rows = [until_kept(partial(draw, plan, split, rng), is_kept) for plan in plans(split, rng)]
        return [{"id": f"{task}-{split}-{number:03}", **row} for number, row in enumerate(rows)]

    generate(DATA / task, kind, records, seed, most_alike)
