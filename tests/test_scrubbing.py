"""Scrubbing: what a scrubber finds is taken out of every text of every kind, before anything reads or stores it."""

import json
import re
import zipfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goodfit.data.records import Record
from goodfit.data.scrub import Scrub
from goodfit.data.slots import Texts, texts_of
from goodfit.data.stand_ins import StandIns, gives_away, key_for
from goodfit.errors import ConfigError, PluginError
from goodfit.hooks.types import Found, ScrubberSpec
from goodfit.kinds import KINDS, find_kind
from goodfit.texts.words import split_words

PLUGIN = """
import re
from goodfit.hooks import hookimpl
from goodfit.hooks.types import Found, ScrubberSpec

HOOK_API = 1


def find(texts):
    {body}


@hookimpl
def goodfit_register_scrubbers():
    return [ScrubberSpec(name="badge.numbers", description="badges", recall={{"BADGE": 0.5}}, measured_on="10 texts",
                         find=find)]
"""
FINDS = (
    r"return [[Found(start=m.start(), end=m.end(), type='BADGE') for m in re.finditer(r'badge-[0-9]+', text)]"
    " for text in texts]"
)
SCRUBBED = ["privacy=mask", "privacy.scrubbers=[badge.numbers]"]


def spec(**more):
    """A scrubber of badges, and of the people that it knows."""
    pattern = re.compile(r"(?P<BADGE>badge-\d+)|(?P<WHO>\b(?:Ada Quill|Bo Renn|Quill)\b)")

    def find(texts):
        return [
            [Found(start=hit.start(), end=hit.end(), type=hit.lastgroup) for hit in pattern.finditer(text)]
            for text in texts
        ]

    recall = {"BADGE": 1.0, "WHO": 0.8}
    return ScrubberSpec(name="t.s", description="", recall=recall, measured_on="", find=find, **more)


def scrub(mode="mask", seed=1, keep=(), **more):
    return Scrub([spec(**more)], mode, key_for(mode, seed), frozenset(keep))


ROWS = {
    "classification": {"text": "Ada Quill has badge-7.", "label": "good"},
    "multilabel": {"text": "Ada Quill has badge-7.", "labels": ["a", "b"]},
    "token_classification": {
        "text": "Today Ada Quill has badge-7 in Rome.",
        "spans": [
            {"start": 6, "end": 9, "label": "FIRST"},
            {"start": 10, "end": 15, "label": "LAST"},
            {"start": 31, "end": 35, "label": "WHERE"},
        ],
    },
    "question_answering": {
        "context": "On badge-7 stands Ada Quill, in red.",
        "question": "Who has badge-7?",
        "answers": [{"text": "Ada Quill", "start": 18}, {"text": "red", "start": 32}],
    },
    "ranking": {"query": "badge-7?", "positive": "Ada Quill has badge-7.", "negatives": ["Bo Renn has none.", "x"]},
    "generation": {"source": {"who": "Ada Quill", "what": "badge-7"}, "target": "Ada Quill got badge-7."},
    "chat": {"messages": [{"role": "user", "content": "badge-7?"}, {"role": "assistant", "content": "Ada Quill's."}]},
    "language_modeling": {"text": "Ada Quill and Bo Renn.\nbadge-7"},
}


@pytest.mark.parametrize("name", KINDS)
def test_every_text_of_every_kind_is_scrubbed_and_what_points_into_it_moves(name):
    kind = find_kind(name)
    fields = kind.check(ROWS[name], True)
    (record,), done = scrub().records([Record("1", fields)], kind.texts)
    held = json.dumps(record.fields)
    assert not re.search(r"Ada|Quill|Renn|badge-", held)
    assert "[WHO]" in held and "[BADGE]" in held
    assert (done.records, done.of) == (1, 1)
    assert set(record.fields) == set(fields)


def test_spans_and_words_stand_where_their_texts_stand_now():
    kind = find_kind("token_classification")
    (record,), _ = scrub().records([Record("1", kind.check(ROWS["token_classification"], True))], kind.texts)
    text = record.fields["text"]
    assert text == "Today [WHO] [WHO] has [BADGE] in Rome."
    assert [text[span["start"] : span["end"]] for span in record.fields["spans"]] == ["[WHO]", "[WHO]", "Rome"]
    assert record.fields["words"] == split_words(text)


def test_answers_stand_in_the_scrubbed_context():
    kind = find_kind("question_answering")
    (record,), _ = scrub().records([Record("1", kind.check(ROWS["question_answering"], True))], kind.texts)
    for answer in record.fields["answers"]:
        assert record.fields["context"][answer["start"] :].startswith(answer["text"])
    assert [answer["text"] for answer in record.fields["answers"]] == ["[WHO]", "red"]


