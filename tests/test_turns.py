"""A task that is no chat, asked in a turn of the model's chat template."""

import json

import pytest
import transformers as hf
from tiny_hub import HUB, save_tiny, tokenizer_of
from written import read_json

from goodfit.config.written import read_config
from goodfit.data.batches import IGNORED
from goodfit.data.records import Record
from goodfit.errors import ConfigError
from goodfit.kinds import KINDS, find_kind
from goodfit.kinds.chat import ReplyByDecoder
from goodfit.kinds.shape import Coding

ASKED, SAID = "Say it in plain words: the lessee shall pay", "You pay the rent."
TEXTS = [f"{ASKED} user assistant system", SAID] * 6
CHATTING = [name for name, tiny in HUB.items() if tiny.chat]


def coding_of(tokenizer, **changes):
    usual = {"family": "decoder", "labels": (), "prompt": "{source}", "max_tokens": 150, "max_new_tokens": 24}
    usual |= {"batch_size": 4, "apply_chat_template": True}
    return Coding(tokenizer=tokenizer, **{**usual, **changes})


@pytest.mark.parametrize("name", CHATTING)
def test_a_prompt_and_its_answer_are_read_as_a_chat_of_one_turn_is(name):
    tokenizer = tokenizer_of(name, TEXTS)
    write = find_kind("generation").learners["decoder"](coding_of(tokenizer))
    talk = ReplyByDecoder(coding_of(tokenizer, apply_chat_template=False))
    turns = [{"role": "user", "content": ASKED}, {"role": "assistant", "content": SAID}]
    (written,) = write.encode([Record("r", {"source": ASKED, "target": SAID})]).examples
    (spoken,) = talk.encode([Record("r", {"messages": turns})]).examples
    end = len(written.inputs)
    assert (written.inputs, written.labels) == (spoken.inputs[:end], spoken.labels[:end])
    assert write.coder.eos == talk.coder.eos


TAKEN = {
    "question_answering": {"context": SAID, "question": ASKED, "answers": [{"text": "pay the", "start": 4}]},
    "token_classification": {"text": "pay the rent", "spans": []},
}


@pytest.mark.parametrize("name", CHATTING)
@pytest.mark.parametrize("kind", TAKEN)
def test_words_that_are_taken_from_a_text_begin_a_turn_as_any_answer_does(name, kind):
    coding = coding_of(tokenizer_of(name, TEXTS), prompt="Which words?", labels=("A", "B"))
    learner = find_kind(kind).learners["decoder"](coding)
    (example,) = learner.encode([Record("r", find_kind(kind).check(TAKEN[kind], True))]).examples
    source = learner.coder.source({}, 0)[0]
    first = learner.coder.answer_ids("pay")
    assert example.inputs == (*source, *first, *example.inputs[len(source) + len(first) :])
    if kind == "question_answering":
        assert example.labels[len(source) - 1 :] == (*first, *learner.coder.ids(" the"), learner.coder.eos)


@pytest.mark.parametrize("name", CHATTING)
def test_of_a_source_that_is_too_long_the_end_is_left_out_and_its_turn_is_closed(name):
    tokenizer = tokenizer_of(name, TEXTS)
    whole = find_kind("generation").learners["decoder"](coding_of(tokenizer, max_tokens=900))
    short = find_kind("generation").learners["decoder"](coding_of(tokenizer, max_tokens=90))
    record = Record("r", {"source": "the lessee shall pay " * 20, "target": SAID})
    (long_one,), found = whole.encode([record]).examples, short.encode([record])
    (kept,) = found.examples
    asked, given = (len([label for label in one.labels if label == IGNORED]) + 1 for one in (long_one, kept))
    assert found.cut == [0] and given == 90 - 24
    behind = len(tokenizer(short.coder.frame.behind, add_special_tokens=False)["input_ids"])
    assert kept.inputs[: given - behind] == long_one.inputs[: given - behind]
    assert kept.inputs[given - behind :] == long_one.inputs[asked - behind :]


def test_a_template_that_leaves_out_what_the_user_says_is_refused():
    tokenizer = tokenizer_of("qwen3", TEXTS)
    tokenizer.chat_template = (
        "<|im_start|>{% for m in messages %}{{ m.content if m.role != 'user' }}<|im_end|>{% endfor %}"
    )
    with pytest.raises(ConfigError, match="leaves out what the user says") as caught:
        find_kind("generation").learners["decoder"](coding_of(tokenizer))
    assert caught.value.fix.startswith("model.apply_chat_template=false asks it in plain lines; or ")


