"""How often a clinical text says a medicine is taken, and which figures it supports.

``bd``, ``twice a day`` and ``every 12 hours`` are one frequency, told by the hours from dose to dose. What may be none
("at night", "on Monday", "2 a day") supports an answer whose source has it, and accuses no answer.

``three times a day`` stands in a source that says ``tds``. Latin abbreviations of how often a drug is taken are spelled
out in the source before figures are compared (what they mean: British National Formulary, "Abbreviations and symbols").
``od`` and ``stat`` are one time, ``q6h`` is 6 hours, ``5/7`` is 5 days, ``2/52`` 2 weeks, ``3/12`` 3 months. ``48
hours`` equal two days, ``every 8 hours`` three times a day.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from goodfit.texts import figures
from goodfit.texts.spelled import in_digits
from goodfit_medical.doses import doses, unread
from goodfit_medical.units import COUNTED, UNITS
from goodfit_medical.vocabulary import drug_places, drugs, occurrences

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

HOUR = 3600
"""In seconds."""
DAY, WEEK = 24.0, 168.0
HOURS = {"hour": 1.0, "hr": 1.0, "h": 1.0, "day": DAY, "d": DAY, "week": WEEK, "wk": WEEK, "month": 4 * WEEK}
NEAR = 0.1
"""By which part two frequencies may differ and be one, for a month has four weeks, or 30 days."""

SPAN = r"\d{1,3}(?:\s?(?:-|to|or)\s?\d{1,3})?"
ONE_WAY = [
    (re.compile(pattern, re.IGNORECASE), words)
    for pattern, words in (
        (r"[\u2010-\u2015\u2212]", "-"),
        (r"\bone(?= (?:times?\b|or (?:2|twice)\b))", "1"),
        (r"\bonce\b", "1 time"),
        (r"\btwice\b", "2 time"),
        (r"\bthrice\b", "3 time"),
        (r"(?<=\d)(?:\s?[x×]|[\s-]times?)(?!\w)", " time"),
        (r"(?<!\w)[x×]\s?(\d)(?!\d)", r"\1 time"),
        (r" time(?= or \d)", ""),
        (r"\b(?:q[eo]d|eod|(?:on |every )?alternate days?)\b", "every 2 days"),
        (r"\bevery other\b", "every 2"),
        (r"\beow\b", "every 2 weeks"),
        (r"\b(?:q\.?h\.?s|q\.?[ap]\.?m|nightly)\b", "every day"),
        (rf"\bq\.?\s?({SPAN})\s?(?:hourly|hrs?|h)\b", r"every \1 hours"),
        (r"\b(?:each|per) ", "every "),
        (r"\s?/\s?(?=(?:day|week|month|d|wk)\b)", " every "),
        (r"(?<= time)[,\s-]*(?:in )?(?:an?|every|in(?= \d)) ", " every "),
        (r"(?:\b(?:daily|every day),? )?(?:\bin )?\b(\d) (?:divided|separate|equal) doses\b", r"\1 time every day"),
        (r"\b(?:every )?fortnight(?:ly)?\b", "every 2 weeks"),
        (rf"\b(?:every )?({SPAN})[-\s]?(?:hourly|hrly)\b", r"every \1 hour"),
        (rf"\b(?:every )?({SPAN})-(week|month)ly\b", r"every \1 \2"),
        (r"\bdaily\b(?! (?:li[fv]|activ|routine|max|limit|total|allow))", "every day"),
        (r"\b(hour|week|month)ly\b", r"every \1"),
        (rf"\b({'|'.join(sorted(UNITS, key=len, reverse=True))}) an? (?=(?:day|week|month)\b)", r"\1 every "),
        (r"\bmorning,? (?:before|after|with|at) (?:your |the )?breakfast\b", "morning"),
        (
            r"\bbedtime,? (?=every night\b)|(?<=\bnight),? (?:before|at|after) (?:your |the )?(?:bed\b|bedtime|dinner)",
            "",
        ),
    )
]
"""Ways to write a frequency -> ``2 time every day``, one after the other."""

EVERY = re.compile(
    rf"(?:(?P<times>{SPAN}) time[,\s-]*)?\bevery (?:(?P<count>{SPAN})(?:st|nd|rd|th)?[\s-])?"
    r"(?P<unit>hour|hr|day|week|month|h|d|wk)s?\b"
)
PART_OF_DAY = r"\b(?:morning|evening|(?:mid)?night|bedtime|afternoon|lunch|breakfast|dinner|supper|midday|noon)"
WEEKDAY = r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day"
NAMED = {DAY: re.compile(PART_OF_DAY), WEEK: re.compile(WEEKDAY)}
"""Hours -> what comes once in them: "every morning" is once a day where no evening is named."""
EVERY_NAMED = re.compile(rf"\bevery (?:{PART_OF_DAY}|{WEEKDAY})s?\b|\bon {WEEKDAY}s\b")
IN_LATIN = [(re.compile(r"\b(?:mane|om)\b"), "every morning"), (re.compile(r"\bnocte\b"), "every night")]
MEALS = re.compile(r"\b(?:meals?|mealtimes?)\b")
A_DAY = re.compile(r"\b([1-9])(?: [a-z]+){0,2} (?:every|a) day\b")
AT_NIGHT = re.compile(r"(?<=[gG] )(?:ON\b|on(?=\s*(?:[,.;)]|$)))", re.MULTILINE)
"""``simvastatin 20 mg ON``, which is each night; any other "on" is a word."""

SENTENCE_ENDS = re.compile(r"[.;!?](?=\s|$)|\||\n")
PARTED = re.compile(r"[,:]\s|\b(?:and|then|but|or)\b")
TAKEN = re.compile(
    r"\b(?:t[ao]k(?:e|es|en|ing)|took|us(?:e|es|ed|ing)|giv(?:e|en|ing)|inject|swallow|inhale|apply|put)\b"
)
NOT_TAKEN = re.compile(
    r"\b(?:walk|exercis|check|test|measur|monitor|weigh|eat|drink|see\b|visit|review|appoint|clinic|call|com(?:e|ing)\b"
    r"|blood|wash|clean|bath)"
)
FORMS = re.compile(rf"\b([2-9]) (?:{'|'.join(sorted(COUNTED, key=len, reverse=True))}) $")
"""What may be taken at once or each for itself: "three tablets a day"."""
OF_A_THING = re.compile(r"\b(?:an?|the|this|your|my|our|his|her|their|usual)\s$")
"""What "daily" says of a thing behind: "keep your daily inhaler" may be one of four puffs a day."""
MOST = re.compile(r"\b(?:up to|max|more than|most|less than|limit|exceed|total)")
"""What a day's amount is not taken at once behind: "at most 8 tablets a day"."""


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
    """The figures that a text states and its source has neither as figures nor in another way to say how often."""
    known = frequencies(source)
    hours = {each for each in frequencies(text) if _is_among(each, known)}
    several = [f"{round(DAY / each)} times a day" for each in sorted(hours) if each < DAY]
    spelled = "; ".join((spelled_out(source), *several))
    periods = {_seconds(figure) for figure in figures.stated(spelled)} - {None} | {each * HOUR for each in hours}
    return {figure for figure in figures.unsupported(text, spelled) if _seconds(figure) not in periods}


