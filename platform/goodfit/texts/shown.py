"""Texts of others as they may be printed."""

from __future__ import annotations

import unicodedata

JOINERS = "\u200c\u200d"
"""Words of Persian and of India, and signs of persons, are written with them."""


def in_one_line(text: str) -> str:
    """A foreign text as it may be printed: what is no sign that stands in a line, as a line end or what steers a
    terminal, is written as in Python."""
    return "".join(sign if _stands_in_line(sign) else sign.encode("unicode_escape").decode() for sign in text)


def _stands_in_line(sign: str) -> bool:
    return sign.isprintable() or sign in JOINERS or unicodedata.category(sign) == "Zs"


def in_markdown(text: str) -> str:
    """A foreign text within a line of Markdown: it begins no heading, no cell and no HTML."""
    return in_one_line(text).replace("<", "&lt;").replace("|", "\\|")
