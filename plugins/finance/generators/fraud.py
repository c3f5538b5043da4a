"""Writes the synthetic data of the task finance/fraud: ``python generators/fraud.py [FOLDER]``.

A record is a case note or a payment with its circumstances, 15 to 65 words. The label is what happened, not what is
mentioned: besides the case itself there is often a remark with the words of another one. Every case names a place, and
every place is named as often, in proportion, by frauds and by legitimate cases: where somebody is says nothing.
"""

import re
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from fraud_frames import ASIDES, CORES, OPENERS, PLACE_ASIDES
from values import CITIES, HER_NAMES, HIS_NAMES, firm, grouped, person, round_sum, spread_amount
from writing import Row, frames_of, in_shares, write_task

from goodfit.testing.frames import spin, tidy

SEED = 71103
SHARES = {
    "legitimate": 0.32, "card_fraud": 0.17, "invoice_fraud": 0.17, "account_takeover": 0.17, "money_mule": 0.17,
}  # fmt: skip
OPENER, SECOND_ASIDE = 0.25, 0.35
PLACES = (*CITIES, "Lagos", "Manila", "Riga", "Lima", "Tirana", "Dubai", "Accra", "Baku", "Minsk", "Panama City")
ALL_NAMES = HER_NAMES + HIS_NAMES
COUNTS = ("two", "three", "four", "five", "six", "seven", "nine")


class Plan(NamedTuple):
    """What one case is to be."""

    label: str
    home: str
    """Named in every case."""
    far: str
    """Named where the case has a place far away."""


def plans(split: str, rng: Random) -> list[Plan]:
    """The cases of a split: places are dealt to frauds and to legitimate cases from a pack each."""
    homes, journeys = ({side: dealt(rng) for side in (True, False)} for _ in range(2))
    found = []
    for label in in_shares(SHARES, split, rng):
        home, far = next(homes[label == "legitimate"]), next(journeys[label == "legitimate"])
        found.append(Plan(label, home, far if far != home else next(journeys[label == "legitimate"])))
    return found


def dealt(rng: Random) -> Iterator[str]:
    """All places in a random order, again and again."""
    while True:
        yield from rng.sample(PLACES, len(PLACES))


def slots(frame: str, plan: Plan, split: str, rng: Random) -> dict[str, str]:
    """The values of one case; names fit the pronouns of its frame, where it has some."""
    her, him = (re.search(rf"\b(?:{words})\b", frame) for words in ("she|her|herself", "he|his|him|himself"))
    own, others = (HER_NAMES, HIS_NAMES) if her else (HIS_NAMES, HER_NAMES) if him else (ALL_NAMES, ALL_NAMES)
    currency = rng.choice(["EUR", "GBP", "USD", "CHF"])
    exact = grouped(spread_amount(rng, 2.3, 4.7))
    return {
        "amt": f"{currency} {exact if rng.random() < 0.5 else round_sum(rng)}",
        "small": f"{currency} {grouped(spread_amount(rng, 0.1, 1.9))}",
        "firm": firm(rng, split), "other": firm(rng, split), "who": person(rng, own), "whom": person(rng, others),
        "count": rng.choice(COUNTS), "time": clock(rng), "later": clock(rng), "limit": f"{currency} {round_sum(rng)}",
        "days": str(rng.randint(2, 90)), "city": plan.home, "far": plan.far,
        "doc": rng.choice([f"{rng.randint(1000, 99999)}", f"{rng.choice('ABKR')}-{rng.randint(100, 9999)}"]),
    }  # fmt: skip


def clock(rng: Random) -> str:
    """A time of day."""
    return f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}"


def case(plan: Plan, split: str, rng: Random) -> Row:
    """The text of one case, its label and what an investigator would slice by."""
    frame = spin(rng.choice(frames_of(CORES[plan.label], split, rng)) + ".", rng)
    asides = [rng.choice(PLACE_ASIDES), *rng.sample(ASIDES, 1 + (rng.random() < SECOND_ASIDE))]
    rng.shuffle(asides)
    remarks = [f"{spin(aside, rng)}." for aside in asides]
    parts = [frame, *remarks] if rng.random() < 0.65 else [*remarks, frame]
    opener = spin(rng.choice(OPENERS), rng) if rng.random() < OPENER else ""
    whole = tidy(opener + " ".join(map(tidy, parts)))
    text = whole.format_map(slots(whole, plan, split, rng)).replace("..", ".")
    slices = {"channel": "card" if re.search("card|machine", frame) else "account"}
    return {"text": text, "label": plan.label, "slices": {**slices, "abroad": "yes" if "{far}" in frame else "no"}}


if __name__ == "__main__":
    write_task(
        "fraud", "classification", SEED, plans, case, lambda row: row["text"], most_alike=0.7,
        words=(15, 70),
    )  # fmt: skip