def _seconds(figure: figures.Figure) -> float | None:
    """How long a period of hours, days or weeks is; None for what is none."""
    is_period = figure.kind == "period" and figure.unit in SECONDS
    return figure.value * SECONDS[figure.unit] if is_period else None


def frequencies(text: str) -> set[float]:
    """How often anything is done or taken in a text: the hours from one time to the next, each once."""
    return {hours for sentence in _sentences(text) for _, hours in _in(sentence)}


def regular(text: str) -> set[float]:
    """The frequencies of a text that name no part of a day: "every morning" may be followed by "and every evening"."""
    found = (pair for sentence in _sentences(text) for pair in _in(sentence))
    kept = [(match, hours) for match, hours in found if match.re is EVERY and _forms(match) == 1]
    is_within_a_day = any(hours < DAY for _, hours in kept)
    return {hours for match, hours in kept if not (match[0] == "every day" and is_within_a_day)}


def taken(text: str) -> set[float]:
    """How often a text says that medicines are taken, in hours from dose to dose."""
    return {hours for _, hours in _of_medicines(text)}


def untold(text: str, source: str) -> set[float]:
    """How often a text says that medicines are taken, and its source says of nothing."""
    told = _told(source)
    return {
        hours
        for match, hours in _of_medicines(text)
        if not _is_among(hours, told)
        and not _is_among(hours / _forms(match), told)
        and not (match[0] == "every day" and _is_within_a_day(text))
    }


