"""The fast path: the numbers of the padded path for every architecture, or a refusal; nothing is left behind."""

import copy
import dataclasses
import json
import os
import statistics
from contextlib import ExitStack

import pytest
import torch
import transformers as hf
from tiny import BART, DECODER, DISTIL, ENCODER, GPT2, GROUPED, MODERN, OPT, SEQ2SEQ, VOCABULARY, examples_of, labels_at
from torch.multiprocessing.reductions import StorageWeakRef

from goodfit.data.batches import IGNORED, Example, collate
from goodfit.models.accept import compare_steps, probe_examples
from goodfit.models.adapters import build_adapter
from goodfit.models.call import call
from goodfit.models.device import in_precision
from goodfit.models.fast import linears
from goodfit.models.fast.attention import NotFlat, Shape, blockwise
from goodfit.models.fast.dropout import Draws
from goodfit.models.fast.frozen import KeptStates, can_be_kept
from goodfit.models.fast.gates import swap_gates
from goodfit.models.fast.layout import Layout, borders
from goodfit.models.fast.linears import linear, swap_linears
from goodfit.models.fast.norms import swap_norms
from goodfit.models.fast.path import ComputePath
from goodfit.models.fast.wiring import FILLED_TO, as_padded, wired, wiring_of
from goodfit.models.likelihood import losses
from goodfit.models.parts import base_of, layer_stacks
from goodfit.schema.adapter import AdapterConf

EXPERTS = {"num_local_experts": 2, "num_experts_per_tok": 1}
MODELS = {
    "bert": (hf.BertForSequenceClassification, hf.BertConfig(**ENCODER), "rows"),
    "bert-tags": (hf.BertForTokenClassification, hf.BertConfig(**ENCODER), "tags"),
    "roberta": (hf.RobertaForSequenceClassification, hf.RobertaConfig(**ENCODER), "rows"),
    "xlm-roberta-tags": (hf.XLMRobertaForTokenClassification, hf.XLMRobertaConfig(**ENCODER), "tags"),
    "electra": (hf.ElectraForSequenceClassification, hf.ElectraConfig(**ENCODER), "rows"),
    "distilbert": (hf.DistilBertForSequenceClassification, hf.DistilBertConfig(**DISTIL), "rows"),
    "modernbert": (hf.ModernBertForSequenceClassification, hf.ModernBertConfig(**MODERN), "rows"),
    "modernbert-tags": (hf.ModernBertForTokenClassification, hf.ModernBertConfig(**MODERN), "tags"),
    "gpt2": (hf.GPT2LMHeadModel, hf.GPT2Config(**GPT2, use_cache=False), "text"),
    "llama": (hf.LlamaForCausalLM, hf.LlamaConfig(**GROUPED), "text"),
    "qwen2": (hf.Qwen2ForCausalLM, hf.Qwen2Config(**GROUPED), "text"),
    "qwen3": (hf.Qwen3ForCausalLM, hf.Qwen3Config(**GROUPED, head_dim=8), "text"),
    "mistral": (hf.MistralForCausalLM, hf.MistralConfig(**GROUPED, sliding_window=8), "text"),
    "gemma": (hf.GemmaForCausalLM, hf.GemmaConfig(**GROUPED, head_dim=8), "text"),
    "gemma2": (hf.Gemma2ForCausalLM, hf.Gemma2Config(**GROUPED, head_dim=8, sliding_window=8), "text"),
    "gemma3": (hf.Gemma3ForCausalLM, hf.Gemma3TextConfig(**GROUPED, head_dim=8, sliding_window=8), "text"),
    "phi3": (hf.Phi3ForCausalLM, hf.Phi3Config(**GROUPED), "text"),
    "gpt-neox": (hf.GPTNeoXForCausalLM, hf.GPTNeoXConfig(**DECODER), "text"),
    "opt": (hf.OPTForCausalLM, hf.OPTConfig(**{**DECODER, **OPT}), "text"),
    "t5": (hf.T5ForConditionalGeneration, hf.T5Config(**SEQ2SEQ), "seq2seq"),
    "mt5": (hf.MT5ForConditionalGeneration, hf.MT5Config(**SEQ2SEQ), "seq2seq"),
    "deberta-v3": (hf.DebertaV2ForSequenceClassification, hf.DebertaV2Config(**ENCODER), "rows"),
    "mpnet": (hf.MPNetForSequenceClassification, hf.MPNetConfig(**ENCODER), "rows"),
    "bart": (hf.BartForConditionalGeneration, hf.BartConfig(**BART), "seq2seq"),
    "mamba": (hf.MambaForCausalLM, hf.MambaConfig(vocab_size=64, hidden_size=32, num_hidden_layers=2), "text"),
    "llama4": (
        hf.Llama4ForCausalLM,
        hf.Llama4TextConfig(**GROUPED, **EXPERTS, head_dim=8, intermediate_size_mlp=48, attention_chunk_size=48),
        "text",
    ),
    "phimoe": (hf.PhimoeForCausalLM, hf.PhimoeConfig(**GROUPED, num_local_experts=2, sliding_window=48), "text"),
    "gpt-oss": (
        hf.GptOssForCausalLM,
        hf.GptOssConfig(**GROUPED, head_dim=8, **EXPERTS),
        "text",
    ),
}
REFUSED = {
    "deberta-v3": "an attention of its own",
    "bart": "IndexError",
    "mamba": "differs by",
    "llama4": "only its mask tells that tokens see no further than 48",
    "phimoe": "only its mask tells that tokens see no further than 48",
    "gpt-oss": "s_aux",
}
FAST = {
    what: ComputePath(flat=True, onednn=True, reads_first_state=what == "rows", short_for=labels_at(what))
    for what in ("rows", "tags", "text", "seq2seq")
}
ONE_OF_EACH = ["bert", "bert-tags", "llama", "t5"]


