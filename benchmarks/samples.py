"""Small samples of the real data sets, as a department has them: some hundred records, drawn by a seed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from random import Random

from rows import read_rows

SETS = {
    "pubmedqa": ("medical/pubmedqa", "classification"),
    "banking77": ("customer_support/banking77", "classification"),
    "cuad_clauses": ("legal/cuad_clauses", "classification"),
    "multidogo_finance": ("finance/multidogo_finance", "classification"),
    "clickbait": ("content/clickbait_headlines", "classification"),
    "finentity": ("finance/finentity", "token_classification"),
    "ncbi_disease": ("medical/ncbi_disease", "token_classification"),
}
"""Name -> folder of the data, task."""
NO_AUDITS = ("plugins.allow=[starters]",)
"""Words for trainings of which no finding is read."""


def sample(data: Path, name: str, counts: Mapping[str, int], seed: int, folder: Path) -> list[str]:
    """Write a sample, and return the words that name it.

    Records with a label that no drawn training record has are left out of the other splits.

    Args:
        data: The folder with the data sets.
        name: One of ``SETS``.
        counts: Split -> records at most.
        seed: Of the draw.
        folder: Where the files are written.
    """
    place, task = SETS[name]
    folder.mkdir(parents=True, exist_ok=True)
    words, known = [f"task={task}", "dataset=files"], None
    words += ["dataset.fields.text=question"] if name == "pubmedqa" else []
    for split, count in counts.items():
        rows = read_rows(data / place / f"{split}.jsonl")
        if known is not None and task == "classification":
            rows = [row for row in rows if row["label"] in known]
        drawn = Random(f"{seed} {split}").sample(rows, min(count, len(rows)))
        known = known or {row.get("label") for row in drawn}
        path = folder / f"{split}.jsonl"
        rows_with_ids = [{**row, "id": f"{split}-{number}"} for number, row in enumerate(drawn)]
        path.write_text("".join(json.dumps(row) + "\n" for row in rows_with_ids), "utf-8")
        words.append(f"dataset.{split}={path}")
    return words
