"""Adapters: each trains what it says or is refused; what was saved loads with PEFT and makes a difference."""

import copy
import importlib.util
import itertools
import json
import re
import types
import typing

import pytest
import torch
import transformers
from bitsandbytes.nn import Linear4bit

from goodfit.data.batches import collate
from goodfit.errors import ConfigError
from goodfit.kinds.passes import pad_id
from goodfit.models.adapters import build_adapter
from goodfit.models.call import call
from goodfit.models.fast.frozen import Frozen
from goodfit.models.parts import head_names
from goodfit.plugins.host import load_plugins
from goodfit.runs.opened import open_run
from goodfit.schema.adapter import AdapterConf, AdapterName

NAMES = [name for name in typing.get_args(AdapterName) if name not in ("auto", "none", "head")]
FAMILIES = ("encoder", "decoder", "seq2seq")
REFUSED = {("olora", "decoder"), ("loha", "decoder"), ("lokr", "decoder"), ("oft", "decoder")}
"""What PEFT cannot put on these models."""


@pytest.fixture
def one_step(ready):
    """``one_step(family, conf)``: the model with its adapter, the names that got a gradient, the change of the loss."""

    def step(family, conf):
        prepared, base = ready("classification", family)
        torch.manual_seed(0)
        model = build_adapter(copy.deepcopy(base), conf).train()
        examples = prepared.encoded["train"].examples[:8]
        batch = collate(examples, pad_id(prepared.coding.tokenizer), prepared.learner.labels_at)
        trained = {name: weights for name, weights in model.named_parameters() if weights.requires_grad}
        frozen = {name: weights.clone() for name, weights in model.named_parameters() if not weights.requires_grad}
        optimiser = torch.optim.AdamW(trained.values(), lr=1e-2)
        losses = []
        for _ in range(4):
            scores = call(model, batch)
            loss = torch.nn.functional.cross_entropy(scores.logits, scores.targets)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(float(loss.detach()))
        now = dict(model.named_parameters())
        assert all(torch.equal(now[name], weights) for name, weights in frozen.items())
        return model, {name for name, weights in trained.items() if weights.grad is not None}, losses

    return step


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("name", NAMES)
def test_an_adapter_trains_or_is_refused(one_step, name, family):
    conf = AdapterConf(name=name, rank=4, alpha=8.0)
    if (name, family) in REFUSED:
        with pytest.raises(ConfigError, match=f"adapter={name} does not fit a '"):
            one_step(family, conf)
        return
    model, trained, losses = one_step(family, conf)
    assert trained
    assert losses[-1] < losses[0]
    assert (
        sum(w.numel() for w in model.parameters() if w.requires_grad) < sum(w.numel() for w in model.parameters()) / 2
    )


@pytest.mark.parametrize(("name", "family"), sorted(REFUSED))
def test_an_adapter_that_does_not_fit_prints_two_lines_and_exits_2(goodfit, tmp_path, tiny_words, name, family):
    outcome = goodfit("train", *tiny_words("classification", family), f"adapter={name}", "run.dir=out", "--quiet")
    assert (outcome.code, outcome.out) == (2, "")
    ((error, fix),) = outcome.errors
    assert error.startswith(f"adapter={name} does not fit a '")
    assert fix == "choose adapter=lora, adapter=none, or other adapter.targets"
    assert not (tmp_path / "out").exists()


def test_targets_that_are_not_there_print_two_lines_and_exit_2(goodfit, tiny_words):
    words = ["adapter=lora", "adapter.targets=[nowhere]"]
    outcome = goodfit("check", *tiny_words("classification", "encoder"), *words)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.errors[0][0].startswith("adapter=lora does not fit a 'bert' model: ")


def test_the_head_alone_is_tuned_over_a_frozen_encoder(one_step):
    _, trained, losses = one_step("encoder", AdapterConf(name="head"))
    assert trained == {"classifier.weight", "classifier.bias"}
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("family", ["decoder", "seq2seq"])
def test_a_text_model_has_no_head_to_tune(goodfit, tiny_words, family):
    outcome = goodfit("check", *tiny_words("classification", family), "adapter=head")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.errors == [
        ("adapter=head tunes the head of an encoder, and this one has none for the task", "choose adapter=lora")
    ]


