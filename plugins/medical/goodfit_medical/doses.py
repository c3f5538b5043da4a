"""Which doses a text states, so that one way to write a dose equals another, and which it may state.

``500 mg``, ``0.5 g`` and ``five hundred milligrams`` are one dose, so are ``half a tablet`` and ``1/2 tablet``, ``a
tablet`` and ``one tablet``; of a range both ends count. A laboratory value (``110 mg/dL``) and the weight of a body are
no doses. ``two 500 mg tablets`` states 500 mg and two tablets; sums are not worked out, so it does not state ``1 g``.

A quantity with the unit of a dose whose amount is not certain (``two fifty mg``, ``a few tablets``, ``2 500 mg``) is
in ``unread`` and not in ``doses``: who compares doses must then say that it cannot be told. So is the strength of a
combination (``co-codamol 30/500``), which has no unit and counts nothing.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from goodfit_medical import amounts
from goodfit_medical.units import COUNTED, LABORATORY, MEASURED, PER, UNCERTAIN, UNITS
from goodfit_medical.vocabulary import drug_places


class Dose(NamedTuple):
    """An amount in its unit: ``Dose("mg", 500.0)``. Masses are in mg, volumes in ml, a pill counts as a tablet.

    ``Dose("times", 2.0)`` is a count without its form, as in ``2 x 500 mg``.
    """

    unit: str
    amount: float


class Quantity(NamedTuple):
    """A number with a unit, and what is around it."""

    word: str
    """The unit as written."""
    number: str
    before: str
    behind: str
    form: str | None
    """The form behind a measure: ``tablet`` in ``two 500 mg tablets``."""


class Read(NamedTuple):
    """What was read in a text."""

    doses: frozenset[Dose]
    unread: frozenset[str]
    """Quantities as they are written, in small letters."""


DRUG = "¤"
"""What stands in place of the name of a drug."""
FRACTION = re.compile(r"half|quarters?|thirds?|\d/\d")
VAGUE = frozenset({"few", "couple", "several", "dozen", "dozens", "handful", "ii", "iii"})
"""Words for an amount that nobody can compare."""
CONNECTIVES = frozenset({"and", "or", "to", "of", "x", "-", "/", "point"})
NUMERIC = {*amounts.VALUES, *amounts.SCALES, "hundred", "between"} | CONNECTIVES - {"of"} | VAGUE
COUNTING = {*amounts.VALUES, *amounts.SCALES, "hundred"} - {"a", "an"}
BESIDE_FORM = {
    *("more", "extra", "additional", "further", "other", "small", "large", "white", "oral", "soluble", "effervescent"),
    *("of", "the", "these", "your", "his", "her", "my", DRUG),
}
"""Words that may stand between a number and a form: ``two more tablets``."""

TOKEN = re.compile(r"[.,]?\d+(?:[.,/]\d+)*|[^\W\d_]+|\S")
VULGAR = re.compile(r"[¼½¾⅓⅔⅛]")
STRENGTH = re.compile(r"(?P<count>.+?) (?P<times>x )?(?P<strength>[\d.,/]+(?: (?:to|or|-) [\d.,/]+)?)")
BY = re.compile(r"\s?(?:/|per\b|an?\b)\s?(?P<size>[a-z]+?)s?(?:2|\b)")
IN_BLOOD = re.compile(r"\b(?:e?gfr|clearance|peak flow)\b[^.;]{0,30}$")
BODY_WEIGHT = re.compile(r"\b(?:weigh\w*|weight\w*|bmi|gain\w*|los[es]\w*|lost|heavier|lighter)\b[^.;]{0,60}$")
OVER_DAYS = re.compile(r"\s(?:in|within|over)\s\S+\s(?:day|week|month)")
OF_A = re.compile(r"(half|quarters?|thirds?|\d/\d)(?: of)?(?: an?)?$")
GLUED_BEFORE = re.compile(r"(?:\S+|\d ?\. ?)$")
FIGURE_BEHIND = re.compile(r"\)?\s?(?:[x:=]\s?\w|\d)[\w.,]*")
ALONE_BEHIND = re.compile(r"\s\d[\d.,]*(?=\s*(?:$|[;)]|once\b|twice\b|daily\b|every\b|at\b))")
NUMBER_BEHIND = re.compile(rf"\)?\s?[:=]\s?(?:\d|(?:{'|'.join(amounts.ONES.split())})\b)")
NO_SINGLE_DOSE = re.compile(
    r"(?:drops? (?:in(?! (?:each|both|the|your))|of)|patch of|units?|injections?|applications?|strips?)\b"
)
FORM_ONLY = re.compile(r"\b(?:as|in|into|like) $")
AND_A_PART = re.compile(r"\sand (?:an? |one )?(?P<part>half|quarter)\b(?! (?:of|the|an?)\b)")
COUNT_BEHIND = re.compile(r"\s?x\s?\d+\b(?!\s?(?:/|times|daily|d\b|day|week|month|tab|cap|pill|puff|¤))")
PARTING = {
    *("day", "days", "week", "weeks", "month", "months", "year", "years", "hour", "hours", "minute", "minutes"),
    *("time", "times", "am", "pm", "daily", "th", "st", "nd", "rd", "percent", "take", "takes", "taking", "swallow"),
    *("use", "uses", "give", "more", "less", "and", "or", "to", "the", "of"),
}
"""Words that end what a number before them counts."""
NAMING = {
    *("type", "grade", "stage", "day", "week", "phase", "step", "number", "vitamin", "omega", "age", "aged"),
    *("room", "ward", "bed"),
}
"""Words whose number counts nothing: ``type 2 diabetes tablets``."""
YEAR = re.compile(r"(?:19|20)\d\d")
NUMBER_WORD = "|".join(sorted(COUNTING, key=len, reverse=True))
SAID_TWICE = re.compile(
    rf"(?P<number>\b(?:{NUMBER_WORD})(?:[ -](?:{NUMBER_WORD})){{0,6}}|(?<![\d.,])[\d.,]{{1,15}}) ?\("
    r"(?P<same>[\d.,]{1,15}|[a-z]+(?:[ -][a-z]+){0,6})\)"
)
SLASHED = r"(?!\d/\d(?!\d))\d+(?:\.\d+)?(?:/\d+(?:\.\d+)?)+"
COMBINED = re.compile(
    rf"(?<={DRUG} ){SLASHED}(?![\d./]|\s?-?\s?(?:{'|'.join(MEASURED)})\b)"
    rf"|(?<![\d.,/]){SLASHED}(?=\s(?:\d+|{NUMBER_WORD})\s?(?:{'|'.join(COUNTED)})\b)"
)
"""The strength of a combination, behind its drug or before a count: ``¤ 30/500``, ``200/6 2 puffs``."""
AROUND = 100  # letters before and behind a quantity that may say what it is
LONGEST_SIGN = 4  # letters of a unit that is no word: "mmol"
NANOGRAMS = {"ng", "nanogram", "nanograms", "nanogramme", "nanogrammes"}
PERSON_KG = (20.0, 250.0)
"""From and to which weight a person may have a lone ``72 kg``: it may as well be a wrong dose."""


def doses(text: str) -> set[Dose]:
    """The doses of a text, each once."""
    return set(read(text).doses)


def unread(text: str) -> set[str]:
    """The quantities of a text with the unit of a dose that cannot be read with certainty, as they are written."""
    return set(read(text).unread)


@lru_cache(maxsize=1024)
def read(text: str) -> Read:
    """The doses of a text, and what in it cannot be read. The last texts are remembered."""
    written = _plain(text)
    uncertain = set(COMBINED.findall(written))
    written = COMBINED.sub("", written)
    tokens = list(TOKEN.finditer(written))
    found: set[Dose] = set()
    for place, token in enumerate(tokens):
        if token[0] not in UNITS and token[0] not in UNCERTAIN:
            continue
        start, number = _number_before(tokens, place)
        if not number and (further := _further_before(tokens, place)):
            uncertain.add(further)
        before, behind = written[max(0, start - AROUND) : start], written[token.end() : token.end() + AROUND]
        stated = _stated(Quantity(token[0], number, before, behind, _form_behind(tokens, place)))
        if stated is None:
            hung_on, figure = GLUED_BEFORE.search(before), FIGURE_BEHIND.match(behind)
            parts = (hung_on[0] if hung_on else "", number, token[0], figure[0] if figure else "")
            uncertain.add(" ".join(part for part in parts if part))
        found |= set(stated or [])
    return Read(frozenset(found), frozenset(uncertain))


def _plain(text: str) -> str:
    """Small letters, common signs, one word for each unit, and a sign in place of each drug."""
    text = unicodedata.normalize("NFKC", VULGAR.sub(lambda sign: f" {sign[0]}", text)).lower()
    text = re.sub(r"[\u2010-\u2015\u2212]", "-", text.replace("\u2044", "/").replace("×", "x").replace("·", "."))
    text = re.sub(r"\binternational units?\b|\bi\.u\.", "iu", text)
    text = re.sub(r"\b(micro|milli|nano|kilo|mega)[ -](?=gram|lit|mol|equi|unit)", r"\1", text.replace("cm3", "ml"))
    text = re.sub(r"[&+]", " and ", re.sub(r"(?<=\d)\s?~\s?(?=\d)", "-", text))
    text = SAID_TWICE.sub(_once, text)
    for start, end in reversed(drug_places(text)):
        text = f"{text[:start]}{DRUG}{text[end:]}"
    return text


def _once(twice: re.Match[str]) -> str:
    """A number that is written twice, written once: ``one (1) tablet``. Two that differ stay as they are."""
    number, same = (amounts.one(" ".join(TOKEN.findall(twice[name]))) for name in ("number", "same"))
    return twice["number"] if number is not None and number == same else twice[0]


def _further_before(tokens: Sequence[re.Match[str]], place: int) -> str:
    """A number that a word or stop parts from its unit (``two pink tablets``, ``5OO mg``), with both; else empty."""
    number = place - 1
    while number > 0 and tokens[number][0] in ("-", ".", ")"):
        number -= 1
    between = tokens[max(number, 0)][0]
    if not between[0].isdigit():
        number -= 1
        if between in PARTING or between in UNITS or not (between[0].isalnum() or between == DRUG):
            return ""
    if number < 0 or not _is_numeric(tokens, number) or tokens[number][0] in NUMERIC - COUNTING:
        return ""
    if YEAR.fullmatch(tokens[number][0]) or (number and tokens[number - 1][0] in NAMING):
        return ""
    return " ".join(token[0] for token in tokens[number : place + 1])


def _number_before(tokens: Sequence[re.Match[str]], place: int) -> tuple[int, str]:
    """Where the number before a unit begins, and its words with one space between them; empty where there is none.

    A drug between a count and a strength is written as an x: ``two paracetamol 500 mg tablets``.
    """
    last = place - 1
    while last >= 0 and (tokens[last][0] == "-" or (tokens[place][0] in COUNTED and tokens[last][0] in BESIDE_FORM)):
        last -= 1
    number: list[tuple[int, str]] = []
    with_form = _form_behind(tokens, place) is not None
    while last >= 0:
        counted_drug = bool(number) and with_form and tokens[last][0] == DRUG and _is_numeric(tokens, last - 1)
        if not counted_drug and not _is_numeric(tokens, last):
            break
        number.insert(0, (tokens[last].start(), "x" if counted_drug else tokens[last][0]))
        last -= 1
    words = [word for _, word in number]
    while words and (words[0] in CONNECTIVES or (words[0] == "between" and "and" not in words)):
        words.pop(0)
    start = number[-len(words)][0] if words else tokens[place].start()
    return start, " ".join(words).replace("x x", "x")


def _is_numeric(tokens: Sequence[re.Match[str]], place: int) -> bool:
    """Whether a token may be part of a number. The digits of ``B12`` are none."""
    token = tokens[place]
    if place < 0:
        return False
    if token[0] == "of":
        before = tokens[place - 1][0] if place else ""
        return bool(FRACTION.fullmatch(before)) or before in VAGUE
    if token[0][-1].isdigit():
        glued = place > 0 and tokens[place - 1].end() == token.start() and tokens[place - 1][0].isalpha()
        return not glued or tokens[place - 1][0] == "x" or token[0][0] in ".,"
    return token[0] in NUMERIC or bool(FRACTION.fullmatch(token[0]))


def _stated(quantity: Quantity) -> list[Dose] | None:
    """The doses of a quantity: none where it is something else, None where it is not certain."""
    if not quantity.number:
        reversed_order = quantity.word in MEASURED and ALONE_BEHIND.match(quantity.behind)
        return None if reversed_order or NUMBER_BEHIND.match(quantity.behind) else []
    if _is_no_dose(quantity):
        return []
    found = _counted(OF_A.sub(r"\1", quantity.number), quantity)
    if found is None or _is_unclear(quantity):
        return None
    (values, counts), part = found, AND_A_PART.match(quantity.behind)
    values = [values[-1] + amounts.FRACTIONS[part["part"]]] if part else values
    unit, factor = UNITS[quantity.word]
    if UNITS[quantity.word] == UNITS["kg"] and any(PERSON_KG[0] <= value <= PERSON_KG[1] for value in values):
        return None
    return [Dose(unit + (_ending(quantity) or ""), round(value * factor, 9)) for value in values] + counts


def _is_no_dose(quantity: Quantity) -> bool:
    """Whether a quantity is a laboratory value, a weight, the third tablet, or just the word "a" before a form."""
    word, number, before, behind, _ = quantity
    ending = _ending(quantity)
    if ending is None or IN_BLOOD.search(before) or (word in NANOGRAMS and ending == "/ml") or number == "third":
        return True
    if UNITS.get(word) == UNITS["kg"] and not ending:
        return bool(BODY_WEIGHT.search(before) or OVER_DAYS.match(behind))
    by_letter = word in MEASURED and len(word) <= LONGEST_SIGN
    no_single = by_letter or NO_SINGLE_DOSE.match(word + behind) or FORM_ONLY.search(before) or behind.startswith("-")
    return number in ("a", "an") and bool(no_single)


def _is_unclear(quantity: Quantity) -> bool:
    """Whether the unit may mean two things, a count follows, or the number hangs on a word: ``daily.5``, ``5'000``."""
    before, number = quantity.before, quantity.number
    glued = re.search(r"\w['’_^]$|\d ?\. ?$", before) or (number[0] in ".," and re.search(r"[\w.,]$", before))
    return quantity.word in UNCERTAIN or bool(glued or COUNT_BEHIND.match(quantity.behind))


