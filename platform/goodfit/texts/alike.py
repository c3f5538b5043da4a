"""Which texts are nearly the same: pairs whose word shingles are alike."""

from collections.abc import Sequence

from goodfit.texts.words import compared_words

SHINGLE_WORDS = 4
NEAR = 0.8
"""Jaccard similarity of word shingles from which two texts count as near-duplicates."""
PERMUTATIONS = 128
BANDS = 16


def near_duplicates(texts: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of texts whose word shingles are alike: MinHash with banding, then the exact similarity.

    One changed word takes four shingles of a text, so that it is seen from 39 words on, and at an end from 12: in a
    short text a word decides (figures: plugins/quality/README.md).

    Source: Broder 1997, "On the resemblance and containment of documents".
    """
    from rensa import RMinHash, RMinHashLSH

    shingles = [_shingles(text) for text in texts]
    index = RMinHashLSH(threshold=NEAR, num_perm=PERMUTATIONS, num_bands=BANDS)
    pairs = []
    for number, own in enumerate(shingles):
        signature = RMinHash(num_perm=PERMUTATIONS, seed=1)
        signature.update(sorted(own))
        for other in index.query(signature):
            union = len(own | shingles[other])
            if union and len(own & shingles[other]) / union >= NEAR:
                pairs.append((number, other))
        index.insert(number, signature)
    return pairs


def _shingles(text: str) -> set[str]:
    words = compared_words(text.lower()) or [text]  # signs alone are alike where they are the same
    count = max(1, len(words) - SHINGLE_WORDS + 1)
    return {" ".join(words[start : start + SHINGLE_WORDS]) for start in range(count)}
