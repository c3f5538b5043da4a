"""Training: it learns, the same seed gives the same bytes, the best weights are kept, and nothing fails in silence."""

import copy
import json
import shutil
from contextlib import nullcontext

import pytest
import torch
from safetensors.torch import load_file, save_file
from written import read_json

from goodfit.errors import TrainingError
from goodfit.kinds import KINDS, find_kind
from goodfit.models.adapters import build_adapter
from goodfit.schema.adapter import AdapterConf
from goodfit.schema.optim import OptimConf
from goodfit.schema.training import TrainingConf
from goodfit.training.held_out import HeldOut, go_on
from goodfit.training.optimiser import build_optimiser
from goodfit.training.saver import GUARDED_STEPS, Rise

LEARNT = [(kind, family) for kind in KINDS for family in find_kind(kind).learners]
learnt = pytest.mark.parametrize(("kind", "family"), [pytest.param(*pair, id="-".join(pair)) for pair in LEARNT])


@pytest.fixture
def train(goodfit, tmp_path, tiny_words):
    """``train(kind, family, *words)``: a run in ``out``, and what became of it."""

    def run(kind, family, *words):
        outcome = goodfit("train", *tiny_words(kind, family), "run.dir=out", *words, "--json", "--quiet")
        return outcome, tmp_path / "out"

    return run


def history(folder, key):
    """(step, value) of every line of the history that has the key."""
    lines = map(json.loads, (folder / "history.jsonl").read_text("utf-8").splitlines())
    return [(line["step"], line[key]) for line in lines if key in line]


SLOWLY = (("classification", "encoder"), ("ranking", "decoder"))
"""What a rate of 0.01 throws about, so that a machine's last bits decide where it ends."""


@pytest.mark.sampled
@learnt
def test_eight_records_are_learnt_by_heart(train, tmp_path, write_rows, rows_of, kind, family):
    copies = [{**row, "id": f"{row['id']}-{copy}"} for copy in range(8) for row in rows_of(kind, 8)]
    path = write_rows(tmp_path / "train.jsonl", copies)
    few = [write_rows(tmp_path / f"few{seed}.jsonl", rows_of(kind, 2, seed)) for seed in (1, 2)]
    # what is hidden is another part of the text in each epoch, and not all of it can be told from the rest
    epochs, factor = (18, 5) if kind == "language_modeling" else (8, 10)
    outcome, folder = train(
        kind,
        family,
        f"dataset.train={path}",
        f"dataset.validation={few[0]}",
        f"dataset.test={few[1]}",
        "adapter=none",
        f"optim.lr={0.003 if (kind, family) in SLOWLY else 0.01}",
        "schedule=constant",
        f"training.epochs={epochs}",
        "training.patience=0",
    )
    assert outcome.code == 0, outcome.err
    losses = [loss for _, loss in history(folder, "train/loss")]
    assert len(losses) >= 64
    assert losses[-1] < losses[0] / factor


@pytest.mark.parametrize(
    ("kind", "family", "words", "weights"),
    [
        pytest.param("classification", "encoder", [], "adapter/adapter_model.safetensors", id="adapter of an encoder"),
        pytest.param("generation", "seq2seq", [], "adapter/adapter_model.safetensors", id="adapter of a seq2seq"),
        pytest.param(
            "token_classification",
            "decoder",
            ["adapter=none", "runtime.threads=2"],
            "model/model.safetensors",
            id="all weights on two threads",
        ),
    ],
)
def test_another_seed_gives_other_weights(finished, kind, family, words, weights):
    first, _ = finished(kind, family, *words)
    other, _ = finished(kind, family, *words, "seed=43")
    assert (first / weights).read_bytes() != (other / weights).read_bytes()


