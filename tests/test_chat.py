"""chat: the layouts of rows, and what is learnt and read of a conversation under the templates that models have."""

import contextlib
import csv
import io
import json
from unittest.mock import patch

import pytest
from conftest import Terminal
from tiny_hub import CHATS, HUB, tokenizer_of

from goodfit.cli.main import main
from goodfit.data.batches import IGNORED
from goodfit.data.records import Record, RowProblem
from goodfit.data.split import keep_together
from goodfit.errors import ConfigError
from goodfit.kinds import find_kind
from goodfit.kinds.chat import ReplyByDecoder, before_answer
from goodfit.kinds.shape import Coding

KIND = find_kind("chat")
SAID = [
    ("user", "Is there a lamp?"),
    ("assistant", "The lamp is here."),
    ("user", "And a table?"),
    ("assistant", "Two of them, tables of oak."),
]
TALK = [{"role": role, "content": content} for role, content in SAID]
PAIR = TALK[:2]
TEXTS = [f"{role} {content} system" for role, content in SAID] * 3


def coding_of(tokenizer, **changes):
    usual = {"family": "decoder", "labels": (), "prompt": "", "max_tokens": 150, "max_new_tokens": 24, "batch_size": 4}
    return Coding(tokenizer=tokenizer, decoder_start_id=None, **{**usual, **changes})


@pytest.fixture(scope="module")
def tokenizer():
    """``tokenizer(architecture)``: a tiny one, with the template of its kin."""
    made = {}
    return lambda name: made.setdefault(name, tokenizer_of(name, TEXTS))


CHATTING = [name for name, tiny in HUB.items() if tiny.chat]
chatting = pytest.mark.parametrize("name", [*CHATTING, "gpt2"])


def encoded(tokenizer, messages, **changes):
    learner = ReplyByDecoder(coding_of(tokenizer, **changes))
    found = learner.encode([Record("r", {"messages": messages})])
    return found.examples[0], found.cut


def runs(example):
    """The runs of learnt tokens."""
    found, open_run = [], False
    for label in example.labels:
        if label != IGNORED:
            found = found if open_run else [*found, []]
            found[-1].append(label)
        open_run = label != IGNORED
    return found


def test_every_template_that_models_have_is_tried():
    assert {HUB[name].chat for name in CHATTING} == set(CHATS)


@chatting
def test_the_assistants_words_and_the_end_of_its_turns_are_learnt_and_nothing_else(tokenizer, name):
    example, cut = encoded(tokenizer(name), TALK)
    said = [tokenizer(name).decode(run[:-1]).strip() for run in runs(example)]
    assert said == [SAID[1][1], SAID[3][1]]
    ends = {run[-1] for run in runs(example)}
    assert len(ends) == 1
    assert ends <= set(tokenizer(name).all_special_ids) | set(tokenizer(name).added_tokens_decoder)
    assert cut == []


@chatting
def test_an_answer_longer_than_any_that_may_be_given_is_counted(tokenizer, name):
    (answer,) = runs(encoded(tokenizer(name), PAIR)[0])
    for room, beyond in ((len(answer), {}), (len(answer) - 1, {0: len(answer)})):
        learner = ReplyByDecoder(coding_of(tokenizer(name), max_new_tokens=room))
        found = learner.encode([Record("r", {"messages": PAIR})])
        assert (dict(found.beyond), list(found.cut)) == (beyond, [])


@chatting
@pytest.mark.parametrize("said", ["مرحبا بك", "Done ✅ – thanks 🙏", "{ a } [ b ]"])
def test_blanks_of_an_answer_are_learnt(tokenizer, name, said):
    example, _ = encoded(tokenizer(name), [TALK[0], {"role": "assistant", "content": said}])
    (learnt,) = runs(example)
    known = tokenizer(name)
    whole = known.decode(known(said, add_special_tokens=False)["input_ids"])
    assert known.decode(learnt[:-1]).strip() == whole.strip()


