"""The audits of data find what was planted, name rows and no texts, and are silent about clean data."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from goodfit_quality import curve, doubts, labels, states
from goodfit_quality.answers import answers
from goodfit_quality.copies import copies
from goodfit_quality.language import language_of
from goodfit_quality.secrets import secrets
from goodfit_quality.texts import is_damaged, texts

from goodfit.cli.main import main
from goodfit.hooks.types import DataFacts, RecordView
from goodfit.plugins.declared import all_declared
from goodfit.texts.alike import near_duplicates
from goodfit.texts.secrets import has_secret
from goodfit.texts.words import split_words

SENTENCES = [
    "The parcel came on day {} and the box was open.",
    "I paid {} pounds for the chair, which is too much for me.",
]


def record(name, text, answer="good", **more):
    return RecordView(id=name, fields={"text": text, "label": answer}, text=text, answer=answer, **more)


def many(count=60):
    return [record(f"r{n}", SENTENCES[n % 2].format(f"{n} {n * n} {n % 7} {n + 5}"), "ab"[n % 2]) for n in range(count)]


def facts(train, test=(), kind="classification", validation=()):
    splits = {"train": train, "validation": list(validation), "test": list(test)}
    return DataFacts(task="t", kind=kind, labels=("a", "b"), seed=0, splits=splits, limits={})


def rows(findings):
    return {finding.code.removeprefix("quality."): finding.rows for finding in findings}


PLANTED = {name.replace(".", "/", 1): Path(spec.files()["train"]).parent for name, spec in all_declared().items()}
"""Task -> the folder of its data, of every department."""
MISSED = {"faq-duplicate-5"}
"""A question of six words with a seventh behind it: too few words are the same for a near copy."""


@pytest.mark.parametrize("task", PLANTED)
def test_every_planted_copy_and_leak_is_found_and_nothing_else_is_called_one(capsys, task):
    planted = {"duplicate": set(), "leak": set()}
    for fault in json.loads((PLANTED[task] / "planted.json").read_text("utf-8"))["faults"]:
        planted.setdefault(fault["fault"], set()).add(fault["id"])
    audits = "task.audits=[quality.copies,quality.texts,quality.secrets]"
    assert main(["data", f"task={task}", audits, "privacy=none", "quality.deep=false", "--json"]) == 0
    outcome = json.loads(capsys.readouterr().out)
    found = {}
    for finding in outcome["findings"]:
        found.setdefault(finding["code"], set()).update(finding["rows"])
    assert found["quality.duplicate"] == planted["duplicate"] - MISSED
    assert found["data.leak"] == planted["leak"]
    assert not {"data.test_in_validation", "quality.near_in_validation", "quality.group_in_validation"} & set(found)
    assert not {"quality.near_leak", "quality.damaged", "quality.empty", "quality.language", "quality.secret"} & set(
        found
    )


def test_near_copies_of_held_out_records_and_groups_on_both_sides_are_leaks():
    train = many()
    held_out = record("t1", f"{train[4].text} Thanks!", train[4].answer)
    train[9] = replace(train[9], group="customer 7")
    grouped = record("t2", "Something else entirely was asked for here, twice.", group="customer 7")
    found = rows(copies(facts(train, [held_out, grouped])))
    assert found == {"near_leak": ("r4",), "group_leak": ("r9",)}


def nearly(records, name, answer=None):
    return [
        replace(one, id=f"{name}{n}", text=f"{one.text} Thanks!", answer=answer or one.answer)
        for n, one in enumerate(records)
    ]


@pytest.mark.parametrize(
    ("same", "other", "severity", "told"),
    [
        pytest.param(
            2, 4, "warning", "6 of 40 test records; 2 of these test records have the same answer, too", id="few"
        ),
        pytest.param(
            3, 0, "error", "3 of 40 test records; 3 of these test records have the same answer, too", id="many"
        ),
        pytest.param(0, 40, "warning", "40 of 40 test records", id="another answer"),
    ],
)
def test_near_copies_of_the_test_are_told_by_their_share_and_an_error_as_copies_are(same, other, severity, told):
    test = [*nearly(many()[:same], "s"), *nearly(many()[same : same + other], "o", "c")]
    test += [record(f"t{n}", f"number {n} is {n * n}") for n in range(40 - same - other)]
    (found,) = copies(facts(many(), test))
    assert (found.code, found.severity) == ("quality.near_leak", severity)
    assert found.message == f"{same + other} of 60 training records are near copies of {told}"
    validation = nearly(many()[50:55], "v")
    (found,) = copies(facts(many(), validation=validation))
    assert found.severity == "warning" and found.message.endswith("near copies of 5 of 5 validation records")


@pytest.mark.parametrize(("same", "severity"), [(2, "warning"), (3, "error")])
def test_near_copies_in_validation_and_test_name_the_validation_records(same, severity):
    test = [record(f"t{n}", f"number {n} is {n * n}") for n in range(40 - same - 1)]
    test += [*nearly(many()[:same], "s"), *nearly(many()[20:21], "o", "c")]
    validation = [replace(one, id=f"v{one.id}") for one in many()]
    (found,) = copies(facts([], [*test, replace(many()[30], id="exact")], validation=validation))
    assert (found.code, found.severity) == ("quality.near_in_validation", severity)
    assert found.rows == (*(f"vr{n}" for n in range(same)), "vr20")
    assert found.message.startswith(f"{same + 1} of 41 test records have near copies in validation")
    assert found.message.endswith(f"; {same} have the same answer, too")


def test_groups_in_two_splits_are_told_by_their_share_of_the_test():
    def grouped(name, *groups):
        return [record(f"{name}{n}", f"{name} {n} is {n * n}", group=group) for n, group in enumerate(groups)]

    test = grouped("t", "a", "a", "b", *(f"t{n}" for n in range(17)))
    (found,) = copies(facts(grouped("r", "x", "b", "b", None), test, validation=grouped("v", "b", None)))[:1]
    assert (found.code, found.severity, found.rows) == ("quality.group_leak", "warning", ("r1", "r2"))
    told = "1 groups that are held out, too, with 1 of 2 validation and 1 of 20 test records"
    assert found.message == f"2 of 4 training records belong to {told}"
    (found,) = copies(facts(grouped("r", "a"), test))
    assert found.severity == "error" and found.message.endswith("with 2 of 20 test records")
    (found,) = copies(facts([], test, validation=grouped("v", "a", "b", "y")))
    assert (found.code, found.severity, found.rows) == ("quality.group_in_validation", "warning", ("v0", "v1"))
    assert found.message.startswith("3 of 20 test records belong to 2 groups of validation")


def test_each_of_many_copies_is_named_on_whatever_side_and_with_whatever_answer():
    first, other = many()[4], many()[5]
    train = [*many(), *(replace(first, id=f"c{n}") for n in range(5_000)), replace(other, id="x", answer="a")]
    near = [replace(other, id=f"t{n}", text=f"{other.text} Thanks!") for n in range(2)]
    found = {finding.code: finding for finding in copies(facts(train, near))}
    assert found["quality.duplicate"].rows == tuple(f"c{n}" for n in range(5_000))
    assert found["quality.near_conflict"].rows == ("r5", "x")
    assert found["quality.near_leak"].rows == ("r5", "x")
    assert found["quality.near_leak"].evidence["held_out"] == ["t0", "t1"]


def test_signs_without_words_are_copies_where_they_are_the_same():
    signs = ["\U0001f44d", "\U0001f389", "\U0001f44d", "???"]
    train = [*many(), *(record(f"e{n}", sign) for n, sign in enumerate(signs))]
    assert rows(copies(facts(train, [record("t", "\U0001f621")]))) == {"duplicate": ("e2",)}


def test_near_copies_with_another_answer_are_no_copies():
    train = [*many(), record("x", many()[4].text + " Thanks!", "b")]
    assert rows(copies(facts(train))) == {"near_conflict": ("r4", "x")}
    assert rows(copies(replace(facts(train), several_right=True))) == {}


def test_questions_on_one_context_are_no_copies():
    context = "The tenant pays the rent on the first day of each month, in advance and without any deduction."

    def asked(name, question):
        fields = {"context": context, "question": question, "answers": []}
        return RecordView(id=name, fields=fields, text=f"{question}\n{context}", answer="[]")

    train = [
        asked("a", "When is the rent paid?"),
        asked("b", "Who pays for repairs?"),
        asked("c", "When is the rent paid?"),
    ]
    assert rows(copies(facts(train, kind="question_answering"))) == {"duplicate": ("c",)}


@pytest.mark.parametrize(
    ("text", "damaged"),
    [
        ("Le cafÃ© est fermÃ©", True),
        ("it isnâ€™t here", True),
        ("lost \ufffd sign", True),
        ("Le café est fermé, naïve Œuvre", False),
        ("Żółć gęślą jaźń", False),
        ("日本語の文章です", False),
        ("price: 5 €, 20 °C — fine", False),
        ("„Das macht Spaß“, sagte er, „groß…“", False),
        ("“CAFÉ” und „DAS MENÜ“", False),
        ("Ð¿Ñ€Ð¸Ð²ÐµÑ‚ again", True),
    ],
)
def test_damaged_characters_are_told_from_foreign_ones(text, damaged):
    assert is_damaged(text) == damaged


def test_odd_texts_are_named():
    train = many()
    odd = {
        "damaged": "The cafÃ© on day 5 was closed when we came to it.",
        "markup": "The box&nbsp;was open and the parcel wet on that day.",
        "empty": "n/a",
        "length": "We waited for it and it never came to us. " * 400,
        "language": "Die Lieferung ist nicht angekommen und ich möchte das Geld zurück haben, bitte.",
    }
    found = rows(texts(facts([*train, *(record(name, text) for name, text in odd.items())])))
    assert {name: found[name] for name in ("damaged", "markup", "language")} == {
        name: (name,) for name in ("damaged", "markup", "language")
    }
    assert found["empty"] == ("empty",)
    assert "length" in found["length"]
    assert texts(facts(train)) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("English", "I have not received my parcel and I would like my money back please"),
        ("German", "Ich habe das Paket nicht bekommen und möchte mein Geld zurück"),
        ("French", "Je n'ai pas reçu mon colis et je voudrais que vous me remboursiez"),
        ("Spanish", "No he recibido mi paquete y me gustaría que me devuelvan el dinero"),
        (None, "order 7 box 12 chair"),
    ],
)
def test_a_language_is_told_by_its_small_words(language, text):
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("use AKIAIOSFODNN7EXAMPLE for the bucket", True),
        ("-----BEGIN RSA PRIVATE KEY-----", True),
        ("password: hunter2Xy9!", True),
        ("postgres://admin:s3cr3tpw@db.example.com/x", True),
        ("token ghp_abcdefghijklmnopqrstuvwxyz0123456789", True),
        ("the password is required for each login", False),
        ("I forgot my password: please help", False),
        ("see https://example.com/help:faq", False),
        ("invoice number 1234567890", False),
    ],
)
def test_keys_and_passwords_are_told_from_talk_of_them(text, secret):
    assert has_secret(text) == secret


def test_a_secret_is_an_error_that_names_rows_and_no_text():
    (finding,) = secrets(facts([*many(), record("s", "password: hunter2Xy9!")]))
    assert (finding.severity, finding.rows, finding.evidence["split"]) == ("error", ("s",), "train")
    assert "hunter2" not in str(finding)


def test_rare_labels_and_lopsided_ones_are_counted():
    train = [*many(), *many(200)[60:]]
    train = [replace(one, fields={**one.fields, "label": "a"}) for one in train[:190]]
    train.append(record("x", "alone", "b"))
    found = {finding.code: finding for finding in answers(facts(train))}
    assert found["quality.rare_label"].evidence["counts"] == {"a": 190, "b": 1}
    assert found["quality.imbalance"].figure == 190
    assert "training.class_weights=balanced" in found["quality.imbalance"].mend
    of_sets = [replace(one, fields={"text": "t", "labels": [one.fields["label"]]}) for one in train]
    for_sets = answers(replace(facts(of_sets), kind="multilabel"))
    assert {finding.mend.rpartition("; ")[2] for finding in for_sets} == {"judge by f1_macro, not by f1_micro"}
    assert not any("class_weights" in finding.mend for finding in for_sets)
    spans = [replace(one, fields={"text": "t", "spans": [{"label": one.fields["label"]}]}) for one in train]
    of_spans = answers(replace(facts(spans), kind="token_classification"))
    assert {finding.mend for finding in of_spans} == {"add records of the rare labels, join labels in the data"}
    assert answers(facts(many())) == []


def test_labels_that_differ_in_capitals_and_blanks_alone_are_told_of():
    messy = replace(facts([record("1", "a text", "yes")]), labels=(" Yes", "maybe", "no", "yes"))
    found = {finding.code: finding for finding in answers(messy)}["quality.labels_alike"]
    assert found.evidence == {"labels": [[" Yes", "yes"]]}
    assert found.message == "the 4 labels are 3, apart from capitals, blanks and how signs are coded: ' Yes' = 'yes'"


@pytest.mark.parametrize(
    ("label", "other", "shown"),
    [
        pytest.param("R\u00fcckgabe", "Ru\u0308ckgabe", "'R\u00fcckgabe' = 'Ru\\u0308ckgabe'", id="composed"),
        pytest.param("refund", "refund\u200b", "'refund' = 'refund\\u200b'", id="a sign without width"),
        pytest.param("refund", "\uff32efund", "'refund' = '\\uff32efund'", id="full width"),
    ],
)
def test_labels_that_differ_in_how_their_signs_are_coded_are_told_of(label, other, shown):
    messy = replace(facts([record("1", "a text", label)]), labels=(label, other))
    found = {finding.code: finding for finding in answers(messy)}["quality.labels_alike"]
    assert found.message.endswith(f": {shown}")


def test_labels_that_stand_for_a_missing_value_are_told_of_and_none_is_not():
    given = ["yes"] * 9 + ["none"] * 9 + ["#N/A", "nan", "not #N/A", "#N/A"]
    train = [record(f"r{n}", f"a text {n}", label) for n, label in enumerate(given)]
    messy = replace(facts(train), labels=tuple(sorted(set(given))))
    found = {finding.code: finding for finding in answers(messy)}["quality.no_value"]
    assert (found.severity, found.rows, found.evidence["ids"]) == ("warning", (), ["r18", "r19", "r21"])
    said = "3 of 22 training records have a label that stands for a missing value: '#N/A', 'nan'"
    assert found.message == said


def test_texts_and_written_answers_that_are_an_error_of_a_spreadsheet_are_named():
    texts_given = ["#REF!", " #NAME? ", "NaN", "see #REF! there", "N/A", "a good chair"]
    train = [record(f"r{n}", text) for n, text in enumerate(texts_given)]
    found = rows(texts(facts(train)))
    assert (found["no_value"], found["empty"]) == (("r0", "r1", "r2"), ("r4",))
    train = [RecordView(id=f"g{n}", fields={}, text=f"a {n}", answer=said) for n, said in enumerate(["#VALUE!", "N/A"])]
    assert rows(answers(facts(train, kind="generation"))) == {"no_value": ("g0",)}


@pytest.mark.parametrize(
    ("rare", "usual", "told"),
    [
        pytest.param("confidentialty", "confidentiality", True, id="a letter less"),
        pytest.param("Confidentialitty", "confidentiality", True, id="a letter more and a capital"),
        pytest.param("payments due", "payment due", True, id="in the first word"),
        pytest.param("terminatoin", "termination", True, id="two changed places"),
        pytest.param("terminarion", "termination", True, id="another letter"),
        pytest.param("terminal", "termination", False, id="another word"),
        pytest.param("cats", "cars", False, id="short"),
        pytest.param("version 1", "version 2", False, id="digits"),
        pytest.param(" Termination", "termination", False, id="told as capitals and blanks"),
    ],
)
def test_a_rare_label_a_letter_apart_from_another_is_told_of(rare, usual, told):
    train = [record(f"r{n}", f"a {n}", rare if n < 2 else usual) for n in range(12)]
    found = [one for one in answers(replace(facts(train), labels=(rare, usual))) if "letter" in one.message]
    shown = f"'{rare}' 2, '{usual}' 10"
    assert [one.message.endswith(shown) and one.code == "quality.labels_alike" for one in found] == [True] * told


def test_labels_a_letter_apart_that_are_as_frequent_are_meant_so():
    train = [record(f"r{n}", f"a {n}", ("symmetric", "asymmetric")[n % 2]) for n in range(12)]
    assert not any(
        "letter" in one.message for one in answers(replace(facts(train), labels=("symmetric", "asymmetric")))
    )


def test_written_answers_that_repeat_or_echo_are_named():
    train = [RecordView(id=f"g{n}", fields={}, text=f"source {n}", answer=f"target {n}") for n in range(40)]
    train += [RecordView(id=f"same{n}", fields={}, text=f"other {n}", answer="As agreed.") for n in range(6)]
    train.append(RecordView(id="echo", fields={}, text="a b c", answer="a b c"))
    found = rows(answers(facts(train, kind="generation")))
    assert found == {"same_answer": tuple(f"same{n}" for n in range(6)), "echo": ("echo",)}


@pytest.fixture
def placed(monkeypatch):
    """States without an encoder: texts about one thing lie near each other."""

    def near(given):
        chance = np.random.default_rng(0)
        centre = {"a": (1.0, 0.0, 0.0), "b": (0.0, 1.0, 0.0), "c": (2.5, 0.0, 0.0)}
        return np.array([centre[text[0]] + chance.normal(0, 0.15, 3) for text in given], dtype=np.float32)

    for module in (doubts, curve):
        monkeypatch.setattr(module, "states", near)


def unseen(found):
    """Why wrong answers were not looked for: the one finding's words."""
    (finding,) = found
    assert (finding.code, finding.severity, finding.rows) == ("quality.answers_unseen", "info", ())
    return finding.message


