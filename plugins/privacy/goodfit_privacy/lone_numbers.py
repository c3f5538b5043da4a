"""Whether a number alone is part of an address: what stands beside it says so, in its line or in its cell."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter

from goodfit_privacy.amounts import HOUSE, NEAR, PLACES, STREET, Place, with_letters

PLACES_AND_NAMES = (*PLACES, "PERSON", "ORGANIZATION")

NUMBER, SHORT = re.compile(r"\d(?:(?:[\d()./+-]| (?! ))*\d)?"), 6
"""A number with whatever parts it; one of more digits may be somebody's, whatever a tagger takes it for."""

WORDS_BEFORE, WORDS_BEHIND = 5, 3
"""Words beside a number that are looked at, as far as they are near."""

EDGE, GAP, GAP_AND_FIGURE = re.compile(r"[|\t]"), re.compile(r";| {2,}"), re.compile(r"(?:;| {2,})\W*\d")
"""What parts the cells of a row: an edge alone, or gaps with two figures, since they stand in other lines, too."""

SENTENCE = re.compile(r"[\n!?;]|\.\s+(?=\S)")

CLOSE, BESIDE, OVER_LINES = (
    re.compile(" ?"),
    re.compile(r"[ ,;:()#/-]*(?:[A-Z]{2}[ ,]+)?"),
    re.compile(r"[ ,;:()#/\n-]*(?:[A-Z]{2}[ ,]+)?"),
)
"""What stands between a number and another name, a place, perhaps with a state behind it, or a street."""

FIRST, LINES = re.compile(r"(?i:n(?:o|r|um|umber)\b)?\W*"), 3
"""What may stand before a number that begins a line; in how many lines round it a place makes it part of an address."""


def without_lone_numbers(text: str, places: Iterable[Place]) -> Iterator[Place]:
    """The places without short numbers that have no street, place or word of an address beside them."""
    places = list(places)
    numbers = [match.span() for match in NUMBER.finditer(text)]
    lines, named = _lines(text), with_letters(text, places, PLACES_AND_NAMES)
    for place in places:
        first = bisect_right(numbers, place[0], key=itemgetter(1))
        inside = numbers[first : bisect_left(numbers, place[1], key=itemgetter(0))]
        is_number = place[2] in PLACES and not any(map(str.isalpha, text[place[0] : place[1]]))
        if not is_number or not inside or any(sum(map(str.isdigit, text[slice(*span)])) > SHORT for span in inside):
            yield place
            continue
        span = (min(place[0], inside[0][0]), max(place[1], inside[-1][1]))
        line = lines[bisect_right(lines, span[0], key=itemgetter(0)) - 1]
        if _is_beside(text, span, line, named):
            yield place


Line = tuple[int, int, int]
"""Start and end, and where the heads of its columns begin; -1 where it is no row of cells."""


def _lines(text: str) -> list[Line]:
    """The lines of a text without the blanks round them."""
    found: list[Line] = []
    start = 0
    for line in text.split("\n"):
        first = start + len(line) - len(line.lstrip(" \t"))
        shown = line.strip(" \t")
        is_row = bool(EDGE.search(shown)) or len(GAP_AND_FIGURE.findall(shown)) > 1
        above = found[-1][2] if found else -1
        found.append((first, first + len(shown), (above if above >= 0 else first) if is_row else -1))
        start += len(line) + 1
    return found


def _is_beside(text: str, number: tuple[int, int], line: Line, places: Sequence[Place]) -> bool:
    """Whether something beside a number makes it a part of an address."""
    start, end = number
    first, last, head = line
    if head >= 0:
        if _is_of_address(text, start, line, places):
            return True
        first, last = _cell(text, start, line)
        places = [place for place in places if first <= place[0] and place[1] <= last]
    elif FIRST.fullmatch(text, first, start):
        first, last = _lines_round(text, first, last, LINES)
        if with_letters(text, (place for place in places if place[0] < last and first < place[1])):
            return True
    for place in with_letters(text, places, PLACES_AND_NAMES):
        gap = CLOSE if place[2] not in PLACES else BESIDE if head >= 0 or place[2] == "LOCATION" else OVER_LINES
        if gap.fullmatch(text, place[1], start) or gap.fullmatch(text, end, place[0]):
            return True
    before = text[max(first if head >= 0 else 0, start - NEAR) : start]
    return _is_announced(before) or not STREET.isdisjoint(
        _words(SENTENCE.split(text[end : min(last, end + NEAR)])[0])[:WORDS_BEHIND]
    )


def _is_announced(before: str) -> bool:
    """Whether one of the last words of a sentence says that the number of a house comes, or of its last clause."""
    sentence = SENTENCE.split(before.rstrip())[-1]
    clause = sentence.rsplit(",", 1)[-1]
    return any(word.rstrip(".") in STREET for word in _words(sentence)[-WORDS_BEFORE:]) or not HOUSE.isdisjoint(
        _words(clause)[-WORDS_BEFORE:]
    )


def _words(text: str) -> list[str]:
    """Words in small letters; a dot stays at what may be shortened."""
    return re.findall(r"(?<!\w)[^\W\d_]+(?!\w)\.?", text.lower())


def _cell(text: str, place: int, line: Line) -> tuple[int, int]:
    """Where the cell begins and ends in which something stands."""
    edges = [match.span() for way in (EDGE, GAP) for match in way.finditer(text, line[0], line[1])]
    before, behind = [end for _, end in edges if end <= place], [start for start, _ in edges if start > place]
    return max(before, default=line[0]), min(behind, default=line[1])


def _is_of_address(text: str, place: int, line: Line, places: Sequence[Place]) -> bool:
    """Whether a row of cells holds an address, or the head of this column says so."""
    first, last, head = line
    edges = len(EDGE.findall(text, first, place)) or len(GAP.findall(text, first, place))
    title = text[head : _end_of_line(text, head)] if head < first else ""
    cells = (EDGE if EDGE.search(title) else GAP).split(title)
    if len(EDGE.findall(text, first, last)) == 1:  # a name and its value
        first, last = _lines_round(text, first, last, 1)
    said = _words(text[first:last]) + (_words(cells[edges]) if edges < len(cells) else [])
    if not STREET.isdisjoint(said):
        return True
    here = (place for place in places if first <= place[0] and place[1] <= last)
    named = with_letters(text, here, (*PLACES, "PERSON"))
    if any(sort == "STREET_ADDRESS" and any(map(str.isdigit, text[start:end])) for start, end, sort in named):
        return True
    cells = {_cell(text, start, (first, last, head)) for start, _, _ in named}
    return len(cells) > 1 and {sort for _, _, sort in named} not in ({"LOCATION"}, {"PERSON"})


def _lines_round(text: str, first: int, last: int, lines: int) -> tuple[int, int]:
    """Where so many lines before a line begin, and so many behind it end."""
    first = text.rfind("\n", 0, first) + 1
    for _ in range(lines):
        first, last = text.rfind("\n", 0, max(0, first - 1)) + 1, _end_of_line(text, min(len(text), last + 1))
    return first, last


def _end_of_line(text: str, place: int) -> int:
    end = text.find("\n", place)
    return end if end >= 0 else len(text)
