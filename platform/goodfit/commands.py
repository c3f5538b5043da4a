"""Commands that people are told to type: each can be pasted into a shell."""

from __future__ import annotations

import os
import shlex
from pathlib import Path


def command(*words: str | Path) -> str:
    """``goodfit`` with its words, quoted for a shell, in one line."""
    return " ".join(["goodfit", *(_quoted(str(word)) for word in words)])


def _quoted(word: str) -> str:
    """A word in quotes; a line's end and its like as bytes: https://www.gnu.org/software/bash/manual/#ANSI_002dC-Quoting."""
    if word.isprintable():
        return shlex.quote(word)
    escaped = word.replace("\\", "\\\\").replace("'", "\\'")
    return "$'" + "".join(sign if sign.isprintable() else _bytes(sign) for sign in escaped) + "'"


def _bytes(sign: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in os.fsencode(sign))
