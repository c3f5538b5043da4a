"""Kinds: what a row has to hold, what a model reads of it, and what it learns."""

import itertools
import json
import math
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny import learner_of

from goodfit.data.batches import IGNORED
from goodfit.data.records import Record, RowProblem
from goodfit.errors import ConfigError
from goodfit.kinds import KINDS, find_kind
from goodfit.kinds.text import fill_prompt

TEXT_FAMILIES = ("decoder", "seq2seq")
LEARNT = [(kind, family) for kind in KINDS for family in find_kind(kind).learners]
learnt = pytest.mark.parametrize(("kind", "family"), [pytest.param(*pair, id="-".join(pair)) for pair in LEARNT])
text_families = pytest.mark.parametrize("family", TEXT_FAMILIES)


def record_of(kind, labelled=True, **values):
    return Record("r", find_kind(kind).check(values, labelled))


@pytest.mark.parametrize(
    ("kind", "values", "problem"),
    [
        pytest.param("generation", {"source": "x"}, "the field 'target' is missing", id="no target"),
        pytest.param(
            "multilabel",
            {"text": "x"},
            "labels is missing or no list (of a text without labels it is empty)",
            id="no labels",
        ),
        pytest.param("multilabel", {"text": "x", "labels": ["a", 3]}, "one of the labels is no text", id="labels"),
        pytest.param("generation", {"source": ["x"], "target": "y"}, "source is a list, expected text", id="source"),
        pytest.param("token_classification", {"text": "x"}, "the field 'spans' is missing or no list", id="no spans"),
        pytest.param(
            "token_classification", {"text": "x", "spans": [1]}, "a span has to be {start, end, label}", id="span"
        ),
        pytest.param(
            "token_classification",
            {"text": "abc", "spans": [{"start": 1, "end": 4, "label": "A"}]},
            "the span 1..4 does not lie in the text of 3 characters",
            id="behind the end",
        ),
        pytest.param(
            "token_classification",
            {"text": "abc", "spans": [{"start": "Agnes Mustermann", "end": 2, "label": "A"}]},
            "a span has to have whole numbers as its start and end",
            id="a span that begins with a text",
        ),
        pytest.param(
            "token_classification",
            {"text": "abc", "spans": [{"start": 1, "end": 1, "label": "A"}]},
            "the span 1..1 does not lie in the text of 3 characters",
            id="empty span",
        ),
        pytest.param(
            "token_classification",
            {"text": "abc", "spans": [{"start": 1, "end": 3, "label": "A"}, {"start": 0, "end": 2, "label": "B"}]},
            "the spans 0..2 and 1..3 overlap",
            id="overlap",
        ),
        pytest.param(
            "token_classification",
            {"text": "abc", "spans": [{"start": 0, "end": 2, "label": " "}]},
            "the span 0..2 has no label",
            id="blank label",
        ),
        pytest.param(
            "token_classification",
            {"tokens": ["a", "b"], "tags": ["O"]},
            "tags is not a list of 2 tags, one for each token",
            id="too few tags",
        ),
        pytest.param(
            "token_classification",
            {"tokens": ["a"], "tags": ["PER"]},
            "tag 1 is neither O nor B-… nor I-…",
            id="no BIO",
        ),
        pytest.param(
            "token_classification",
            {"tokens": ["a", ""], "tags": ["O", "O"]},
            "tokens is not a list of non-empty texts",
            id="empty token",
        ),
    ],
)
def test_a_row_that_cannot_be_a_record_says_why(kind, values, problem):
    with pytest.raises(RowProblem) as raised:
        find_kind(kind).check(values, True)
    assert str(raised.value) == problem


