"""How the records of notes and patient_message are drawn: sizes, lengths, ids and the refusal of near-copies."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from random import Random

from goodfit.testing.frames import Novelty, until_kept
from goodfit.testing.starter_data import SIZES, generate

Row = dict[str, object]
Draw = Callable[[str, str, Random], Row]

DATA = Path(__file__).parents[1] / "goodfit_medical" / "data"
MOST_ALIKE = 0.7
FEWEST_READ = 40
"""Words of a source; ``most_read`` is the task's own."""
WRITTEN = (10, 40)
"""The fewest and the most words of a target."""


def write_task(task: str, names: Sequence[str], draw: Draw, seed: int, most_read: int) -> None:
    """Write the three splits, with faults planted in them, into the plugin or where the command line says.

    Args:
        task: Its name without the department's.
        names: The scenes or topics that a record is drawn from.
        draw: (name, split, chance) -> a record without its id.
        seed: Of the one source of chance.
        most_read: Words of the longest source.
    """

    def records(split: str, novelty: Novelty, rng: Random) -> list[Row]:
        def fits(row: Row) -> bool:
            source, target = str(row["source"]), str(row["target"])
            read, written = len(source.split()), len(target.split())
            lengths_fit = FEWEST_READ <= read <= most_read and WRITTEN[0] <= written <= WRITTEN[1]
            return lengths_fit and novelty.accepts(source, str(row["slices"]))

        rows = [until_kept(partial(draw, rng.choice(names), split, rng), fits) for _ in range(SIZES[split])]
        return [{"id": f"{task}-{split}-{number:03}", **row} for number, row in enumerate(rows)]

    generate(DATA / task, "generation", records, seed, MOST_ALIKE)