@pytest.mark.parametrize(("family", "dropout"), [("encoder", "hidden_dropout_prob"), ("decoder", "resid_pdrop")])
@pytest.mark.parametrize("adapter", ["none", "lora"])
def test_dropout_is_on_from_the_first_step(train, tmp_path, model_folders, family, dropout, adapter):
    found = []
    for share in (0.0, 0.5):
        folder = shutil.copytree(model_folders[family], tmp_path / f"dropout{share}")
        config = json.loads((folder / "config.json").read_text("utf-8"))
        (folder / "config.json").write_text(json.dumps(config | {dropout: share}), "utf-8")
        words = [f"model.name={folder}", f"adapter={adapter}", "training.max_steps=1", f"run.dir=out{share}"]
        outcome, _ = train("classification", family, *words)
        assert outcome.code == 0, outcome.err
        found += [loss for _, loss in history(tmp_path / f"out{share}", "train/loss")]
    assert found[0] != found[1]


@pytest.mark.parametrize("family", ["decoder", "seq2seq"])
def test_accumulated_batches_make_the_step_of_one_large_batch(train, tmp_path, write_rows, family):
    targets = [
        "a",
        "one two three four five six",
        "b",
        "c d e f g h i",
        "x",
        "y z",
        "seven words are here to be written",
        "q",
    ]
    rows = [{"id": str(n), "source": f"row {n}", "target": target} for n, target in enumerate(targets)]
    path = write_rows(tmp_path / "train.jsonl", rows)
    common = [f"dataset.train={path}", "adapter=none", "optim=sgd", "optim.lr=0.1", "optim.clip_norm=0"]
    common += ["schedule=constant", "schedule.warmup_share=0", "training.epochs=3", "training.patience=0"]
    found = []
    for size, accumulation in ((8, 1), (4, 2), (3, 3)):
        words = [f"training.batch_size={size}", f"training.accumulation={accumulation}", f"run.dir=out{size}"]
        outcome, _ = train("generation", family, *common, *words)
        assert outcome.code == 0, outcome.err
        assert read_json(tmp_path / f"out{size}" / "run.json")["steps"] == 3
        found.append(load_file(tmp_path / f"out{size}" / "model" / "model.safetensors"))
    for other in found[1:]:
        for name, weights in found[0].items():
            torch.testing.assert_close(other[name], weights, rtol=1e-4, atol=1e-6)


@pytest.fixture
def misled(tmp_path, write_rows, rows_of):
    """Words of a run that gets worse on its held-out records: their answers are others than in training."""
    rows = [{**row, "target": "nothing of this kind"} for row in rows_of("generation", 24, 1)]
    path = write_rows(tmp_path / "validation.jsonl", rows)
    words = ["adapter=none", "optim.lr=0.03", "schedule=constant", "training.epochs=8"]
    return [f"dataset.validation={path}", *words]


def test_the_best_weights_are_kept_and_training_stops_early(train, misled):
    outcome, folder = train("generation", "seq2seq", *misled, "training.patience=2")
    assert outcome.code == 0, outcome.err
    record, losses = read_json(folder / "run.json"), dict(history(folder, "validation/loss"))
    best, evaluated = min(losses, key=losses.get), sorted(losses)
    assert record["best_step"] == best
    assert record["steps"] == evaluated[-1] < 8 * 4
    assert evaluated.index(best) == len(evaluated) - 1 - 2
    kept = load_file(folder / "checkpoints" / f"step-{best:08}" / "weights.safetensors")
    saved = load_file(folder / "model" / "model.safetensors")
    assert all(torch.equal(weights, kept[name]) for name, weights in saved.items())


def test_without_patience_training_goes_on_to_its_end_and_still_keeps_the_best(train, misled):
    outcome, folder = train("generation", "seq2seq", *misled, "training.patience=0")
    assert outcome.code == 0, outcome.err
    assert read_json(folder / "run.json")["steps"] == 8 * 4
    assert read_json(folder / "run.json")["best_step"] < 5 * 4


