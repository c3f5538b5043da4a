"""Writes the synthetic data of the task medical/entities: ``python generators/entities.py [FOLDER]``.

A record is one to three sentences of one section of the clinical record. A span is the shortest text that says the
term, without its article: DRUG (a medicine), DOSE (what is taken at a time), FREQUENCY (how often it is taken), PROBLEM
(a complaint or disease, denied ones and those of relatives too), PROCEDURE (something done to find out or to treat).
Measurements, periods, visits and persons are no terms.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

from entity_frames import AMOUNTS, AMOUNTS_DRUNK, FILLERS, FRAMES, LAB_NAMES, LABELS, LABS, OFTEN, VISITS
from pools import (
    COMPLAINTS,
    COMPLAINTS_TEST,
    NAMES,
    OPERATIONS,
    OPERATIONS_TEST,
    PERIODS,
    PRONOUNS,
    SIDE_EFFECTS,
    SIDE_EFFECTS_TEST,
    TESTS,
    TESTS_TEST,
    prescriptions,
)

from goodfit.testing.frames import Novelty, spin, tidy, until_kept
from goodfit.testing.starter_data import SIZES, generate

SEED = 70919
FOLDER = Path(__file__).parents[1] / "goodfit_medical" / "data" / "entities"
OWN_FRAMES = 0.4  # share of the test records whose sentences use frames which training never shows
UNSEEN_TERMS = 0.4  # share of the test split's terms from pools which training never shows
WITHOUT_TERMS = 0.07
MOST_ALIKE = 0.65
SLOT = re.compile(r"\{(\w+)\}")
VOWELS = ("ultrasound", "MRI", "echo", "append")
BARE_AFTER = re.compile(r"\b(?:known|no|or|nor|neither|his|her)\s$", re.IGNORECASE)
Span = dict[str, object]


def values(split: str, rng: Random) -> dict[str, str]:
    """What fills the slots of one frame, the patient's pronouns excepted."""
    unseen = UNSEEN_TERMS if split == "test" else 0.0

    def two(usual: Sequence[str], others: Sequence[str]) -> list[str]:
        return rng.sample(list(others if rng.random() < unseen else usual), 2)

    found: dict[str, str] = {}
    tests, operations = two([*TESTS], [*TESTS_TEST]), two([*OPERATIONS], [*OPERATIONS_TEST])
    complaints, sides = two(COMPLAINTS, COMPLAINTS_TEST), two(SIDE_EFFECTS, SIDE_EFFECTS_TEST)
    for place, taken in enumerate(prescriptions(2, unseen, rng)):
        numbered = {
            "DRUG": taken.drug, "DOSE": taken.dose, "HIGHER": taken.higher, "FREQUENCY": taken.time,
            "TREATED": taken.treats, "SIDE": sides[place], "COMPLAINT": complaints[place], "TEST": tests[place],
            "SOUGHT": rng.choice({**TESTS, **TESTS_TEST}[tests[place]]), "OPERATION": operations[place],
            "MENDED": rng.choice({**OPERATIONS, **OPERATIONS_TEST}[operations[place]]),
        }  # fmt: skip
        found |= {f"{slot}{place + 1}": value for slot, value in numbered.items()}
    figures = {"n": str(rng.randint(8, 15)), "m": str(rng.randint(1, 4)), "d": str(rng.randint(2, 8))}
    labs = [lab.format_map(figures) for lab in rng.sample(LABS, 2)]
    return found | {
        "lab": labs[0], "lab2": labs[1], "lab_name": rng.choice(LAB_NAMES), "period": rng.choice(PERIODS),
        "visits": rng.choice(VISITS), "often": rng.choice(OFTEN), "name": rng.choice(NAMES),
        "age": str(rng.randint(40, 80)), "amount": rng.choice(AMOUNTS), "amount_drunk": rng.choice(AMOUNTS_DRUNK),
    }  # fmt: skip


def sentence(frame: str, filling: Mapping[str, str], rng: Random) -> tuple[str, list[Span]]:
    """One sentence with its spans; offsets are counted while the text grows, so they cannot be wrong."""
    text, spans, done = "", [], 0
    frame = tidy(spin(frame, rng)) + "."
    for slot in SLOT.finditer(frame):
        filled, done_before, done = filling[slot[1]], done, slot.end()
        text += frame[done_before : slot.start()]
        label = LABELS.get(slot[1].rstrip("12"))
        if label == "PROBLEM" and (article := re.match(r"an? ", filled)):
            filled = filled[article.end() :]  # an article is no part of a term, and stands behind few words
            if not BARE_AFTER.search(text):
                text += article[0] if text else article[0].capitalize()
        if label == "PROCEDURE":
            text = re.sub(r" a $", " an ", text) if filled.startswith(VOWELS) else text
        start = len(text)
        text += filled if text else filled[0].upper() + filled[1:]
        if label:
            spans.append({"start": start, "end": len(text), "label": label})
    return text + frame[done:], spans


def record(split: str, rng: Random) -> dict[str, object]:
    """One record without its id: sentences of one section, with remarks around them."""
    section = rng.choice(list(FRAMES))
    bare = rng.random() < WITHOUT_TERMS
    own = split == "test" and rng.random() < OWN_FRAMES
    frames = [] if bare else rng.sample(FRAMES[section]["test" if own else "train"], rng.choice([1, 2, 2]))
    frames += rng.sample(FILLERS, 2 if bare else rng.choice([0, 0, 1]))
    rng.shuffle(frames)
    pronouns, text, spans = PRONOUNS[rng.choice(["female", "male"])], "", []
    for frame in frames:
        text += " " if text else ""
        more, found = sentence(frame, values(split, rng) | pronouns, rng)
        spans += [{**span, "start": span["start"] + len(text), "end": span["end"] + len(text)} for span in found]
        text += more
    return {"text": text, "spans": spans, "slices": {"section": section}}


def records(split: str, novelty: Novelty, rng: Random) -> list[dict[str, object]]:
    """All records of one split, of 10 to 60 words; ``novelty`` is shared by the splits."""

    def fits(drawn: dict[str, object]) -> bool:
        text = str(drawn["text"])
        return 10 <= len(text.split()) <= 60 and novelty.accepts(text)

    rows = []
    for index in range(SIZES[split]):
        rows.append({"id": f"entities-{split}-{index:03}", **until_kept(lambda: record(split, rng), fits)})
    return rows


def main() -> None:
    """Write the three splits, with faults planted in them."""
    generate(FOLDER, "token_classification", records, SEED, MOST_ALIKE)


if __name__ == "__main__":
    main()
