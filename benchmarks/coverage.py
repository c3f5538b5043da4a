"""How often the 95 % interval of macro F1 holds the truth, beside the percentile bootstrap without its corrections.

    python benchmarks/coverage.py [SAMPLES]

Labels are drawn by their shares, and answered right with one chance, or another label by chance. The truth is the macro
F1 of 200,000 records.
"""

import sys
from collections.abc import Sequence

import numpy as np

from goodfit.evaluation.resample import interval
from goodfit.hooks.types import Item
from goodfit.kinds.label_metrics import classification_metrics

EVEN = {count: [1 / count] * count for count in (2, 20, 30, 77)}
CASES: tuple[tuple[str, Sequence[float], int, float], ...] = (
    ("2 alike", EVEN[2], 30, 0.9),
    ("20 alike", EVEN[20], 200, 0.8),
    ("30 alike", EVEN[30], 100, 0.8),
    ("77 alike", EVEN[77], 200, 0.8),
    ("77 alike", EVEN[77], 1000, 0.8),
    ("two of 49 %, one of 2 %", [0.49, 0.49, 0.02], 60, 0.7),
    ("two of 49 %, one of 2 %", [0.49, 0.49, 0.02], 60, 0.9),
    ("one of 90 %, two of 5 %", [0.9, 0.05, 0.05], 100, 0.95),
    ("one of 96 %, two of 2 %", [0.96, 0.02, 0.02], 300, 0.95),
    ("three of 30 %, three of 3 %", [0.3, 0.3, 0.3, 0.0333, 0.0333, 0.0334], 60, 0.9),
)


def drawn(shares: Sequence[float], records: int, right: float, seed: int) -> np.ndarray:
    """Labels and answers of so many records, (2, records)."""
    chance, count = np.random.default_rng(seed), len(shares)
    labels = chance.choice(count, records, p=np.array(shares) / sum(shares))
    others = (labels + chance.integers(1, count, records)) % count
    return np.stack([labels, np.where(chance.random(records) < right, labels, others)])


def missed(shares: Sequence[float], records: int, right: float, samples: int) -> tuple[float, float]:
    """The shares of samples whose interval misses the truth: goodfit's, and the percentile bootstrap's."""
    names = [str(number) for number in range(len(shares))]
    metric = next(spec for spec in classification_metrics(names) if spec.name == "f1_macro")

    def statistics(pairs: np.ndarray) -> np.ndarray:
        items = [Item(id="", fields={"label": names[one]}, answer=names[other]) for one, other in pairs.T]
        return np.asarray(metric.statistics(items))

    truth = float(metric.reduce(sum(statistics(drawn(shares, 10_000, right, 10**6 + n)).sum(0) for n in range(20))))
    ours = percentile = 0
    for seed in range(samples):
        rows = statistics(drawn(shares, records, right, seed))
        found = interval(rows, metric.reduce, seed)
        ours += not found.low <= truth <= found.high
        chance = np.random.default_rng(seed)
        weights = chance.multinomial(records, np.full(records, 1 / records), 1000)
        low, high = np.nanquantile(metric.reduce(weights @ rows), (0.025, 0.975))
        percentile += not low <= truth <= high
    return ours / samples, percentile / samples


def main() -> None:
    """Print the table."""
    samples = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    print("| labels | records | right | missed | by the percentile bootstrap |\n|---|---|---|---|---|")
    for name, shares, records, right in CASES:
        ours, percentile = missed(shares, records, right, samples)
        print(f"| {name} | {records} | {right:.0%} | {ours:.1%} | {percentile:.1%} |", flush=True)


if __name__ == "__main__":
    main()
