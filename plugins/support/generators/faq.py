"""Which help-centre answer fits a question: ``python generators/faq.py [FOLDER]`` writes the data of support/faq.

``grammar/faq.txt`` has three lists for each of the eighty answers: what customers ask, a way to ask that only the test
split shows, and the answer itself.
"""

import random
import re
from functools import partial
from typing import Any

from writing import DATA, DRESS, MOST_ALIKE, Grammar, expand, read_grammar, sentence_case

from goodfit.testing.frames import Novelty, until_kept, without_numbers
from goodfit.testing.starter_data import SIZES, generate

SEED = 4103
OWN_LINES = 0.35  # share of the test questions whose words training never shows
BY_MAIL = 0.5
ASKING = re.compile(
    r"(?:^|, )(?:how|can|could|may|is|are|what|who|whom|when|which|where|why|does|do|did|must|will|should|until)\b"
)


def question(grammar: Grammar, words: str, rng: random.Random) -> dict[str, Any]:
    """One of the ways to ask in a list, in a mail or a chat."""
    asked = expand(grammar, words, rng)
    asked = sentence_case(asked[0].upper() + asked[1:] + ("?" if ASKING.search(asked) else "."))
    channel = "email" if rng.random() < BY_MAIL else "chat"
    return {"query": DRESS[channel](asked, grammar, rng), "slices": {"channel": channel}}


def records(
    topics: list[str], grammar: Grammar, split: str, novelty: Novelty, rng: random.Random
) -> list[dict[str, Any]]:
    """All records of one split; every answer is asked for about equally often."""
    order = rng.sample(topics, len(topics))
    rows = []
    for number in range(SIZES[split]):
        topic = order[number % len(order)]
        own = split == "test" and number < OWN_LINES * SIZES[split]
        asked = until_kept(
            lambda words=f"{topic}.test" if own else topic: question(grammar, words, rng),
            lambda drawn, topic=topic: novelty.accepts(without_numbers(drawn["query"]), topic),
        )
        row = {"id": f"faq-{split}-{number:03}", "query": asked["query"], "positive": grammar[f"{topic}.answer"][0]}
        rows.append({**row, "slices": asked["slices"]})
    rng.shuffle(rows)
    return rows


def main() -> None:
    """Write the three splits, with faults planted in them."""
    topics = [name.removesuffix(".answer") for name in read_grammar("faq") if name.endswith(".answer")]
    grammar = read_grammar("shared", "faq")
    generate(DATA / "faq", "ranking", partial(records, topics, grammar), SEED, MOST_ALIKE)


if __name__ == "__main__":
    main()
