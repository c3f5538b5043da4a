"""Writing a plugin's starter data, with faults planted in them and listed, so that audits have something to find.

Beside ``train.jsonl``, ``validation.jsonl`` and ``test.jsonl`` there is ``planted.json``::

    {"schema": 1, "faults": [{"fault": "leak", "split": "train", "id": "clauses-leak-0", "of": "clauses-test-017"}, …]}

``duplicate`` and ``leak`` are records of their own, with the id of their original in ``of``; ``noisy_label`` is a
training record with a wrong answer, the right one in ``right``; ``personal_data`` is a record that names an invented
person with an invented telephone number and mail address.
"""

from __future__ import annotations

import copy
import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

from goodfit.testing.frames import Novelty

Row = dict[str, Any]
Draw = Callable[[str, Novelty, Random], Sequence[Row]]
"""(split, what was accepted in all splits, chance) -> the split's clean records."""

SIZES = {"train": 480, "validation": 120, "test": 150}
"""Clean records of each split; faults are planted among them and behind them."""
DUPLICATES, LEAKS = 6, 4
NOISY_SHARE = PERSONAL_SHARE = 0.02
GIVEN = ("Ines", "Tomas", "Aisha", "Peter", "Mei", "Lukas", "Noor", "Grace", "Viktor", "Paula", "Samir", "Ruth")
FAMILY = ("Bartok", "Okafor", "Lindqvist", "Moreau", "Tanaka", "Hollis", "Duarte", "Petrov", "Keane", "Rahman")


def generate(folder: Path, kind: str, draw: Draw, seed: int, most_alike: float) -> None:
    """Draw the splits of a task one after another, and write them as ``write_starter_data`` does.

    Args:
        folder: Where they go, unless the command line names another one.
        kind: The task's kind.
        draw: Draws one split.
        seed: Of the one source of chance.
        most_alike: Jaccard index of word triples, 0 to 1, from which a text counts as a copy of an earlier one.
    """
    rng, novelty = Random(seed), Novelty(most_alike)
    splits = {split: draw(split, novelty, rng) for split in SIZES}
    write_starter_data(Path(sys.argv[1]) if len(sys.argv) > 1 else folder, kind, splits, seed)


