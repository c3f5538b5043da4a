"""Persons where contracts name their parties: a tagger takes them for firms there, which many tasks keep."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from goodfit_privacy import window
from goodfit_privacy.amounts import Place, rest_of
from goodfit_privacy.surrogates import KEPT, is_surrogate
from goodfit_privacy.words import tokens

_WORD = r"[^\W\d_]+(?:['’-][^\W\d_]+)*"
_PARTY = re.compile(
    r"\b(?:[Bb]etween|BETWEEN|[Zz]wischen|ZWISCHEN)\s+(?:(?:Mrs?|Ms|Dr|Herrn?|Frau)\b\.?\s+)?"
    rf"(?P<name>{_WORD}(?:[ \t]{_WORD}){{1,3}}?)\s+(?:and|AND|und|UND)\b"
)
"""The first of two parties, in English and German."""

_OF_BIRTH = re.compile(r"\b[^\W\d_]['’][^\W\d_a-z]")
"""O'Neill, D'Angelo: hardly a firm begins a word so."""

_MIXED = {"PERSON", "ORGANIZATION"}


def with_persons(text: str, places: Iterable[Place]) -> list[Place]:
    """The places, with a name between "between" and "and" as a person's where it is one when it is read alone; a name
    like Peter O'Neill, too, of which one half was taken for a firm's."""
    found = sorted(places)
    for start, end, name in list(_doubted(text, found)):
        if _is_person(text[slice(*name)]):
            found = [part for place in found for part in rest_of(text, place, [(start, end)], str.isalnum)]
            found = sorted([*found, (*name, "PERSON")])
    return found


def _doubted(text: str, places: Sequence[Place]) -> Iterator[tuple[int, int, tuple[int, int]]]:
    """From where to where a tagger is not followed, and the name in it, of which it found some."""
    for hit in _PARTY.finditer(text):
        start, end = hit.span("name")
        sorts = {sort for first, last, sort in places if first < end and last > start}
        if sorts and sorts <= _MIXED:
            yield *hit.span(), (start, end)
    for one, other in pairwise(places):
        mixed = {one[2], other[2]} == _MIXED and text[one[1] : other[0]] == " "
        if mixed and _OF_BIRTH.search(text, one[0], other[1]):
            yield one[0], other[1], (one[0], other[1])


def _is_person(name: str) -> bool:
    """Whether a name of several words is a person's, by the small net without what stands around it."""
    words = name.split()
    if not (words[0][0].isupper() and words[-1][0].isupper()) or any(map(is_surrogate, words)):
        return False
    if not all(word[0].isupper() or word in KEPT for word in words):
        return False
    (shares,) = window.probabilities([tokens(name)[0]])
    return window.CLASSES[int(shares.sum(axis=0).argmax())] == "PERSON"