def test_wrong_labels_are_found_by_what_the_other_records_say(placed):
    train = [record(f"r{n}", f"{'ab'[n % 2]} {n}", "ab"[n % 2]) for n in range(120)]
    wrong = {3, 40, 77}
    train = [replace(one, answer="ba"[n % 2]) if n in wrong else one for n, one in enumerate(train)]
    (finding,) = labels.labels(facts(train))
    assert finding.rows == ("r3", "r40", "r77")
    assert set(finding.evidence["most_certain"]) == set(finding.rows)


def test_a_label_that_the_nearest_records_share_is_not_doubted_by_the_classifier_alone(placed):
    train = [record(f"r{n}", f"{'ab'[n % 2]} {n}", "ab"[n % 2]) for n in range(120)]
    train += [record(f"apart{n}", f"c {n}", "b") for n in range(15)]  # they turn the straight border
    train[3] = replace(train[3], answer="a")
    (finding,) = labels.labels(facts(train))
    assert finding.rows == ("r3",)


def test_nothing_is_doubted_where_the_encoder_does_not_know_the_task(placed):
    chance = np.random.default_rng(1)
    train = [record(f"r{n}", f"a {n}", str(chance.choice(["a", "b"]))) for n in range(120)]
    assert re.search(r"foretells [45]\d% of the labels, and 60% is needed", unseen(labels.labels(facts(train))))