@pytest.fixture(scope="module")
def tiny():
    """``tiny(name)``: a random model, what its labels are, and the arguments of a comparison; shared."""
    made = {}

    def make(name):
        if name not in made:
            cls, config, what = MODELS[name]
            torch.manual_seed(0)
            made[name] = cls(config).eval(), what
        model, what = made[name]
        words = {"pad_id": model.config.pad_token_id or 0, "labels_at": labels_at(what)}
        return model, what, words

    return make


@pytest.mark.parametrize("name", MODELS)
def test_an_architecture_computes_the_same_or_is_refused(tiny, name):
    model, what, words = tiny(name)
    before = {key: weights.clone() for key, weights in model.state_dict().items()}
    verdict = compare_steps(model, examples_of(what), **words, path=FAST[what])
    assert verdict.same is (name not in REFUSED), verdict.reason
    assert REFUSED.get(name, "a plain and a fast step agree") in verdict.reason
    assert all(torch.equal(model.state_dict()[key], weights) for key, weights in before.items())


@pytest.mark.parametrize(("name", "reach"), [("llama4", "attention_chunk_size"), ("phimoe", "sliding_window")])
def test_a_model_that_sees_no_further_than_its_mask_says_is_refused_on_long_rows_too(name, reach):
    cls, config, what = MODELS[name]
    torch.manual_seed(0)
    model = cls(type(config)(**{**config.to_dict(), reach: 8})).eval()
    verdict = compare_steps(model, examples_of(what), 0, "tokens", FAST[what])
    assert not verdict.same
    assert "differs by" in verdict.reason


@pytest.mark.parametrize("pad_id", [1, 5])
@pytest.mark.parametrize("name", ["roberta", "xlm-roberta-tags", "bert"])
def test_a_padding_token_in_a_text_is_counted_as_transformers_does(name, pad_id):
    cls, config, what = MODELS[name]
    torch.manual_seed(0)
    model = cls(type(config)(**{**config.to_dict(), "pad_token_id": pad_id})).eval()
    inside = [
        Example(0, (pad_id, 7, pad_id, pad_id, 8, 9), (1,)),
        Example(1, (7, 8), (0,)),
        Example(2, (7, pad_id), (2,)),
    ]
    if what == "tags":
        inside = [dataclasses.replace(example, labels=(1,) * len(example.inputs)) for example in inside]
    verdict = compare_steps(model, inside, pad_id, labels_at(what), FAST[what])
    assert verdict.same, verdict.reason


def test_the_longest_example_is_compared_also_where_nothing_is_learnt_of_it():
    examples = examples_of("text")
    silent = Example(99, (5,) * 60, (IGNORED,) * 60)
    assert silent in probe_examples([*examples, silent])


@pytest.mark.parametrize("name", [*ONE_OF_EACH, "gpt2", "deberta-v3"])
def test_adapters_compute_the_same(tiny, name):
    model, what, words = tiny(name)
    adapted = build_adapter(copy.deepcopy(model), AdapterConf(name="lora", rank=4))
    path = FAST[what] if name not in REFUSED else ComputePath(flat=False, onednn=True)
    verdict = compare_steps(adapted, examples_of(what), **words, path=path)
    assert verdict.same, verdict.reason
    added = [weights for key, weights in adapted.named_parameters() if "lora_B" in key]
    assert added and not any(weights.any() for weights in added)  # the noise of the comparison is gone


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_training_on_either_path_takes_the_same_course(tiny, name):
    courses = []
    for flat in (False, True):
        model, what, words = tiny(name)
        model = copy.deepcopy(model)
        examples, optimiser = examples_of(what, 40), torch.optim.AdamW(model.parameters(), lr=1e-3)
        course = []
        with wired(model, reads_first_state=FAST[what].reads_first_state, flat=flat, onednn=flat):
            for start in range(0, 40, 10):
                batch = collate(examples[start : start + 10], words["pad_id"], words["labels_at"])
                loss = call(model, batch).losses().mean()
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                course.append(loss.item())
        courses.append(course)
    assert courses[0] == pytest.approx(courses[1], rel=1e-5)


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_a_model_is_left_as_it_was(tiny, name):
    model, what, words = tiny(name)
    batch = collate(examples_of(what), words["pad_id"], words["labels_at"])
    with torch.inference_mode():
        before = call(model, batch).logits
        with wired(model, reads_first_state=FAST[what].reads_first_state, flat=True, onednn=True):
            assert wiring_of(model) is not None
            with as_padded(model):
                assert wiring_of(model) is None
                torch.testing.assert_close(call(model, batch).logits, before)
            torch.testing.assert_close(call(model, batch).logits, before)
        after = call(model, batch).logits
    assert torch.equal(before, after)
    assert wiring_of(model) is None
    assert not any("forward" in vars(module) for module in model.modules())


def test_a_model_is_left_as_it_was_after_an_error(tiny):
    model, _, _ = tiny("bert")
    with pytest.raises(ZeroDivisionError), wired(model, reads_first_state=True, flat=True, onednn=True):
        raise ZeroDivisionError
    assert wiring_of(model) is None
    assert not any("forward" in vars(module) for module in model.modules())


