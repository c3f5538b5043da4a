"""How hard a text is to read: its words, sentences and syllables, and the school grade that follows from them.

The rules are plain, so that anybody can count them again by hand, and good for comparing texts of one sort. They are
made for English.
"""

import re
from typing import NamedTuple

WORDS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+(?:[.,:/]\d+)*")
SENTENCE_ENDS = re.compile(r"[.!?]+(?=[\"'”’)\]]*(?:\s|$))")
VOWELS = re.compile(r"[aeiouyàáâäèéêëìíîïòóôöùúûü]+")
SILENT_E = re.compile(r"(?<![aeiouy])(?:e|es|ed)$")
SPOKEN_END = re.compile(r"(?:[^aeiouy]le|[dt]ed|(?:[csxz]|[cs]h|g)es)$")


class Counts(NamedTuple):
    """What the grade is made of; counts of several texts may be added up."""

    words: int
    sentences: int
    syllables: int


def counts(text: str) -> Counts:
    """Count a text; one that has words but no full stop is one sentence."""
    words = WORDS.findall(text)
    ends = list(SENTENCE_ENDS.finditer(text))
    unfinished = bool(WORDS.search(text, ends[-1].end() if ends else 0))
    return Counts(len(words), len(ends) + unfinished if words else 0, sum(map(syllables, words)))


def syllables(word: str) -> int:
    """Groups of vowels, without a silent ``e``, ``es`` or ``ed`` at the end; at least one. A number counts as one.

    ``table`` has two, ``waste`` and ``asked`` one, ``wasted`` and ``boxes`` two. Parts are counted alone.
    """
    first, *others = re.split(r"['’-]", word.lower())
    return _of_part(first) + sum(_of_part(part) for part in others if VOWELS.search(part))  # don't has one


def _of_part(part: str) -> int:
    groups = len(VOWELS.findall(part))
    silent = SILENT_E.search(part) and not SPOKEN_END.search(part)
    return max(groups - bool(silent), 1)


def grade(words: float, sentences: float, syllable_count: float) -> float:
    """The Flesch-Kincaid grade: the year of school, in the United States, in which a text is understood.

    Kincaid, Fishburne, Rogers and Chissom 1975, Derivation of new readability formulas for Navy enlisted personnel,
    Research Branch Report 8-75. Arrays of counts, all of one shape, give an array of grades.
    """
    return 0.39 * words / sentences + 11.8 * syllable_count / words - 15.59
