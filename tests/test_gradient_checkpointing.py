"""Gradient checkpointing: the same gradients, to the bit, from layers that keep what they read alone."""

import json
import shutil

import pytest
import torch
import transformers as hf
from safetensors.torch import load_file
from tiny import DECODER, ENCODER, GROUPED, MODERN, SEQ2SEQ, examples_of, labels_at
from torch.multiprocessing.reductions import StorageWeakRef

from goodfit.data.batches import collate
from goodfit.errors import ConfigError
from goodfit.models.accept import choose_path
from goodfit.models.adapters import build_adapter
from goodfit.models.call import total_loss
from goodfit.models.device import in_precision
from goodfit.models.fast.path import ComputePath
from goodfit.models.memory import estimate as memory_of
from goodfit.models.memory import load_of, widths_of
from goodfit.models.parts import layer_stacks
from goodfit.schema.adapter import AdapterConf
from goodfit.schema.runtime import RuntimeConf

DROPS = {"hidden_dropout_prob": 0.2, "attention_probs_dropout_prob": 0.2}
MODELS = {
    "bert": (hf.BertForSequenceClassification, hf.BertConfig(**ENCODER, **DROPS), "rows"),
    "modernbert": (hf.ModernBertForTokenClassification, hf.ModernBertConfig(**MODERN, mlp_dropout=0.2), "tags"),
    "deberta-v3": (hf.DebertaV2ForSequenceClassification, hf.DebertaV2Config(**ENCODER, **DROPS), "rows"),
    "llama": (hf.LlamaForCausalLM, hf.LlamaConfig(**GROUPED, attention_dropout=0.2), "text"),
    "gpt2": (hf.GPT2LMHeadModel, hf.GPT2Config(**DECODER), "text"),
    "t5": (hf.T5ForConditionalGeneration, hf.T5Config(**SEQ2SEQ, dropout_rate=0.2, use_cache=False), "seq2seq"),
}
WITH_ATTENTION_OF_ITS_OWN = "deberta-v3"


def made(name, adapter):
    """A random model in training mode, what its labels are, and a batch."""
    cls, config, what = MODELS[name]
    torch.manual_seed(0)
    model = build_adapter(cls(config), AdapterConf(name=adapter, rank=4, dropout=0.2)).train()
    for weights in model.parameters():
        if weights.requires_grad and not weights.any():
            torch.nn.init.normal_(weights, std=0.02)
    return model, what, collate(examples_of(what), model.config.pad_token_id or 0, labels_at(what))


def step(model, batch, path, precision="32"):
    """The loss and all gradients of a step with dropout."""
    torch.manual_seed(7)
    with path.on(model):
        with in_precision(precision, "cpu"):
            loss = total_loss(model, batch)
        loss.backward()
    found = {part: weights.grad for part, weights in model.named_parameters() if weights.grad is not None}
    model.zero_grad()
    return loss.detach(), found


@pytest.mark.sampled
@pytest.mark.parametrize("precision", ["32", "bf16"])
@pytest.mark.parametrize("adapter", ["none", "lora"])
@pytest.mark.parametrize(
    ("name", "flat"),
    [(name, flat) for name in MODELS for flat in (True, False) if not (flat and name == WITH_ATTENTION_OF_ITS_OWN)],
)
def test_gradients_are_the_same_to_the_bit_with_dropout(name, flat, adapter, precision):
    model, what, batch = made(name, adapter)
    words = {"flat": flat, "onednn": flat, "reads_first_state": flat and what == "rows"}
    words["short_for"] = labels_at(what) if flat else None
    loss, gradients = step(model, batch, ComputePath(**words), precision)
    again, found = step(model, batch, ComputePath(**words, checkpointing=True), precision)
    assert torch.equal(loss, again)
    assert gradients.keys() == found.keys() and any(gradient.any() for gradient in found.values())
    assert [part for part in found if not torch.equal(gradients[part], found[part])] == []
    assert not any("forward" in vars(module) for module in model.modules())


@pytest.mark.parametrize("flat", [True, False])
@pytest.mark.parametrize("name", ["bert", "llama", "t5"])
def test_what_a_layer_computes_is_gone_before_the_backward_pass_and_computed_once_more(name, flat):
    model, what, batch = made(name, "none")
    layers = [layer for stack in layer_stacks(model).values() for layer in stack]
    inside, given = [], []

    def look(seen):
        def keep(_module, _args, output):
            states = output[0] if isinstance(output, tuple) else output
            seen.append((states.data_ptr(), StorageWeakRef(states.untyped_storage())))

        return keep

    for layer in layers:
        layer.register_forward_hook(look(given))
        for part in layer.modules():
            if not isinstance(part, torch.nn.Embedding) and not list(part.children()):  # T5's layers share a table
                part.register_forward_hook(look(inside))
    left, calls = [], []
    for checkpointing in (False, True):
        with ComputePath(flat, False, reads_first_state=flat and what == "rows", checkpointing=checkpointing).on(model):
            inside.clear()
            given.clear()
            loss = total_loss(model, batch)
            ends = {place for place, _ in given}
            left.append(sum(not storage.expired() for place, storage in inside if place not in ends))
            calls.append(len(inside))
            loss.backward()
            calls.append(len(inside))
    assert left[0] >= len(layers) and left[1] == 0
    once, _, again, twice = calls
    assert once == again and 1.5 * once < twice <= 2 * once  # nobody needs the last parts of a layer again


