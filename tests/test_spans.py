"""Spans: tags and spans are one thing, windows own each word once, and only tags are learnt."""

import copy
import json
from itertools import pairwise, product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from killing import killed
from tiny import learner_of, with_coding
from tiny_hub import tokenizer_of

from goodfit.data.batches import IGNORED
from goodfit.data.records import Record
from goodfit.kinds import find_kind
from goodfit.kinds.spans import best_tags, spans_of, tags_of, windows
from goodfit.kinds.units import tags_of_words, units_of

CHECK = find_kind("token_classification").check
text_families = pytest.mark.parametrize("family", ["decoder", "seq2seq"])


def record_of(**values):
    return Record("r", CHECK(values, True))


def test_tokens_and_tags_are_the_same_as_text_and_spans():
    tagged = CHECK({"tokens": ["Ada", "Lovelace", "met", "Bob"], "tags": ["B-WHO", "I-WHO", "O", "B-WHO"]}, True)
    spans = [{"start": 0, "end": 12, "label": "WHO"}, {"start": 17, "end": 20, "label": "WHO"}]
    assert tagged == CHECK({"text": "Ada Lovelace met Bob", "spans": spans}, True)


def test_what_a_model_reads_does_not_depend_on_the_answer():
    row = {"text": "pre-2026 order", "spans": [{"start": 4, "end": 6, "label": "YEAR"}]}
    assert CHECK(row, True)["words"] == CHECK(row, False)["words"]


@pytest.mark.parametrize("limit", [10, 128], ids=["windowed", "whole"])
def test_an_encoder_learns_one_tag_at_the_first_token_of_each_word(ready, limit):
    prepared, _ = ready("token_classification", "encoder")
    learner = learner_of(ready, "token_classification", "encoder", max_tokens=limit)
    for record in prepared.splits.train[:8]:
        examples = learner.encode([record]).examples
        assert (len(examples) > 1) == (limit == 10)
        found = []
        for example in examples:
            for place, label in enumerate(example.labels):
                if label != IGNORED:
                    found.append((learner.coding.tokenizer.decode(example.inputs[place]), learner.outputs[label]))
        text, words = record.fields["text"], record.fields["words"]
        expected = tags_of(record.fields["spans"], words)
        assert [tag for _, tag in found] == expected
        for (piece, _), (start, end) in zip(found, words, strict=True):
            assert text[start:end].lower().startswith(piece.removeprefix("##"))


@pytest.mark.parametrize("family", ["encoder", "decoder", "seq2seq"])
def test_of_a_word_longer_than_a_window_the_end_is_cut_and_that_is_counted(ready, family):
    learner = learner_of(ready, "token_classification", family, max_tokens=60)
    found = learner.encode(
        [record_of(text="Ada met Bob", spans=[]), record_of(text="Ada met " + "这是" * 150, spans=[])]
    )
    assert found.cut == [1]
    assert max(len(example.inputs) for example in found.examples) <= 60


def test_what_is_looked_up_is_the_tag_that_a_text_has_most_often():
    def jordan(label):
        return record_of(text="Jordan", spans=[{"start": 0, "end": 6, "label": label}])

    train = [jordan("PLACE"), jordan("WHO"), jordan("WHO")]
    (answer,) = find_kind("token_classification").reference(train, [jordan("WHO")])[1]
    assert [span["label"] for span in answer] == ["WHO"]


@text_families
def test_a_text_model_learns_the_tags_and_not_the_words(ready, family):
    prepared, _ = ready("token_classification", family)
    learner, record = prepared.learner, prepared.splits.train[0]
    (example,) = learner.encode([record]).examples
    tags = tags_of(record.fields["spans"], record.fields["words"])
    marks = ["I" if tag.startswith("I") else tag for tag in tags]
    expected = [token for mark in marks for token in learner.marks[mark]] + [learner.coder.eos]
    assert [label for label in example.labels if label != IGNORED] == expected
    assert "B-WHO" in marks


@text_families
def test_every_tag_of_a_long_text_is_learnt_in_exactly_one_window(ready, family):
    learner = learner_of(ready, "token_classification", family, max_tokens=100)
    text = " ".join(f"w{number}" for number in range(80))
    record = record_of(text=text, spans=[])
    examples = learner.encode([record]).examples
    assert len(examples) > 2
    marks = sum(example.supervised - 1 for example in examples)  # each window ends with its end of text
    assert marks == len(record.fields["words"]) * len(learner.marks["O"])


sizes_lists = st.lists(st.integers(1, 12), max_size=80)


@settings(max_examples=200, deadline=None)
@given(sizes=sizes_lists, limit=st.integers(1, 40))
def test_windows_own_each_word_once_and_fit(sizes, limit):
    found = windows(0, sizes, limit)
    owned = [place for window in found for place in range(*window.owned)]
    assert owned == list(range(len(sizes)))
    for window in found:
        assert window.first <= window.owned[0] <= window.owned[1] <= window.last
        assert sum(sizes[window.first : window.last]) <= limit or window.last - window.first == 1