def test_attributes_are_read_alike_from_every_format():
    kind, written = find_kind("generation"), "act: inform | people: 4"
    own = {"act": "inform", "people": 4}
    asked = [
        own,
        {"memory": None, **own, "area": "", "price": math.nan},
        json.dumps(own),
        json.dumps({**own, "m": None}),
    ]
    assert [kind.check({"source": source}, False)["source"] for source in asked] == [written] * 4
    assert kind.check({"source": "{act} as it is"}, False)["source"] == "{act} as it is"


def test_attributes_are_written_out():
    source = {"name": "Sofa", "seats": 3, "colours": ["grün"]}
    fields = find_kind("generation").check({"source": source, "target": "x"}, True)
    assert fields["source"] == 'name: Sofa | seats: 3 | colours: ["grün"]'


def test_braces_in_a_record_stay_as_they_are():
    assert fill_prompt("{text} is {label}", {"text": "{label} {x}", "label": "{text}"}) == "{label} {x} is {text}"
    assert fill_prompt("\0{text} {{text}} {none} {n}", {"text": "a", "n": 1}) == "\0a {a} {none} {n}"


@pytest.mark.parametrize(
    "prompt",
    [
        pytest.param("Classify: {txt}", id="misspelt field"),
        pytest.param("Classify this.", id="no field"),
        pytest.param("Classify as {label}: {text}", id="the answer"),
    ],
)
@text_families
def test_a_prompt_without_the_record_or_with_its_answer_is_refused(goodfit, tiny_words, prompt, family):
    outcome = goodfit("preview", *tiny_words("classification", family), f"task.prompt={prompt}")
    assert (outcome.code, outcome.out) == (2, "")
    assert "prompt" in outcome.errors[0][0]


@pytest.mark.parametrize(
    ("kind", "family", "word"),
    [
        pytest.param("classification", "encoder", "model.max_length=600", id="encoder of 128 positions"),
        pytest.param("classification", "decoder", "model.max_length=600", id="decoder of 256 positions"),
        pytest.param("generation", "decoder", "task.max_new_tokens=300", id="answers longer than the model"),
    ],
)
def test_a_length_that_the_model_does_not_have_is_refused_by_name(goodfit, tiny_words, kind, family, word):
    outcome = goodfit("check", *tiny_words(kind, family), word, "dataset.max_cut_share=1")
    assert (outcome.code, outcome.out) == (2, "")
    assert word.split("=")[0] in outcome.errors[0][0]


@pytest.mark.parametrize("word", ["task.num_beams=2", "task.no_repeat_ngram_size=3"])
def test_how_a_free_text_is_written_is_refused_where_none_is(goodfit, tiny_words, word):
    outcome = goodfit("check", *tiny_words("question_answering", "seq2seq"), word)
    assert (outcome.code, outcome.out) == (2, "")
    assert word.split("=")[0] in outcome.errors[0][0]


@pytest.mark.parametrize(
    ("kind", "family", "word"),
    [
        pytest.param("classification", "decoder", "model.pooling=mean", id="pooling of a decoder"),
        pytest.param("token_classification", "encoder", "model.pooling=cls", id="pooling of a tagger"),
        pytest.param("classification", "encoder", "task.prompt={text}?", id="an encoder's prompt"),
        pytest.param("classification", "encoder", "task.max_new_tokens=5", id="what an encoder writes"),
    ],
)
def test_what_a_family_does_not_read_of_a_kind_is_refused_where_it_is_typed(goodfit, tiny_words, kind, family, word):
    outcome = goodfit("check", *tiny_words(kind, family), word)
    article = "an" if family == "encoder" else "a"
    what = f"{word.split('=')[0]} was typed, and {kind} with {article} {family} does not read it"
    assert (outcome.code, outcome.out, outcome.errors) == (2, "", [(what, "leave it out")])


