"""Which drugs, clinical terms and problems a text names, by the word lists in ``vocabulary.json``.

The lists are a start: a hospital adds the words of its own formulary and of its own letters. Drug names are
international nonproprietary names, with British and American names of the same drug as one; brand names are not known.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

STEMS = (
    "azepam azole caine cillin cycline dipine floxacin gatran gliflozin gliptin lukast mab mycin olol oxetine parin "
    "prazole pril profen sartan semide setron statin terol thiazide tidine tinib triptan xaban"
)
"""Endings that name a group of drugs, as the WHO gives them ("The use of stems in the selection of International
Nonproprietary Names"): so a drug outside the list, or one that never existed, is seen as a drug."""

ENDINGS = re.compile(rf"\b[a-z]{{2,}}(?:{STEMS.replace(' ', '|')})\b")

NO_DRUGS = frozenset({"cholesterol", "cystatin", "histidine", "somatostatin"})
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


def occurrences(kind: str, text: str) -> Iterable[tuple[int, int, str]]:
    """Where a text, in small letters, has an entry of a list: (start, end, name)."""
    return ((match.start(), match.end(), _names(kind)[match[0]]) for match in _pattern(kind).finditer(text))


def drugs(text: str) -> set[str]:
    """The drugs that a text names: those of the list, and words with the ending of a group of drugs."""
    return {name for _, _, name in named_drugs(text.lower())}


def drug_places(text: str) -> list[tuple[int, int]]:
    """Where a text, in small letters, names a drug: (start, end), in order, each place once."""
    return [(start, end) for start, end, _ in named_drugs(text)]


def known_drugs() -> int:
    """How many drugs the list has; two names of one drug count once."""
    return len(lists()["drugs"])


def known_endings() -> int:
    """How many endings of groups of drugs are known."""
    return len(STEMS.split(" "))


def named_drugs(text: str) -> list[tuple[int, int, str]]:
    """Where a text, in small letters, names which drug: (start, end, name), in order; a name of the list goes first."""
    listed = list(occurrences("drugs", text))
    by_ending = [(*match.span(), match[0]) for match in ENDINGS.finditer(text) if match[0] not in NO_DRUGS]
    others = [one for one in by_ending if not any(start < one[1] and one[0] < end for start, end, _ in listed)]
    return sorted(listed + others)


def jargon(text: str) -> set[str]:
    """The clinical terms in a text, that a patient need not know."""
    return {name for _, _, name in occurrences("jargon", text.lower())}
