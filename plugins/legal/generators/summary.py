"""Writes the synthetic data of the task legal/summary: ``python generators/summary.py [FOLDER]``.

A record is a clause of 60 to 120 words and one plain sentence of 10 to 25 words that keeps who must do what, the sum,
the period and the date, and says the exception where the clause limits its rule by one. Figures are often written
differently in the two, as lawyers and plain writers do.
"""

from pathlib import Path
from random import Random

from summary_frames import PADDING, SCENES, Scene
from values import CONTRACTS, UP_TO_A_YEAR, Contract, day, in_words, period, sum_of_money

from goodfit.testing.frames import Novelty, spin, tidy, until_kept
from goodfit.testing.starter_data import SIZES, generate

DATA = Path(__file__).parents[1] / "goodfit_legal" / "data" / "summary"
SEED = 58231
OWN_FRAMES = 0.35  # share of the test split that uses source frames which training never shows
MOST_ALIKE = 0.75


def slots(contract: Contract, rng: Random) -> dict[str, str]:
    """The values of one record; small letters as a lawyer writes them, capitals as a plain writer does."""
    first, second = rng.sample([contract.provider, contract.payer], 2)
    percent = rng.choice([2, 3, 4, 5, 6, 8, 9, 12])
    values = {
        "P": contract.provider, "R": contract.payer, "X": first, "Y": second,
        "agr": contract.agreement, "obj": contract.subject, "fee": contract.fee,
        "n": str(rng.randint(2, 29)), "k": str(rng.randint(2, 29)), "s": str(rng.randint(2, 9)),
        "pct": rng.choice([f"{percent} per cent", f"{percent}%", f"{in_words(percent)} per cent ({percent}%)"]),
        "PCT": f"{percent}%",
    }  # fmt: skip
    values["amt"], values["AMT"] = sum_of_money(rng, unseen=False)
    values["dur"], values["DUR"] = period(rng, UP_TO_A_YEAR)
    values["date"], values["DATE"] = day(rng)
    return values


def with_exception(target: str, point: str, scene: Scene) -> str:
    """The sentence with the clause's exception, if there is one: without it a reader takes the rule for absolute."""
    patterns = [pattern for words, pattern in scene.get("exceptions", {}).items() if words in point]
    return patterns[0].replace("{target}", target) if patterns else target


def pair(split: str, rng: Random) -> tuple[str, str, dict[str, str]]:
    """A clause, its plain sentence and the slices that they belong to."""
    contract, topic = rng.choice(CONTRACTS), rng.choice(list(SCENES))
    scene = SCENES[topic]
    own = split == "test" and rng.random() < OWN_FRAMES
    point = rng.choice(scene["test"] if own else scene["sources"])
    around = rng.sample(PADDING, rng.choice([0, 1, 1, 2, 3]))
    before = around[:1] if rng.random() < 0.4 else []
    sentences = [*before, point, *around[len(before) :]]
    values = slots(contract, rng)
    source = ". ".join(spin(sentence, rng) for sentence in sentences).format_map(values) + "."
    target = with_exception(spin(rng.choice(scene["targets"]), rng), point, scene).format_map(values) + "."
    return tidy(source), tidy(target), {"contract_type": contract.name, "topic": topic}


def records(split: str, novelty: Novelty, rng: Random) -> list[dict[str, object]]:
    """All records of one split; sources of 60 to 120 words, targets of 10 to 25."""

    def fits(drawn: tuple[str, str, dict[str, str]]) -> bool:
        source, target, slices = drawn
        lengths_fit = 60 <= len(source.split()) <= 120 and 10 <= len(target.split()) <= 25
        return lengths_fit and novelty.accepts(source, slices["topic"])

    rows: list[dict[str, object]] = []
    for number in range(SIZES[split]):
        source, target, slices = until_kept(lambda: pair(split, rng), fits)
        rows.append({"id": f"summary-{split}-{number:03}", "source": source, "target": target, "slices": slices})
    return rows


def main() -> None:
    """Write the three splits, with faults planted in them."""
    generate(DATA, "generation", records, SEED, MOST_ALIKE)


if __name__ == "__main__":
    main()