def test_tokens_and_tags_move_too():
    kind = find_kind("token_classification")
    row = {"tokens": ["By", "Ada", "Quill,", "badge-7"], "tags": ["O", "B-WHO", "I-WHO", "O"]}
    (record,), _ = scrub().records([Record("1", kind.check(row, True))], kind.texts)
    text = record.fields["text"]
    assert text == "By [WHO], [BADGE]"
    assert [text[start:end] for start, end in record.fields["words"]] == ["By", "[", "WHO", "]", ",", "[", "BADGE", "]"]
    (span,) = record.fields["spans"]
    assert text[span["start"] : span["end"]] == "[WHO],"


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        pytest.param("mask", r"\[WHO\] and \[WHO\] have \[BADGE\]", id="mask"),
        pytest.param("hash", r"\[WHO_(\w{12})\] and \[WHO_(?!\1)\w{12}\] have \[BADGE_\w{12}\]", id="hash"),
        pytest.param("pseudonymise", r"\[WHO_\w{12}\] and \[WHO_\w{12}\] have \[BADGE_\w{12}\]", id="pseudonymise"),
        pytest.param("drop", r" and  have ", id="drop"),
    ],
)
def test_the_mode_says_what_stands_in(monkeypatch, mode, expected):
    monkeypatch.setenv("GOODFIT_PRIVACY_KEY", "a key of 24 characters..")
    assert re.fullmatch(expected, scrub(mode).texts(["Ada Quill and Bo Renn have badge-1"])[0])


@pytest.mark.parametrize(
    ("sort", "one", "other", "same"),
    [
        ("DATE", "1.12.2024", "11.2.2024", False),
        ("DATE", "1.12.2024", "1. 12. 2024", True),
        ("IP_ADDRESS", "10.1.23.4", "10.12.3.4", False),
        ("IP_ADDRESS", "2001:db8::1:2", "2001:db8:1::2", False),
        ("IP_ADDRESS", "10.1.23.4", "10[.]1[.]23[.]4", True),
        ("PHONE_NUMBER", "0171 123 4567", "0171/1234567", True),
        ("CREDIT_CARD", "4111 1111 1111 1111", "4111111111111111", True),
        ("IBAN_CODE", "GB29 NWBK 6016 1331 9268 19", "gb29nwbk60161331926819", True),
        ("WHO", "Ada Quill", "ADA  QUILL", True),
    ],
)
def test_values_have_one_hash_where_they_are_written_in_other_ways_and_two_where_they_differ(sort, one, other, same):
    stand_ins = StandIns("hash", b"a key of 24 characters..")
    finds = spec(ordered=("DATE", "IP_ADDRESS"))
    assert (stand_ins.of(finds, sort, one) == stand_ins.of(finds, sort, other)) is same


@pytest.mark.parametrize(("ordered", "different"), [(("ON",), 2), ((), 1)])
def test_a_scrubber_says_of_which_types_it_counts_where_the_signs_stand(ordered, different):
    def find(texts):
        return [
            [Found(start=m.start(), end=m.end(), type="ON") for m in re.finditer(r"[\d.]+", text)] for text in texts
        ]

    dates = ScrubberSpec(name="t.dates", description="", recall={"ON": 1.0}, measured_on="", find=find, ordered=ordered)
    scrub = Scrub([dates], "pseudonymise", key_for("pseudonymise", 1))
    assert len(set(scrub.texts(["due 1.12.2024", "due 11.2.2024"]))) == different


def test_what_is_dropped_leaves_its_type_where_nothing_else_would_be_left():
    assert scrub("drop").texts(["badge-7", " Ada Quill ", "x Ada Quill"]) == ["[BADGE]", " [WHO] ", "x "]


def test_a_pseudonym_is_one_for_a_data_set_and_another_in_the_next():
    one = scrub("pseudonymise").texts(["Ada Quill", "it was ADA  Quill", "Ada Quill!"])
    assert one[0] in one[2] and len(set(one)) == 3
    assert one[0] not in scrub("pseudonymise").texts(["Ada Quill", "and others"])
    assert one[0] not in scrub("pseudonymise", seed=2).texts(["Ada Quill", "it was ADA  Quill", "Ada Quill!"])


def test_with_a_key_a_pseudonym_is_one_for_all_data_sets(monkeypatch):
    monkeypatch.setenv("GOODFIT_PRIVACY_KEY", "a key of 24 characters..")
    one = scrub("pseudonymise").texts(["Ada Quill", "it was ADA  Quill"])
    assert one[0] == scrub("pseudonymise", seed=2).texts(["others", "Ada Quill"])[1]
    assert one[0] != scrub("hash").texts(["Ada Quill"])[0]