def test_nothing_is_waited_for_behind_a_score_that_cannot_be_better(train):
    words = ["adapter=none", "optim.lr=3e-3", "schedule=constant", "training.epochs=12", "training.patience=2"]
    outcome, folder = train("classification", "encoder", *words)
    assert outcome.code == 0, outcome.err
    scores = [score for _, score in history(folder, "validation/f1_macro")]
    losses = [loss for _, loss in history(folder, "validation/loss")]
    assert scores.index(1.0) == len(scores) - 1 - 2
    assert losses[-1] < losses[-2] < losses[-3]
    assert read_json(folder / "run.json")["best_step"] == 4 * len(scores)


@pytest.mark.parametrize(
    ("top", "scores", "ends"),
    [
        pytest.param(1.0, [0.5, 1.0, 1.0, 1.0, 1.0], 4, id="at the top"),
        pytest.param(1.0, [0.5, 0.5, 0.5, 0.5, 0.5], None, id="before anything is learnt"),
        pytest.param(1.0, [0.9, 0.8, 0.8, 0.8, 0.8], 3, id="worse"),
        pytest.param(None, [1.0, 1.0, 1.0, 1.0, 1.0], None, id="no top"),
    ],
)
def test_patience_counts_from_what_was_won_last(top, scores, ends):
    losses = (0.9**step for step in range(9))
    coming = iter(scores)
    held_out = HeldOut(lambda _: (next(coming), {}, [next(losses)]), 1, 1, 2, lambda _: None, go_on, top=top)
    for step in range(1, len(scores) + 1):
        held_out.evaluate(None, step, step - 1, 0)
        if held_out.trace.stopped_early:
            break
    assert (step if held_out.trace.stopped_early else None) == ends


def test_the_rate_of_a_step_is_the_one_that_it_was_made_with(train):
    words = ["optim.lr=0.01", "schedule=linear", "schedule.warmup_share=0.25", "training.accumulation=2"]
    outcome, folder = train("classification", "encoder", *words, "training.epochs=4")
    assert outcome.code == 0, outcome.err
    shares = [1 / 3, 2 / 3, 1, 5 / 6, 4 / 6, 3 / 6, 2 / 6, 1 / 6]
    assert history(folder, "lr") == [(step, pytest.approx(0.01 * share)) for step, share in enumerate(shares, 1)]


def test_max_steps_ends_a_run_in_the_middle_of_an_epoch(train):
    outcome, folder = train("classification", "encoder", "training.max_steps=3")
    assert outcome.code == 0, outcome.err
    assert read_json(folder / "run.json")["steps"] == 3
    assert [step for step, _ in history(folder, "train/loss")] == [1, 2, 3]
    assert [step for step, _ in history(folder, "validation/loss")] == [3]


def test_held_out_records_are_scored_as_often_as_asked(train):
    outcome, folder = train("classification", "encoder", "training.evaluations_per_epoch=2")
    assert outcome.code == 0, outcome.err
    assert [step for step, _ in history(folder, "validation/f1_macro")] == [2, 4, 6, 8]
    assert [step for step, _ in history(folder, "probe/f1_macro")] == [2, 4, 6, 8]


@pytest.mark.parametrize(
    ("first", "last", "diverges"),
    [
        pytest.param(0.7, 2.0, False, id="not three times"),
        pytest.param(0.7, 2.2, True, id="three times"),
        pytest.param(0.0002, 0.002, False, id="ten times next to nothing"),
        pytest.param(0.0002, 0.31, True, id="from next to nothing to much"),
        pytest.param(0.0, 5.0, True, id="from nothing to much"),
    ],
)
def test_a_loss_that_rises_to_much_ends_a_training_and_one_that_stays_small_does_not(first, last, diverges):
    rise = Rise(TrainingConf().max_rise, {})
    losses = [first] * GUARDED_STEPS + [last] * GUARDED_STEPS
    with pytest.raises(TrainingError, match="training diverges") if diverges else nullcontext():
        for step, loss in enumerate(losses):
            rise.refuse(loss, step)


