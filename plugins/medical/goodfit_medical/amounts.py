"""Which amounts a written number states, in digits or in words, or None where it cannot be read with certainty.

``2,5``, ``two and a half`` and ``2 1/2`` are 2.5; ``10 000`` is ten thousand; of ``one or two`` and of ``875/125`` both
amounts count. ``two fifty`` (52, 250, or two of fifty) and ``1.250`` (a point or a mark of thousands) are not certain.
"""

import re

from goodfit.texts.spelled import SCALES, SMALL, TENS, cardinal

ONES = "one two three four five six seven eight nine"
TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
VALUES = SMALL | {"a": 1, "an": 1, "nought": 0}
FRACTIONS = {
    "1/2": 1 / 2, "1/3": 1 / 3, "2/3": 2 / 3, "1/4": 1 / 4, "3/4": 3 / 4, "1/8": 1 / 8,
    "half": 1 / 2, "a half": 1 / 2, "one half": 1 / 2,
    "quarter": 1 / 4, "a quarter": 1 / 4, "one quarter": 1 / 4, "three quarters": 3 / 4,
    "third": 1 / 3, "a third": 1 / 3, "one third": 1 / 3, "two thirds": 2 / 3,
    "one - half": 1 / 2, "one - quarter": 1 / 4, "three - quarters": 3 / 4, "one - third": 1 / 3, "two - thirds": 2 / 3,
}  # fmt: skip

ONE, TEEN, TEN = (words.replace(" ", "|") for words in (ONES, TEENS, TENS))
BELOW_HUNDRED = rf"(?:(?:{TEN})(?:(?: - | )(?:{ONE}))?|{TEEN}|{ONE})"
BELOW_THOUSAND = rf"(?:(?:(?:{ONE}|an?) )?hundred(?: (?:and )?{BELOW_HUNDRED})?|{BELOW_HUNDRED})"
CARDINAL = re.compile(
    rf"zero|nought|an?|(?:(?:{BELOW_THOUSAND}|an?) million)(?: (?:and )?{BELOW_THOUSAND})?"
    rf"|(?:(?:{BELOW_THOUSAND}|an?) )?thousand(?: (?:and )?{BELOW_THOUSAND})?|{BELOW_THOUSAND}"
)
SCALE_WORD = re.compile(r"hundred|thousand|million")
SPELT_DECIMAL = re.compile(
    rf"(?P<whole>zero|nought|{BELOW_HUNDRED}) point (?P<digits>(?:zero|nought|{ONE})(?: (?:zero|nought|{ONE}))*)"
)
SCALED = re.compile(r"(?P<number>\S+) (?P<scale>thousand|million)")
MIXED = re.compile(rf"(?P<whole>.+?) (?P<joint>and |- )?(?P<part>{'|'.join(sorted(FRACTIONS, key=len, reverse=True))})")
LONGEST = 100  # letters of a number in words; what is longer is no number
OPENING = re.compile(r"^(?:(?:and|or|to|of|x|-|/) )+")
RANGE = re.compile(r" (?:to|or|-) ")

# How a number may be written in digits. What is in none of these rows is not certain.
PLAIN = re.compile(r"0|[1-9]\d*")
THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")
SPACED_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?: \d{3})+ \d{3}|[1-9]\d{0,2} 000")
POINT = re.compile(r"(?:0*|\d+(?=\.(?!\d{3}$))|\d{4,}(?=\.))\.\d+")
COMMA = re.compile(r"\d+,\d|0,\d+|\d+,[27]5|,\d+")


def read(written: str) -> list[float] | None:
    """The amounts of a number, a range, or doses joined by a slash.

    Args:
        written: In small letters, with one space between words, numbers and signs: ``2 - 3``, ``1 1/2``.

    Returns:
        One or more amounts, or None where they cannot be read with certainty.
    """
    if len(written) > LONGEST:
        return None
    written = OPENING.sub("", written)
    single = one(written)
    if single is not None:
        return [single]
    if written.startswith("between "):
        return _all(re.split(r" and ", written.removeprefix("between ")))
    if re.fullmatch(r"[\d.,]+(?:/[\d.,]+)+", written):
        return _all(written.split("/"))
    parts = RANGE.split(written)
    amounts = _all(parts) if len(parts) > 1 else None
    dashed = " - " in written
    if amounts and dashed and (amounts[0] >= amounts[-1] or not re.search(r"\d", written)):
        return None
    return amounts


def one(written: str) -> float | None:
    """The amount of a single number, or None."""
    if written in FRACTIONS:
        return FRACTIONS[written]
    if mixed := MIXED.fullmatch(written):
        return _mixed(mixed["whole"], mixed["joint"] or "", mixed["part"])
    if scaled := SCALED.fullmatch(written):
        number = in_digits(scaled["number"])
        if number is not None:
            return number * SCALES[scaled["scale"]]
    if spelt := SPELT_DECIMAL.fullmatch(written):
        digits = "".join(str(VALUES[word]) for word in spelt["digits"].split(" "))
        return float(f"{_cardinal(spelt['whole'])}.{digits}")
    hyphenated = written.replace(" - ", " ") if SCALE_WORD.search(written) else written
    return float(_cardinal(hyphenated)) if CARDINAL.fullmatch(hyphenated) else in_digits(written)


def in_digits(written: str) -> float | None:
    """The amount of a number in digits, or None."""
    if PLAIN.fullmatch(written) or POINT.fullmatch(written):
        return float(written)
    if THOUSANDS.fullmatch(written):
        return float(written.replace(",", ""))
    if SPACED_THOUSANDS.fullmatch(written):
        return float(written.replace(" ", ""))
    return float(written.replace(",", ".")) if COMMA.fullmatch(written) else None


def _mixed(whole: str, joint: str, part: str) -> float | None:
    """A whole number and a fraction: ``two half`` may be two halves, so words need an "and"."""
    number = float(_cardinal(whole)) if CARDINAL.fullmatch(whole) else in_digits(whole)
    in_figures = whole[0].isdigit() and part[0].isdigit()
    if number is None or number != int(number) or not (joint.startswith("and") or in_figures):
        return None
    return number + FRACTIONS[part]


def _all(parts: list[str]) -> list[float] | None:
    amounts = [one(part) for part in parts]
    return None if None in amounts else [amount for amount in amounts if amount is not None]


def _cardinal(words: str) -> int:
    """A number in words: ``two hundred and fifty`` is 250."""
    return cardinal(re.findall(r"[a-z]+", words), VALUES)
