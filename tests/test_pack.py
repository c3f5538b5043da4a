"""Packed adapters: each trial takes the course that it takes alone."""

import copy
import dataclasses

import pytest
import torch
import transformers as hf
from tiny import DECODER, ENCODER, GPT2, MODERN, OPT, SEQ2SEQ, examples_of, labels_at

from goodfit.data.batches import TrainingData, collate
from goodfit.models.accept import choose_path
from goodfit.models.adapters import build_adapter
from goodfit.models.call import call
from goodfit.models.fast.attention import NotFlat
from goodfit.models.fast.frozen import KeptStates
from goodfit.models.fast.path import ComputePath
from goodfit.models.pack import packed, share_base
from goodfit.schema import RunConf
from goodfit.schema.adapter import AdapterConf
from goodfit.schema.runtime import RuntimeConf
from goodfit.training.interrupt import StopSignals
from goodfit.training.pack import PackedTraining, Trial, pack_width
from goodfit.training.trainer import train
from goodfit.training.watch import Watch

DROPOUT = {"hidden_dropout_prob": 0.2, "attention_probs_dropout_prob": 0.3}
MODERN_DROPOUT = {"embedding_dropout": 0.1, "attention_dropout": 0.2, "mlp_dropout": 0.2, "classifier_dropout": 0.3}
PDROP = {"resid_pdrop": 0.2, "embd_pdrop": 0.1, "attn_pdrop": 0.3}
MODELS = {
    "bert": (hf.BertForSequenceClassification, hf.BertConfig(**{**ENCODER, **DROPOUT}), "rows"),
    "roberta": (hf.RobertaForSequenceClassification, hf.RobertaConfig(**{**ENCODER, **DROPOUT}), "rows"),
    "modernbert": (hf.ModernBertForSequenceClassification, hf.ModernBertConfig(**MODERN, **MODERN_DROPOUT), "rows"),
    "bert-tags": (hf.BertForTokenClassification, hf.BertConfig(**{**ENCODER, **DROPOUT}), "tags"),
    "gpt2": (hf.GPT2LMHeadModel, hf.GPT2Config(**GPT2, **PDROP, use_cache=False), "text"),
    "llama": (hf.LlamaForCausalLM, hf.LlamaConfig(**DECODER, attention_dropout=0.3), "text"),
    "llama-dry": (hf.LlamaForCausalLM, hf.LlamaConfig(**DECODER), "text"),
    "t5": (hf.T5ForConditionalGeneration, hf.T5Config(**SEQ2SEQ, dropout_rate=0.2), "seq2seq"),
}
TRIALS = {
    "first": {"rank": 4, "alpha": 8, "dropout": 0.0, "lr": 1e-2, "weight_decay": 0.1, "seed": 1, "batch_size": 4},
    "second": {"rank": 8, "alpha": 8, "dropout": 0.2, "lr": 3e-3, "weight_decay": 0.0, "seed": 2, "batch_size": 2},
    "third": {"rank": 2, "alpha": 16, "dropout": 0.1, "lr": 1e-3, "weight_decay": 0.0, "seed": 3, "batch_size": 5},
}


def path_of(what, keep_base=False):
    at = labels_at(what)
    return ComputePath(flat=True, onednn=True, reads_first_state=what == "rows", keep_base=keep_base, short_for=at)


def trial_of(name, model_name, epochs=2, adapter=("lora", {}), count=12, **settings):
    """A trial with a base of its own, as separate runs have it."""
    given = {**TRIALS.get(name, TRIALS["first"]), **settings}
    cls, config, what = MODELS[model_name]
    torch.manual_seed(0)
    base = cls(copy.deepcopy(config))
    if what == "tags":
        base.config.problem_type = None
    conf = RunConf(seed=given["seed"])
    conf.precision.name, conf.hardware.strategy, conf.hardware.accelerator = "32", "single", "cpu"
    conf.optim = dataclasses.replace(
        conf.optim, lr=given["lr"], weight_decay=given["weight_decay"], name=given.get("optim", "adamw")
    )
    conf.schedule = dataclasses.replace(conf.schedule, name=given.get("schedule", "linear"))
    conf.training = dataclasses.replace(
        conf.training, epochs=epochs, batch_size=given["batch_size"], accumulation=given.get("accumulation", 1)
    )
    torch.manual_seed(given["seed"])
    name_of_adapter, extra = adapter
    conf.adapter = AdapterConf(
        name=name_of_adapter, rank=given["rank"], alpha=given["alpha"], dropout=given["dropout"], **extra
    )
    model = build_adapter(base, conf.adapter)
    for head in (module for key, module in model.named_modules() if key.endswith("modules_to_save.default")):
        for weights in head.parameters():  # heads are new: each seed has its own
            torch.nn.init.normal_(weights, std=0.05)
    return Trial(name, model, conf, TrainingData(examples_of(what, count), labels_at(what), 0))


