"""Base models: one that is not whole, not the right one, or cannot be had is refused in two lines."""

import hashlib
import json
import re

import pytest
import torch
import transformers as hf
from safetensors.torch import load_file, save_file
from tiny import DISTIL, ENCODER, GPT2, GROUPED, MODERN
from transformers import AutoTokenizer

from goodfit.data.batches import collate
from goodfit.models.base import find_base, folder_digest
from goodfit.models.parts import layer_stacks
from goodfit.schema.model import ModelConf

WEIGHTS = "model.safetensors"


@pytest.fixture
def copied(tmp_path, model_folders):
    """``copied(family, fault)``: a copy of a tiny model's folder, with a fault put in."""

    def make(family, fault=None):
        folder = tmp_path / "model"
        folder.mkdir()
        for path in model_folders[family].iterdir():
            (folder / path.name).write_bytes(path.read_bytes())
        if fault is not None:
            fault(folder)
        return folder

    return make


@pytest.fixture
def check(goodfit, tiny_words):
    """``check(family, *words)``: ``goodfit check`` of a tiny classification."""
    return lambda family, *words: goodfit("check", *tiny_words("classification", family), *words)


def change_tensors(change):
    def fault(folder):
        weights = load_file(folder / WEIGHTS)
        change(weights)
        save_file(weights, folder / WEIGHTS, {"format": "pt"})

    return fault


def change_file(path, **values):
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **values}), "utf-8")


def change_config(**values):
    return lambda folder: change_file(folder / "config.json", **values)


def no_weights(folder):
    (folder / WEIGHTS).unlink()


def pickled(folder):
    torch.save(load_file(folder / WEIGHTS), folder / "pytorch_model.bin")
    no_weights(folder)


def truncated(folder):
    (folder / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:-1000])


def no_tokenizer(folder):
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).unlink()


LAYER = "encoder.layer.0.attention.self.query.weight"


def put_nan(weights):
    weights[LAYER][0, 0] = float("nan")


def cut_short(weights):
    weights[LAYER] = weights[LAYER][:-1].contiguous()


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        pytest.param(no_weights, "{folder} has no model.safetensors", id="no weights"),
        pytest.param(pickled, "{folder} has no model.safetensors (pickled weights are refused)", id="pickled weights"),
        pytest.param(truncated, "{folder}", id="truncated weights"),
        pytest.param(lambda folder: (folder / WEIGHTS).write_bytes(b""), "{folder}", id="empty weights"),
        pytest.param(
            change_tensors(lambda weights: weights.pop(LAYER)),
            f"{{folder}} lacks 1 tensors that its config asks for, such as bert.{LAYER}",
            id="missing tensor",
        ),
        pytest.param(change_tensors(cut_short), "{folder}", id="tensor of another shape"),
        pytest.param(
            change_tensors(put_nan), f"{{folder}} has NaN or infinite values in bert.{LAYER}", id="tensor with NaN"
        ),
        pytest.param(
            change_config(num_hidden_layers=1),
            "{folder} has 16 tensors in its layers that its config does not ask for, such as encoder.layer.1.attention",
            id="layers that the config has not",
        ),
        pytest.param(
            change_tensors(lambda weights: weights.update({LAYER.replace("query", "gate"): torch.ones(2)})),
            "{folder} has 1 tensors in its layers that its config does not ask for, such as "
            + LAYER.replace("query", "gate"),
            id="tensor that the config has not",
        ),
        pytest.param(lambda folder: (folder / "config.json").unlink(), "{folder} has no config.json", id="no config"),
        pytest.param(lambda folder: (folder / "config.json").write_text("{"), "{folder}", id="broken config"),
        pytest.param(change_config(model_type="nonsense"), "{folder}", id="unknown architecture"),
        pytest.param(
            change_config(auto_map={"AutoConfig": "evil.Config"}),
            "the config of {folder} names code to run (auto_map)",
            id="code of its own",
        ),
        pytest.param(
            change_config(position_embedding_type="relative_key"),
            "{folder} was trained with positions of the type 'relative_key'",
            id="positions that transformers leaves out",
        ),
        pytest.param(no_tokenizer, "{folder} has no tokenizer that can be read", id="no tokenizer"),
    ],
)
def test_a_model_folder_that_is_not_whole_prints_two_lines_and_exits_2(check, copied, fault, error):
    folder = copied("encoder", fault)
    outcome = check("encoder", f"model.name={folder}")
    assert (outcome.code, outcome.out) == (2, "")
    ((what, fix),) = outcome.errors
    assert error.replace("{folder}", str(folder)) in what
    assert fix


