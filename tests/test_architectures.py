"""Architectures of the hub: a tiny one of each is trained and asked, and what is said to fit it, fits."""

import json
import runpy
import shutil
import typing
from pathlib import Path

import pytest
import torch
import transformers as hf
from safetensors.torch import load_file
from tiny import BART, ENCODER, GROUPED, asked
from tiny_hub import CHATS, HUB, config_of, learnt, save_tiny, tokenizer_of

from goodfit.data.batches import Example
from goodfit.errors import ConfigError
from goodfit.models.adapters import build_adapter
from goodfit.models.base import Base
from goodfit.models.fits import adapters_that_fit, memory_at_a_glance, precisions_that_fit
from goodfit.models.load import HEADS
from goodfit.models.memory import Load, Widths, cache_of_token, estimate, load_of, widths_of
from goodfit.schema.adapter import AdapterConf, AdapterName

REPOSITORY = Path(__file__).parents[1]

KINDS = {
    "bert": ("classification", "language_modeling"),
    "distilbert": ("token_classification", "question_answering"),
    "electra": ("classification", "ranking"),
    "roberta": ("token_classification", "language_modeling"),
    "xlm-roberta": ("classification", "token_classification"),
    "mpnet": ("ranking", "classification"),
    "deberta-v2": ("classification", "token_classification"),
    "modernbert": ("token_classification", "question_answering"),
    "gpt2": ("generation", "classification"),
    "gpt_neox": ("language_modeling",),
    "opt": ("classification",),
    "llama": ("chat", "generation"),
    "mistral": ("chat", "token_classification"),
    "qwen2": ("chat",),
    "qwen3": ("chat", "classification"),
    "phi": ("generation",),
    "phi3": ("chat", "multilabel"),
    "smollm3": ("chat",),
    "gemma": ("chat",),
    "gemma2": ("generation",),
    "gemma3_text": ("chat", "question_answering"),
    "deepseek_v3": ("generation",),
    "llama4_text": ("generation",),
    "qwen3_next": ("generation",),
    "falcon": ("generation",),
    "falcon_mamba": ("generation",),
    "t5": ("generation", "token_classification"),
    "mt5": ("generation", "classification"),
    "bart": ("generation", "question_answering"),
    "mbart": ("generation", "classification"),
    "pegasus": ("generation", "token_classification"),
    "marian": ("generation",),
}
"""Architecture -> kinds it is tried with; the second one in bfloat16."""

PLAIN = {
    **dict.fromkeys(("falcon", "deberta-v2"), "has an attention of its own"),
    **dict.fromkeys(("qwen3_next", "falcon_mamba"), "differs by"),  # states go on from one text to the next
    "llama4_text": "only its mask tells",
    # positions are counted from the beginning of a flat batch
    **dict.fromkeys(("bart", "mbart", "pegasus", "marian"), "not flat"),
}
"""What is computed with padding -> why. All others take the fast path."""

SIZES = {"train": 12, "validation": 8, "test": 8}


@pytest.fixture(scope="module")
def texts(rows_of):
    """What the tiny tokenizers learn their words from."""
    rows = [row for kind in ("classification", "token_classification", "generation") for row in rows_of(kind, 40)]
    return [value for row in rows for name, value in row.items() if isinstance(value, str) and name != "id"]


@pytest.fixture(scope="module")
def words(tmp_path_factory, rows_of, write_rows):
    """``words(kind, folder)``: what makes a tiny run one step with LoRA, on few rows and the model in a folder."""
    root = tmp_path_factory.mktemp("few")

    def make(kind, folder):
        for seed, (split, count) in enumerate(SIZES.items()):
            if not (path := root / kind / f"{split}.jsonl").exists():
                write_rows(path, rows_of(kind, count, seed))
        return [
            *(f"dataset.{split}={root / kind / f'{split}.jsonl'}" for split in SIZES),
            "dataset.max_cut_share=1",
            f"model.name={folder}",
            "adapter=lora",
            "adapter.rank=4",
            "optim.lr=0.01",
            "schedule=constant",
            "training.max_steps=1",
            *(["task.max_new_tokens=6"] if kind in ("generation", "chat", "question_answering") else []),
        ]

    return make