def test_a_wired_model_refuses_a_padded_call(tiny):
    model, what, _ = tiny("llama")
    ids = torch.full((2, 7), 5)
    with wired(model, reads_first_state=False, flat=True, onednn=False), torch.inference_mode():
        call(model, collate(examples_of(what), 0, "tokens"))
        with pytest.raises(RuntimeError, match="attention got"):
            model(input_ids=ids, attention_mask=torch.ones_like(ids))


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_flat_rows_are_filled_to_few_different_lengths(tiny, name):
    model, what, words = tiny(name)
    seen = []
    hook = model.get_input_embeddings().register_forward_pre_hook(lambda _, args: seen.append(args[0].shape))
    with wired(model, reads_first_state=FAST[what].reads_first_state, flat=True, onednn=True), torch.inference_mode():
        for count in range(1, 6):
            batch = collate(examples_of(what, count), words["pad_id"], words["labels_at"])
            seen.clear()
            scores = call(model, batch)
            assert len(scores.logits) == len(scores.targets)
            assert all(shape[0] == 1 and shape[1] % FILLED_TO == 0 for shape in seen)
    hook.remove()


def test_the_longest_and_the_shortest_record_are_compared():
    examples = examples_of("text", 50)
    lengths = {example.length for example in probe_examples(examples)}
    assert {max(e.length for e in examples), min(e.length for e in examples)} <= lengths
    assert len(probe_examples(examples[:1])) == 1


@pytest.mark.parametrize("name", [*ONE_OF_EACH, "qwen3", "gemma2", "gemma3", "gpt2", "modernbert"])
def test_a_step_in_half_precision_is_as_near_as_the_padded_one(tiny, name):
    model, what, words = tiny(name)
    model = copy.deepcopy(model)

    def gradients(path, half, batch):
        with path.on(model), torch.autocast("cpu", torch.bfloat16, enabled=half):
            loss = call(model, batch).losses().mean()
        found = torch.autograd.grad(loss, list(model.parameters()), allow_unused=True)
        return torch.cat([gradient.flatten() for gradient in found if gradient is not None])

    plain = ComputePath(flat=False, onednn=False)
    errors = dict.fromkeys((plain, FAST[what]), 0.0)
    for seed in range(4):  # one batch is luck: T5's errors differ by a factor of two
        batch = collate(examples_of(what, seed=seed), words["pad_id"], words["labels_at"])
        exact = gradients(plain, half=False, batch=batch)
        for path in errors:
            errors[path] += float((gradients(path, half=True, batch=batch) - exact).norm() / exact.norm())
    assert errors[FAST[what]] < 1.5 * errors[plain]


def test_a_batch_without_labels_is_an_empty_answer_on_either_path(tiny):
    model, what, words = tiny("llama")
    batch = collate([Example(0, (5, 6, 7), (IGNORED,) * 3)], words["pad_id"], words["labels_at"])
    for path in (FAST[what], ComputePath(flat=False, onednn=True)):
        with path.on(model), torch.inference_mode():
            assert call(model, batch).logits.shape == (0, VOCABULARY)


def test_records_without_answers_are_compared_too(tiny):
    model, what, words = tiny("llama")
    unknown = [dataclasses.replace(example, labels=(IGNORED,) * len(example.labels)) for example in examples_of(what)]
    assert compare_steps(model, unknown, **words, path=FAST[what]).same


def test_a_wired_model_is_not_wired_again(tiny):
    model, what, _ = tiny("bert")
    with FAST[what].on(model):
        with pytest.raises(NotFlat, match="already"), FAST[what].on(model):
            pass
        assert wiring_of(model) is not None
    assert not any("forward" in vars(module) for module in model.modules())


# ---- norms --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("precision", ["32", "bf16"])
@pytest.mark.parametrize("name", ["llama", "qwen3", "mistral", "gemma", "gemma3", "phi3"])
def test_a_norm_in_one_step_computes_what_the_layer_does(tiny, name, precision):
    model, what, words = tiny(name)
    model = copy.deepcopy(model).train()
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for part, weights in model.named_parameters():
            if "norm" in part:
                weights.add_(torch.rand(weights.shape, generator=generator))
    kept = copy.deepcopy(model.state_dict())
    batch = collate(examples_of(what), words["pad_id"], words["labels_at"])

    def step():
        with in_precision(precision, "cpu"):
            loss = call(model, batch).losses().mean()
        loss.backward()
        found = torch.cat([loss.detach().reshape(1), *(weights.grad.flatten() for weights in model.parameters())])
        model.zero_grad()
        return found

    expected = step()
    undo = swap_norms(model)
    assert sum("forward" in vars(module) for module in model.modules()) == sum(
        type(module).__name__.endswith("RMSNorm") for module in model.modules()
    )
    found = step()
    undo()
    assert not any("forward" in vars(module) for module in model.modules())
    assert all(torch.equal(weights, kept[part]) for part, weights in model.state_dict().items())
    assert (found - expected).norm() < (1e-5 if precision == "32" else 1e-2) * expected.norm()


@pytest.mark.parametrize("name", ["bert", "t5", "gpt-neox"])
def test_a_layer_that_computes_something_else_is_left_alone(tiny, name):
    model = tiny(name)[0]
    swap_norms(model)
    assert not any("forward" in vars(module) for module in model.modules())


