"""What a run leaves for those who use it without goodfit: it writes what goodfit measured."""

import json
import shutil
from pathlib import Path

import pytest
import torch
import transformers as hf
from tiny_hub import HUB, save_tiny, tokenizer_of
from written import read_json

from goodfit.data.records import Record
from goodfit.kinds import find_kind
from goodfit.kinds.shape import Coding
from goodfit.kinds.text import TextCoder

PAGE = (Path(__file__).parent.parent / "docs" / "runs.md").read_text("utf-8")
LABELS, TEXTS, CHATS = (piece.split("```", 1)[0] for piece in PAGE.split("```python\n")[1:])
"""Code in the docs: for classifiers, for texts, for chats."""

OWN = {"num_beams": 3, "no_repeat_ngram_size": 1, "forced_bos_token_id": 5, "repetition_penalty": 5.0, "min_length": 7}
"""Settings of generation that change every answer."""
SAID = "On day 3 a lamp was sold for 77."

text_families = pytest.mark.parametrize("family", ["decoder", "seq2seq"])


@pytest.fixture(scope="module")
def headstrong(tmp_path_factory, model_folders):
    """``headstrong(family)``: a base whose own settings of generation are not those that goodfit measures with."""

    def make(family):
        folder = shutil.copytree(model_folders[family], tmp_path_factory.mktemp("headstrong") / family)
        settings = {**read_json(folder / "generation_config.json"), **OWN}
        (folder / "generation_config.json").write_text(json.dumps(settings), "utf-8")
        return folder

    return make


@pytest.fixture(scope="module")
def left(finished, headstrong):
    """``left(family)``: a run with an adapter and a whole model on such a base."""
    words = ["adapter.merge=true", "privacy=none", "training.max_steps=4", "task.max_new_tokens=12"]
    made = {}

    def make(family):
        if family not in made:
            made[family] = finished("generation", family, f"model.name={headstrong(family)}", *words)[0]
        return made[family]

    return make


def answer(goodfit, folder, said):
    outcome = goodfit("predict", folder, said)
    assert outcome.code == 0, outcome.err
    return json.loads(outcome.out)["prediction"]


def done(code, folder, said, capsys):
    """What the docs' code prints of a run's folder."""
    _, was, rest = code.partition('"runs/latest/')
    name = rest.split('"', 1)[0]
    old = "my parcel has not come" if "my parcel has not come" in code else "Has my parcel come?"
    capsys.readouterr()
    exec(code.replace(f"{was}{name}", f'"{folder / name}').replace(old, said), {})
    return capsys.readouterr().out.removesuffix("\n")


@text_families
def test_the_code_in_the_docs_writes_what_predict_writes(left, goodfit, capsys, family):
    expected = answer(goodfit, left(family), SAID)
    assert expected
    assert done(TEXTS, left(family), SAID, capsys) == expected


@text_families
def test_a_whole_model_writes_what_predict_writes_without_a_setting(left, goodfit, family):
    folder = left(family) / "model"
    tokenizer, task = hf.AutoTokenizer.from_pretrained(folder), read_json(folder / "task.json")
    assert task["prompt"] == ("{source}\n" if family == "decoder" else "{source}")
    head = hf.AutoModelForCausalLM if family == "decoder" else hf.AutoModelForSeq2SeqLM
    read = tokenizer(task["prompt"].replace("{source}", SAID), return_tensors="pt")  # this one splits as two texts do
    with torch.inference_mode():
        written = head.from_pretrained(folder).eval().generate(**read)[0]
    written = written[read["input_ids"].shape[1] :] if family == "decoder" else written
    assert tokenizer.decode(written, skip_special_tokens=True).strip() == answer(goodfit, left(family), SAID)
    assert read_json(folder / "generation_config.json") == read_json(
        left(family) / "adapter" / "generation_config.json"
    )


@text_families
def test_beams_and_runs_that_may_not_repeat_are_written_with_in_both(left, finished, goodfit, capsys, family):
    ways = ["task.num_beams=3", "task.no_repeat_ngram_size=2"]
    folder, _ = finished("generation", family, "privacy=none", "training.max_steps=4", "task.max_new_tokens=12", *ways)
    written = answer(goodfit, folder, SAID)
    assert done(TEXTS, folder, SAID, capsys) == written != answer(goodfit, left(family), SAID)
    settings, task = read_json(folder / "adapter" / "generation_config.json"), read_json(folder / "adapter/task.json")
    assert settings["num_beams"] == 3
    runs = (0, 2) if family == "decoder" else (2, None)  # as a setting it would forbid runs of a decoder's prompt
    assert (settings["no_repeat_ngram_size"], task.get("no_repeat_ngram_size")) == runs