def test_a_question_with_a_pseudonym_finds_it_in_documents_where_there_is_a_key(
    goodfit, install, tiny_words, tmp_path, monkeypatch
):
    install("badge", PLUGIN.format(body=FINDS))
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "one.txt").write_text("who wears badge-7\n\nand who badge-8", "utf-8")
    words = [*tiny_words("ranking", "encoder"), "privacy=pseudonymise", "privacy.scrubbers=[badge.numbers]"]
    asked = ["where is badge-7", "--documents", "files", "--json"]
    told = "without GOODFIT_PRIVACY_KEY a name has another pseudonym in a question than in documents, and is not found"
    for key in ("", "a key of 24 characters.."):
        monkeypatch.setenv("GOODFIT_PRIVACY_KEY", key)
        made = goodfit("train", *words, "training.max_steps=1", f"run.dir=run{len(key)}", "--quiet")
        assert made.code == 0, made.err
        outcome = goodfit("predict", f"run{len(key)}", *asked)
        assert outcome.code == 0, outcome.err
        assert (told in outcome.json["warnings"]) == (not key)


def test_with_a_key_a_pseudonym_cannot_be_made_of_the_texts_alone(monkeypatch):
    monkeypatch.delenv("GOODFIT_PRIVACY_KEY", raising=False)
    texts = ["Ada Quill"]
    guessed = scrub("pseudonymise").texts(texts)
    assert guessed == ["[WHO_be9a22984e5f]"]  # as before there was a key, so that runs are made again
    made = []
    for key in ("a key of 24 characters..", "one of 24 characters too"):
        monkeypatch.setenv("GOODFIT_PRIVACY_KEY", key)
        assert scrub("pseudonymise").texts(texts) == scrub("pseudonymise").texts(texts)
        made += scrub("pseudonymise").texts(texts)
    assert len({*guessed, *made}) == 3
    monkeypatch.setenv("GOODFIT_PRIVACY_KEY", "short")
    with pytest.raises(
        ConfigError, match="privacy=pseudonymise, and the variable GOODFIT_PRIVACY_KEY has 5 characters"
    ):
        scrub("pseudonymise")


def test_pseudonyms_that_can_be_guessed_are_told_and_another_key_is_no_reproduction(
    goodfit, install, tiny_words, tmp_path, monkeypatch, rows_of, write_rows
):
    install("badge", PLUGIN.format(body=FINDS))
    rows = [
        {**row, "text": f"{row['text']} badge-{number}"} for number, row in enumerate(rows_of("classification", 40))
    ]
    words = [*tiny_words("classification", "encoder"), f"dataset.train={write_rows(tmp_path / 'own.jsonl', rows)}"]
    words += ["privacy=pseudonymise", "privacy.scrubbers=[badge.numbers]", "training.epochs=1"]

    def told():
        (found,) = [one for one in goodfit("check", *words, "--json").json["findings"] if "scrubbed" in one["code"]]
        return found["message"]

    monkeypatch.delenv("GOODFIT_PRIVACY_KEY", raising=False)
    assert told().endswith(
        "; without GOODFIT_PRIVACY_KEY, pseudonyms of few or known texts are found by guessing names"
    )
    monkeypatch.setenv("GOODFIT_PRIVACY_KEY", "a key of 24 characters..")
    assert "GOODFIT_PRIVACY_KEY" not in told()
    assert goodfit("train", *words, "run.dir=run").code == 0
    assert b"24 characters" not in b"".join(path.read_bytes() for path in tmp_path.rglob("run/*") if path.is_file())
    assert goodfit("reproduce", "run").code == 0
    monkeypatch.setenv("GOODFIT_PRIVACY_KEY", "one of 24 characters too")
    outcome = goodfit("reproduce", "run")
    assert outcome.code == 2 and "what the run was made from is not here any more: data" in outcome.err
    assert "fix: set GOODFIT_PRIVACY_KEY as it was then, or bring that back" in outcome.err
    outcome = goodfit("evaluate", "run", "--split", "train")
    assert outcome.code == 2 and "fix: set GOODFIT_PRIVACY_KEY as it was then, or restore them" in outcome.err


def test_a_value_that_was_found_once_is_taken_out_of_the_whole_record():
    texts = Texts(names=("source", "target"))
    fields = {"source": "Ada Quill, badge-7", "target": "Mx Quill, badge-7, not badge-77"}

    def finds_in_sources(texts):
        return [[Found(start=0, end=9, type="WHO")] if text.startswith("Ada Quill") else [] for text in texts]

    seen = ScrubberSpec(name="t.s", description="", recall={"WHO": 1}, measured_on="", find=finds_in_sources)
    repeating = ScrubberSpec(
        name="t.s", description="", recall={"WHO": 1}, measured_on="", find=finds_in_sources, repeats=("WHO",)
    )
    fields["target"] = "for Ada Quill and Ada Quillson"
    key = key_for("mask", 1)
    (plain,), _ = Scrub([seen], "mask", key).records([Record("1", fields)], texts)
    (whole,), _ = Scrub([repeating], "mask", key).records([Record("1", fields)], texts)
    assert plain.fields["target"] == fields["target"]
    assert whole.fields["target"] == "for [WHO] and Ada Quillson"
    fields["target"] = "ADA QUILL; ada quill; see ada quill_1.pdf and ada_quill; aDA QUILL"
    (whole,), _ = Scrub([repeating], "mask", key).records([Record("1", fields)], texts)
    assert whole.fields["target"] == "[WHO]; [WHO]; see [WHO]_1.pdf and ada_quill; aDA QUILL"


