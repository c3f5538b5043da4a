"""Pseudonyms for names: made-up words that no person has, the same for the same name under one key."""

from __future__ import annotations

import hmac
import re

FIRST = "bri cla dro fle gri kro pla ske sni spo tri vro zwi gla pru slo bro cre dri fra gno kli plu sco smi sta tro vli zwa gro pry sly".split()
MIDDLE = (
    "lumo vako zedu rifo mexa pova suvi tozu jiku nabo quiva wedo yoza hixo ludo kefa mizu vopa ruxa tebo sazi pugo nivo joxu "
    "hebu guza fyra doze cuvo bixa lyxo kuzi"
).split()
LAST = (
    "zent vark moxt quist ndrex ffol nzig rpax lzor xtan vund skel drix blov gwen zmar zund vorg mplex quond ndrax ffig nzol "
    "rpix lzam xtorp vimp skarn drov blyx gwox zmil"
).split()
WORDS = len(FIRST) * len(MIDDLE) * len(LAST)

_SURROGATE = re.compile(f"(?:{'|'.join(FIRST)})(?:{'|'.join(MIDDLE)})(?:{'|'.join(LAST)})", re.IGNORECASE)
_PART = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
KEPT = frozenset(
    "inc corp corporation ltd limited llc llp plc gmbh ag sa spa bv oy ab co and & of the group bank university hospital van "
    "de der den von di da del la le mr mrs ms dr jr sr".split()
)
"""Parts of a name that name nobody."""

NAMED = ("PERSON", "LOCATION", "ORGANIZATION")
"""Types that get a name; the others get their type and a few signs."""


def is_surrogate(word: str) -> bool:
    """Whether a word is one of the made-up ones, in any case."""
    return _SURROGATE.fullmatch(word) is not None


def stand_in(sort: str, value: str, key: bytes) -> str:
    """A pseudonym, part by part: so ``Jane Doe`` and ``Ms Doe`` share theirs; empty for types that have none."""
    if sort not in NAMED:
        return ""
    return _PART.sub(lambda part: _word(part[0], key), value)


def _word(part: str, key: bytes) -> str:
    low = part.casefold()
    if low in KEPT or is_surrogate(part):
        return part
    number = int.from_bytes(hmac.digest(key, low.encode("utf-8", "surrogatepass"), "sha256")[:8], "big") % WORDS
    number, first = divmod(number, len(FIRST))
    last, middle = divmod(number, len(MIDDLE))
    made = FIRST[first] + MIDDLE[middle] + LAST[last]
    return made.upper() if part.isupper() and len(part) > 1 else made if part.islower() else made.capitalize()