def test_too_few_records_are_said_to_be_so():
    train = [record(f"r{n}", f"a {n}", "a") for n in range(39)]
    assert unseen(labels.labels(facts(train))).endswith("39 training records, and 40 are needed")


def test_answers_of_other_records_are_found(monkeypatch):
    def near(given):
        return np.eye(60, dtype=np.float32)[[int(text.split()[1]) for text in given]] + 1e-3 * np.arange(
            60, dtype=np.float32
        )

    monkeypatch.setattr(labels, "states", near)
    train = [RecordView(id=f"g{n}", fields={}, text=f"s {n}", answer=f"t {n}") for n in range(60)]
    train[7], train[8] = replace(train[7], answer="t 8"), replace(train[8], answer="t 7")
    found = labels.labels(facts(train, kind="generation"))
    assert [finding.rows for finding in found] == [("g7", "g8")]


def test_answers_are_not_doubted_where_most_fit_no_better_than_others(monkeypatch):
    chance = np.random.default_rng(0)
    monkeypatch.setattr(labels, "states", lambda given: chance.normal(size=(len(given), 8)).astype(np.float32))
    train = [RecordView(id=f"g{n}", fields={}, text=f"s {n}", answer=f"t {n}") for n in range(60)]
    assert "of the answers seem strange" in unseen(labels.labels(facts(train, kind="generation")))


