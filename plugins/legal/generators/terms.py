"""Writes the synthetic data of the task legal/terms: ``python generators/terms.py [FOLDER]``.

A record is a passage of one or two sentences with the terms that a contract database wants. A span is the shortest
text that says the term: the whole name of a contracting party, the whole date, the sum with its currency, the period
with its unit, the legal system. Witnesses, banks, statutes, clause numbers and percentages are not terms.
"""

import re
from pathlib import Path
from random import Random

from qa_frames import CITIES
from term_frames import FILLERS, FRAMES
from values import UP_TO_A_YEAR, company, day, legal_system, period, person, sum_of_money, titled_person

from goodfit.testing.frames import Novelty, spin, tidy, until_kept
from goodfit.testing.starter_data import SIZES, generate

DATA = Path(__file__).parents[1] / "goodfit_legal" / "data" / "terms"
SEED = 31907
OWN_FRAMES = 0.35  # share of a held-out split's sentences that use frames which training never shows
UNSEEN_NAMES = 0.6  # share of the test split's values from pools which training never shows
WITHOUT_TERMS = 0.08
MOST_ALIKE = 0.6
SLOT = re.compile(r"\{(\w+)\}")
LABELS = {"PARTY": "PARTY", "DATE": "DATE", "AMOUNT": "AMOUNT", "DURATION": "DURATION", "NOTICE": "DURATION"}
LABELS["LAW"] = "GOVERNING_LAW"
BANKS = ["Calder Bank", "the Trustees", "Pryce & Novak, accountants", "the Chamber of Trade", "Union Credit"]
ACTS = ["Companies Act", "Sale of Goods Act", "Land Registration Act", "Arbitration Act", "Factors Act"]


def value(slot: str, split: str, rng: Random) -> str:
    """The text of one slot."""
    unseen = split == "test" and rng.random() < UNSEEN_NAMES
    if slot == "PARTY":
        return person(rng) if rng.random() < 0.15 else company(rng, unseen)
    if slot == "clause":
        return f"{rng.randint(2, 30)}.{rng.randint(1, 9)}"
    makers = {
        "DATE": lambda: day(rng)[0],
        "AMOUNT": lambda: sum_of_money(rng, unseen)[0],
        "DURATION": lambda: period(rng)[0],
        "NOTICE": lambda: period(rng, UP_TO_A_YEAR)[0],
        "LAW": lambda: legal_system(rng, unseen)[0],
        "act": lambda: f"{rng.choice(ACTS)} {rng.randint(1925, 2019)}",
        "person": lambda: titled_person(rng, ["Mr ", "Ms ", "Dr ", ""]),
        "bank": lambda: rng.choice(BANKS),
        "percent": lambda: str(rng.choice([2, 4, 7, 8, 12, 15])),
        "count": lambda: rng.choice(["two", "three", "4", "12", "30", "60"]),
        "regno": lambda: str(rng.randint(10_000, 9_999_999)),
        "city": lambda: rng.choice(CITIES),
    }
    return makers[slot]()


def frames_of(split: str, bare: bool, rng: Random) -> list[str]:
    """One to three sentence frames: with terms and without, in either order; if ``bare``, two without."""
    own = split if split != "train" and rng.random() < OWN_FRAMES else "train"
    fillers = rng.sample(FILLERS["train"], 2) + rng.sample(FILLERS[own], 1)
    if bare:
        return fillers[-2:]
    chosen = [rng.choice(FRAMES[own]), *rng.sample(FRAMES["train"], rng.choice([0, 0, 1]))]
    chosen += fillers[-1:] if rng.random() < 0.5 else []
    rng.shuffle(chosen)
    return chosen


def fill(frame: str, split: str, rng: Random) -> tuple[str, list[dict[str, object]]]:
    """Fill a spun and tidied frame; offsets are counted while the text grows, so they cannot be wrong."""
    text, spans, done = "", [], 0
    for slot in SLOT.finditer(frame):
        text += after(text, frame[done : slot.start()])
        filled, done = value(slot[1], split, rng), slot.end()
        if slot[1] in LABELS and filled.startswith("the "):
            text, filled = text + "the ", filled.removeprefix("the ")  # an article is no part of a term
        start = len(text)
        text += filled if text and not text.endswith(". ") else filled[0].upper() + filled[1:]
        if slot[1] in LABELS:
            spans.append({"start": start, "end": len(text), "label": LABELS[slot[1]]})
    return text + after(text, frame[done:]), spans


def after(text: str, piece: str) -> str:
    """What follows a text: behind ``Inc.`` no second full stop."""
    return piece[1:] if text.endswith(".") and piece.startswith(".") else piece


def passage(split: str, bare: bool, rng: Random) -> tuple[str, list[dict[str, object]]]:
    """One text with its spans; a full stop ends each sentence."""
    return fill(tidy(" ".join(spin(frame, rng) + "." for frame in frames_of(split, bare, rng))), split, rng)


def records(split: str, novelty: Novelty, rng: Random) -> list[dict[str, object]]:
    """All records of one split: 15 to 60 words and at most five terms each, none like another."""

    def fits(drawn: tuple[str, list[dict[str, object]]]) -> bool:
        text, spans = drawn
        return 15 <= len(text.split()) <= 60 and len(spans) <= 5 and novelty.accepts(text, "all")

    bare = [number < WITHOUT_TERMS * SIZES[split] for number in range(SIZES[split])]
    rng.shuffle(bare)
    rows: list[dict[str, object]] = []
    for number in range(SIZES[split]):
        text, spans = until_kept(lambda number=number: passage(split, bare[number], rng), fits)
        rows.append({"id": f"terms-{split}-{number:03}", "text": text, "spans": spans})
    return rows


def main() -> None:
    """Write the three splits, with faults planted in them."""
    generate(DATA, "token_classification", records, SEED, MOST_ALIKE)


if __name__ == "__main__":
    main()