@pytest.mark.parametrize("family", FAMILIES)
def test_without_an_adapter_all_weights_are_tuned(one_step, family):
    model, trained, _ = one_step(family, AdapterConf(name="none"))
    unused = {name for name in dict(model.named_parameters()) if name not in trained}
    assert unused == set()


@pytest.mark.parametrize("kind", ["classification", "token_classification"])
def test_lora_on_an_encoder_trains_the_new_head_and_every_layer(ready, kind):
    _, base = ready(kind, "encoder")
    model = build_adapter(copy.deepcopy(base), AdapterConf(name="lora", rank=4))
    trained = [name for name, weights in model.named_parameters() if weights.requires_grad]
    assert head_names(base) == ["classifier"]
    assert [name for name in trained if "classifier" in name and "modules_to_save" in name]
    for layer in (0, 1):
        for part in ("query", "key", "value", "attention.output.dense", "intermediate.dense"):
            assert [name for name in trained if f"layer.{layer}." in name and part in name and "lora_A" in name]


STACKS = {
    "encoder": ("bert.encoder.layer",),
    "decoder": ("transformer.h",),
    "seq2seq": ("encoder.block", "decoder.block"),
}


@pytest.mark.parametrize(
    ("name", "family"),
    sorted({(name, family) for name in (*NAMES, "none") if name != "ia3" for family in FAMILIES} - REFUSED),
)
def test_only_the_uppermost_layers_and_the_head_are_tuned(one_step, name, family):
    _, trained, losses = one_step(family, AdapterConf(name=name, rank=4, alpha=8.0, top_layers=1))
    heads = {weights for weights in trained if "classifier" in weights}
    assert bool(heads) is (family == "encoder")
    places = {re.search(r"(bert\.encoder\.layer|transformer\.h|encoder\.block|decoder\.block)\.\d", weights)[0]
              for weights in trained - heads if not weights.startswith("vera")}  # fmt: skip
    assert places == {f"{stack}.1" for stack in STACKS[family]}
    assert losses[-1] < losses[0]


def test_typed_targets_are_those_of_the_uppermost_layers(ready):
    model = copy.deepcopy(ready("classification", "encoder")[1])
    tuned = build_adapter(model, AdapterConf(name="lora", targets=["query", "output.dense"], top_layers=1))
    trained = {
        name.partition("layer.")[2].partition(".lora_A")[0] for name, _ in tuned.named_parameters() if "lora_A" in name
    }
    assert trained == {"1.attention.self.query", "1.attention.output.dense", "1.output.dense"}


@pytest.mark.parametrize(
    ("words", "error", "fix"),
    [
        (["adapter=lora", "adapter.top_layers=3"], "adapter.top_layers is 3, and a 'bert' model has 2 layers",
         "leave it out, or give fewer"),
        (["adapter=none", "adapter.top_layers=3"], "adapter.top_layers is 3, and a 'bert' model has 2 layers",
         "leave it out, or give fewer"),
        (["adapter=lora", "adapter.top_layers=1", "adapter.targets=[pooler.dense]"],
         "adapter=lora does not fit a 'bert' model: no module of its uppermost layers is called pooler.dense",
         "choose adapter=lora, adapter=none, or other adapter.targets"),
        (["adapter=head", "adapter.top_layers=1"], "adapter.top_layers was typed, and adapter=head does not read it",
         "add adapter=lora"),
        (["adapter=ia3", "adapter.top_layers=1"], "adapter.top_layers was typed, and adapter=ia3 does not read it",
         "add adapter=lora"),
    ],
)  # fmt: skip
def test_uppermost_layers_that_are_not_there_print_two_lines_and_exit_2(goodfit, tiny_words, words, error, fix):
    outcome = goodfit("check", *tiny_words("classification", "encoder"), *words)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.errors == [(error, fix)]


