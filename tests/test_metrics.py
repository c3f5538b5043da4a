"""Metrics: each is what the field's own implementation says."""

import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score, hamming_loss, precision_score, recall_score

from goodfit.hooks.shares import share
from goodfit.hooks.types import Item
from goodfit.kinds import KINDS, find_kind
from goodfit.kinds.label_metrics import classification_metrics, multilabel_metrics
from goodfit.kinds.language_modeling_metrics import language_metrics
from goodfit.kinds.ranking_metrics import ranking_metrics
from goodfit.kinds.text_metrics import text_metrics
from goodfit.kinds.token_classification_metrics import entity_metrics

LABELS = ("a", "b", "c")


def value(specs, name, items):
    (spec,) = [spec for spec in specs if spec.name == name]
    return float(spec.reduce(np.asarray(spec.statistics(items)).sum(axis=0)))


def classified(pairs, confidence=None):
    return [
        Item(id=str(number), fields={"text": "", "label": right}, answer=answer, confidence=confidence)
        for number, (right, answer) in enumerate(pairs)
    ]


@settings(max_examples=100, deadline=None)
@given(pairs=st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS)), min_size=1, max_size=30))
def test_classification_metrics_are_those_of_scikit_learn(pairs):
    right, answered = zip(*pairs, strict=True)
    specs, items = classification_metrics(LABELS), classified(pairs)
    macro = {"average": "macro", "zero_division": 0}
    expected = {
        "accuracy": accuracy_score(right, answered),
        "f1_macro": f1_score(right, answered, **macro),
        "precision_macro": precision_score(right, answered, **macro),
        "recall_macro": recall_score(right, answered, **macro),
        "f1_micro": f1_score(right, answered, average="micro"),
    }
    assert {name: value(specs, name, items) for name in expected} == pytest.approx(expected)


def test_an_answer_outside_the_label_set_is_wrong_and_no_label_of_its_own():
    items = classified([("a", "a"), ("b", "zzz")])
    specs = classification_metrics(LABELS)
    assert value(specs, "accuracy", items) == 0.5
    assert value(specs, "f1_macro", items) == pytest.approx(0.5)


@settings(max_examples=50, deadline=None)
@given(answers=st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40))
def test_calibration_error_is_the_weighted_gap_over_fifteen_bins(answers):
    items = [
        Item(id=str(n), fields={"text": "", "label": "a"}, answer="a" if right else "b", confidence=confidence)
        for n, (confidence, right) in enumerate(answers)
    ]
    confidences, rights = (np.array(column, dtype=float) for column in zip(*answers, strict=True))
    bins = np.minimum((confidences * 15).astype(int), 14)
    expected = sum(
        abs(confidences[bins == place].mean() - rights[bins == place].mean()) * (bins == place).mean()
        for place in set(bins)
    )
    assert value(classification_metrics(LABELS), "ece", items) == pytest.approx(expected, abs=1e-9)


def test_calibration_error_needs_confidences():
    assert math.isnan(value(classification_metrics(LABELS), "ece", classified([("a", "a")])))


def tagged(right, answer):
    sides = [[dict(zip(("start", "end", "label"), span, strict=True)) for span in side] for side in (right, answer)]
    return Item(id="r", fields={"text": "", "spans": sides[0]}, answer=sides[1])


@pytest.mark.parametrize(
    ("items", "precision", "recall", "f1"),
    [
        pytest.param([tagged([(0, 3, "A")], [(0, 3, "A")])], 1, 1, 1, id="right"),
        pytest.param([tagged([(0, 3, "A")], [(0, 4, "A")])], 0, 0, 0, id="another border"),
        pytest.param([tagged([(0, 3, "A")], [(0, 3, "B")])], 0, 0, 0, id="another label"),
        pytest.param([tagged([(0, 3, "A")], [(0, 3, "A"), (5, 8, "A")])], 0.5, 1, 2 / 3, id="one too many"),
        pytest.param([tagged([(0, 3, "A"), (5, 8, "A")], [(0, 3, "A")])], 1, 0.5, 2 / 3, id="one missing"),
        pytest.param([tagged([(0, 3, "A")], [(0, 1, "A"), (2, 3, "A")])], 0, 0, 0, id="one in two pieces"),
        pytest.param([tagged([], []), tagged([(0, 3, "A")], [(0, 3, "A")])], 1, 1, 1, id="nothing to find counts not"),
        pytest.param([tagged([(0, 3, "A")], [])], 0, 0, 0, id="nothing found"),
        pytest.param([tagged([], [(0, 3, "A")])], 0, math.nan, 0, id="nothing to find"),
        pytest.param([tagged([], [])], 0, math.nan, math.nan, id="nothing at all"),
        pytest.param(
            [tagged([(0, 3, "A")], [(0, 3, "A")]), tagged([(0, 3, "A"), (5, 8, "B")], [(5, 8, "B"), (9, 12, "B")])],
            2 / 3,
            2 / 3,
            2 / 3,
            id="over all records",
        ),
    ],
)
def test_an_entity_is_right_with_both_borders_and_its_label(items, precision, recall, f1):
    specs = entity_metrics()
    found = {name: value(specs, name, items) for name in ("precision", "recall", "f1")}
    assert found == pytest.approx({"precision": precision, "recall": recall, "f1": f1}, nan_ok=True)


