"""Where the words of a text stand."""

from __future__ import annotations

import re

import regex

WORD = re.compile(r"[^\W\d_]+|\d+|[^\s\w]|_")

UNSPACED = r"[\u3040-\u30ff\u3400-\u9fff\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
"""What is written without blanks between its words."""
COMPARED = regex.compile(
    rf"(?V1)[{UNSPACED}&&[\p{{L}}\p{{N}}]]\p{{M}}*"
    rf"|[[\p{{L}}\p{{N}}]--{UNSPACED}][[\p{{L}}\p{{N}}\p{{M}}\u200c\u200d]--{UNSPACED}]*"
)


def split_words(text: str) -> list[tuple[int, int]]:
    """Runs of letters, runs of digits, and single signs: what a span may begin or end at."""
    return [match.span() for match in WORD.finditer(text)]


def compared_words(text: str) -> list[str]:
    """Words by which texts are compared: runs of letters and digits with their marks, as vowels are in many scripts.

    Of a script without blanks between words, each letter with its marks is one.
    """
    found: list[str] = COMPARED.findall(text)
    return found
