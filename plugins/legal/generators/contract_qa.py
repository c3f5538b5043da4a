"""Writes the synthetic data of the task legal/contract_qa: ``python generators/contract_qa.py [FOLDER]``.

A record is a passage of 60 to 150 words about several matters, and a question. The answer is the shortest text that
gives it. A quarter of the questions have none: the passage speaks of the matter, but leaves out the fact that is asked
for, or states it for the other party only.
"""

import re
from pathlib import Path
from random import Random
from typing import Any

from qa_frames import CITIES, MEANS, QUESTIONS, SCENES, SITES
from summary_frames import PADDING as SUMMARY_PADDING
from values import CONTRACTS, PERIODS, UP_TO_A_YEAR, Contract, day, legal_system, period, sum_of_money, titled_person

from goodfit.testing.frames import Novelty, spin, tidy, until_kept
from goodfit.testing.starter_data import SIZES, generate

DATA = Path(__file__).parents[1] / "goodfit_legal" / "data" / "contract_qa"
SEED = 77003
OWN_FRAMES = 0.4  # share of a held-out split's questions and of their sentences that training never shows
UNANSWERABLE = 0.25
NUMBERED = 0.5
A_FEW_DAYS = PERIODS[:5] + PERIODS[9:13]
PADDING = [frame for frame in SUMMARY_PADDING if "notice" not in frame]  # else it would answer for the scene of notices
MOST_ALIKE = 0.6
SLOT = re.compile(r"\{(\w+)\}")
FACTS = {fact: (name, *told) for name, scene in SCENES.items() for fact, told in scene["facts"].items()}


def value(sort: str, rng: Random) -> str:
    """A value of one sort, as a lawyer writes it."""
    percent = rng.choice([2, 3, 4, 5, 6, 8, 9, 10, 12, 15])
    makers = {
        "amt": lambda: sum_of_money(rng, unseen=False)[0],
        "dur": lambda: period(rng, UP_TO_A_YEAR)[0],
        "days": lambda: period(rng, A_FEW_DAYS)[0],
        "date": lambda: day(rng)[0],
        "pct": lambda: rng.choice([f"{percent} per cent", f"{percent}%"]),
        "law": lambda: legal_system(rng, unseen=False)[0],
        "city": lambda: rng.choice(CITIES),
        "site": lambda: rng.choice(SITES),
        "means": lambda: rng.choice(MEANS),
        "person": lambda: titled_person(rng, ["Mr ", "Ms ", "Dr "]),
        "n": lambda: str(rng.randint(2, 29)),
        "k": lambda: str(rng.randint(2, 29)),
        "s": lambda: str(rng.randint(2, 9)),
    }
    return makers[sort]()


def parties(contract: Contract, rng: Random) -> dict[str, str]:
    """The words that a contract defines; X and Y are its parties in either order."""
    first, second = rng.sample([contract.provider, contract.payer], 2)
    return {
        "P": contract.provider, "R": contract.payer, "X": first, "Y": second,
        "agr": contract.agreement, "obj": contract.subject, "fee": contract.fee,
    }  # fmt: skip


def fill(frames: str, named: dict[str, str], rng: Random) -> tuple[str, dict[str, tuple[str, int]]]:
    """Fill spun and tidied frames: the text, and fact -> (value, where it starts)."""
    text, found, done = "", {}, 0
    for slot in SLOT.finditer(frames):
        text += frames[done : slot.start()]
        sort = FACTS[slot[1]][1] if slot[1] in FACTS else slot[1]
        filled, done = named.get(slot[1]) or value(sort, rng), slot.end()
        if re.search(r"(?:^|[.] )(?:\d+[.]\d )?$", text):
            filled = filled[0].upper() + filled[1:]
        if slot[1] in FACTS:
            found[slot[1]] = (filled, len(text))
        text += filled
    return text + frames[done:], found


def passage(
    asked: str, complete: bool, split: str, named: dict[str, str], rng: Random
) -> tuple[str, dict[str, tuple[str, int]]]:
    """Two to five sentences, one of them of the scene that ``asked`` is a fact of, stating it if ``complete``."""
    own = [FACTS[asked][0], *rng.sample([name for name in SCENES if name != FACTS[asked][0]], rng.choice([1, 2, 3, 3]))]
    sentences = []
    for name in own:
        scene = SCENES[name]
        frames = scene[split] if split != "train" and rng.random() < OWN_FRAMES else scene["train"]
        if name == own[0]:
            fitting = [frame for frame in frames if (f"{{{asked}}}" in frame) == complete]
            frames = fitting or [frame for frame in scene["train"] if (f"{{{asked}}}" in frame) == complete]
        sentences.append(rng.choice(frames))
    sentences += rng.sample(PADDING, rng.choice([0, 1, 2]))
    rng.shuffle(sentences)
    sentences = [(spun := spin(sentence, rng))[0].upper() + spun[1:] + "." for sentence in sentences]
    if rng.random() < NUMBERED:
        clause = rng.randint(2, 29)
        sentences = [f"{clause}.{place} {sentence}" for place, sentence in enumerate(sentences, start=1)]
    return fill(tidy(" ".join(sentences)), named, rng)


def question(asked: str, split: str, named: dict[str, str], rng: Random) -> str:
    """A question about a fact; the last way to ask is the test split's own."""
    *common, last = FACTS[asked][2]
    words = last if split == "test" and rng.random() < OWN_FRAMES else rng.choice(common)
    asks = QUESTIONS[split if split != "train" and rng.random() < OWN_FRAMES else "train"]
    written = rng.choice(asks).format(question=words).format_map(named)
    return written[0].upper() + written[1:]


def drawn(answerable: bool, split: str, rng: Random) -> dict[str, Any]:
    """One record without its id."""
    contract = rng.choice(CONTRACTS)
    named = parties(contract, rng)
    asked = rng.choice(list(FACTS))
    topic = FACTS[asked][0]
    other_side = not answerable and asked in SCENES[topic].get("sided", []) and rng.random() < 0.5
    context, facts = passage(asked, answerable or other_side, split, named, rng)
    asker = {**named, "X": named["Y"], "Y": named["X"]} if other_side else named
    answers = [{"text": facts[asked][0], "start": facts[asked][1]}] if answerable else []
    return {
        "context": context,
        "question": question(asked, split, asker, rng),
        "answers": answers,
        "slices": {"contract_type": contract.name, "topic": topic},
    }


def records(split: str, novelty: Novelty, rng: Random) -> list[dict[str, Any]]:
    """All records of one split; no context is like another, and an answer stands in its context once."""

    def fits(row: dict[str, Any]) -> bool:
        context, answers = row["context"], row["answers"]
        once = all(context.count(answer["text"]) == 1 for answer in answers)
        return once and 60 <= len(context.split()) <= 150 and novelty.accepts(context)

    answerable = [number >= UNANSWERABLE * SIZES[split] for number in range(SIZES[split])]
    rng.shuffle(answerable)
    return [
        {"id": f"contract_qa-{split}-{number:03}", **until_kept(lambda known=known: drawn(known, split, rng), fits)}
        for number, known in enumerate(answerable)
    ]


def main() -> None:
    """Write the three splits, with faults planted in them."""
    generate(DATA, "question_answering", records, SEED, MOST_ALIKE)


if __name__ == "__main__":
    main()