@chatting
def test_a_prompt_is_read_as_the_turn_was_learnt(tokenizer, name):
    for turns in (2, 4):
        whole, _ = encoded(tokenizer(name), TALK[:turns])
        asked, _ = encoded(tokenizer(name), TALK[: turns - 1])
        assert whole.inputs[: len(asked.inputs)] == asked.inputs
        last = max(place for place, label in enumerate(whole.labels) if label != IGNORED)
        assert len(asked.inputs) - 1 == last - len(runs(whole)[-1]) + 1
        assert set(asked.labels) == {IGNORED}


@chatting
def test_of_a_conversation_that_is_too_long_the_beginning_is_left_out_and_that_is_counted(tokenizer, name):
    whole, _ = encoded(tokenizer(name), TALK)
    example, cut = encoded(tokenizer(name), TALK, max_tokens=len(whole.inputs) - 5)
    begins = int(whole.inputs[0] == tokenizer(name).bos_token_id)
    assert cut == [0]
    assert len(example.inputs) == len(whole.inputs) - 5
    assert example.inputs[:begins] == whole.inputs[:begins]
    assert example.inputs[begins:] == whole.inputs[5 + begins :]


def test_a_template_that_refuses_a_speaker_says_so(tokenizer):
    with pytest.raises(ConfigError) as raised:
        encoded(tokenizer("mistral"), [{"role": "system", "content": "Be brief."}, *TALK])
    assert "refuses a conversation of system, user, assistant" in raised.value.what
    assert "leave out what it refuses" in raised.value.fix


def test_a_template_whose_turns_do_not_end_is_refused():
    endless = tokenizer_of("qwen3", TEXTS)
    endless.chat_template = "{% for m in messages %}{{ m['role'] + ': ' + m['content'] + '. ' }}{% endfor %}"
    with pytest.raises(ConfigError, match="closes the assistant's turn with no token of its own"):
        ReplyByDecoder(coding_of(endless))


def test_a_template_that_drops_what_was_said_is_refused():
    forgetful = tokenizer_of("qwen3", TEXTS)
    forgetful.chat_template = "{% for m in messages[-2:] %}{{ m['content'] + '<|im_end|>' }}{% endfor %}"
    with pytest.raises(ConfigError, match="leaves out what the assistant said before"):
        encoded(forgetful, TALK)


THINKS = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\\n' }}{% set said = m['content'].split('</think>') %}"
    "{% if m['role'] == 'assistant' and loop.last %}{{ '<think>\\n' }}"
    "{% if said | length > 1 %}{{ said[0].split('<think>')[-1].strip() }}{% endif %}"
    "{{ '\\n</think>\\n\\n' }}{% endif %}"
    "{{ said[-1].lstrip('\\n') + '<|im_end|>\\n' }}{% endfor %}"
)
"""As Qwen 3's: a thought, empty where there is none, stands before the last answer alone."""
THOUGHT = "<think>\nShe asks for a lamp.\n</think>\n\n"


@pytest.mark.parametrize("thinking", [(1,), (3,), (1, 3)])
def test_an_answer_that_the_template_would_change_is_refused(tokenizer, thinking):
    known = tokenizer_of("qwen3", TEXTS)
    known.chat_template = THINKS
    example, _ = encoded(known, TALK)
    assert [known.decode(run[:-1]).strip() for run in runs(example)] == [SAID[1][1], SAID[3][1]]
    talk = [{**turn, "content": THOUGHT * (place in thinking) + turn["content"]} for place, turn in enumerate(TALK)]
    with pytest.raises(ConfigError) as raised:
        encoded(known, talk)
    assert raised.value.what == "r: the tokenizer's chat template changes what the assistant said"
    assert "leave its thoughts out" in raised.value.fix
    plain, _ = encoded(tokenizer("qwen3"), talk)
    assert len(runs(plain)) == 2


def test_a_template_with_todays_date_reads_the_same_on_every_day():
    dated = tokenizer_of("qwen3", TEXTS)
    plain = dated.chat_template
    dated.chat_template = "{{ strftime_now('%d %b %Y') }}" + plain
    fixed = tokenizer_of("qwen3", TEXTS)
    fixed.chat_template = "26 Jul 2024" + plain
    assert encoded(dated, TALK)[0].inputs == encoded(fixed, TALK)[0].inputs