def test_a_run_says_which_layers_were_tuned_and_needs_less_memory(finished, goodfit, tiny_words):
    folder, _ = finished("classification", "encoder", "adapter=none", "adapter.top_layers=1", "training.epochs=1")
    assert "All weights were tuned in the uppermost 1 of 2 layers" in (folder / "model" / "README.md").read_text(
        "utf-8"
    )
    needed = {
        words: goodfit("check", *tiny_words("classification", "encoder"), "adapter=none", *words, "--json").json[
            "memory_bytes"
        ]
        for words in ((), ("adapter.top_layers=1",))
    }
    (whole, upper) = needed.values()
    assert upper["activations"] < whole["activations"] and upper["trainable"] < whole["trainable"]


def test_lower_layers_of_a_decoder_keep_what_they_read_of_a_tuned_encoder(goodfit, tiny_words):
    def activations(*words):
        return goodfit("check", *tiny_words("generation", "seq2seq"), "adapter=lora", *words, "--json").json[
            "memory_bytes"
        ]["activations"]

    whole, upper = activations(), activations("adapter.top_layers=1")
    assert 0.5 * whole < upper < whole  # one of two encoder layers keeps nothing


@pytest.mark.parametrize(("words", "bytes_each"), [([], 32 * 4), (["runtime=plain"], 0)], ids=["fast", "plain"])
def test_what_is_kept_of_records_is_in_the_estimate(goodfit, tiny_words, ready, monkeypatch, words, bytes_each):
    argv = ["check", *tiny_words("classification", "encoder"), "adapter=lora", "adapter.top_layers=1", *words, "--json"]
    needed = goodfit(*argv).json["memory_bytes"]["activations"]
    monkeypatch.setattr("goodfit.runs.plan.KEPT_BYTES", 0)
    parts = ready("classification", "encoder")[0].encoded.values()
    tokens = sum(len(example.inputs) for part in parts for example in part.examples)
    assert needed - goodfit(*argv).json["memory_bytes"]["activations"] == bytes_each * tokens


def test_what_is_computed_once_is_in_the_estimate_of_time_once(goodfit, tiny_words, monkeypatch):
    real, clock = Frozen._computed, itertools.count()
    spent = [0.0]  # nothing takes time but a tick of each look at the clock, and what is frozen
    watch = types.SimpleNamespace(monotonic=lambda: next(clock) / 1000 + spent[0])
    monkeypatch.setattr("goodfit.runs.plan.time", watch)

    def slow(own, rows, batch):
        spent[0] += len(rows)
        return real(own, rows, batch)

    monkeypatch.setattr(Frozen, "_computed", slow)
    words = ["adapter=lora", "adapter.top_layers=1", "--json"]
    once, often = (
        goodfit("check", *tiny_words("classification", "encoder"), *words, f"training.epochs={epochs}").json["seconds"]
        for epochs in (1, 100)
    )
    assert 10 < once < often < 1.1 * once + 5


def test_layers_that_share_their_weights_have_no_uppermost_ones(goodfit, tiny_words, tmp_path, model_folders):
    config = transformers.AlbertConfig(
        vocab_size=30_522, embedding_size=16, hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=128,
    )  # fmt: skip
    config.architectures = ["AlbertModel"]
    transformers.AlbertModel(config).save_pretrained(tmp_path / "albert")
    transformers.AutoTokenizer.from_pretrained(model_folders["encoder"]).save_pretrained(tmp_path / "albert")
    words = [*tiny_words("classification", "encoder"), f"model.name={tmp_path / 'albert'}", "adapter.top_layers=1"]
    outcome = goodfit("check", *words)
    assert (outcome.code, outcome.out) == (2, "")
    why = "adapter.top_layers is 1, and a 'albert' model has no list of layers of their own weights"
    assert outcome.errors == [(why, "leave it out")]


def test_rank_and_alpha_are_those_of_the_config(ready):
    _, base = ready("classification", "seq2seq")
    model = build_adapter(copy.deepcopy(base), AdapterConf(name="lora", rank=3, alpha=9.0, dropout=0.25))
    config = model.peft_config["default"]
    assert (config.r, config.lora_alpha, config.lora_dropout) == (3, 9.0, 0.25)
    assert {weights.shape[0] for name, weights in model.named_parameters() if "lora_A" in name} == {3}


