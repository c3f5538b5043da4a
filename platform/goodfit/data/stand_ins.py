"""What is written where something was found: its type, a keyed hash, a pseudonym, or nothing."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from goodfit.data.keys import secret_key
from goodfit.errors import PluginError
from goodfit.hooks.types import ScrubberSpec
from goodfit.schema.privacy import Mode

PRIVACY_KEY = "GOODFIT_PRIVACY_KEY"
SIGNS = 12
"""Hexadecimal digits of a hash: 48 bits, so that a million values share none (birthday bound 0.2 %)."""

_RUN = re.compile(r"[^\W_]+|::")
"""Letters and digits side by side; two colons stand for the noughts of an IP address."""


@dataclass(frozen=True, slots=True)
class StandIns:
    """How places are replaced in one data set."""

    mode: Mode
    key: bytes
    written: dict[str, Counter[str]] = field(default_factory=dict)
    """Stand-in -> the values that it stands for, with how often; of hashes and pseudonyms alone."""

    def of(self, spec: ScrubberSpec, sort: str, value: str) -> str:
        """What stands for a value.

        Args:
            spec: Who found it.
            sort: Its type.
            value: What stood there.

        Raises:
            PluginError: Its pseudonym gives it away.
        """
        if self.mode == "drop":
            return ""
        if self.mode == "mask":
            return f"[{sort}]"
        made = spec.stand_in(sort, value, self.key) if self.mode == "pseudonymise" and spec.stand_in else ""
        if gives_away(made, value):
            raise PluginError(
                f"what stands in for a {sort} of '{spec.name}' has its figures; nothing goes on unscrubbed",
                "mend its stand_in, or use privacy=mask",
            )
        made = made or f"[{sort}_{_signs(self.key, sort, value, sort in spec.ordered)}]"
        self.written.setdefault(made, Counter())[value] += 1
        return made


ENOUGH = 6
"""Signs side by side that a pseudonym made by a key has not by chance."""


def gives_away(made: str, value: str) -> bool:
    """Whether a pseudonym is the value itself, with its figures, or has it or all of its figures side by side.

    A name may be what stands for it: of a firm's, words that name nobody stay.
    """
    for kept in (str.isalnum, str.isdigit):
        own, told = ("".join(filter(kept, text.casefold())) for text in (value, made))
        if any(map(str.isdigit, own)) and (own == told or (len(own) >= ENOUGH and own in told)):
            return True
    return False


def _signs(key: bytes, sort: str, value: str, ordered: bool) -> str:
    """Equal for values that differ in case, blanks and signs alone: the same card, the same person."""
    low = value.casefold()
    plain = ".".join(_RUN.findall(low)) if ordered else "".join(sign for sign in low if sign.isalnum())
    plain = plain or value
    return hmac.digest(key, f"{sort}\0{plain}".encode("utf-8", "surrogatepass"), "sha256").hex()[:SIGNS]


def placeholder(types: Iterable[str]) -> re.Pattern[str]:
    """What scrubbing itself writes: nothing is looked for in there."""
    return re.compile(rf"\[(?:{'|'.join(sorted(map(re.escape, types)))})(?:_[0-9a-f]{{{SIGNS}}})?\]")


def key_for(mode: Mode, seed: int) -> Callable[[Iterable[str]], bytes]:
    """How the key of a data set is made from its texts.

    With the user's key a value has one stand-in in all of their data sets: what a run makes of a text hangs on no text
    beside it, and a name that is asked for is found in documents. Without it, a pseudonym's key comes from the seed and
    the texts themselves, which are written nowhere, so that no two data sets share it. Who guesses all of them, as is
    easy with one text and a list of names, has that key.

    Raises:
        ConfigError: Hashes are wanted, and there is no key in the environment; or it is a short one.
    """
    if mode not in ("hash", "pseudonymise") or is_guessable(mode):
        return lambda texts: _key_of(texts, seed)
    given = secret_key(PRIVACY_KEY, f"privacy={mode}", "the same for all runs that are to agree")
    key = given if mode == "hash" else hmac.digest(given, mode.encode(), "sha256")
    return lambda texts: key


def is_guessable(mode: Mode) -> bool:
    """Whether what stands for a value has no secret in its key."""
    return mode == "pseudonymise" and not os.environ.get(PRIVACY_KEY)


def _key_of(texts: Iterable[str], seed: int) -> bytes:
    digests = sorted({hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts})
    return hashlib.sha256(b"".join([f"{seed}\0".encode(), *digests])).digest()