@pytest.mark.parametrize(
    "row",
    [
        pytest.param({"messages": PAIR}, id="messages"),
        pytest.param(
            {"conversations": [{"from": "human", "value": SAID[0][1]}, {"from": "gpt", "value": SAID[1][1]}]},
            id="sharegpt",
        ),
        pytest.param({"instruction": SAID[0][1], "input": "", "output": SAID[1][1]}, id="alpaca"),
        pytest.param({"prompt": SAID[0][1], "completion": SAID[1][1]}, id="prompt and completion"),
        pytest.param({"prompt": PAIR[:1], "completion": PAIR[1:]}, id="messages as prompt and completion"),
        pytest.param({"conversations": PAIR}, id="roles in conversations"),
        pytest.param(
            {"messages": [{"from": "human", "value": SAID[0][1]}, {"from": "gpt", "value": SAID[1][1]}]},
            id="sharegpt in messages",
        ),
        pytest.param({"messages": json.dumps(PAIR)}, id="a cell of a table"),
        pytest.param({"messages": PAIR, "tools": []}, id="no tools"),
        pytest.param({"prompt": SAID[0][1], "completion": SAID[1][1], "label": True}, id="an answer to learn"),
        pytest.param(
            {"messages": [{"role": role, "content": [{"type": "text", "text": said}]} for role, said in SAID[:2]]},
            id="parts",
        ),
    ],
)
def test_every_layout_is_the_same_conversation(row):
    assert KIND.check(row, True)["messages"] == PAIR


def test_settings_of_a_message_that_change_nothing_are_no_fault():
    said = {**TALK[1], "weight": 1, "train": True, "tool_calls": None, "name": "Ada"}
    assert KIND.check({"messages": [{**TALK[0], "weight": 0, "train": False}, said]}, True)["messages"] == PAIR


SHORT = [
    *({"role": "user", "content": said} for said in ("Hello.", "Is there a lamp?")),
    *({"role": "assistant", "content": said} for said in ("Let me look.", "It is here.", "In the hall.")),
    *TALK[2:],
    {"role": "assistant", "content": "Both are new."},
]


def test_what_one_speaker_says_in_several_messages_is_read_as_one_and_counted():
    said = [
        ("user", "Hello.\n\nIs there a lamp?"),
        ("assistant", "Let me look.\n\nIt is here.\n\nIn the hall."),
        SAID[2],
        ("assistant", f"{SAID[3][1]}\n\nBoth are new."),
    ]
    found = KIND.check({"messages": SHORT}, True)
    assert [(message["role"], message["content"]) for message in found["messages"]] == said
    assert found["joined"] == 4
    assert "joined" not in KIND.check({"messages": TALK}, True)


@chatting
def test_of_several_messages_of_one_speaker_the_assistants_alone_are_learnt(tokenizer, name):
    example, _ = encoded(tokenizer(name), KIND.check({"messages": SHORT}, True)["messages"])
    known = tokenizer(name)  # some know no line break
    said = ["".join(known.decode(run[:-1], skip_special_tokens=True).split()) for run in runs(example)]
    assert said == ["Letmelook.Itishere.Inthehall.", "Twoofthem,tablesofoak.Botharenew."]
    assert len({run[-1] for run in runs(example)}) == 1


GREETED = [{"role": "assistant", "content": "Hello there."}, *PAIR]


@chatting
def test_a_greeting_of_the_assistants_may_stand_first(tokenizer, name):
    known = tokenizer(name)
    example, _ = encoded(known, KIND.check({"messages": GREETED}, True)["messages"])
    said = ["".join(known.decode(run[:-1], skip_special_tokens=True).split()) for run in runs(example)]
    assert said == ["Hellothere.", "Thelampishere."]


def test_a_seq2seq_model_learns_a_greeting_from_nothing_and_answers_behind_it(ready):
    learner = ready("chat", "seq2seq")[0].learner
    record = Record("r", KIND.check({"messages": GREETED}, True))
    greeting, answer = learner.encode([record]).examples
    known, coder = learner.coding.tokenizer, learner.coder
    assert list(greeting.inputs) == known("Assistant:")["input_ids"]
    assert list(answer.inputs) == known(f"Assistant: Hello there.\nUser: {SAID[0][1]}\nAssistant:")["input_ids"]
    assert answer.labels == (*coder.answer_ids(SAID[1][1]), coder.eos)[: learner.room]
    assert [message["role"] for message in before_answer(record)] == ["assistant", "user"]


