"""How hard a text is to read: its words, sentences and syllables, and the school grade that follows from them.

The rules are plain, so that anybody can count them again by hand, and good for comparing texts of one sort. They are
made for English.
"""

import re
from typing import NamedTuple

WORDS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+(?:[.,:/]\d+)*")
SENTENCE_ENDS = re.compile(r"[.!?]+(?=[\"'”’)\]]*(?:\s|$))")
PARAGRAPH_ENDS = re.compile(r"\n[^\S\n]*\n")
LIST_ITEM = re.compile(r"^[^\S\n]*(?:[-*+•‣◦·–—]|\d{1,3}\.|\(?(?:\d{1,3}|[a-z])\))[^\S\n]+(?=\S)", re.MULTILINE)
"""How a line begins that is one of a list."""
FEWEST_ITEMS = 2
"""One line that begins so may be wrapped prose with a dash, or with the number that ends its sentence."""
NO_END = re.compile(
    r"""(?:
    \b(?:mr|mrs|ms|mx|dr|prof|rev|st|e\.g|i\.e|vs|cf|viz)\.   # another word always follows these
    |(?:^|[.!?]\s|\b(?:mr|mrs|ms|dr|prof)\.?\s)(?:[a-z]\.\s?)*[a-z]\.   # initials: J. Smith, Dr J. R. Smith
    )$""",
    re.VERBOSE | re.IGNORECASE,
)
BEFORE_NUMBERS = re.compile(
    r"\b(?:nos?|cls?|ss?|secs?|arts?|paras?|sch|ch|pp?|figs?|vol|ca|approx|tel)\.$", re.IGNORECASE
)
MAY_END = re.compile(
    r"(?:\b[^\W\d_]\.(?:[^\W\d_]\.)+|\b(?:etc|inc|ltd|co|corp|plc|jr|sr|dept|est|approx|max|min|incl|excl)\.)$",
    re.IGNORECASE,
)
VOWELS = re.compile(r"[aeiouyàáâäèéêëìíîïòóôöùúûü]+")
HIATUS = re.compile(
    r"""(?<!ll)(?<![ctg])ia(?!ge|ment)|(?<=[ct])ia(?=t|lit)   # tri-al, me-di-a, ini-ti-ate; not spe-cial, marriage
    |ie(?=t)|(?<![ct])ie(?=n[ct])|^scie(?=n)              # qui-et, cli-ent, sci-ence; not pa-tient
    |[aeiouy][^aeiouy]+ie(?=rs?$|st$|th$)                 # eas-i-er, eas-i-est; not pier, priest
    |(?<![cghlnstx])io|(?<=[ln])io(?!n|r)                 # pe-ri-od, portfoli-o; not na-tion, million
    |iu|ii|yi|[eo]i(?=ng$)                                # medi-um, ski-ing, stud-y-ing, be-ing
    |[aeou]y(?=[aio]|er|ee)                               # play-er, roy-al; not employed
    |cre(?=at(?!ur))|^rea(?=ct|ss|pp|rr|li[tsz])          # cre-ate, re-act, re-al-i-ty; not creature
    |(?:ar|id)eas?$|theat                                 # are-a, ide-a, the-a-tre
    |(?<![gcp])(?<!her)eo|^geo|eu(?=ms?$|s$)|^rei(?=[mnt][^d])   # vide-o, muse-um, re-im-burse; not people
    |(?<![gqs])ua|sua(?=l)|(?<![gq])ue(?=l|n[ct])|(?<!q)uo   # actu-al, flu-ent, continu-ous; not quality
    |ui(?=ng$)|(?<![gq])ui(?=ne|ns?$|ty|ti|ds?$)          # valu-ing, ru-in, annu-i-ty, flu-id
    |oe(?=[mt])|coo(?=pera|rd)                            # po-em, co-or-di-nate
    |yone$|sms?$""",  # every-one, touris-m
    re.VERBOSE,
)
"""Where neighbours belong to two syllables: once more for each."""
SILENT_END = re.compile(r"(?:(?<![aeiouy])(?:e|es|ed)|(?<!r)gues?|ques?)$")
SPOKEN_END = re.compile(r"(?:[^aeiouylrw]l(?:e|es|ed)|[bct]res?|[dt]r?ed|(?:[csxz]|[cs]h|g)es)$")
SILENT_INSIDE = re.compile(
    r"""    # something, household, therefore
    (?:some|home|house|life|like|share|nine|time|fire|here|where)(?=[bcfghjklmptvw])|some(?=one)
    |[aeiouy][^aeiouy]{0,2}[^aeiouyl]e(?=ment)(?<![^aeiouy]re)             # statement; not element, increment
    |[aeiouy][^aeiouy]{1,3}e(?=(?:thing|ful|less|ness|ly|ty)(?:ly|s)?$)    # careful, safely, ninety
    |ica(?=lly)|^ever(?=y)|^evening|^busine|^wednes""",
    re.VERBOSE,
)
"""Where a vowel inside a word is silent: once less for each."""


