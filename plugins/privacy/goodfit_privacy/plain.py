"""A text as a detector wants it: look-alikes and odd blanks made plain, hidden signs gone, with the way back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_HIDDEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff9-\ufffb\U000e0000-\U000e01ef"
)
HIDDEN = re.compile(f"[{_HIDDEN}]")
"""Signs without a width: soft hyphens, joiners, marks and isolates of direction, fillers, variation selectors, tags."""

_MARKS = "\u0300-\u036f"
_MARKED = re.compile(rf"[^\W\d_][{_MARKS}]+")
"""A letter with its marks as signs of their own: half of an accented letter in a decomposed text."""

_LOOK_ALIKE = dict(
    zip("АВЕКМНОРСТУХаеорсухіјѕԁһԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEKMHOPCTYXaeopcyxijsdhqwABEZHIKMNOPTYXo", strict=True)
)
"""Cyrillic and Greek letters that look Latin."""

_DASHES = "‐‑‒–—―−﹘﹣－"
_BLANKS = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_OTHERS = {"＠": "@", "．": ".", "。": ".", "／": "/", "：": ":", "（": "(", "）": ")", "＋": "+", "﹫": "@"}
_WORD = re.compile(r"[^\W\d_]+")


def _digits() -> dict[int, str]:
    """Decimal digits of every script, and the full-width letters."""
    found = {}
    for code in range(0x80, 0x1FFFF):
        sign = chr(code)
        if unicodedata.category(sign) == "Nd":
            found[code] = str(unicodedata.digit(sign))
    for code in (*range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)):
        found[code] = chr(code - 0xFEE0)
    return found


_PLAIN: dict[int, str] = {
    **_digits(),
    **{ord(sign): "-" for sign in _DASHES},
    **{ord(sign): " " for sign in _BLANKS},
    **{ord(sign): plain for sign, plain in _OTHERS.items()},
}


_LIKE_LATIN = re.compile(f"[{''.join(_LOOK_ALIKE)}]")
_ODD = "".join(sign for sign in [*map(chr, _PLAIN), *_LOOK_ALIKE] if sign <= "\uffff")
_ANY = re.compile(f"[{_HIDDEN}{_MARKS}{_ODD}\U00010000-\U0010ffff]")
"""Most texts have none of these: one look is cheaper than going through them sign by sign. Python has a table of the
first 65,536 signs, and would try the others one by one."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A plain text; ``places`` leads back: where each sign begins and ends. None where nothing moved."""

    text: str
    places: Sequence[tuple[int, int]] | None = None

    def back(self, start: int, end: int) -> tuple[int, int]:
        """Where a place of the plain text stands in the given one."""
        if self.places is None:
            return start, end
        return self.places[start][0], self.places[end - 1][1]


def plain(text: str) -> Plain:
    """Make a text plain."""
    if text.isascii() or not _ANY.search(text):
        return Plain(text)
    same_length = text.translate(_PLAIN)
    if _LIKE_LATIN.search(same_length):
        same_length = _WORD.sub(_latin, same_length)
    if not HIDDEN.search(same_length) and not _MARKED.search(same_length):
        return Plain(same_length)
    kept = [(sign, (place, place + 1)) for place, sign in enumerate(same_length) if not HIDDEN.match(sign)]
    shown = "".join(sign for sign, _ in kept)
    places = [place for _, place in kept]
    signs, ends, last = [], [], 0
    for found in _MARKED.finditer(shown):
        whole = unicodedata.normalize("NFC", found[0])
        signs += [shown[last : found.start()], whole]
        ends += places[last : found.start()]
        ends += [(places[found.start()][0], places[found.end() - 1][1])] * len(whole)
        last = found.end()
    return Plain("".join([*signs, shown[last:]]), [*ends, *places[last:]])


def _latin(match: re.Match[str]) -> str:
    """A word of look-alikes among Latin letters, or of nothing but look-alikes; real Cyrillic and Greek stay."""
    word = match[0]
    if word.isascii():
        return word
    other = [sign for sign in word if not sign.isascii()]
    if all(sign in _LOOK_ALIKE for sign in other) and len(other) < len(word):
        return "".join(_LOOK_ALIKE.get(sign, sign) for sign in word)
    return word
