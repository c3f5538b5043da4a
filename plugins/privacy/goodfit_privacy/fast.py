"""Names of people, places, organisations and streets, by the fast tagger: its answers made places in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from goodfit.hooks.types import Found
from goodfit_privacy import window
from goodfit_privacy.amounts import without_amounts
from goodfit_privacy.parties import with_persons
from goodfit_privacy.plain import plain
from goodfit_privacy.speech import is_only_speech
from goodfit_privacy.surrogates import NAMED, is_surrogate
from goodfit_privacy.words import tokens

THRESHOLD = 0.15
"""Probability of being a name from which a word with a capital is one: what is missed is learnt for ever."""

THRESHOLD_SMALL = 0.5
"""The same of words without a capital and of numbers: most are no names, and figures are what texts are about."""

_SIGN = re.compile(r"[^\w]")
_LONG = re.compile(r"[^\W\d_]{4}")
_GLUE = re.compile(r"[ \t]*|[ \t]*[-'’.&/][ \t]*")
"""What stands between two words of one name."""


def find(texts: Sequence[str]) -> list[list[Found]]:
    """The names of each text."""
    read = [plain(text) for text in texts]
    split = [tokens(one.text) for one in read]
    shares = window.probabilities([words for words, _ in split])
    found = []
    for one, (words, spans), share in zip(read, split, shares, strict=True):
        named = without_amounts(one.text, names_in(one.text, words, spans, share))
        names = [name for name in named if can_be_one(one.text[slice(*name[:2])], name[2])]
        places = [(*one.back(start, end), sort) for start, end, sort in with_persons(one.text, names)]
        found.append([Found(start=start, end=end, type=sort) for start, end, sort in places])
    return found


def can_be_one(name: str, sort: str) -> bool:
    """Not a single letter, a figure, or a word of speech; a street has several words, a longer one among them."""
    letters = sum(map(str.isalpha, name))
    if sort in NAMED and is_only_speech(name):
        return False
    return letters > 1 and (sort != "STREET_ADDRESS" or (len(name.split()) > 1 and bool(_LONG.search(name))))


def names_in(
    text: str, words: Sequence[str], spans: Sequence[tuple[int, int]], shares: np.ndarray
) -> Iterator[tuple[int, int, str]]:
    """Words -> names: what is a name, and not only a sign, joined with its neighbours of the same type."""
    likeliest = 1 + shares[:, 1:].argmax(axis=1) if len(words) else []
    held: tuple[int, int, str] | None = None
    for word, (start, end), share, sort in zip(words, spans, shares, likeliest, strict=True):
        if (
            1 - share[0] <= (THRESHOLD if word[:1].isupper() else THRESHOLD_SMALL)
            or _SIGN.fullmatch(word)
            or is_surrogate(word)
        ):
            continue
        name = window.CLASSES[sort]
        if held is not None and held[2] == name and _GLUE.fullmatch(text, held[1], start):
            held = (held[0], end, name)
            continue
        if held is not None:
            yield held
        held = (start, end, name)
    if held is not None:
        yield held
