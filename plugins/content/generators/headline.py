"""Writes the synthetic data of the task content/headline: ``python generators/headline.py [FOLDER]``.

A record is the first paragraph of an article, 40 to 100 words, and a headline of at most ten words. The paragraph has
figures and months that are not the news, and says the news in other words than the headline.
"""

import re
from pathlib import Path
from random import Random

from headline_frames import (
    AROUND,
    CAUSES,
    EVENTS,
    FIRMS,
    GOODS,
    MONTHS,
    NEW_FIRMS,
    PEOPLE,
    PRIZES,
    SECTIONS,
    SITES,
    STORIES,
    TOWNS,
    WORKS,
    WORRIES,
)

from goodfit.testing.frames import Novelty, spin, tidy, until_kept
from goodfit.testing.starter_data import SIZES, Row, generate

DATA = Path(__file__).resolve().parent.parent / "goodfit_content" / "data" / "headline"
SEED = 71993
OWN_FRAMES = 0.35  # share of the validation and the test split that training's frames do not tell
NEW_FIRM = 0.5  # of those in the test split: firms that training never names
MOST_ALIKE = 0.6
MOST_CHARACTERS = 70


def slots(is_new: bool, rng: Random) -> dict[str, str]:
    """The values of one article; ``other_…`` and the like fill what is not the news."""
    firm, other = rng.sample(FIRMS, 2)
    month, other_month = rng.sample(MONTHS, 2)
    percent, other_percent = rng.sample(range(3, 60), 2)
    return {
        "firm": rng.choice(NEW_FIRMS) if is_new else firm, "other": other, "town": rng.choice(TOWNS),
        "site": rng.choice(SITES), "goods": rng.choice(GOODS), "people": rng.choice(PEOPLE),
        "worry": rng.choice(WORRIES), "prize": rng.choice(PRIZES), "cause": rng.choice(CAUSES),
        "event": rng.choice(EVENTS), "works": rng.choice(WORKS), "month": month, "other_month": other_month,
        "percent": str(percent), "other_percent": str(other_percent), "count": str(10 * rng.randint(2, 40)),
        "thousands": str(rng.randint(2, 90)), "millions": str(rng.randint(2, 90)),
        "year": str(rng.randint(1931, 2019)), "years": str(rng.randint(3, 30)), "staff": str(rng.randint(21, 980)),
    }  # fmt: skip


def with_articles(text: str) -> str:
    """Say "an" before a vowel: a slot may begin with one."""
    return re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", text)


def record(split: str, rng: Random) -> Row:
    """One record without its id: the news first, or behind one other sentence."""
    topic = rng.choice(list(STORIES))
    story = STORIES[topic]
    is_own = split != "train" and rng.random() < OWN_FRAMES
    values = slots(is_own and split == "test" and rng.random() < NEW_FIRM, rng)
    around = rng.sample(AROUND, rng.randint(2, 4))
    place = rng.choice([0, 0, 1])
    sentences = [*around[:place], rng.choice(story[split if is_own else "train"]), *around[place:]]
    source = ". ".join(spin(sentence, rng) for sentence in sentences).format_map(values) + "."
    return {
        "source": with_articles(tidy(source)),
        "target": tidy(story["headline"].format_map(values)),
        "slices": {"section": SECTIONS[topic], "topic": topic},
    }


def records(split: str, novelty: Novelty, rng: Random) -> list[Row]:
    """All records of one split, none nearly a copy of another one in any split."""

    def fits(row: Row) -> bool:
        headline_fits = len(row["target"].split()) <= 10 and len(row["target"]) <= MOST_CHARACTERS
        return headline_fits and 40 <= len(row["source"].split()) <= 100 and novelty.accepts(row["source"])

    rows = [until_kept(lambda: record(split, rng), fits) for _ in range(SIZES[split])]
    return [{"id": f"headline-{split}-{number:03}", **row} for number, row in enumerate(rows)]


def main() -> None:
    """Write the three splits, with faults planted in them."""
    generate(DATA, "generation", records, SEED, MOST_ALIKE)


if __name__ == "__main__":
    main()