@pytest.mark.parametrize("adapter", ["ia3", "lora", "dora"])
def test_what_starts_as_a_scale_is_not_decayed_and_the_factors_of_rank_1_are(ready, adapter):
    _, model = ready("classification", "encoder")
    tuned = build_adapter(copy.deepcopy(model), AdapterConf(name=adapter, rank=1))
    names = {id(weights): name for name, weights in tuned.named_parameters()}
    decayed = {}
    for group in build_optimiser(tuned.named_parameters(), OptimConf(lr=1e-3), scaled=False).param_groups:
        decayed |= {names[id(weights)]: group["weight_decay"] > 0 for weights in group["params"]}
    assert all(decayed[name] for name in decayed if "lora_A" in name or "lora_B" in name)
    assert not any(decayed[name] for name in decayed if "ia3_l" in name or "magnitude" in name or "bias" in name)
    assert len(set(decayed.values())) == 2


@pytest.mark.parametrize("size", [0.0, 0.02, 1.0])
def test_adafactor_changes_small_weights_by_its_rate_like_adamw(size):
    steps = {}
    for name in ("adamw", "adafactor"):
        weights = torch.nn.Parameter(torch.full((3, 4), size))
        conf = OptimConf(name=name, lr=1e-3, weight_decay=0.0)
        optimiser = build_optimiser([("weights", weights)], conf, scaled=False)
        (3 * weights).sum().backward()
        optimiser.step()
        steps[name] = float((weights.detach() - size).mean())
    assert steps == {"adamw": pytest.approx(-1e-3, rel=0.01), "adafactor": pytest.approx(-1e-3, rel=0.01)}


@pytest.mark.parametrize(
    ("schedule", "rates"),
    [
        pytest.param("linear", [0.25, 0.5, 0.75, 1.0, 0.75, 0.5, 0.25, 0.0], id="linear"),
        pytest.param("constant", [0.25, 0.5, 0.75, 1.0, 1.0, 1.0, 1.0, 1.0], id="constant"),
        pytest.param("cosine", [0.25, 0.5, 0.75, 1.0, 0.853553, 0.5, 0.146447, 0.0], id="cosine"),
    ],
)
def test_the_rate_rises_and_falls_as_the_schedule_says(schedule, rates):
    from goodfit.schema.schedule import ScheduleConf
    from goodfit.training.optimiser import rate_factor

    factor = rate_factor(ScheduleConf(name=schedule, warmup_share=3 / 7), 7)
    assert [factor(step) for step in range(8)] == pytest.approx(rates, abs=1e-6)


@pytest.fixture
def spoilt(tmp_path, model_folders):
    """``spoilt(scale)``: the folder of a decoder whose embeddings are scaled."""

    def make(scale):
        folder = tmp_path / "spoilt"
        folder.mkdir()
        for path in model_folders["decoder"].iterdir():
            (folder / path.name).write_bytes(path.read_bytes())
        weights = load_file(folder / "model.safetensors")
        weights["transformer.wte.weight"] = weights["transformer.wte.weight"] * scale
        save_file(weights, folder / "model.safetensors", {"format": "pt"})
        return folder

    return make


def test_a_loss_that_is_not_finite_ends_the_run(train, spoilt):
    outcome, folder = train("classification", "decoder", f"model.name={spoilt(1e38)}", "adapter=none")
    assert outcome.code == 6, outcome.err
    ((error, fix),) = outcome.errors
    assert error == "the loss is NaN or infinite at step 0"
    assert fix.startswith("lower the rate (optim.lr)")
    assert read_json(folder / "run.json")["status"] == "failed"
    assert not (folder / "model").exists()
    assert not (folder / "metrics.json").exists()


def test_a_training_that_changes_no_weight_is_no_success(train):
    outcome, folder = train("generation", "seq2seq", "adapter=none", "optim.lr=1e-30", "optim.weight_decay=0")
    assert outcome.code == 6, outcome.err
    assert outcome.errors == [("training changed no weight", "raise the rate: optim.lr")]
    assert read_json(folder / "run.json")["status"] == "failed"