class Silent:
    """A progress bar that nobody sees."""

    def __getattr__(self, name):
        return lambda *args, **kwargs: None


def alone(trial, folder):
    """The losses of each step of the trial's own run; its model is tuned."""
    folder.mkdir(exist_ok=True)
    losses, scores = [], iter(range(10**6))
    with StopSignals("").listening() as signals:
        trained = train(
            trial.conf,
            trial.model,
            trial.data,
            device="cpu",
            measure=lambda model: (float(next(scores)), {}, [0.0]),
            folder=folder,
            watch=Watch(lambda line: losses.extend([line] if "train/loss" in line else []), Silent(), 1),
            signals=signals,
        )
    return losses, trained


def solo(trial, model_name, folder, keep_base=False):
    """The history of the trial's own run, on the fast path."""
    with path_of(MODELS[model_name][2], keep_base).on(trial.model):
        return alone(trial, folder)[0]


def together(trials, path, kept=None):
    """The steps of each trial of a pack."""
    steps = {trial.name: [] for trial in trials}
    with PackedTraining(path, kept) as pack:
        for trial in trials:
            pack.enter(trial)
        while pack.trials:
            for name, step in pack.step().items():
                steps[name].append(step)
    return steps


def assert_same_course(steps, lines, packed_model, own_model):
    assert [step.number for step in steps] == [line["step"] for line in lines]
    for step, line in zip(steps, lines, strict=True):
        assert step.error is None
        assert step.loss == pytest.approx(line["train/loss"], rel=1e-6)
        assert step.norm == pytest.approx(line["grad_norm"], rel=1e-4)
        assert step.rate == line["lr"]
    found = dict(own_model.named_parameters())
    for name, weights in packed_model.named_parameters():
        torch.testing.assert_close(weights, found[name], rtol=1e-3, atol=1e-5)


def each_way(monkeypatch):
    """Set products of packed adapters as on CPUs, and then as on GPUs."""
    for wide in (False, True):
        monkeypatch.setattr("goodfit.models.pack.takes_wide", lambda device, wide=wide: wide)
        yield


@pytest.mark.parametrize("model_name", MODELS)
def test_packed_trials_take_the_course_of_their_own_runs(tmp_path, model_name, monkeypatch):
    own = {name: trial_of(name, model_name) for name in TRIALS}
    lines = {name: solo(trial, model_name, tmp_path / name) for name, trial in own.items()}
    for _ in each_way(monkeypatch):
        trials = [trial_of(name, model_name) for name in TRIALS]
        steps = together(trials, path_of(MODELS[model_name][2]))
        for trial in trials:
            assert_same_course(steps[trial.name], lines[trial.name], trial.model, own[trial.name].model)


@pytest.mark.parametrize("model_name", [name for name in MODELS if name != "t5"])
def test_packed_trials_share_what_is_kept_of_their_lower_layers(tmp_path, model_name, monkeypatch):
    upper = {"adapter": ("lora", {"top_layers": 1})}
    own = {name: trial_of(name, model_name, **upper) for name in TRIALS}
    lines = {name: solo(trial, model_name, tmp_path / name, keep_base=True) for name, trial in own.items()}
    for _ in each_way(monkeypatch):
        trials = [trial_of(name, model_name, **upper) for name in TRIALS]
        path, kept = path_of(MODELS[model_name][2], keep_base=True), KeptStates()
        steps = together(trials, path, kept)
        assert kept.depth == 1 and len(kept.rows) >= 12
        for trial in trials:
            assert_same_course(steps[trial.name], lines[trial.name], trial.model, own[trial.name].model)


@pytest.mark.parametrize(
    "settings",
    [{"accumulation": 2, "count": 11}, {"optim": "sgd"}, {"optim": "adafactor"}, {"schedule": "cosine"}],
    ids=lambda settings: " ".join(f"{key}={value}" for key, value in settings.items()),
)
def test_each_trial_has_an_optimiser_and_a_schedule_of_its_own(tmp_path, settings):
    trials = [trial_of("first", "bert", **settings), trial_of("second", "bert")]
    steps = together(trials, path_of("rows"))
    own = trial_of("first", "bert", **settings)
    assert_same_course(steps["first"], solo(own, "bert", tmp_path), trials[0].model, own.model)