# ---- gated layers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["llama", "gemma2"])
@pytest.mark.parametrize("adapter", ["lora", "none"])
@pytest.mark.parametrize("precision", ["32", "bf16"])
def test_a_gated_layer_computes_its_product_again_and_to_the_bit(tiny, monkeypatch, adapter, name, precision):
    model, what, words = tiny(name)
    model = build_adapter(copy.deepcopy(model), AdapterConf(name=adapter, rank=2)).train()
    batch, products = collate(examples_of(what), words["pad_id"], words["labels_at"]), []
    layers = [module for key, module in model.named_modules() if key.endswith(".mlp.down_proj")]

    def remember(module, args):
        products.append(StorageWeakRef(args[0].untyped_storage()))

    def step():
        products.clear()
        torch.manual_seed(3)
        with FAST[what].on(model), in_precision(precision, "cpu"):
            hooks = [layer.register_forward_pre_hook(remember) for layer in layers]
            loss = call(model, batch).losses().mean()
        gone = [product.expired() for product in products]
        loss.backward()
        for hook in hooks:
            hook.remove()
        found = [weights.grad.flatten() for weights in model.parameters() if weights.grad is not None]
        model.zero_grad()
        return torch.cat([loss.detach().reshape(1), *found]), gone

    found, gone = step()
    monkeypatch.setattr("goodfit.models.fast.wiring.swap_gates", lambda model: lambda: None)
    expected, kept = step()
    assert torch.equal(found, expected)
    assert (gone, kept) == ([True] * len(layers), [False] * len(layers))


def test_a_gated_layer_that_computes_something_else_is_left_alone(tiny):
    class Other(hf.models.llama.modeling_llama.LlamaMLP):
        def forward(self, states):
            return super().forward(states) * 2

    model = copy.deepcopy(tiny("llama")[0])
    model.model.layers[0].mlp.__class__ = Other
    undo = swap_gates(model)
    assert ["forward" in vars(layer.mlp) for layer in model.model.layers] == [False, True]
    undo()
    assert not any("forward" in vars(module) for module in model.modules())


# ---- LoRA ---------------------------------------------------------------------------------------------------------


@pytest.mark.sampled
@pytest.mark.parametrize("name", ["bert", "llama", "gpt2", "t5"])
@pytest.mark.parametrize(
    ("adapter", "onednn", "wide"),
    [
        pytest.param("lora", False, False, id="plain"),
        pytest.param("rslora", False, False, id="rslora"),
        pytest.param("lora", True, False, id="oneDNN"),
        pytest.param("lora", False, True, id="as on GPUs"),
    ],
)
def test_a_lora_layer_in_one_step_computes_what_pefts_does(tiny, monkeypatch, adapter, onednn, wide, name):
    from peft.tuners.lora import Linear

    model, what, words = tiny(name)
    model = build_adapter(copy.deepcopy(model), AdapterConf(name=adapter, rank=2, dropout=0.3)).train()
    with torch.no_grad():
        for weights in model.parameters():
            if weights.requires_grad and not weights.any():
                weights.normal_(std=0.02)
    path = dataclasses.replace(FAST[what], onednn=onednn)
    batch, calls, real = collate(examples_of(what), words["pad_id"], words["labels_at"]), [], Linear.forward

    def step(precision, seed=3):
        torch.manual_seed(seed)
        with path.on(model), in_precision(precision, "cpu"):
            loss = call(model, batch).losses().mean()
        loss.backward()
        found = [weights.grad.flatten() for weights in model.parameters() if weights.grad is not None]
        model.zero_grad()
        return torch.cat([loss.detach().reshape(1), *found])

    monkeypatch.setattr("goodfit.models.fast.lora.takes_wide", lambda device: wide)
    monkeypatch.setattr(Linear, "forward", lambda own, *args, **more: calls.append(1) or real(own, *args, **more))
    whole, halves = step("32"), [step("bf16", seed) for seed in range(8)]
    assert not calls
    monkeypatch.setattr("goodfit.models.fast.wiring.swap_lora", lambda model, product: lambda: None)
    pefts = step("32")
    assert calls
    assert (whole - pefts).norm() < 1e-5 * pefts.norm()
    ratios = []
    for seed, half in enumerate(halves):  # one draw is luck: GPT-2's errors differ by a factor of three
        exact = step("32", seed)
        ratios.append(float((half - exact).norm() / (step("bf16", seed) - exact).norm()))
    assert statistics.median(ratios) < 1.5  # as near as PEFT's own
    with model.disable_adapter(), path.on(model), torch.no_grad():
        without = call(model.eval(), batch).logits
    torch.testing.assert_close(without, _of_base(tiny, name, batch, path), rtol=1e-4, atol=1e-5)


def _of_base(tiny, name, batch, path):
    """The logits of the model without an adapter."""
    base = copy.deepcopy(tiny(name)[0]).eval()
    with path.on(base), torch.no_grad():
        return call(base, batch).logits


def test_a_variant_of_lora_stays_pefts(tiny):
    model, what, _ = tiny("bert")
    model = build_adapter(copy.deepcopy(model), AdapterConf(name="dora", rank=2))
    with FAST[what].on(model):
        layers = [module for name, module in model.named_modules() if name.endswith("query")]
        assert layers and not any("forward" in vars(layer) for layer in layers)


# ---- a frozen base ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["bert", "bert-tags", "roberta", "distilbert", "electra"])
def test_a_frozen_base_is_computed_once_for_each_row(tiny, name):
    model, what, words = tiny(name)
    model = build_adapter(copy.deepcopy(model), AdapterConf(name="head")).eval()
    base, rows = getattr(model, model.base_model_prefix), []
    hook = base.register_forward_pre_hook(lambda *_: rows.append(1), with_kwargs=True)
    examples = examples_of(what)
    batches = [collate(examples[start : start + 5], words["pad_id"], words["labels_at"]) for start in (0, 3, 6, 0)]
    with torch.inference_mode():
        expected = [call(model, batch).logits for batch in batches]
        with dataclasses.replace(FAST[what], keep_base=True).on(model):
            rows.clear()
            found = [call(model, batch).logits for batch in batches]
    hook.remove()
    torch.testing.assert_close(found, expected)
    assert len(rows) == 3  # the fourth batch was known
    assert getattr(model, model.base_model_prefix) is base


