"""privacy.epsilon: what a private step is, who takes part in it, what is promised, and what cannot be private."""

import copy
import itertools
import json
import math
import sys

import pytest
import torch
from killing import killed
from safetensors.torch import load_file

from goodfit.data.batches import IGNORED, Example
from goodfit.data.epochs import Planned
from goodfit.models.call import call
from goodfit.runs.plan import check_memory
from goodfit.runs.prepare import training_data
from goodfit.schema.optim import OptimConf
from goodfit.schema.schedule import ScheduleConf
from goodfit.training import private
from goodfit.training.loader import PlannedBatches, record_batches
from goodfit.training.private import Guarantee, PrivateOrder, PrivateTuning

PRIVATE = ["privacy.epsilon=8", "training.epochs=2", "training.batch_size=4"]


@pytest.fixture
def module(ready):
    """``module(noise, clip)``: a tiny model that is tuned privately, four records a step, and eight records."""

    def make(noise, clip):
        prepared, model = ready("classification", "encoder")
        model = copy.deepcopy(model).requires_grad_(True)
        guarantee = Guarantee(1e-5, noise, clip, 0.25, 16, 10)
        made = PrivateTuning(model, OptimConf(lr=1e-3), ScheduleConf(), 10, 1, 0, guarantee=guarantee)
        made.configure_optimizers()
        data = training_data(prepared)
        return made, record_batches(data.examples[:8], data)

    return make


def gradients(module, records):
    """Of a step, as one vector."""
    loss = module.training_step(records, 0)
    return torch.cat([gradient.flatten() for gradient in torch.autograd.grad(loss, module.trained)])


def by_record(module, records):
    """The gradient of each record's mean loss."""
    for record in records:
        found = torch.autograd.grad(call(module.model, record).losses().mean(), module.trained, allow_unused=True)
        pairs = zip(found, module.trained, strict=True)
        yield torch.cat([(torch.zeros_like(w) if g is None else g).flatten() for g, w in pairs])


def test_a_step_is_the_sum_of_clipped_gradients_over_the_expected_records(module):
    made, records = module(0.0, 1e9)
    each = list(by_record(made, records))
    assert torch.allclose(gradients(made, records), sum(each) / 4, atol=1e-6)
    clip = float(torch.stack([one.norm() for one in each]).median())
    made, records = module(0.0, clip)
    cut = [one * min(1.0, clip / float(one.norm())) for one in each]
    assert torch.allclose(gradients(made, records), sum(cut) / 4, atol=1e-6)
    assert not torch.allclose(gradients(made, records), sum(each) / 4, atol=1e-6)


def test_no_record_moves_a_step_by_more_than_the_clip(module, monkeypatch):
    made, records = module(0.0, 0.01)
    made.train()
    for part in made.modules():
        if isinstance(part, torch.nn.Dropout):
            part.p = 0.1

    def step(numbers):
        seeds = iter(numbers)  # a record's own dropout, whoever else takes part
        monkeypatch.setattr(private.secrets, "randbits", lambda bits: next(seeds))
        return gradients(made, [records[number] for number in numbers])

    everybody = list(range(len(records)))
    with_all = step(everybody)
    assert not torch.equal(with_all, step(everybody[1:]))
    for left_out in everybody:
        others = [number for number in everybody if number != left_out]
        assert float((with_all - step(others)).norm()) * 4 <= 0.01 * (1 + 1e-4)


def test_the_noise_has_its_size_and_is_not_the_seeds(module):
    drawn = [gradients(module(2.0, 0.5)[0], ()) for _ in range(2)]  # nobody takes part: noise alone
    for one in drawn:
        assert float(one.std()) == pytest.approx(2.0 * 0.5 / 4, rel=0.05)
        assert abs(float(one.mean())) < 5 * 0.25 / math.sqrt(len(one))
    assert abs(float(torch.corrcoef(torch.stack(drawn))[0, 1])) < 0.05


