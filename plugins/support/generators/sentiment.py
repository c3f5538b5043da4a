"""How does the customer feel: ``python generators/sentiment.py [FOLDER]`` writes the data of support/sentiment."""

import random

from writing import write_messages

SEED = 4102
SHARES = {"negative": 38, "neutral": 34, "positive": 28}
ASIDE_SHARE = 0.35


def remark(label: str, rng: random.Random) -> str:
    """Mention something that says nothing about the feeling, whatever the label is."""
    return "aside" if rng.random() < ASIDE_SHARE else ""


if __name__ == "__main__":
    write_messages("sentiment", SHARES, SEED, remark)