class Counts(NamedTuple):
    """What the grade is made of; counts of several texts may be added up."""

    words: int
    sentences: int
    syllables: int


def counts(text: str) -> Counts:
    """Count a text; one that has words but no full stop is one sentence.

    A paragraph ends a sentence, and so does each item of a list, with a full stop or without; what an item begins with
    (``-``, ``2.``) is no word. Any other line break is a blank.

    The point of an abbreviation ends no sentence: after ``Dr.`` or ``e.g.`` never, after ``p.m.`` or ``etc.`` where the
    next word has a small letter, after ``No.`` where a number follows.
    """
    passages = [_of_passage(passage) for passage in _passages(text)]
    return Counts(*(sum(column) for column in zip(*passages, strict=True)))


def _passages(text: str) -> list[str]:
    """The parts of a text that no sentence goes beyond."""
    paragraphs = PARAGRAPH_ENDS.split(text)
    if len(LIST_ITEM.findall(text)) < FEWEST_ITEMS:
        return paragraphs
    return [item for paragraph in paragraphs for item in LIST_ITEM.split(paragraph)]


def _of_passage(text: str) -> Counts:
    words = WORDS.findall(text)
    ends = [end.end() for end in SENTENCE_ENDS.finditer(text) if _ends_a_sentence(text, end)]
    unfinished = bool(WORDS.search(text, ends[-1] if ends else 0))
    return Counts(len(words), len(ends) + unfinished if words else 0, sum(map(syllables, words)))


def syllables(word: str) -> int:
    """Groups of vowels, with the exceptions of English spelling; at least one. A number counts as one.

    Two vowels that are spoken apart count twice (``cli-ent``, ``cre-ate``). A silent ``e`` counts nothing, at the end
    (``waste``, ``asked``) or before ``-ment``, ``-thing``, ``-ly``, ``-ful``, ``-less`` and ``-ness`` (``statement``).
    Parts are counted alone. 120 of 123 common words get their right count (98 %; ``tests/test_text_metrics.py`` has
    the list), and 98 % of the 4,965 words of the starter data and the documentation that the CMU Pronouncing Dictionary
    has.
    """
    first, *others = re.split(r"['’-]", word.lower())
    return _of_part(first) + sum(_of_part(part) for part in others if VOWELS.search(part))  # don't has one


def _of_part(part: str) -> int:
    groups = len(VOWELS.findall(part)) + len(HIATUS.findall(part)) - len(SILENT_INSIDE.findall(part))
    silent = SILENT_END.search(part) and not SPOKEN_END.search(part)
    return max(groups - bool(silent), 1)


def _ends_a_sentence(text: str, end: re.Match[str]) -> bool:
    """Whether the signs that were found end a sentence; only a point can belong to an abbreviation."""
    before, after = text[: end.end()][-20:], text[end.end() :].lstrip("\"'”’)] \t\n")[:1]
    if end[0] != "." or not after:
        return True
    if NO_END.search(before):
        return False
    return not (MAY_END.search(before) and after.islower()) and not (BEFORE_NUMBERS.search(before) and after.isdigit())


def grade(words: float, sentences: float, syllable_count: float) -> float:
    """The Flesch-Kincaid grade: the year of school, in the United States, in which a text is understood.

    Kincaid, Fishburne, Rogers and Chissom 1975, Derivation of new readability formulas for Navy enlisted personnel,
    Research Branch Report 8-75. Arrays of counts, all of one shape, give an array of grades.
    """
    return 0.39 * words / sentences + 11.8 * syllable_count / words - 15.59