DRUGS = ("aspirin", "insulin", "codeine")


def prescribed(n, spans=True):
    drug = DRUGS[n % 3]
    text = f"Take {drug} at noon and call {n}."
    found = [{"start": 5, "end": 5 + len(drug), "label": "DRUG"}] if spans else []
    fields = {"text": text, "spans": found, "words": split_words(text)}
    return RecordView(id=f"s{n}", fields=fields, text=text, answer="")


@pytest.fixture
def worded(monkeypatch):
    """States of words without an encoder: drugs lie near each other."""

    def near(texts, words):
        chance = np.random.default_rng(0)
        centres = [[float(text[a:z] in DRUGS) for a, z in places] for text, places in zip(texts, words, strict=True)]
        return [
            np.array([[8 * one, 1.0] for one in found]) + chance.normal(0, 0.1, (len(found), 2)) for found in centres
        ]

    monkeypatch.setattr(doubts, "word_states", near)


def test_spans_that_lack_and_spans_that_are_none_are_found_by_what_the_other_records_say(worded):
    train = [prescribed(n, spans=n != 9) for n in range(60)]
    noon = {"start": train[4].text.index("noon"), "end": train[4].text.index("noon") + 4, "label": "DRUG"}
    train[4] = replace(train[4], fields={**train[4].fields, "spans": [*train[4].fields["spans"], noon]})
    (finding,) = labels.labels(facts(train, kind="token_classification"))
    assert finding.rows == ("s4", "s9")


