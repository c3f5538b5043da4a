"""Bad rows that are set aside: counted, written with their reasons, and their texts nowhere."""

import json

import pytest
from written import read_lines

SECRET = "Agnes-Mustermann"
BAD = [
    f'{{"text": "{SECRET} is", "label": ',
    f'{{"text": "{SECRET} was"}}',
    f'{{"text": "", "label": "good", "note": "{SECRET}"}}',
    f'{{"id": "0-0", "text": "{SECRET} twice", "label": "good"}}',
    f'{{"id": "c", "{SECRET} ill": "yes", "label": "good"}}',
]
NEARLY = "goodd"
STRANGE = [
    f'{{"id": "s", "text": "{SECRET} {SECRET}", "label": "strange"}}',
    f'{{"id": "n", "text": "Nearly a label.", "label": "{NEARLY}"}}',
]


@pytest.fixture(scope="module")
def quarantined(finished, tmp_path_factory, rows_of):
    """A run over 32 good and 5 bad training rows, and 24 good and 2 bad test rows."""
    folder = tmp_path_factory.mktemp("bad")
    good = [json.dumps(row) for row in rows_of("classification", 32)]
    (folder / "train.jsonl").write_text("\n".join([*good, *BAD]) + "\n", "utf-8")
    good = [json.dumps(row) for row in rows_of("classification", 24, 2)]
    (folder / "test.jsonl").write_text("\n".join([*good, *STRANGE]) + "\n", "utf-8")
    files = [f"dataset.{split}={folder / split}.jsonl" for split in ("train", "test")]
    return finished("classification", "encoder", *files, "dataset.on_bad_rows=quarantine", "training.epochs=1")


def test_rows_that_were_set_aside_are_written_with_place_and_reason(quarantined):
    folder, _ = quarantined
    assert read_lines(folder / "data" / "rejected.jsonl") == [
        {"origin": "train.jsonl:33:42", "reason": "broken JSON: Expecting value"},
        {"origin": "train.jsonl:34", "reason": "the field 'label' is missing (fields: text)"},
        {"origin": "train.jsonl:35", "reason": "text is empty"},
        {"origin": "train.jsonl:36", "reason": "the id '0-0' stands twice (first: train.jsonl:1)"},
        {"origin": "train.jsonl:37", "reason": "the field 'text' is missing (fields: id, label and 1 other)"},
        {"origin": "test.jsonl:25", "reason": "a label is not in the label set"},
        {"origin": "test.jsonl:26", "reason": "a label is not in the label set"},
    ]


def test_rows_that_were_set_aside_are_counted(quarantined):
    folder, _ = quarantined
    (finding,) = [line for line in read_lines(folder / "findings.jsonl") if line["code"] == "data.rejected"]
    assert finding["message"] == (
        "7 of 87 rows are bad and were set aside, the first train.jsonl:33:42: broken JSON: Expecting value"
    )
    assert finding["evidence"]["rows"][1:3] == [
        "train.jsonl:34: the field 'label' is missing (fields: text)",
        "train.jsonl:35: text is empty",
    ]
    assert finding["figure"] == pytest.approx(7 / 87)
    assert "7 of 87 rows are bad and were set aside" in next(folder.glob("*/README.md")).read_text("utf-8")
    assert json.loads((folder / "lock.json").read_text("utf-8"))["data"]["train"]["records"] == 32


def test_the_texts_of_rows_that_were_set_aside_are_nowhere_in_the_run(quarantined):
    folder, outcome = quarantined
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 10
    assert not [path for path in files if SECRET.encode() in path.read_bytes()]
    assert SECRET not in outcome.out + outcome.err
    assert not [path for path in files if NEARLY.encode() in path.read_bytes()]
    assert NEARLY not in outcome.out + outcome.err


def test_rows_that_stop_a_command_are_told_with_what_mends_them(goodfit, tmp_path, tiny_words, write_rows, rows_of):
    """Who typed the rows is there to read it, and no file holds it."""
    unread = {"id": "c", "Art der Sache": "x", "label": "good"}
    nearly = {"id": "n", "text": "Nearly a label.", "label": NEARLY}
    for row, told, kept in [
        (unread, "(fields: Art der Sache, id, label)", "(fields: id, label and 1 other)"),
        (nearly, "('goodd', did you mean 'good'?)", "a label is not in the label set"),
    ]:
        path = write_rows(tmp_path / "test.jsonl", [*rows_of("classification", 24, 3), row])
        words = [*tiny_words("classification", "encoder"), f"dataset.test={path}", "--json"]
        outcome = goodfit("check", *words)
        assert (outcome.code, told in outcome.err) == (2, True)
        ((problem,),) = [error["problems"] for error in outcome.json["errors"]]
        assert problem.endswith(told)
        quarantined = goodfit("check", *words, "dataset.on_bad_rows=quarantine")
        (found,) = [found for found in quarantined.json["findings"] if found["code"] == "data.rejected"]
        (line,) = found["evidence"]["rows"]
        assert (quarantined.code, line.endswith(kept), told in quarantined.out + quarantined.err) == (0, True, False)


@pytest.mark.parametrize("split", ["validation", "test"])
def test_a_row_with_an_unknown_label_can_be_set_aside(goodfit, tmp_path, tiny_words, write_rows, rows_of, split):
    strange = {"id": "s", "text": "A label that training lacks.", "label": "strange"}
    path = write_rows(tmp_path / f"{split}.jsonl", [*rows_of("classification", 24, 3), strange])
    words = [f"dataset.{split}={path}", "dataset.on_bad_rows=quarantine"]
    outcome = goodfit("check", *tiny_words("classification", "encoder"), *words, "--json")
    assert outcome.code == 0, outcome.err
    assert outcome.json["records"][split] == 24
    assert outcome.json["labels"] == ["bad", "good"]
    (told,) = [found["message"] for found in outcome.json["findings"] if found["code"] == "data.rejected"]
    assert told.startswith("1 of 81 rows are bad and were set aside, the first ")


def test_nothing_good_left_stops_the_run(goodfit, tmp_path, tiny_words):
    (tmp_path / "train.jsonl").write_text("\n".join(BAD[:3]) + "\n", "utf-8")
    words = ["dataset.train=train.jsonl", "dataset.on_bad_rows=quarantine"]
    outcome = goodfit("check", *tiny_words("classification", "encoder"), *words)
    assert (outcome.code, outcome.out) == (2, "")
    ((what, fix),) = outcome.errors
    assert what.startswith("no good training record is left: train.jsonl:1:42: broken JSON: Expecting value; ")
    assert (fix, SECRET in what) == ("mend these rows", False)


def test_a_run_may_have_fewer_records_than_a_batch(goodfit, tmp_path, tiny_words, write_rows, rows_of):
    path = write_rows(tmp_path / "train.jsonl", rows_of("classification", 5))
    words = [f"dataset.train={path}", "training.batch_size=16", "training.epochs=1", "run.dir=out"]
    outcome = goodfit("train", *tiny_words("classification", "encoder"), *words, "--json")
    assert outcome.code == 0, outcome.err
    assert json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))["steps"] == 1


def test_a_run_that_set_rows_aside_can_be_measured_and_compared_again(goodfit, quarantined):
    folder, outcome = quarantined
    assert goodfit("evaluate", folder, "--json").json["metrics"] == outcome.json["metrics"]
    assert goodfit("evaluate", folder, "--split", "train", "--json").json["records"] == 32
    assert goodfit("compare", folder, folder, "--json").code == 0