def written(pairs):
    return [Item(id=str(n), fields={"source": "", "target": pair[0]}, answer=pair[1]) for n, pair in enumerate(pairs)]


WORDS = ["the", "buyer", "shall", "pay", "a", "fee", "within", "thirty", "days", "of", "date", "and", "may", "end"]


def sentences(count, seed=0):
    """Targets, and answers that share most of their words."""
    chance = random.Random(seed)
    for _ in range(count):
        target = [chance.choice(WORDS) for _ in range(chance.randrange(6, 14))]
        answer = [word if chance.random() < 0.8 else chance.choice(WORDS) for word in target[: chance.randrange(4, 14)]]
        yield " ".join(target), " ".join(answer)


RIGHT = ["the cat is on the mat", "a dog barked loudly at her"]


@pytest.mark.parametrize(
    "pairs",
    [
        *(pytest.param(list(sentences(20, seed)), id=f"corpus {seed}") for seed in range(3)),
        pytest.param(list(zip(RIGHT, ["the cat sat on the mat", "a dog barked at him"], strict=True)), id="no four"),
        pytest.param(list(zip(RIGHT, ["the cat sat", "no word of it"], strict=True)), id="no three"),
        pytest.param(list(zip(RIGHT, ["nothing alike", "or so"], strict=True)), id="no word"),
        pytest.param(list(zip(RIGHT, ["the mat", "her"], strict=True)), id="too short for three"),
        pytest.param(list(zip(RIGHT, ["", ""], strict=True)), id="nothing"),
    ],
)
def test_bleu_is_sacrebleus_of_the_corpus(pairs):
    from sacrebleu.metrics import BLEU

    answers, targets = [answer for _, answer in pairs], [target for target, _ in pairs]
    expected = BLEU().corpus_score(answers, [targets]).score
    assert value(text_metrics(), "bleu", written(pairs)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("right", "answer", "score"),
    [
        pytest.param("Привет, как дела?", "Привет, как дела?", 1, id="Cyrillic"),
        pytest.param("我的卡丢了", "我的卡在哪", 0.6, id="Chinese"),
        pytest.param("Η τιμή είναι 5", "Κανείς δεν ήρθε 5", 0.25, id="a shared digit"),
        pytest.param("लड़की घर", "लड़के घर", 0.5, id="Hindi, another vowel"),
        pytest.param("மணி", "மண", 0, id="Tamil, another vowel"),
        pytest.param("عَلِمَ", "عُلِمَ", 0, id="Arabic, another vowel"),
        pytest.param("ปี", "ปู", 0, id="Thai, another vowel"),
        pytest.param("บ้านสวย", "บ้านใหม่", 0.5, id="Thai, by letters"),
    ],
)
def test_rouge_reads_every_script(right, answer, score):
    assert value(text_metrics(), "rouge1", written([(right, answer)])) == pytest.approx(score)


def test_rouge_is_the_mean_of_googles_own():
    from rouge_score.rouge_scorer import RougeScorer

    names = ["rouge1", "rouge2", "rougeL"]
    pairs = [*sentences(10), ("the fees were paid", "the fee was paying"), ("nothing alike", "something else")]
    scorer = RougeScorer(names, use_stemmer=True)
    scores = [scorer.score(target, answer) for target, answer in pairs]
    expected = {name: sum(score[name].fmeasure for score in scores) / len(pairs) for name in names}
    assert {name: value(text_metrics(), name, written(pairs)) for name in names} == pytest.approx(expected)


def test_an_exact_match_overlooks_blanks_and_nothing_else():
    items = written([("A b", " A  b\n"), ("A b", "a b"), ("A b", "A b."), ("A b", "")])
    assert value(text_metrics(), "exact_match", items) == 0.25


def several(pairs, confidence=None):
    return [
        Item(id=str(number), fields={"text": "", "labels": right}, answer=answer, confidence=confidence)
        for number, (right, answer) in enumerate(pairs)
    ]


SETS = st.lists(st.sampled_from(LABELS), unique=True)


@settings(max_examples=100, deadline=None)
@given(pairs=st.lists(st.tuples(SETS, SETS), min_size=1, max_size=30))
def test_figures_of_several_labels_are_those_of_scikit_learn(pairs):
    right, answered = (
        np.array([[label in one for label in LABELS] for one in side]) for side in zip(*pairs, strict=True)
    )
    specs = multilabel_metrics(LABELS)
    items = several(pairs)
    named = right.any(0) | answered.any(0)
    nothing = 0 if named.any() else np.nan  # where nothing was to be found and nothing was named
    expected = {
        "f1_micro": f1_score(right, answered, average="micro", zero_division=nothing),
        "precision_micro": precision_score(right, answered, average="micro", zero_division=nothing),
        "recall_micro": recall_score(right, answered, average="micro", zero_division=nothing),
        "exact_match": accuracy_score(right, answered),
        "hamming_loss": hamming_loss(right, answered),
    }
    assert {name: value(specs, name, items) for name in expected} == pytest.approx(expected, nan_ok=True)
    if named.sum() > 1:  # of one column scikit-learn makes two classes
        macro = f1_score(right[:, named], answered[:, named], average="macro", zero_division=0)
        assert value(specs, "f1_macro", items) == pytest.approx(macro)