def write_starter_data(folder: Path, kind: str, splits: Mapping[str, Sequence[Row]], seed: int) -> None:
    """Plant faults and write one JSONL file per split, and ``planted.json``; the same seed gives the same bytes.

    Args:
        folder: Made where it is not there.
        kind: The task's kind: which fields the records have.
        splits: ``train``, ``validation``, ``test`` -> clean records, each with an ``id`` like ``clauses-train-017``.
        seed: Of the one source of chance.
    """
    planted, faults = plant(kind, splits, Random(seed))
    folder.mkdir(parents=True, exist_ok=True)
    for split, rows in planted.items():
        _write(folder / f"{split}.jsonl", "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    lines = ",\n  ".join(json.dumps(fault, ensure_ascii=False) for fault in faults)
    _write(folder / "planted.json", f'{{"schema": 1, "faults": [\n  {lines}\n]}}\n')


def plant(kind: str, splits: Mapping[str, Sequence[Row]], rng: Random) -> tuple[dict[str, list[Row]], list[Row]]:
    """Plant faults in clean records.

    Args:
        kind: The task's kind.
        splits: Clean records.
        rng: The source of chance.

    Returns:
        The records with faults (copies of training and test records stand at the end of ``train``), and the faults.
    """
    rows = {split: [copy.deepcopy(row) for row in own] for split, own in splits.items()}
    faults: list[Row] = []
    for split, own in rows.items():
        for row in rng.sample(own, _share_of(PERSONAL_SHARE, len(own))):
            _append(kind, row, contact(rng))
            faults.append({"fault": "personal_data", "split": split, "id": row["id"]})
    personal = {fault["id"] for fault in faults}
    clean = [row for row in rows["train"] if row["id"] not in personal]
    faults += _noisy(kind, clean, _share_of(NOISY_SHARE, len(rows["train"])), rng)
    spoilt = {fault["id"] for fault in faults}
    untouched = [row for row in clean if row["id"] not in spoilt]
    test = [row for row in rows["test"] if row["id"] not in spoilt]
    for fault, originals, count in (("duplicate", untouched, DUPLICATES), ("leak", test, LEAKS)):
        for number, original in enumerate(rng.sample(originals, count)):
            name = f"{original['id'].split('-')[0]}-{fault}-{number}"
            row = {**copy.deepcopy(original), "id": name}
            if fault == "duplicate" and number % 2:
                _append(kind, row, "(Copy.)")
            rows["train"].append(row)
            faults.append({"fault": fault, "split": "train", "id": name, "of": original["id"]})
    return rows, faults


def fault_counts(kind: str, sizes: Mapping[str, int] = SIZES) -> dict[str, int]:
    """Sort of fault -> how many of it are planted.

    Args:
        kind: The task's kind; some have no answers that could be wrong.
        sizes: Split -> clean records.
    """
    noisy = {"noisy_label": _share_of(NOISY_SHARE, sizes["train"])} if kind in ANSWERS else {}
    personal = sum(_share_of(PERSONAL_SHARE, size) for size in sizes.values())
    return {"personal_data": personal, **noisy, "duplicate": DUPLICATES, "leak": LEAKS}


def _share_of(share: float, size: int) -> int:
    """At least one."""
    return max(1, round(share * size))


def contact(rng: Random) -> str:
    """A sentence with an invented person; numbers and domains are among those that are kept free for fiction."""
    given, family = rng.choice(GIVEN), rng.choice(FAMILY)
    number = f"555-01{rng.randint(0, 99):02}"
    mail = f"{given}.{family}{rng.randint(1, 99)}@example.{rng.choice(['com', 'org', 'net'])}".lower()
    frames = (
        f"Contact: {given} {family}, {number}, {mail}.",
        f"Please call {given} {family} on {number} or write to {mail}.",
        f"({given} {family}, tel. {number}, {mail})",
    )
    return rng.choice(frames)


def _append(kind: str, row: Row, sentence: str) -> None:
    """Put a sentence behind what the model reads: labels, spans and answers stay right."""
    if kind == "token_classification" and "tokens" in row:
        words = re.findall(r"[\w@.+-]*\w|[^\w\s]", sentence)
        row["tokens"] += words
        row["tags"] += ["O"] * len(words)
    elif kind == "chat":
        first = next(message for message in row["messages"] if message["role"] == "user")
        first["content"] += f" {sentence}"
    elif kind == "generation" and isinstance(row["source"], dict):
        row["source"]["note"] = sentence
    else:
        row[INPUTS[kind]] += f" {sentence}"


INPUTS = {
    "classification": "text",
    "multilabel": "text",
    "token_classification": "text",
    "question_answering": "context",
    "ranking": "query",
    "generation": "source",
    "language_modeling": "text",
}
"""Kind -> the field that a sentence can be put behind."""


def _noisy(kind: str, rows: Sequence[Row], count: int, rng: Random) -> list[Row]:
    """Give some records a wrong answer; what was done, with the right one."""
    if kind not in ANSWERS:
        return []
    field, wrong = ANSWERS[kind]
    field = "tags" if kind == "token_classification" and "tags" in rows[0] else field
    faults: list[Row] = []
    for row in rng.sample(rows, len(rows)):
        right = copy.deepcopy(row[field])
        other = wrong(right, rng.choice(rows)[field], rng)
        if other != right and len(faults) < count:
            row[field] = other
            faults.append({"fault": "noisy_label", "split": "train", "id": row["id"], "right": right})
    return faults


def _of_another(right: Any, other: Any, rng: Random) -> Any:
    return copy.deepcopy(other)


def _one_less(right: Any, other: Any, rng: Random) -> Any:
    """Without one of the labels or spans; a list that is empty stays as it is."""
    place = rng.randrange(len(right)) if right else 0
    return [*right[:place], *right[place + 1 :]]


def _without_an_entity(right: Any, other: Any, rng: Random) -> Any:
    """The spans without one of them; of BIO tags, without the first entity."""
    if not right or isinstance(right[0], dict):
        return _one_less(right, other, rng)
    start = next((place for place, tag in enumerate(right) if tag != "O"), len(right))
    stop = next((place for place in range(start + 1, len(right)) if not right[place].startswith("I-")), len(right))
    return [*right[:start], *["O"] * (stop - start), *right[stop:]]


def _unanswered(right: Any, other: Any, rng: Random) -> Any:
    return []


def _another_reply(right: Any, other: Any, rng: Random) -> Any:
    """The conversation with the last words of another one."""
    return [*right[:-1], {**right[-1], "content": other[-1]["content"]}]


ANSWERS: dict[str, tuple[str, Callable[[Any, Any, Random], Any]]] = {
    "classification": ("label", _of_another),
    "multilabel": ("labels", _one_less),
    "token_classification": ("spans", _without_an_entity),
    "question_answering": ("answers", _unanswered),
    "ranking": ("positive", _of_another),
    "generation": ("target", _of_another),
    "chat": ("messages", _another_reply),
}
"""Kind -> the field with the answer, and how a wrong one is made: (right, another record's, chance) -> wrong."""


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")  # the same bytes on every system
