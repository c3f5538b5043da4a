"""How often the fit diagnosis is right where over- or underfitting was planted.

    python benchmarks/planted_fits.py [--data ../shared/data]

Twenty trainings on samples of real data with the offline encoder. Overfitting: 48 records, 15 epochs of full tuning,
no early stop. Underfitting: 400 records in two passes at a thousandth or a twentieth of the default rate.
Beside them, without a claim what is right, four trainings at the default settings on as many records. Writes
``planted_fits.md`` beside this file.

Left out where overfitting is planted: multidogo_finance, on which 48 records are enough (held-out macro-F1 0.93 and
0.84 on two draws, verdict "good").
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from samples import NO_AUDITS, SETS, sample
from typed import goodfit

HERE = Path(__file__)
SMALL = {"train": 48, "validation": 120, "test": 40}
ENOUGH = {"train": 400, "validation": 120, "test": 40}
PLANTED = {
    "overfit": (SMALL, ["adapter=none", "optim.lr=3e-4", "training.epochs=15", "training.patience=0"]),
    "underfit": (ENOUGH, ["adapter=lora", "optim.lr=1e-6", "training.epochs=2"]),
    "cut short": (ENOUGH, ["adapter=lora", "optim.lr=5e-5", "training.epochs=2"]),
    "defaults": (ENOUGH, []),
}
"""What was planted -> records, words."""
RIGHT = {"overfit": "overfit", "underfit": "underfit", "cut short": "underfit"}
CLASSES = ("banking77", "cuad_clauses", "pubmedqa")
CASES = [
    *(("overfit", name, draw) for name in (*CLASSES, "finentity", "ncbi_disease") for draw in (0, 1)),
    *(("underfit", name, 0) for name in SETS if name != "pubmedqa"),
    *(("cut short", name, 1) for name in ("banking77", "cuad_clauses", "multidogo_finance", "ncbi_disease")),
    *(("defaults", name, 0) for name in ("banking77", "cuad_clauses", "clickbait", "ncbi_disease")),
]


def main() -> None:
    """Train all, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    options = parser.parse_args()
    lines, hits = [], []
    with tempfile.TemporaryDirectory() as made:
        for number, (what, name, draw) in enumerate(CASES):
            counts, words = PLANTED[what]
            folder = Path(made) / str(number)
            data = sample(options.data, name, counts, draw, folder / "data")
            found = goodfit("train", *data, "model=bert", *words, *NO_AUDITS, f"run.dir={folder / 'run'}")["fit"]
            hits += [found["verdict"] == RIGHT[what]] if what in RIGHT else []
            mark = ("yes" if hits[-1] else "NO") if what in RIGHT else "-"
            lines.append(f"| {what} | {name} | {draw} | {found['verdict']} | {mark} | {'; '.join(found['evidence'])} |")
            print(lines[-1], flush=True)
    settings = [f"| {what} | {counts['train']} | {' '.join(words)} |" for what, (counts, words) in PLANTED.items()]
    text = [
        "# Planted over- and underfitting",
        f"\nThe verdict is right in {sum(hits)} of {len(hits)}.\n",
        "| planted | data | draw | verdict | right | evidence |\n|---|---|---|---|---|---|",
        *lines,
        "\n| planted | training records | words |\n|---|---|---|",
        *settings,
        "\nLeft out where overfitting is planted: multidogo_finance, on which 48 records are enough (held-out macro-F1 "
        "0.93 and 0.84 on two draws, gap +0.05 and +0.16, verdict good).",
        "\nBefore these cases were looked at, four with too small a rate were called good (clickbait, finentity, "
        "ncbi_disease twice): any answers of many labels have some F1. The diagnosis was mended on them, so the table "
        "shows what it knows now, and not how it does on cases that nobody has seen.",
        "\nMade by `python benchmarks/planted_fits.py`.\n",
    ]
    HERE.with_suffix(".md").write_text("\n".join(text), "utf-8")


if __name__ == "__main__":
    main()