@pytest.mark.parametrize("model_name", ["bert", "gpt2", "t5"])
def test_each_trial_weighs_its_records_as_alone(tmp_path, model_name):
    def weighted(trial):
        examples = [dataclasses.replace(one, weight=0.5 + one.record % 3) for one in trial.data.examples]
        return dataclasses.replace(trial, data=dataclasses.replace(trial.data, examples=examples))

    trials = [weighted(trial_of("first", model_name)), trial_of("second", model_name)]
    steps = together(trials, path_of(MODELS[model_name][2]))
    own = [weighted(trial_of("first", model_name)), trial_of("second", model_name)]
    lines = [solo(trial, model_name, tmp_path / trial.name) for trial in own]
    for trial, alone, course in zip(trials, own, lines, strict=True):
        assert_same_course(steps[trial.name], course, trial.model, alone.model)
    unweighted = solo(trial_of("first", model_name), model_name, tmp_path / "unweighted")
    assert unweighted[0]["train/loss"] != pytest.approx(lines[0][0]["train/loss"], rel=0.01)


@pytest.mark.parametrize("keep_base", [False, True], ids=["", "base kept"])
def test_each_trial_is_told_its_second_texts_as_alone(tmp_path, keep_base):
    def made(name):
        trial = trial_of(name, "bert", adapter=("lora", {"top_layers": 1}))
        examples = [dataclasses.replace(one, second=len(one.inputs) // 2) for one in trial.data.examples]
        return dataclasses.replace(trial, data=dataclasses.replace(trial.data, examples=examples))

    trials, own = [made("first"), made("second")], [made("first"), made("second")]
    steps = together(trials, path_of("rows", keep_base), KeptStates())
    lines = [solo(trial, "bert", tmp_path / trial.name, keep_base) for trial in own]
    for trial, alone, course in zip(trials, own, lines, strict=True):
        assert_same_course(steps[trial.name], course, trial.model, alone.model)


def test_a_pack_computes_in_the_precision_of_its_trials(tmp_path):
    runs = {}
    for precision in ("32", "bf16"):
        trials = [trial_of(name, "llama-dry", dropout=0.0) for name in ("first", "second")]
        for trial in trials:
            trial.conf.precision.name = precision
        runs[precision] = together(trials, path_of("text"))
    own = trial_of("first", "llama-dry", dropout=0.0)
    own.conf.precision.name = "bf16"
    lines = solo(own, "llama-dry", tmp_path / "own")
    losses = {precision: [step.loss for step in steps["first"]] for precision, steps in runs.items()}
    far = max(abs(one - other) for one, other in zip(losses["32"], losses["bf16"], strict=True))
    near = max(abs(step - line["train/loss"]) for step, line in zip(losses["bf16"], lines, strict=True))
    assert near < far


def test_trials_enter_and_leave_while_others_go_on(tmp_path):
    names = ["first", "second", "third"]
    trials = {name: trial_of(name, "gpt2", epochs=3) for name in names}
    steps = {name: [] for name in names}
    with PackedTraining(path_of("text")) as pack:
        pack.enter(trials["first"])
        pack.enter(trials["second"])
        for number in range(100):
            if number == 2:
                left = pack.leave("first")  # the one that is called: another takes its place
                pack.enter(trials["third"])
            if not pack.trials:
                break
            for name, step in pack.step().items():
                steps[name].append(step)
    assert left is trials["first"]
    for name in names:
        own = trial_of(name, "gpt2", epochs=3)
        lines = solo(own, "gpt2", tmp_path / name)
        found = [step.loss for step in steps[name]]
        assert len(found) == (2 if name == "first" else len(lines))
        assert found == pytest.approx([line["train/loss"] for line in lines[: len(found)]], rel=1e-6)


def test_a_model_that_rests_is_like_any_other():
    trials = [trial_of(name, "bert") for name in TRIALS]
    batch = collate(examples_of("rows", 3), 0, "rows")
    with PackedTraining(path_of("rows")) as pack:
        for trial in trials:
            pack.enter(trial)
        pack.step()
        pack.rest()
        for trial in trials:
            same = copy.deepcopy(trial.model)
            assert not any("forward" in vars(module) for module in trial.model.modules())
            with torch.no_grad():
                found, expected = (call(model.eval(), batch).logits for model in (trial.model, same))
            assert torch.equal(found, expected)
            trial.model.train()
        pack.step()


@pytest.mark.sampled
@pytest.mark.parametrize("room", [4096, 100], ids=["one pass for all", "several passes"])
@pytest.mark.parametrize("wide", [False, True], ids=["as on CPUs", "as on GPUs"])
@pytest.mark.parametrize("model_name", MODELS)
def test_models_that_are_asked_together_answer_as_they_do_alone(model_name, wide, room, monkeypatch):
    monkeypatch.setattr("goodfit.models.pack.takes_wide", lambda device: wide)
    monkeypatch.setattr("goodfit.models.pack.EVALUATION_TOKENS", room)
    trials, what = [trial_of(name, model_name) for name in TRIALS], MODELS[model_name][2]
    batches = [collate(examples_of(what, 5, seed), 0, labels_at(what)) for seed in (1, 2)]

    def answers(model):
        with torch.inference_mode():
            return [call(model.eval(), batch) for batch in batches]

    with PackedTraining(path_of(what)) as pack:
        for trial in trials:
            pack.enter(trial)
        for _ in range(2):  # the pack goes on behind it
            pack.step()
            asked = [trials[2].model, trials[0].model]
            with pack.asking(asked, losses_only=False):
                together = [answers(model) for model in asked]
            assert all(trial.model.training for trial in trials)
        left = pack.leave("second").model
        with pack.asking([left], losses_only=True):
            losses = [scores.losses() for scores in answers(left)]
        for model, found in zip(asked, together, strict=True):
            with path_of(what).on(model):
                alone = answers(model)
            for one, other in zip(found, alone, strict=True):
                torch.testing.assert_close(one.logits, other.logits, rtol=1e-4, atol=1e-5)
                assert torch.equal(one.targets, other.targets) and torch.equal(one.rows, other.rows)
        with path_of(what).on(left):
            for one, other in zip(losses, answers(left), strict=True):
                torch.testing.assert_close(one, other.losses(), rtol=1e-4, atol=1e-5)


def test_models_that_share_passes_are_asked_of_the_same_records():
    trials = [trial_of(name, "bert") for name in ("first", "second")]
    one, other = (collate(examples_of("rows", 3, seed), 0, "rows") for seed in (1, 2))
    with PackedTraining(path_of("rows")) as pack:
        for trial in trials:
            pack.enter(trial)
        with pack.asking([trial.model for trial in trials], losses_only=False), torch.inference_mode():
            call(trials[0].model, one)
            with pytest.raises(ValueError, match="other records"):
                call(trials[1].model, other)


def test_a_trial_that_is_not_finite_leaves_alone(tmp_path):
    trials = [trial_of(name, "bert") for name in TRIALS]
    spoilt = next(weights for weights in trials[1].model.parameters() if weights.requires_grad)
    with torch.no_grad():
        spoilt.fill_(1e38)
    before = spoilt.clone()
    steps = together(trials, path_of("rows"))
    (step,) = steps["second"]
    assert "NaN or infinite at step 0" in step.error.what
    assert torch.equal(spoilt, before)
    for name in ("first", "third"):
        own = trial_of(name, "bert")
        lines = solo(own, "bert", tmp_path / name)
        assert [step.loss for step in steps[name]] == pytest.approx([line["train/loss"] for line in lines], rel=1e-6)


def test_the_base_is_in_memory_once():
    trials = [trial_of(name, "bert") for name in TRIALS]
    share_base([trial.model for trial in trials])
    places = {
        weights.data_ptr()
        for trial in trials
        for name, weights in trial.model.named_parameters()
        if name.endswith("query.base_layer.weight")
    }
    assert len(places) == 2  # layers


def test_another_base_is_refused():
    one, other = trial_of("first", "bert"), trial_of("second", "bert")
    with torch.no_grad():
        next(weights for weights in other.model.parameters() if not weights.requires_grad).add_(1)
    with PackedTraining(path_of("rows")) as pack:
        pack.enter(one)
        with pytest.raises(NotFlat, match="the models of a pack differ in"):
            pack.enter(other)
        assert pack.trials == ["first"]


def test_another_dropout_is_refused(monkeypatch):
    one = trial_of("first", "bert")
    cls, config, what = MODELS["bert"]
    other_config = copy.deepcopy(config)
    other_config.attention_probs_dropout_prob = 0.1
    monkeypatch.setitem(MODELS, "bert", (cls, other_config, what))
    other = trial_of("second", "bert")
    with PackedTraining(path_of("rows")) as pack:
        pack.enter(one)
        pack.enter(other)
        with pytest.raises(NotFlat, match="other dropout rates"):
            pack.step()
    assert not any("forward" in vars(module) for module in one.model.modules())


@pytest.mark.parametrize("noise", [{"dropout": 0.1}, {"dropout": 0.0, "layerdrop": 0.5}], ids=["function", "layers"])
def test_a_base_that_draws_for_all_trials_at_once_is_refused(monkeypatch, noise):
    monkeypatch.setitem(MODELS, "opt", (hf.OPTForCausalLM, hf.OPTConfig(**{**DECODER, **OPT, **noise}), "text"))
    trial = trial_of("first", "opt", adapter=("lora", {"targets": ["q_proj", "v_proj"]}))
    before = torch.get_rng_state()
    with pytest.raises(NotFlat, match="draws for all trials at once"), packed([trial.model], path_of("text")):
        pass
    assert torch.equal(torch.get_rng_state(), before)
    assert not any("forward" in vars(module) for module in trial.model.modules())


def test_noise_in_the_choice_of_experts_is_refused_also_without_dropout(monkeypatch):
    config = hf.MixtralConfig(**DECODER, num_key_value_heads=2, num_local_experts=2, router_jitter_noise=0.1)
    monkeypatch.setitem(MODELS, "mixtral", (hf.MixtralForCausalLM, config, "text"))
    trial = trial_of("first", "mixtral", adapter=("lora", {"targets": ["q_proj"]}))
    with pytest.raises(NotFlat, match="draws for all trials at once"), packed([trial.model], path_of("text")):
        pass


LONGROPE = {"rope_type": "longrope", "rope_theta": 1e4, "short_factor": [1.0] * 4, "long_factor": [4.0] * 4}


@pytest.mark.parametrize(("first_length", "by_batch"), [(16, True), (64, False)])
def test_where_the_longest_row_of_a_batch_changes_all_others_nothing_is_packed_or_kept(first_length, by_batch):
    positions = {"max_position_embeddings": 128, "original_max_position_embeddings": first_length}
    config = hf.Phi3Config(**DECODER, **positions, rope_parameters=LONGROPE)
    torch.manual_seed(0)
    model = build_adapter(hf.Phi3ForCausalLM(config), AdapterConf(name="lora", rank=2, top_layers=1))
    runtime = RuntimeConf(linears="torch")
    path = choose_path(model, runtime, examples_of("text"), 0, labels_at="tokens", own_head=False, keeps=True)
    assert (path.flat, path.keep_base, path.by_batch) == (True, not by_batch, by_batch)
    if by_batch:
        with pytest.raises(NotFlat, match="the longest row of a batch"), packed([model], path):
            pass


def test_a_name_is_taken_once():
    with PackedTraining(path_of("rows")) as pack:
        pack.enter(trial_of("first", "bert"))
        with pytest.raises(ValueError, match="first"):
            pack.enter(trial_of("first", "bert"))


@pytest.mark.parametrize("adapter", ["dora", "ia3", "loha"])
def test_what_is_no_lora_is_refused(adapter):
    extra = {"targets": ["query", "value"]} if adapter == "ia3" else {}
    trial = trial_of("first", "bert", adapter=(adapter, extra))
    with pytest.raises(NotFlat), packed([trial.model], path_of("rows")):
        pass
    assert not any("forward" in vars(module) for module in trial.model.modules())


@pytest.mark.parametrize(("costs", "width"), [([1, 1, 1], 16), ([1, 4, 9], 1), ([1, 2, 9], 4)])
def test_the_width_is_measured(monkeypatch, costs, width):
    taken, made = dict(zip([1, 4, 16], costs, strict=True)), []
    monkeypatch.setattr("goodfit.training.pack._seconds", lambda models, *_: taken[len(models)])
    trial = trial_of("first", "bert")
    trials = (made.append(number) or trial for number in range(16))
    assert pack_width(trials, 16, path_of("rows")) == width
    assert len(made) == (16 if width > 1 else 4)  # those that are not tried are not made


def test_measuring_the_width_changes_nothing():
    trials = [trial_of(name, "bert") for name in TRIALS]
    before = copy.deepcopy([trial.model.state_dict() for trial in trials])
    assert pack_width(trials, len(trials), path_of("rows")) in (1, 2, 3)
    for trial, state in zip(trials, before, strict=True):
        assert all(torch.equal(weights, state[name]) for name, weights in trial.model.state_dict().items())
        assert all(weights.grad is None for weights in trial.model.parameters())