def test_no_span_is_doubted_where_the_encoder_does_not_know_them(worded):
    chance = np.random.default_rng(1)
    train = [prescribed(n, spans=False) for n in range(60)]
    for number, one in enumerate(train):
        start, end = one.fields["words"][chance.integers(len(one.fields["words"]))]
        spans = [{"start": start, "end": end, "label": "DRUG"}]
        train[number] = replace(one, fields={**one.fields, "spans": spans})
    assert "of the words in spans" in unseen(labels.labels(facts(train, kind="token_classification")))


def test_a_wrong_span_beside_a_right_one_is_found(worded):
    train = [prescribed(n) for n in range(60)]
    at = {"start": train[4].fields["spans"][0]["end"] + 1, "label": "DRUG"}
    spans = [*train[4].fields["spans"], at | {"end": at["start"] + 2}]
    train[4] = replace(train[4], fields={**train[4].fields, "spans": spans})
    (finding,) = labels.labels(facts(train, kind="token_classification"))
    assert finding.rows == ("s4",)


@pytest.mark.parametrize("with_spans", [(), (3,), range(0)])
def test_spans_too_few_to_learn_from_are_not_doubted(worded, with_spans):
    train = [prescribed(n, spans=n in with_spans) for n in range(45)]
    assert "fewer than 5 words" in unseen(labels.labels(facts(train, kind="token_classification")))


