"""Going on with pretraining, and tuning from there: model=run:PATH."""

import json
import math

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoTokenizer

from goodfit.data.batches import IGNORED, Example
from goodfit.kinds import find_kind
from goodfit.kinds.shape import Encoded


@pytest.mark.parametrize(("family", "adapter"), [("encoder", "lora"), ("decoder", "none"), ("seq2seq", "lora")])
def test_a_task_is_tuned_from_a_run_that_went_on_with_pretraining(goodfit, finished, tiny_words, family, adapter):
    pretrained, _ = finished("language_modeling", family, f"adapter={adapter}")
    assert (pretrained / "model" / "config.json").is_file()
    own = [word for word in tiny_words("classification", family) if not word.startswith("model")]
    outcome = goodfit("train", *own, f"model=run:{pretrained}", "training.epochs=1", "run.dir=tuned", "--json")
    assert outcome.code == 0, outcome.err
    assert goodfit("predict", "tuned", "a lovely chair", "--json").code == 0


def test_the_merged_model_is_the_base_with_its_adapter(finished, model_folders):
    folder, _ = finished("language_modeling", "decoder", "adapter=lora")
    before = load_file(model_folders["decoder"] / "model.safetensors")
    merged = load_file(folder / "model" / "model.safetensors")
    adapter = load_file(folder / "adapter" / "adapter_model.safetensors")
    name = "transformer.h.0.mlp.c_fc.weight"
    down, up = (adapter[f"base_model.model.{name.removesuffix('.weight')}.lora_{side}.weight"] for side in "AB")
    config = json.loads((folder / "adapter" / "adapter_config.json").read_text("utf-8"))
    change = (up @ down).T * config["lora_alpha"] / config["r"]
    assert change.abs().max() > 0
    torch.testing.assert_close(merged[name], before[name] + change)


def test_a_base_without_a_head_over_the_vocabulary_is_not_what_a_run_is_compared_with(finished, model_folders):
    assert not any("cls." in name for name in load_file(model_folders["encoder"] / "model.safetensors"))
    folder, _ = finished("language_modeling", "encoder")
    metrics = json.loads((folder / "metrics.json").read_text("utf-8"))
    by_frequency = "each token as often as in the training records"
    assert metrics["base_is"] == f"{by_frequency} (the base model has no head over the vocabulary)"
    assert metrics["base"]["test/loss"]["value"] is None
    vocabulary = len(AutoTokenizer.from_pretrained(model_folders["encoder"]))
    assert 1 < metrics["base"]["test/perplexity"]["value"] < vocabulary
    assert None not in metrics["paired"]["test/perplexity"].values()


def test_tokens_are_guessed_by_how_often_they_are_hidden():
    def encoded(*labels):
        return Encoded([Example(place, own, own) for place, own in enumerate(labels)])

    _, answers = find_kind("language_modeling").headless(
        encoded((3, IGNORED, 3), (4, IGNORED)), encoded((3, 5), (IGNORED, 4)), 2, 6
    )
    assert [answer["tokens"] for answer in answers] == [2, 1]
    expected = [math.log(9 / 3) + math.log(9 / 1), math.log(9 / 2)]
    assert [answer["nats"] for answer in answers] == pytest.approx(expected)


@pytest.mark.parametrize(("family", "by"), [("decoder", "test/bits_per_byte"), ("encoder", None)])
def test_a_language_model_is_compared_with_the_compressor_where_both_answer_all_of_a_text(finished, family, by):
    folder, _ = finished("language_modeling", family, *(["adapter=lora"] if family == "decoder" else []))
    metrics = json.loads((folder / "metrics.json").read_text("utf-8"))
    assert metrics["paired_reference_by"] == by
    card = (folder / "adapter" / "README.md").read_text("utf-8")
    if by is None:
        assert set(metrics["paired_reference"].values()) == {None}
        assert "is not compared (test/perplexity is not defined for both)." in card
    else:
        difference = metrics["tuned"][by]["value"] - metrics["reference"][by]["value"]
        assert metrics["paired_reference"]["difference"] == pytest.approx(difference, abs=2e-6)
        assert f"has {by} {metrics['reference'][by]['value']:.3f}; the tuned model differs from it by" in card


@pytest.mark.parametrize(
    ("word", "error"),
    [
        pytest.param("model=run:gone", "there is no run in gone", id="no such folder"),
        pytest.param("model=run", "model=run without a run", id="no folder"),
    ],
)
def test_a_run_that_is_not_there_prints_two_lines(goodfit, tiny_words, word, error):
    own = [typed for typed in tiny_words("classification", "encoder") if not typed.startswith("model")]
    outcome = goodfit("check", *own, word)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.errors[0][0] == error


def test_hidden_tokens_differ_between_epochs_and_are_as_many(ready):
    import random

    for family in ("encoder", "seq2seq"):
        encoded = ready("language_modeling", family)[0].encoded["train"]
        for place, example in enumerate(encoded.examples):
            drawn = [encoded.vary(place, random.Random(seed)) for seed in range(4)]
            assert len({one.inputs for one in drawn}) > 1
            assert {(one.supervised, one.length) for one in drawn} == {(example.supervised, example.length)}
            assert encoded.vary(place, random.Random(3)) == drawn[3]
