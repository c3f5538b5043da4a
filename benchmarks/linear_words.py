"""What a linear model of the words (the audit ``quality.linear``) reaches beside the models of real_data.md.

    python benchmarks/linear_words.py --data ../shared/data

Writes ``linear_words.md``. The tuned models' figures are those of ``real_data.jsonl``, on the same test records.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from goodfit_quality.linear import ANSWERS, answers_by_words
from real_data import DATA, JOBS, Data
from rows import read_rows

from goodfit.evaluation.resample import interval
from goodfit.hooks.types import Item, RecordView
from goodfit.kinds import find_kind

HERE = Path(__file__).resolve()


def records(data: Data, folder: Path, split: str) -> list[RecordView]:
    """A split's records, as the audit gets them."""
    rows = read_rows(folder / data.folder / f"{split}.jsonl")
    rows = [data.rewrite(row) for row in rows] if data.rewrite else rows
    return [
        RecordView(id=str(number), fields=row, text=row["text"], answer=str(row.get("label", row.get("labels"))))
        for number, row in enumerate(rows)
    ]


def line(data: Data, tuned: float, folder: Path) -> str:
    """A row of the table."""
    train, test = (records(data, folder, split) for split in ("train", "test"))
    started = time.process_time()
    answers = answers_by_words(data.task, train, test, 0)
    took = time.process_time() - started
    assert answers is not None
    labels = sorted({label for one in train for label in one.fields.get("labels", [one.answer])})
    metric = next(one for one in find_kind(data.task).metrics(labels) if one.name == data.metric)
    items = [Item(id=one.id, fields=one.fields, answer=answer) for one, answer in zip(test, answers, strict=True)]
    found = interval(np.asarray(metric.statistics(items), np.float64), metric.reduce, 0, metric.top)
    figure = f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]"
    return f"| {data.folder}, {data.metric} | {len(train)} | {figure} | {took:.1f} | {tuned:.3f} |"


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the folder with the data sets")
    options = parser.parse_args()
    measured = {}
    for row in read_rows(HERE.with_name("real_data.jsonl")):
        if row["side"] == "goodfit" and row["job"] in JOBS and row["adapter"] == "lora" and row["max_steps"] is None:
            measured[row["data"]] = row["value"]
    lines = [
        "# A linear model of the words",
        "",
        "What a linear model of the words (the audit `quality.linear`) reaches beside the models of",
        "[real_data.md](real_data.md), on the same test records.",
        "",
        "Intervals are by bootstrap; CPU seconds are of making it and asking it.",
        "",
        "| data, metric | training records | linear | CPU s | MiniLM, LoRA |",
        "|---|---|---|---|---|",
        *(
            line(DATA[name], tuned, options.data)
            for name, tuned in measured.items()
            if DATA[name].task in ANSWERS and not DATA[name].words
        ),
    ]
    HERE.with_suffix(".md").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
