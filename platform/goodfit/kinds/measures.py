"""The field's standard metrics, each as a function of sums over records (see ``MetricSpec``)."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from goodfit.hooks.shares import divide, share_metric
from goodfit.hooks.types import Item, MetricSpec
from goodfit.kinds.label_measures import classification_metrics, multilabel_metrics
from goodfit.kinds.means import mean_of
from goodfit.texts.words import compared_words

ARTICLES = re.compile(r"\b(a|an|the)\b")


def entity_metrics(_labels: Sequence[str]) -> list[MetricSpec]:
    """f1, precision and recall of whole entities: right only with both borders and the label right."""

    def spans(found: Any) -> set[tuple[int, int, str]]:
        return {(span["start"], span["end"], span["label"]) for span in found}

    def statistics(items: Sequence[Item]) -> np.ndarray:
        """(items, 3): answered, right, both."""
        rows = []
        for item in items:
            answered, right = spans(item.answer), spans(item.fields["spans"])
            rows.append([len(answered), len(right), len(answered & right)])
        return np.array(rows, dtype=np.float64)

    def spec(name: str, description: str, reduce: Callable[[np.ndarray], np.ndarray]) -> MetricSpec:
        return MetricSpec(
            name=name,
            description=description,
            kinds=("token_classification",),
            greater_is_better=True,
            statistics=statistics,
            reduce=reduce,
        )

    return [
        spec("f1", "F1 of whole entities", lambda sums: divide(2 * sums[..., 2], sums[..., 0] + sums[..., 1])),
        spec(
            "precision",
            "Share of the answered entities that are right",
            lambda sums: np.nan_to_num(divide(sums[..., 2], sums[..., 0])),
        ),
        spec("recall", "Share of the entities that are found", lambda sums: divide(sums[..., 2], sums[..., 1])),
    ]


def language_metrics(_labels: Sequence[str]) -> list[MetricSpec]:
    """perplexity (of the tokens that had to be guessed) and bits_per_byte (where that is all of them)."""

    def statistics(items: Sequence[Item]) -> np.ndarray:
        """(items, 3): nats, tokens, bytes."""
        rows = [(item.answer["nats"], item.answer["tokens"], item.answer["bytes"] or np.nan) for item in items]
        return np.array(rows, dtype=np.float64)

    def spec(name: str, description: str, reduce: Callable[[np.ndarray], np.ndarray], ratio: bool) -> MetricSpec:
        return MetricSpec(
            name=name,
            description=description,
            kinds=("language_modeling",),
            greater_is_better=False,
            statistics=statistics,
            reduce=reduce,
            top=0.0,
            ratio=ratio,
        )

    def perplexity(sums: np.ndarray) -> np.ndarray:
        return np.exp(divide(sums[..., 0], sums[..., 1]))

    def bits_per_byte(sums: np.ndarray) -> np.ndarray:
        return divide(sums[..., 0], np.log(2) * sums[..., 2])

    return [
        spec("perplexity", "e to the mean nats of a token", perplexity, ratio=True),
        spec("bits_per_byte", "Bits for each byte of the texts", bits_per_byte, ratio=False),
    ]


def answer_metrics(_labels: Sequence[str]) -> list[MetricSpec]:
    """f1 and exact_match of words, and both kinds of question by themselves (SQuAD 2.0's own figures).

    Rajpurkar et al. 2018, https://arxiv.org/abs/1806.03822, section 3.1 and the evaluation script of the data set.
    """
    kinds = ("question_answering",)

    def best(item: Item, score: Callable[[list[str], list[str]], float]) -> float:
        found = _plain_words(item.answer)
        return max(score(found, _plain_words(answer["text"])) for answer in item.fields["answers"] or [{"text": ""}])

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


def ranking_metrics(_labels: Sequence[str]) -> list[MetricSpec]:
    """mrr, ndcg@10, recall@1 and recall@10 of the row's right document among all candidates that are wrong.

    What other rows call right for the same query takes no place: "filtered", Bordes et al. 2013,
    https://papers.nips.cc/paper/2013/hash/1cecc7a77928ca8133fa24680a88d2f9-Abstract.html, section 4.2.
    """
    kinds = ("ranking",)

    def place(item: Item) -> float:
        """From 1; infinite where it is not in the list."""
        right, also = item.fields["positive"], item.fields.get("also", ())
        if right not in item.answer:
            return np.inf
        before = item.answer[: item.answer.index(right)]
        return 1 + len(before) - sum(one in also for one in before)

    def within(most: int) -> Callable[[Item], float]:
        return lambda item: float(place(item) <= most)

    return [
        mean_of("mrr", "Mean of 1 / place of the right document", kinds, lambda item: 1 / place(item)),
        mean_of(
            "ndcg@10",
            "Mean of 1 / log2(1 + place) where the right document is among the first ten",
            kinds,
            lambda item: within(10)(item) / np.log2(1 + place(item)),
        ),
        mean_of("recall@1", "Share of queries whose first document is right", kinds, within(1)),
        mean_of("recall@10", "Share of queries with the right document among the first ten", kinds, within(10)),
    ]


def text_metrics(_labels: Sequence[str]) -> list[MetricSpec]:
    """rougeL, rouge1, rouge2 (F of stemmed words), bleu (sacreBLEU, 0 to 100), exact_match."""
    kinds = ("generation", "chat")
    rouge = [_rouge(name, kinds) for name in ("rougeL", "rouge1", "rouge2")]
    exact = mean_of(
        "exact_match",
        "Share of answers that are the target, blanks aside",
        kinds,
        lambda item: float(item.answer.split() == right_text(item).split()),
    )
    return [*rouge, _bleu(kinds), exact]


def right_text(item: Item) -> str:
    """What should have been written: the target, or the last words of a conversation."""
    found: str = item.fields["target"] if "target" in item.fields else item.fields["messages"][-1]["content"]
    return found


class _RougeWords:
    """Words for ROUGE: google-research's own for English, and those of other scripts, which it would leave out."""

    def __init__(self) -> None:
        from nltk.stem.porter import PorterStemmer

        self._stem = PorterStemmer().stem

    def tokenize(self, text: str) -> list[str]:
        """Words in lower case, stemmed from four letters on."""
        return [self._stem(word) if len(word) > 3 else word for word in compared_words(text.lower())]


def _rouge(name: str, kinds: tuple[str, ...]) -> MetricSpec:
    """Lin 2004; google-research's own implementation."""
    from rouge_score.rouge_scorer import RougeScorer

    scorer = RougeScorer([name], tokenizer=_RougeWords())
    return mean_of(
        name,
        f"{name.upper()} F-measure of stemmed words",
        kinds,
        lambda item: scorer.score(right_text(item), item.answer)[name].fmeasure,
    )


def _bleu(kinds: tuple[str, ...]) -> MetricSpec:
    """Papineni et al. 2002, as sacreBLEU counts it; Post 2018, https://arxiv.org/abs/1804.08771."""
    from sacrebleu.metrics import BLEU

    bleu = BLEU(effective_order=True)
    orders = bleu.max_ngram_order

    def statistics(items: Sequence[Item]) -> np.ndarray:
        """(items, 2 orders + 2): matched and possible n-grams, length of answer and target."""
        rows = []
        for item in items:
            score = bleu.sentence_score(item.answer, [right_text(item)])
            rows.append([*score.counts, *score.totals, score.sys_len, score.ref_len])
        return np.array(rows, dtype=np.float64)

    def reduce(sums: np.ndarray) -> np.ndarray:
        matched, possible = sums[..., :orders], sums[..., orders : 2 * orders]
        answered, right = sums[..., -2], sums[..., -1]
        # sacreBLEU's smoothing: an order without a match counts as a half, a quarter … of one
        missing = (matched == 0) & (possible > 0)
        smoothed = np.where(missing, 0.5 ** np.cumsum(missing, -1), matched)
        with np.errstate(divide="ignore"):
            logs = np.log(smoothed / np.maximum(possible, 1)).mean(-1)
        brevity = np.minimum(0, 1 - right / np.maximum(answered, 1e-9))
        return np.where(matched.any(-1), 100 * np.exp(logs + brevity), 0.0)

    return MetricSpec(
        name="bleu",
        description="sacreBLEU of the corpus, 0 to 100",
        kinds=kinds,
        greater_is_better=True,
        statistics=statistics,
        reduce=reduce,
        top=100.0,
    )


STANDARD = (
    classification_metrics,
    multilabel_metrics,
    entity_metrics,
    answer_metrics,
    ranking_metrics,
    text_metrics,
    language_metrics,
)
"""Those of all kinds, for who has to name them without a kind."""