@st.composite
def tagged_words(draw):
    """Words with blanks between some of them, and spans over whole words."""
    words, place = [], 0
    for _ in range(draw(st.integers(1, 15))):
        place += draw(st.integers(0, 2))
        words.append((place, place := place + draw(st.integers(1, 5))))
    spans, index = [], 0
    while index < len(words):
        length = draw(st.integers(1, 3))
        if draw(st.booleans()) and index + length <= len(words):
            end = words[index + length - 1][1]
            spans.append({"start": words[index][0], "end": end, "label": draw(st.sampled_from(["A", "B-C"]))})
        index += length
    return words, spans


@settings(max_examples=200, deadline=None)
@given(case=tagged_words())
def test_spans_survive_as_tags(case):
    words, spans = case
    assert spans_of(tags_of(spans, words), words) == spans


def test_an_inside_tag_that_continues_nothing_begins_a_span():
    words = [(0, 1), (2, 3), (4, 5), (6, 7)]
    assert json.dumps(spans_of(["I-A", "I-B", "O", "I-B"], words)) == json.dumps(
        [{"start": s, "end": e, "label": label} for s, e, label in ((0, 1, "A"), (2, 3, "B"), (6, 7, "B"))]
    )


@text_families
def test_no_mark_begins_another_one_also_where_a_label_holds_the_sign_behind_it(ready, family):
    marks = learner_of(ready, "token_classification", family, labels=("a", "a ;", "a ; b")).marks.values()
    assert not any(one is not two and two[: len(one)] == one for one in marks for two in marks)


TAGS = ("O", "B-X", "I-X", "B-Y", "I-Y")


def is_legal(sequence):
    return all(tag[0] != "I" or before[1:] == tag[1:] for before, tag in pairwise(["O", *sequence]))


@pytest.mark.parametrize("words", [1, 2, 4])
@pytest.mark.parametrize("seed", range(5))
def test_the_best_tags_are_the_best_of_all_legal_sequences(words, seed):
    scores = np.random.default_rng(seed).normal(size=(words, len(TAGS)))
    tried = product(range(len(TAGS)), repeat=words)
    every = [sequence for sequence in tried if is_legal([TAGS[tag] for tag in sequence])]
    best = max(every, key=lambda sequence: scores[range(words), sequence].sum())
    assert best_tags(scores, TAGS) == [TAGS[tag] for tag in best]


def test_no_words_have_no_tags():
    assert best_tags(np.zeros((0, len(TAGS))), TAGS) == []


SHARED = "On the 4th Acme Inc., (Berlin). paid."


def of_bytes(learner):
    """The learner with a byte-level tokenizer that holds signs which stand together in one token."""
    tokenizer = tokenizer_of("modernbert", [SHARED] * 9)
    return with_coding(learner, tokenizer=tokenizer)


@pytest.mark.parametrize("text", [SHARED, "(Acme)."], ids=["inside", "end"])
def test_an_encoder_reads_a_text_as_its_tokenizer_does_also_where_words_share_a_token(ready, text):
    learner = of_bytes(ready("token_classification", "encoder")[0].learner)
    record = record_of(text=text, spans=[])
    (example,) = learner.encode([record]).examples
    assert list(example.inputs) == learner.coding.tokenizer(text)["input_ids"]
    assert sum(label != IGNORED for label in example.labels) < len(record.fields["words"])


def test_what_an_encoder_learns_of_words_that_share_a_token_are_the_same_spans(ready):
    learner = of_bytes(ready("token_classification", "encoder")[0].learner)
    places = [(SHARED.index(name), name) for name in ("4th", "Acme Inc.", "Berlin")]
    spans = [{"start": start, "end": start + len(name), "label": learner.coding.labels[0]} for start, name in places]
    record = record_of(text=SHARED, spans=spans)
    (example,) = learner.encode([record]).examples
    learnt = [learner.outputs[label] for label in example.labels if label != IGNORED]
    answered = tags_of_words(record, units_of(learner.coding.tokenizer, record, learner.marks), learnt)
    words = record.fields["words"]
    assert len(learnt) < len(words)
    assert spans_of([answered[index] for index in range(len(words))], words) == spans


def test_no_span_of_an_encoder_begins_at_a_word_without_a_token(ready):
    prepared, model = ready("token_classification", "encoder")
    text = " ".join(["cafe\u0301", "the\u0301me"] * 9)  # the tokenizer drops the marks
    record = Record("r", CHECK({"text": text}, False))
    sure = copy.deepcopy(model)
    torch.manual_seed(0)
    torch.nn.init.normal_(sure.classifier.weight, std=9.0)
    (outcome,) = prepared.learner.outcomes(sure, [record], prepared.learner.encode([record]))
    assert any(text[span["end"] - 1] == "\u0301" for span in outcome.answer)
    assert not any(text[span["start"]] == "\u0301" for span in outcome.answer)


