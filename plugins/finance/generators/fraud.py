"""Writes the synthetic data of the task finance/fraud: ``python generators/fraud.py [FOLDER]``.

A record is a case note or a payment with its circumstances, 15 to 65 words. The label is what happened, not what is
mentioned: besides the case itself there is often a remark with the words of another one.
"""

import re
from functools import partial
from random import Random
from typing import Any

from fraud_frames import ASIDES, CORES, OPENERS
from values import CITIES, HER_NAMES, HIS_NAMES, firm, grouped, person, round_sum, spread_amount
from writing import Row, frames_of, in_shares, write_task

from goodfit.testing.frames import spin, tidy

SEED = 71103
SHARES = {
    "legitimate": 0.32, "card_fraud": 0.17, "invoice_fraud": 0.17, "account_takeover": 0.17, "money_mule": 0.17,
}  # fmt: skip
OPENER, SECOND_ASIDE = 0.25, 0.35
FAR = ("Lagos", "Manila", "Riga", "Lima", "Tirana", "Dubai", "Accra", "Baku", "Minsk", "Panama City")
ALL_NAMES = HER_NAMES + HIS_NAMES
COUNTS = ("two", "three", "four", "five", "six", "seven", "nine")


def slots(frame: str, split: str, rng: Random) -> dict[str, str]:
    """The values of one case; names fit the pronouns of its frame, where it has some."""
    her, him = (re.search(rf"\b(?:{words})\b", frame) for words in ("she|her|herself", "he|his|him|himself"))
    own, others = (HER_NAMES, HIS_NAMES) if her else (HIS_NAMES, HER_NAMES) if him else (ALL_NAMES, ALL_NAMES)
    currency = rng.choice(["EUR", "GBP", "USD", "CHF"])
    exact = grouped(spread_amount(rng, 2.3, 4.7))
    return {
        "amt": f"{currency} {exact if rng.random() < 0.5 else round_sum(rng)}",
        "small": f"{currency} {grouped(spread_amount(rng, 0.1, 1.9))}",
        "firm": firm(rng, split), "other": firm(rng, split), "who": person(rng, own), "whom": person(rng, others),
        "city": rng.choice(CITIES), "far": rng.choice(FAR), "count": rng.choice(COUNTS),
        "time": clock(rng), "later": clock(rng), "limit": f"{currency} {round_sum(rng)}",
        "days": str(rng.randint(2, 90)),
        "doc": rng.choice([f"{rng.randint(1000, 99999)}", f"{rng.choice('ABKR')}-{rng.randint(100, 9999)}"]),
    }  # fmt: skip


def clock(rng: Random) -> str:
    """A time of day."""
    return f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}"


def case(label: Any, split: str, rng: Random) -> Row:
    """The text of one case, its label and what an investigator would slice by."""
    frame = spin(rng.choice(frames_of(CORES[label], split, rng)) + ".", rng)
    asides = [f"{spin(aside, rng)}." for aside in rng.sample(ASIDES, 1 + (rng.random() < SECOND_ASIDE))]
    parts = [frame, *asides] if rng.random() < 0.65 else [*asides, frame]
    opener = spin(rng.choice(OPENERS), rng) if rng.random() < OPENER else ""
    text = tidy(opener + " ".join(map(tidy, parts))).format_map(slots(frame, split, rng)).replace("..", ".")
    slices = {"channel": "card" if re.search("card|machine", frame) else "account"}
    return {"text": text, "label": label, "slices": {**slices, "abroad": "yes" if "{far}" in frame else "no"}}


if __name__ == "__main__":
    write_task(
        "fraud", "classification", SEED, partial(in_shares, SHARES), case, lambda row: row["text"], most_alike=0.7,
        words=(15, 70),
    )  # fmt: skip
