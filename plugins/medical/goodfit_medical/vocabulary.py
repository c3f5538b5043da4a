"""Which drugs, clinical terms and problems a text names, by the word lists in ``vocabulary.json``.

The lists are a start: a hospital adds the words of its own formulary and of its own letters. Drug names are
international nonproprietary names; brand names are not known.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

STEMS = (
    "azepam azole caine cillin cycline dipine floxacin gliflozin gliptin mycin olol oxetine parin prazole pril profen "
    "sartan semide setron statin terol thiazide tidine triptan"
)
"""Endings that name a group of drugs, as the WHO gives them ("The use of stems in the selection of International
Nonproprietary Names"): so a drug outside the list, or one that never existed, is seen as a drug."""

NO_DRUGS = frozenset({"cholesterol", "histidine", "somatostatin"})
"""Words that end like a drug and are none."""


@cache
def lists() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """``drugs``, ``jargon``, ``problems`` -> name -> the ways to write it, the name among them."""
    content = json.loads((Path(__file__).parent / "vocabulary.json").read_text(encoding="utf-8"))
    return {kind: {name: (name, *others) for name, others in entries.items()} for kind, entries in content.items()}


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    """A pattern of all entries of a list; of two that begin alike the longer one wins."""
    written = sorted((way for ways in lists()[kind].values() for way in ways), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, written))})(?![\w-])")


@cache
def _names(kind: str) -> Mapping[str, str]:
    """The way something is written -> its name in the list."""
    return {way: name for name, ways in lists()[kind].items() for way in ways}


def occurrences(kind: str, text: str) -> Iterable[tuple[int, str]]:
    """Where a text, in small letters, has an entry of a list: (start, name)."""
    return ((match.start(), _names(kind)[match[0]]) for match in _pattern(kind).finditer(text))


def drugs(text: str) -> set[str]:
    """The drugs that a text names: those of the list, and words with the ending of a group of drugs."""
    small = text.lower()
    by_ending = re.findall(rf"\b[a-z]{{2,}}(?:{STEMS.replace(' ', '|')})\b", small)
    ending_names = {_names("drugs").get(word, word) for word in by_ending} - NO_DRUGS
    return {name for _, name in occurrences("drugs", small)} | ending_names


def jargon(text: str) -> set[str]:
    """The clinical terms in a text, that a patient need not know."""
    return {name for _, name in occurrences("jargon", text.lower())}
