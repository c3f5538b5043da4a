"""Which doses a text states, so that one way to write a dose equals another.

``500 mg``, ``0.5 g`` and ``five hundred milligrams`` are one dose, so are ``half a tablet`` and ``1/2 tablet``; of a
range both ends count. A laboratory value (``110 mg/dL``) is no dose. Sums are not worked out: ``two 500 mg tablets``
does not state ``1 g``.
"""

import re
from typing import NamedTuple

from goodfit.texts.figures import NUMBER, SMALL, number_in_words


class Dose(NamedTuple):
    """An amount in its unit: ``Dose("mg", 500.0)``. Masses are in mg, volumes in ml, a pill counts as a tablet."""

    unit: str
    amount: float


UNITS = {
    "mg": ("mg", 1.0), "milligram": ("mg", 1.0), "g": ("mg", 1000.0), "gram": ("mg", 1000.0),
    "mcg": ("mg", 0.001), "microgram": ("mg", 0.001), "µg": ("mg", 0.001), "μg": ("mg", 0.001), "ug": ("mg", 0.001),
    "ml": ("ml", 1.0), "millilitre": ("ml", 1.0), "milliliter": ("ml", 1.0),
    "unit": ("unit", 1.0), "iu": ("unit", 1.0), "puff": ("puff", 1.0), "drop": ("drop", 1.0), "spray": ("spray", 1.0),
    "tablet": ("tablet", 1.0), "pill": ("tablet", 1.0), "capsule": ("tablet", 1.0),
}  # fmt: skip

WORD = "|".join(sorted([*SMALL, "hundred", "thousand"], key=len, reverse=True))
WORDS = re.compile(rf"\b(?:{WORD})(?:(?:-|\s+|(?<=hundred)\s+and\s+)(?:{WORD}))*\b")
HALVES = ((r"\bone and a half\b", "1.5"), (r"\bhalf (?:of )?an?\b|\ba half\b|\b1/2\b|½", "0.5"))
DOSE = re.compile(
    rf"(?<![\d.,/])(?P<low>{NUMBER})(?:\s?(?:-|–|to|or)\s?(?P<high>{NUMBER}))?[\s-]?"
    rf"(?P<unit>{'|'.join(sorted(UNITS, key=len, reverse=True))})s?\b"
    r"(?!\s?(?:/|per)\s?(?:dl|l|litre|liter|mmol|mol)\b)"  # a concentration in blood or urine
    r"(?P<by_weight>\s?(?:/|per)\s?kg\b)?"
)


def doses(text: str) -> set[Dose]:
    """The doses of a text, each once."""
    written = text.lower()
    for pattern, digits in HALVES:
        written = re.sub(pattern, digits, written)
    found: set[Dose] = set()
    for match in DOSE.finditer(WORDS.sub(lambda words: str(number_in_words(words[0])), written)):
        unit, factor = UNITS[match["unit"]]
        unit += "/kg" if match["by_weight"] else ""
        numbers = [float(number.replace(",", "")) for number in match.group("low", "high") if number]
        found |= {Dose(unit, round(number * factor, 6)) for number in numbers}
    return found
