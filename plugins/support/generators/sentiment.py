"""How does the customer feel: rewrites goodfit_support/data/sentiment, or the folder named on the command line."""

import random
import sys
from pathlib import Path

from writing import write_task

SEED = 4102
FOLDER = Path(__file__).parents[1] / "goodfit_support" / "data" / "sentiment"
SHARES = {"negative": 38, "neutral": 34, "positive": 28}
ASIDE_SHARE = 0.35


def remark(label: str, rng: random.Random) -> str:
    """Mention something that says nothing about the feeling, whatever the label is."""
    return "aside" if rng.random() < ASIDE_SHARE else ""


if __name__ == "__main__":
    write_task("sentiment", SHARES, SEED, remark, Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