def asked(answer, right):
    return Item(id="r", fields={"answers": [{"text": text, "start": 0} for text in right]}, answer=answer)


def ranked(positive, documents):
    return Item(id="r", fields={"query": "q", "positive": positive}, answer=list(documents))


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        pytest.param([ranked("a", "abc")], {"mrr": 1, "ndcg@10": 1, "recall@1": 1, "recall@10": 1}, id="first"),
        pytest.param([ranked("c", "abc")], {"mrr": 1 / 3, "ndcg@10": 0.5, "recall@1": 0, "recall@10": 1}, id="third"),
        pytest.param([ranked("z", "abc")], {"mrr": 0, "ndcg@10": 0, "recall@1": 0, "recall@10": 0}, id="left out"),
        pytest.param(
            [ranked("l", "bcdefghijklm")],
            {"mrr": 1 / 11, "ndcg@10": 0, "recall@1": 0, "recall@10": 0},
            id="behind the tenth",
        ),
        pytest.param(
            [ranked("a", "ab"), ranked("b", "ab")],
            {"mrr": 0.75, "ndcg@10": (1 + 1 / math.log2(3)) / 2, "recall@1": 0.5, "recall@10": 1},
            id="mean of two",
        ),
    ],
)
def test_a_ranking_is_as_good_as_the_place_of_its_right_document(items, expected):
    assert {name: value(ranking_metrics(), name, items) for name in expected} == pytest.approx(expected)


def test_perplexity_is_of_tokens_and_bits_are_of_bytes():
    items = [
        Item(id=str(n), fields={"text": ""}, answer={"nats": nats, "tokens": tokens, "bytes": size})
        for n, (nats, tokens, size) in enumerate([(2.0, 4, 10), (6.0, 4, 30)])
    ]
    found = language_metrics()
    assert value(found, "perplexity", items) == pytest.approx(math.e)
    assert value(found, "bits_per_byte", items) == pytest.approx(8 / math.log(2) / 40)


def test_bits_per_byte_need_every_token_guessed():
    items = [Item(id="r", fields={"text": ""}, answer={"nats": 1.0, "tokens": 2, "bytes": None})]
    assert math.isnan(value(language_metrics(), "bits_per_byte", items))


EXAMPLES = {
    "multilabel": several([(["a"], ["a", "b"]), ([], ["c"]), (["b", "c"], ["b", "c"]), (["a"], [])], 0.6),
    "classification": classified([("a", "a"), ("b", "c"), ("c", "c"), ("a", "b")], 0.6),
    "token_classification": [tagged([(0, 3, "a")], [(0, 3, "a")]), tagged([(1, 2, "b")], [(1, 3, "b")])],
    "question_answering": [
        asked(answer, right) for answer, right in [("the fee", ["fee"]), ("", []), ("two days", ["days"]), ("x", [])]
    ],
    "ranking": [ranked("a", "abc"), ranked("c", "abc"), ranked("d", "abc"), ranked("b", "abc")],
    "generation": written(sentences(5)),
    "chat": [
        Item(id=str(n), fields={"messages": [{"role": "assistant", "content": right}]}, answer=answer)
        for n, (right, answer) in enumerate(sentences(5))
    ],
    "language_modeling": [
        Item(id=str(n), fields={"text": ""}, answer={"nats": 3.0 * n, "tokens": n + 2, "bytes": 9 * n + 5})
        for n in range(4)
    ],
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_metric_reduces_many_resamples_as_it_does_one(kind):
    items = EXAMPLES[kind]
    weights = np.random.default_rng(0).multinomial(len(items), [1 / len(items)] * len(items), size=(3, 5))
    for spec in find_kind(kind).metrics(LABELS):
        rows = np.asarray(spec.statistics(items), dtype=float)
        assert rows.shape[0] == len(items)
        assert kind in spec.kinds
        together = spec.reduce(weights @ rows)
        assert together.shape == (3, 5)
        alone = [[float(spec.reduce(weights[i, j] @ rows)) for j in range(5)] for i in range(3)]
        np.testing.assert_allclose(together, alone)


def test_a_share_divides_the_sums_of_many_resamples_at_once_and_is_nan_where_nothing_could_count():
    values = share(np.array([[[1.0, 2.0], [0.0, 0.0]], [[3.0, 3.0], [0.0, 4.0]]]))
    np.testing.assert_array_equal(values, [[0.5, np.nan], [1.0, 0.0]])