@pytest.mark.sampled
@learnt
def test_preview_shows_what_is_read_and_learnt(goodfit, tiny_words, kind, family):
    outcome = goodfit("preview", *tiny_words(kind, family), "--count", "2", "--json")
    assert outcome.code == 0, outcome.err
    several = family != "encoder" and (kind == "ranking" or (kind, family) == ("chat", "seq2seq"))
    assert [shown["id"] for shown in outcome.json["examples"]] == ["0-0", "0-0" if several else "0-1"]
    for shown in outcome.json["examples"]:
        assert shown["reads"]
        assert shown["learns"]
        assert bool(shown["writes"]) == (family == "seq2seq")
        assert not shown["cut"]


@text_families
@pytest.mark.parametrize(("kind", "answer"), [("classification", "label"), ("generation", "target")])
def test_only_the_answer_and_its_end_are_learnt(ready, kind, answer, family):
    prepared, _ = ready(kind, family)
    coder = prepared.learner.coder
    for record, example in zip(prepared.splits.train, prepared.encoded["train"].examples, strict=True):
        wanted = (*coder.answer_ids(record.fields[answer]), coder.eos)
        assert tuple(label for label in example.labels if label != IGNORED) == wanted
        assert example.labels[-len(wanted) :] == wanted
        prompt = fill_prompt(prepared.coding.prompt, record.fields)
        assert prepared.coding.tokenizer.decode(example.inputs, skip_special_tokens=True).startswith(prompt)


@text_families
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "language_modeling"])
def test_labels_stand_where_their_logits_stand(ready, kind, family):
    prepared, _ = ready(kind, family)
    for example in prepared.encoded["train"].examples:
        if family == "seq2seq":
            assert example.decoder_inputs[0] == prepared.coding.decoder_start_id
            written = [*example.decoder_inputs[1:], prepared.learner.coder.eos]
        else:
            written = [*example.inputs[1:], prepared.learner.coder.eos]
        assert len(written) == len(example.labels)
        assert all(label in (IGNORED, token) for label, token in zip(example.labels, written, strict=True))


@text_families
def test_a_target_that_is_too_long_is_counted_and_has_no_end(ready, family):
    learner = learner_of(ready, "generation", family, max_new_tokens=4)
    short, long = (record_of("generation", source="x", target=text) for text in ("a", "one two three four five"))
    encoded = learner.encode([short, long])
    assert encoded.cut == [1]
    assert encoded.examples[0].labels[-1] == learner.coder.eos
    assert learner.coder.eos not in encoded.examples[1].labels
    assert encoded.examples[1].supervised == 4


def test_an_encoder_learns_the_place_of_the_label(ready):
    prepared, _ = ready("classification", "encoder")
    places = [example.labels for example in prepared.encoded["train"].examples]
    assert prepared.coding.labels == ("bad", "good")
    assert places == [(prepared.coding.labels.index(record.fields["label"]),) for record in prepared.splits.train]


def test_a_text_that_is_too_long_is_cut_with_its_special_tokens_and_counted(ready):
    learner = learner_of(ready, "classification", "encoder", max_tokens=16)
    short, long = (record_of("classification", text=text, label="good") for text in ("short", "word " * 40))
    encoded = learner.encode([short, long])
    assert encoded.cut == [1]
    tokenizer = learner.coding.tokenizer
    assert len(encoded.examples[1].inputs) == 16
    assert (encoded.examples[1].inputs[0], encoded.examples[1].inputs[-1]) == (
        tokenizer.cls_token_id,
        tokenizer.sep_token_id,
    )


def test_more_cut_records_than_allowed_stop_the_run(goodfit, tiny_words):
    words = [*tiny_words("classification", "encoder"), "dataset.max_tokens=12"]
    outcome = goodfit("check", *words)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.errors[0][0].startswith("32 of 32 train records (100%) are longer than the model reads; ")
    found = goodfit("preview", *words, "dataset.max_cut_share=1", "--json")
    assert found.json["cut"] == 32


