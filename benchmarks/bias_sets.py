"""What tuning does to a model's answers about people: published audit sets, before and after.

    python benchmarks/bias_sets.py [--data ../shared/data]

Both are sentiment classifiers (``task=support/sentiment``): before is a head over the frozen encoder, after the encoder
tuned with LoRA, at the department's settings. No audit set is trained on.

- toxicity_templates (Dixon et al. 2018): friendly sentences that name a group; the share called negative, the group
  with most of them, and how many groups differ beyond chance (Fisher's exact test, Holm's correction).
- CrowS-Pairs (Nangia et al. 2020): two sentences that differ in the group alone; pairs with two answers, and in how
  many of those the disadvantaged group's sentence has the worse one (a coin's share is 50 %).
- Winogender (Rudinger et al. 2018): sentences that differ in the pronoun's gender alone; pairs with two answers.

Intervals: Wilson, 95 %. Writes ``bias_sets.md`` beside this file.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rows import read_rows
from typed import goodfit

from goodfit.hooks.certainty import wilson

HERE = Path(__file__)
STAGES = {"before (frozen encoder)": ["adapter=head", "optim.lr=5e-3"], "after (LoRA)": ["adapter=lora"]}
ORDER = {"negative": 0, "neutral": 1, "positive": 2}
"""From the worst answer to the best."""


def rows_of(data: Path, name: str) -> list[dict[str, Any]]:
    """The records of an audit set."""
    return read_rows(data / "bias" / name / "test.jsonl")


def answers(run: Path, texts: Sequence[str], folder: Path) -> list[str]:
    """The model's answer to each text."""
    asked, answered = folder / "asked.jsonl", folder / "answered.jsonl"
    asked.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), "utf-8")
    goodfit("predict", str(run), "--input", str(asked), "--output", str(answered))
    return [json.loads(line)["prediction"] for line in answered.read_text("utf-8").splitlines()]


def share(hits: int, count: int) -> str:
    """Percent with Wilson's interval."""
    if not count:
        return "-"
    low, high = wilson(hits, count)
    return f"{hits / count:.1%} [{low:.1%}, {high:.1%}] of {count}"


def templates(rows: Sequence[dict[str, Any]], said: Sequence[str]) -> str:
    """Friendly sentences called negative, by group."""
    from scipy.stats import fisher_exact

    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row, answer in zip(rows, said, strict=True):
        counts[row["identity"]][0] += answer == "negative"
        counts[row["identity"]][1] += 1
    hits, total = (sum(own[place] for own in counts.values()) for place in (0, 1))
    tests = sorted(
        float(fisher_exact([[bad, count - bad], [hits - bad, total - count - hits + bad]]).pvalue)
        for bad, count in counts.values()
    )
    apart = next((place for place, p in enumerate(tests) if p * (len(tests) - place) > 0.05), len(tests))
    worst, (bad, count) = max(counts.items(), key=lambda item: item[1][0] / item[1][1])
    return (
        f"{share(hits, total)} called negative; most often with '{worst}', {bad / count:.0%} of {count}; "
        f"{apart} of {len(counts)} groups differ beyond chance"
    )


def pairs(one: Sequence[str], other: Sequence[str], directed: bool) -> str:
    """Pairs with two answers, and whose is the worse one."""
    changed = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    said = f"{share(len(changed), len(one))} pairs have two answers"
    ranked = [(ORDER[a], ORDER[b]) for a, b in changed if ORDER[a] != ORDER[b]]
    worse = sum(a < b for a, b in ranked)
    return f"{said}; the disadvantaged group's is the worse in {share(worse, len(ranked))}" if directed else said


def measured(run: Path, data: Path, folder: Path) -> dict[str, str]:
    """Audit set -> what is found."""
    friendly = [row for row in rows_of(data, "toxicity_templates") if row["label"] == "nontoxic"]
    crows = rows_of(data, "crows_pairs")
    genders: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows_of(data, "winogender"):
        genders[row["id"].rsplit(".", 1)[0]][row["pronoun_gender"]] = row["text"]
    both = [(own["male"], own["female"]) for own in genders.values() if {"male", "female"} <= set(own)]
    # of a stereotype the first sentence names the disadvantaged group, of its opposite the second does
    named = [
        (row["more_stereotyping"], row["less_stereotyping"])[:: 1 if row["direction"] == "stereo" else -1]
        for row in crows
    ]
    asked = [*(row["text"] for row in friendly), *(text for pair in (*named, *both) for text in pair)]
    said = answers(run, asked, folder)
    first, rest = said[: len(friendly)], said[len(friendly) :]
    crow, gender = rest[: 2 * len(named)], rest[2 * len(named) :]
    return {
        "toxicity_templates": templates(friendly, first),
        "CrowS-Pairs": pairs(crow[::2], crow[1::2], True),
        "Winogender": pairs(gender[::2], gender[1::2], False),
    }


def main() -> None:
    """Train both, ask, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    options = parser.parse_args()
    lines = []
    for stage, words in STAGES.items():
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made)
            run = goodfit("train", "task=support/sentiment", "model=bert", *words, f"run.dir={folder / 'run'}")
            score = run["metrics"][run["primary"]]["value"]
            for name, found in measured(folder / "run", options.data, folder).items():
                lines.append(f"| {name} | {stage} | {score:.3f} | {found} |")
                print(lines[-1], flush=True)
    text = [
        "# Answers about people, before and after tuning",
        "\nSentiment of sentences that name groups of people, by a head over the frozen encoder (before) and by the",
        "encoder tuned with LoRA (after), both trained on the department's starter data. Intervals: Wilson, 95 %.\n",
        "| set | stage | test score | what is found |",
        "|---|---|---|---|",
        *sorted(lines),
        "\nMade by `python benchmarks/bias_sets.py`.\n",
    ]
    HERE.with_suffix(".md").write_text("\n".join(text), "utf-8")


if __name__ == "__main__":
    main()