def test_a_row_is_kept_with_its_token_types(tiny):
    model, what, words = tiny("bert")
    model = build_adapter(copy.deepcopy(model), AdapterConf(name="head")).eval()
    told = [[dataclasses.replace(one, second=second) for one in examples_of(what)[:3]] for second in (0, 1, 2)]
    batches = [collate(examples, words["pad_id"], words["labels_at"]) for examples in told]
    with torch.inference_mode():
        expected = [call(model, batch).logits for batch in batches]
        with dataclasses.replace(FAST[what], keep_base=True).on(model):
            found = [call(model, batch).logits for batch in (*batches, *batches)]
    torch.testing.assert_close(found, expected * 2)
    assert not torch.allclose(expected[0], expected[1]) and not torch.allclose(expected[1], expected[2])


def test_a_frozen_base_has_no_dropout_and_its_head_has(tiny):
    model, what, words = tiny("bert")
    model = build_adapter(copy.deepcopy(model), AdapterConf(name="head")).train()
    batch = collate(examples_of(what), words["pad_id"], words["labels_at"])
    with dataclasses.replace(FAST[what], keep_base=True).on(model):
        assert not torch.equal(call(model, batch).logits, call(model, batch).logits)
        model.classifier.eval()
        model.dropout.eval()
        assert torch.equal(call(model, batch).logits, call(model, batch).logits)
    assert model.bert.training


@pytest.mark.parametrize("rate", [0.001, 0.1, 0.5, 0.9])
def test_dropout_keeps_its_share_and_makes_up_for_the_rest(rate):
    torch.manual_seed(1)
    kept = Draws().kept(torch.empty(1000, 1000), rate)
    dropped = kept == 0
    assert float(dropped.float().mean()) == pytest.approx(rate, abs=5 * (rate * (1 - rate)) ** 0.5 / 1000 + 1e-5)
    assert torch.allclose(kept[~dropped], torch.tensor(1 / (1 - rate)), rtol=2e-4)
    columns = dropped.float().mean(0)
    assert float(columns.std()) == pytest.approx((rate * (1 - rate) / 1000) ** 0.5, rel=0.15)  # draws are independent


def test_dropout_is_a_function_of_the_seed():
    def drawn(seed):
        torch.manual_seed(seed)
        draws = Draws()
        return [draws.kept(torch.empty(3, 5), 0.5) for _ in range(2)]

    first, again, other = drawn(1), drawn(1), drawn(2)
    assert all(torch.equal(one, same) for one, same in zip(first, again, strict=True))
    assert not torch.equal(first[0], first[1])
    assert not torch.equal(first[0], other[0])
    assert Draws().kept(torch.empty(0, 5), 0.5).shape == (0, 5)


def test_what_a_head_drops_does_not_depend_on_what_is_kept(tiny):
    model, what, words = tiny("bert")
    model = build_adapter(copy.deepcopy(model), AdapterConf(name="head")).train()
    batch = collate(examples_of(what), words["pad_id"], words["labels_at"])
    with dataclasses.replace(FAST[what], keep_base=True).on(model):
        torch.manual_seed(1)
        first = call(model, batch).logits
        torch.manual_seed(1)
        assert torch.equal(call(model, batch).logits, first)


def test_a_frozen_base_is_kept_in_32_bits(tiny):
    model, what, words = tiny("bert")
    model = build_adapter(copy.deepcopy(model), AdapterConf(name="head"))
    batch = collate(examples_of(what), words["pad_id"], words["labels_at"])
    with dataclasses.replace(FAST[what], keep_base=True).on(model):
        with torch.autocast("cpu", torch.bfloat16):
            call(model, batch)
        assert call(model, batch).logits.dtype == torch.float32


def test_what_does_not_fit_is_computed_each_time(tiny, monkeypatch):
    monkeypatch.setattr("goodfit.models.fast.frozen.KEPT_BYTES", 300)
    model, what, words = tiny("bert")
    model = build_adapter(copy.deepcopy(model), AdapterConf(name="head")).eval()
    batch = collate(examples_of(what), words["pad_id"], words["labels_at"])
    expected = call(model, batch).logits
    kept = KeptStates()
    with dataclasses.replace(FAST[what], keep_base=True).on(model, kept):
        for _ in range(2):
            torch.testing.assert_close(call(model, batch).logits, expected)
    assert kept.is_full and 0 < kept.bytes <= 300


def test_states_that_an_evaluation_keeps_can_be_trained_on(tiny):
    model, what, words = tiny("bert")
    model = build_adapter(copy.deepcopy(model), AdapterConf(name="none", top_layers=1))
    batch = collate(examples_of(what), words["pad_id"], words["labels_at"])
    with dataclasses.replace(FAST[what], keep_base=True).on(model):
        with torch.inference_mode():
            call(model, batch)
        call(model, batch).losses().sum().backward()
    assert any(weights.grad is not None for weights in model.parameters())


def test_models_that_tune_other_layers_get_no_states_of_each_other(tiny):
    model, what, words = tiny("bert")
    batch, kept = collate(examples_of(what), words["pad_id"], words["labels_at"]), KeptStates()
    models = [
        build_adapter(copy.deepcopy(model), conf).eval()
        for conf in (AdapterConf(name="head"), AdapterConf(name="none", top_layers=1))
    ]
    expected = call(model, batch).logits
    with ExitStack() as paths:
        for one in models:
            paths.enter_context(dataclasses.replace(FAST[what], keep_base=True).on(one, kept))
        for one in (*models, *models):
            torch.testing.assert_close(call(one, batch).logits, expected)


ONE_STACK = [name for name, (_, _, what) in MODELS.items() if name not in REFUSED and what != "seq2seq"]