@pytest.mark.parametrize(
    ("most", "two", "one"), [("0.05", "6%", "5%"), ("0.06", "6.2%", "6.0%"), ("0.0624", "6.25%", "6.24%")]
)
def test_a_share_of_cut_records_reads_otherwise_than_the_one_that_is_allowed(
    goodfit, tmp_path, tiny_words, rows_of, write_rows, most, two, one
):
    rows = rows_of("classification", 32, 9)
    rows[:2] = [{**row, "text": row["text"] * 9} for row in rows[:2]]
    own = write_rows(tmp_path / "own.jsonl", rows)
    words = [*tiny_words("classification", "encoder"), f"dataset.train={own}", f"dataset.max_cut_share={most}"]
    ((error, _),) = goodfit("check", *words).errors
    assert error == f"2 of 32 train records ({two}) are longer than the model reads; at most {one} may be cut"


@text_families
def test_answers_that_are_cut_name_the_setting_that_lets_them_be_whole(goodfit, tiny_words, family):
    words = tiny_words("generation", family)
    ((error, fix),) = goodfit("check", *words, "task.max_new_tokens=2").errors
    assert "are longer than the model reads or writes; " in error
    longer = re.search(r"task\.max_new_tokens=\d+", fix).group()
    assert goodfit("check", *words, longer).code == 0


@pytest.mark.parametrize("kind", ["classification", "multilabel", "token_classification"])
def test_labels_that_leave_a_decoder_no_room_for_a_text_are_refused(goodfit, tmp_path, tiny_words, kind):
    words = tiny_words(kind, "decoder")
    (split,) = (word for word in words if word.startswith("dataset.train="))
    text = Path(split.removeprefix("dataset.train=")).read_text("utf-8")
    for label in ("good", "late", "WHO"):
        text = text.replace(f'"{label}"', '"' + "very " * 300 + label + '"')
    (tmp_path / "long.jsonl").write_text(text, "utf-8")
    words = [word for word in words if not word.startswith("dataset.")]
    words += ["dataset=files", "dataset.train=long.jsonl", "dataset.max_cut_share=1", "task.max_new_tokens=400"]
    ((error, fix),) = goodfit("check", *words).errors
    assert "of the 256 that the model reads none are left for a text" in error
    assert "shorten the labels" in fix


TEXTS = (
    st.lists(
        st.one_of(
            st.sampled_from(["a", "order", "refund,", "\n\n\n", "          ", "ß", "漢字", "🎉", "|", "</s>", "[SEP]"]),
            st.sampled_from(["x7" * 90, "x7" * 40]),
            st.text(min_size=1, max_size=12).filter(lambda text: not any("\ud800" <= c <= "\udfff" for c in text)),
        ),
        min_size=1,
        max_size=60,
    )
    .map(" ".join)
    .filter(lambda text: text.strip())
)


@pytest.mark.sampled
@learnt
@settings(max_examples=25, deadline=None)
@given(text=TEXTS, limit=st.sampled_from([32, 64, 128]))
def test_no_example_is_longer_than_the_model_reads(ready, kind, family, text, limit):
    learner = learner_of(ready, kind, family, max_tokens=limit)
    said = [{"role": "user", "content": text}, {"role": "assistant", "content": "x"}]
    rows = {
        "classification": {"text": text, "label": "good"},
        "multilabel": {"text": text, "labels": ["late"]},
        "token_classification": {"text": text, "spans": []},
        "question_answering": {"context": text, "question": text, "answers": []},
        "ranking": {"query": text, "positive": f"{text}!"},
        "generation": {"source": text, "target": "x"},
        "chat": {"messages": [*said, *said]},
        "language_modeling": {"text": text},
    }
    encoded = learner.encode([record_of(kind, **rows[kind])])
    assert encoded.examples
    rows = [size for example in encoded.examples for size in example.rows or (len(example.inputs),)]
    assert max(rows) <= limit
    assert all(example.supervised for example in encoded.examples)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (["b", "a", "b"], ["a", "b"]),
        ("b; a", ["a", "b"]),
        ("", []),
        ([], []),
        ("one thing", ["one thing"]),
        (["a; b"], ["a; b"]),
        ('["c", "a; b"]', ["a; b", "c"]),
        ("[]", []),
        ("[sic]; a", ["[sic]", "a"]),
        ("[2] b", ["[2] b"]),
        ("['c', 'a; b', \"don't\"]", ["a; b", "c", "don't"]),
        ("['b' 'a']", ["a", "b"]),
        (r"['C:\\users', 'it\'s']", ["C:\\users", "it's"]),
        (r"['\users']", ["users"]),
        ("{'b', 'a'}", ["a", "b"]),
    ],
)
def test_labels_are_a_list_or_a_text_with_semicolons(given, read):
    assert find_kind("multilabel").check({"text": "x", "labels": given}, True)["labels"] == read


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ('["a; b"', "begins as a list"),
        ("['don't', 'a']", "begins as a list"),
        ("['a', b]", "begins as a list"),
        ("[1, 2]", "one of the labels is no text"),
    ],
)
def test_a_cell_that_begins_as_a_list_of_texts_and_is_none_is_a_bad_row(cell, problem):
    with pytest.raises(RowProblem, match=problem):
        find_kind("multilabel").check({"text": "x", "labels": cell}, True)


