"""Starter data: faults are planted where the manifest says, and nowhere else."""

import json
import shutil
from dataclasses import replace
from functools import partial
from random import Random

import numpy as np
import pytest

from goodfit.hooks.files import files_in
from goodfit.hooks.types import DataSourceSpec, Item, MetricSpec
from goodfit.testing.frames import Novelty, spin, tidy, until_kept, without_numbers
from goodfit.testing.measure import score
from goodfit.testing.starter_data import DUPLICATES, LEAKS, fault_counts, plant, write_starter_data
from goodfit.testing.starter_files import COPIES, StarterFiles, starter_files

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


SIZES = {"train": 200, "validation": 50, "test": 50}


def clean(kind):
    return {split: [{"id": f"t-{split}-{n}", **ROWS[kind](n)} for n in range(size)] for split, size in SIZES.items()}


@pytest.fixture
def data(tmp_path):
    """Starter data of a task, no two texts alike but those that are planted; to be spoilt."""
    splits = clean("classification").items()
    splits = {split: [row | {"text": f"{split} {row['text']}"} for row in rows] for split, rows in splits}
    write_starter_data(tmp_path / "leave", "classification", splits, 3)
    files = partial(files_in, tmp_path / "leave")
    about = {"description": "…", "kind": "classification", "licence": "…", "origin": "…"}
    return StarterFiles(DataSourceSpec(name="hr.leave", files=files, **about))


def rewrite(path, change):
    """Write a file with its rows changed."""
    rows = change([json.loads(line) for line in path.read_text("utf-8").splitlines()])
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


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
    assert fault_counts(kind, SIZES) == {sort: len(found) for sort, found in by_kind.items()}
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


def test_another_figure_makes_no_new_text():
    assert without_numbers("Pay £1,250.00 by 3/4/2026, at 9") == "Pay £ by  at "


def test_exhausted_frames_are_an_error():
    with pytest.raises(RuntimeError, match="exhausted"):
        until_kept(lambda: 1, lambda _: False)


def test_the_records_of_a_split_are_read_with_what_was_planted_or_without(data):
    assert [row["id"] for row in data.records("test")] == [row["id"] for row in clean("classification")["test"]]
    assert [row["id"] for row in data.records("train", without=COPIES)] == [f"t-train-{n}" for n in range(200)]
    wrong = {fault["id"] for fault in data.faults() if fault["fault"] == "noisy_label"}
    right = {row["id"] for row in data.right("train")}
    assert len(wrong) == 4 and right == {row["id"] for row in data.records("train")} - wrong


def test_a_line_separator_in_a_text_ends_no_record(data):
    path = data.folder / "test.jsonl"
    first, *others = path.read_text("utf-8").split("\n")
    path.write_text("\n".join([first.replace("text 0", "text\u20280"), *others]), "utf-8")
    assert [row["id"] for row in data.records("test")] == [f"t-test-{n}" for n in range(50)]


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        pytest.param(lambda rows: rows, [], id="nothing"),
        pytest.param(lambda rows: rows[1:], ["train has 209 records, expected 210"], id="one record less"),
        pytest.param(lambda rows: [rows[1], *rows[1:]], ["the id t-train-1 stands there 2 times"], id="an id twice"),
        pytest.param(
            lambda rows: [*rows[:-1], rows[-1] | {"id": "t-train-200"}],
            ["the leak t-leak-3 is not in train"],
            id="a fault that is not there",
        ),
        pytest.param(
            lambda rows: [rows[0] | {"id": "t-leak-9"}, *rows[1:]],
            ["t-leak-9 is called a copy and the manifest lists none"],
            id="a copy that is not listed",
        ),
    ],
)
def test_files_that_are_not_as_they_were_written_are_told(data, spoil, told):
    rewrite(data.folder / "train.jsonl", spoil)
    assert data.misplanted(SIZES) == told