@pytest.fixture(scope="module")
def saved(tmp_path_factory, texts):
    """``saved(architecture)``: the folder of its tiny model; made once."""
    root = tmp_path_factory.mktemp("hub")
    return lambda name: root / name if (root / name).exists() else save_tiny(name, texts, root / name)


@pytest.fixture(scope="module")
def trained(finished, saved, words):
    """``trained(architecture, kind)``: the folder of its run; made once."""

    def train(name, kind):
        precision = "bf16" if kind in KINDS[name][1:] else "32"
        folder, _ = finished(kind, HUB[name].family, *words(kind, saved(name)), f"precision={precision}")
        return folder

    return train


@pytest.fixture
def answers(goodfit, tmp_path, rows_of, write_rows):
    """``answers(folder, kind)``: what a run answers to three rows."""

    def ask(folder, kind):
        asking = write_rows(tmp_path / "asked.jsonl", [asked(kind, row) for row in rows_of(kind, 3, 9)])
        outcome = goodfit("predict", folder, "--input", asking, "--json")
        assert outcome.code == 0, outcome.err
        found = [answer["prediction"] for answer in outcome.json["answers"]]
        rows = [json.loads(line) for line in asking.read_text("utf-8").splitlines()]
        assert [is_possible(kind, row, answer) for row, answer in zip(rows, found, strict=True)] == [True] * 3
        return found

    return ask


def is_possible(kind, row, answer):
    """Whether an answer is one of those that there are: a label, or spans of the text."""
    if kind == "classification":
        return answer in ("good", "bad")
    if kind == "token_classification":
        return all(span["text"] == row["text"][span["start"] : span["end"]] for span in answer)
    return answer is not None


# ---- through the front door ---------------------------------------------------------------------------------------


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("name", "kind"), [pytest.param(name, kind, id=f"{name}-{kind}") for name in HUB for kind in KINDS[name]]
)
def test_an_architecture_learns_and_answers(trained, answers, name, kind):
    folder = trained(name, kind)
    run = json.loads((folder / "run.json").read_text("utf-8"))
    assert (run["status"], run["steps"], run["family"]) == ("finished", 1, HUB[name].family)
    weights = load_file(folder / "adapter" / "adapter_model.safetensors")
    learnt_parts = [part for key, part in weights.items() if "lora_B" in key]
    assert learnt_parts
    assert any(part.any() for part in learnt_parts)  # LoRA's second matrix is zero before the step
    assert len(answers(folder, kind)) == 3


@pytest.mark.parametrize("name", HUB)
def test_an_architecture_answers_to_a_text_longer_than_its_positions(
    trained, goodfit, tmp_path, rows_of, write_rows, name
):
    kind = KINDS[name][0]
    row = asked(kind, rows_of(kind, 1, 9)[0])
    field = "context" if "context" in row else next(iter(row))
    said = row[field]
    long = [{**said[0], "content": said[0]["content"] * 200}, *said[1:]] if kind == "chat" else f"{said} " * 200
    asking = write_rows(tmp_path / "asked.jsonl", [{**row, field: long}])
    outcome = goodfit("predict", trained(name, kind), "--input", asking, "--json")
    assert outcome.code == 0, outcome.err


def test_an_answer_longer_than_the_positions_for_it_is_refused(goodfit, tiny_words, saved, words):
    few = [*words("generation", saved("marian")), "task.max_new_tokens=161"]
    outcome = goodfit("check", *tiny_words("generation", "seq2seq"), *few)
    assert outcome.code == 2
    assert "task.max_new_tokens is 161" in outcome.err
    assert "fix: choose a value of at most 160\n" in outcome.err


def test_a_model_whose_own_code_fails_is_not_told_as_a_bug_of_goodfit(goodfit, tiny_words, saved, words, monkeypatch):
    # a forward that stands in transformers' file of the architecture, as the traceback has it
    source = "def forward(*_, **__):\n    add(zeros(2), zeros(3))\n"
    file = hf.models.bert.modeling_bert.__file__
    scope = {"add": torch.add, "zeros": torch.zeros}
    exec(compile(source, file, "exec"), scope)
    monkeypatch.setattr(hf.BertModel, "forward", scope["forward"])
    outcome = goodfit("train", *tiny_words("classification", "encoder"), *words("classification", saved("bert")))
    assert outcome.code == 1
    ((what, _),) = outcome.errors
    assert what.startswith("transformers' own code of this model failed: RuntimeError: The size of tensor a (2)")


