"""The last layer for tokens whose states are read, and the loss of a frozen vocabulary: less work, the same numbers."""

import copy
import dataclasses
import json

import pytest
import torch
import transformers as hf
from tiny import DECODER, DISTIL, ENCODER, GPT2, GROUPED, MODERN, SEQ2SEQ, VOCABULARY, examples_of, labels_at

from goodfit.data.batches import IGNORED, Example, collate
from goodfit.models.accept import choose_path, compare_steps
from goodfit.models.adapters import build_adapter
from goodfit.models.call import call, total_loss
from goodfit.models.device import in_precision
from goodfit.models.fast.path import ComputePath
from goodfit.models.fast.read import SHORT, places_of
from goodfit.models.fast.vocabulary import LABELS, VocabularyScores, bare_head
from goodfit.models.fast.wiring import wired
from goodfit.models.likelihood import losses
from goodfit.models.parts import in_evaluation
from goodfit.models.pooling import pool_states
from goodfit.runs.plan import check_memory
from goodfit.schema.adapter import AdapterConf
from goodfit.schema.runtime import RuntimeConf

MODELS = {
    "bert": (hf.BertForSequenceClassification, hf.BertConfig(**ENCODER), "rows"),
    "distilbert": (hf.DistilBertForSequenceClassification, hf.DistilBertConfig(**DISTIL), "rows"),
    "modernbert": (hf.ModernBertForSequenceClassification, hf.ModernBertConfig(**MODERN), "rows"),
    "gpt2": (hf.GPT2LMHeadModel, hf.GPT2Config(**GPT2, use_cache=False), "text"),
    "llama": (hf.LlamaForCausalLM, hf.LlamaConfig(**GROUPED), "text"),
    "mistral": (hf.MistralForCausalLM, hf.MistralConfig(**GROUPED, sliding_window=8), "text"),
    "t5": (hf.T5ForConditionalGeneration, hf.T5Config(**SEQ2SEQ), "seq2seq"),
}
SHORTENED = {
    "bert": ["self.query", "attention.output.dense", "intermediate", "1.output.dense"],
    "distilbert": ["attention.q_lin", "attention.out_lin", "ffn"],
    "modernbert": ["attn.Wo", "mlp"],
    "gpt2": ["attn.c_proj", "mlp"],
    "llama": ["self_attn.q_proj", "self_attn.o_proj", "mlp"],
    "mistral": ["self_attn.q_proj", "self_attn.o_proj", "mlp"],
    "t5": [
        *(f"decoder.block.1.layer.{part}" for part in ("0.SelfAttention.q", "0.SelfAttention.o")),
        *(f"decoder.block.1.layer.{part}" for part in ("1.EncDecAttention.q", "1.EncDecAttention.o", "2")),
    ],
}
"""Model -> how the names of the modules end that see fewer tokens, of its last layer."""


def model_of(name):
    cls, config, what = MODELS[name]
    torch.manual_seed(0)
    return cls(copy.deepcopy(config)).eval(), what


def path_of(what, short=True, **words):
    return ComputePath(
        True, True, reads_first_state=what == "rows", short_for=labels_at(what) if short else None, **words
    )


def read_by(model, batch):
    """Module -> how many tokens it reads of a batch, of those that read one flat row."""
    found = {}

    def look(name, args):
        if args and isinstance(args[0], torch.Tensor) and args[0].dim() == 3 and len(args[0]) == 1:
            found[name] = args[0].shape[1]

    hooks = [
        module.register_forward_hook(lambda _, args, __, name=name: look(name, args))
        for name, module in model.named_modules()
        if not list(module.children()) or name.rpartition(".")[2] in ("mlp", "ffn", "intermediate", "2")
    ]
    try:
        call(model, batch)
    finally:
        for hook in hooks:
            hook.remove()
    return found


