"""Tags as a sequence: the most probable one, its probability, and the two numbers fitted on held-out records."""

import itertools

import numpy as np
import pytest
from scipy.special import logsumexp

from goodfit.kinds.chain import Chain

TAGS = ("O", "B-X", "I-X", "B-Y", "I-Y")
SEQUENCES = [["O", "B-X", "I-X", "O"], ["B-Y", "I-Y", "I-Y"], ["O", "O", "B-X", "B-Y"]]


def scores_of(words, seed):
    chance = np.random.default_rng(seed)
    logits = 2 * chance.normal(size=(words, len(TAGS)))
    return logits - logsumexp(logits, axis=1, keepdims=True)


def legal(sequence):
    return all(tag[0] != "I" or before[1:] == tag[1:] for before, tag in itertools.pairwise(["O", *sequence]))


def value(chain, scores, sequence):
    """What a chain gives to a sequence, summed by hand."""
    found, before = 0.0, len(TAGS)
    for word, tag in zip(scores, sequence, strict=True):
        place = TAGS.index(tag)
        found += word[place] / chain.temperature + chain.weight * chain.transitions[before, place]
        before = place
    return found


CHAINS = [Chain.of(TAGS, SEQUENCES), Chain(TAGS, Chain.of(TAGS, SEQUENCES).transitions, 1.7, 0.4)]


@pytest.mark.parametrize("chain", CHAINS, ids=["as it begins", "fitted"])
@pytest.mark.parametrize("words", [1, 2, 4])
def test_the_best_sequence_is_the_best_of_all_legal_ones(chain, words):
    scores = scores_of(words, words)
    every = [sequence for sequence in itertools.product(TAGS, repeat=words) if legal(sequence)]
    assert chain.best(scores) == list(max(every, key=lambda sequence: value(chain, scores, sequence)))


@pytest.mark.parametrize("chain", CHAINS, ids=["as it begins", "fitted"])
def test_the_likelihood_of_a_sequence_is_its_share_of_all_legal_ones(chain):
    texts = [(scores_of(3, 5), ["O", "B-X", "I-X"]), (scores_of(1, 6), ["B-Y"]), (scores_of(4, 7), ["O"] * 4)]
    expected = 0.0
    for scores, right in texts:
        every = [sequence for sequence in itertools.product(TAGS, repeat=len(right)) if legal(sequence)]
        expected += value(chain, scores, right) - logsumexp([value(chain, scores, sequence) for sequence in every])
    targets = [np.array([TAGS.index(tag) for tag in right]) for _, right in texts]
    assert chain.log_likelihood([scores for scores, _ in texts], targets) == pytest.approx(expected)


def test_an_inside_tag_never_continues_nothing():
    chain = Chain.of(TAGS)
    for seed in range(50):
        assert legal(chain.best(scores_of(6, seed)))


def test_numbers_are_fitted_to_the_likelihood():
    chance = np.random.default_rng(0)
    right = [list(chance.choice(["O", "B-X", "B-Y"], size=5)) for _ in range(80)]
    sure = []  # scores that are right in nine of ten words and five times too sure
    for sequence in right:
        logits = np.zeros((5, len(TAGS)))
        for word, tag in enumerate(sequence):
            wrong = chance.choice([other for other in ("O", "B-X", "B-Y") if other != tag])
            logits[word, TAGS.index(tag if chance.random() < 0.9 else wrong)] = 15
        sure.append(logits - logsumexp(logits, axis=1, keepdims=True))
    chain = Chain.of(TAGS, right)
    fitted = chain.fitted(sure, right)
    targets = [np.array([TAGS.index(tag) for tag in sequence]) for sequence in right]
    assert fitted.log_likelihood(sure, targets) > chain.log_likelihood(sure, targets)
    assert fitted.temperature > 2


def test_a_chain_is_written_and_read():
    chain = CHAINS[1]
    scores = scores_of(6, 3)
    assert Chain.from_json(TAGS, chain.to_json()).best(scores) == chain.best(scores)