def test_a_tokenizer_that_makes_no_token_is_refused(goodfit, tiny_words, saved, words, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(saved("qwen2"), folder)
    file = folder / "tokenizer.json"
    known = json.loads(file.read_text("utf-8"))
    known["model"] = {"type": "WordLevel", "vocab": {"one": 0}, "unk_token": "two"}
    file.write_text(json.dumps(known), "utf-8")
    outcome = goodfit("check", *tiny_words("generation", "decoder"), *words("generation", folder))
    assert outcome.code == 2, outcome.err
    assert outcome.errors == [
        (
            "the model's tokenizer makes no token of any training text",
            "let its tokenizer.json be of the sort that goes with the model_type of config.json",
        )
    ]


FEW = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
SIDES = {**BART, "max_position_embeddings": 24}
ODD_POSITIONS = {
    "bart": (hf.BartModel, SIDES),
    "blenderbot": (hf.BlenderbotModel, SIDES),
    "blenderbot-small": (hf.BlenderbotSmallModel, SIDES),
    "camembert": (hf.CamembertModel, FEW),
    "data2vec-text": (hf.Data2VecTextModel, FEW),
    "esm": (hf.EsmModel, {**FEW, "pad_token_id": 1, "mask_token_id": 3, "position_embedding_type": "absolute"}),
    "ibert": (hf.IBertModel, FEW),
    "led": (
        hf.LEDModel,
        {**SIDES, "attention_window": 4, "max_encoder_position_embeddings": 24, "max_decoder_position_embeddings": 8},
    ),
    "longformer": (hf.LongformerModel, {**FEW, "attention_window": 4}),
    "marian": (hf.MarianModel, {**SIDES, "pad_token_id": 0}),
    "mbart": (hf.MBartModel, SIDES),
    "mpnet": (hf.MPNetModel, {**FEW, "pad_token_id": 0}),
    "mpt": (hf.MptModel, {"d_model": 16, "n_heads": 2, "n_layers": 1, "max_seq_len": 24}),
    "mvp": (hf.MvpModel, SIDES),
    "pegasus": (hf.PegasusModel, SIDES),
    "plbart": (hf.PLBartModel, SIDES),
    "roberta": (hf.RobertaModel, {**FEW, "pad_token_id": 3}),
    "roberta-prelayernorm": (hf.RobertaPreLayerNormModel, FEW),
    "xlm-roberta-xl": (hf.XLMRobertaXLModel, FEW),
}
"""Architectures with positions under another name, or that begin behind the padding."""


@pytest.mark.parametrize("name", ODD_POSITIONS)
def test_a_model_has_as_many_positions_as_is_said_and_no_more(name):
    cls, sizes = ODD_POSITIONS[name]
    config = cls.config_class(**{"vocab_size": 64, "max_position_embeddings": 24, **sizes})
    family = "seq2seq" if config.is_encoder_decoder else "decoder" if name == "mpt" else "encoder"
    base = Base("x", "x", None, family, config, None)
    model = cls(config).eval()

    def read(tokens, answer):
        written = {"decoder_input_ids": torch.full((1, answer), 5)} if answer else {}
        with torch.inference_mode():
            model(input_ids=torch.full((1, tokens), 5), **written)

    answer = base.max_answer or 0
    read(base.max_length, answer)
    with pytest.raises((IndexError, RuntimeError)):
        read(base.max_length + 1, answer)
    if answer:
        with pytest.raises(IndexError):
            read(base.max_length, answer + 1)


@pytest.mark.parametrize("name", HUB)
def test_an_architecture_takes_the_fast_path_or_says_why_not(trained, name):
    path = json.loads((trained(name, KINDS[name][0]) / "run.json").read_text("utf-8"))["path"]
    assert path["name"].split(",")[0] == ("plain" if name in PLAIN else "fast")
    assert PLAIN.get(name, "a plain and a fast step agree") in path["reason"]


def test_every_kind_is_tried_and_all_that_encoders_have_heads_for_on_encoders():
    tried = {(HUB[name].family, kind) for name, kinds in KINDS.items() for kind in kinds}
    heads = {"classification", "token_classification", "question_answering", "ranking", "language_modeling"}
    assert heads <= {kind for family, kind in tried if family == "encoder"}
    assert {kind for kinds in KINDS.values() for kind in kinds} == {*heads, "multilabel", "generation", "chat"}
    assert set(KINDS) == set(HUB)


CHATTING = [name for name in HUB if HUB[name].chat]


@pytest.mark.parametrize("name", CHATTING)
def test_of_a_chat_the_words_of_the_assistant_and_the_ends_of_its_turns_are_learnt(
    goodfit, tiny_words, saved, words, rows_of, name
):
    outcome = goodfit("preview", *tiny_words("chat", "decoder"), *words("chat", saved(name)), "--json")
    assert outcome.code == 0, outcome.err
    tokenizer = hf.AutoTokenizer.from_pretrained(saved(name))
    chat = CHATS[HUB[name].chat]
    end = tokenizer.eos_token if HUB[name].chat == "mistral" else chat.tokens[-1]
    examples = outcome.json["examples"]
    assert examples
    for example, row in zip(examples, rows_of("chat", len(examples)), strict=True):
        learnt_text = tokenizer.decode(tokenizer.convert_tokens_to_ids(example["learns"]))
        said = [message["content"] for message in row["messages"] if message["role"] == "assistant"]
        assert [part.strip() for part in learnt_text.split(end)] == [*said, ""]


# ---- the models that have a name here -----------------------------------------------------------------------------


@pytest.fixture
def listed(goodfit):
    """The models of the hub that have a name here."""
    options = goodfit("list", "model", "--json").json["options"]
    return {option["name"]: option for option in options if option["offered_by"] == "goodfit" and "base" in option}


def test_every_model_by_name_is_of_an_architecture_that_is_tried_here(listed):
    assert len(listed) >= 50
    strange = {
        name: option["architecture"]
        for name, option in listed.items()
        if option["architecture"] not in HUB or HUB[option["architecture"]].family != option["family"]
    }
    assert strange == {}


def test_every_model_by_name_says_what_fits_it_and_what_it_takes(listed):
    for option in listed.values():
        assert {"lora", "none"} <= set(option["adapters"]) <= set(typing.get_args(AdapterName))
        assert {"32", "bf16"} <= set(option["precisions"])
        assert 0.5 <= option["memory_gib"]["lora"] <= option["memory_gib"]["all"]
    assert len({option["revision"] for option in listed.values()}) == len(listed)


def test_models_that_chat_do_it_in_a_template_that_is_tried_here(listed):
    chats = {option["chat_template"] for option in listed.values() if option.get("chat_template")}
    assert chats == set(CHATS)
    assert all(option["family"] == "decoder" for option in listed.values() if option.get("chat_template"))


def test_the_models_are_printed_with_size_memory_and_licence(goodfit):
    lines = goodfit("list", "model").out.splitlines()
    assert lines[0].split("  ")[0] == "name"
    for heading in ("family", "millions", "GiB lora | all", "chat", "licence"):
        assert heading in lines[0]
    (line,) = (line for line in lines if line.startswith("qwen3-0.6b "))
    assert line.split()[:7] == ["qwen3-0.6b", "decoder", "596", "3.2", "|", "16.3", "chatml"]


def test_the_reference_of_models_is_what_the_generator_writes():
    page = runpy.run_path(str(REPOSITORY / "docs" / "generate.py"))["PAGES"]["models.md"]()
    assert (REPOSITORY / "docs" / "reference" / "models.md").read_text("utf-8") == page


# ---- what fits ----------------------------------------------------------------------------------------------------

SOMETIMES_REFUSED = ("head", "lora", "olora", "loha", "lokr", "oft", "ia3")
"""Adapters that some architecture refuses, and one that none does."""


def builds(model, name):
    try:
        build_adapter(model, AdapterConf(name=name, rank=2))
    except ConfigError:
        return False
    return True


@pytest.mark.parametrize("name", HUB)
def test_the_adapters_that_are_said_to_fit_are_those_that_can_be_built(texts, name):
    family = HUB[name].family
    head = "sequence_classification" if family == "encoder" else f"text_of_{family}"
    config = config_of(name, tokenizer_of(name, texts))
    said = set(adapters_that_fit(family, name)) & set(SOMETIMES_REFUSED)
    cls = getattr(hf, HEADS[head])
    assert {adapter for adapter in SOMETIMES_REFUSED if builds(cls.from_config(config), adapter)} == said


def test_float16_fits_where_activations_do():
    assert [name for name in HUB if "16" not in precisions_that_fit(name)] == ["gemma2", "gemma3_text", "t5", "mt5"]


QWEN3 = {"hidden_size": 1024, "intermediate_size": 3072, "num_hidden_layers": 28, "num_key_value_heads": 8}


@pytest.mark.parametrize(
    ("cls", "config"),
    [
        pytest.param(hf.BertForSequenceClassification, hf.BertConfig(), id="bert-base"),
        pytest.param(hf.ModernBertForSequenceClassification, hf.ModernBertConfig(), id="modernbert-base"),
        pytest.param(hf.GPT2LMHeadModel, hf.GPT2Config(), id="gpt2"),
        pytest.param(hf.T5ForConditionalGeneration, hf.T5Config(), id="t5-small"),
        pytest.param(
            hf.Qwen3ForCausalLM,
            hf.Qwen3Config(**QWEN3, num_attention_heads=16, head_dim=128, tie_word_embeddings=True),
            id="qwen3-0.6b",
        ),
    ],
)
def test_memory_at_a_glance_is_what_a_run_will_count(cls, config):
    with torch.device("meta"):
        model = cls(config)
    millions = sum(weights.numel() for weights in model.parameters()) / 1e6
    nothing = Load(inputs=0, outputs=0, pairs=0, long_pairs=0, labelled=0)
    said = memory_at_a_glance(millions)
    for adapter, name in (("none", "all"), ("lora", "lora")):
        whole = build_adapter(model, AdapterConf(name=adapter))
        counted = estimate(whole, config, "adamw", nothing, Widths(0, 0, 0), half=False)
        assert said[name] == pytest.approx(counted.total / 2**30, abs=0.1)


@pytest.mark.parametrize(
    ("config", "kept"),
    [
        pytest.param(hf.BertConfig(), 1 * 12 + 16, id="dropout: a byte in each layer, four floats in one"),
        pytest.param(hf.BertConfig(attention_probs_dropout_prob=0), 0, id="no dropout: nothing"),
        pytest.param(hf.Gemma2Config(num_hidden_layers=12, num_attention_heads=12), 16, id="capped: floats in one"),
    ],
)
def test_pairs_of_long_rows_count_where_attention_holds_them(config, kept):
    class Bare(torch.nn.Module):
        def get_output_embeddings(self):
            return None

    def activations(rows, longest):
        load = Load(rows * longest, 0, 0, rows * longest**2, 0)
        return estimate(Bare(), config, "adamw", load, Widths(0, 0, 0), half=False).activations

    more = activations(1, 1024) - activations(2, 512)  # as many tokens, twice as many pairs
    assert more == kept * 12 * (1024**2 - 2 * 512**2)


def test_attention_of_transformers_keeps_the_pairs_of_long_rows_that_it_drops():
    class Bare(torch.nn.Module):
        def get_output_embeddings(self):
            return None

    def kept(rate, pairs):
        load, config = Load(0, 0, *pairs, 0, padded=True), hf.BertConfig(attention_probs_dropout_prob=rate)
        return estimate(Bare(), config, "adamw", load, Widths(0, 0, 0), half=False).activations

    pairs = 512**2
    assert kept(0.1, (0, pairs)) == kept(0.1, (pairs, 0)) == 4 * 2.5 * 12 * 12 * pairs
    assert kept(0, (0, pairs)) == 0


def test_short_rows_beside_a_long_one_keep_their_pairs():
    rows = [Example(number, (5,) * length, (0,)) for number, length in enumerate((512, 100, 100))]
    load = load_of(rows, flat=True)
    assert (load.pairs, load.long_pairs) == (2 * 100**2, 512**2)
    padded = load_of(rows, flat=False)
    assert (padded.pairs, padded.long_pairs, padded.padded) == (0, 3 * 512**2, True)


WRITERS = {"gpt2", "gpt_neox", "opt", "llama", "qwen3", "phi", "gemma", "falcon", "t5", "bart"}


@pytest.mark.parametrize("name", sorted(WRITERS))
def test_what_is_held_of_a_token_while_a_model_answers_is_what_is_counted(name):
    model = HUB[name].head(config_of(name, tokenizer_of(name, ["some words"] * 9))).eval()
    ids = torch.tensor([[7, 8, 9, 10, 11]])
    if model.config.is_encoder_decoder:
        held = model(input_ids=ids, decoder_input_ids=ids, use_cache=True).past_key_values.cross_attention_cache
    else:
        held = model(input_ids=ids, use_cache=True).past_key_values
    assert sum(layer.keys.nbytes + layer.values.nbytes for layer in held.layers) == 5 * cache_of_token(model.config)


def test_a_model_without_attention_is_counted_to_hold_nothing_of_a_token():
    assert cache_of_token(hf.FalconMambaConfig()) == 0


def test_weights_in_four_bits_have_no_copy_in_sixteen():
    config = hf.Qwen3Config(**QWEN3, num_attention_heads=16, head_dim=128, tie_word_embeddings=True)
    with torch.device("meta"):
        model = hf.Qwen3ForCausalLM(config)
    widths, nothing = widths_of(model), Load(inputs=0, outputs=0, pairs=0, long_pairs=0, labelled=0)
    whole, quantised = (
        estimate(model, config, "adamw", nothing, widths, half=True, quantised=count).activations
        for count in (0, widths.weights)
    )
    assert (whole, quantised) == (2 * widths.weights, 0)


# ---- bases that are special ---------------------------------------------------------------------------------------


@pytest.fixture
def classifier(tmp_path, texts):
    """``classifier(cls, labels)``: the folder of a BERT that was tuned before."""

    def make(cls, labels):
        tokenizer = learnt("BertTokenizer")(texts)
        config = hf.BertConfig(**{**ENCODER, "vocab_size": len(tokenizer), "num_labels": labels})
        cls(config).save_pretrained(tmp_path / "tuned")
        tokenizer.save_pretrained(tmp_path / "tuned")
        return tmp_path / "tuned"

    return make


@pytest.mark.parametrize(
    ("cls", "labels"),
    [
        pytest.param(hf.BertForSequenceClassification, 2, id="as many labels"),
        pytest.param(hf.BertForSequenceClassification, 5, id="other labels"),
        pytest.param(hf.BertForTokenClassification, 5, id="tags"),
    ],
)
@pytest.mark.parametrize("kind", ["classification", "token_classification"])
def test_a_model_that_was_tuned_for_other_labels_gets_a_new_head(
    finished, classifier, words, answers, cls, labels, kind
):
    folder, _ = finished(kind, "encoder", *words(kind, classifier(cls, labels)))
    assert len(answers(folder, kind)) == 3


@pytest.fixture
def seeing(tmp_path, texts):
    """The folder of a tiny Gemma 3 that reads images, too, as all but its two smallest sizes do."""
    tokenizer = tokenizer_of("gemma3_text", texts)
    text = {**HUB["gemma3_text"].sizes, "vocab_size": len(tokenizer), "pad_token_id": 0}
    sight = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    sight |= {"image_size": 28, "patch_size": 14}
    config = hf.Gemma3Config(text_config=text, vision_config=sight, mm_tokens_per_image=4)
    torch.manual_seed(0)
    hf.Gemma3ForConditionalGeneration(config).save_pretrained(tmp_path / "seeing")
    tokenizer.save_pretrained(tmp_path / "seeing")
    return tmp_path / "seeing"


def test_a_model_that_sees_is_tuned_on_texts_and_reads_as_far_as_its_text_part(
    goodfit, finished, tiny_words, seeing, words, answers
):
    folder, _ = finished("generation", "decoder", *words("generation", seeing))
    assert len(answers(folder, "generation")) == 3
    typed = [*tiny_words("generation", "decoder"), *words("generation", seeing), "model.max_length=200"]
    outcome = goodfit("check", *typed)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.errors[0][0] == f"model.max_length is 200, and {seeing} has 160 positions"


@pytest.fixture
def hybrid(tmp_path, texts):
    """The folder of a tiny Qwen3.5: every other layer has linear attention, which keeps no keys and values."""
    tokenizer = tokenizer_of("qwen2", texts)
    linear = {f"linear_{part}_head_dim": 8 for part in ("key", "value")}
    linear |= {f"linear_num_{part}_heads": 2 for part in ("key", "value")}
    layers = {"layer_types": ["linear_attention", "full_attention"], "pad_token_id": 0}
    config = hf.Qwen3_5TextConfig(**{**HUB["qwen3"].sizes, **linear, **layers, "vocab_size": len(tokenizer)})
    torch.manual_seed(0)
    hf.Qwen3_5ForCausalLM(config).save_pretrained(tmp_path / "hybrid")
    tokenizer.save_pretrained(tmp_path / "hybrid")
    return tmp_path / "hybrid"


@pytest.mark.parametrize("kind", ["generation", "classification"])
def test_a_model_with_linear_attention_learns_and_answers(finished, hybrid, words, answers, kind):
    folder, _ = finished(kind, "decoder", *words(kind, hybrid))
    assert len(answers(folder, kind)) == 3


# ---- what is refused ----------------------------------------------------------------------------------------------


def phi_with_code(folder, tokenizer):
    config = hf.Phi3Config(**{**GROUPED, "vocab_size": len(tokenizer), "pad_token_id": 0})
    hf.Phi3ForCausalLM(config).save_pretrained(folder)
    path = folder / "config.json"
    names = {"auto_map": {"AutoModelForCausalLM": "modeling_phi3.Phi3ForCausalLM"}}
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **names}), "utf-8")


