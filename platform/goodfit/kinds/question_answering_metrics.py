"""The metrics of question_answering: of an answer's words, and of knowing that there is none."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable

from goodfit.hooks.shares import share_metric
from goodfit.hooks.types import Item, MetricSpec
from goodfit.kinds.metrics import mean_of

ARTICLES = re.compile(r"\b(a|an|the)\b")


def answer_metrics() -> list[MetricSpec]:
    """f1 and exact_match of words, and both kinds of question by themselves (SQuAD 2.0's own figures).

    Rajpurkar et al. 2018, https://arxiv.org/abs/1806.03822, section 3.1 and the evaluation script of the data set. To
    that script an answer of an article or a sign alone says that there is none, since no word of it is left; here only
    an empty one does.
    """
    kinds = ("question_answering",)

    def best(item: Item, score: Callable[[list[str], list[str]], float]) -> float:
        if not item.fields["answers"]:
            return float(not item.answer.strip())
        found = _plain_words(item.answer)
        return max(score(found, _plain_words(answer["text"])) for answer in item.fields["answers"])

    def f1(item: Item) -> float:
        return best(item, _word_f1)

    def exact(item: Item) -> float:
        return best(item, lambda found, right: float(found == right))

    def only(name: str, description: str, value: Callable[[Item], float], answered: bool) -> MetricSpec:
        def counts(item: Item) -> tuple[float, float]:
            return (value(item), 1.0) if bool(item.fields["answers"]) == answered else (0.0, 0.0)

        return share_metric(name, description, kinds, counts)

    return [
        mean_of("f1", "F1 of the answer's words; where there is none, 1 for saying so", kinds, f1),
        mean_of("exact_match", "Share of answers that are right, articles and signs aside", kinds, exact),
        only("has_answer_f1", "F1 of the answer's words, of questions that have one", f1, True),
        only("no_answer_accuracy", "Share of the questions without an answer of which the model says so", f1, False),
    ]


def _plain_words(text: str) -> list[str]:
    """As SQuAD's script compares answers: small letters, no signs, no articles."""
    bare = "".join(letter for letter in text.lower() if letter not in string.punctuation)
    return ARTICLES.sub(" ", bare).split()


def _word_f1(found: list[str], right: list[str]) -> float:
    if not found or not right:
        return float(found == right)
    both = sum((Counter(found) & Counter(right)).values())
    return 2 * both / (len(found) + len(right))