def _counted(number: str, quantity: Quantity) -> tuple[list[float], list[Dose]] | None:
    """The amounts of a number, and the count where one stands before a strength: ``two 500`` of ``two 500 mg tablets``.

    ``2 500 mg`` may be 2,500 mg or two of 500 mg, and ``eight 5 mg`` may speak of eight o'clock: neither is certain.
    """
    values = amounts.read(number)
    if values is not None:
        return values, []
    several = STRENGTH.fullmatch(number)
    if not several or quantity.word in COUNTED:
        return None
    count, strengths = amounts.one(several["count"]), amounts.read(several["strength"])
    if count is None or strengths is None:
        return None
    if count == 1 and not quantity.form:  # a 5 mg dose
        return strengths, []
    may_be_thousands = several["count"][-1].isdigit() and re.fullmatch(r"\d{3}", several["strength"])
    if not several["times"] and (not quantity.form or may_be_thousands):
        return None
    return strengths, [Dose(quantity.form or "times", count)]


def _ending(quantity: Quantity) -> str | None:
    """How a unit ends by what it is divided by, ``/kg`` for one; None where that makes it a laboratory value."""
    ending, position = "", 0
    while by := BY.match(quantity.behind, position):
        if by["size"] in LABORATORY or "/1.73" in quantity.behind[:20]:
            return None
        if by["size"] not in PER:
            break
        ending, position = ending + PER[by["size"]], by.end()
    return ending


def _form_behind(tokens: Sequence[re.Match[str]], place: int) -> str | None:
    """The form behind a measure: ``tablet`` in ``500 mg tablets``."""
    for token in tokens[place + 1 : place + 4]:
        if token[0] in COUNTED and tokens[place][0] in MEASURED:
            return COUNTED[token[0]][0]
        if token[0] != "-" and token[0] not in BESIDE_FORM:
            return None
    return None
