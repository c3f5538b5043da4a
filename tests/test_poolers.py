"""Bases that come without a pooler: an adapter on one answers outside as it does inside."""

import contextlib
import copy
import io
import json
import re
import runpy
from pathlib import Path

import pytest
import torch
import transformers as hf
from tiny_hub import save_tiny
from written import read_json

from goodfit.models.adapters import build_adapter
from goodfit.schema.adapter import AdapterConf

DOCS = Path(__file__).parents[1] / "docs" / "runs.md"
SMALL = {"num_hidden_layers": 2, "num_attention_heads": 2, "max_position_embeddings": 128, "vocab_size": 30_522}


@pytest.fixture
def masked(tmp_path, model_folders):
    """``masked(config, cls)``: the folder of an encoder that fills gaps, which has no pooler."""

    def write(config, cls):
        torch.manual_seed(3)
        cls(config).save_pretrained(tmp_path / "masked")
        hf.AutoTokenizer.from_pretrained(model_folders["encoder"]).save_pretrained(tmp_path / "masked")
        return tmp_path / "masked"

    return write


def bert(masked):
    return masked(hf.BertConfig(hidden_size=32, intermediate_size=64, **SMALL), hf.BertForMaskedLM)


def albert(masked):
    config = hf.AlbertConfig(hidden_size=32, intermediate_size=64, embedding_size=16, **SMALL)
    return masked(config, hf.AlbertForMaskedLM)


@pytest.fixture
def train(goodfit, tmp_path, tiny_words):
    """``train(model, *words)``: the folder of a short run on a model."""

    def run(model, *words, kind="classification", name="run"):
        own = [word for word in tiny_words(kind, "encoder") if not word.startswith("model")]
        outcome = goodfit("train", *own, *model, *words, f"run.dir={name}")
        assert outcome.code == 0, outcome.err
        return tmp_path / name

    return run


@pytest.fixture
def documented(tmp_path):
    """``documented(folder, texts)``: what the code of the docs prints, (label, probability) for each text."""

    def run(folder, texts):
        code, *_ = re.findall(r"```python\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
        named = 'Path("runs/latest/adapter"), ["my parcel has not come", "thank you"]'
        assert named in code
        script, out = tmp_path / "documented.py", io.StringIO()
        script.write_text(code.replace(named, f"Path({str(folder / 'adapter')!r}), {texts!r}"), "utf-8")
        with contextlib.redirect_stdout(out):
            runpy.run_path(str(script))
        return [(label, float(share)) for label, share in map(str.split, out.getvalue().splitlines())]

    return run


@pytest.fixture
def same_outside(goodfit, documented, rows_of):
    """``same_outside(folder)``: assert that the code of the docs answers as the run does."""

    def check(folder):
        texts = [row["text"] for row in rows_of("classification", 8, 9)]
        answers = [json.loads(line) for line in goodfit("predict", folder, *texts).out.splitlines()]
        inside = [(answer["prediction"], pytest.approx(answer["confidence"], abs=2e-4)) for answer in answers]
        assert documented(folder, texts) == inside

    return check


LEARNT = ["adapter=lora", "privacy=none", "optim.lr=0.02", "training.epochs=4"]


@pytest.mark.parametrize("base", [bert, albert])
def test_an_adapter_has_the_pooler_that_its_base_came_without(train, masked, same_outside, base):
    same_outside(train(["model=custom", f"model.name={base(masked)}"], *LEARNT))


CLASSIFIERS = ["bert", "roberta", "mpnet", "distilbert", "modernbert", "electra", "deberta-v2"]


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_the_code_in_the_docs_hands_each_kind_of_classifier_the_vector_that_it_learnt(
    train, same_outside, rows_of, tmp_path, name
):
    base = save_tiny(name, [row["text"] for row in rows_of("classification", 32)], tmp_path / "base")
    words = ["adapter=lora", "privacy=none", "optim.lr=0.02", "training.max_steps=4", "model.pooling=mean"]
    same_outside(train(["model=custom", f"model.name={base}"], *words))


def test_an_adapter_on_the_model_of_a_run_names_that_model(train, masked, same_outside):
    own = ["model=custom", f"model.name={bert(masked)}"]
    before = train(own, "training.max_steps=2", kind="language_modeling", name="before")
    folder = train([f"model=run:{before}"], *LEARNT)
    assert read_json(folder / "adapter" / "task.json")["base"]["name"] == str(before / "model")
    assert read_json(folder / "adapter" / "adapter_config.json")["base_model_name_or_path"] == str(before / "model")
    same_outside(folder)


@pytest.mark.parametrize("conf", [{"name": "head"}, {"name": "none", "top_layers": 1}, {"name": "lora"}], ids=str)
@pytest.mark.parametrize("pooling", ["head", "mean"])
def test_a_pooler_that_a_base_came_without_is_tuned_where_it_is_read(ready, masked, conf, pooling):
    _, model = ready("classification", "encoder", f"model.name={bert(masked)}", f"model.pooling={pooling}")
    model = build_adapter(copy.deepcopy(model), AdapterConf(**conf))
    tuned = [name for name, weights in model.named_parameters() if weights.requires_grad]
    assert any("pooler" in name for name in tuned) is (pooling == "head")
    assert any("classifier" in name for name in tuned)