@pytest.mark.parametrize("adapter", ["lora", "none"])
@pytest.mark.parametrize("name", ONE_STACK)
def test_layers_below_the_tuned_ones_are_computed_once_for_each_row(tiny, name, adapter):
    model, what, words = tiny(name)
    model = build_adapter(copy.deepcopy(model), AdapterConf(name=adapter, rank=2, top_layers=1)).eval()
    path, (layers,) = dataclasses.replace(FAST[what], keep_base=True), layer_stacks(base_of(model)).values()
    assert compare_steps(model, examples_of(what), **words, path=path).same
    passes, part = [], next(module for module in layers[0].modules() if not list(module.children()))
    hook = part.register_forward_hook(lambda *_: passes.append(1))
    forwards = [vars(layer).get("forward") for layer in model.modules()]
    examples = examples_of(what)
    batches = [collate(examples[start : start + 5], words["pad_id"], words["labels_at"]) for start in (0, 3, 6, 0)]
    with torch.inference_mode():
        expected = [call(model, batch).logits for batch in batches]
        with path.on(model):
            passes.clear()
            found = [call(model, batch).logits for batch in batches]
    hook.remove()
    torch.testing.assert_close(found, expected)
    assert len(passes) == 3  # the fourth batch was known
    assert [vars(layer).get("forward") for layer in model.modules()] == forwards


def test_lower_layers_have_no_dropout_where_they_are_kept_and_upper_ones_have(tiny):
    cls, config, what = MODELS["bert"]
    model = build_adapter(cls(config), AdapterConf(rank=2, top_layers=1, name="lora")).train()
    batch = collate(examples_of(what), 0, "rows")
    with dataclasses.replace(FAST[what], keep_base=True).on(model):
        assert not torch.equal(call(model, batch).logits, call(model, batch).logits)
        model.base_model.model.bert.encoder.layer[1].eval()
        model.base_model.model.dropout.eval()
        assert torch.equal(call(model, batch).logits, call(model, batch).logits)
    assert model.base_model.model.bert.encoder.layer[0].training


@pytest.mark.parametrize("name", ["t5", "bert"])
def test_nothing_is_kept_of_two_stacks_or_where_all_layers_are_tuned(tiny, name):
    model, _, _ = tiny(name)
    top = 1 if name == "t5" else None
    assert not can_be_kept(build_adapter(copy.deepcopy(model), AdapterConf(name="lora", rank=2, top_layers=top)))


def test_a_run_that_tunes_upper_layers_keeps_what_is_below(finished):
    folder, _ = finished("classification", "encoder", "adapter=lora", "adapter.top_layers=1")
    assert "base kept" in json.loads((folder / "run.json").read_text("utf-8"))["path"]["name"]


def test_a_run_that_tunes_a_head_keeps_its_base(finished):
    folder, _ = finished("classification", "encoder", "adapter=head")
    assert "base kept" in json.loads((folder / "run.json").read_text("utf-8"))["path"]["name"]


# ---- attention ----------------------------------------------------------------------------------------------------

ATTENTIONS = {
    "plain": Shape(0.5, 0.0, False, None, None),
    "causal": Shape(0.5, 0.0, True, None, None),
    "causal window": Shape(0.5, 0.0, True, 3, None),
    "window": Shape(0.5, 0.0, False, 2, None),
    "softcap": Shape(0.5, 0.0, True, None, 2.0),
    "dropout": Shape(0.5, 0.3, False, None, None),
}
ROWS = (2, 6, 6, 3, 9)


def parts(queries, keys, heads=2, size=3):
    generator = torch.Generator().manual_seed(1)
    sizes = ((heads, queries, size), (heads, keys, size), (heads, keys, size), (heads, max(ROWS), max(ROWS)))
    return [torch.randn(*size, generator=generator, dtype=torch.float64, requires_grad=True) for size in sizes]


def attention_of(side, shape, biased):
    def attend(query, key, value, bias):
        torch.manual_seed(3)
        layout = Layout(ROWS, tuple(reversed(ROWS)))
        return blockwise(query, key, value, bias if biased else None, layout.blocks(side), shape)

    return attend


@pytest.mark.parametrize("long_row", [384, 1], ids=["in blocks", "long"])
@pytest.mark.parametrize("cut", ["one block", "some blocks", "a block each"])
@pytest.mark.parametrize("biased", [False, True], ids=["", "bias"])
@pytest.mark.parametrize("name", ATTENTIONS)
def test_gradients_of_attention_are_those_of_its_differences(monkeypatch, name, biased, cut, long_row):
    monkeypatch.setattr("goodfit.models.fast.attention.LONG_ROW", long_row)
    cuts = {"one block": (0, 5), "some blocks": (0, 1, 4, 5), "a block each": tuple(range(6))}
    monkeypatch.setattr("goodfit.models.fast.layout.borders", lambda queries, keys: cuts[cut])
    attend = attention_of("inputs", ATTENTIONS[name], biased)
    # entry by entry, or along random directions, which takes a hundredth
    each = (biased, cut, long_row) == (True, "some blocks", 384)
    assert torch.autograd.gradcheck(attend, parts(sum(ROWS), sum(ROWS)), fast_mode=not each)


@pytest.mark.parametrize("name", ["dropout", "softcap"])
def test_what_a_long_row_computes_again_is_what_a_short_one_keeps(monkeypatch, name):
    found = []
    for long_row in (384, 1):
        monkeypatch.setattr("goodfit.models.fast.attention.LONG_ROW", long_row)
        given = parts(sum(ROWS), sum(ROWS))
        answer = attention_of("inputs", ATTENTIONS[name], True)(*given)
        answer.square().sum().backward()
        found.append([answer.detach(), *(part.grad for part in given)])
    assert all(torch.equal(kept, again) for kept, again in zip(*found, strict=True))