def test_code_in_a_model_folder_is_not_run(check, copied, tmp_path):
    def fault(folder):
        change_config(auto_map={"AutoConfig": "evil.Config", "AutoModel": "evil.Model"}, model_type="evil")(folder)
        (folder / "evil.py").write_text(f"open({str(tmp_path / 'was here')!r}, 'w')\n")

    assert check("encoder", f"model.name={copied('encoder', fault)}").code == 2
    assert not (tmp_path / "was here").exists()


def test_weights_with_another_digest_than_the_pinned_one_are_refused(check, copied):
    folder = copied("encoder")
    outcome = check("encoder", f"model.name={folder}", f"model.digest=sha256:{'0' * 64}")
    assert (outcome.code, outcome.out) == (2, "")
    ((error, fix),) = outcome.errors
    found = re.fullmatch(rf"the weights in {folder} have the digest (sha256:\w{{64}}), expected sha256:0+", error)
    assert found
    assert fix.startswith("install the model again")
    assert check("encoder", f"model.name={folder}", f"model.digest={found[1]}").code == 0


def in_parts(*names):
    """The weights in files of these names, and an index of them."""

    def fault(folder):
        weights, found = load_file(folder / WEIGHTS), {}
        for place, name in enumerate(names):
            part = {key: weights[key] for key in list(weights)[place :: len(names)]}
            save_file(part, folder / name, {"format": "pt"})
            found |= dict.fromkeys(part, name)
        no_weights(folder)
        index = {"metadata": {}, "weight_map": found}
        (folder / f"{WEIGHTS}.index.json").write_text(json.dumps(index), "utf-8")

    return fault


def change_one(path):
    weights = load_file(path)
    weights[max(weights)] += 1
    save_file(weights, path, {"format": "pt"})


def test_a_base_in_files_of_any_names_is_known_again(goodfit, tiny_words, copied, tmp_path):
    folder = copied("encoder", in_parts("part-a.safetensors", "part-b.safetensors"))
    words = [*tiny_words("classification", "encoder"), f"model.name={folder}", "training.max_steps=1"]
    assert goodfit("train", *words, "run.dir=run").code == 0
    assert goodfit("predict", "run", "a text").code == 0
    change_one(folder / "part-b.safetensors")
    outcome = goodfit("predict", "run", "a text")
    assert (outcome.code, outcome.out) == (2, "")
    ((error, _),) = outcome.errors
    assert error.startswith(f"the run was tuned on {folder} with the digest sha256:")


def test_a_digest_is_of_the_files_that_are_loaded(copied):
    usual = [f"model-0000{number}-of-00002.safetensors" for number in (1, 2)]
    folder = copied("encoder")
    digests = [hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()]
    assert folder_digest(folder) == f"sha256:{digests[0]}"
    in_parts(*usual)(folder)
    digests = [hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in usual]
    whole = f"sha256:{hashlib.sha256(''.join(digests).encode()).hexdigest()}"
    assert folder_digest(folder) == whole
    (folder / "model-old.safetensors").write_bytes(b"which nobody reads")
    assert folder_digest(folder) == whole


def lose(name):
    def fault(folder):
        in_parts("a.safetensors", "b.safetensors")(folder)
        (folder / name).unlink()

    return fault