def test_parts_of_a_value_are_taken_out_of_the_whole_record():
    def find(texts):
        return [[Found(start=0, end=9, type="WHO")] if text.startswith("Ada Quill") else [] for text in texts]

    def scrub_of(parts):
        by_parts = ScrubberSpec(
            name="t.s", description="", recall={"WHO": 1}, measured_on="", find=find, repeats=("WHO",), parts=parts
        )
        return Scrub([by_parts], "mask", key_for("mask", 1))

    fields = {"source": "Ada Quill left. Quill is Ada, no Quilling.", "target": "for Quill"}
    records = [Record("1", fields)], Texts(names=("source", "target"))
    (record,), _ = scrub_of(lambda sort, value: value.split()).records(*records)
    assert record.fields == {"source": "[WHO] left. [WHO] is [WHO], no Quilling.", "target": "for [WHO]"}
    fields["target"] = "QUILL, ADA, a quill, quill_cv.pdf, Quill_cv.pdf"  # a short one in small letters may be a word
    (record,), _ = scrub_of(lambda sort, value: value.split()).records([Record("1", fields)], records[1])
    assert record.fields["target"] == "[WHO], [WHO], a quill, quill_cv.pdf, [WHO]_cv.pdf"


def test_a_value_of_two_types_of_which_one_stays_is_taken_out_of_the_whole_record():
    """A tagger may take a name for a place in one sentence, and for a person in the next."""

    def find(texts):
        sorts = {"in Stone": "PLACE", "by Stone": "WHO"}
        return [
            [
                Found(start=hit.start() + 3, end=hit.end(), type=sorts[hit[0]])
                for hit in re.finditer("in Stone|by Stone", text)
            ]
            for text in texts
        ]

    seen = ScrubberSpec(
        name="t.s", description="", recall={"WHO": 1, "PLACE": 1}, measured_on="", find=find, repeats=("WHO", "PLACE")
    )
    texts = Texts(names=("source", "target"))
    for fields in ({"source": "in Stone", "target": "by Stone"}, {"source": "by Stone", "target": "in Stone, Stone"}):
        (record,), _ = Scrub([seen], "mask", key_for("mask", 1), keep=("PLACE",)).records([Record("1", fields)], texts)
        assert "Stone" not in str(record.fields)
    alone = {"source": "in Stone", "target": "Stone"}
    (record,), _ = Scrub([seen], "mask", key_for("mask", 1), keep=("PLACE",)).records([Record("1", alone)], texts)
    assert record.fields == alone


def test_blanks_around_a_place_are_no_part_of_it():
    def find(texts):
        return [
            [Found(start=hit.start(), end=hit.end(), type="WHO") for hit in re.finditer(r"\s\w*", t)] for t in texts
        ]

    loose = ScrubberSpec(name="t.loose", description="", recall={"WHO": 0.5}, measured_on="", find=find)
    scrubber = Scrub([loose], "mask", key_for("mask", 1))
    assert scrubber.texts(["Dr. Quill  \nsays"]) == ["Dr. [WHO]  \n[WHO]"]


def test_types_that_are_kept_stay():
    assert scrub(keep=["WHO"]).texts(["Ada Quill has badge-7"]) == ["Ada Quill has [BADGE]"]


@pytest.mark.parametrize(("by_form", "left"), [(True, "on 10 Jun"), (False, "on 10 [WHO]")])
def test_what_is_kept_for_its_form_is_not_taken_by_a_scrubber_that_guesses(by_form, left):
    def finds(what, sort):
        def find(texts):
            return [[Found(start=m.start(), end=m.end(), type=sort) for m in re.finditer(what, text)] for text in texts]

        return ScrubberSpec(
            name=f"t.{sort.lower()}", description="", recall={sort: 1.0}, measured_on="", find=find,
            by_form=by_form and sort == "DATE",
        )  # fmt: skip

    both = Scrub([finds(r"\d+ Jun", "DATE"), finds(r"Jun", "WHO")], "mask", key_for("mask", 1), frozenset(["DATE"]))
    assert both.texts(["on 10 Jun", "Jun came"]) == [left, "[WHO] came"]


def test_the_earlier_scrubber_has_what_both_find_and_nothing_of_either_is_left():
    def finds(start, end, sort):
        return lambda texts: [[Found(start=start, end=end, type=sort)] if "abc" in text else [] for text in texts]

    def made(start, end, sort):
        return ScrubberSpec(name="t.s", description="", recall={sort: 1}, measured_on="", find=finds(start, end, sort))

    specs = [made(2, 6, "ONE"), made(0, 9, "TWO")]
    assert Scrub(specs, "mask", key_for("mask", 1)).texts(["x abcdef-yz"]) == ["[TWO][ONE][TWO]yz"]


