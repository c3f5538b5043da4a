"""What encoding a file is probably in that is not UTF-8, and what mends it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from goodfit.errors import DataError

NOT_UTF8 = "bytes that are not UTF-8"
"""What is wrong with a row that has some."""

BEGINNING = 100_000
"""Bytes that are looked at; a file in one encoding is in it from its beginning."""

_HIGH = re.compile(rb"[\x80-\xff]")

HIGH_AT_MOST = 0.3
"""Texts of western Europe have a smaller share of bytes above ASCII; those of other scripts are made of them."""


def not_utf8(path: Path, content: bytes, where: str = "") -> DataError:
    """The error for a file that is not UTF-8.

    Args:
        path: The file.
        content: Its bytes.
        where: What shows it, such as the first place.
    """
    likely = likely_encoding(content[:BEGINNING])
    what = f"{path} is not UTF-8{f' (first at {where})' if where else ''}"
    if likely is None:
        return DataError(what, 'save it as UTF-8; spreadsheets call that "CSV UTF-8"')
    return DataError(
        f"{what}: it looks like {likely}",
        f'save it as UTF-8 ("CSV UTF-8" in a spreadsheet), or: {_conversion(path, likely)}',
    )


def mend_of_few(path: Path, content: bytes) -> str:
    """What mends a file of which few rows are not UTF-8; empty where nothing tells its encoding.

    Args:
        path: The file.
        content: Its bytes; looked at are those around the first one above ASCII.
    """
    first = next((found.start() for found in [_HIGH.search(content)] if found), 0)
    around = content[max(0, first - BEGINNING // 2) : first + BEGINNING // 2]
    likely = None if is_mixed(content) else likely_encoding(around)
    return f"{path.name} looks like {likely}: save it as UTF-8 ({_conversion(path, likely)})" if likely else ""


def _conversion(path: Path, encoding: str) -> str:
    """The command that writes a file in UTF-8 beside it."""
    mended = path.with_name(f"{path.stem}-utf8{path.suffix}")
    return f"iconv -f {encoding.upper()} -t UTF-8 {shlex.quote(str(path))} > {shlex.quote(str(mended))}"


def likely_encoding(content: bytes) -> str | None:
    """The probable encoding of bytes that are not UTF-8; None where nothing tells."""
    if (wide := utf16(content)) is not None:
        return wide
    high = sum(byte >= 0x80 for byte in content)
    if not 0 < high < HIGH_AT_MOST * len(content):
        return None
    try:
        content.decode("cp1252")
    except UnicodeDecodeError:
        return None
    return "Windows-1252"  # which has all printable signs of Latin-1


def is_mixed(content: bytes) -> bool:
    """Whether some signs above ASCII are in UTF-8 all the same: then single rows are damaged, and not the file."""
    return not content.decode("utf-8", "ignore").isascii()


def utf16(content: bytes) -> str | None:
    """Which UTF-16 bytes are in, or UTF-32, by the mark at their beginning or by zero bytes; None where in none."""
    if content.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return "UTF-32"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    first, second = content[:BEGINNING:2], content[1:BEGINNING:2]
    if second.count(0) > len(second) / 2:
        return "UTF-16LE"
    return "UTF-16BE" if first.count(0) > len(first) / 2 else None