def test_what_writes_no_text_has_no_settings_of_generation(finished):
    adapter = finished("classification", "encoder")[0] / "adapter"
    assert not [path for name in ("generation_config.json", "tokenizer.json") if (path := adapter / name).exists()]


SEVERAL = ("training.epochs=12", "optim.lr=0.01", "privacy=none")


def several(goodfit, folder, texts):
    """The labels of texts, of which some have more than one."""
    outcome = goodfit("predict", folder, *texts)
    assert outcome.code == 0, outcome.err
    found = [json.loads(line)["prediction"] for line in outcome.out.splitlines()]
    assert len(set(map(len, found))) > 1
    return found


def test_the_code_in_the_docs_gives_a_text_all_the_labels_that_fit(finished, goodfit, capsys, rows_of):
    folder, _ = finished("multilabel", "encoder", "adapter=lora", *SEVERAL)
    texts = [row["text"] for row in rows_of("multilabel", 12)]
    expected = several(goodfit, folder, texts)
    code = LABELS.replace('["my parcel has not come", "thank you"]', repr(texts))
    assert done(code, folder, "", capsys).split("\n") == ["; ".join(labels) for labels in expected]


def test_a_single_label_is_a_yes_or_no(finished, goodfit, capsys, rows_of, write_rows, tmp_path_factory):
    words, place = [], tmp_path_factory.mktemp("one")
    for seed, split in enumerate(("train", "validation", "test")):
        rows = [{"text": row["text"], "labels": ["good"] if row["label"] == "good" else []}
                for row in rows_of("classification", 32, seed)]  # fmt: skip
        words.append(f"dataset.{split}={write_rows(place / f'{split}.jsonl', rows)}")
    folder, _ = finished("multilabel", "encoder", "adapter=lora", *SEVERAL, *words)
    texts = [row["text"] for row in rows]
    found = several(goodfit, folder, texts)
    assert sum(labels == row["labels"] for labels, row in zip(found, rows, strict=True)) > 24
    code = LABELS.replace('["my parcel has not come", "thank you"]', repr(texts))
    assert done(code, folder, "", capsys).split("\n") == ["; ".join(labels) for labels in found]


def test_a_pipeline_weighs_each_of_several_labels_by_itself(finished, goodfit, rows_of):
    folder, _ = finished("multilabel", "encoder", "adapter=none", "model.pooling=head", *SEVERAL)
    texts = [row["text"] for row in rows_of("multilabel", 12)]
    found = hf.pipeline("text-classification", str(folder / "model"), top_k=None, device="cpu")(texts)
    likely = [sorted(one["label"] for one in shares if one["score"] > 0.5) for shares in found]
    assert likely == several(goodfit, folder, texts)


def test_the_code_in_the_docs_asks_in_a_turn_what_was_asked_so(finished, goodfit, capsys, rows_of, tmp_path_factory):
    base = save_tiny("llama", [str(row) for row in rows_of("generation", 32)], tmp_path_factory.mktemp("llama"))
    words = ["privacy=none", "training.max_steps=4", "task.max_new_tokens=12", "model.apply_chat_template=true"]
    folder, _ = finished("generation", "decoder", f"model.name={base}", "task.prompt=In short: {source}", *words)
    assert done(TEXTS, folder, SAID, capsys) == answer(goodfit, folder, SAID) != ""


NAMES = "See <filename> now."


@pytest.mark.parametrize("kind", ["generation", "chat"])
def test_special_tokens_that_are_words_of_an_answer_are_shown(
    finished, goodfit, capsys, rows_of, write_rows, tmp_path_factory, kind
):
    folder = tmp_path_factory.mktemp("named")
    texts, words = [], []
    for seed, split in enumerate(("train", "validation", "test")):
        rows = rows_of(kind, 32, seed)
        for row in rows:
            for said in [message for message in row.get("messages", []) if message["role"] == "assistant"]:
                said["content"] = NAMES
            if kind == "generation":
                row["target"] = NAMES
        texts += map(str, rows)
        words.append(f"dataset.{split}={write_rows(folder / f'{split}.jsonl', rows)}")
    base = save_tiny("qwen3", texts, folder)
    tokenizer = hf.AutoTokenizer.from_pretrained(base)
    tokenizer.add_special_tokens({"extra_special_tokens": ["<filename>"]})
    tokenizer.save_pretrained(base)
    model = hf.AutoModelForCausalLM.from_pretrained(base)
    model.resize_token_embeddings(len(tokenizer))
    model.save_pretrained(base)
    run, _ = finished(kind, "decoder", f"model.name={base}", *LEARNS_TO_TALK, "training.epochs=12", *words)
    found = answer(goodfit, run, "Is there a lamp?")
    assert "<filename>" in found
    of_whole = TEXTS.replace('task["base"]["name"]', "folder").replace(
        "PeftModel.from_pretrained(model, folder)", "model"
    )
    code = of_whole.replace("latest/adapter", "latest/model") if kind == "generation" else CHATS
    assert done(code, run, "Is there a lamp?", capsys) == found