PIECES = [
    "Ada Quill",
    "Bo Renn",
    "badge-7",
    "badge-12",
    "[WHO]",
    "[BADGE]",
    " ",
    ", ",
    "the ",
    "Quill",
    "[",
    "]",
    "\n",
    "ö",
]
TEXTS = st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map("".join), min_size=1, max_size=5)
CALM = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
MODES = st.sampled_from(["mask", "pseudonymise", "drop"])


@CALM
@given(TEXTS, MODES)
def test_a_scrubbed_text_scrubs_to_itself(texts, mode):
    once = scrub(mode).texts(texts)
    assert scrub(mode).texts(once) == once
    assert not any(spec().find(once))


@CALM
@given(TEXTS, MODES, st.randoms(use_true_random=False))
def test_texts_are_scrubbed_the_same_one_by_one_and_in_any_order(texts, mode, chance):
    whole = Scrub([spec()], mode, lambda texts: b"key")
    together = whole.texts(texts)
    assert [whole.texts([text])[0] for text in texts] == together
    order = list(range(len(texts)))
    chance.shuffle(order)
    assert whole.texts([texts[index] for index in order]) == [together[index] for index in order]


@CALM
@given(st.text(alphabet="ab -7QuilAdBoRen[]WHO", max_size=40), st.data())
def test_spans_keep_what_is_not_scrubbed_and_stay_in_order(text, data):
    ends = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    spans = [{"start": a, "end": b, "label": "X"} for a, b in zip(ends[::2], ends[1::2], strict=False)]
    fields = {"text": text, "spans": spans, "words": split_words(text)}
    texts = Texts(names=("text",), places={"spans": "text", "words": "text"})
    (record,), _ = scrub().records([Record("1", fields)], texts)
    new, moved = record.fields["text"], record.fields["spans"]
    assert len(moved) == len(spans)
    for before, after in zip(spans, moved, strict=True):
        was, now = text[before["start"] : before["end"]], new[after["start"] : after["end"]]
        assert scrub().texts([was])[0] == now or "[WHO]" in now or "[BADGE]" in now
    assert all(one["end"] <= other["start"] for one, other in pairwise(moved))
    words = record.fields["words"]
    assert all(0 <= start < end <= len(new) for start, end in words) and words == sorted(words)


def test_texts_of_a_record_are_found_by_their_way():
    fields = {"messages": ({"role": "user", "content": "a"},), "negatives": ("b", "c"), "text": "d"}
    slots = texts_of(fields, Texts(names=("messages.content", "negatives", "text", "absent")))
    assert slots == {("messages", 0, "content"): "a", ("negatives", 0): "b", ("negatives", 1): "c", ("text",): "d"}


def test_a_traceback_shows_where_a_scrubber_failed_and_no_text(goodfit, install, tiny_words):
    body = "try:\n        float(texts[0])\n    except ValueError as error:\n        raise KeyError(texts[1]) from error"
    install("badge", PLUGIN.format(body=body))
    outcome = goodfit("check", *tiny_words("classification", "encoder"), *SCRUBBED, "--traceback")
    assert outcome.code == 4
    assert "raise KeyError(texts[1]) from error" in outcome.err and "\nKeyError\n" in outcome.err
    assert "\nValueError\n" in outcome.err and "goodfit.errors.PluginError: " in outcome.err
    assert "from order" not in outcome.err


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param("return []", "read 80 texts and answered 0", id="answers too little"),
        pytest.param(
            "return [[Found(start=0, end=10**6, type='BADGE')]] * len(texts)",
            "named a place that is not in the text",
            id="names no place",
        ),
        pytest.param(
            "return [[Found(start=0, end=1, type='OTHER')]] * len(texts)",
            "found the type 'OTHER', which it does not declare",
            id="an unknown type",
        ),
    ],
)
def test_a_scrubber_that_fails_stops_the_run(goodfit, install, tiny_words, body, reason):
    install("badge", PLUGIN.format(body=body))
    outcome = goodfit("check", *tiny_words("classification", "encoder"), *SCRUBBED)
    assert (outcome.code, outcome.out) == (4, "")
    ((error, fix),) = outcome.errors
    assert error == f"the scrubber 'badge.numbers' {reason}; nothing goes on unscrubbed"
    assert fix == "mend or update its plugin; --traceback shows where"


@pytest.mark.parametrize(
    ("body", "code", "error", "fix"),
    [
        pytest.param(
            "raise ValueError(texts[0])",
            4,
            "the plugin 'badge' failed in badge.numbers.find: ValueError (",
            "goodfit plugins check badge tells its authors what is wrong",
            id="a fault, whose message could hold a text",
        ),
        pytest.param(
            "from goodfit.errors import HardwareError; raise HardwareError('it needs the package x', 'pip install x')",
            5,
            "it needs the package x",
            "pip install x",
            id="what it says to the user",
        ),
    ],
)
def test_what_a_scrubber_raises_stops_the_run(goodfit, install, tiny_words, body, code, error, fix):
    install("badge", PLUGIN.format(body=body))
    outcome = goodfit("check", *tiny_words("classification", "encoder"), *SCRUBBED)
    assert (outcome.code, outcome.out) == (code, "")
    ((said, next_step),) = outcome.errors
    assert said.startswith(error) and next_step == fix


