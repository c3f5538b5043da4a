"""Labels and spans that are probably wrong.

A small classifier over the frozen states of an encoder says of each record, out of fold, how probable its answer is; of
a label the records that are nearest to it are asked, too.
What is returned are the places of the records, the most certain first; where that classifier does not know the task,
``CannotTell`` says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from goodfit.hooks.types import RecordView
from goodfit_quality.states import small_classifier, states, word_states

FOLDS = 5
LEAST_RIGHT = 0.6
"""Share that the small classifier has to get right before it may doubt a label."""
NEIGHBOURS = 10
"""Records that vote on a label beside the classifier. On the departments' four tasks with labels both together name 44
records without a fault and 22 of 40 planted ones, where the classifier alone, with a lead of 0.5, names 95 and 24;
benchmarks/planted_faults.py. With 10 % of banking77's labels turned round they find 74 % of these where it finds 60 %;
benchmarks/label_noise.py. The idea: Bahri, Jiang and Gupta 2020, https://arxiv.org/abs/2004.12289."""
COMPARED = 1_000
"""Records whose neighbours are looked for at once: their likeness to all others is held in memory."""
LEAD = 0.45
"""How much more probable than the given label another one has to be."""
LEAD_OF_WORDS = 0.9
"""The same of a span's words. They are many: with 0.5, ``benchmarks/planted_faults.py`` names more than three times as
many records of medical/entities and legal/terms without a fault."""
OUTSIDE = 0
"""The tag of a word in no span."""
MOST_WORDS = 20_000
"""Words from which the states of spans are learnt, of records that are drawn."""


class CannotTell(Exception):
    """No answer is doubted, since what would doubt it does not know the task; says why."""


def doubtful_labels(train: Sequence[RecordView], seed: int) -> list[int]:
    """Records with a label that confident learning takes for wrong.

    Northcutt, Jiang and Chuang 2021, https://arxiv.org/abs/1911.00068.

    Raises:
        CannotTell: Too few labels are foretold.
    """
    from cleanlab.filter import find_label_issues

    names = [record.answer for record in train]
    counts = Counter(names)
    kept = [index for index, name in enumerate(names) if counts[name] >= 2]  # one of its kind: no fold can know it
    known = sorted({names[index] for index in kept})
    if len(known) < 2:
        raise CannotTell("fewer than two labels have two records")
    given = np.array([known.index(names[index]) for index in kept])
    vectors = states(tuple(train[index].text for index in kept))
    foretold = out_of_fold(vectors, given, seed)
    _need_knowledge((foretold.argmax(1) == given).mean(), "labels")
    probabilities = (foretold + _votes(vectors, given, len(known))) / 2
    best = probabilities.argmax(1)
    places = np.arange(len(given))
    ahead = probabilities[places, best] - probabilities[places, given] >= LEAD
    found = find_label_issues(given, probabilities, return_indices_ranked_by="self_confidence", n_jobs=1)
    return [kept[index] for index in found if ahead[index]]


def doubtful_spans(train: Sequence[RecordView], seed: int) -> list[int]:
    """Records with a span too many, of another label, or too few, by what the states of its words say.

    A span that stands there has to be something else in each of its words; a lacking one stands where no other does.

    Raises:
        CannotTell: Too few tags of the spans' words are foretold.
    """
    words = [tuple((start, end) for start, end in record.fields["words"]) for record in train]
    vectors = word_states(tuple(record.text for record in train), tuple(words))
    spans = [_spans_in(record, known[: len(read)]) for record, known, read in zip(train, words, vectors, strict=True)]
    names = ["", *sorted({label for found in spans for _, _, label in found})]  # in no span: no label is called so
    given = [np.zeros(len(read), dtype=int) for read in vectors]
    for tags, found in zip(given, spans, strict=True):
        for first, last, label in found:
            tags[first:last] = names.index(label)
    flat = np.concatenate(given)
    counts = np.unique(flat, return_counts=True)[1]
    if len(counts) < 2 or counts.min() < FOLDS:
        raise CannotTell(f"fewer than {FOLDS} words of a label, or outside of all spans")
    probabilities = _words_out_of_fold(vectors, given, len(names), seed)
    right = np.concatenate(probabilities).argmax(1) == flat
    _need_knowledge(right[flat != OUTSIDE].mean(), "words in spans")
    doubts = [_doubt(*one) for one in zip(spans, given, probabilities, strict=True)]
    named = [index for index, doubt in enumerate(doubts) if doubt >= LEAD_OF_WORDS]
    return sorted(named, key=lambda index: -doubts[index])


