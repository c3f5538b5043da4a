"""Every kind with every family that can learn it: trained, measured, asked, and asked again from its folder."""

import json
import math

import pytest
from tiny import asked

from goodfit.kinds import KINDS, find_kind

CELLS = [(kind, family) for kind in KINDS for family in find_kind(kind).learners]
cells = pytest.mark.parametrize(("kind", "family"), [pytest.param(*pair, id="-".join(pair)) for pair in CELLS])


def test_there_are_twenty_two_cells():
    assert len(CELLS) == 22
    assert len(KINDS) == 8


@pytest.mark.sampled
@cells
def test_a_cell_trains_and_its_folder_gives_the_same_figures_and_answers(goodfit, finished, kind, family):
    folder, _ = finished(kind, family)
    written = json.loads((folder / "metrics.json").read_text("utf-8"))
    assert written["primary"] in written["tuned"]
    value = written["tuned"][written["primary"]]["value"]
    assert math.isfinite(value)
    assert math.isfinite(written["base"][written["primary"]]["value"])
    again = goodfit("evaluate", folder, "--json")
    assert again.code == 0, again.err
    assert again.json["metrics"][written["primary"]]["value"] == pytest.approx(value, abs=1e-6)
    history = [json.loads(line) for line in (folder / "history.jsonl").read_text("utf-8").splitlines()]
    losses = [line["validation/loss"] for line in history if "validation/loss" in line]
    assert all(map(math.isfinite, losses))


@pytest.mark.sampled
@cells
def test_a_cell_answers_rows_without_answers(goodfit, finished, tmp_path, write_rows, rows_of, kind, family):
    folder, _ = finished(kind, family)
    rows = [{"id": row["id"], **asked(kind, row)} for row in rows_of(kind, 3, 9)]
    write_rows(tmp_path / "asked.jsonl", rows)
    outcome = goodfit("predict", folder, "--input", "asked.jsonl", "--json")
    assert outcome.code == 0, outcome.err
    assert [answer["id"] for answer in outcome.json["answers"]] == [row["id"] for row in rows]


@pytest.mark.parametrize("kind", ["generation", "chat"])
def test_what_an_encoder_cannot_do_is_refused_with_models_that_can(goodfit, tiny_words, kind):
    outcome = goodfit("train", *tiny_words(kind, "decoder"), "model=bert", "model.name=null")
    assert (outcome.code, outcome.out) == (2, "")
    ((error, fix),) = outcome.errors
    assert error.startswith(f"{kind} cannot be learnt by an encoder")
    assert "model=t5" in fix