def test_data_preview_evaluate_and_predict_take_several_messages_in_a_row_and_say_so(
    goodfit, tmp_path, write_rows, finished, tiny_words
):
    rows = talks(60)
    for row in rows[::2]:
        row["messages"] += [{"role": "assistant", "content": said} for said in ("Wait.", "Bye.")]
    write_rows(tmp_path / "in.jsonl", rows)
    found = goodfit("data", *DATA, "dataset.train=in.jsonl", "--json").json["findings"]
    told = [finding for finding in found if finding["code"] == "data.joined"]
    assert sum(finding["evidence"]["messages"] for finding in told) == 60
    assert {finding["severity"] for finding in told} == {"info"}
    assert told[0]["message"].endswith("messages are read as one with the message before them")
    words = [*tiny_words("chat", "decoder"), *(f"dataset.{split}=in.jsonl" for split in ("validation", "test"))]
    write_rows(tmp_path / "train.jsonl", [{"messages": SHORT}])
    learns = "".join(goodfit("preview", *words, "dataset.train=train.jsonl", "--json").json["examples"][0]["learns"])
    assert [said["content"] in learns.replace("Ġ", " ") for said in SHORT] == [
        said["role"] == "assistant" for said in SHORT
    ]
    folder, _ = finished("chat", "decoder")
    line = "warning: rows have several messages of one speaker in a row, which are read as one: 30\n"
    assert line in goodfit("evaluate", folder, "dataset.test=in.jsonl").err
    assert goodfit("evaluate", folder, "dataset.test=in.jsonl", "--json").json["joined_rows"] == 30
    assert line in goodfit("predict", folder, "--input", "in.jsonl").err


def test_what_a_user_says_in_several_messages_or_parts_is_read_as_one():
    asked = [{"type": "text", "text": "Look."}, {"type": "text", "text": "Is there a lamp?"}]
    row = {"messages": [{"role": "developer", "content": "Be brief."}, {"role": "user", "content": asked}, *TALK[2:]]}
    said = [("system", "Be brief."), ("user", "Look.\nIs there a lamp?\n\nAnd a table?")]
    found = KIND.check(row, True)["messages"]
    assert [(message["role"], message["content"]) for message in found] == [*said, SAID[3]]


@pytest.mark.parametrize("typed", ["[1, 2] – what is that?", '[{"a": 1}]', "[", "[" * 10_000])
def test_a_text_that_begins_as_a_list_is_what_the_user_says(typed):
    assert KIND.check({"messages": typed}, False)["messages"] == [{"role": "user", "content": typed}]


def test_an_alpaca_rows_input_stands_below_its_instruction():
    row = {"instruction": "Sum up.", "input": "A long text.", "output": "Short."}
    assert KIND.check(row, True)["messages"][0]["content"] == "Sum up.\n\nA long text."