def _need_knowledge(right: float, what: str) -> None:
    """Refuse to doubt from less than ``LEAST_RIGHT``."""
    if right < LEAST_RIGHT:
        raise CannotTell(f"a small encoder foretells {right:.0%} of the {what}, and {LEAST_RIGHT:.0%} is needed")


def _spans_in(record: RecordView, words: Sequence[tuple[int, int]]) -> list[tuple[int, int, str]]:
    """The spans among some words: the first word, the one behind the last, the label."""
    found = []
    for span in record.fields["spans"]:
        inside = [at for at, (start, end) in enumerate(words) if start < span["end"] and span["start"] < end]
        if inside:
            found.append((inside[0], inside[-1] + 1, span["label"]))
    return found


def _doubt(spans: Sequence[tuple[int, int, str]], given: np.ndarray, probabilities: np.ndarray) -> float:
    """How much more probable another reading of a record's words is, of the span for which it is most."""
    best = probabilities.argmax(1)
    lead = probabilities.max(1) - probabilities[np.arange(len(given)), given]
    doubt = 0.0
    for first, last, _ in spans:
        if (best[first:last] != given[first]).all():
            doubt = max(doubt, float(lead[first:last].min()))
    for first, last in _runs(best):
        around = given[max(0, first - 1) : last + 1]  # beside a span it would be a question of where that one ends
        if best[first] != OUTSIDE and (around == OUTSIDE).all():
            doubt = max(doubt, float(lead[first:last].max()))
    return doubt


def _runs(tags: np.ndarray) -> Iterator[tuple[int, int]]:
    """Where a tag begins to stand, and where another one follows."""
    edges = [0, *(np.flatnonzero(np.diff(tags)) + 1), len(tags)]
    return ((int(first), int(last)) for first, last in pairwise(edges) if first < last)


def out_of_fold(vectors: np.ndarray, given: np.ndarray, seed: int) -> np.ndarray:
    """The probability of each label for each record, from records of other folds: (records, labels)."""
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    folds = StratifiedKFold(min(FOLDS, int(np.bincount(given).min())), shuffle=True, random_state=seed)
    return cross_val_predict(small_classifier(), vectors, given, cv=folds, method="predict_proba")  # type: ignore[no-any-return]


def _votes(vectors: np.ndarray, given: np.ndarray, labels: int) -> np.ndarray:
    """The share of each label among the records that are nearest to a record: (records, labels)."""
    nearest = min(NEIGHBOURS, len(vectors) - 1)
    found = np.zeros((len(vectors), labels))
    for start in range(0, len(vectors), COMPARED):
        alike = vectors[start : start + COMPARED] @ vectors.T
        rows = np.arange(len(alike))
        alike[rows, start + rows] = -np.inf  # no record votes on itself
        near = np.argpartition(-alike, nearest - 1, axis=1)[:, :nearest]
        np.add.at(found, (start + rows[:, None], given[near]), 1 / nearest)
    return found


def _words_out_of_fold(
    vectors: Sequence[np.ndarray], given: Sequence[np.ndarray], labels: int, seed: int
) -> list[np.ndarray]:
    """The same of each record's words, from words of other records: (words, labels) each."""
    from sklearn.linear_model import LogisticRegression

    drawn = np.random.default_rng(seed).permutation(len(vectors))
    fold_of = np.empty(len(vectors), dtype=int)
    fold_of[drawn] = np.arange(len(vectors)) % FOLDS
    found = [np.zeros((len(words), labels)) for words in given]
    for fold in range(FOLDS):
        held, others = drawn[fold_of[drawn] == fold], drawn[fold_of[drawn] != fold]
        others = others[: int(np.searchsorted(np.cumsum([len(given[at]) for at in others]), MOST_WORDS)) + 1]
        learnt = np.concatenate([given[at] for at in others])
        if len(np.unique(learnt)) < 2:  # nothing to tell apart: no word of this fold is doubted
            for at in held:
                found[at][np.arange(len(given[at])), given[at]] = 1
            continue
        model = LogisticRegression(max_iter=100)
        model.fit(np.concatenate([vectors[at] for at in others]), learnt)
        for at in held:
            if len(given[at]):
                found[at][:, model.classes_] = model.predict_proba(vectors[at])
    return found
