"""Answers come some at a time, and what a stopped predict has answered is not asked again."""

import contextlib
import fcntl
import json

import pytest

from goodfit.runs import answer
from goodfit.runs.opened import OpenedRun

ROWS = 21
AT_ONCE = 8
"""The batch of an evaluation in these runs."""

KINDS = [
    ("classification", "encoder"),
    ("multilabel", "decoder"),
    ("token_classification", "encoder"),
    ("token_classification", "seq2seq"),
    ("question_answering", "encoder"),
    ("question_answering", "decoder"),
    ("generation", "seq2seq"),
    ("chat", "decoder"),
    ("language_modeling", "encoder"),
]


@pytest.fixture
def in_parts(monkeypatch):
    """Answers come batch by batch; what is asked of models, as the numbers of records in each part."""
    monkeypatch.setattr(answer, "BATCHES", 1)
    asked = []
    own = OpenedRun.outcomes_in_parts

    def told(self, records, encoded, size, start=0):
        for part in own(self, records, encoded, size, start):
            asked.append(len(part))
            yield part

    monkeypatch.setattr(OpenedRun, "outcomes_in_parts", told)
    return asked


@pytest.fixture
def asked(tmp_path, rows_of, write_rows):
    """``asked(kind)``: a file of rows, which have ids."""

    def make(kind, count=ROWS):
        rows = [{**row, "id": f"r{number}"} for number, row in enumerate(rows_of(kind, count))]
        return write_rows(tmp_path / f"{kind}.jsonl", rows)

    return make


@pytest.fixture
def run(finished):
    """``run(kind, family)``: a run whose evaluation has small batches."""
    return lambda kind, family: finished(kind, family, f"training.evaluation_batch_size={AT_ONCE}")[0]


@pytest.mark.parametrize(("kind", "family"), KINDS)
def test_answers_in_parts_are_those_that_are_given_at_once(goodfit, in_parts, monkeypatch, asked, run, kind, family):
    argv = "predict", run(kind, family), "--input", asked(kind), "--quiet"
    few = goodfit(*argv)
    assert in_parts == [8, 8, 5]
    monkeypatch.setattr(answer, "BATCHES", 9)
    at_once = goodfit(*argv)
    assert (few.code, in_parts[3:]) == (0, [ROWS])
    own, other = ([json.loads(line) for line in outcome.out.splitlines()] for outcome in (few, at_once))
    assert [one["id"] for one in own] == [f"r{number}" for number in range(ROWS)]
    for one, two in zip(own, other, strict=True):
        assert one.pop("confidence", 0) == pytest.approx(two.pop("confidence", 0), abs=1e-5)
        assert one == two


@contextlib.contextmanager
def stopped_at(place):
    """Ctrl-C comes when the model has the part of this number."""
    own = OpenedRun.outcomes_in_parts

    def stopped(self, records, encoded, size, start=0):
        for number, part in enumerate(own(self, records, encoded, size, start), 1):
            if number == place:
                raise KeyboardInterrupt
            yield part

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(OpenedRun, "outcomes_in_parts", stopped)
        yield


def test_each_part_is_printed_before_the_next_one_is_asked(goodfit, in_parts, asked, run):
    with stopped_at(3):
        outcome = goodfit("predict", run("classification", "encoder"), "--input", asked("classification"))
    assert outcome.code == 130
    assert [json.loads(line)["id"] for line in outcome.out.splitlines()] == [f"r{number}" for number in range(16)]


@pytest.fixture
def stopped(goodfit, in_parts, asked, run):
    """The words of a predict that was stopped in its third part."""
    argv = "predict", run("classification", "encoder"), "--input", asked("classification"), "--output", "out.jsonl"
    with stopped_at(3):
        outcome = goodfit(*argv)
    assert outcome.code == 130
    assert outcome.errors == [
        ("predict was stopped by Ctrl-C: 16 answers are kept beside out.jsonl", "the same command goes on")
    ]
    in_parts.clear()
    return argv


def kept(tmp_path):
    return sorted(tmp_path.glob(".out.jsonl*"))


def whole(goodfit, tmp_path, stopped):
    outcome = goodfit(*stopped[:-1], "whole.jsonl")
    assert outcome.code == 0
    return (tmp_path / "whole.jsonl").read_bytes()


@pytest.mark.parametrize(
    ("torn", "left"),
    [
        pytest.param(b"", 16, id="whole"),
        pytest.param(b'[{"id": "r16", "predic', 16, id="a part that was being written"),
        pytest.param(b"[]", 16, id="a line without its end"),
    ],
)
def test_the_same_command_goes_on_and_ends_in_the_same_bytes(goodfit, tmp_path, in_parts, stopped, torn, left):
    (place,) = kept(tmp_path)
    assert not (tmp_path / "out.jsonl").exists()
    with place.open("ab") as file:
        file.write(torn)
    outcome = goodfit(*stopped)
    assert (outcome.code, in_parts) == (0, [5])
    assert f"goes on behind {left} answers that an earlier try left" in outcome.err
    assert kept(tmp_path) == []
    assert (tmp_path / "out.jsonl").read_bytes() == whole(goodfit, tmp_path, stopped)


def test_a_stop_while_the_answers_of_an_earlier_try_are_read_loses_none_of_them(goodfit, tmp_path, in_parts, stopped):
    (place,) = kept(tmp_path)
    before = place.read_bytes()
    part = before.splitlines(keepends=True)[1]

    def interrupted(text, **how):
        if text == part:
            raise KeyboardInterrupt
        return loads(text, **how)

    loads = json.loads
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(json, "loads", interrupted)
        assert goodfit(*stopped).code == 130
    assert place.read_bytes() == before
    assert (goodfit(*stopped).code, in_parts) == (0, [5])


def test_another_question_is_not_answered_with_what_was_kept(goodfit, tmp_path, in_parts, stopped, asked):
    before = kept(tmp_path)
    text = asked("classification").read_text("utf-8")
    asked("classification").write_text(text.replace("r20", "other"), "utf-8")
    assert goodfit(*stopped).code == 0
    assert in_parts == [8, 8, 5]
    assert kept(tmp_path) == before


def test_two_that_answer_the_same_into_one_file_are_refused(goodfit, tmp_path, stopped):
    (place,) = kept(tmp_path)
    with place.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        outcome = goodfit(*stopped)
    assert outcome.errors == [
        ("another predict is writing to out.jsonl", "wait for its end, or choose another --output")
    ]
    assert goodfit(*stopped).code == 0


def test_a_link_in_the_place_of_what_is_kept_is_not_followed(goodfit, tmp_path, stopped):
    (place,) = kept(tmp_path)
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")
    before = (tmp_path / "elsewhere").read_bytes()
    outcome = goodfit(*stopped)
    assert (outcome.code, outcome.errors[0][1]) == (2, "remove it")
    assert (tmp_path / "elsewhere").read_bytes() == before


def test_nothing_is_kept_of_a_predict_that_was_stopped_before_its_first_answer(goodfit, tmp_path, in_parts, asked, run):
    argv = "--input", asked("classification"), "--output", "out.jsonl"
    with stopped_at(1):
        outcome = goodfit("predict", run("classification", "encoder"), *argv)
    assert (outcome.code, kept(tmp_path)) == (130, [])


def test_what_is_searched_is_searched_once(goodfit, in_parts, asked, run):
    outcome = goodfit("predict", run("ranking", "encoder"), "--input", asked("ranking"), "--quiet")
    assert (outcome.code, in_parts) == (0, [ROWS])
