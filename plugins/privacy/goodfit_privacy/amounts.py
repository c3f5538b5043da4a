"""Amounts and readings are no part of a name: figures look like addresses to a tagger."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

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

NEAR = 60
"""Signs before a number that are looked at."""

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
        yield from rest_of(text, (start, end, sort), inside, str.isalpha)


def rest_of(text: str, place: Place, taken: Sequence[tuple[int, int]], has: Callable[[str], bool]) -> Iterator[Place]:
    """What is left of a place where parts of the text are taken out of it, without the blanks around each rest.

    Args:
        text: In which it stands.
        place: What it is.
        taken: From where to where each part goes, in order.
        has: What a rest has to have a sign of, for example ``str.isalpha``.
    """
    start, end, sort = place
    firsts, lasts = [start, *(max(start, part[1]) for part in taken)], [*(min(end, part[0]) for part in taken), end]
    for first, last in zip(firsts, lasts, strict=True):
        part = text[first:last] if first < last else ""
        if any(map(has, part)):
            yield first + len(part) - len(part.lstrip()), first + len(part.rstrip()), sort


def _grouped(text: str, places: Sequence[Place]) -> Iterator[tuple[int, int]]:
    """Figures in thousands, but the number of a house before its street: 1,204 Maple Drive."""
    named = with_letters(text, places)
    for match in GROUPED.finditer(text):
        end = match.end()
        if not any(
            _STARTS.match(text, end, last) and (start < end or (sort == "STREET_ADDRESS" and start <= end + 2))
            for start, last, sort in named
        ):
            yield match.span()


_STARTS = re.compile(r",? ?[^\W\d_]")


def with_letters(text: str, places: Iterable[Place], sorts: Sequence[str] = PLACES) -> list[Place]:
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
