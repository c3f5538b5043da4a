"""training.soup: several trainings from the same first weights, and the average of what they came to."""

import json
import math

import pytest
import torch
import transformers as hf
from killing import different, killed
from safetensors.torch import load_file
from tiny import GROUPED

from goodfit.models.adapters import build_adapter
from goodfit.schema.adapter import AdapterConf
from goodfit.training.checkpoints import write_checkpoint
from goodfit.training.held_out import Evaluation, Trace
from goodfit.training.soup import average, stir
from goodfit.training.state import trainable_state

WORDS = ["training.epochs=2", "training.evaluations_per_epoch=2", "training.patience=0"]
SOUP = [*WORDS, "training.soup=3"]
STEPS = 2 * 4
"""Of one training: two epochs of 32 records, 8 at a time."""


def record_of(folder):
    return json.loads((folder / "run.json").read_text("utf-8"))


def checkpoint(folder, step):
    return load_file(folder / "checkpoints" / f"step-{step:08}" / "weights.safetensors")


def lines_of(folder, name):
    lines = [json.loads(line) for line in (folder / "history.jsonl").read_text("utf-8").splitlines()]
    return {line["step"]: line[name] for line in lines if name in line}


@pytest.fixture
def soup(finished):
    """The folder of a finished soup of three, and what training printed."""
    return finished("classification", "encoder", *SOUP)


def test_the_model_is_the_average_of_what_the_trainings_came_to(soup):
    folder, outcome = soup
    assert outcome.code == 0, outcome.err
    record = record_of(folder)
    made = record["soup"]
    assert made["taken"] and record["steps"] == 3 * STEPS
    assert [(member["step"] - 1) // STEPS for member in made["members"]] == [0, 1, 2]
    members = [checkpoint(folder, member["step"]) for member in made["members"]]
    (saved,) = (folder / name for name in ("adapter", "model") if (folder / name).is_dir())
    model = load_file(next(saved.glob("*.safetensors")))
    for name, weights in average(members).items():
        assert any(weights.shape == own.shape and torch.allclose(weights.float(), own) for own in model.values()), name
    for name in members[0]:
        assert not torch.equal(members[0][name], members[1][name])
    said = f"the average of 3 trainings has a loss of {made['loss']:.4g} on held-out records"
    assert said in (saved / "README.md").read_text("utf-8")
    assert said in (folder / "log.txt").read_text("utf-8")


def test_each_training_begins_anew_and_reads_the_records_in_another_order(soup, finished):
    folder, _ = soup
    alone, _ = finished("classification", "encoder", *WORDS)
    assert "soup" not in record_of(alone)
    rates, losses = (lines_of(folder, name) for name in ("lr", "train/loss"))
    assert list(rates) == list(range(1, 3 * STEPS + 1))
    first, *others = (list(rates.values())[start : start + STEPS] for start in range(0, 3 * STEPS, STEPS))
    assert others == [first, first]
    first, *others = (list(losses.values())[start : start + STEPS] for start in range(0, 3 * STEPS, STEPS))
    assert first == list(lines_of(alone, "train/loss").values())
    assert first != others[0] != others[1] != first
    begun = {step: figures for step, figures in lines_of(folder, "validation/loss").items() if step <= STEPS}
    assert begun == lines_of(alone, "validation/loss")


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(("open", "optimizer.safetensors", 2), id="in the first one"),
        pytest.param(("open", "optimizer.safetensors", 4), id="at the end of the first one"),
        pytest.param(("open", "optimizer.safetensors", 7), id="in the second one"),
        pytest.param(("open", ".metrics.json.part", 1), id="in the writing"),
    ],
)
def test_a_killed_soup_goes_on_to_the_same_bytes(goodfit, soup, tiny_words, tmp_path, moment):
    undisturbed, _ = soup
    folder = tmp_path / "run"
    argv = ["train", *tiny_words("classification", "encoder"), *SOUP, f"run.dir={folder}"]
    assert killed(argv, tmp_path, *moment) == -9
    outcome = goodfit("resume", folder, "--json")
    assert outcome.code == 0, outcome.err
    assert different(undisturbed, folder) == []


def test_where_the_best_weights_of_a_training_are_damaged_it_goes_on_from_before_them(
    goodfit, soup, tiny_words, tmp_path
):
    undisturbed, _ = soup
    folder = tmp_path / "run"
    argv = ["train", *tiny_words("classification", "encoder"), *SOUP, f"run.dir={folder}"]
    assert killed(argv, tmp_path, "open", ".metrics.json.part", 1) == -9
    best = record_of(undisturbed)["soup"]["members"][0]["step"]
    weights = folder / "checkpoints" / f"step-{best:08}" / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    assert goodfit("resume", folder).code == 0
    assert different(undisturbed, folder) == []


def test_a_training_that_stops_early_makes_room_for_the_next_one(finished):
    words = ["training.epochs=6", "training.patience=1", "optim.lr=0.05", "training.soup=2"]
    folder, outcome = finished("classification", "encoder", *words)
    assert outcome.code == 0, outcome.err
    steps = list(lines_of(folder, "train/loss"))
    first = [step for step in steps if step <= 24]
    assert len(first) < 24 and steps[len(first)] == 25
    assert record_of(folder)["steps"] == len(steps)


def test_each_training_is_first_scored_behind_a_step_of_its_own(finished):
    words = ["training.accumulation=4", "training.evaluations_per_epoch=4", "training.patience=0", "training.soup=2"]
    folder, _ = finished("classification", "encoder", *words)
    assert list(lines_of(folder, "validation/loss")) == [1, 2, 3, 4]  # an epoch is four batches, and one step