def t5gemma(folder, tokenizer):
    part = {**GROUPED, "head_dim": 8, "vocab_size": len(tokenizer), "sliding_window": 8}
    module = hf.T5GemmaModuleConfig(**part, layer_types=["sliding_attention", "full_attention"])
    config = hf.T5GemmaConfig(encoder=module, decoder=module, vocab_size=len(tokenizer))
    hf.T5GemmaForConditionalGeneration(config).save_pretrained(folder)


def ministral(folder, tokenizer):
    text = {"model_type": "mistral", **GROUPED, "vocab_size": len(tokenizer)}
    hf.Mistral3Config(text_config=text).save_pretrained(folder)
    (folder / "model.safetensors").touch()


@pytest.mark.parametrize(
    ("write", "error"),
    [
        pytest.param(phi_with_code, "the config of {folder} names code to run (auto_map)", id="Phi-3, Phi-4 mini"),
        pytest.param(t5gemma, "the model's config names no decoder_start_token_id", id="T5Gemma"),
        pytest.param(ministral, "{folder} is a 'mistral3', neither", id="Ministral 3"),
    ],
)
def test_what_cannot_be_tuned_is_refused_in_two_lines(goodfit, tiny_words, tmp_path, texts, words, write, error):
    folder = tmp_path / "refused"
    folder.mkdir()
    tokenizer = tokenizer_of("gemma3_text", texts)
    write(folder, tokenizer)
    tokenizer.save_pretrained(folder)
    outcome = goodfit("check", *tiny_words("generation", "decoder"), *words("generation", folder))
    assert (outcome.code, outcome.out) == (2, "")
    ((found, fix),) = outcome.errors
    assert found.startswith(error.format(folder=folder))
    assert fix


def test_bart_has_no_sentinels_to_go_on_pretraining_with(goodfit, tiny_words, saved, words):
    kind = "language_modeling"
    outcome = goodfit("check", *tiny_words(kind, "seq2seq"), *words(kind, saved("bart")))
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.errors[0][0] == "the model's tokenizer has no <extra_id_0>"