def _is_within_a_day(text: str) -> bool:
    """Whether a text says of something that it is taken several times a day: "every day" then only repeats it."""
    return any(hours < DAY for _, hours in _of_medicines(text))


def _is_among(hours: float, others: Iterable[float]) -> bool:
    """Whether a frequency is one of several."""
    return any(abs(hours - other) <= NEAR * max(hours, other) for other in others)


def _of_medicines(text: str) -> Iterator[tuple[re.Match[str], float]]:
    """Where a text says which frequency of a medicine."""
    return (pair for sentence in _sentences(text) for pair in _in(sentence) if _is_of_medicine(pair[0]))


def _forms(match: re.Match[str]) -> int:
    """How many tablets stand before a bare "every day"; 1 where there are none."""
    forms = FORMS.search(match.string[: match.start()]) if match[0] == "every day" else None
    return int(forms[1]) if forms else 1


@lru_cache(maxsize=1024)
def _told(source: str) -> frozenset[float]:
    """The frequencies of a source, as generously as it may be read: "morning and evening" is twice a day, too."""
    found = frequencies(source)
    for sentence in _sentences(source):
        for part in _between_drugs(sentence):
            for hours, pattern in NAMED.items():
                count = len(set(pattern.findall(part)))
                found |= {hours, hours / count} if count else set()
        found |= {DAY / int(count) for count in A_DAY.findall(sentence)}
        found |= {DAY / 3} if MEALS.search(sentence) else set()
    found |= {DAY} if AT_NIGHT.search(source) else set()
    return frozenset(found)


@lru_cache(maxsize=1024)
def _sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text in small letters, with each frequency written in one way. The last are remembered."""
    plain = text.lower()
    for pattern, words in IN_LATIN:
        plain = pattern.sub(words, plain)
    plain = in_digits(spelled_out(plain))
    for pattern, words in ONE_WAY:
        plain = pattern.sub(words, plain)
    return tuple(SENTENCE_ENDS.split(plain))


def _in(sentence: str) -> Iterator[tuple[re.Match[str], float]]:
    """Where a sentence states which frequency; of a range both ends."""
    for match in EVERY.finditer(sentence):
        for times in _ends(match["times"]):
            for count in _ends(match["count"]):
                yield match, round(HOURS[match["unit"]] * count / times, 3)
    for match in EVERY_NAMED.finditer(sentence):
        for hours, pattern in NAMED.items():
            if pattern.search(match[0]) and len(set(pattern.findall(sentence))) == 1:
                yield match, hours


def _ends(span: str | None) -> list[int]:
    """The numbers of a range; 1 where there is none."""
    return [int(number) or 1 for number in re.findall(r"\d+", span or "1")]


def _is_of_medicine(match: re.Match[str]) -> bool:
    """Whether the nearest thing before a frequency, or behind one that opens a sentence, is a medicine."""
    before = PARTED.split(match.string[: match.start()])[::-1]
    behind = PARTED.split(match.string[match.end() :])
    if OF_A_THING.search(before[0]):
        return False
    parts = [part for part in (before if any(map(str.strip, before)) else behind) if part.strip(" ,(-")]
    for part in parts:
        if MOST.search(part) and "time" not in match[0]:
            return False
        if drugs(part) or doses(part) or unread(part):
            return True
        if NOT_TAKEN.search(part) or any(occurrences("problems", part)):
            return False
        if TAKEN.search(part):
            return True
    return not parts


def _between_drugs(sentence: str) -> list[str]:
    """A sentence in parts, parted where it names a drug."""
    places = [0, *(place for both in drug_places(sentence) for place in both), len(sentence)]
    return [sentence[start:end] for start, end in zip(places[::2], places[1::2], strict=True)]