@pytest.fixture(scope="module")
def chatting(tmp_path_factory, rows_of):
    """The folder of a tiny model that chats, whose turns end otherwise than its texts."""
    texts = [json.dumps(row) for kind in PROMPTED for row in rows_of(kind, 12)]
    folder = save_tiny("qwen3", texts, tmp_path_factory.mktemp("chatting"))
    tokenizer = hf.AutoTokenizer.from_pretrained(folder)
    tokenizer.eos_token = "<|endoftext|>"
    tokenizer.save_pretrained(folder)
    return folder


TAUGHT = ("model.chat_template=chatml", "adapter.merge=true", "task.max_new_tokens=24")
PROMPTED = sorted(name for name in KINDS if find_kind(name).prompted)


def previewed(goodfit, *words):
    outcome = goodfit("preview", *words, "--count", "1", "--json")
    assert outcome.code == 0, outcome.err
    return json.loads(outcome.out)["examples"]


@pytest.mark.parametrize("kind", PROMPTED)
def test_every_task_with_a_prompt_is_asked_in_a_turn_where_the_model_was_taught_to_chat(
    goodfit, finished, tiny_words, chatting, kind
):
    folder, _ = finished(kind, "decoder", f"model.name={chatting}", *TAUGHT)
    task = read_json(folder / "adapter" / "task.json")
    assert task["apply_chat_template"] is read_config(folder).model.apply_chat_template is True
    assert task["prompt"].startswith("<|im_start|>user\n") and task["prompt"].endswith("<|im_start|>assistant\n")
    own = hf.AutoTokenizer.from_pretrained(chatting)
    (example,) = previewed(goodfit, *tiny_words(kind, "decoder"), f"model.name={chatting}", *TAUGHT)
    assert example["learns"][-1] == "<|im_end|>" != own.eos_token
    assert "asked in a turn" in (folder / "adapter" / "README.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "in_turns"),
    [
        pytest.param(["model.chat_template=chatml"], True, id="taught to chat"),
        pytest.param(["model.chat_template=chatml", "model.apply_chat_template=false"], False, id="typed false"),
        pytest.param([], False, id="nothing says so"),
        pytest.param(["model.apply_chat_template=true"], True, id="typed true"),
    ],
)
def test_a_template_is_used_where_the_model_was_taught_it_or_that_is_typed(
    goodfit, tiny_words, chatting, words, in_turns
):
    (example,) = previewed(goodfit, *tiny_words("generation", "decoder"), f"model.name={chatting}", *words)
    assert ("<|im_start|>" in example["reads"]) is in_turns


@pytest.mark.parametrize(
    ("kind", "family", "error"),
    [
        ("classification", "encoder", "it is for a decoder that is asked by a prompt"),
        ("generation", "seq2seq", "it is for a decoder that is asked by a prompt"),
        ("chat", "decoder", "it is for a decoder that is asked by a prompt"),
        ("generation", "decoder", "has no chat template"),
    ],
)
def test_who_cannot_be_asked_in_turns_says_so(goodfit, tiny_words, kind, family, error):
    outcome = goodfit("check", *tiny_words(kind, family), "model.apply_chat_template=true")
    assert outcome.code == 2
    assert outcome.err.startswith("error: model.apply_chat_template is true, and ") and error in outcome.err


def test_a_run_that_was_made_before_there_were_such_prompts_stays_plain(finished, chatting, tmp_path):
    folder, _ = finished(
        "generation", "decoder", f"model.name={chatting}", "model.chat_template=chatml", "adapter.merge=true"
    )
    written = (folder / "config.yaml").read_text("utf-8")
    assert "  apply_chat_template: true\n" in written
    (tmp_path / "config.yaml").write_text(written.replace("  apply_chat_template: true\n", ""), "utf-8")
    assert read_config(tmp_path).model.apply_chat_template is False


def test_what_begins_from_a_run_that_was_asked_in_turns_is_asked_so(goodfit, finished, chatting, tiny_words):
    folder, _ = finished(
        "generation", "decoder", f"model.name={chatting}", "model.chat_template=chatml", "adapter.merge=true"
    )
    words = [word for word in tiny_words("classification", "decoder") if not word.startswith("model")]
    (example,) = previewed(goodfit, *words, f"model=run:{folder}")
    assert "<|im_start|>" in example["reads"]