AUTO = {
    "encoder": "AutoModelForSequenceClassification",
    "decoder": "AutoModelForCausalLM",
    "seq2seq": "AutoModelForSeq2SeqLM",
}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_saved_adapter_loads_with_peft_and_on_and_off_differ(finished, ready, model_folders, family):
    import transformers
    from peft import PeftModel

    folder, _ = finished("classification", family, "adapter=lora", "training.epochs=1")
    written = json.loads((folder / "adapter" / "adapter_config.json").read_text("utf-8"))
    assert written["base_model_name_or_path"] == str(model_folders[family])
    assert json.loads((folder / "adapter" / "task.json").read_text("utf-8"))["labels"] == ["bad", "good"]
    count = {"num_labels": 2} if family == "encoder" else {}
    base = getattr(transformers, AUTO[family]).from_pretrained(model_folders[family], **count)
    model = PeftModel.from_pretrained(base, folder / "adapter").eval()
    prepared, _ = ready("classification", family)
    batch = collate(
        prepared.encoded["test"].examples[:4], pad_id(prepared.coding.tokenizer), prepared.learner.labels_at
    )
    with torch.inference_mode():
        on = call(model, batch).logits
        with model.disable_adapter():
            off = call(model, batch).logits
    assert not torch.allclose(on, off)


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("family", "words"),
    [pytest.param("encoder", [name], id=f"encoder-{name}") for name in [*NAMES, "head", "none"]]
    + [pytest.param(family, ["lora"], id=f"{family}-lora") for family in ("decoder", "seq2seq")]
    + [pytest.param(family, ["lora", "adapter.top_layers=1"], id=f"upper-{family}-lora") for family in FAMILIES],
)
def test_a_saved_model_answers_as_the_run_did(finished, goodfit, family, words):
    folder, _ = finished("classification", family, f"adapter={words[0]}", *words[1:], "training.epochs=1")
    found = goodfit("evaluate", folder, "--json").json["metrics"]
    expected = json.loads((folder / "metrics.json").read_text("utf-8"))["tuned"]
    assert set(found) == set(expected)
    for metric, figure in expected.items():
        assert found[metric] == pytest.approx(figure, abs=1e-5), metric


def test_ia3_takes_typed_targets(ready):
    model = copy.deepcopy(ready("classification", "encoder")[1])
    tuned = build_adapter(model, AdapterConf(name="ia3", targets=["query"]))
    trained = [name for name, weights in tuned.named_parameters() if weights.requires_grad and "ia3" in name]
    assert len(trained) == 2
    assert all(".query." in name for name in trained)


@pytest.mark.parametrize("family", FAMILIES)
def test_qlora_learns_over_a_base_in_four_bits(finished, family):
    folder, _ = finished("classification", family, "adapter=qlora", "optim.lr=1e-2")
    losses = [json.loads(line).get("train/loss") for line in (folder / "history.jsonl").read_text("utf-8").splitlines()]
    losses = [loss for loss in losses if loss is not None]
    assert losses[-1] < losses[0]
    opened = open_run(str(folder), load_plugins())
    assert any(isinstance(module, Linear4bit) for module in opened.model.modules())


@pytest.mark.parametrize(
    ("words", "error", "fix"),
    [
        pytest.param(["model.weights=random"], "freezes the base, and this model starts from noise", "adapter=none"),
        pytest.param(["task=language_modeling"], "leaves a whole model for others", "adapter=lora"),
        pytest.param(["adapter.merge=true"], "adapter.merge leaves a whole model for others", "adapter=lora"),
    ],
    ids=["noise", "pretraining", "merged"],
)
def test_qlora_is_refused_where_there_is_nothing_to_freeze(goodfit, tiny_words, words, error, fix):
    kind = "language_modeling" if "task=language_modeling" in words else "classification"
    outcome = goodfit("check", *tiny_words(kind, "decoder"), "adapter=qlora", *words)
    ((what, mend),) = outcome.errors
    assert outcome.code == 2
    assert error in what
    assert fix in mend


def test_qlora_without_its_package_says_what_to_install_and_exits_5(goodfit, tiny_words, monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "bitsandbytes" else found(name))
    outcome = goodfit("check", *tiny_words("classification", "decoder"), "adapter=qlora")
    assert (outcome.code, outcome.out) == (5, "")
    assert outcome.errors == [("adapter=qlora needs the package bitsandbytes", "pip install 'goodfit[qlora]'")]
