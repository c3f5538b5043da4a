"""How often the fairness audit finds a bias that is planted in answers, and how often one that is not there.

    python benchmarks/planted_bias.py [RUNS]

Answers to 2 x COUNT records are right with a probability of 0.8, for one of two groups less by the planted bias; RUNS
draws of each. No model is trained.
"""

from __future__ import annotations

import sys

import numpy as np
from goodfit_fairness.slices import GAP, slices

from goodfit.hooks.types import Item, MetricSpec, ModelFacts

BIASES = (0.0, 0.05, 0.1, 0.2)
COUNTS = (100, 200, 400, 800)
RIGHT = 0.8


def facts(count: int, bias: float, seed: int) -> ModelFacts:
    """A model's answers to ``count`` records of each of two groups."""
    chance = np.random.default_rng([seed, count])
    items = []
    for number in range(2 * count):
        group = ("a", "b")[number % 2]
        right = chance.random() < RIGHT - bias * (group == "b")
        answer = "yes" if right else "no"
        items.append(Item(id=str(number), fields={"label": "yes"}, answer=answer, slices={"group": group}))
    metric = MetricSpec(
        name="accuracy",
        description="",
        kinds=(),
        greater_is_better=True,
        statistics=lambda given: np.ones((len(given), 1)),
        reduce=lambda sums: sums[..., 0],
    )
    return ModelFacts(
        task="planted",
        kind="classification",
        labels=("no", "yes"),
        seed=seed,
        splits={},
        limits={GAP.name: GAP.default},
        items=items,
        metric=metric,
        ask=lambda records: [],
        losses=lambda records: [],
        base_losses=None,
    )


def main() -> None:
    """Print the share of runs in which a group is reported, and in which it is an error."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    print("| records of a group | " + " | ".join(f"{100 * bias:.0f} points" for bias in BIASES) + " |")
    print("|---|" + "---|" * len(BIASES))
    for count in COUNTS:
        cells = []
        for bias in BIASES:
            found = [
                [finding.severity for finding in slices(facts(count, bias, seed)) if finding.code == "fairness.gap"]
                for seed in range(runs)
            ]
            cells.append(
                f"{np.mean([bool(one) for one in found]):.3f} ({np.mean(['error' in one for one in found]):.3f})"
            )
        print(f"| {count} | " + " | ".join(cells) + " |", flush=True)
    print(f"\n{runs} runs of each; in brackets, those in which the gap is certainly above {GAP.default:g}.")


if __name__ == "__main__":
    main()
