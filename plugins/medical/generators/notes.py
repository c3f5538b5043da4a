"""Writes the synthetic data of the task medical/notes: ``python generators/notes.py [FOLDER]``.

A record is a talk between doctor and patient, of 40 to 120 words with remarks that are no part of the matter, and a
section of the note, of 10 to 40 words, that keeps complaints, denials, drugs, doses and dates.
"""

import re
from random import Random

from note_frames import (
    ABSENT,
    FITTING,
    FITTING_TEST,
    HELPED,
    NO_COMPLAINTS,
    SCENES,
    SIDES,
    SMALL_TALK,
    STITCHED,
    STITCHED_TEST,
    STOPPED,
    SWAPS,
    SWAPS_TEST,
    SYMPTOMS,
    SYMPTOMS_TEST,
    WARNINGS,
)
from pools import PERIODS, RELATIVES, prescribe, prescriptions
from writing import Row, write_task

from goodfit.testing.frames import spin, tidy

SEED = 81031
OWN_FRAMES = 0.4  # share of the test records whose dialogue uses frames which training never shows
UNSEEN_TERMS = 0.3  # share of the test split's drugs, times and complaints from pools which training never shows
SENTENCE_START = re.compile(r"((?:Doctor|Patient): |[.?] )([a-z])")
SAME_SPEAKER = re.compile(r"((Doctor|Patient): (?:(?!Doctor|Patient).)*)\2: ")


def medicines(scene: str, unseen: float, rng: Random) -> dict[str, str]:
    """The slots of up to three medicines, and of one that replaces another."""
    taken = prescriptions(3, unseen, rng)
    if scene in FITTING:
        pool = (FITTING_TEST if rng.random() < unseen else FITTING)[scene]
        taken = [prescribe(name, unseen, rng) for name in (rng.choice(pool), *rng.sample(STOPPED, 2))]
    found = {}
    for number, one in enumerate(taken, 1):
        slots = {"drug": one.drug, "dose": one.dose, "higher": one.higher, "time": one.time, "treats": one.treats}
        found |= {f"{slot}{number}": value for slot, value in slots.items()}
    old, new = rng.sample(rng.choice(SWAPS_TEST if rng.random() < unseen else SWAPS), 2)
    start = prescribe(new, unseen, rng)
    return found | {"old": old, "new": new, "new_dose": start.dose, "new_time": start.time}


def complaints(scene: str, unseen: float, rng: Random) -> dict[str, str]:
    """The slots of complaints that are there and of others that are not."""
    pool = [*SYMPTOMS, *SYMPTOMS_TEST] if rng.random() < unseen else SYMPTOMS
    (s1, said1, _), (s2, said2, _) = rng.sample([row for row in pool if row[0] not in NO_COMPLAINTS], 2)
    side, said_side = rng.choice(SIDES)
    there = {s1, s2, side, side.split()[-1]}  # who has a dry cough has a cough
    asked_for = ABSENT.get(scene) or {row[0] for row in pool} - NO_COMPLAINTS - there
    (n1, _, asked1), (n2, _, asked2) = rng.sample([row for row in pool if row[0] in asked_for], 2)
    return {
        "s1": s1, "said1": said1, "s2": s2, "said2": said2, "n1": n1, "asked1": asked1, "n2": n2, "asked2": asked2,
        "side": side, "said_side": said_side,
    }  # fmt: skip


def values(scene: str, split: str, rng: Random) -> dict[str, str]:
    """What fills the slots of one record, dialogue and note alike."""
    unseen = UNSEEN_TERMS if split == "test" else 0.0
    found = medicines(scene, unseen, rng) | complaints(scene, unseen, rng)
    helped, effect = rng.choice(HELPED)
    pressures = [f"{rng.randint(14, 18)}{rng.randint(0, 9)}/{rng.randint(86, 104)}" for _ in range(2)]
    return found | {
        "helped": helped, "effect": effect, "period": rng.choice(PERIODS), "n": str(rng.randint(3, 21)),
        "warn": rng.choice([warn for warn in WARNINGS if warn.split()[-1] not in found["treats1"]]),
        "days": rng.choice(["5 days", "7 days", "10 days", "14 days", "three weeks"]),
        "stitches": rng.choice(["three days", "5 days", "a week", "8 days", "10 days"]), "kin": rng.choice(RELATIVES),
        "bp": pressures[0], "bp2": pressures[1],
        "operation": rng.choice(STITCHED_TEST if rng.random() < unseen else STITCHED),
    }  # fmt: skip


def talk(name: str, split: str, rng: Random) -> Row:
    """One record of a scene, without its id."""
    scene, filling = SCENES[name], values(name, split, rng)
    own = split == "test" and rng.random() < OWN_FRAMES
    exchanges = list(rng.choice(scene["test" if own else "train"]))
    for remark in rng.sample(SMALL_TALK["test" if own else "train"], rng.choice([0, 1, 1, 2])):
        exchanges.insert(rng.randint(0, len(exchanges)), remark)
    return {
        "source": SAME_SPEAKER.sub(r"\1", written(" ".join(exchanges), filling, rng)),
        "target": written(rng.choice(scene["notes"]), filling, rng),
        "slices": {"section": name},
    }


def written(frame: str, filling: dict[str, str], rng: Random) -> str:
    """A frame with its choices made and its slots filled, and capitals where sentences begin."""
    text = tidy(spin(frame, rng).format_map(filling))
    text = re.sub(r" ?([?,.])[?,.]+", r"\1", text)
    return SENTENCE_START.sub(lambda start: start[1] + start[2].upper(), text)


def main() -> None:
    """Write the three splits, with faults planted in them."""
    write_task("notes", list(SCENES), talk, SEED, most_read=120)


if __name__ == "__main__":
    main()