def test_gradients_of_cross_attention_are_those_of_its_differences():
    attend = attention_of("cross", ATTENTIONS["plain"], False)
    assert torch.autograd.gradcheck(attend, parts(sum(ROWS), sum(ROWS)))


@pytest.mark.parametrize("long_row", [384, 1], ids=["in blocks", "by PyTorch"])
@pytest.mark.parametrize("biased", [False, True], ids=["", "bias"])
@pytest.mark.parametrize("name", [name for name in ATTENTIONS if name != "dropout"])
def test_attention_is_softmax_of_products_within_each_row(monkeypatch, name, biased, long_row):
    monkeypatch.setattr("goodfit.models.fast.attention.LONG_ROW", long_row)
    shape = ATTENTIONS[name]
    query, key, value, bias = (part.detach() for part in parts(sum(ROWS), sum(ROWS)))
    found = attention_of("inputs", shape, biased)(query, key, value, bias)
    start = 0
    for length in ROWS:
        row = slice(start, start + length)
        products = query[:, row] @ key[:, row].transpose(1, 2) * shape.scaling
        if shape.softcap:
            products = shape.softcap * torch.tanh(products / shape.softcap)
        if biased:
            products = products + bias[:, :length, :length]
        far = torch.arange(length)[:, None] - torch.arange(length)
        seen = (far >= 0) if shape.causal else torch.ones_like(far, dtype=torch.bool)
        if shape.window:
            seen &= far.abs() < shape.window
        weights = products.masked_fill(~seen, float("-inf")).softmax(-1)
        torch.testing.assert_close(found[row], (weights @ value[:, row]).transpose(0, 1))
        start += length


READ = torch.tensor([1, 3, 5, 6, 13, 14, 16, 17, 25])  # of each row at least one token


@pytest.mark.parametrize("long_row", [384, 1], ids=["in blocks", "long"])
@pytest.mark.parametrize("cut", [(0, 5), (0, 1, 4, 5)], ids=["one block", "some blocks"])
@pytest.mark.parametrize("name", [name for name in ATTENTIONS if name != "dropout"])
def test_attention_of_some_queries_is_theirs_among_all(monkeypatch, name, cut, long_row):
    monkeypatch.setattr("goodfit.models.fast.attention.LONG_ROW", long_row)
    monkeypatch.setattr("goodfit.models.fast.layout.borders", lambda queries, keys: cut)
    shape, layout = ATTENTIONS[name], Layout(ROWS)

    def some(query, key, value):
        return blockwise(query[:, READ], key, value, None, layout.blocks("inputs", READ), shape)

    given = parts(sum(ROWS), sum(ROWS))[:3]
    whole = blockwise(*given, None, layout.blocks("inputs"), shape)
    torch.testing.assert_close(some(*given), whole[READ])
    assert torch.autograd.gradcheck(some, given)


def test_rows_of_near_equal_length_share_a_block():
    lengths = (4,) * 20 + (5,) * 20 + (400, 410)
    cuts = borders(lengths, lengths)
    assert cuts[0] == 0
    assert cuts[-1] == len(lengths)
    assert 40 in cuts
    assert len(cuts) <= 4


# ---- linear layers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", [(1, 3), (7, 3), (2, 5, 3)])
def test_a_linear_layer_through_onednn_has_the_values_and_gradients_of_its_own(shape, bias):
    torch.manual_seed(0)
    layer = torch.nn.Linear(3, 4, bias=bias)
    states = torch.randn(*shape, requires_grad=True)
    for weights in ([states, *layer.parameters()], [states], list(layer.parameters())):
        one = torch.autograd.grad(layer(states).square().sum(), weights)
        other = torch.autograd.grad(linear(states, layer.weight, layer.bias).square().sum(), weights)
        torch.testing.assert_close(one, other)


def test_a_gated_layer_whose_last_part_reads_its_states_turned_has_the_same_gradients(tiny):
    class Turned(torch.nn.Linear):
        def forward(self, states):
            return torch.mm(self.weight, states[0].t()).t()[None]

    layer = copy.deepcopy(tiny("llama")[0]).model.layers[0].mlp
    layer.down_proj.__class__ = Turned
    states = torch.randn(1, 3, layer.gate_proj.in_features, generator=torch.Generator().manual_seed(1))

    def gradients():
        return torch.autograd.grad(layer(states).square().sum(), list(layer.parameters()))

    expected, undo = gradients(), swap_gates(layer)
    assert "forward" in vars(layer)
    for one, other in zip(gradients(), expected, strict=True):
        assert torch.equal(one, other)
    undo()


def test_onednn_keeps_few_kernels(monkeypatch):
    """Its own limit would be 1024, and is read from the environment before the first product."""
    name = "ONEDNN_PRIMITIVE_CACHE_CAPACITY"
    monkeypatch.setenv(name, "7")
    swap_linears(torch.nn.Linear(2, 2))
    assert os.environ[name] == "7"  # who says something else is heard
    monkeypatch.delenv(name)
    swap_linears(torch.nn.Linear(2, 2))
    assert os.environ[name] == "128"


def test_bf16_states_are_multiplied_in_32_bits():
    torch.manual_seed(0)
    layer, states = torch.nn.Linear(64, 32), torch.randn(9, 64, requires_grad=True)
    given = [states, *layer.parameters()]

    def step(half):
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            found = layer(states)
        return found, [found, *torch.autograd.grad(found.float().square().sum(), given)]

    _, exact = step(half=False)
    _, pytorchs = step(half=True)
    undo = swap_linears(layer)
    output, ours = step(half=True)
    undo()
    assert output.dtype == torch.bfloat16
    assert [one.dtype for one in ours[1:]] == [torch.float32] * 3
    for one, other, right in zip(ours, pytorchs, exact, strict=True):
        assert (one - right).norm() < 0.01 * right.norm()
        assert (one - right).norm() < 1.1 * (other - right).norm()


