"""Writes the synthetic data of the task medical/patient_message: ``python generators/patient_message.py [FOLDER]``.

A record is what a clinician writes, two or three sentences of 40 to 90 words with remarks that do not concern the
patient, and what the patient is told, 10 to 40 plain words that keep drug, dose and figures and no clinical term.
"""

from random import Random

from message_frames import EXTRA_DRUGS, REMARKS, SITES, TIMES, TOPICS
from pools import DRUGS, DRUGS_TEST, NAMES
from writing import Row, write_task

from goodfit.testing.frames import spin, tidy

SEED = 91127
OWN_FRAMES = 0.4  # share of the test records whose source uses frames which training never shows
UNSEEN_DRUGS = 0.3  # share of the test records with a drug which training never shows in this topic
# Figures that a clinician would not stop at.
MILD_ASTHMA = (76, 89)  # per cent of predicted: above 75 an attack is mild (BTS/SIGN 158, British guideline on asthma)
HEART_RISK = (10, 24)  # per cent in ten years: from 10 a statin is offered to prevent a first attack (NICE NG238)
WEIGHT_GAINS = (("1.5", "2"), ("1.5", "3"), ("2", "2"), ("2", "3"))  # kg, days: about 2 kg in 3 days is an alarm


def medicine(topic: str, unseen: bool, rng: Random) -> dict[str, str]:
    """The slots of the drug, its doses and its time."""
    name = rng.choice(TOPICS[topic]["drugs"][unseen])
    usual = {**DRUGS, **DRUGS_TEST}
    doses, times = EXTRA_DRUGS[name] if name in EXTRA_DRUGS else (usual[name].doses, usual[name].times)
    place = rng.randrange(max(1, len(doses) - 1))
    ab, often = TIMES[rng.choice(times)]
    higher = doses[min(place + 1, len(doses) - 1)]
    return {"drug": name, "dose": doses[place], "higher": higher, "ab": ab, "often": often}


def values(topic: str, split: str, rng: Random) -> dict[str, str]:
    """What fills the slots of one record, source and message alike."""
    pressures = [f"{rng.randint(14, 18)}{rng.randint(0, 9)}/{rng.randint(86, 104)}" for _ in range(2)]
    gain = rng.choice(WEIGHT_GAINS)
    return medicine(topic, split == "test" and rng.random() < UNSEEN_DRUGS, rng) | {
        "bp": pressures[0], "bp2": pressures[1], "temp": f"3{rng.choice([8, 9])}.{rng.randint(0, 9)}",
        "hba": str(rng.randint(58, 92)), "hb": f"{rng.randint(8, 10)}.{rng.randint(0, 9)}",
        "tsh": f"{rng.randint(6, 14)}.{rng.randint(0, 9)}", "ldl": f"{rng.randint(4, 6)}.{rng.randint(0, 9)}",
        "breath": str(rng.randint(*MILD_ASTHMA)), "soon": rng.choice(["2", "3"]), "risk": str(rng.randint(*HEART_RISK)),
        "cm": str(rng.randint(2, 9)), "kg": gain[0], "gain_days": gain[1],
        "litres": rng.choice(["1.2", "1.5", "1.8"]), "n": str(rng.randint(5, 14)), "weeks": str(rng.randint(2, 8)),
        "days": rng.choice(["3 days", "5 days", "7 days", "10 days"]),
        "period": rng.choice(["4 weeks", "six weeks", "8 weeks", "three months"]),
        "site": rng.choice(SITES.get(topic, [""])), "name": rng.choice(NAMES),
    }  # fmt: skip


def message(name: str, split: str, rng: Random) -> Row:
    """One record of a topic, without its id."""
    topic, filling = TOPICS[name], values(name, split, rng)
    own = split == "test" and rng.random() < OWN_FRAMES
    matter = rng.choice(topic["test" if own else "train"])
    sentences = rng.sample(REMARKS["test" if own else "train"], rng.choice([1, 1, 2]))
    sentences.insert(rng.choice([0, len(sentences)]), matter)
    return {
        "source": tidy(". ".join(spin(sentence, rng) for sentence in sentences).format_map(filling) + "."),
        "target": plain(spin(rng.choice(topic["messages"]), rng).format_map(filling)),
        "slices": {"topic": name},
    }


def plain(text: str) -> str:
    """A message with its last stop, and a capital after each question mark."""
    return "? ".join(tidy(part) for part in (text + ".").split("? "))


def main() -> None:
    """Write the three splits, with faults planted in them."""
    write_task("patient_message", list(TOPICS), message, SEED, most_read=90)


if __name__ == "__main__":
    main()