def no_parts(folder):
    no_weights(folder)
    (folder / f"{WEIGHTS}.index.json").write_text('{"weight_map": {}}', "utf-8")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        pytest.param(lose("b.safetensors"), "{index} names 'b.safetensors', which is not there", id="a part is lost"),
        pytest.param(in_parts("../a.safetensors"), "{index} names '../a.safetensors', expected", id="part elsewhere"),
        pytest.param(no_parts, "{index} names no files of weights", id="no parts"),
        pytest.param(
            change_config(transformers_weights="other.safetensors"),
            "the config of {folder} names a file of weights of its own (transformers_weights)",
            id="other file",
        ),
    ],
)
def test_weights_that_have_no_digest_are_refused(check, copied, fault, error):
    folder = copied("encoder", fault)
    outcome = check("encoder", f"model.name={folder}")
    assert (outcome.code, outcome.out) == (2, "")
    ((what, fix),) = outcome.errors
    assert what.startswith(error.format(folder=folder, index=folder / f"{WEIGHTS}.index.json"))
    assert fix


@pytest.mark.parametrize(
    ("words", "error"),
    [
        pytest.param(["model.name=null"], "model=custom without a name", id="no name"),
        pytest.param(["model.name=./nowhere"], "the model folder ./nowhere does not exist", id="no such folder"),
        pytest.param(["model.family=decoder"], "model.family is decoder, and ", id="another family"),
    ],
)
def test_a_model_that_is_named_wrongly_prints_two_lines_and_exits_2(check, words, error):
    outcome = check("encoder", *words)
    assert (outcome.code, outcome.out) == (2, "")
    ((what, fix),) = outcome.errors
    assert what.startswith(error)
    assert fix


@pytest.mark.parametrize("offered", [True, False], ids=["known family", "family read from the folder"])
def test_an_encoder_cannot_write_texts_and_the_models_that_can_are_named(goodfit, tiny_words, offered):
    words = [word for word in tiny_words("generation", "encoder") if not (offered and word.startswith("model"))]
    outcome = goodfit("check", *words, *(["model=bert"] if offered else []))
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.errors == [
        (
            "generation cannot be learnt by an encoder: it answers with text, and an encoder has only heads",
            "choose a decoder or seq2seq model, such as model=t5 or model=gpt",
        )
    ]


@pytest.mark.parametrize("words", ["model=gpt2", "model=custom model.name=nobody/nothing"], ids=["offered", "typed"])
def test_a_hub_model_without_a_network_prints_two_lines_and_exits_5(goodfit, words):
    outcome = goodfit("check", "task=legal", *words.split())
    assert (outcome.code, outcome.out) == (5, "")
    ((error, fix),) = outcome.errors
    assert error.startswith("the hub could not give '")
    assert "model=bert, t5 or gpt" in fix


def test_a_hub_data_set_without_a_network_prints_two_lines_and_exits_5(goodfit):
    outcome = goodfit("check", "task=classification", "model=bert", "dataset=hub", "dataset.name=nobody/no-such-data")
    assert (outcome.code, outcome.out) == (5, "")
    ((error, fix),) = outcome.errors
    assert error.startswith("the hub could not give nobody/no-such-data: ")
    assert "dataset=files" in fix


@pytest.mark.parametrize(
    ("words", "fix"),
    [
        pytest.param(["hardware=gpu"], "hardware=cpu", id="no GPU"),
        pytest.param(["precision=16"], "precision=bf16 or 32", id="half precision on a CPU"),
    ],
)
@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has what the test does without")
def test_hardware_that_is_not_there_prints_two_lines_and_exits_5(check, words, fix):
    outcome = check("encoder", *words)
    assert (outcome.code, outcome.out) == (5, "")
    assert [how for _, how in outcome.errors] == [fix]


def test_a_run_that_does_not_fit_into_memory_names_the_words_that_do(check):
    words = ["adapter=none", "training.evaluation_batch_size=1"]
    needed = json.loads(check("seq2seq", *words, "--json").out.splitlines()[-1])["memory_bytes"]
    assert needed["total"] == sum(
        needed[part] for part in ("weights", "gradients", "optimiser", "activations", "process")
    )
    small = (needed["total"] - needed["activations"] / 2) / 2**30
    outcome = check("seq2seq", *words, f"hardware.memory_gb={small}")
    assert (outcome.code, outcome.out) == (5, "")
    ((error, fix),) = outcome.errors
    assert error.startswith(
        "the run needs about 0.7 GiB (weights 0.0, optimiser and gradients 0.0, activations 0.0, libraries 0.7)"
    )
    assert re.fullmatch(r"training\.batch_size=\d training\.accumulation=\d", fix)
    assert check("seq2seq", *words, f"hardware.memory_gb={small}", *fix.split()).code == 0


