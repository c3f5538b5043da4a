"""Starter data: faults are planted where the manifest says, and nowhere else."""

import json
from random import Random

import pytest

from goodfit.testing.frames import Novelty, spin, tidy, until_kept
from goodfit.testing.starter_data import DUPLICATES, LEAKS, plant, write_starter_data

ROWS = {
    "classification": lambda n: {"text": f"text {n}", "label": "ab"[n % 2]},
    "multilabel": lambda n: {"text": f"text {n}", "labels": ["a", "b"][: n % 3]},
    "token_classification": lambda n: {"tokens": ["in", f"T{n}", "x"], "tags": ["O", "B-A", "I-A"]},
    "question_answering": lambda n: {
        "context": f"it is {n}",
        "question": "what?",
        "answers": [{"text": f"{n}", "start": 6}],
    },
    "ranking": lambda n: {"query": f"what {n}", "positive": f"document {n}"},
    "generation": lambda n: {"source": f"long {n}", "target": f"short {n}"},
    "chat": lambda n: {
        "messages": [{"role": "user", "content": f"hi {n}"}, {"role": "assistant", "content": f"yes {n}"}]
    },
    "language_modeling": lambda n: {"text": f"text {n}"},
}


def clean(kind):
    sizes = {"train": 200, "validation": 50, "test": 50}
    return {split: [{"id": f"t-{split}-{n}", **ROWS[kind](n)} for n in range(size)] for split, size in sizes.items()}


@pytest.mark.parametrize("kind", ROWS)
def test_the_manifest_names_every_fault_and_nothing_else_is_changed(kind):
    before = clean(kind)
    after, faults = plant(kind, before, Random(7))
    assert before == clean(kind)
    by_kind = {}
    for fault in faults:
        by_kind.setdefault(fault["fault"], []).append(fault)
    rows = {row["id"]: row for own in after.values() for row in own}
    old = {row["id"]: row for own in before.values() for row in own}
    assert len(by_kind["duplicate"]) == DUPLICATES
    assert len(by_kind["leak"]) == LEAKS
    assert len(by_kind["personal_data"]) == 4 + 1 + 1
    assert len(by_kind.get("noisy_label", [])) == (0 if kind == "language_modeling" else 4)
    for leak in by_kind["leak"]:
        assert {**rows[leak["id"]], "id": leak["of"]} == old[leak["of"]] == rows[leak["of"]]
    for noisy in by_kind.get("noisy_label", []):
        assert noisy["right"] in old[noisy["id"]].values()
        assert rows[noisy["id"]] != old[noisy["id"]]
    for person in by_kind["personal_data"]:
        assert "example." in json.dumps(rows[person["id"]])
    touched = {fault["id"] for fault in faults}
    assert {name: row for name, row in old.items() if name not in touched} == {
        name: row for name, row in rows.items() if name not in touched
    }


def test_tags_stay_beside_their_tokens():
    after, _ = plant("token_classification", clean("token_classification"), Random(7))
    assert all(len(row["tokens"]) == len(row["tags"]) for rows in after.values() for row in rows)


def test_the_same_seed_writes_the_same_bytes(tmp_path):
    for folder in ("one", "two"):
        write_starter_data(tmp_path / folder, "classification", clean("classification"), 3)
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == ["planted.json", "test.jsonl", "train.jsonl", "validation.jsonl"]
    assert all((tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() for name in names)
    assert json.loads((tmp_path / "one" / "planted.json").read_text("utf-8"))["schema"] == 1


def test_a_frame_is_spun_and_tidied():
    assert spin("[a|a] [b [c|c]|b c] {slot}", Random(1)) == "a b c {slot}"
    assert tidy("one  two , three . four") == "One two, three. Four"


def test_near_copies_are_refused_on_one_shelf_only():
    novelty = Novelty(0.5)
    assert novelty.accepts("one two three four five", "a")
    assert not novelty.accepts("One two three four six", "a")
    assert novelty.accepts("One two three four six", "b")


def test_exhausted_frames_are_an_error():
    with pytest.raises(RuntimeError, match="exhausted"):
        until_kept(lambda: 1, lambda _: False)
