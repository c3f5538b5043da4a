"""What stands for what in a scrubbed data set, encrypted: the way back for those who have the key."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from goodfit.data.edits import Edit, edited, moved, widened
from goodfit.data.keys import secret_key
from goodfit.errors import ConfigError
from goodfit.extras import need
from goodfit.files import OWNER, refuse_special, write_whole

VAULT_KEY = "GOODFIT_VAULT_KEY"
MARK = b"goodfit vault 1\n"
"""The beginning of the file; 16 bytes of salt, 12 of nonce and the encrypted text follow."""

SALT, NONCE = 16, 12
COST = {"n": 2**15, "r": 8, "p": 1, "length": 32}
"""Of scrypt, for a key of AES-256-GCM: 32 MiB and a tenth of a second for each guess (RFC 7914, section 2)."""

DEEPEST = 3
"""So often stand-ins of stand-ins are replaced."""

Written = Mapping[str, Counter[str]]
"""Stand-in -> the values that it stands for, with how often."""


def check_vault(path: str | None, mode: str) -> None:
    """Refuse before any work what could not be written in the end.

    Raises:
        ConfigError: The mode leaves nothing to find the way back from, there is no key, or the path is another file's.
        HardwareError: The package that encrypts is missing.
    """
    if path is None:
        return
    if mode not in ("hash", "pseudonymise"):
        raise ConfigError(
            f"privacy.vault is for privacy=hash and privacy=pseudonymise, and the mode is {mode}",
            "leave privacy.vault out",
        )
    _ciphers()
    _key()
    place = Path(path)
    if not place.parent.is_dir():
        raise ConfigError(f"{place.parent} is no folder", f"mkdir -p {place.parent}")
    if place.exists() and not _is_vault(place):
        raise ConfigError(f"{place} exists, and is no vault", "choose another privacy.vault")


def _is_vault(place: Path) -> bool:
    if not place.is_file():
        return False
    with place.open("rb") as file:
        return file.read(len(MARK)) == MARK


def refuse_other_vault(path: Path, written: Written) -> None:
    """Refuse to write over the way back from other stand-ins; a run that was killed finds its own.

    Raises:
        ConfigError: The vault that is there has something else, or does not open with this key.
    """
    if not path.exists():
        return
    for stand_in, values in read_vault(path).items():
        if any(value not in written.get(stand_in, {}) for value, _ in values):
            raise ConfigError(f"{path} is the vault of other records", "choose another privacy.vault, or move it away")


def write_vault(path: Path, written: Written) -> None:
    """Encrypt what stands for what; the file is its owner's alone."""
    listed = {stand_in: values.most_common() for stand_in, values in sorted(written.items())}
    salt, nonce = os.urandom(SALT), os.urandom(NONCE)
    text = json.dumps(listed, ensure_ascii=False).encode("utf-8", "surrogatepass")
    sealed = _cipher(salt).encrypt(nonce, text, MARK)
    write_whole(path, MARK + salt + nonce + sealed, OWNER)


def read_vault(path: Path) -> dict[str, list[tuple[str, int]]]:
    """Stand-in -> what it stands for, with how often, most frequent first.

    Raises:
        ConfigError: It is no vault, it was damaged, or the key is another one's.
        DataError: It is no plain file.
        HardwareError: The package that encrypts is missing.
    """
    ciphers = _ciphers()
    refuse_special(path)
    raw = path.read_bytes()
    if raw[: len(MARK)] != MARK:
        raise ConfigError(f"{path} is no vault", "name the file that privacy.vault wrote")
    raw = raw[len(MARK) :]
    salt, nonce, sealed = raw[:SALT], raw[SALT : SALT + NONCE], raw[SALT + NONCE :]
    try:
        text = _cipher(salt).decrypt(nonce, sealed, MARK)
    except (ciphers.InvalidTag, ValueError):
        raise ConfigError(
            f"{path} does not open: another key, or a damaged file",
            f"set {VAULT_KEY} to the key it was written with",
        ) from None
    return {
        stand_in: [(value, count) for value, count in values]
        for stand_in, values in json.loads(text.decode("utf-8", "surrogatepass")).items()
    }


def put_back(text: str, vault: Mapping[str, list[tuple[str, int]]]) -> tuple[str, list[str]]:
    """A text with values in place of their stand-ins, the most frequent where there are several; and which stood."""
    text, replaced, _ = put_back_with(text, [], vault)
    return text, replaced


def put_back_with(
    text: str, spans: Sequence[Mapping[str, Any]], vault: Mapping[str, list[tuple[str, int]]]
) -> tuple[str, list[str], Sequence[Mapping[str, Any]]]:
    """As ``put_back``, and the ``{start, end, …}`` of the text where they are afterwards."""
    longest_first = sorted(vault, key=lambda stand_in: (-len(stand_in), stand_in))
    if not longest_first:
        return text, [], spans
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")
    replaced: list[str] = []
    for _ in range(DEEPEST):
        if not (found := list(pattern.finditer(text))):
            break
        replaced += [match[0] for match in found]
        edits = [Edit(match.start(), match.end(), vault[match[0]][0][0]) for match in found]
        text = edited(text, edits)
        spans = moved(widened(spans, edits), edits, text)
    return text, replaced, spans


def _key() -> bytes:
    return secret_key(VAULT_KEY, "a vault is encrypted", "and keep it apart from the file")


def _cipher(salt: bytes) -> Any:
    ciphers = _ciphers()
    return ciphers.AESGCM(ciphers.Scrypt(salt=salt, **COST).derive(_key()))


def _ciphers() -> Any:
    from types import SimpleNamespace

    need("cryptography", "privacy.vault")
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    return SimpleNamespace(InvalidTag=InvalidTag, AESGCM=AESGCM, Scrypt=Scrypt)
