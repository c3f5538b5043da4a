"""Writes the synthetic data of the task legal/research: ``python generators/research.py [FOLDER]``.

A record is a lawyer's question and the passage that answers it, one of eighty sections of an invented statute book and
of an invented digest of decisions. They stand in ``research.txt``: ``==`` opens a passage with its title, the next line
is its heading and what it says, ``-`` lines are what makes people ask for it, and the ``*`` line is one more that only
the test split shows.
"""

import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from goodfit.testing.frames import Novelty, spin, tidy, until_kept
from goodfit.testing.starter_data import SIZES, generate

DATA = Path(__file__).parents[1] / "goodfit_legal" / "data" / "research"
SEED = 88104
OWN_LINES = 0.35  # share of the test questions that training never shows
OWN_WAYS = 0.4  # share of a held-out split's questions that are asked in ways which training never shows
MOST_ALIKE = 0.7
CLIENTS = {
    "train": ["our client", "my client", "the client", "a friend of mine", "Mr Novak", "Ms Pryce"],
    "validation": ["our client", "Ms Haddad"],
    "test": ["our client", "Mr Lindner", "Ms Olsen", "the lady who called"],
}
ASIDES = {
    "train": [
        "",
        "",
        "",
        "quick question:",
        "for the file:",
        "a colleague asks:",
        "before the meeting:",
        "please look up:",
    ],
    "validation": ["", "from the waiting room:"],
    "test": ["", "", "the partner wants to know:", "this came by telephone:"],
}
DEMANDS = {
    "train": ["", "", "What [applies|is the rule]?", "Is there a [rule|passage] on this?", "What can be done?"],
    "validation": ["", "What do the books say?"],
    "test": ["", "Where do we stand?", "I need authority for the letter."],
}
ASKING = re.compile(
    r"(?:^|, )(?:how|can|may|is|are|what|who|whom|whose|when|which|where|does|do|did|must|will|by|for|from|on|to|in)\b"
)


@dataclass(frozen=True)
class Passage:
    """A passage of the book, and what makes people ask for it."""

    title: str
    text: str
    common: tuple[str, ...]
    own: str


def passages() -> list[Passage]:
    """All passages of ``research.txt``."""
    blocks = Path(__file__).with_suffix(".txt").read_text("utf-8").split("== ")[1:]
    return [_passage(*block.splitlines()) for block in blocks]


def _passage(title: str, text: str, *lines: str) -> Passage:
    lines = tuple(line for line in lines if line)
    (own,) = (line[2:] for line in lines if line[0] == "*")
    return Passage(title, f"{title} {text}", tuple(line[2:] for line in lines if line[0] == "-"), own)


def query(words: str, split: str, rng: Random) -> str:
    """A question, from a line of the book."""
    ways = split if split != "train" and rng.random() < OWN_WAYS else "train"
    asked = f"{words}?" if ASKING.search(words) else f"{words}. {rng.choice(DEMANDS[ways])}"
    return tidy(spin(f"{rng.choice(ASIDES[ways])} {asked}", rng).replace("{client}", rng.choice(CLIENTS[split])))


def records(book: list[Passage], split: str, novelty: Novelty, rng: Random) -> list[dict[str, Any]]:
    """All records of one split; every passage is asked for about equally often."""
    order = rng.sample(book, len(book))
    rows = []
    for number in range(SIZES[split]):
        passage = order[number % len(order)]
        own = split == "test" and number < OWN_LINES * SIZES[split]
        lines = [passage.own] if own else passage.common
        asked = until_kept(
            lambda lines=lines: query(rng.choice(lines), split, rng),
            lambda text, passage=passage: novelty.accepts(text, passage.title),
        )
        row = {"id": f"research-{split}-{number:03}", "query": asked, "positive": passage.text}
        rows.append({**row, "slices": {"source": passage.title.split(",")[0].split(":")[0]}})
    rng.shuffle(rows)
    return rows


def main() -> None:
    """Write the three splits, with faults planted in them."""
    generate(DATA, "ranking", partial(records, passages()), SEED, MOST_ALIKE)


if __name__ == "__main__":
    main()