@pytest.mark.parametrize("name", MODELS)
def test_what_behind_the_last_attention_is_not_read_is_not_computed(name):
    model, what = model_of(name)
    batch = collate(examples_of(what), 0, labels_at(what))
    with path_of(what, short=False).on(model):
        whole = read_by(model, batch)
    with path_of(what).on(model):
        short = read_by(model, batch)
    lengths = batch.decoder_lengths or batch.lengths
    read = 1 + (len(lengths) if what == "rows" else batch.answers)  # one of the filling
    fewer = {key: tokens for key, tokens in short.items() if tokens < whole[key]}
    for end in SHORTENED[name]:
        (key,) = (key for key in short if key.endswith(end) and ".1." in key)
        assert fewer.pop(key) == read < whole[key]
    assert all(any(f"{end}." in key for end in SHORTENED[name]) for key in fewer)  # inside of these


@pytest.mark.parametrize("length", [40, 500], ids=["short", "long"])
@pytest.mark.parametrize("adapter", ["lora", "none"])
@pytest.mark.parametrize("name", MODELS)
def test_a_step_is_the_same(name, adapter, length):
    model, what = model_of(name)
    if length > 64:
        names = ("max_position_embeddings", "n_positions")
        words = {key: 512 for key in names if hasattr(model.config, key)}
        model = type(model)(type(model.config)(**{**model.config.to_dict(), **words})).eval()
    model = build_adapter(model, AdapterConf(name=adapter))
    wide = Example(99, tuple(4 + place % 50 for place in range(length)), (1,))
    if what == "text":  # answers between what is read, and a row that answers nothing
        wide = Example(99, wide.inputs, tuple(5 if place % 7 in (2, 3) else IGNORED for place in range(length)))
    if what == "seq2seq":
        wide = Example(99, wide.inputs, (5, IGNORED, 7), (0, 5, 6))
    examples = [*examples_of(what, 6), wide]
    verdict = compare_steps(model, examples, 0, labels_at(what), path_of(what))
    assert verdict.same, verdict.reason
    assert float(verdict.reason.rpartition(" ")[2]) < 2e-5


def test_one_state_of_each_row_is_read_at_least():
    examples = [Example(0, (5, 6, 7), (IGNORED, 1, 2)), Example(1, (5, 6), (IGNORED, IGNORED)), Example(2, (8,), (3,))]
    batch = collate(examples, 0, "tokens")
    assert places_of(batch, (*batch.lengths, 4)).tolist() == [1, 2, 3, 5, 6]
    rows = collate([Example(0, (5, 6, 7), (1,)), Example(1, (5, 6), (0,))], 0, "rows")
    assert places_of(rows, (*rows.lengths, 4)).tolist() == [0, 3, 5]


def test_a_model_that_pools_all_states_computes_all():
    model, what = model_of("bert")
    pool_states(model, "mean")
    batch = collate(examples_of(what), 0, labels_at(what))
    with wired(model, reads_first_state=False, flat=True, onednn=True, short_for="rows"):
        read = {name: tokens for name, tokens in read_by(model, batch).items() if ".layer." in name}
        assert read and len(set(read.values())) == 1
        found = call(model, batch).logits
    torch.testing.assert_close(found, call(model, batch).logits, rtol=1e-4, atol=1e-5)


