"""Recorded steps: each batch gets the losses and gradients that it gets without, from tensors that stay where they are.

What a GPU does by itself, CPUs do here by making the recorded step again: with the same tensors, and with the numbers
that Python had when it was recorded.
"""

import copy
import dataclasses
import gc
import json
import weakref

import pytest
import torch
import transformers as hf
from tiny import DECODER, ENCODER, GPT2, GROUPED, MODERN, examples_of, labels_at

from goodfit.data.batches import TrainingData, collate
from goodfit.models.accept import choose_path, compare_steps
from goodfit.models.adapters import build_adapter
from goodfit.models.call import call, total_loss
from goodfit.models.device import in_precision
from goodfit.models.fast import attention, graphs
from goodfit.models.fast.attention import NotFlat
from goodfit.models.fast.graphs import Graphs, graphs_of, made_again
from goodfit.models.fast.path import ComputePath
from goodfit.models.pack import packed, share_base
from goodfit.runs import compute_path
from goodfit.schema import RunConf
from goodfit.schema.adapter import AdapterConf
from goodfit.schema.runtime import RuntimeConf
from goodfit.training.pack import PackedTraining, Trial

DRY = {**ENCODER, "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
MODELS = {
    "bert": (hf.BertForSequenceClassification, hf.BertConfig(**DRY), "rows"),
    "bert-tags": (hf.BertForTokenClassification, hf.BertConfig(**DRY), "tags"),
    "roberta": (hf.RobertaForSequenceClassification, hf.RobertaConfig(**DRY), "rows"),
    "llama": (hf.LlamaForCausalLM, hf.LlamaConfig(**DECODER), "text"),
    "qwen3": (hf.Qwen3ForCausalLM, hf.Qwen3Config(**GROUPED, head_dim=8), "text"),
}
FURTHER = {
    "gemma3, which sees no further than 8": (
        hf.Gemma3ForCausalLM,
        hf.Gemma3TextConfig(**GROUPED, head_dim=8, sliding_window=8, sliding_window_pattern=2),
        "text",
    ),
    "modernbert": (hf.ModernBertForTokenClassification, hf.ModernBertConfig(**MODERN), "tags"),
    "gpt2, which counts to 64": (
        hf.GPT2LMHeadModel,
        hf.GPT2Config(**GPT2, n_positions=64, attn_pdrop=0.0, resid_pdrop=0.0, embd_pdrop=0.0),
        "text",
    ),
    "llama with one table for both ends": (
        hf.LlamaForCausalLM,
        hf.LlamaConfig(**DECODER, tie_word_embeddings=True),
        "text",
    ),
}
"""Without a GPU only."""
SIZES = (4, 4, 3, 4, 1, 4)
"""Records of one batch after another."""


def flash(query, key, value, layout, side, shape):
    """Attention of all rows that knows nothing of them but where they end, as a GPU's kernel does."""
    ends = layout.ends(side)
    assert all(int(end.diff().max()) <= bound for end, bound in zip(ends, layout.bounds(side), strict=True))
    rows = [torch.bucketize(torch.arange(part.shape[1]), end[1:], right=True) for part, end in
            zip((query, key), ends, strict=True)]  # fmt: skip
    places = [torch.arange(len(row)) - end[row] for row, end in zip(rows, ends, strict=True)]
    seen = rows[0][:, None] == rows[1]
    if shape.causal:
        seen &= places[0][:, None] >= places[1]
    if shape.window is not None:
        seen &= (places[0][:, None] - places[1]).abs() < shape.window
    found = torch.nn.functional.scaled_dot_product_attention(
        query[None], key[None], value[None], attn_mask=seen, scale=shape.scaling
    )
    return found[0].transpose(0, 1)


@pytest.fixture
def recorded(monkeypatch):
    """The steps that are recorded, in order."""
    steps = []

    def captured(self, step):
        steps.append(step)
        totals = step()
        return lambda: made_again(step, totals), totals

    monkeypatch.setattr(attention, "_takes_flash", lambda *_: True)
    monkeypatch.setattr(attention, "_flash", flash)
    monkeypatch.setattr(Graphs, "_captured", captured)
    monkeypatch.setattr(graphs, "_is_free", lambda needed: True)
    monkeypatch.setattr(graphs, "_end_failed_capture", lambda: None)
    return steps


def model_of(name, seed=0, rank=4, adapter="lora"):
    cls, config, what = {**MODELS, **FURTHER}[name]
    torch.manual_seed(0)
    base = cls(copy.deepcopy(config))
    base.config.problem_type = None
    torch.manual_seed(seed)
    model = build_adapter(base, AdapterConf(name=adapter, rank=rank, alpha=8))
    for weights in model.parameters():
        if weights.requires_grad:
            torch.nn.init.normal_(weights, std=0.05)
    return model.train(), what


def batches_of(what, sizes=SIZES, seed=0):
    examples = examples_of(what, sum(sizes), seed)
    parts, first = [], 0
    for size in sizes:
        parts.append(collate(examples[first : first + size], 0, labels_at(what)))
        first += size
    return parts


def path_of(what):
    return ComputePath(True, False, reads_first_state=what == "rows", graphs=True)


def gradients_of(model, loss):
    trained = [weights for weights in model.parameters() if weights.requires_grad]
    return torch.autograd.grad(loss, trained)


@pytest.mark.parametrize("adapter", ["lora", "none"])
@pytest.mark.parametrize("name", [*MODELS, *FURTHER])
def test_a_recorded_step_has_the_loss_and_gradients_of_each_batch(name, adapter, recorded):
    model, what = model_of(name, adapter=adapter)
    check_steps(model, what, batches_of(what), recorded)


def test_a_recorded_step_with_a_yes_or_no_for_each_label_has_the_loss_and_gradients_of_each_batch(recorded):
    model, what = model_of("bert")
    several = [dataclasses.replace(batch, labels=batch.labels.repeat_interleave(3) % 2) for batch in batches_of(what)]
    check_steps(model, what, several, recorded)


def test_a_recorded_step_reads_the_token_types_of_each_batch(recorded):
    model, what = model_of("bert")
    chance = torch.Generator().manual_seed(0)
    told = [
        dataclasses.replace(batch, token_types=torch.randint(2, batch.input_ids.shape, generator=chance))
        for batch in batches_of(what)
    ]
    check_steps(model, what, told, recorded)


def check_steps(model, what, batches, recorded):
    expected = [call(model, batch).losses().sum() for batch in batches]
    wanted = [gradients_of(model, loss) for loss in expected]
    with path_of(what).on(model):
        for batch, loss, gradients in zip(batches, expected, wanted, strict=True):
            found = total_loss(model, batch)
            torch.testing.assert_close(found, loss, rtol=1e-5, atol=1e-5)
            for one, other in zip(gradients_of(model, 3.0 * found), gradients, strict=True):
                torch.testing.assert_close(one, 3.0 * other, rtol=1e-3, atol=1e-4)
    assert len(recorded) < len(batches)
    assert graphs_of(model) is None


def test_shapes_are_few_however_many_batches_there_are(recorded):
    model, what = model_of("llama")
    with path_of(what).on(model):
        for batch in batches_of(what, (3,) * 40):
            total_loss(model, batch)
    assert len(recorded) == 1


def test_a_step_is_recorded_anew_where_weights_moved_or_the_mode_is_another(recorded):
    model, what = model_of("llama")
    (batch,) = batches_of(what, (3,))
    with path_of(what).on(model):
        total_loss(model, batch)
        model.eval()
        total_loss(model, batch)
        for weights in model.parameters():
            weights.data = weights.data.clone()
        total_loss(model, batch)
    assert len(recorded) == 3


def test_a_loss_is_differentiated_before_the_next_batch(recorded):
    model, what = model_of("llama")
    first, second = batches_of(what, (3, 3))
    with path_of(what).on(model):
        loss = total_loss(model, first)
        total_loss(model, second)
        with pytest.raises(RuntimeError, match="before the next one"):
            loss.backward()


def test_recording_leaves_random_numbers_as_they_were(recorded):
    model, what = model_of("llama")
    (batch,) = batches_of(what, (3,))
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    with path_of(what).on(model):
        total_loss(model, batch)
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize("name", ["bert", "bert-tags", "qwen3"])
def test_a_recorded_pack_has_the_losses_and_gradients_of_each_model(name, recorded):
    models, what = [], MODELS[name][2]
    for number, rank in enumerate((4, 8, 2)):
        models.append(model_of(name, number, rank)[0])
    share_base(models)
    courses = [batches_of(what, (3, 2, 3), seed) for seed in range(3)]
    courses[1][1] = None  # sits this pass out
    expected = [[batch and call(model, batch).losses().sum() for batch in course]
                for model, course in zip(models, courses, strict=True)]  # fmt: skip
    wanted = [[loss is not None and gradients_of(model, loss) for loss in losses]
              for model, losses in zip(models, expected, strict=True)]  # fmt: skip
    with packed(models, path_of(what)) as pack:
        for turn in range(3):
            totals = pack.totals([course[turn] for course in courses], [0, 0, 0])
            together = torch.stack([(number + 1) * loss for number, loss in enumerate(totals) if loss is not None])
            there = [model for model, loss in zip(models, totals, strict=True) if loss is not None]
            trained = [weights for model in there for weights in model.parameters() if weights.requires_grad]
            found = iter(torch.autograd.grad(together.sum(), trained))
            for number, loss in enumerate(totals):
                assert (loss is None) == (expected[number][turn] is None)
                if loss is None:
                    continue
                torch.testing.assert_close(loss, expected[number][turn], rtol=1e-5, atol=1e-5)
                for other in wanted[number][turn]:
                    torch.testing.assert_close(next(found), (number + 1) * other, rtol=1e-3, atol=1e-4)
    assert len(recorded) <= 3


def test_a_small_batch_may_share_a_recorded_pack_with_a_long_one(recorded):
    models = [model_of("llama", number)[0] for number in range(2)]
    share_base(models)
    (small,), (long,) = batches_of("text", (1,)), batches_of("text", (60,), seed=1)
    expected = [call(model, batch).losses().sum() for model, batch in zip(models, (small, long), strict=True)]
    with packed(models, path_of("text")) as pack:
        for _ in range(2):
            for total, loss in zip(pack.totals([small, long], [0, 0]), expected, strict=True):
                torch.testing.assert_close(total, loss, rtol=1e-5, atol=1e-5)
    assert len(recorded) == 1


@pytest.mark.parametrize("accumulation", [1, 2])
def test_a_recorded_pack_takes_the_course_of_one_that_is_not_and_lets_go_what_is_not_finite(accumulation, recorded):
    def course(path, is_spoilt=True):
        trials = [trial_of(number, accumulation) for number in range(3)]
        found, counts, before = {}, [], len(recorded)
        with PackedTraining(path) as together:
            for trial in trials:
                together.enter(trial)
            for number in range(5):
                if is_spoilt and number == 3:
                    next(weights for weights in trials[1].model.parameters() if weights.requires_grad).data.fill_(
                        float("nan")
                    )
                steps = together.step()
                counts.append(len(recorded) - before)
                for name, step in steps.items():
                    found[name, number] = [step.loss, step.norm] if step.error is None else str(step.error)
        return found, counts

    by_python, by_graphs = (dataclasses.replace(path_of("text"), graphs=graphs) for graphs in (False, True))
    expected, nothing = course(by_python)
    found, counts = course(by_graphs)
    assert nothing[-1] == 0 < counts[0]
    assert counts[3] == course(by_graphs, is_spoilt=False)[1][3]  # whose they are that are not finite is not recorded
    assert "NaN or infinite" in found["1", 3]
    assert found == {
        key: one if isinstance(one, str) else pytest.approx(one, rel=1e-3) for key, one in expected.items()
    }
    assert found.keys() == {*((name, number) for name in "012" for number in range(5))} - {("1", 4)}


def trial_of(number, accumulation):
    model, what = model_of("llama", number, rank=(4, 8, 2)[number])
    conf = RunConf(seed=number)
    conf.optim = dataclasses.replace(conf.optim, lr=1e-2, weight_decay=0.0)
    conf.training = dataclasses.replace(conf.training, epochs=2, batch_size=4, accumulation=accumulation)
    conf.precision.name, conf.hardware.strategy, conf.hardware.accelerator = "32", "single", "cpu"
    return Trial(str(number), model, conf, TrainingData(examples_of(what, 44, number), labels_at(what), 0))


def test_steps_whose_attention_is_in_blocks_are_refused(recorded, monkeypatch):
    monkeypatch.setattr(attention, "_takes_flash", lambda *_: False)
    model, what = model_of("llama")
    (batch,) = batches_of(what, (3,))
    with path_of(what).on(model), pytest.raises(NotFlat):
        total_loss(model, batch)


def test_a_recording_that_fails_is_said_and_the_same_steps_are_made_by_python(recorded, monkeypatch, caplog):
    def fails(self, step):
        recorded.append(step)
        raise RuntimeError("operation not permitted when stream is capturing\nand more")

    monkeypatch.setattr(Graphs, "_captured", fails)
    model, what = model_of("llama")
    batches = batches_of(what)
    expected = [call(model, batch).losses().sum() for batch in batches]
    with path_of(what).on(model):
        for batch, loss in zip(batches, expected, strict=True):
            torch.testing.assert_close(total_loss(model, batch), loss, rtol=1e-5, atol=1e-5)
    assert len(recorded) == 1  # nobody tries again
    said = [record.message for record in caplog.records if "CUDA" in record.message]
    assert said == ["no CUDA graphs from here on: operation not permitted when stream is capturing"]
    verdict = compare_steps(model, examples_of(what), 0, "tokens", path_of(what))
    assert (verdict.same, verdict.reason) == (False, "operation not permitted when stream is capturing")


@pytest.mark.parametrize(
    ("sizes", "free", "count"),
    [
        pytest.param((30, 2, 30, 2), [True, True], 2, id="room"),
        pytest.param((30, 2, 30, 2), [True, False], 1, id="no-room-for-a-smaller-one"),
        pytest.param((2, 30, 2), [True, False, True, True], 3, id="a-larger-one-takes-the-memory-of-all-before"),
        pytest.param((2, 30, 30), [True, False, False], 1, id="and-still-has-no-room"),
    ],
)
def test_a_shape_is_recorded_where_memory_is_free(sizes, free, count, recorded, monkeypatch):
    said = iter(free)
    monkeypatch.setattr(graphs, "_is_free", lambda needed: next(said))
    model, what = model_of("llama")
    batches = batches_of(what, sizes)
    expected = [call(model, batch).losses().sum() for batch in batches]
    with path_of(what).on(model):
        for batch, loss in zip(batches, expected, strict=True):
            torch.testing.assert_close(total_loss(model, batch), loss, rtol=1e-5, atol=1e-5)
    assert (len(recorded), list(said)) == (count, [])


def test_a_step_of_one_shape_more_than_are_recorded_is_made_once_by_python(recorded, monkeypatch):
    monkeypatch.setattr(graphs, "MOST", 1)
    model, what = model_of("llama")
    passes = []
    model.register_forward_pre_hook(lambda *_: passes.append(1))
    small, large = batches_of(what, (2,)), batches_of(what, (30,))
    with path_of(what).on(model):
        total_loss(model, *small)
        before = len(passes)
        for _ in range(3):
            total_loss(model, *large)
        assert (len(recorded), len(passes) - before) == (1, 3)


@pytest.mark.parametrize("in_a_pack", [False, True])
def test_recorded_steps_go_with_the_path_and_not_with_the_next_collection(in_a_pack, recorded, monkeypatch):
    said = iter([True, False])
    monkeypatch.setattr(graphs, "_is_free", lambda needed: next(said))
    model, what = model_of("llama")
    large, small = batches_of(what, (30, 2))  # the second one is made by Python
    gc.disable()
    try:
        if in_a_pack:
            with packed([model], path_of(what)) as pack:
                for batch in (large, small):
                    pack.totals([batch], [0])
        else:
            with path_of(what).on(model):
                for batch in (large, small):
                    total_loss(model, batch)
        step = weakref.ref(recorded.pop())
        assert step() is None
    finally:
        gc.enable()


def test_what_a_model_draws_in_python_is_drawn_for_each_step(recorded, caplog):
    model, what = model_of("llama")
    draw = lambda _module, _args, output: output * torch.rand(())  # noqa: E731  (as a layer that is left out at random)
    model.base_model.model.model.norm.register_forward_hook(draw)
    (batch,) = batches_of(what, (3,))
    with path_of(what).on(model):
        losses = {total_loss(model, batch).item() for _ in range(3)}
    assert (len(losses), recorded) == (3, [])
    assert "draws something in Python" in caplog.text


@pytest.mark.parametrize("name", MODELS)
def test_a_recorded_step_is_held_against_a_plain_one(name, recorded):
    model, what = model_of(name)
    verdict = compare_steps(model, examples_of(what), 0, labels_at(what), path_of(what))
    assert verdict.same, verdict.reason


@pytest.mark.parametrize("asked", [True, False])
def test_a_processor_records_nothing(asked):
    model, what = model_of("llama")
    conf = dataclasses.replace(RuntimeConf(), linears="torch")
    found = choose_path(
        model, conf, examples_of(what), 0, labels_at="tokens", own_head=False, keeps=False, graphs=asked
    )
    assert found.flat
    assert not found.graphs


on_a_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no GPU")


def steps_on_gpu(model, batches, path, seed=7):
    """The loss and the gradients of each batch, in 16 bits."""
    found = []
    with path.on(model):
        for number, batch in enumerate(batches):
            torch.manual_seed(seed + number)
            with in_precision("bf16", "cuda"):
                loss = total_loss(model, batch)
            found.append((loss.detach(), *gradients_of(model, loss)))
    return found


@on_a_gpu
@pytest.mark.parametrize("adapter", ["lora", "none"])
@pytest.mark.parametrize("name", MODELS)
def test_a_gpu_replays_what_it_recorded(name, adapter):
    model, what = model_of(name, adapter=adapter)
    model.to("cuda")
    conf, examples = dataclasses.replace(RuntimeConf(), linears="torch"), examples_of(what, 24)
    words = {"labels_at": labels_at(what), "own_head": True, "keeps": False, "precision": "bf16"}
    path = choose_path(model, conf, examples, 0, graphs=True, **words)
    assert path.graphs, path.reason
    batches = [batch.to("cuda") for batch in batches_of(what)]
    first = steps_on_gpu(model, batches, path)
    flat = steps_on_gpu(model, batches, dataclasses.replace(path, graphs=False))
    for one, other in zip(first, flat, strict=True):
        torch.testing.assert_close(one[0], other[0], rtol=2e-2, atol=2e-2)
    again = steps_on_gpu(model, [*batches, *batches], path)
    for number, (one, other) in enumerate(zip(first * 2, again, strict=True)):
        assert all(torch.equal(a, b) for a, b in zip(one, other, strict=True)), number


@on_a_gpu
def test_a_gpu_draws_what_a_recorded_step_drops_from_the_seed_of_each_step():
    cls, config, what = hf.BertForSequenceClassification, hf.BertConfig(**ENCODER), "rows"
    torch.manual_seed(0)
    model = cls(config).train().to("cuda")
    model.config.problem_type = None
    (batch,) = [one.to("cuda") for one in batches_of(what, (4,))]
    losses = [steps_on_gpu(model, [batch] * 3, path_of(what), seed)[2][0].item() for seed in (1, 1, 2)]
    assert losses[0] == losses[1] != losses[2]


@on_a_gpu
def test_a_step_without_room_for_a_recording_has_the_same_bits(monkeypatch):
    model, what = model_of("llama")
    model.to("cuda")
    batches = [batch.to("cuda") for batch in batches_of(what)]
    first = steps_on_gpu(model, batches, path_of(what))
    monkeypatch.setattr(graphs, "ROOM", 10**9)
    again = steps_on_gpu(model, batches, path_of(what))
    for one, other in zip(first, again, strict=True):
        assert all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


@on_a_gpu
def test_what_cannot_be_recorded_is_computed_flat_and_goes_on():
    model, what = model_of("llama")
    model.to("cuda").base_model.model.model.norm.register_forward_hook(lambda _, __, out: out * float(out.sum() > -1e9))
    conf = dataclasses.replace(RuntimeConf(), linears="torch")
    words = {"labels_at": labels_at(what), "own_head": True, "keeps": False, "precision": "bf16"}
    path = choose_path(model, conf, examples_of(what), 0, graphs=True, **words)
    assert (path.flat, path.graphs) == (True, False)
    assert "no CUDA graphs" in path.reason
    batches = [batch.to("cuda") for batch in batches_of(what)]
    assert all(loss.isfinite() for loss, *_ in steps_on_gpu(model, batches, path))


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("kind", "family", "more"),
    [
        pytest.param("classification", "encoder", [], id="encoder"),
        pytest.param("classification", "encoder", ["training.accumulation=2"], id="encoder, accumulated"),
        pytest.param("classification", "encoder", ["precision=bf16"], id="encoder in bf16"),
        pytest.param("multilabel", "encoder", [], id="multilabel"),
        pytest.param("token_classification", "decoder", ["training.accumulation=2"], id="tags of a decoder"),
        pytest.param("generation", "decoder", [], id="decoder"),
        pytest.param("generation", "decoder", ["precision=bf16"], id="decoder in bf16"),
    ],
)
def test_a_whole_run_of_recorded_steps_learns_as_one_without(
    goodfit, tiny_words, tmp_path, recorded, monkeypatch, kind, family, more
):
    words = [*tiny_words(kind, family), "training.epochs=3", "runtime.path=fast", "training.batch_size=5", *more]
    assert goodfit("train", *words, "run.dir=flat", "--quiet").code == 0
    assert not recorded
    record_all(monkeypatch)
    outcome = goodfit("train", *words, "run.dir=graphs", "--quiet")
    assert outcome.code == 0, outcome.err
    assert recorded
    one, other = (histories(tmp_path / name) for name in ("flat", "graphs"))
    assert len(one) == len(other) > 3
    for loss, recorded_loss in zip(one, other, strict=True):
        assert recorded_loss == pytest.approx(loss, rel=3e-2 if more == ["precision=bf16"] else 1e-3)
    assert json.loads((tmp_path / "graphs" / "run.json").read_text("utf-8"))["path"]["name"].endswith("CUDA graphs")