@pytest.mark.parametrize(
    "row",
    [
        {"instruction": SAID[2][1], "output": SAID[3][1]},
        {"prompt": SAID[2][1], "completion": SAID[3][1]},
        {"messages": TALK[2:]},
        {"conversations": [{"from": role, "value": content} for role, content in SAID[2:]]},
    ],
)
def test_what_stands_beside_a_rows_messages_stands_before_them(row):
    before = {"system": "Be brief.", "history": [[SAID[0][1], SAID[1][1]]]}
    assert KIND.check(row | before, True)["messages"] == [{"role": "system", "content": "Be brief."}, *TALK]
    assert KIND.check(row | {"system": " ", "history": []}, True)["messages"] == TALK[2:]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        pytest.param(
            {"instruction": "Sum up.", "input": {"order": 1}, "output": "One."},
            "input is a dict, expected text",
            id="input",
        ),
        pytest.param(
            {"messages": PAIR, "history": ["hu"]},
            "history is no list of pairs, [asked, answered] (in a cell of a table as JSON)",
            id="history",
        ),
        pytest.param(
            {"messages": [{"role": "system", "content": "Be brief."}, *PAIR], "system": "Be long."},
            "message 2 is the system's, which may stand first only",
            id="two systems",
        ),
        pytest.param({"text": "x"}, "the field 'messages' is missing", id="nothing"),
        pytest.param({"messages": []}, "messages is no list of messages", id="empty"),
        pytest.param({"messages": TALK[1:2]}, "no message is the user's", id="nobody asks"),
        pytest.param(
            {"messages": [*PAIR, {"role": "system", "content": "Be brief."}, *TALK[2:]]},
            "message 3 is the system's, which may stand first only",
            id="a system message between turns",
        ),
        pytest.param(
            {"messages": [{"role": "owl", "content": "hu"}]},
            "message 1 has an unknown role, expected system, user or assistant",
            id="role",
        ),
        pytest.param({"messages": [{"content": "hu"}]}, "message 1 has to be {role, content}", id="no role"),
        pytest.param(
            {"messages": [TALK[0], {**TALK[1], "weight": 0}, *TALK[2:]]},
            "message 2 has the weight 0, and all that the assistant says is learnt",
            id="weight",
        ),
        pytest.param(
            {"messages": [TALK[0], {**TALK[1], "train": False}, *TALK[2:]]},
            "message 2 has 'train' false, and all that the assistant says is learnt",
            id="train",
        ),
        pytest.param(
            {"messages": PAIR, "tools": [{"name": "weather"}]},
            "tools are given, and goodfit learns texts alone",
            id="tools beside messages",
        ),
        pytest.param(
            {"prompt": SAID[0][1], "completion": SAID[1][1], "label": False},
            "label is false: this completion is not to be learnt",
            id="label",
        ),
        pytest.param({"instruction": "Sum up.", "response": "One."}, "the field 'output' is missing", id="no output"),
        pytest.param(
            {"messages": "hello"},
            "messages is a text, expected a list of messages (in a cell of a table as JSON)",
            id="a text",
        ),
        pytest.param(
            {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]},
            "message 1: a part is no text, and goodfit learns texts alone",
            id="a picture",
        ),
        pytest.param(
            {"messages": [TALK[0], {**TALK[1], "tool_calls": [{"id": "1"}]}]},
            "message 2 calls tools, and goodfit learns texts alone",
            id="tools",
        ),
    ],
)
def test_a_row_that_is_no_conversation_says_why(row, problem):
    with pytest.raises(RowProblem) as raised:
        KIND.check(row, True)
    assert str(raised.value) == problem


def test_a_role_that_is_nearly_one_is_repeated_for_who_can_mend_it_alone():
    with pytest.raises(RowProblem) as raised:
        KIND.check({"messages": [{**TALK[0], "role": "usr"}]}, True)
    assert "usr" not in str(raised.value)
    assert raised.value.in_full == (
        "message 1 has an unknown role ('usr', did you mean 'user'?), expected system, user or assistant"
    )


@pytest.mark.parametrize("mark", [False, 0, 0.0, "False", " false ", "0", "0.0", "No"])
def test_an_answer_that_is_not_to_be_learnt_is_refused_however_that_is_written(mark):
    rows = [
        {"prompt": SAID[0][1], "completion": SAID[1][1], "label": mark},
        {"messages": [TALK[0], {**TALK[1], "weight": mark}]},
        {"messages": json.dumps([TALK[0], {**TALK[1], "train": mark}])},
    ]
    for row in rows:
        with pytest.raises(RowProblem, match=r"not to be learnt|and all that the assistant says is learnt"):
            KIND.check(row, True)


@pytest.mark.parametrize("mark", [None, True, 1, "", "True", "1", "0.5"])
def test_an_answer_with_another_mark_is_learnt(mark):
    assert KIND.check({"prompt": SAID[0][1], "completion": SAID[1][1], "label": mark}, True)["messages"] == PAIR
    assert KIND.check({"messages": [TALK[0], {**TALK[1], "weight": mark}]}, True)["messages"] == PAIR