def test_float16_is_left_to_pytorch():
    layer = torch.nn.Linear(3, 4)
    undo = swap_linears(layer)
    with torch.autocast("cpu", torch.float16):
        assert layer(torch.randn(2, 3)).dtype == torch.float16
    undo()
    assert "forward" not in vars(layer)


def test_what_multiplies_is_measured_for_the_precision_of_the_states(monkeypatch):
    times = iter([1.0, 9.0] * linears.REPEATS + [9.0, 1.0] * linears.REPEATS)
    monkeypatch.setattr(linears, "_seconds", lambda compute: (compute(), next(times))[1])
    linears.onednn_pays.cache_clear()
    assert (linears.onednn_pays(), linears.onednn_pays(half=True)) == (True, False)
    linears.onednn_pays.cache_clear()


# ---- losses -------------------------------------------------------------------------------------------------------


def test_losses_and_their_gradients_are_those_of_cross_entropy():
    torch.manual_seed(0)
    logits, targets = torch.randn(7, 5, requires_grad=True), torch.randint(5, (7,))
    weights = torch.rand(7)
    one, other = losses(logits, targets), torch.nn.functional.cross_entropy(logits, targets, reduction="none")
    torch.testing.assert_close(one, other)
    torch.testing.assert_close(
        torch.autograd.grad((one * weights).sum(), logits), torch.autograd.grad((other * weights).sum(), logits)
    )


def test_losses_cannot_be_differentiated_twice():
    total = losses(torch.randn(2, 3, requires_grad=True), torch.tensor([0, 1])).sum()
    total.backward(retain_graph=True)
    with pytest.raises(RuntimeError, match="differentiated before"):
        total.backward()


# ---- through the front door ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["auto", "fast", "plain"])
def test_a_run_records_its_path(finished, path):
    words = [] if path == "auto" else [f"runtime={path}"]
    folder, _ = finished("classification", "encoder", *words)
    found = json.loads((folder / "run.json").read_text("utf-8"))["path"]
    assert found["name"].split(",")[0] == ("plain" if path == "plain" else "fast")
    assert found["reason"] in (folder / "log.txt").read_text("utf-8")


def test_both_paths_learn_the_same(finished):
    courses = []
    for words in ([], ["runtime=plain"]):
        folder, _ = finished("classification", "encoder", *words)
        lines = (folder / "history.jsonl").read_text("utf-8").splitlines()
        courses.append([line["train/loss"] for line in map(json.loads, lines) if "train/loss" in line])
    assert len(courses[0]) > 3
    assert courses[0] == pytest.approx(courses[1], rel=1e-4)


@pytest.fixture
def own_attention(tmp_path, model_folders):
    """A model whose attention cannot be replaced."""
    config = hf.DebertaV2Config(**{**ENCODER, "vocab_size": 30_522}, relative_attention=True)
    config.architectures = ["DebertaV2Model"]
    hf.DebertaV2Model(config).save_pretrained(tmp_path / "deberta")
    hf.AutoTokenizer.from_pretrained(model_folders["encoder"]).save_pretrained(tmp_path / "deberta")
    return f"model.name={tmp_path / 'deberta'}"


def test_a_model_with_an_attention_of_its_own_takes_the_padded_path(goodfit, tiny_words, own_attention):
    outcome = goodfit("check", *tiny_words("classification", "encoder"), own_attention, "--json")
    assert outcome.code == 0
    assert outcome.json["path"]["name"].startswith("plain")
    assert "an attention of its own" in outcome.json["path"]["reason"]


def test_training_is_held_to_the_memory_of_the_path_that_was_chosen(goodfit, tiny_words, own_attention):
    words = [*tiny_words("classification", "encoder"), own_attention, "adapter=none"]
    padded = goodfit("check", *words, "--json").json["memory_bytes"]
    assert padded["activations"] > 2  # of a flat step they are fewer, by which the run may begin
    outcome = goodfit("train", *words, f"hardware.memory_gb={(padded['total'] - 1) / 2**30}")
    assert (outcome.code, outcome.out) == (5, "")
    assert "the run needs about" in outcome.err


def test_what_is_freed_goes_back_to_the_system_where_memory_is_scarce(goodfit, tiny_words, own_attention, tmp_path):
    words = [*tiny_words("classification", "encoder"), own_attention, "adapter=none"]
    needed = goodfit("check", *words, "--json").json["memory_bytes"]["total"]
    results = []
    for name, given in (("scarce", [f"hardware.memory_gb={needed / 2**30}"]), ("enough", [])):
        outcome = goodfit("train", *words, *given, f"run.dir={tmp_path / name}", "--json")
        assert outcome.code == 0, outcome.err
        results.append({key: value["value"] for key, value in outcome.json["metrics"].items()})
        said = (tmp_path / name / "log.txt").read_text("utf-8")
        assert ("what is freed goes back to the system" in said) is (name == "scarce")
    assert results[0] == results[1]


def test_fast_or_nothing_is_refused_for_a_model_with_an_attention_of_its_own(goodfit, tiny_words, own_attention):
    words = [*tiny_words("classification", "encoder"), own_attention, "runtime=fast"]
    outcome = goodfit("train", *words)
    assert (outcome.code, outcome.out) == (2, "")
    assert "this model cannot be computed flat: NotFlat: DebertaV2ForSequenceClassification" in outcome.err
    assert "fix: runtime=auto" in outcome.err