def capitals(path, names, start):
    """Records in which a word is a place where it has a capital, and else is not."""
    rows = []
    for number, name in enumerate(names * 4, start):
        word, before = (name, name.capitalize())[number % 2], f"item {number}: they came to "
        spans = [{"start": len(before), "end": len(before) + len(word), "label": "PLACE"}] if number % 2 else []
        rows.append(json.dumps({"text": f"{before}{word} again", "spans": spans}) + "\n")
    path.write_text("".join(rows), "utf-8")
    return path


@pytest.mark.parametrize(
    ("words", "low", "high"),
    [pytest.param([], 0.9, 1.0, id="told"), pytest.param(["model.case_marks=false"], 0.0, 0.7, id="not told")],
)
def test_an_uncased_encoder_learns_from_capitals_where_it_is_told_of_them(goodfit, tmp_path, words, low, high):
    known, other = ["bath", "reading", "nice", "cork", "split", "mobile", "hull"], ["deal", "ware", "battle"]
    files = [
        f"dataset.{split}={capitals(tmp_path / f'{split}.jsonl', names, start)}"
        for split, names, start in (("train", known * 3, 0), ("validation", other * 3, 100), ("test", other * 3, 201))
    ]
    run = tmp_path / "run"
    settings = ["training.epochs=5", "optim.lr=3e-3", "tracker=none", "runtime.threads=1", f"run.dir={run}", *words]
    outcome = goodfit("train", "task=token_classification", "model=bert", "dataset=files", *files, *settings, "--json")
    assert outcome.code == 0, outcome.err
    assert low <= outcome.json["metrics"]["test/f1"]["value"] <= high
    answers = goodfit("predict", str(run), "item 7: they came to Deal again", "item 7: they came to deal again")
    found = [bool(json.loads(line)["prediction"]) for line in answers.out.splitlines()]
    assert (found == [True, False]) == (not words)
    assert ("[unused1]" in (run / "adapter" / "README.md").read_text("utf-8")) == (not words)


def test_a_run_made_before_capitals_could_be_told_goes_on_without(goodfit, tmp_path, tiny_words):
    run = tmp_path / "run"
    words = [*tiny_words("token_classification", "encoder"), "training.save_every_steps=1", f"run.dir={run}"]
    assert killed(["train", *words], tmp_path, "open", "optimizer.safetensors", 2) == -9
    config = run / "config.yaml"
    assert "  case_marks: true\n" in config.read_text("utf-8")
    config.write_text(config.read_text("utf-8").replace("  case_marks: true\n", ""), "utf-8")
    outcome = goodfit("resume", run, "--allow-drift")
    assert outcome.code == 0, outcome.err
    assert "[unused1]" not in (run / "adapter" / "README.md").read_text("utf-8")


def test_capitals_are_told_behind_their_word_and_stand_in_no_label(ready):
    prepared, _ = ready("token_classification", "encoder", "model=bert", "model.name=null")
    learner = prepared.learner
    (example,) = learner.encode([record_of(text="Ada saw the NHS on iOS", spans=[])]).examples
    told = learner.coding.tokenizer.convert_ids_to_tokens(example.inputs)
    assert [token for token in told if token.startswith("[unused")] == ["[unused1]", "[unused2]", "[unused3]"]
    assert told[told.index("[unused2]") - 1] == "nhs"
    assert all(label == IGNORED for token, label in zip(told, example.labels, strict=True) if token.startswith("[u"))


@pytest.mark.parametrize(
    ("words", "error"),
    [
        pytest.param(["task=token_classification", "model=gpt"], "they are for an encoder that tags", id="decoder"),
        pytest.param(["task=support/intent", "model=bert"], "they are for an encoder that tags", id="other kind"),
    ],
)
def test_capitals_are_told_where_they_can_be(goodfit, tmp_path, words, error):
    rows = capitals(tmp_path / "rows.jsonl", ["bath", "nice", "cork"] * 5, 0)
    files = ["dataset=files", f"dataset.train={rows}"] if "task=token_classification" in words else []
    outcome = goodfit("check", *words, *files, "model.case_marks=true")
    assert (outcome.code, outcome.err) == (2, f"error: model.case_marks is true, and {error}\n  fix: leave it out\n")


@pytest.mark.parametrize(("kind", "empty"), [("token_classification", "spans"), ("multilabel", "labels")])
def test_validation_records_without_any_label_are_refused(
    goodfit, tiny_words, write_rows, rows_of, tmp_path, kind, empty
):
    file = write_rows(tmp_path / "plain.jsonl", [{**row, empty: []} for row in rows_of(kind, 24, 1)])
    outcome = goodfit("check", *tiny_words(kind, "encoder"), f"dataset.validation={file}")
    error = "none of the 24 validation records has a label, so that nothing tells which epoch is the best"
    assert (outcome.code, outcome.errors) == (
        2,
        [
            (
                f"{error}, or whether the model overfits",
                "give others, some of which have labels: dataset.validation=<file>",
            )
        ],
    )
