"""What does support answer: ``python generators/reply.py [FOLDER]`` writes the data of support/reply.

A record is a conversation. Its system message names three rules of the house, and what the last reply may promise
depends on them alone: customers say the same under a rule that pays back and under one that does not.
"""

import random
import re
from functools import partial
from typing import Any

from writing import DATA, Grammar, expand, read_grammar, sentence_case

from goodfit.testing.frames import Novelty, until_kept, without_numbers
from goodfit.testing.starter_data import SIZES, generate

SEED = 4104
MOST_ALIKE = 0.75
OWN_LINES = 0.4  # share of the test split's customers who speak in ways that training never shows
HELLO, ASKED_BACK, PUSHED, SORRY = 0.25, 0.35, 0.35, 0.5  # how often a conversation has each of these
Rules = dict[str, list[str]]
PUSHES = ("refund", "date", "voucher", "fault")


def rules_of(grammar: Grammar) -> Rules:
    """Topic -> what its rules grant: ``refund``, ``date``, ``voucher``, ``nothing`` …"""
    found: Rules = {}
    for name in grammar:
        if match := re.fullmatch(r"(\w+)\.policy\.(\w+)", name):
            found.setdefault(match[1], []).append(match[2])
    return found


def with_values(grammar: Grammar, topic: str, split: str, rng: random.Random) -> Grammar:
    """A grammar that says the same shop, figures, item and order throughout one conversation."""
    values = {
        "wait": str(rng.choice([3, 5, 7, 10, 14, 20, 21, 30, 45, 60])),
        "pay": str(rng.choice([2, 3, 4, 5, 6, 8, 9, 12])),
        "amt": str(rng.choice([5, 8, 10, 12, 15, 20, 25])),
        "pct": str(rng.choice([5, 10, 15, 20, 25, 30])),
        "arrival": f"{rng.randint(1, 28)} {rng.choice(grammar['month'])}",
        "shop": rng.choice(grammar["shop.test" if split == "test" else "shop"]),
    }
    values["number"] = expand(grammar, "number", rng)
    things = "device" if any("{device}" in line for line in grammar[topic]) else "item"
    values["item"] = values["device"] = expand(grammar, things, rng)
    return {**grammar, **{name: [value] for name, value in values.items()}}


def rules(grammar: Grammar, known: Rules, topic: str, granted: str, rng: random.Random) -> str:
    """The system message: the rule that matters among two of other topics."""
    others = rng.sample([other for other in known if other != topic], 2)
    chosen = [(topic, granted), *((other, rng.choice(known[other])) for other in others)]
    rng.shuffle(chosen)
    written = [expand(grammar, f"{name}.policy.{grant}", rng) for name, grant in chosen]
    return " ".join([expand(grammar, "task", rng), *written, expand(grammar, "rule", rng)])


def turns(grammar: Grammar, topic: str, granted: str, split: str, rng: random.Random) -> list[str]:
    """What customer and support say in turn; the last word is support's."""

    def customer(name: str) -> str:
        own = split == "test" and f"{name}.test" in grammar and rng.random() < OWN_LINES
        return expand(grammar, f"{name}.test" if own else name, rng)

    said = []
    if rng.random() < HELLO:
        said += [customer("hello"), expand(grammar, "hello.back", rng)]
    said.append(customer(topic))
    if rng.random() < ASKED_BACK:
        about = rng.choice(["number", "item"])
        said += [expand(grammar, f"ask.{about}", rng), customer(f"tell.{about}")]
    answer = expand(grammar, f"{topic}.reply.{granted}", rng)
    said.append(f"{expand(grammar, 'sorry', rng)} {answer}" if rng.random() < SORRY else answer)
    if rng.random() < PUSHED:
        push = rng.choice([push for push in PUSHES if push != granted])
        end = expand(grammar, rng.choice([f"{topic}.reply.{granted}", "no_more"]), rng)
        said += [customer(f"push.{push}"), f"{expand(grammar, f'no.{push}', rng)} {end}"]
    return [sentence_case(text[0].upper() + text[1:]) for text in said]


def conversation(grammar: Grammar, known: Rules, split: str, rng: random.Random) -> dict[str, Any]:
    """One record without its id."""
    topic, granted = rng.choice([(topic, grant) for topic, grants in known.items() for grant in grants])
    own = with_values(grammar, topic, split, rng)
    said = [rules(own, known, topic, granted, rng), *turns(own, topic, granted, split, rng)]
    roles = ["system", *(["user", "assistant"][place % 2] for place in range(len(said) - 1))]
    messages = [{"role": role, "content": text} for role, text in zip(roles, said, strict=True)]
    return {"messages": messages, "slices": {"topic": topic, "rule": granted}}


def records(grammar: Grammar, split: str, novelty: Novelty, rng: random.Random) -> list[dict[str, Any]]:
    """All records of one split; no customer says nearly what another said to get nearly the same answer."""

    def new(drawn: dict[str, Any]) -> bool:
        return novelty.accepts(without_numbers(" ".join(message["content"] for message in drawn["messages"])))

    known = rules_of(grammar)
    return [
        {"id": f"reply-{split}-{number:03}", **until_kept(lambda: conversation(grammar, known, split, rng), new)}
        for number in range(SIZES[split])
    ]


def main() -> None:
    """Write the three splits, with faults planted in them."""
    grammar = read_grammar("shared", "reply")
    generate(DATA / "reply", "chat", partial(records, grammar), SEED, MOST_ALIKE)


if __name__ == "__main__":
    main()
