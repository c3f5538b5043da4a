"""Writes the synthetic data of the task finance/compliance: ``python generators/compliance.py [FOLDER]``.

A record is a piece of marketing or advice of two to five sentences, and the rules that it breaches, none to three of
five. Next to breaches stand sentences with the same words that break no rule.
"""

from functools import partial
from itertools import combinations
from random import Random

from compliance_frames import BREACHES, FAIR, OFFERS, WARNINGS
from values import CITIES, round_sum
from writing import Row, frames_of, in_shares, write_task

from goodfit.testing.frames import spin, tidy

SEED = 40961
NO_WARNING = "missing_risk_warning"
LABELS = ("guaranteed_return", NO_WARNING, "pressure_to_buy", "undisclosed_fee", "unsuitable_comparison")
PAIRS, TRIPLES = tuple(combinations(LABELS, 2)), tuple(combinations(LABELS, 3))[::3]  # few, but some in each split
SHARES: dict[tuple[str, ...], float] = {
    (): 0.27,
    **dict.fromkeys(((label,) for label in LABELS), 0.54 / len(LABELS)),
    **dict.fromkeys(PAIRS, 0.16 / len(PAIRS)),
    **dict.fromkeys(TRIPLES, 0.03 / len(TRIPLES)),
}
FAIR_SENTENCE = 0.55  # how often a text has a sentence that only looks like a breach
NEEDS_INVESTMENT = {"guaranteed_return", NO_WARNING, "unsuitable_comparison"}
FUNDS = (
    "GreenHarvest Notes", "the Atlas Growth Fund", "the Bluewater Plan", "Summit Income", "the Lighthouse Portfolio",
    "Orchard Bonds Plus", "the Meridian Token Basket", "CityLet Shares",
)  # fmt: skip
FUNDS_TEST = ("the Falcon Opportunities Fund", "Harvest Moon Certificates", "the Nordlys Trust")
FIRMS = ("Halden & Pryce", "the Corner Bank", "Vesper Wealth", "Tallis Advisers", "Brackmoor Invest")
SAVERS = ("the Everyday Saver", "FlexiPot", "the Family Account", "the Corner Bank account", "SteadySave")


def slots(split: str, rng: Random) -> dict[str, str]:
    """The values of one text."""
    return {
        "fund": rng.choice(FUNDS_TEST if split == "test" and rng.random() < 0.5 else FUNDS),
        "saver": rng.choice(SAVERS), "count": rng.choice(["two", "four", "six"]),
        "pct": f"{rng.choice([6, 7, 8, 9, 11, 12, 14, 18, 24])} [%|per cent]",
        "rate": f"{rng.choice(['0.5', '1.2', '1.75', '2.1', '2.4', '3'])} %",
        "years": rng.choice(["three", "five", "seven", "ten"]),
        "fee": rng.choice(["0.4 %", "0.9 %", "1.5 %", "EUR 3", "EUR 12", "EUR 40"]), "amt": f"EUR {round_sum(rng)}",
        "city": rng.choice(CITIES), "firm": rng.choice(FIRMS),
    }  # fmt: skip


def text_of(labels: tuple[str, ...], split: str, rng: Random) -> Row:
    """A text that breaches exactly these rules."""
    is_investment = bool(NEEDS_INVESTMENT & set(labels)) or rng.random() < 0.55
    product = "investment" if is_investment else "savings"
    sentences = [rng.choice(frames_of(BREACHES[label], split, rng)) for label in labels if label != NO_WARNING]
    if is_investment and NO_WARNING not in labels:
        sentences.append(rng.choice(frames_of(WARNINGS, split, rng)))
    kept = [label for label in FAIR if label not in labels and (is_investment or label != "unsuitable_comparison")]
    if kept and rng.random() < FAIR_SENTENCE:
        sentences.append(rng.choice(frames_of(FAIR[rng.choice(kept)], split, rng)))
    rng.shuffle(sentences)
    sentences.insert(rng.choice([0, 0, 0, 1]), rng.choice(frames_of(OFFERS[product], split, rng)))
    values = {name: spin(value, rng) for name, value in slots(split, rng).items()}
    text = tidy(" ".join(f"{spin(sentence, rng)}." for sentence in sentences).format_map(values))
    return {"text": text, "labels": list(labels), "slices": {"product": product}}


if __name__ == "__main__":
    write_task(
        "compliance", "multilabel", SEED, partial(in_shares, SHARES), text_of, lambda row: row["text"], most_alike=0.7,
        words=(10, 70),
    )  # fmt: skip