def record_all(monkeypatch):
    chosen = compute_path.choose_path
    monkeypatch.setattr(
        compute_path, "choose_path", lambda *given, **words: dataclasses.replace(chosen(*given, **words), graphs=True)
    )


def test_a_packed_search_of_recorded_steps_finds_what_one_without_finds(
    goodfit, tiny_words, tmp_path, recorded, monkeypatch
):
    words = [*tiny_words("language_modeling", "decoder"), "optim.lr=1e-3,3e-3,1e-2", "adapter=lora", "adapter.rank=4,8"]
    words += ["training.epochs=2", "training.batch_size=5", "runtime.path=fast", "sweep.engine=packed", "sweep.width=3"]
    words += ["sweep.confirmations=0", "sweep.train_best=false", "sweep.pruner=none", "sweep.stop_misfits=false"]
    courses = []
    for name in ("flat", "graphs"):
        if name == "graphs":
            assert not recorded
            record_all(monkeypatch)
        outcome = goodfit("sweep", *words, "sweep.trials=4", f"run.dir={name}", "--quiet")
        assert outcome.code == 0, outcome.err
        trials = sorted((tmp_path / name).glob("trials/*/trial.json"))
        courses.append([json.loads(trial.read_text("utf-8"))["course"] for trial in trials])
    assert recorded
    assert len(courses[0]) == 4
    for one, other in zip(*courses, strict=True):
        for before, evaluation in zip(one, other, strict=True):
            assert evaluation == pytest.approx(before, rel=1e-3)


def histories(run):
    lines = map(json.loads, (run / "history.jsonl").read_text("utf-8").splitlines())
    return [line["train/loss"] for line in lines if "train/loss" in line]