def test_a_table_with_answers_that_are_not_to_be_learnt_is_refused(goodfit, tmp_path):
    rows = [f"is thing {number} here?,it is,{number % 3 > 0}\n" for number in range(30)]
    (tmp_path / "in.csv").write_text("prompt,completion,label\n" + "".join(rows), "utf-8")
    ((error, fix),) = goodfit("data", *DATA, "dataset.train=in.csv").errors
    assert error.startswith("10 of 30 rows are bad: in.csv:2, ")
    assert error.endswith(": label is false: this completion is not to be learnt")
    assert fix.startswith("leave out the rows with label false")


def talks(count, rules="", **more):
    """Rows that differ in what is asked and answered."""
    asked = [
        " ".join(f"{word}{number}" for word in ("lamp", "table", "chair", "oven", "sofa")) for number in range(count)
    ]
    before = [{"role": "system", "content": rules}] * bool(rules)
    return [
        {
            "messages": [*before, {"role": "user", "content": said}, {"role": "assistant", "content": f"{number}."}],
            **more,
        }
        for number, said in enumerate(asked)
    ]


RULES = " ".join(f"Of rule {number} nothing is to be told." for number in range(30))
DATA = ("task=chat", "dataset=files", "task.audits=[quality.copies]", "quality.deep=false")


def test_talks_under_one_system_message_are_no_copies_of_each_other(goodfit, tmp_path, write_rows):
    write_rows(tmp_path / "in.jsonl", talks(60, RULES))
    outcome = goodfit("data", *DATA, "dataset.train=in.jsonl", "--json")
    assert outcome.code == 0, outcome.err
    assert all(outcome.json["records"].values())
    files = [f"dataset.{split}={split}.jsonl" for split in ("train", "validation", "test")]
    for place, word in enumerate(files):
        write_rows(tmp_path / word.partition("=")[2], talks(60, RULES)[place * 20 : place * 20 + 20])
    outcome = goodfit("data", *DATA, *files, "--json")
    assert outcome.code == 0, outcome.err
    assert "quality.near_leak" not in {found["code"] for found in outcome.json["findings"]}


def test_near_copies_are_those_of_one_system_message_and_one_talk():
    others = RULES.replace("rule", "case").replace("nothing", "all")
    asked = [(RULES, "Is it open?"), (RULES, "is it open"), (RULES, "A lamp?"), (others, "Is it open?")]
    records = [
        Record(f"r{number}", {"messages": [{"role": "system", "content": rules}, {"role": "user", "content": said}]})
        for number, (rules, said) in enumerate(asked)
    ]
    assert keep_together(records, KIND.compared) == [[0, 1], [2], [3]]


