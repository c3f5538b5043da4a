"""Which figures a clinical text supports: ``three times a day`` stands in a source that says ``tds``.

Latin abbreviations of how often a drug is taken are spelled out in the source before figures are compared (what they
mean: British National Formulary, "Abbreviations and symbols"). ``od`` and ``stat`` are one time, ``q6h`` is 6 hours,
``5/7`` is 5 days, ``2/52`` 2 weeks, ``3/12`` 3 months. ``48 hours`` equal two days.
"""

import re

from goodfit.texts import figures

TIMES_A_DAY = {
    "one time a day": "od qd mane nocte om",
    "two times a day": "bd bid",
    "three times a day": "tds tid",
    "four times a day": "qds qid",
}
"""Spelled out -> the abbreviations, without their points."""

SPELLED_OUT = {short: long for long, many in TIMES_A_DAY.items() for short in many.split(" ")}
WRITTEN = "|".join(rf"{short}|{re.escape('.'.join(short))}\.?" for short in sorted(SPELLED_OUT, key=len, reverse=True))
LATIN = re.compile(rf"(?<![\w.])(?:{WRITTEN})(?!\w|\.\w)", re.IGNORECASE)
EVERY_HOURS = re.compile(r"(?<!\w)q\.?\s?(\d\d?)\s?(?:h|hr|hrs|hourly)\b", re.IGNORECASE)
OUT_OF = {"7": "days", "52": "weeks", "12": "months"}
PERIOD = re.compile(r"(?<![\d/.])(\d\d?)/(7|52|12)(?![\d/])")
TIMES = re.compile(r"\b(once|twice)(?= (?:an?|per|each|every|daily|weekly)\b)", re.IGNORECASE)
SECONDS = {"second": 1, "day": 86_400}


def spelled_out(text: str) -> str:
    """A text with its short frequencies in words: ``500 mg tds`` is ``500 mg three times a day``."""
    text = PERIOD.sub(lambda period: f"{period[1]} {OUT_OF[period[2]]}", text)
    text = TIMES.sub(lambda times: "one time" if times[0].lower() == "once" else "two times", text)
    text = EVERY_HOURS.sub(r"every \1 hours", text)
    return LATIN.sub(lambda short: SPELLED_OUT[short[0].lower().replace(".", "")], text)


def figures_in(text: str) -> set[figures.Figure]:
    """The figures that a text states."""
    return figures.stated(text)


def unsupported_figures(text: str, source: str) -> set[figures.Figure]:
    """The figures that a text states and its source has neither as figures nor in a short form."""
    spelled = spelled_out(source)
    periods = {_seconds(figure) for figure in figures.stated(spelled)} - {None}
    return {figure for figure in figures.unsupported(text, spelled) if _seconds(figure) not in periods}


def _seconds(figure: figures.Figure) -> float | None:
    """How long a period of hours, days or weeks is; None for what is none."""
    is_period = figure.kind == "period" and figure.unit in SECONDS
    return figure.value * SECONDS[figure.unit] if is_period else None