def test_each_record_takes_part_with_the_same_chance_and_with_all_its_windows():
    examples = [Example(record, (1, 2), (3, 4)) for record in (0, 1, 1, 1, 2, 3)]
    order = PrivateOrder(examples, 0.3, 4000)
    assert len(order) == 4000
    steps = [planned.indices for planned in order]
    for windows in itertools.groupby(range(6), lambda index: examples[index].record):
        indices = tuple(windows[1])
        taken = [tuple(index for index in step if index in indices) for step in steps]
        assert set(taken) == {(), indices}
        assert sum(map(bool, taken)) / 4000 == pytest.approx(0.3, abs=0.04)
    other = [planned.indices for planned in PrivateOrder(examples, 0.3, 4000)]
    assert other != steps
    assert len(list(PrivateOrder(examples, 0.3, 10, start=(0, 7)))) == 3  # goes on where it was interrupted


@pytest.mark.parametrize(
    ("kind", "family", "words"),
    [
        pytest.param("language_modeling", "encoder", [], id="masks"),
        pytest.param("language_modeling", "seq2seq", [], id="spans"),
        pytest.param("classification", "encoder", ["training.word_dropout=0.5"], id="hidden words"),
    ],
)
def test_what_is_hidden_of_a_record_does_not_hang_on_its_place_or_the_seed(ready, kind, family, words):
    prepared, _ = ready(kind, family, *words)
    data, step = training_data(prepared), Planned((3,), 0, 0)
    batches = [PlannedBatches(data, 0, one_by_one=True)[step][0] for _ in range(12)]
    hidden = {(tuple(batch.input_ids.tolist()), tuple(batch.labels.tolist())) for batch in batches}
    assert len(hidden) > 6


def test_steps_of_another_promise_are_not_gone_on_with(goodfit, tiny_words, tmp_path):
    words = [*tiny_words("classification", "encoder"), *PRIVATE, "training.save_every_steps=1", "run.dir=run"]
    assert killed(["train", *words], tmp_path, "open", "optimizer.safetensors", 5) == -9
    config = tmp_path / "run" / "config.yaml"
    asked = config.read_text("utf-8")
    for changed in ("epsilon: 1.0", "epsilon: null"):
        config.write_text(asked.replace("epsilon: 8.0", changed), "utf-8")
        outcome = goodfit("resume", "run", "--allow-drift", "--quiet")
        ((what, fix),) = outcome.errors
        assert outcome.code == 2
        assert what.startswith("the steps so far were made under a noise of "), what
        assert fix.endswith("or train again in another folder")
    config.write_text(asked, "utf-8")
    assert goodfit("resume", "run", "--allow-drift", "--quiet").code == 0
    given = json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))["differential_privacy"]
    assert 7 < given["epsilon"] <= 8


def test_a_record_with_nothing_to_learn_has_no_batch(ready):
    data = training_data(ready("token_classification", "encoder")[0])
    rows = [Example(0, (5, 6), (1, 2)), Example(1, (5,), (IGNORED,)), Example(0, (7,), (1,))]
    (only,) = record_batches(rows, data)
    assert only.lengths == (2, 1)


@pytest.mark.parametrize(
    ("kind", "family", "words"),
    [
        ("classification", "encoder", []),
        ("token_classification", "encoder", ["adapter=head"]),
        ("generation", "seq2seq", []),
        ("chat", "decoder", []),
    ],
)
def test_a_private_run_says_what_it_promises(finished, kind, family, words):
    folder, _ = finished(kind, family, *PRIVATE, *words)
    record = json.loads((folder / "run.json").read_text("utf-8"))
    given = record["differential_privacy"]
    assert 7 < given["epsilon"] <= 8
    assert given["steps"] >= record["steps"] > 1
    assert given["delta"] == pytest.approx(1 / (10 * given["records"]))
    (card,) = folder.glob("*/README.md")
    assert f"epsilon {given['epsilon']:.2f}" in card.read_text("utf-8")


def test_a_private_run_is_another_one_each_time_and_is_not_reproduced(finished, goodfit, tiny_words, tmp_path):
    folder, _ = finished("classification", "encoder", *PRIVATE)
    again = goodfit("train", *tiny_words("classification", "encoder"), *PRIVATE, "run.dir=again", "--quiet")
    assert again.code == 0, again.err
    one, other = (next(place.glob("*/*model.safetensors")) for place in (folder, tmp_path / "again"))
    one, other = load_file(one), load_file(other)
    assert any(not torch.equal(one[name], other[name]) for name in one)
    outcome = goodfit("reproduce", str(folder))
    assert outcome.code == 2
    ((what, _),) = outcome.errors
    assert "was trained with differential privacy, whose noise is in no file" in what