@pytest.mark.parametrize(
    ("name", "written", "shown"),
    [
        pytest.param("t5", "<pad>a<extra_id_0>b</s>", "ab", id="sentinels"),
        pytest.param("gpt2", "a<|endoftext|>b", "ab", id="end of a text"),
        pytest.param("qwen3", "<|im_start|>a<|im_end|>b<|endoftext|>", "ab", id="turns"),
    ],
)
def test_tokens_around_texts_and_turns_are_not_shown(name, written, shown):
    tokenizer, family = tokenizer_of(name, ["a b ab"] * 9), HUB[name].family
    coding = Coding(tokenizer, family, (), "", max_tokens=300, max_new_tokens=8, batch_size=4, decoder_start_id=0)
    ids = tokenizer(written, add_special_tokens=False)["input_ids"]
    (found,) = TextCoder(coding).texts([ids])
    assert found == tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False).strip()
    assert found.replace(" ", "") == shown


LEARNS_TO_TALK = ("adapter=none", "privacy=none", "optim.lr=0.005", "training.epochs=6", "task.max_new_tokens=12")


def test_a_base_without_a_chat_template_gets_the_plain_turns(finished, goodfit, capsys):
    folder, _ = finished("chat", "decoder", *LEARNS_TO_TALK)
    assert done(CHATS, folder, "Is there a lamp?", capsys) == answer(goodfit, folder, "Is there a lamp?") != ""


def test_a_chat_ends_where_its_turn_ends_and_not_where_a_text_does(
    finished, goodfit, capsys, rows_of, tmp_path_factory
):
    base = save_tiny("qwen3", [str(row["messages"]) for row in rows_of("chat", 32)], tmp_path_factory.mktemp("qwen"))
    tokenizer = hf.AutoTokenizer.from_pretrained(base)
    tokenizer.eos_token = "<|endoftext|>"
    tokenizer.save_pretrained(base)
    hf.GenerationConfig(eos_token_id=tokenizer.eos_token_id).save_pretrained(base)
    folder, _ = finished("chat", "decoder", f"model.name={base}", *LEARNS_TO_TALK)
    turn_end = tokenizer.convert_tokens_to_ids("<|im_end|>")
    assert read_json(folder / "model" / "generation_config.json")["eos_token_id"] == turn_end != tokenizer.eos_token_id
    assert done(CHATS, folder, "Is there a lamp?", capsys) == answer(goodfit, folder, "Is there a lamp?") != ""


TALK = [
    {"role": "system", "content": "Be\nbrief. "},
    {"role": "user", "content": "Is there a 'lamp'?\n"},
    {"role": "assistant", "content": " The lamp is here."},
    {"role": "user", "content": "And {{ a }} table?"},
]
PLAIN = [name for name, tiny in HUB.items() if tiny.family != "encoder"]


def plain_coding(name):
    """Of a tokenizer of this kin that has no chat template."""
    tokenizer, family = tokenizer_of(name, [turn["content"] for turn in TALK] * 3), HUB[name].family
    tokenizer.chat_template = None
    return Coding(tokenizer, family, (), "", max_tokens=300, max_new_tokens=8, batch_size=4, decoder_start_id=0)


@pytest.mark.parametrize("name", PLAIN)
def test_the_plain_turns_as_a_template_are_what_is_read(name):
    coding = plain_coding(name)
    learner = find_kind("chat").learners[coding.family](coding)
    # a seq2seq model has an example of each answer
    said = [{"role": "assistant", "content": "Two."}] if coding.family == "seq2seq" else []
    talks = TALK, TALK[1:], TALK[1:2]
    read = [learner.encode([Record("r", {"messages": [*talk, *said]})]).examples[-1].inputs for talk in talks]
    coding.tokenizer.chat_template = learner.chat_template()
    for talk, ids in zip(talks, read, strict=True):
        assert coding.tokenizer.apply_chat_template(talk, add_generation_prompt=True, return_dict=False) == list(ids)


@pytest.mark.parametrize("name", [name for name in PLAIN if HUB[name].family == "decoder"])
def test_a_run_on_a_chat_model_with_plain_turns_reads_and_learns_the_same(name):
    coding = plain_coding(name)
    record = Record("r", {"messages": [*TALK, {"role": "assistant", "content": "Two of them."}]})
    before = find_kind("chat").learners["decoder"](coding)
    first = before.encode([record]).examples
    coding.tokenizer.chat_template = before.chat_template()
    after = find_kind("chat").learners["decoder"](coding)
    assert after.chat_template() is None
    assert after.coder.eos == before.coder.eos
    assert after.encode([record]).examples == first