@pytest.mark.parametrize("layer", ["embed_tokens", "q_proj"])
def test_what_is_averaged_of_an_adapter_is_the_product_of_its_factors_also_on_embeddings(layer):
    states = []
    for seed in range(2):
        adapter = AdapterConf(name="lora", rank=4, targets=[layer])
        model = build_adapter(hf.LlamaForCausalLM(hf.LlamaConfig(**GROUPED)), adapter)
        torch.manual_seed(seed)
        states.append({name: torch.randn_like(weights) for name, weights in trainable_state(model).items()})
    found = average(states)
    pairs = [(name, name.replace("_A.", "_B.")) for name in found if "_A." in name]
    assert pairs
    for down, up in pairs:
        product = sum(state[up].double() @ state[down].double() for state in states) / 2
        left, sizes, right = torch.linalg.svd(product)
        nearest = left[:, :4] * sizes[:4] @ right[:4]
        torch.testing.assert_close(found[up].double() @ found[down].double(), nearest)


@pytest.mark.parametrize(("loss", "taken"), [(0.3, True), (0.375, True), (0.376, False), (float("nan"), False)])
def test_an_average_is_taken_where_its_loss_is_at_most_that_of_a_training_on_average(tmp_path, loss, taken):
    model, traces = torch.nn.Linear(1, 1, bias=False), []
    for member, weight in enumerate((1.0, 3.0)):
        tensors = {"weights.safetensors": {"weight": torch.tensor([[weight]])}}
        write_checkpoint(tmp_path, member + 1, tensors, {"state.json": b"{}"})
        traces.append(Trace([Evaluation(member + 1, 1.0, weight, {}, [0.25 + member / 2, 0.25], member)], member))
    made = stir(model, tmp_path, traces, lambda model: (2.0, {}, [loss, loss]))
    assert (made.taken, made.mean_loss, model.weight.item()) == (taken, 0.375, 2.0)
    assert ("is the model" in str(made)) and ("worth less" in str(made)) is not taken
    assert made.shown()["loss"] == (None if math.isnan(loss) else loss)


def test_what_lora_adds_is_averaged_and_the_nearest_product_of_its_rank_is_kept():
    generator = torch.Generator().manual_seed(0)
    names = ("layer.lora_A.default.weight", "layer.lora_B.default.weight")
    for rank, width, height in ((4, 16, 12), (4, 3, 12), (4, 16, 2)):
        states = [
            dict(zip(names, (torch.randn(rank, width, generator=generator), part), strict=True)) | {"head": part[:, 0]}
            for part in torch.randn(3, height, rank, generator=generator)
        ]
        mean = torch.stack([state[names[1]].double() @ state[names[0]].double() for state in states]).mean(0)
        found = average(states)
        assert [found[name].shape for name in names] == [(rank, width), (height, rank)]
        product, sizes = found[names[1]] @ found[names[0]], torch.linalg.svdvals(mean)
        torch.testing.assert_close((mean - product).norm(), sizes[rank:].norm())  # no product of this rank is nearer
        torch.testing.assert_close(found["head"], torch.stack([state["head"].double() for state in states]).mean(0))
        alike = average([states[0]] * 3)
        torch.testing.assert_close(
            alike[names[1]] @ alike[names[0]],
            (states[0][names[1]] @ states[0][names[0]]).double(),
            rtol=1e-5,
            atol=1e-5,
        )


def test_where_the_average_is_worth_less_the_best_training_is_the_model(goodfit, tiny_words, tmp_path, monkeypatch):
    monkeypatch.setattr("goodfit.training.soup.Soup.mean_loss", property(lambda soup: 0.0))
    outcome = goodfit("train", *tiny_words("classification", "encoder"), *SOUP, "run.dir=out")
    assert outcome.code == 0, outcome.err
    record = record_of(tmp_path / "out")
    best = max(record["soup"]["members"], key=lambda member: member["score"])
    assert not record["soup"]["taken"]
    assert best["score"] == next(m["score"] for m in record["soup"]["members"] if m["step"] == record["best_step"])
    model = load_file(next((tmp_path / "out").glob("*/*model*.safetensors")))
    for weights in checkpoint(tmp_path / "out", record["best_step"]).values():
        assert any(torch.equal(weights, other) for other in model.values() if other.shape == weights.shape)


def test_check_counts_the_steps_of_all_trainings(goodfit, tiny_words):
    words = [*tiny_words("classification", "encoder"), *WORDS]
    counts = [goodfit("check", *words, *more, "--json").json["steps"] for more in ([], ["training.soup=3"])]
    assert counts == [STEPS, 3 * STEPS]


@pytest.mark.parametrize(
    ("verb", "words", "error"),
    [
        ("check", ["hardware=ddp"], "training.soup trains on one device"),
        ("check", ["privacy.epsilon=3"], "privacy.epsilon is of one training"),
        ("sweep", ["optim.lr=1e-3,1e-2"], "a search compares single trainings, and training.soup averages several"),
        ("check", ["training.soup=0"], "training.soup"),
    ],
)
def test_a_soup_that_cannot_be_is_refused(goodfit, tiny_words, tmp_path, verb, words, error):
    outcome = goodfit(verb, *tiny_words("classification", "encoder"), "training.soup=2", *words, "run.dir=out")
    assert outcome.code != 0
    assert any(error in what for what, _ in outcome.errors), outcome.err
    assert not (tmp_path / "out").exists()


def test_a_soup_is_nothing_to_search_over(goodfit, tiny_words):
    outcome = goodfit("sweep", *tiny_words("classification", "encoder"), "training.soup=1,2", "run.dir=out")
    assert [what for what, _ in outcome.errors] == [
        "a search compares single trainings, and training.soup averages several"
    ]
