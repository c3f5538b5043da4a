"""Writes the synthetic data of the task legal/clauses: ``python generators/clauses.py [FOLDER]``.

A record is one clause: operative words of one type (its label), and often a number, an opener that points to another
clause, and a tail that borrows another type's words. The label is what the clause *does*, not what it mentions.
"""

from pathlib import Path
from random import Random

from clause_frames import CORES, OPENERS, TAILS, TITLES
from values import CONTRACTS, PLACES, PLACES_TEST, UP_TO_A_YEAR, Contract, day, period, sum_of_money

from goodfit.testing.frames import Novelty, spin, tidy, until_kept
from goodfit.testing.starter_data import SIZES, generate

DATA = Path(__file__).parents[1] / "goodfit_legal" / "data" / "clauses"
SEED = 20417
# Records by label: uneven, as in real contracts, and the smallest class holds more than 8 % of its split.
SHARES = {
    "payment": 0.16, "termination": 0.15, "confidentiality": 0.14, "warranty": 0.13, "limitation_of_liability": 0.12,
    "indemnity": 0.11, "assignment": 0.10, "governing_law": 0.09,
}  # fmt: skip
OWN_FRAMES = 0.3  # share of a held-out split that uses frames which training never shows
OPENER, TAIL, NUMBER = 0.3, 0.35, 0.3  # how often a clause has each of these
MOST_ALIKE = 0.7


def slots(contract: Contract, split: str, rng: Random) -> dict[str, str]:
    """The values of one clause; both parties appear as X and Y in either order."""
    first, second = rng.sample([contract.provider, contract.payer], 2)
    places = [*PLACES, *PLACES_TEST] if split == "test" else list(PLACES)
    return {
        "P": contract.provider, "R": contract.payer, "X": first, "Y": second,
        "agr": contract.agreement, "obj": contract.subject, "fee": contract.fee,
        "dur": period(rng, UP_TO_A_YEAR)[0], "amt": sum_of_money(rng, unseen=False)[0], "date": day(rng)[1],
        "pct": str(rng.choice([2, 3, 4, 5, 8, 10, 25, 50, 100])), "count": rng.choice(["four", "six", "ten", "twelve"]),
        "n": str(rng.randint(2, 29)), "k": str(rng.randint(2, 29)),
        "m": f"{rng.randint(2, 29)}{rng.choice(['', '.1', '.3', '(b)'])}",
        "place": rng.choice(places),
    }  # fmt: skip


def clause(label: str, split: str, rng: Random) -> tuple[str, str]:
    """The text of one clause and the kind of contract that it comes from."""
    contract = rng.choice(CONTRACTS)
    own = split != "train" and rng.random() < OWN_FRAMES
    frame = rng.choice(CORES[label][split if own else "train"])
    if rng.random() < OPENER:
        title = rng.choice(TITLES[rng.choice(list(TITLES))])
        frame = f"{rng.choice(OPENERS).replace('[{title}]', title)} {frame}"
    if rng.random() < TAIL:
        frame += rng.choice(TAILS[rng.choice(list(TAILS))])
    text = tidy(spin(frame, rng).format_map(slots(contract, split, rng)) + ".")
    if rng.random() < NUMBER:
        text = f"{rng.choice(['{}.', '{}.2', '{}.4', 'Clause {}.', '({})'])} ".format(rng.randint(2, 29)) + text
    return text, contract.name


def labels_of(split: str) -> list[str]:
    """As many labels as the split has records, in the shares above; rounding goes to the first label."""
    counts = {label: round(share * SIZES[split]) for label, share in SHARES.items()}
    counts["payment"] += SIZES[split] - sum(counts.values())
    return [label for label, count in counts.items() for _ in range(count)]


def records(split: str, novelty: Novelty, rng: Random) -> list[dict[str, object]]:
    """All records of one split, shuffled; ``novelty`` is shared by the splits."""
    labels = labels_of(split)
    rng.shuffle(labels)
    rows: list[dict[str, object]] = []
    for number, label in enumerate(labels):
        text, contract = until_kept(
            lambda label=label: clause(label, split, rng), lambda drawn, label=label: novelty.accepts(drawn[0], label)
        )
        row = {"id": f"clauses-{split}-{number:03}", "text": text, "label": label}
        rows.append({**row, "slices": {"contract_type": contract}})
    return rows


def main() -> None:
    """Write the three splits, with faults planted in them."""
    generate(DATA, "classification", records, SEED, MOST_ALIKE)


if __name__ == "__main__":
    main()
