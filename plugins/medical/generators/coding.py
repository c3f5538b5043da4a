"""Writes the synthetic data of the task medical/coding: ``python generators/coding.py [FOLDER]``.

A record is a short note: a patient, mentions of diagnoses and procedures that are to be coded (its labels), mentions
that are not (denied, past, planned, a relative's), and remarks. The terms are those of the code list in the package.
"""

from pathlib import Path
from random import Random

from coding_frames import ARTICLES, CODED, COUNTS, FILLERS, MONTHS, NAMED, OPENERS, PAIRS, WHENS
from goodfit_medical.codes import code_list
from pools import NAMES, PRONOUNS, RELATIVES, SETTINGS, patient

from goodfit.testing.frames import Novelty, spin, tidy, until_kept
from goodfit.testing.starter_data import SIZES, generate

SEED = 60217
FOLDER = Path(__file__).parents[1] / "goodfit_medical" / "data" / "coding"
OWN_FRAMES = 0.35  # share of the test notes whose mentions have frames which training never shows
LABELS = {0: 0.10, 1: 0.34, 2: 0.36, 3: 0.20}  # number of codes -> share of notes
IN_VAIN = {0: 0.60, 1: 0.33, 2: 0.07}  # number of other mentions -> share of notes that have a code
PAIRED = 0.4  # how often a coded diagnosis and one that is not are said in one breath
USUAL_TERM = 0.85  # how often a code is mentioned by the first of its terms
MOST_ALIKE = 0.6
MOST_WORDS = 60
ACUTE = {"diagnosis_pneumonia", "diagnosis_urinary_infection", "diagnosis_wrist_fracture"}
Row = dict[str, object]


def forms(code: str, rng: Random) -> tuple[str, str]:
    """A term of a code, with its article where it takes one, and without."""
    terms = code_list()[code].terms
    term = terms[0] if rng.random() < USUAL_TERM else rng.choice(terms)
    article = next((article for article, counted in ARTICLES.items() if term in counted), "")
    return f"{article} {term}".strip(), term


def mention(code: str, coded: bool, own: bool, rng: Random) -> tuple[str, dict[str, str]]:
    """The frame of one mention with the slots that name the code."""
    kind = code.partition("_")[0]
    pools = (CODED if coded else NAMED)[kind]
    sort = "acute" if code in ACUTE else "chronic"
    frames = pools["test"] if own else [*pools["train"], *pools.get(sort, ())]
    x, bare = forms(code, rng)
    return rng.choice(frames), {"x": x, "bare": bare}


def mentions(labels: list[str], others: list[str], own: bool, rng: Random) -> list[str]:
    """A sentence for each code, with the slots of the codes filled; some sentences say two."""
    coded, named = list(labels), list(others)
    frames = []
    pair = [next((code for code in codes if code.startswith("diagnosis_")), None) for codes in (coded, named)]
    if all(pair) and rng.random() < PAIRED:
        coded.remove(pair[0])
        named.remove(pair[1])
        (x, bare), (y, ybare) = forms(pair[0], rng), forms(pair[1], rng)
        frames.append((rng.choice(PAIRS["test" if own else "train"]), {"x": x, "bare": bare, "y": y, "ybare": ybare}))
    frames += [mention(code, True, own, rng) for code in coded] + [mention(code, False, own, rng) for code in named]
    return [fill(spin(frame, rng), codes) for frame, codes in frames]


def fill(frame: str, values: dict[str, str]) -> str:
    """Fill some slots and leave the others."""
    for slot, value in values.items():
        frame = frame.replace("{" + slot + "}", value)
    return frame


def number(shares: dict[int, float], rng: Random) -> int:
    """A number, drawn by its share."""
    return rng.choices(list(shares), weights=list(shares.values()))[0]


def note(split: str, rng: Random) -> Row:
    """One note without its id."""
    age, sex, slices = patient(rng)
    setting = rng.choice(SETTINGS)
    own = split == "test" and rng.random() < OWN_FRAMES
    count = number(LABELS, rng)
    chosen = rng.sample(list(code_list()), count + (number(IN_VAIN, rng) if count else rng.choice([1, 2, 2])))
    labels, others = chosen[:count], chosen[count:]
    sentences = mentions(labels, others, own, rng) + rng.sample(FILLERS, rng.choice([0, 1, 1, 2]))
    rng.shuffle(sentences)
    text = tidy(" ".join(spin(sentence, rng) + "." for sentence in [rng.choice(OPENERS[setting]), *sentences]))
    values = PRONOUNS[sex] | {
        "age": str(age), "kin": rng.choice(RELATIVES), "years": rng.choice(COUNTS), "when": rng.choice(WHENS),
        "month": rng.choice(MONTHS), "name": rng.choice(NAMES),
    }  # fmt: skip
    return {"text": tidy(fill(text, values)), "labels": sorted(labels), "slices": {"setting": setting, **slices}}


def records(split: str, novelty: Novelty, rng: Random) -> list[Row]:
    """All notes of one split; ``novelty`` is shared by the splits."""

    def fits(drawn: Row) -> bool:
        text = str(drawn["text"])
        return 10 <= len(text.split()) <= MOST_WORDS and novelty.accepts(text)

    rows = []
    for index in range(SIZES[split]):
        rows.append({"id": f"coding-{split}-{index:03}", **until_kept(lambda: note(split, rng), fits)})
    return rows


def main() -> None:
    """Write the three splits, with faults planted in them."""
    generate(FOLDER, "multilabel", records, SEED, MOST_ALIKE)


if __name__ == "__main__":
    main()
