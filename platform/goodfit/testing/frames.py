"""How sentence frames become texts, and when two texts are too alike.

A frame is a sentence with choices in square brackets, ``[shall|must]``, which may be nested, and slots in braces,
``{amount}``, which the caller fills. All chance comes from the ``random.Random`` that the caller passes in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random
from typing import TypeVar

INNERMOST_CHOICE = re.compile(r"\[([^\[\]]*)\]")
MOST_REFUSALS = 2000
Drawn = TypeVar("Drawn")


def spin(frame: str, rng: Random) -> str:
    """Replace every ``[a|b]`` by one of its options, the innermost first; slots are left as they are."""
    while choice := INNERMOST_CHOICE.search(frame):
        frame = frame[: choice.start()] + rng.choice(choice[1].split("|")) + frame[choice.end() :]
    return frame


def tidy(text: str) -> str:
    """Mend what choices leave behind: double spaces, a space before a comma, small letters at sentence starts."""
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r" ([,.;:])", r"\1", text)
    return re.sub(r"(?:^|(?<=[.] ))[a-z]", lambda letter: letter[0].upper(), text)


def until_kept(draw: Callable[[], Drawn], keep: Callable[[Drawn], bool]) -> Drawn:
    """Draw until something is worth keeping.

    Raises:
        RuntimeError: So many refusals in a row that the frames must be exhausted.
    """
    for _ in range(MOST_REFUSALS):
        if keep(drawn := draw()):
            return drawn
    raise RuntimeError("the frames are exhausted: add some, or ask for fewer records")


def without_numbers(text: str) -> str:
    """A text without its figures: two records that differ in their figures alone are near-copies."""
    return re.sub(r"\d[\d.,/-]*", "", text)


class Novelty:
    """Refuses a text that is nearly a copy of one that was accepted before, in any split.

    Likeness is the Jaccard index of the two sets of word triples. Frames are shared between the splits, so without
    this a test text could differ from a training text in a single figure.

    Args:
        most_alike: Jaccard index, 0 to 1, from which a text counts as a copy.
    """

    def __init__(self, most_alike: float) -> None:
        self.most_alike = most_alike
        self.accepted: dict[str, list[frozenset[tuple[str, ...]]]] = {}

    def accepts(self, text: str, shelf: str = "") -> bool:
        """Whether ``text`` is new on its shelf (texts on different shelves are never compared); remembers it if so."""
        words = re.findall(r"\w+", text.lower())
        triples = frozenset(zip(words, words[1:], words[2:], strict=False))
        seen = self.accepted.setdefault(shelf, [])
        if any(len(triples & old) >= self.most_alike * len(triples | old) for old in seen):
            return False
        seen.append(triples)
        return True
