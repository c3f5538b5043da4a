"""Amounts, readings and numbers alone are no part of a name: figures look like addresses to a tagger."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter

AMOUNT = re.compile(r"(?:\b[DC]r\.? ?|-)?(?<![\w.,])\d{1,3}(?:\d*|(?:[ ,.'’]\d{3})+)[.,]\d\d(?![\w.,]*\d)")
"""A figure with cents, and what says on which side of an account it stands."""

GROUPED = re.compile(r"(?<![\w.,'’])\d{1,3}([.,'’])\d{3}(?:\1\d{3})*(?:[.,]\d)?(?!\w|[.,]\d|-\d{3}(?![\d.,]))")
"""A figure in thousands; 13.083-970 is a postal code of Brazil."""

_READ = """
    bp hr rr pulse temp sats spo2 gcs bmi na sodium k potassium cl chloride hco3 bicarb bicarbonate urea creat
    creatinine egfr hb hgb haemoglobin hemoglobin plt plts platelets wcc wbc rbc mcv mch hct neutrophils
    lymphocytes crp esr alt ast alp ggt bili bilirubin alb albumin ca calcium mg magnesium po4 phosphate glucose
    hba1c lactate inr aptt tsh t4 t3 ferritin b12 folate trop troponin bnp ldh ck psa amylase lipase urate
    cholesterol ldl hdl triglycerides pco2 po2
"""
"""What is read off a patient or measured in blood."""

READING = re.compile(
    rf"(?<![\w.])({'|'.join(_READ.split())})(?:[ \t]*(?:\b(?:is|was|of)\b|[:=<>~|-])?[ \t]*)(?<!\w)"
    r"\d{1,4}(?:[.,]\d{1,2})?(?:/\d{1,3})?(?!\d|[.,/-]\d|[^\W\d_](?![\w/]))",
    re.IGNORECASE,
)
"""Such a word and its figure, which is not that of a house: 12b."""

SURE = 4
"""Letters from which one reading is sure; short words are parts of addresses, too, unless there are two readings."""

PLACES = ("STREET_ADDRESS", "LOCATION")
PLACES_AND_NAMES = (*PLACES, "PERSON", "ORGANIZATION")

_STREET = """
    address adresse anschrift apartment apt avenue ave calle flat hausnummer lane plz postal postcode
    postleitzahl road rd rue street strasse straße st suite zip
"""
STREET = frozenset(_STREET.split())
"""Words behind which, and before which, a number may be that of a house or a post office."""

_HOUSE = """
    block box building deliver drive floor home house live lives lived living mail moved moving plot post room send ship
    shipping tower unit
"""
HOUSE = frozenset(_HOUSE.split())
"""Words behind which it may be one if they stand in one clause."""

NUMBER, SHORT = re.compile(r"\d(?:(?:[\d()./+-]| (?! ))*\d)?"), 6
"""A number with whatever parts it; one of more digits may be somebody's, whatever a tagger takes it for."""

NEAR, WORDS_BEFORE, WORDS_BEHIND = 60, 5, 3
"""Signs and words beside a number that are looked at."""

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

Place = tuple[int, int, str]
"""Start, end, and type of a name."""


def without_amounts(text: str, places: Iterable[Place]) -> Iterator[Place]:
    """The places, and in place of one that holds an amount what is left beside it and has letters."""
    places = list(places)
    amounts = sorted(match.span() for match in AMOUNT.finditer(text))
    figures = sorted({*amounts, *_grouped(text, places), *_readings(text)})
    for start, end, sort in places:
        inside = [span for span in (figures if sort in PLACES else amounts) if span[0] < end and start < span[1]]
        if not inside:
            yield start, end, sort
            continue
        firsts, lasts = [start, *(span[1] for span in inside)], [*(span[0] for span in inside), end]
        for first, last in zip(firsts, lasts, strict=True):
            part = text[first:last] if first < last else ""
            if any(map(str.isalpha, part)):
                yield first + len(part) - len(part.lstrip()), first + len(part.rstrip()), sort


def _grouped(text: str, places: Sequence[Place]) -> Iterator[tuple[int, int]]:
    """Figures in thousands, but the number of a house before its street: 1,204 Maple Drive."""
    named = _named(text, places)
    for match in GROUPED.finditer(text):
        end = match.end()
        if not any(
            _STARTS.match(text, end, last) and (start < end or (sort == "STREET_ADDRESS" and start <= end + 2))
            for start, last, sort in named
        ):
            yield match.span()


_STARTS = re.compile(r",? ?[^\W\d_]")


def _named(text: str, places: Iterable[Place], sorts: Sequence[str] = PLACES) -> list[Place]:
    """The places that are written with letters."""
    return [place for place in places if place[2] in sorts and any(map(str.isalpha, text[place[0] : place[1]]))]


def _readings(text: str) -> Iterator[tuple[int, int]]:
    """Readings, where they are no parts of an address: Flat K 3."""
    found = [
        match for match in READING.finditer(text) if not _is_said(text[max(0, match.start() - NEAR) : match.start()])
    ]
    for match in found:
        if len(found) > 1 or len(match[1]) >= SURE or match[1].lower() == "bp":
            yield match.span()


def _is_said(before: str) -> bool:
    """Whether the last word says that part of an address comes."""
    last = re.search(r"([^\W\d_]+(?:(?<=\b\w\w)\.|(?<=\b\w\w\w)\.)?)[ :#]*$", before)
    return last is not None and last[1].rstrip(".").lower() in STREET | HOUSE


def without_lone_numbers(text: str, places: Iterable[Place]) -> Iterator[Place]:
    """The places without short numbers that have no street, place or word of an address beside them."""
    places = list(places)
    numbers = [match.span() for match in NUMBER.finditer(text)]
    lines, named = _lines(text), _named(text, places, PLACES_AND_NAMES)
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
        if _named(text, (place for place in places if place[0] < last and first < place[1])):
            return True
    for place in _named(text, places, PLACES_AND_NAMES):
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
    named = _named(text, here, (*PLACES, "PERSON"))
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