def test_an_evaluation_computes_nothing_twice():
    model, _, batch = made("bert", "none")
    seen = []
    model.bert.encoder.layer[0].output.dense.register_forward_hook(lambda *_: seen.append(1))
    with ComputePath(True, False, reads_first_state=True, checkpointing=True).on(model):
        seen.clear()
        with torch.no_grad():
            total_loss(model, batch)
    assert len(seen) == 1


@pytest.mark.parametrize("path", ["auto", "plain"])
@pytest.mark.parametrize("name", ["bert", WITH_ATTENTION_OF_ITS_OWN])
def test_a_path_has_it_where_it_was_asked_for(name, path):
    model, what, _ = made(name, "lora")
    words = {"labels_at": labels_at(what), "own_head": True, "keeps": False}
    for asked in (True, False):
        conf = RuntimeConf(path=path, linears="torch", gradient_checkpointing=asked)
        found = choose_path(model, conf, examples_of(what), 0, **words)
        assert found.checkpointing is asked
        assert ("gradient checkpointing" in found.name) is asked
        assert found.flat is (path == "auto" and name == "bert"), found.reason


def test_no_more_than_a_layer_at_a_time_is_counted():
    config = hf.BertConfig(**{**ENCODER, "num_hidden_layers": 12})
    model = hf.BertForSequenceClassification(config)
    words = {"half": False, "load": load_of(examples_of("rows"), True), "widths": widths_of(model)}
    kept = memory_of(model, config, "adamw", **words).activations
    less = memory_of(model, config, "adamw", **words, checkpointing=True).activations
    read = 4 * 12 * 32 * words["load"].inputs
    assert less == pytest.approx(read + 2 * kept / 12, rel=0.01)


# ---- through the front door ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "family"), [("classification", "encoder"), ("generation", "decoder"), ("generation", "seq2seq")]
)
def test_a_run_with_it_learns_the_same_to_the_bit(goodfit, tiny_words, tmp_path, kind, family):
    weights = []
    for number, asked in enumerate(("false", "true")):
        words = [f"runtime.gradient_checkpointing={asked}", "adapter=none", f"run.dir=out{number}"]
        outcome = goodfit("train", *tiny_words(kind, family), *words)
        assert outcome.code == 0, outcome.err
        folder = tmp_path / f"out{number}"
        assert ("gradient checkpointing" in json.loads((folder / "run.json").read_text())["path"]["name"]) is (
            asked == "true"
        )
        weights.append(load_file(folder / "model" / "model.safetensors"))
    assert [part for part in weights[0] if not torch.equal(weights[0][part], weights[1][part])] == []


def test_a_search_with_it_packs_no_trials_and_says_why(goodfit, tiny_words):
    words = [*tiny_words("classification", "encoder"), "optim.lr=1e-3,2e-3", "runtime.gradient_checkpointing=true"]
    outcome = goodfit("sweep", *words, "sweep.engine=packed", "adapter=lora", "run.dir=search")
    assert outcome.code == 2
    assert "runtime.gradient_checkpointing is true" in outcome.err


def test_where_it_was_typed_in_another_group_the_right_one_is_named(goodfit, tiny_words):
    outcome = goodfit("check", *tiny_words("classification", "encoder"), "training.gradient_checkpointing=true")
    assert outcome.code == 2
    assert "runtime.gradient_checkpointing" in outcome.err


def test_a_model_without_a_list_of_layers_is_refused():
    model, _, _ = made("bert", "none")
    model.config = hf.BertConfig(**{**ENCODER, "num_hidden_layers": 5})
    path = ComputePath(False, False, checkpointing=True)
    with pytest.raises(ConfigError, match="no list of layers"), path.on(model):
        pass


def test_where_a_run_does_not_fit_it_is_named_and_fits(goodfit, tiny_words, model_folders, tmp_path):
    deep = tmp_path / "deep"
    shutil.copytree(model_folders["encoder"], deep)
    config = json.loads((deep / "config.json").read_text("utf-8"))
    (deep / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 12}), "utf-8")
    words = [*tiny_words("classification", "encoder"), f"model.name={deep}", "model.weights=random", "adapter=none"]
    words += ["training.batch_size=1", "training.accumulation=3"]

    def needed(*more):
        outcome = goodfit("check", *words, *more, "--json")
        assert outcome.code == 0, outcome.err
        return outcome.json["memory_bytes"]["total"]

    whole, less = needed(), needed("runtime.gradient_checkpointing=true")
    small = f"hardware.memory_gb={(whole + less) / 2 / 2**30}"
    refused = goodfit("check", *words, small)
    ((_, fix),) = refused.errors
    assert (refused.code, fix) == (5, "runtime.gradient_checkpointing=true")
    assert goodfit("check", *words, small, fix).code == 0


def test_a_smaller_batch_that_is_named_makes_the_same_step(goodfit, tiny_words):
    words = [*tiny_words("generation", "seq2seq"), "adapter=none", "training.batch_size=12", "training.accumulation=3"]
    words.append("training.evaluation_batch_size=1")
    needed = goodfit("check", *words, "--json").json["memory_bytes"]
    small = (needed["total"] - needed["activations"] / 2) / 2**30
    ((_, fix),) = goodfit("check", *words, f"hardware.memory_gb={small}").errors
    size, accumulation = (int(word.partition("=")[2]) for word in fix.split())
    assert size < 12 and size * accumulation == 12 * 3