def test_words_that_are_all_of_one_span_are_not_doubted(worded):
    fields = {"text": "aspirin", "spans": [{"start": 0, "end": 7, "label": "DRUG"}], "words": [(0, 7)]}
    train = [RecordView(id=f"s{n}", fields=fields, text="aspirin", answer="") for n in range(45)]
    assert "fewer than 5 words" in unseen(labels.labels(facts(train, kind="token_classification")))


@pytest.mark.parametrize("text", ["I \u2764\ufe0f it", "cafe\u0301 au lait", "", "\u200b"])
def test_a_sign_without_a_token_takes_no_state_from_others(text):
    words = tuple(split_words(text))
    (found,) = states.word_states([text], [words])
    assert len(found) == (len(words) if text != "\u200b" else 0)


def test_the_state_of_a_word_is_that_of_its_first_token_and_words_behind_the_limit_have_none(monkeypatch):
    text = "Unbelievably good aspirin."
    ((found,), (other,)) = (states.word_states([text], [tuple(split_words(text))]) for _ in range(2))
    assert found.shape == (4, 384)
    assert np.array_equal(found, other)
    monkeypatch.setattr(states, "LONGEST_IN_WORDS", 6)
    (short,) = states.word_states([text], [tuple(split_words(text))])
    assert 0 < len(short) < 4