def test_a_manifest_that_lists_other_faults_is_told(data):
    faults = [fault for fault in data.faults() if fault["fault"] != "personal_data"]
    (data.folder / "planted.json").write_text(json.dumps({"schema": 1, "faults": faults}), "utf-8")
    (told,) = data.misplanted(SIZES)
    assert told.startswith("the manifest lists {'noisy_label': 4, 'duplicate': 6, 'leak': 4}, expected {'personal_data")


def test_what_is_read_twice_is_told_unless_it_was_planted(data):
    assert data.repeated(lambda row: row["text"]) == []
    copied = data.records("train", without=COPIES)[5]["text"]
    rewrite(data.folder / "test.jsonl", lambda rows: [rows[0] | {"text": copied}, *rows[1:]])
    assert data.repeated(lambda row: row["text"]) == ["t-test-0"]


def test_a_leak_does_not_count_where_words_are_looked_for(data):
    leak = next(fault for fault in data.faults() if fault["fault"] == "leak")
    for split, name in (("test", leak["of"]), ("train", leak["id"])):
        said = {name: {"text": "Only Here"}}
        rewrite(data.folder / f"{split}.jsonl", lambda rows, said=said: [row | said.get(row["id"], {}) for row in rows])
    assert data.splits_that_say("only here") == data.splits_that_say("only here", lambda row: row["text"]) == {"test"}
    assert data.splits_that_say("only here", lambda row: row["label"]) == set()


GENERATOR = """
import shutil, sys
shutil.copytree({folder!r}, sys.argv[1], dirs_exist_ok=True)
"""


def test_a_generator_that_writes_other_bytes_or_other_files_is_told(data, tmp_path):
    generator = tmp_path / "leave.py"
    generator.write_text(GENERATOR.format(folder=str(shutil.copytree(data.folder, tmp_path / "drawn"))), "utf-8")
    assert data.written_otherwise(generator) == []
    (tmp_path / "drawn" / "test.jsonl").write_text("{}\n", "utf-8")
    (tmp_path / "drawn" / "notes.txt").write_text("…", "utf-8")
    (data.folder / "old.jsonl").write_text("{}\n", "utf-8")
    assert data.written_otherwise(generator) == ["notes.txt", "old.jsonl", "test.jsonl"]
    (tmp_path / "drawn" / "planted.json").unlink()
    assert "planted.json" in data.written_otherwise(generator)


def test_what_a_plugin_declares_is_found_by_its_task(data, tmp_path):
    data.folder.rename(tmp_path / "data")
    (tmp_path / "goodfit_hr" / "data").mkdir(parents=True)
    folder = (tmp_path / "data").rename(tmp_path / "goodfit_hr" / "data" / "leave")
    about = "description: Leave\nkind: classification\nlicence: none\norigin: synthetic\n"
    (folder / "about.yaml").write_text(about, "utf-8")
    found = starter_files("hr", tmp_path / "goodfit_hr")
    assert list(found) == ["leave"]
    assert found["leave"].misplanted(SIZES) == []


@pytest.mark.parametrize(
    ("rows", "shown"),
    [
        pytest.param(np.ones((2, 2), np.float32), "float32", id="another type"),
        pytest.param(np.ones((1, 2)), r"\(1, 2\), expected float64, \(2, …\)", id="a row too few"),
        pytest.param(np.ones(2), r"\(2,\)", id="no rows"),
    ],
)
def test_statistics_of_another_shape_have_no_score(rows, shown):
    items = [Item(id=name, fields={"text": "…", "label": "a"}, answer="a") for name in "xy"]
    about = {"description": "…", "kinds": ("classification",), "greater_is_better": True}
    right = MetricSpec(
        name="hr.right",
        statistics=lambda _: np.array([[1.0, 2.0], [0.0, 2.0]]),
        reduce=lambda sums: sums[0] / sums[1],
        **about,
    )
    assert score(right, items) == 0.25
    with pytest.raises(AssertionError, match=shown):
        score(replace(right, statistics=lambda _: rows), items)