@pytest.mark.parametrize(
    ("kind", "family", "beams"),
    [("classification", "decoder", 1), ("ranking", "seq2seq", 1), ("generation", "decoder", 9)],
)
def test_what_a_text_model_holds_while_it_answers_is_counted(goodfit, tiny_words, kind, family, beams):
    words = [*tiny_words(kind, family), "training.batch_size=1"] + [f"task.num_beams={beams}"] * (beams > 1)

    def needed(*more):
        return goodfit("check", *words, *more, "--json").json["memory_bytes"]

    singly, whole = needed("training.evaluation_batch_size=1"), needed()
    assert singly["activations"] < whole["activations"]
    small = f"hardware.memory_gb={(whole['total'] - 1) / 2**30}"
    refused = goodfit("check", *words, small)
    assert (refused.code, [fix for _, fix in refused.errors]) == (5, ["training.evaluation_batch_size=1"])
    assert goodfit("check", *words, small, "training.evaluation_batch_size=1").code == 0


def test_beams_are_counted_each_with_what_it_holds(goodfit, tiny_words):
    words = [*tiny_words("generation", "decoder"), "training.batch_size=1"]
    four, sixteen = (
        goodfit("check", *words, f"task.num_beams={beams}", "--json").json["memory_bytes"]["activations"]
        for beams in (4, 16)
    )
    assert sixteen == 4 * four


@pytest.mark.parametrize(
    ("seconds", "rows"), [pytest.param(1e-9, 1, id="a slow model"), pytest.param(1e9, 8, id="a fast one")]
)
def test_a_slow_model_is_timed_on_some_rows_of_its_batches(check, monkeypatch, seconds, rows):
    sizes = []
    monkeypatch.setattr("goodfit.runs.plan.PROBE_SECONDS", seconds)
    monkeypatch.setattr(
        "goodfit.runs.plan.collate", lambda batch, *more: sizes.append(len(batch)) or collate(batch, *more)
    )
    outcome = check("encoder", "training.batch_size=8", "--json")
    assert json.loads(outcome.out.splitlines()[-1])["seconds"] > 0
    assert sizes == [2, 2, *[rows] * 4]


def test_a_model_that_never_fits_says_so(check):
    outcome = check("seq2seq", "hardware.memory_gb=0.000001")
    assert outcome.code == 5
    assert [fix for _, fix in outcome.errors] == ["choose a smaller model: goodfit list model shows sizes"]


def test_weights_that_start_from_noise_are_the_same_noise_for_every_seed(ready):
    words = ["model.weights=random", "adapter=none"]
    one, other = (ready("classification", "decoder", *words, f"seed={seed}")[1].state_dict() for seed in (1, 2))
    assert all(torch.equal(one[name], weights) for name, weights in other.items())


def test_pooling_reads_the_tokens_and_not_the_padding():
    from goodfit.models.pooling import pooled

    states, mask = torch.tensor([[[1.0, 0.0], [3.0, 4.0], [9.0, 9.0]]]), torch.tensor([[1, 1, 0]])
    assert pooled(states, mask, "cls").tolist() == [[1.0, 0.0]]
    assert pooled(states, mask, "mean").tolist() == [[2.0, 2.0]]
    torch.testing.assert_close(pooled(states, mask, "mean_normalised"), torch.tensor([[1.0, 1.0]]))  # mean square 1


@pytest.mark.parametrize("how", ["cls", "mean", "mean_normalised"])
def test_a_classifier_reads_the_vector_that_its_pooling_makes(ready, how):
    from goodfit.models.pooling import pooled

    prepared, model = ready("classification", "encoder", f"model.pooling={how}")
    ids = torch.tensor([prepared.encoded["train"].examples[0].inputs])
    _, plain = ready("classification", "encoder")
    with torch.inference_mode():
        states = plain.bert(input_ids=ids).last_hidden_state
        expected = model.classifier(pooled(states, torch.ones_like(ids), how))
        found = model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits
    torch.testing.assert_close(found, expected)


