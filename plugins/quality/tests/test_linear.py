"""A tuned model is held against a linear model of the words, on the same test records."""

from functools import partial

import pytest
from goodfit_quality.linear import drawn, linear

from goodfit.hooks.types import Item, ModelFacts, RecordView
from goodfit.kinds import find_kind
from goodfit.runs.ask import compared

WORDS = {"refund": "please send my money back for order {}", "delivery": "where is the parcel of order {}"}


def records(count, first=0, kind="classification"):
    found = []
    for number in range(first, first + count):
        label = sorted(WORDS)[number % 2]
        fields = {"text": WORDS[label].format(number)}
        fields |= {"label": label} if kind == "classification" else {"labels": [label, "order"]}
        found.append(RecordView(id=str(number), fields=fields, text=fields["text"], answer=label))
    return found


def look(answers, kind="classification", train=None, test=None):
    """The findings where the tuned model gives these answers."""
    test = records(len(answers), 1000, kind) if test is None else test
    items = [Item(id=one.id, fields=one.fields, answer=answer) for one, answer in zip(test, answers, strict=True)]
    labels = (*sorted(WORDS), "order")
    metric = find_kind(kind).metrics(labels)[0]
    return linear(
        ModelFacts(
            task="t",
            kind=kind,
            labels=labels,
            seed=0,
            splits={"train": records(60, kind=kind) if train is None else train, "validation": [], "test": test},
            limits={},
            items=items,
            metric=metric,
            ask=lambda asked: [],
            losses=lambda asked: [],
            base_losses=None,
            compared=partial(compared, metric, items, 0),
        )
    )


RIGHT = [sorted(WORDS)[number % 2] for number in range(80)]


def test_a_model_that_knows_what_the_words_do_not_say_is_ahead():
    shuffled = [RecordView(id=one.id, fields=one.fields, text="the same", answer=one.answer) for one in records(60)]
    (finding,) = look(RIGHT, train=shuffled)
    assert (finding.severity, finding.code, finding.mend) == ("info", "quality.linear", "")
    assert "is ahead of it: +" in finding.message
    assert finding.evidence["low"] > 0


@pytest.mark.parametrize(
    ("answers", "judged"),
    [(["refund"] * 80, "is behind it: -"), (RIGHT, "is not ahead of it beyond chance: +0.000")],
    ids=["worse", "as good"],
)
def test_a_model_that_is_no_better_than_its_words_is_a_warning(answers, judged):
    (finding,) = look(answers)
    assert (finding.severity, finding.evidence["linear"]) == ("warning", 1.0)
    assert judged in finding.message
    assert "LinearSVC" in finding.mend


def test_of_several_labels_each_is_told_by_itself_and_one_that_all_have_is_given():
    (finding,) = look([["order"]] * 80, kind="multilabel")
    assert (finding.severity, finding.evidence["linear"]) == ("warning", 1.0)


@pytest.mark.parametrize("kind", ["classification", "multilabel"])
def test_where_no_model_can_be_made_of_the_words_nothing_is_said(kind):
    answers = RIGHT if kind == "classification" else [["order"]] * 80
    silent = [RecordView(id=one.id, fields=one.fields, text="?!", answer=one.answer) for one in records(60, kind=kind)]
    assert look(answers, kind, train=silent) == []
    assert look(answers, kind, train=records(60, kind=kind)[::2]) == []


def test_of_many_long_texts_some_are_learnt_and_it_is_said_of_how_many(monkeypatch):
    train = records(60)
    monkeypatch.setattr("goodfit_quality.linear.MOST_SIGNS", 20 * len(train[0].text))
    (finding,) = look(RIGHT, train=train)
    count = len(drawn(train, 0))
    assert 15 < count < 30
    assert f"the words, made of {count} of 60 training records, has f1_macro" in finding.message


def test_answers_to_other_records_are_not_compared():
    items = [Item(id=str(n), fields={"label": "refund"}, answer="refund") for n in range(3)]
    with pytest.raises(ValueError, match="in their order"):
        compared(find_kind("classification").metrics(("refund",))[0], items, 0, items[::-1])
