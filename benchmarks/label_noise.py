"""How many labels that were turned round at random are found, beside cleanlab's own published way of use.

    python benchmarks/label_noise.py FILE [RECORDS]

FILE has ``text`` and ``label`` in JSON lines, such as banking77's training file; RECORDS of them are drawn. The other
way is that of cleanlab's documentation, on the same out-of-fold probabilities:
``find_label_issues(labels, pred_probs, return_indices_ranked_by="self_confidence")``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

import numpy as np
from goodfit_quality.doubts import doubtful_labels, out_of_fold
from goodfit_quality.states import states

from goodfit.hooks.types import RecordView

SHARES = (0.05, 0.1, 0.2)
SEED = 0


def turned_round(labels: Sequence[str], share: float) -> tuple[list[str], set[int]]:
    """Labels of which a share is another one, and which."""
    chance, names = Random(SEED), sorted(set(labels))
    wrong = set(chance.sample(range(len(labels)), round(share * len(labels))))
    turned = [
        chance.choice([name for name in names if name != label]) if index in wrong else label
        for index, label in enumerate(labels)
    ]
    return turned, wrong


def cleanlab_alone(texts: Sequence[str], labels: Sequence[str]) -> list[int]:
    """What cleanlab names when it is called as its documentation does."""
    from cleanlab.filter import find_label_issues

    names = sorted(set(labels))
    given = np.array([names.index(label) for label in labels])
    probabilities = out_of_fold(states(tuple(texts)), given, SEED)
    return [
        int(i) for i in find_label_issues(given, probabilities, return_indices_ranked_by="self_confidence", n_jobs=1)
    ]


def main() -> None:
    """Print the table."""
    rows = [json.loads(line) for line in Path(sys.argv[1]).read_text("utf-8").splitlines()]
    rows = Random(SEED).sample(rows, min(len(rows), int(sys.argv[2]) if len(sys.argv) > 2 else len(rows)))
    texts = [row["text"] for row in rows]
    print(f"{len(rows)} records\n\n| turned round | way | named | precision | recall |\n|---|---|---|---|---|")
    for share in SHARES:
        labels, wrong = turned_round([row["label"] for row in rows], share)
        records = [
            RecordView(id=str(n), fields={}, text=text, answer=label)
            for n, (text, label) in enumerate(zip(texts, labels, strict=True))
        ]
        ways = {"goodfit": doubtful_labels(records, SEED), "cleanlab": cleanlab_alone(texts, labels)}
        for way, named in ways.items():
            hits = len(wrong & set(named))
            print(
                f"| {share:.0%} | {way} | {len(named)} | {hits / max(1, len(named)):.3f} | {hits / len(wrong):.3f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