def add_tokens(*tokens, template=None, **named):
    """More tokens in the tokenizer, as when ``resize_token_embeddings`` was forgotten."""

    def fault(folder):
        tokenizer = AutoTokenizer.from_pretrained(folder)
        tokenizer.add_tokens(list(tokens), special_tokens=True)
        tokenizer.add_special_tokens(named)
        tokenizer.chat_template = template
        tokenizer.save_pretrained(folder)

    return fault


CHATML = "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>\\n' }}{% endfor %}"
OUTGROWN = "the tokenizer of {} has {} tokens, and the model embeddings of {}: '{}' is beyond them"
RESIZE = "load the model, call resize_token_embeddings(len(tokenizer)), and save both again"


@pytest.mark.parametrize("kind", ["chat", "generation"])
@pytest.mark.parametrize(
    ("fault", "beyond"),
    [
        pytest.param(add_tokens("<|im_start|>", "<|im_end|>", template=CHATML), "<|im_start|>", id="turns"),
        pytest.param(add_tokens(pad_token="[PAD]"), "[PAD]", id="padding"),
    ],
)
def test_a_tokenizer_that_outgrew_its_model_is_refused_before_training(
    goodfit, tiny_words, copied, kind, fault, beyond
):
    folder = copied("decoder", fault)
    size = len(AutoTokenizer.from_pretrained(folder))
    outcome = goodfit("check", *tiny_words(kind, "decoder"), f"model.name={folder}")
    assert (outcome.code, outcome.errors) == (2, [(OUTGROWN.format(folder, size, 8192, beyond), RESIZE)])


def test_a_token_beyond_the_model_that_no_text_has_is_no_fault(goodfit, tiny_words, copied, finished, tmp_path):
    folder = copied("seq2seq", add_tokens("<picture>"))
    words = [*tiny_words("generation", "seq2seq"), f"model.name={folder}", "privacy=none"]
    assert goodfit("check", *words).code == 0
    error = OUTGROWN.format(folder, 8193, 8192, "<picture>")
    (tmp_path / "test.jsonl").write_text('{"source": "See <picture>.", "target": "a lamp"}\n' * 9, "utf-8")
    outcome = goodfit("check", *words, "dataset.test=test.jsonl")
    assert (outcome.code, outcome.errors) == (2, [(error, RESIZE)])
    run, _ = finished("generation", "seq2seq", *words[-2:], "training.max_steps=1")
    outcome = goodfit("predict", run, "See <picture>.")
    assert (outcome.code, outcome.errors) == (2, [(error, RESIZE)])


@pytest.mark.parametrize(
    ("kind", "family"),
    [("classification", "decoder"), ("chat", "decoder"), ("chat", "seq2seq"), ("generation", "seq2seq")],
)
def test_a_tokenizer_that_ends_no_text_is_refused_by_check_and_train(goodfit, tiny_words, copied, kind, family):
    folder = copied(family)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.eos_token = None
    tokenizer.save_pretrained(folder)
    words = [word for word in tiny_words(kind, family) if not word.startswith("model.name=")]
    end = tokenizer.convert_ids_to_tokens(json.loads((folder / "config.json").read_text("utf-8"))["eos_token_id"])
    fix = f'add "eos_token": "{end}" to {folder / "tokenizer_config.json"}'
    for verb in ("check", "train"):
        outcome = goodfit(verb, *words, f"model.name={folder}")
        assert outcome.code == 2, outcome.err
        assert outcome.errors == [("the model's tokenizer has no end-of-text token", fix)]
    change_file(folder / "tokenizer_config.json", eos_token=end)
    assert goodfit("check", *words, f"model.name={folder}").code == 0
    change_config(eos_token_id=None)(folder)
    change_file(folder / "tokenizer_config.json", eos_token=None)
    outcome = goodfit("check", *words, f"model.name={folder}")
    assert outcome.errors[0][1] == fix.replace(end, "<the token that ends a text>")


