"""What a linear model of the words reaches on the test records: where the tuned one is no better, nobody needs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from random import Random
from typing import TYPE_CHECKING, Any

from goodfit.hooks.certainty import CONFIDENCE
from goodfit.hooks.types import Finding, Item, ModelFacts, RecordView
from goodfit.texts.words import compared_words

if TYPE_CHECKING:
    import numpy as np

MOST_SIGNS = 10_000_000
"""Characters of the training texts that the linear model is made of: seconds, and some hundred MB."""

Matrix = Any
"""One of scipy's sparse matrices: (records, words and pairs of words)."""


def linear(facts: ModelFacts) -> list[Finding]:
    """One finding: how far the tuned model is ahead of a linear one on the test records, by the task's primary metric.

    It is a warning where that is not beyond chance, and none where no model can be made of the words. The linear model
    is a support vector machine over TF-IDF of words and pairs of words, a strong one for its cost: Wang and Manning
    2012, https://aclanthology.org/P12-2018.
    """
    train = drawn(facts.splits["train"], facts.seed)
    answers = answers_by_words(facts.kind, train, facts.splits["test"], facts.seed)
    if answers is None:
        return []
    items = [
        replace(item, answer=answer, confidence=None, loss=None)
        for item, answer in zip(facts.items, answers, strict=True)
    ]
    pair = facts.compared(items)
    return [] if None in pair.values() else [_finding(facts, items, pair, len(train))]


def drawn(records: Sequence[RecordView], seed: int) -> list[RecordView]:
    """The records; where their texts are long together, as many of them, drawn by chance, as have ``MOST_SIGNS``."""
    order = list(range(len(records)))
    Random(seed).shuffle(order)
    signs = accumulate(len(records[index].text) for index in order)
    chosen = [index for index, so_far in zip(order, signs, strict=True) if so_far <= MOST_SIGNS]
    return [records[index] for index in sorted(chosen)]


def answers_by_words(
    kind: str, train: Sequence[RecordView], asked: Sequence[RecordView], seed: int
) -> list[Any] | None:
    """A linear model's answers to those asked; None where none can be made of the training records."""
    vectors = _vectors([record.text for record in train], [record.text for record in asked])
    return ANSWERS[kind](train, *vectors, seed) if vectors else None


def _finding(facts: ModelFacts, items: Sequence[Item], pair: Mapping[str, Any], learnt: int) -> Finding:
    """What to say of the items that the linear model answered, the difference from them, and of how many it learnt."""
    metric, sign = facts.metric, 1 if facts.metric.greater_is_better else -1
    low, high = sorted(sign * pair[end] for end in ("low", "high"))
    certain = pair["p"] <= 1 - CONFIDENCE
    value = float(metric.reduce(metric.statistics(items).sum(0)))
    difference = "{difference:+.3f} [{low:+.3f}, {high:+.3f}], p {p:.3f}".format(**pair)
    of = len(facts.splits["train"])
    some = "" if learnt == of else f", made of {learnt} of {of} training records,"
    told = f"a linear model of the words{some} has {metric.name} {value:.3f} on the test records"
    ahead, behind = certain and low > 0, certain and high < 0
    judged = "ahead of it" if ahead else "behind it" if behind else "not ahead of it beyond chance"
    return Finding(
        severity="info" if ahead else "warning",
        code="quality.linear",
        message=f"{told}; the tuned model is {judged}: {difference}",
        figure=pair["difference"],
        evidence={"linear": value, **pair},
        mend=""
        if ahead
        else "take a larger model (goodfit list model) or more records; or the linear one, which needs "
        "scikit-learn's TfidfVectorizer and LinearSVC and seconds",
    )


def _vectors(train: Sequence[str], asked: Sequence[str]) -> tuple[Matrix, Matrix] | None:
    """TF-IDF of both, weighed by the training texts: (records, words and pairs); None where they have no words."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    if not any(map(compared_words, train)):
        return None
    made = TfidfVectorizer(tokenizer=compared_words, token_pattern=None, ngram_range=(1, 2), sublinear_tf=True)
    return made.fit_transform(train), made.transform(asked)


def _told(train: Matrix, given: Sequence[Any], asked: Matrix, seed: int) -> np.ndarray:
    """The answers of a model of the given ones, of which there are at least two."""
    from sklearn.svm import LinearSVC

    answers: np.ndarray = LinearSVC(random_state=seed).fit(train, given).predict(asked)
    return answers


def _one_label(records: Sequence[RecordView], train: Matrix, asked: Matrix, seed: int) -> list[str] | None:
    """A label for each of those asked; None where the training records have but one."""
    given = [record.answer for record in records]
    return list(map(str, _told(train, given, asked, seed))) if len(set(given)) > 1 else None


def _some_labels(records: Sequence[RecordView], train: Matrix, asked: Matrix, seed: int) -> list[list[str]] | None:
    """The labels of each of those asked, every label told by a model of its own; None where no label can be told."""
    given = [set(record.fields["labels"]) for record in records]
    labels = sorted(set().union(*given))
    if not any(0 < sum(label in one for one in given) < len(given) for label in labels):
        return None
    told = {}
    for label in labels:
        has = [label in one for one in given]
        told[label] = [True] * asked.shape[0] if all(has) else _told(train, has, asked, seed)
    return [[label for label in labels if told[label][place]] for place in range(asked.shape[0])]


ANSWERS: Mapping[str, Callable[[Sequence[RecordView], Matrix, Matrix, int], list[Any] | None]] = {
    "classification": _one_label,
    "multilabel": _some_labels,
}
"""Kind -> a linear model's answers to those asked, by its training records."""