def test_a_learning_curve_leaves_out_sizes_whose_samples_have_one_answer(placed):
    rare = [record(f"r{n}", f"{'ab'[n == 3]} {n}", "ab"[n == 3]) for n in range(160)]
    test = [record(f"t{n}", f"a {n}", "a") for n in range(60)]
    errors = [error for finding in curve.curve(facts(rare, test)) for error in finding.evidence["errors"].values()]
    assert all(error < 0.5 for error in errors)


def test_a_learning_curve_through_two_sizes_is_none(placed):
    """With ninety labels of 160 records the three smallest samples would be one."""
    train = [record(f"r{n}", f"a {n}", f"label {n % 90}") for n in range(160)]
    test = [record(f"t{n}", f"a {n}", f"label {n}") for n in range(60)]
    assert curve.curve(facts(train, test)) == []


def test_a_learning_curve_says_what_more_records_would_give(placed):
    train = [record(f"r{n}", f"{'ab'[n % 2]} {n}", "ab"[n % 2]) for n in range(160)]
    test = [record(f"t{n}", f"{'ab'[n % 2]} {n}", "ab"[n % 2]) for n in range(60)]
    (finding,) = curve.curve(facts(train, test))
    assert list(finding.evidence["errors"]) == ["20", "40", "80", "160"]
    assert finding.figure < 0.05
    assert finding.message == (
        "a small classifier has 0.0% errors on held-out records; twice the training records would hardly change that "
        "(0.0 to 0.0 points, 95 % interval)"
    )


def curve_of(monkeypatch, seed, apart, labels=2, width=8, noise=0.0):
    """The finding about 200 training and 60 held-out records in ``width`` figures, of which one for each label is
    ``apart`` from the others; ``noise`` is the share of answers that are drawn."""
    chance = np.random.default_rng(seed)
    places = chance.permutation(np.arange(260) % labels)
    vectors = chance.normal(size=(260, width)).astype(np.float32)
    vectors[np.arange(260), places] += apart
    answers = np.where(chance.random(260) < noise, chance.integers(labels, size=260), places)
    monkeypatch.setattr(curve, "states", lambda texts: vectors[[int(text) for text in texts]])
    every = [record(f"r{n}", f"{n}", f"label {answer}") for n, answer in enumerate(answers)]
    (finding,) = curve.curve(facts(every[:200], every[200:]))
    return finding


def test_a_learning_curve_of_coin_flips_promises_nothing_of_more_records(monkeypatch):
    found = [curve_of(monkeypatch, seed, apart=0) for seed in range(12)]
    assert max(finding.figure for finding in found) > curve.STEADY
    assert {finding.mend for finding in found} == {"hold out more records to know, or label some more and look again"}
    assert all("would take off cannot be told: by all sizes -" in finding.message for finding in found)


def test_a_learning_curve_that_falls_beyond_chance_asks_for_more_records(monkeypatch):
    finding = curve_of(monkeypatch, seed=0, apart=3.5, labels=8, width=128)
    assert finding.mend == "label more records"
    assert 0.02 < finding.evidence["low"] < finding.figure < finding.evidence["high"]


def test_a_learning_curve_that_came_to_its_floor_promises_nothing_though_its_law_does(monkeypatch):
    finding = curve_of(monkeypatch, seed=0, apart=6, labels=8, width=64, noise=0.1)
    assert finding.evidence["low"] > curve.STEADY > finding.evidence["last_doubling"]
    assert "cannot be told" in finding.message


@pytest.mark.parametrize(("count", "place", "alike"), [(39, 20, True), (38, 20, False), (12, 0, True), (11, 0, False)])
def test_a_changed_word_is_seen_in_texts_as_long_as_the_readme_says(count, place, alike):
    words = [f"w{number}" for number in range(count)]
    other = [*words[:place], "changed", *words[place + 1 :]]
    assert near_duplicates([" ".join(words), " ".join(other)]) == ([(1, 0)] if alike else [])
