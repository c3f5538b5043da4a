"""Writes the synthetic data of the task content/brand_voice: ``python generators/brand_voice.py [FOLDER]``.

A record is a channel and a text that breaks the style guide in several ways, and the same news as the house of the
guide would put it there. The guide is ``goodfit_content/guide.yaml``; every target keeps it.
"""

from pathlib import Path
from random import Random
from typing import Any

from goodfit_content.guide import read_guide
from voice_frames import CLOSERS, DAYS, GOODS, HOURS, MONTHS, NEW_GOODS, OPENERS, TOPICS, TOWNS

from goodfit.testing.frames import Novelty, spin, tidy, until_kept
from goodfit.testing.starter_data import SIZES, Row, generate

DATA = Path(__file__).resolve().parent.parent / "goodfit_content" / "data" / "brand_voice"
SEED = 90263
OWN_FRAMES = 0.35  # share of the validation and the test split that training's frames do not tell
NEW_SHARE = 0.5  # of those in the test split: goods that training never names
MOST_ALIKE = 0.6
CHANNELS = ("web", "mail", "social")


def slots(is_new: bool, rng: Random) -> dict[str, str]:
    """The values of one text."""
    return {
        "goods": rng.choice(NEW_GOODS if is_new else GOODS), "town": rng.choice(TOWNS), "day": rng.choice(DAYS),
        "month": rng.choice(MONTHS), "hour": rng.choice(HOURS), "count": str(rng.randint(2, 12)),
        "percent": str(5 * rng.randint(1, 10)), "pounds": str(5 * rng.randint(1, 12)),
    }  # fmt: skip


def written_by_others(topic: dict[str, Any], frames: str, values: dict[str, str], rng: Random) -> str:
    """The news between phrases that the house would never use."""
    before, after = rng.sample(OPENERS, rng.randint(1, 2)), rng.sample(CLOSERS, rng.randint(0, 2))
    also = rng.choice(topic["also"].get(frames, topic["also"]["train"]))
    news = [f"{rng.choice(topic[frames])}{rng.choice('!..')}", f"{also}."]
    sentences = [spin(sentence, rng).format_map(values) for sentence in [*before, *news, *after]]
    return tidy(" ".join(sentence[0].upper() + sentence[1:] for sentence in sentences))


def written_by_the_house(topic: dict[str, Any], channel: str) -> str:
    """The news in the house's voice."""
    say, more = topic["say"], topic["more"]
    if channel == "social":
        return f"{say}. #{topic['tag']}"
    return f"Hello, {say}. {more}. {read_guide().house}" if channel == "mail" else f"{say}. {more}."


def record(split: str, rng: Random) -> Row:
    """One record without its id."""
    name, channel = rng.choice(list(TOPICS)), rng.choice(CHANNELS)
    topic = TOPICS[name]
    is_own = split != "train" and rng.random() < OWN_FRAMES
    values = slots(is_own and split == "test" and rng.random() < NEW_SHARE, rng)
    text = written_by_others(topic, split if is_own else "train", values, rng)
    return {
        "source": {"channel": channel, "text": text},
        "target": tidy(written_by_the_house(topic, channel).format_map(values)),
        "slices": {"channel": channel, "topic": name},
    }


def records(split: str, novelty: Novelty, rng: Random) -> list[Row]:
    """All records of one split, none nearly a copy of another one in any split."""

    def fits(row: Row) -> bool:
        text = row["source"]["text"]
        return 40 <= len(text.split()) <= 110 and 10 <= len(row["target"].split()) <= 40 and novelty.accepts(text)

    rows = [until_kept(lambda: record(split, rng), fits) for _ in range(SIZES[split])]
    return [{"id": f"brand_voice-{split}-{number:03}", **row} for number, row in enumerate(rows)]


def main() -> None:
    """Write the three splits, with faults planted in them."""
    generate(DATA, "generation", records, SEED, MOST_ALIKE)


if __name__ == "__main__":
    main()