def test_a_run_that_needs_a_scrubber_that_is_not_there_stops(goodfit, tiny_words):
    words = tiny_words("classification", "encoder")
    outcome = goodfit("check", *words, "privacy=mask", "privacy.scrubbers=[absent.names]")
    assert (outcome.code, outcome.out) == (4, "")
    ((error, fix),) = outcome.errors
    assert error == "privacy=mask (task=classification) needs the plugin 'absent', which is not installed"
    assert fix == "pip install goodfit-absent, from its own folder or your index"


@pytest.mark.parametrize(
    ("words", "error", "fix"),
    [
        pytest.param(
            ["privacy.keep=[BADGE]"],
            "privacy.keep was typed, and nothing is scrubbed",
            "add privacy=mask, or another way to scrub",
            id="nothing is scrubbed",
        ),
        pytest.param(
            [*SCRUBBED, "privacy.keep=[BADGES]"],
            "no scrubber finds the type 'BADGES', which privacy.keep names",
            "choose of BADGE",
            id="an unknown type",
        ),
        pytest.param(
            ["privacy=mask", "privacy.scrubbers=[]"],
            "privacy.mode is mask, and no scrubber is named",
            "choose an option: privacy=mask",
            id="no scrubber",
        ),
        pytest.param(
            ["privacy=hash", "privacy.scrubbers=[badge.numbers]"],
            "privacy=hash, and the variable GOODFIT_PRIVACY_KEY is not set",
            "set it to a secret of at least 16 characters, the same for all runs that are to agree",
            id="no key",
        ),
    ],
)
def test_a_mistake_in_the_words_of_privacy_costs_two_lines(
    goodfit, install, tiny_words, monkeypatch, words, error, fix
):
    monkeypatch.delenv("GOODFIT_PRIVACY_KEY", raising=False)
    install("badge", PLUGIN.format(body=FINDS))
    outcome = goodfit("check", *tiny_words("classification", "encoder"), *words)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.errors == [(error, fix)]


def test_all_that_words_and_environment_tell_comes_together_before_data_are_read(
    goodfit, install, tiny_words, monkeypatch
):
    for variable in ("GOODFIT_PRIVACY_KEY", "GOODFIT_VAULT_KEY"):
        monkeypatch.delenv(variable, raising=False)
    install("badge", PLUGIN.format(body=FINDS))
    words = [*tiny_words("classification", "encoder"), "dataset.train=missing.jsonl", "policy.gates=[not_overfitt]"]
    words += ["privacy=hash", "privacy.scrubbers=[badge.numbers]", "privacy.vault=staff.vault", "task.audits=[badge.x]"]
    for verb in ("check", "train"):
        outcome = goodfit(verb, *words)
        assert (outcome.code, outcome.out) == (2, "")
        assert [error for error, _ in outcome.errors] == [
            "a vault is encrypted, and the variable GOODFIT_VAULT_KEY is not set",
            "no gate called 'not_overfitt'",
            "privacy=hash, and the variable GOODFIT_PRIVACY_KEY is not set",
            "no audit called 'badge.x'",
        ]


TASK = "name: badge/sort\nkind: classification\ndescription: A task\nprivacy: mask\nprivacy_keep: [{kept}]\n"


@pytest.mark.parametrize(("kept", "mode"), [("", "mask"), ("BADGE", "mask")])
def test_a_task_says_what_privacy_auto_means(goodfit, install, tiny_words, kept, mode):
    install("badge", PLUGIN.format(body=FINDS), {"task/badge/sort.yaml": TASK.format(kept=kept)})
    words = ["task=badge/sort", *tiny_words("classification", "encoder")[1:], "privacy.scrubbers=[badge.numbers]"]
    shown = goodfit("check", *words, "--json").json
    (finding,) = [found for found in shown["findings"] if found["code"] == "privacy.scrubbed"]
    assert finding["evidence"]["mode"] == mode
    assert finding["evidence"]["kept"] == ([kept] if kept else [])


def test_a_type_that_a_task_keeps_need_not_be_one_of_typed_scrubbers(goodfit, install, tiny_words):
    install("badge", PLUGIN.format(body=FINDS), {"task/badge/sort.yaml": TASK.format(kept="PERSON")})
    words = ["task=badge/sort", *tiny_words("classification", "encoder")[1:], "privacy.scrubbers=[badge.numbers]"]
    assert goodfit("check", *words).code == 0