def test_answers_elsewhere_are_made_of_all_states():
    model, _ = model_of("llama")
    batch = collate(examples_of("text"), 0, "tokens")
    with wired(model, reads_first_state=False, flat=True, onednn=True, short_for="rows"):
        found = call(model, batch).losses()
    torch.testing.assert_close(found, call(model, batch).losses(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", MODELS)
def test_a_model_is_left_as_it_was(name):
    model, what = model_of(name)
    before = [(dict(vars(module)), len(module._forward_hooks)) for module in model.modules()]
    torch.manual_seed(5)
    drawn = torch.rand(1)
    torch.manual_seed(5)
    with path_of(what).on(model):
        assert any(module in SHORT for module in model.modules())
        assert torch.equal(torch.rand(1), drawn)  # what is tried draws nothing
    for module, (own, hooks) in zip(model.modules(), before, strict=True):
        assert module not in SHORT
        assert (vars(module).keys(), len(module._forward_hooks)) == (own.keys(), hooks)
    assert not any(weights.grad is not None for weights in model.parameters())


@pytest.mark.parametrize("where", ["classifier", "bert.encoder.layer.1.attention.output.dense"])
def test_weights_of_zero_hide_nothing(where):
    """No gradient reaches what is below them, and what attention reads of all tokens looks as if nobody read it."""
    model, what = model_of("bert")
    batch, zeros = collate(examples_of(what), 0, labels_at(what)), model.get_submodule(where).weight
    torch.nn.init.zeros_(zeros)
    with path_of(what).on(model):
        torch.nn.init.normal_(zeros)
        found = call(model, batch).logits
    torch.testing.assert_close(found, call(model, batch).logits, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["bert", "t5"])
def test_a_model_is_tried_whatever_another_one_computed_before(name):
    (first, what), (second, _) = model_of(name), model_of(name)
    batch = collate(examples_of(what), 0, labels_at(what))
    for model in (first, second):
        model.requires_grad_(False)
        if name == "bert":
            pool_states(model, "mean")
    path = dataclasses.replace(path_of(what), reads_first_state=False)
    with path.on(first):
        expected = call(first, batch).logits
        with path.on(second):
            assert torch.equal(call(second, batch).logits, expected)


def test_few_labels_make_the_last_layer_short():
    conf = RuntimeConf()
    conf.linears = "onednn"
    words = {"own_head": True, "keeps": False}
    model, _ = model_of("llama")
    assert choose_path(model, conf, examples_of("text"), 0, labels_at="tokens", **words).short_for == "tokens"
    all_learnt = [Example(number, (4, 5, 6, 7), (5, 6, 7, 2)) for number in range(5)]
    assert choose_path(model, conf, all_learnt, 0, labels_at="tokens", **words).short_for is None
    model, _ = model_of("bert")
    assert choose_path(model, conf, examples_of("rows"), 0, labels_at="rows", **words).short_for == "rows"


def test_a_module_that_mixes_tokens_sees_all_of_them():
    """A layer that adds up its neighbours behind attention is found out, and the rest of the layer still saves."""

    class Mixing(type(model_of("bert")[0].bert.encoder.layer[1].intermediate)):
        def forward(self, states):
            found = super().forward(states)
            return found + found.roll(1, 1)

    model, what = model_of("bert")
    model.bert.encoder.layer[1].intermediate.__class__ = Mixing
    batch = collate(examples_of(what), 0, labels_at(what))
    with path_of(what).on(model):
        found = read_by(model, batch)
    assert found["bert.encoder.layer.1.intermediate"] == found["bert.encoder.layer.0.intermediate"]
    assert found["bert.encoder.layer.1.output.dense"] < found["bert.encoder.layer.0.output.dense"]


# ---- the loss of a vocabulary -------------------------------------------------------------------------------------

HEADS = {
    "llama": (hf.LlamaForCausalLM, hf.LlamaConfig(**DECODER), True),
    "gpt2": (hf.GPT2LMHeadModel, hf.GPT2Config(**GPT2, use_cache=False), True),
    "t5": (hf.T5ForConditionalGeneration, hf.T5Config(**SEQ2SEQ), True),
    "bert": (hf.BertForMaskedLM, hf.BertConfig(**ENCODER), True),
    "gemma2": (hf.Gemma2ForCausalLM, hf.Gemma2Config(**GROUPED, head_dim=8, final_logit_softcapping=3.0), False),
    "granite": (hf.GraniteForCausalLM, hf.GraniteConfig(**DECODER, logits_scaling=4.0), False),
    "cohere": (hf.CohereForCausalLM, hf.CohereConfig(**DECODER), False),
    "tags": (hf.BertForTokenClassification, hf.BertConfig(**ENCODER), False),
}


@pytest.mark.parametrize("device", ["cpu", "meta"])
@pytest.mark.parametrize("name", HEADS)
def test_a_head_whose_logits_are_changed_is_left_alone(name, device):
    cls, config, is_bare = HEADS[name]
    with torch.device(device):
        model = cls(copy.deepcopy(config)).eval()
    if is_bare:
        assert bare_head(model) is None  # it is trained
    model.requires_grad_(False)
    assert (bare_head(model) is not None) is is_bare


@pytest.mark.parametrize("onednn", [True, False], ids=["oneDNN", "PyTorch"])
@pytest.mark.parametrize("name", ["llama", "t5"])
def test_losses_of_states_are_those_of_logits(name, onednn):
    model, what = model_of(name)
    model = build_adapter(model, AdapterConf(name="lora", targets=["q_proj" if name == "llama" else "q"]))
    with torch.no_grad():
        for weights in model.parameters():
            if weights.requires_grad:
                weights.normal_(std=0.1)
    batch = collate(examples_of(what, 60), 0, labels_at(what))
    assert batch.answers > LABELS  # more than are computed at a time
    with dataclasses.replace(path_of(what), onednn=onednn).on(model):
        scores = call(model, batch)
        assert isinstance(scores, VocabularyScores)
        assert scores.logits.shape == (batch.answers, VOCABULARY)
        torch.testing.assert_close(scores.losses(), losses(scores.logits, scores.targets))
        weights = torch.rand(batch.answers)
        tuned = [part for part in model.parameters() if part.requires_grad]
        found = torch.autograd.grad((scores.losses() * weights).sum(), tuned)
        scores = call(model, batch)
        expected = torch.autograd.grad((losses(scores.logits, scores.targets) * weights).sum(), tuned)
        torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-5)
        with torch.inference_mode():
            torch.testing.assert_close(total_loss(model, batch), scores.losses().sum().detach())
            assert call(model, collate(examples_of(what, 1), 0, labels_at(what))).losses().shape[0] > 0
    with in_evaluation(model):
        assert not isinstance(call(model, batch), VocabularyScores)


def test_losses_are_as_exact_with_large_logits():
    head = torch.nn.Linear(4, VOCABULARY)
    torch.nn.init.constant_(head.bias, 1000.0)
    states, targets = torch.randn(9, 4, generator=torch.Generator().manual_seed(0)) * 20, torch.arange(9)
    expected = losses(head(states), targets)
    found = VocabularyScores(states, head, torch.nn.functional.linear, targets, targets).losses()
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("onednn", [True, False], ids=["oneDNN", "PyTorch"])
def test_losses_in_half_precision_are_near_those_in_whole(onednn):
    model, what = model_of("llama")
    model = build_adapter(model, AdapterConf(name="lora"))
    batch = collate(examples_of(what, 60), 0, labels_at(what))
    tuned = [part for part in model.parameters() if part.requires_grad and not part.any()]
    with dataclasses.replace(path_of(what), onednn=onednn).on(model):
        found = []
        for precision in ("32", "bf16"):
            with in_precision(precision, "cpu"):
                total = total_loss(model, batch)
            found.append((total.item(), torch.cat([part.flatten() for part in torch.autograd.grad(total, tuned)])))
    (whole, gradients), (half, rounded) = found
    assert half == pytest.approx(whole, rel=1e-2)
    assert (rounded - gradients).norm() < 0.05 * gradients.norm()


def test_memory_is_counted_with_all_logits_where_a_head_is_left_alone(ready, monkeypatch):
    monkeypatch.setattr("goodfit.runs.plan.LABELS", 1)
    prepared, _ = ready("generation", "decoder")
    needed = {}
    for name in ("llama", "granite"):
        base = dataclasses.replace(prepared.base, config=HEADS[name][1])
        needed[name] = check_memory(dataclasses.replace(prepared, base=base)).activations
    assert needed["llama"] < needed["granite"]


# ---- through the front door ---------------------------------------------------------------------------------------


def test_a_run_that_learns_few_tokens_learns_what_the_plain_one_does(finished):
    histories = []
    for path in ("fast", "plain"):
        folder, _ = finished("generation", "decoder", f"runtime={path}")
        lines = (folder / "history.jsonl").read_text("utf-8").splitlines()
        histories.append([line["train/loss"] for line in map(json.loads, lines) if "train/loss" in line])
    assert histories[0] == pytest.approx(histories[1], rel=1e-4)
    assert histories[0]
