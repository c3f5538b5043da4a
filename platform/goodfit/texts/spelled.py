"""Numbers that are spelled out, written as digits: ``twelve thousand five hundred`` becomes ``12500``.

``one`` counts only before a unit, for it is mostly a pronoun, an ordinal only before a part of the calendar, for
``first`` mostly begins a list, and a scale not without a number or ``a``: ``EUR million`` heads a column. All other
words stay as they are.
"""

import re
from collections.abc import Iterable, Mapping

ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
SMALL = {word: value for value, word in enumerate(ONES.split(" "))}
SMALL |= {word: 10 * value for value, word in enumerate(TENS.split(" "), start=2)}
SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
ORDINAL_WORDS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth"
)
ORDINALS = {word: value for value, word in enumerate(ORDINAL_WORDS.split(" "), start=1)}
ORDINALS |= {f"{word[:-1]}ieth": 10 * value for value, word in enumerate(TENS.split(" "), start=2)}

WORD = "|".join(sorted([*SMALL, *SCALES, "hundred"], key=len, reverse=True))
WORDS = re.compile(
    rf"(?<!\d )(?<!\d-)\b(?:{WORD})\b"
    rf"(?:(?:-|\s+|(?:(?<=hundred)|(?<=thousand)|(?<=million))\s+and\s+)(?:{WORD})\b)*"
)
AND_A_HALF = re.compile(rf"\b(\d+|{'|'.join(SMALL)})\s+and\s+a\s+half\b")
HALF_A = re.compile(r"\bhalf\s+an?\s+(?=hundred|thousand|million|billion)")
ORDINAL = re.compile(
    rf"\b(?:(?P<tens>{TENS.replace(' ', '|')})[-\s])?(?P<last>{'|'.join(sorted(ORDINALS, key=len, reverse=True))})\b"
)
CALENDAR = re.compile(r"\s+(?:quarter|half|day|week|month|year|century|anniversary|birthday)s?\b")
ARTICLE = re.compile(r"\b(?:an?|per|every|half)\s+$")
LONGEST_ARTICLE = 8
"""Letters and blanks before a scale among which its article is looked for."""

UNIT_FOLLOWS = re.compile(
    r"\s*(?:\(1\)|-?\s*(?:second|minute|hour|day|week|month|year|business|working|calendar|per\s?cent|percentage"
    r"|pound|euro|dollar|franc|gbp|eur|usd|chf)s?\b)"
)


def in_digits(text: str) -> str:
    """A text in small letters with its spelled numbers as digits."""
    halves = HALF_A.sub("0.5 ", AND_A_HALF.sub(_and_a_half, text))
    return WORDS.sub(_cardinal, ORDINAL.sub(_ordinal, halves))


def ordinals(text: str) -> set[int]:
    """The ordinal words of a text in small letters, whatever follows them: ``the third party`` has 3."""
    return {_value_of_ordinal(match) for match in ORDINAL.finditer(text)}


def cardinal(words: Iterable[str], small: Mapping[str, int] = SMALL) -> int:
    """The value of a number in words: ``two hundred and fifty`` is 250.

    Args:
        words: One by one; those that are no numbers count nothing.
        small: What the words below a hundred are worth.
    """
    total = current = 0
    for word in words:
        if word in SCALES:
            total, current = total + max(current, 1) * SCALES[word], 0
        elif word == "hundred":
            current = max(current, 1) * 100
        else:
            current += small.get(word, 0)
    return total + current


def _and_a_half(words: re.Match[str]) -> str:
    """``one and a half`` as ``1.5``."""
    return f"{SMALL.get(words[1], words[1])}.5"


def _ordinal(words: re.Match[str]) -> str:
    """``third`` as ``3rd`` before a part of the calendar; unchanged elsewhere."""
    if not CALENDAR.match(words.string, words.end()):
        return words[0]
    value = _value_of_ordinal(words)
    ending = {1: "st", 2: "nd", 3: "rd"}.get(value if value < 20 else value % 10, "th")
    return f"{value}{ending}"


def _value_of_ordinal(words: re.Match[str]) -> int:
    return SMALL.get(words["tens"] or "", 0) + ORDINALS[words["last"]]


def _cardinal(words: re.Match[str]) -> str:
    """A run of number words as digits."""
    run = re.split(r"[\s-]+", words[0])
    if run == ["one"] and not UNIT_FOLLOWS.match(words.string, words.end()):
        return words[0]
    if run[0] in SCALES and not ARTICLE.search(words.string, max(0, words.start() - LONGEST_ARTICLE), words.start()):
        return words[0]
    return str(cardinal(run))