NUMBERS = """

@hookimpl
def goodfit_register_scrubbers():
    about = dict(description="d", find=find)
    return [ScrubberSpec(name="badge.numbers", recall={"BADGE": RECALL}, measured_on="10 texts", **about),
            ScrubberSpec(name="badge.rooms", recall={"ROOM": float("nan")}, measured_on="nothing yet", find=rooms,
                         description="d")]


def rooms(texts):
    return [[Found(start=m.start(), end=m.end(), type="ROOM") for m in re.finditer("room [0-9]", text)]
            for text in texts]
"""


@pytest.mark.parametrize(
    ("recall", "said"),
    [
        pytest.param("0.5", "; if as many are found here as in 10 texts, about 40 more are left", id="one measured"),
        pytest.param('float("nan")', "", id="none measured"),
    ],
)
def test_what_was_not_measured_is_named_and_foretells_nothing(goodfit, install, write_rows, tmp_path, recall, said):
    code = PLUGIN.format(body=FINDS)
    install("badge", code[: code.index("\n\n@hookimpl")] + NUMBERS.replace("RECALL", recall))
    rows = [{"text": f"a text of its own, number {n}, badge-1 in room 5", "label": "ab"[n % 2]} for n in range(40)]
    file = write_rows(tmp_path / "train.jsonl", rows)
    words = ["task=classification", "dataset=files", f"dataset.train={file}", "privacy=mask", "quality.deep=false"]
    outcome = goodfit("data", *words, "privacy.scrubbers=[badge.numbers,badge.rooms]", "--json")
    assert outcome.code == 0, outcome.err
    (found,) = [one for one in outcome.json["findings"] if one["code"] == "privacy.scrubbed"]
    unmeasured = "ROOM" if said else "BADGE, ROOM"
    end = f"{said}; nobody measured how many are missed of {unmeasured}"
    assert found["message"].partition(" of all characters")[2] == end


@pytest.mark.parametrize(("thin", "severity"), [(1, "info"), (3, "warning")])
def test_records_that_lose_much_are_counted_one_by_one(goodfit, install, write_rows, tmp_path, thin, severity):
    install("badge", PLUGIN.format(body=FINDS))
    rows = [{"text": f"a text of its own, number {n}, with badge-1", "label": "ab"[n % 2]} for n in range(100)]
    for number in range(thin):
        rows[number] = {"id": f"thin {number}", "text": f"{number} badge-{number:08}", "label": "ab"[number % 2]}
    file = write_rows(tmp_path / "train.jsonl", rows)
    words = ["task=classification", "dataset=files", f"dataset.train={file}", *SCRUBBED, "quality.deep=false"]
    outcome = goodfit("data", *words, "--json")
    assert outcome.code == 0, outcome.err
    found = {one["code"]: one for one in outcome.json["findings"]}
    thinned = found["privacy.thinned"]
    assert (thinned["severity"], len(thinned["rows"]), thinned["figure"]) == (severity, thin, thin / 100)
    assert thinned["message"] == f"mask: {thin} of 100 records lose over a third of their characters"
    assert ("privacy.keep" in thinned["mend"]) == (severity == "warning")
    assert found["privacy.scrubbed"]["severity"] == "info"
    assert found["privacy.scrubbed"]["message"].endswith(
        "; if as many are found here as in 10 texts, about 100 more are left"
    )


@pytest.mark.parametrize(
    ("words", "found_by"),
    [
        pytest.param([], ["badge.numbers", "privacy.identifiers", "privacy.names_fast"], id="as the task says"),
        pytest.param(["privacy=mask"], ["badge.numbers", "privacy.identifiers", "privacy.names"], id="an option"),
        pytest.param(["privacy.scrubbers=[privacy.identifiers]"], ["privacy.identifiers"], id="all of them typed"),
        pytest.param(["privacy=none"], None, id="nothing is scrubbed"),
    ],
)
def test_a_task_names_scrubbers_of_its_own_department(goodfit, install, tiny_words, words, found_by):
    task = TASK.format(kept="") + "privacy_scrubbers: [badge.numbers]\n"
    install("badge", PLUGIN.format(body=FINDS), {"task/badge/sort.yaml": task})
    typed = ["task=badge/sort", *tiny_words("classification", "encoder")[1:], *words]
    outcome = goodfit("check", *typed, "--json")
    assert outcome.code == 0, outcome.err
    findings = [found for found in outcome.json["findings"] if found["code"] == "privacy.scrubbed"]
    assert [list(found["evidence"]["measured_on"]) for found in findings] == ([found_by] if found_by else [])


@pytest.mark.parametrize(
    ("made", "value", "gives"),
    [
        ("HR-971151", "hr 971151", True),
        ("staff no 97 11 51", "HR-971151", True),
        ("no hr-7a-b12", "HR-7AB12", True),
        ("7", "7", True),
        ("staff no 5979f5", "HR-7", False),
        ("staff no 599bf5", "HR-971151", False),
        ("the Bank", "the Bank", False),
    ],
)
def test_a_pseudonym_gives_away_what_it_holds_and_not_a_figure_that_it_shares_by_chance(made, value, gives):
    assert gives_away(made, value) is gives