def test_the_answers_of_one_label_and_of_two_are_not_the_same():
    one, two = (record_of("multilabel", text="x", labels=labels) for labels in (["a; b"], ["a", "b"]))
    assert find_kind("multilabel").answer(one) != find_kind("multilabel").answer(two)


@text_families
@pytest.mark.parametrize("names", [("a", "a b", "b", "too late"), ("a", "a; b", "b", "b # a")], ids=["plain", "signs"])
def test_every_list_of_labels_can_be_written_and_read_and_nothing_else(ready, family, names):
    lists = learner_of(ready, "multilabel", family, labels=names).lists
    every = [list(chosen) for count in range(5) for chosen in itertools.combinations(names, count)]
    for labels in every:
        ids = lists.ids(reversed(labels))
        for place, token in enumerate(ids):
            assert token in lists.allowed(ids[:place])
        assert lists.labels(ids[:-1]) == labels
        assert len(ids) <= lists.longest
    seen, open_ones = set(), [()]
    while open_ones:  # whatever is allowed leads to one of these lists
        written = open_ones.pop()
        for token in lists.allowed(written):
            if token == lists.ids([])[-1]:
                seen.add(tuple(lists.labels(written)))
            else:
                open_ones.append((*written, token))
    assert seen == {tuple(labels) for labels in every}


@text_families
def test_a_list_that_breaks_off_has_its_whole_labels(ready, family):
    lists = learner_of(ready, "multilabel", family, labels=("broken glass", "too late")).lists
    ids = lists.ids(["broken glass", "too late"])
    assert lists.labels(ids[:-2]) == ["broken glass"]
    assert lists.labels(()) == []


@text_families
def test_labels_that_hold_every_sign_that_could_stand_between_them_are_refused(ready, family):
    with pytest.raises(ConfigError, match="';' in 'a; b', '#' in 'c#', '\\+' in '=\\+', '=' in '=\\+'") as refused:
        learner_of(ready, "multilabel", family, labels=("a; b", "c#", "=+"))
    assert "choose an encoder (goodfit list model)" in refused.value.fix


@text_families
@pytest.mark.parametrize("labels", [("late_now", "late now"), ("late", "none")])
def test_labels_that_read_alike_are_refused(ready, family, labels):
    with pytest.raises(ConfigError, match="read alike"):
        learner_of(ready, "multilabel", family, labels=labels)


def test_what_searches_says_of_which_documents_it_reads_the_beginning_only():
    learners = [learner for kind in KINDS if find_kind(kind).searches for learner in find_kind(kind).learners.values()]
    assert learners
    assert all(callable(getattr(learner, "too_long", None)) for learner in learners)  # each is a Searcher