CUT = {
    "bert": (hf.BertModel, hf.BertConfig(**ENCODER, architectures=["BertForMaskedLM"])),
    "modernbert": (hf.ModernBertModel, hf.ModernBertConfig(**MODERN, architectures=["ModernBertForMaskedLM"])),
    "distilbert": (hf.DistilBertModel, hf.DistilBertConfig(**DISTIL, architectures=["DistilBertForMaskedLM"])),
    "gpt2": (hf.GPT2Model, hf.GPT2Config(**GPT2, architectures=["GPT2LMHeadModel"])),
    "gemma3": (
        hf.Gemma3TextModel,
        hf.Gemma3TextConfig(**GROUPED, head_dim=8, sliding_window=8, architectures=["Gemma3ForCausalLM"]),
    ),
}


@pytest.mark.parametrize("name", CUT)
def test_the_lowest_layers_alone_give_the_states_that_they_have_in_the_whole_model(tmp_path, name):
    cls, config = CUT[name]
    whole = cls(config).eval()
    whole.save_pretrained(tmp_path)
    base = find_base(ModelConf(name=str(tmp_path), layers=1), None)
    cut = cls.from_pretrained(tmp_path, config=base.config).eval()
    (stack,) = layer_stacks(cut).values()
    assert (len(stack), base.depth) == (1, 1)
    seen = []
    for model in (whole, cut):
        next(iter(layer_stacks(model).values()))[0].register_forward_hook(lambda *args: seen.append(args[-1]))
        with torch.inference_mode():
            model(input_ids=torch.arange(4, 20)[None])
    assert torch.equal(*seen)


def test_a_model_of_fewer_layers_is_trained_saved_opened_and_trained_further(finished, goodfit, tiny_words):
    for adapter in ("lora", "none"):
        folder, _ = finished("classification", "encoder", f"adapter={adapter}", "model.layers=1", "training.epochs=1")
        found = goodfit("evaluate", folder, "--json").json["metrics"]
        expected = json.loads((folder / "metrics.json").read_text("utf-8"))["tuned"]
        assert all(found[name] == pytest.approx(figure, abs=1e-5) for name, figure in expected.items())
        saved = folder / ("adapter" if adapter == "lora" else "model")
        assert "load it with `num_hidden_layers=1`" in (saved / "README.md").read_text("utf-8")
        assert json.loads((saved / "task.json").read_text("utf-8"))["base"]["layers"] == 1
    weights = load_file(folder / "model" / WEIGHTS)
    assert not any("layer.1." in name for name in weights)
    words = [word for word in tiny_words("classification", "encoder") if not word.startswith("model")]
    assert goodfit("train", *words, f"model=run:{folder}", "training.max_steps=2", "run.dir=next").code == 0


def test_the_lowest_layers_are_used_where_the_config_names_as_few(check, copied):
    assert (
        check("encoder", f"model.name={copied('encoder', change_config(num_hidden_layers=1))}", "model.layers=1").code
        == 0
    )


def test_what_older_files_have_beside_their_weights_is_no_fault(check, copied):
    more = {"embeddings.position_ids": torch.arange(128)[None], "cls.seq_relationship.weight": torch.ones(2, 32)}
    more["encoder.layer.0.attention.self.masked_bias"] = torch.ones(1)
    assert check("encoder", f"model.name={copied('encoder', change_tensors(lambda own: own.update(more)))}").code == 0


@pytest.mark.parametrize(
    ("family", "layers", "error"),
    [
        ("encoder", 3, "model.layers is 3, and {folder} has 2 layers"),
        ("seq2seq", 1, "model.layers is for models with one stack of layers, and {folder} reads with one and writes "
                       "with another"),
    ],
)  # fmt: skip
def test_layers_that_a_model_has_not_print_two_lines_and_exit_2(check, model_folders, family, layers, error):
    outcome = check(family, f"model.layers={layers}")
    assert outcome.code == 2
    assert outcome.errors[0][0] == error.format(folder=model_folders[family])
