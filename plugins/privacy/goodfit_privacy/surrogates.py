"""Pseudonyms for names: made-up words that no person has, the same for the same name under one key."""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence

from goodfit_privacy.speech import NAMES_TOO, is_speech

_FIRST = (
    "bri cla dro fle gri kro pla ske sni spo tri vro zwi gla pru slo bro cre dri fra gno kli plu sco smi sta "
    "tro vli zwa gro pry sly"
)
_MIDDLE = (
    "lumo vako zedu rifo mexa pova suvi tozu jiku nabo quiva wedo yoza hixo ludo kefa mizu vopa ruxa tebo sazi "
    "pugo nivo joxu hebu guza fyra doze cuvo bixa lyxo kuzi"
)
_LAST = (
    "zent vark moxt quist ndrex ffol nzig rpax lzor xtan vund skel drix blov gwen zmar zund vorg mplex quond "
    "ndrax ffig nzol rpix lzam xtorp vimp skarn drov blyx gwox zmil"
)
FIRST, MIDDLE, LAST = _FIRST.split(), _MIDDLE.split(), _LAST.split()
WORDS = len(FIRST) * len(MIDDLE) * len(LAST)

_SURROGATE = re.compile(f"(?:{'|'.join(FIRST)})(?:{'|'.join(MIDDLE)})(?:{'|'.join(LAST)})", re.IGNORECASE)
_PART = re.compile(r"(?<![^\W_]['’])[^\W_]+(?:['’](?!s\b)[^\W_]+)?")
"""A word of a name; the s of whose it is stays as it is, so that Doe and Doe's are one person."""
_KEPT = (
    "& ab ag and bank bv co corp corporation da de del den der di dr gmbh group hospital inc jr la le limited "
    "llc llp ltd mr mrs ms of oy plc sa spa sr the university van von"
)
KEPT = frozenset(_KEPT.split())
"""Parts of a firm's or a place's name that name nobody."""

TITLES = frozenset(("mr", "mrs", "ms", "dr", "jr", "sr"))
PARTICLES = frozenset(("and", "da", "de", "del", "den", "der", "di", "la", "le", "of", "the", "van", "von"))
"""What stays of a person's name, of these only what has no capital: Le, Van and Di are names as well."""

NAMED = ("PERSON", "LOCATION", "ORGANIZATION")
"""Types that get a name; the others get their type and a few signs."""


def is_surrogate(word: str) -> bool:
    """Whether a word is one of the made-up ones, in any case."""
    return _SURROGATE.fullmatch(word) is not None


def parts(sort: str, value: str) -> Sequence[str]:
    """The words of a person's name that name this person alone, as they are written."""
    words = _PART.findall(value) if sort == "PERSON" else []
    return [word for word in words if word[0].isupper() and len(word) > 2 and _names(word)]


def _names(word: str) -> bool:
    low = word.casefold()
    return not (is_surrogate(word) or low in KEPT or low in NAMES_TOO or is_speech(word))


def _stays(sort: str, part: str) -> bool:
    """Whether a part of a name stays as it is."""
    low = part.casefold()
    return is_surrogate(part) or (part in PARTICLES or low in TITLES if sort == "PERSON" else low in KEPT)


def stand_in(sort: str, value: str, key: bytes) -> str:
    """A pseudonym, part by part: so ``Jane Doe`` and ``Ms Doe`` share theirs; empty for types that have none."""
    if sort not in NAMED:
        return ""
    made = _PART.sub(lambda part: part[0] if _stays(sort, part[0]) else _word(part[0], key), value)
    is_bare = sort == "PERSON" and made == value and not any(map(is_surrogate, _PART.findall(value)))
    return "" if is_bare else made


def _word(part: str, key: bytes) -> str:
    low = part.casefold().encode("utf-8", "surrogatepass")
    number = int.from_bytes(hmac.digest(key, low, "sha256")[:8], "big") % WORDS
    number, first = divmod(number, len(FIRST))
    last, middle = divmod(number, len(MIDDLE))
    made = FIRST[first] + MIDDLE[middle] + LAST[last]
    return made.upper() if part.isupper() and len(part) > 1 else made if part.islower() else made.capitalize()