def test_a_smaller_budget_has_more_noise(finished):
    noise = [
        json.loads((finished("classification", "encoder", *PRIVATE, *more)[0] / "run.json").read_text("utf-8"))[
            "differential_privacy"
        ]["noise"]
        for more in ([], ["privacy.epsilon=2"])
    ]
    assert noise[1] > 1.5 * noise[0]


@pytest.mark.parametrize(
    ("kind", "words", "error", "fix"),
    [
        pytest.param(
            "classification", ["training.accumulation=2"],
            "privacy.epsilon computes records one by one anyway", "add training.accumulation=1", id="accumulation",
        ),
        pytest.param(
            "ranking", [],
            "privacy.epsilon needs a loss of each record, and ranking has one of pairs", "leave it out", id="pairs",
        ),
        pytest.param(
            "classification", ["training.batch_size=4096"],
            "privacy.epsilon draws some records for each step, and training.batch_size takes all of them",
            "a smaller training.batch_size", id="all of them",
        ),
        pytest.param(
            "classification", ["privacy.delta=0.5"],
            "privacy.delta is 0.5, and with", "choose a value well below", id="delta",
        ),
        pytest.param(
            "classification", ["privacy=pseudonymise"],
            "privacy.epsilon holds where a record changes no other, and without GOODFIT_PRIVACY_KEY a pseudonym "
            "depends on all texts",
            "leave privacy=pseudonymise out, add privacy.mode=mask, or set GOODFIT_PRIVACY_KEY", id="pseudonyms",
        ),
        pytest.param(
            "classification", ["privacy.epsilon=0"],
            "privacy.epsilon is 0", "choose a value above 0", id="nothing",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_private_is_refused_before_anything_is_trained(
    goodfit, tiny_words, tmp_path, kind, words, error, fix
):
    outcome = goodfit("train", *tiny_words(kind, "encoder"), *PRIVATE, *words, "run.dir=no")
    assert outcome.code == 2
    ((what, how),) = outcome.errors
    assert what.startswith(error) and how.startswith(fix)
    assert not (tmp_path / "no" / "history.jsonl").exists()


def test_a_search_is_not_private(goodfit, tiny_words):
    outcome = goodfit("sweep", *tiny_words("classification", "encoder"), *PRIVATE, "optim.lr=1e-3,1e-2")
    assert outcome.code == 2
    assert outcome.errors[0][0] == "privacy.epsilon is of one training; what those of a search give away adds up"


def test_without_opacus_it_is_one_line(goodfit, tiny_words, monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == "opacus"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "opacus", None)
    outcome = goodfit("train", *tiny_words("classification", "encoder"), *PRIVATE, "privacy.epsilon=3")
    assert outcome.code == 5
    assert outcome.errors == [("privacy.epsilon needs the package opacus", "pip install 'goodfit[dp]'")]


def test_a_promise_is_that_of_the_planned_steps_also_where_training_ends_early(goodfit, tiny_words, tmp_path):
    words = ["privacy.epsilon=4", "training.epochs=12", "training.patience=1", "optim.lr=1e-7", "run.dir=early"]
    outcome = goodfit("train", *tiny_words("classification", "encoder"), *words, "--quiet")
    assert outcome.code == 0, outcome.err
    record = json.loads((tmp_path / "early" / "run.json").read_text("utf-8"))
    assert record["steps"] < record["differential_privacy"]["steps"]
    assert record["differential_privacy"]["epsilon"] > 3.9


def test_a_step_without_a_record_is_noise_and_no_loss(module):
    made, _ = module(1.0, 1.0)
    assert float(gradients(made, ()).norm()) > 0
    assert math.isnan(made.last_loss)


def test_a_departments_texts_get_types_where_training_is_private(goodfit):
    shown = goodfit("show", "task=legal/summary", "model=t5", "privacy=dp", "--json").json
    assert "pseudonymise" not in json.dumps(shown["config"]["privacy"])
    assert "mask" in json.dumps(shown["config"]["privacy"])


def test_memory_is_that_of_a_whole_record(ready):
    prepared, _ = ready("classification", "encoder", *PRIVATE)
    plain, _ = ready("classification", "encoder", "training.batch_size=4")
    assert check_memory(prepared).gradients == 3 * check_memory(plain).gradients
    assert check_memory(prepared).activations < check_memory(plain).activations