@pytest.mark.parametrize(
    ("rows", "error", "fix"),
    [
        pytest.param(
            [{"instruction": RULES, "input": f"lamp {n}", "output": f"{n}"} for n in range(30)],
            "30 of 30 records are near copies of one another, which no split may part",
            "take out of the texts what all of them repeat, such as one long instruction (a chat has a system message "
            "for it), or give a file for each split: dataset.validation= and dataset.test=",
            id="one instruction",
        ),
        pytest.param(
            talks(30, group="all"),
            "30 of 30 records belong to one group, which no split may part",
            "name the column with the groups, dataset.fields.group=<name>, or that there is none: "
            "dataset.fields.group=null",
            id="one group",
        ),
        pytest.param(
            [{"question": "Is it open?", "answer": "Yes."}] * 3,
            "no row has what is needed: in.jsonl:1: the field 'messages' is missing (fields: answer, question); "
            "the other 2 neither",
            "dataset.fields.prompt=question dataset.fields.completion=answer",
            id="question and answer",
        ),
        pytest.param(
            [{"instruction": "Is it open?", "response": "Yes."}] * 3,
            "no row has what is needed: in.jsonl:1: the field 'output' is missing (fields: instruction, response); "
            "the other 2 neither",
            "dataset.fields.output=response",
            id="instruction and response",
        ),
        pytest.param(
            [{"instruction": "Is it open?", "note": "Yes."}] * 3,
            "no row has what is needed: in.jsonl:1: the field 'output' is missing (fields: instruction, note); "
            "the other 2 neither",
            "say which field of yours it is: dataset.fields.output=<name>",
            id="no likely column",
        ),
        pytest.param(
            [{"messages": PAIR}, {"messages": PAIR, "tools": [{"name": "weather"}]}],
            "1 of 2 rows are bad: in.jsonl:2: tools are given, and goodfit learns texts alone",
            "leave out the field 'tools' where no answer needs it, and else these rows, or set them aside: "
            "dataset.on_bad_rows=quarantine",
            id="tools",
        ),
        pytest.param(
            [{"messages": [TALK[0], {**TALK[1], "train": False}]}] * 2,
            "no row is good: in.jsonl:1: message 2 has 'train' false, and all that the assistant says is learnt; "
            "the other 1 have the same fault",
            "leave these conversations out; where all of the answers may be learnt, leave out what marks them",
            id="train",
        ),
    ],
)
def test_rows_that_cannot_be_learnt_from_say_what_mends_them(goodfit, tmp_path, write_rows, rows, error, fix):
    write_rows(tmp_path / "in.jsonl", rows)
    outcome = goodfit("data", *DATA, "dataset.train=in.jsonl")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.errors == [(error, fix)]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        pytest.param(
            [{"question": row["messages"][0]["content"], "answer": "Yes."} for row in talks(30)],
            ["dataset.fields.prompt=question", "dataset.fields.completion=answer"],
            id="question and answer",
        ),
        pytest.param(
            [{"instruction": RULES, "input": row["messages"][0]["content"], "output": "Yes."} for row in talks(30)],
            [
                "dataset.fields.system=instruction",
                "dataset.fields.instruction=null",
                "dataset.fields.prompt=input",
                "dataset.fields.completion=output",
            ],
            id="one instruction",
        ),
        pytest.param([{"messages": json.dumps(row["messages"])} for row in talks(30)], [], id="cells"),
    ],
)
def test_columns_of_a_table_become_conversations(goodfit, tmp_path, rows, words):
    with (tmp_path / "in.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    outcome = goodfit("data", *DATA, "dataset.train=in.csv", *words, "--json")
    assert outcome.code == 0, outcome.err
    assert sum(outcome.json["records"].values()) == 30


def on_a_terminal(folder, *lines):
    """The answers, and what is said beside them, where somebody types these lines to a run."""
    typed, out, err = Terminal("".join(f"{line}\n" for line in lines)), io.StringIO(), io.StringIO()
    with patch("sys.stdin", typed), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        assert main(["predict", str(folder)]) == 0
    answers = [line.partition("model: ")[2] for line in out.getvalue().splitlines() if "model: " in line]
    return answers, err.getvalue().splitlines()


GREETING = "an empty line ends the chat; /system TEXT as its first line is the system message"


@pytest.mark.parametrize("family", ["decoder", "seq2seq"])
def test_a_chat_on_the_terminal_says_once_that_its_beginning_is_left_out(finished, family):
    folder, _ = finished("chat", family)
    assert on_a_terminal(folder, "Is there a lamp?", "")[1] == [GREETING]
    answers, told = on_a_terminal(folder, "lamp " * 600, "And a table?", "")
    assert len(answers) == 2
    assert told == [
        GREETING,
        "warning: the chat is longer than the model reads: from here on its beginning is left out",
    ]


def test_a_chat_on_the_terminal_takes_a_system_message_first(goodfit, finished, tmp_path, write_rows):
    folder, _ = finished("chat", "decoder")
    first = [{"role": "system", "content": RULES[:200]}, TALK[0]]
    write_rows(tmp_path / "asked.jsonl", [{"messages": first}, {"messages": first[1:]}])
    right, bare = [
        answer["prediction"]
        for answer in goodfit("predict", folder, "--input", "asked.jsonl", "--json").json["answers"]
    ]
    system = f"/system {first[0]['content']}"
    answers, told = on_a_terminal(folder, "/system", "/system Be long.", system, SAID[0][1], "/system Be kind.", "")
    assert answers == [f"{right} […]"] and right != bare  # the sign of an answer that broke off
    assert told == [GREETING, *["warning: /system TEXT has to be the first line of a chat, and was left out"] * 2]
