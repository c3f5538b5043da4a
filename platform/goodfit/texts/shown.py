"""Texts of others as they may be printed."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

JOINERS = "\u200c\u200d"
"""Words of Persian and of India, and signs of persons, are written with them."""


def in_one_line(text: str) -> str:
    """A foreign text as it may be printed: what is no sign that stands in a line, as a line end or what steers a
    terminal, is written as in Python."""
    return "".join(sign if _stands_in_line(sign) else sign.encode("unicode_escape").decode() for sign in text)


def _stands_in_line(sign: str) -> bool:
    return sign.isprintable() or sign in JOINERS or unicodedata.category(sign) == "Zs"


def in_lines(text: str) -> str:
    """A foreign text of several lines as it may be printed: as ``in_one_line``, with its own line ends and tabs."""
    return "".join(part if part in ("\n", "\t") else in_one_line(part) for part in re.split("([\n\t])", text))


_UNSEEN = re.compile(
    "[\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0001-\U000e007f]"
)
"""What JSON may hold as it is, and what steers a terminal, or shows a text in another order than it has."""


def json_line(value: Any) -> str:
    """A foreign value as a line of JSON that may be printed; who reads it as JSON has the value as it was."""
    return _UNSEEN.sub(lambda sign: json.dumps(sign[0])[1:-1], json.dumps(value, ensure_ascii=False))


_LIVE = re.compile(
    r"\A[#>+=~-]"  # begins a heading, a quotation, a list or a block of code
    r"|[`*|]|(?<=!)\[|\](?=[(\[:]|\Z)"  # code, stress, a cell's end, an image, a link or where one leads
    r"|(?<![^\W_])_|_(?![^\W_])"  # stress, but not within a word
    r"|\\(?=[!-/:-@\[-`{-~]|\Z)"  # takes the meaning from what follows, of ours, too
)
"""Signs of Markdown that say more than themselves: https://spec.commonmark.org/0.31.2/."""


def in_markdown(text: str) -> str:
    """A foreign text within a line of Markdown: it begins no heading, no cell and no HTML, links to nothing and shows
    no image."""
    return _LIVE.sub(r"\\\g<0>", in_one_line(text)).replace("<", "&lt;")
