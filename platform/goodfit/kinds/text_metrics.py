"""The metrics of kinds whose answers are texts: generation and chat."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from goodfit.hooks.shares import share_metric
from goodfit.hooks.targets import right_text
from goodfit.hooks.types import Item, MetricSpec
from goodfit.kinds.metrics import mean_of
from goodfit.texts import figures, reading
from goodfit.texts.words import compared_words

KINDS = ("generation", "chat")


def text_metrics() -> list[MetricSpec]:
    """rougeL, rouge1, rouge2 (F of stemmed words), bleu (sacreBLEU, 0 to 100), exact_match."""
    rouge = [_rouge(name) for name in ("rougeL", "rouge1", "rouge2")]
    exact = mean_of(
        "exact_match",
        "Share of answers that are the target, blanks aside",
        KINDS,
        lambda item: float(item.answer.split() == right_text(item).split()),
    )
    return [*rouge, _bleu(), exact]


class _RougeWords:
    """Words for ROUGE: google-research's own for English, and those of other scripts, which it would leave out."""

    def __init__(self) -> None:
        from nltk.stem.porter import PorterStemmer

        self._stem = PorterStemmer().stem

    def tokenize(self, text: str) -> list[str]:
        """Words in lower case, stemmed from four letters on."""
        return [self._stem(word) if len(word) > 3 else word for word in compared_words(text.lower())]


def _rouge(name: str) -> MetricSpec:
    """Lin 2004; google-research's own implementation."""
    return mean_of(
        name,
        f"{name.upper()} F-measure of stemmed words",
        KINDS,
        lambda item: _rouge_scorer(name).score(right_text(item), item.answer)[name].fmeasure,
    )


@cache
def _rouge_scorer(name: str) -> Any:
    """Made when it is first needed: its import takes a second, and a mistake in words or data is answered before."""
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer([name], tokenizer=_RougeWords())


def _bleu() -> MetricSpec:
    """Papineni et al. 2002, as sacreBLEU counts it; Post 2018, https://arxiv.org/abs/1804.08771."""

    def statistics(items: Sequence[Item]) -> np.ndarray:
        """(items, 2 orders + 2): matched and possible n-grams, length of answer and target."""
        from sacrebleu.metrics import BLEU

        bleu = BLEU(effective_order=True)
        rows = []
        for item in items:
            score = bleu.sentence_score(item.answer, [right_text(item)])
            rows.append([*score.counts, *score.totals, score.sys_len, score.ref_len])
        return np.array(rows, dtype=np.float64)

    def reduce(sums: np.ndarray) -> np.ndarray:
        orders = sums.shape[-1] // 2 - 1
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
        kinds=KINDS,
        greater_is_better=True,
        statistics=statistics,
        reduce=reduce,
        top=100.0,
    )


def given(item: Item) -> str:
    """What the answer was written from: the source, or all of the conversation before its last message."""
    if "messages" in item.fields:
        return "\n".join(message["content"] for message in item.fields["messages"][:-1])
    return item.fields["source"]


def figures_supported(item: Item) -> tuple[int, int]:
    """Figures of the answer that its source has, and all figures of the answer; a loss is no profit."""
    stated = len(figures.stated(item.answer))
    return stated - len(figures.unsupported(item.answer, given(item))), stated


def figures_kept(item: Item) -> tuple[int, int]:
    """Figures of the reference that the answer has, and all figures of the reference."""
    stated = figures.stated(right_text(item))
    return len(stated & figures.stated(item.answer)), len(stated)


def reading_rows(items: Sequence[Item]) -> np.ndarray:
    """Words, sentences and syllables of each answer: (items, 3)."""
    return np.array([reading.counts(item.answer) for item in items], dtype=np.float64).reshape(-1, 3)


def reading_grade(sums: np.ndarray) -> np.ndarray:
    """Flesch-Kincaid grade of all answers read as one text: (..., 3) -> (...); nan where there is no word."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(sums[..., 0] > 0, reading.grade(sums[..., 0], sums[..., 1], sums[..., 2]), np.nan)


OPTIONAL_METRICS = {
    spec.name: spec
    for spec in (
        share_metric(
            "figures_supported",
            "Share of the answers' figures that their source has, with their sign or a word for it",
            KINDS,
            figures_supported,
        ),
        share_metric("figures_kept", "Share of the reference's figures that the answers keep", KINDS, figures_kept),
        MetricSpec(
            name="reading_grade",
            description="Flesch-Kincaid grade of the answers",
            kinds=KINDS,
            greater_is_better=False,
            statistics=reading_rows,
            reduce=reading_grade,
            top=0.0,
        ),
    )
}
"""Name -> metric that a task may name beside its kind's own; plugins' own names have a prefix, these have none."""