@pytest.mark.parametrize("made", ["{}", "no {}", "[{}]"])
def test_a_pseudonym_that_has_the_figures_of_what_it_stands_for_is_refused(made):
    with pytest.raises(PluginError) as raised:
        scrub("pseudonymise", stand_in=lambda sort, value, key: made.format(value)).texts(["I have badge-7 here."])
    assert "has its figures; nothing goes on unscrubbed" in raised.value.what
    assert "badge-7" not in raised.value.what


def test_a_scrubber_that_a_task_names_and_nobody_offers_stops_the_run(goodfit, install, tiny_words):
    task = TASK.format(kept="") + "privacy_scrubbers: [badge.gone]\n"
    install("badge", PLUGIN.format(body=FINDS), {"task/badge/sort.yaml": task})
    outcome = goodfit("check", "task=badge/sort", *tiny_words("classification", "encoder")[1:])
    assert (outcome.code, outcome.out) == (2, "")
    assert "badge.gone" in outcome.errors[0][0]


SECRETS = 1_000


@pytest.fixture(scope="module")
def secrets():
    """Strings that stand nowhere else: in every text of every split."""
    return [f"badge-{314159 + 7919 * number}" for number in range(SECRETS)]


def unpacked(path):
    """The bytes of a file, and those of what is packed in it."""
    if not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as packed:
        return path.read_bytes() + b"".join(map(packed.read, packed.namelist()))


def test_raw_text_is_nowhere_after_train_evaluate_predict_and_a_sweep(
    goodfit, install, tiny_words, rows_of, secrets, tmp_path, monkeypatch
):
    install("badge", PLUGIN.format(body=FINDS))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    for name in ("TMPDIR", "HF_HOME", "XDG_CACHE_HOME", "WANDB_DIR"):
        monkeypatch.setenv(name, str(temporary))
    planted = iter(secrets * 2)
    files = []
    for seed, (split, count) in enumerate({"train": 40, "validation": 24, "test": 24}.items()):
        rows = rows_of("token_classification", count, seed)
        for row in rows:
            row["text"] += "".join(f" It is {next(planted)}." for _ in range(12))
        path = tmp_path / "data" / f"{split}.jsonl"
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        files.append(f"dataset.{split}={path}")
    words = [*tiny_words("token_classification", "encoder"), *files, *SCRUBBED, "training.epochs=1"]
    trained = goodfit("train", *words, "run.dir=run", "--json")
    assert trained.code == 0, trained.err
    evaluated = goodfit("evaluate", "run", "--json")
    asked = goodfit("predict", "run", f"Ada met {secrets[0]} and {secrets[1]}.", "--output", "answers.jsonl", "--json")
    searched = goodfit("sweep", *words, "optim.lr=1e-3,1e-2", "sweep.trials=2", "run.dir=search", "--json")
    assert (evaluated.code, asked.code, searched.code) == (0, 0, 0)
    answer = json.loads((tmp_path / "answers.jsonl").read_text("utf-8"))
    assert answer["read"] == "Ada met [BADGE] and [BADGE]."
    assert evaluated.json["metrics"]["test/f1"] == trained.json["metrics"]["test/f1"]
    deeds = json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))["plugins"]
    assert deeds["badge"]["records"] == {"scrubbed": 40 + 24 + 24}
    said = "".join(outcome.out + outcome.err for outcome in (trained, evaluated, asked, searched))
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.parent.name != "data"]
    held = {str(path): unpacked(path) for path in files}
    assert {"adapter_model.safetensors", "validation.npz", "report.html"} <= {Path(name).name for name in held}
    leaks = [name for name, content in held.items() if re.search(rb"badge-\d{6,}", content)]
    assert leaks == [] and not re.search(r"badge-\d{6,}", said)
    card = (tmp_path / "run" / "adapter" / "README.md").read_text("utf-8")
    assert (
        "Scrubbed before anything was learnt or stored (mask)" in card
        and "BADGE 0.500 (badge.numbers, 10 texts)" in card
    )
    (finding,) = [
        json.loads(line) for line in (tmp_path / "run" / "findings.jsonl").open() if "privacy.scrubbed" in line
    ]
    assert finding["evidence"]["found"] == {"BADGE": 12 * 88} and finding["evidence"]["expected_left"] == 12 * 88


def test_a_policy_asks_the_tests_of_a_tuned_model(goodfit, tiny_words):
    words = [*tiny_words("generation", "decoder"), "policy=privacy", "training.epochs=1", "run.dir=run"]
    outcome = goodfit("train", *words, "--json")
    assert outcome.code == 0, outcome.err
    (gate,) = [gate for gate in outcome.json["gates"] if gate["gate"] == "privacy.no_leak"]
    assert gate["passed"]
    assert gate["reason"].startswith("1 leak tests found none; membership cannot be judged: ")
