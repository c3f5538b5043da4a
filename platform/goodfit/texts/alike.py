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


def near_in_all(inputs: Sequence[tuple[str, ...]]) -> list[tuple[int, int]]:
    """Pairs of inputs whose first texts are alike, of those whose other texts are, too.

    Inputs are compared by each text within those that are alike in the texts behind it, so that one which all of them
    share costs nothing: of ten thousand, all pairs would be fifty million.
    """
    found = [list(range(len(inputs)))] if inputs else []
    for place in range(len(inputs[0]) - 1 if inputs else 0, 0, -1):
        if any(texts[place] != texts[0] for texts in inputs):
            found = [
                [indices[index] for index in near]
                for indices in found
                for near in _near_groups([inputs[index][place] for index in indices])
            ]
    return [
        (indices[one], indices[other])
        for indices in found
        if len(indices) > 1
        for one, other in near_duplicates([inputs[index][0] for index in indices])
    ]


def _near_groups(texts: Sequence[str]) -> list[list[int]]:
    """Indices of texts that are the same or alike, what is alike to one of a group with it."""
    same: dict[str, list[int]] = {}
    for index, text in enumerate(texts):
        same.setdefault(text, []).append(index)
    group_of = {number: [number] for number in range(len(same))}
    for one, other in near_duplicates(list(same)):
        small, large = sorted((group_of[one], group_of[other]), key=len)
        if small is not large:
            large += small
            group_of.update(dict.fromkeys(small, large))
    members = list(same.values())
    groups = [group for number, group in group_of.items() if group[0] == number]
    return [sorted(index for number in group for index in members[number]) for group in groups]


def _shingles(text: str) -> set[str]:
    words = compared_words(text.lower()) or [text]  # signs alone are alike where they are the same
    count = max(1, len(words) - SHINGLE_WORDS + 1)
    return {" ".join(words[start : start + SHINGLE_WORDS]) for start in range(count)}
