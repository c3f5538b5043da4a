"""The fast tagger of names: a word and its neighbours through one small hidden layer, in numpy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file

from goodfit_privacy.words import BUCKETS, features

CLASSES = ("O", "PERSON", "LOCATION", "ORGANIZATION", "STREET_ADDRESS", "NRP", "OCCUPATION")
REACH = 4
"""Words to each side that are looked at."""

WEIGHTS = Path(__file__).with_name("weights") / "fast.safetensors"
REMEMBERED = 200_000
"""Words whose vectors are kept."""

ROWS = 8192
"""Words that go through the hidden layer at once."""

Array = np.ndarray[Any, np.dtype[np.float32]]


def quantised(weights: Mapping[str, Array]) -> dict[str, np.ndarray[Any, Any]]:
    """The vectors in 8 bits, each with its own scale; the layers in 16."""
    vectors = weights["vectors.weight"]
    scale = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), 1e-8) / 127
    return {
        "vectors": np.round(vectors / scale).astype(np.int8),
        "scale": scale.astype(np.float16),
        **{name: value.astype(np.float16) for name, value in weights.items() if not name.startswith("vectors")},
    }


@cache
def _weights() -> tuple[Array, Array, Array, Array, Array]:
    stored = load_file(str(WEIGHTS))
    vectors = stored["vectors"].astype(np.float32) * stored["scale"].astype(np.float32)
    layers = ("hidden.weight", "hidden.bias", "out.weight", "out.bias")
    return (vectors, *(stored[name].astype(np.float32) for name in layers))


@lru_cache(maxsize=REMEMBERED)
def _vector(word: str) -> Array:
    vector: Array = np.tanh(_weights()[0][features(word)].sum(axis=0))
    return vector


def probabilities(texts: Sequence[Sequence[str]]) -> list[Array]:
    """The words of each text -> (words, classes), what each word is; a text's figures depend on this text alone."""
    vectors, hidden, hidden_bias, out, out_bias = _weights()
    if not any(texts):
        return [np.zeros((0, len(CLASSES)), np.float32) for _ in texts]
    blank = [np.tanh(vectors[BUCKETS])] * REACH
    rows: list[Array] = [*blank]
    starts = []
    for words in texts:
        starts.append(len(rows))
        rows += [*map(_vector, words), *blank]
    stacked = np.stack(rows)
    width = stacked.shape[1]
    reach = 2 * REACH + 1
    windows = np.lib.stride_tricks.as_strided(
        stacked, (len(stacked) - reach + 1, reach * width), (stacked.strides[0], stacked.strides[1]), writeable=False
    )
    made = [
        _layers(windows[first : first + ROWS], hidden, hidden_bias, out, out_bias)
        for first in range(0, len(windows), ROWS)
    ]
    figures = np.concatenate(made)
    return [figures[start - REACH : start - REACH + len(words)] for start, words in zip(starts, texts, strict=True)]


def _layers(windows: Array, hidden: Array, hidden_bias: Array, out: Array, out_bias: Array) -> Array:
    logits = np.maximum(windows @ hidden.T + hidden_bias, 0) @ out.T + out_bias
    logits -= logits.max(axis=1, keepdims=True)
    shares = np.exp(logits)
    result: Array = shares / shares.sum(axis=1, keepdims=True)
    return result
