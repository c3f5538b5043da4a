"""What a word looks like to the fast tagger: a few hashed features, the same on every machine."""

from __future__ import annotations

import re
import zlib

TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+|\n|[^\s\w]|_")
"""Words, numbers, single signs; the end of a line counts as a sign, for it ends names."""

BUCKETS = 16_384


def features(word: str) -> list[int]:
    """The buckets of a word: itself, its beginnings and ends, its shape, whether its letters are common."""
    low = word.lower()
    padded = f"^{low}$"
    named = (
        f"w{low}",
        f"p{padded[:3]}",
        f"q{padded[:4]}",
        f"s{padded[-3:]}",
        f"t{padded[-4:]}",
        f"u{padded[-5:]}",
        f"h{shape(word)}",
        f"l{min(len(word), 12)}{word[:1].isupper()}",
        f"m{low[len(low) // 2 - 1 : len(low) // 2 + 2]}",
    )
    return [zlib.crc32(name.encode("utf-8", "surrogatepass")) % BUCKETS for name in named]


def shape(word: str) -> str:
    """``Xx``, ``XX``, ``dd``: runs of one sort are written once, or twice where they are longer."""
    sorts = ["X" if sign.isupper() else "x" if sign.isalpha() else "d" if sign.isdigit() else sign for sign in word]
    kept: list[str] = []
    for sort in sorts:
        if kept[-2:] != [sort, sort]:
            kept.append(sort)
    return "".join(kept)


def tokens(text: str) -> tuple[list[str], list[tuple[int, int]]]:
    """The words of a text and where they stand."""
    hits = list(TOKEN.finditer(text))
    return [hit[0] for hit in hits], [hit.span() for hit in hits]
