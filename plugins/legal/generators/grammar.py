"""How the generators turn a sentence frame into a text, and when two texts are too alike.

A frame is a sentence with choices in square brackets, ``[shall|must]``, which may be nested, and slots in braces,
``{amount}``, which the caller fills. All chance comes from the ``random.Random`` that the caller passes in.
"""

import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from random import Random
from typing import TypeVar

INNERMOST_CHOICE = re.compile(r"\[([^\[\]]*)\]")
DATA = Path(__file__).resolve().parent.parent / "goodfit_legal" / "data"
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


class Novelty:
    """Refuses a text that is nearly a copy of one that was accepted before, in any split.

    Likeness is the Jaccard index of the two sets of word triples. Frames are shared between the splits, so without
    this a test text could differ from a training text in a single figure.
    """

    def __init__(self, most_alike: float) -> None:
        """Args: most_alike: Jaccard index, 0 to 1, from which a text counts as a copy."""
        self.most_alike = most_alike
        self.accepted: dict[str, list[frozenset[tuple[str, ...]]]] = {}

    def accepts(self, text: str, shelf: str) -> bool:
        """Whether ``text`` is new on its shelf (texts on different shelves are never compared); remembers it if so."""
        words = re.findall(r"\w+", text.lower())
        triples = frozenset(zip(words, words[1:], words[2:], strict=False))
        seen = self.accepted.setdefault(shelf, [])
        if any(len(triples & old) >= self.most_alike * len(triples | old) for old in seen):
            return False
        seen.append(triples)
        return True


def write_splits(task: str, splits: Mapping[str, Iterable[Mapping[str, object]]]) -> None:
    """Write one JSONL file per split into the plugin, or into the folder given on the command line."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA / task
    folder.mkdir(parents=True, exist_ok=True)
    for split, records in splits.items():
        lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in records]
        (folder / f"{split}.jsonl").write_text("".join(lines), encoding="utf-8", newline="\n")


def until_kept(draw: Callable[[], Drawn], keep: Callable[[Drawn], bool]) -> Drawn:
    """Draw until something is worth keeping; 2000 refusals in a row mean that the frames are exhausted."""
    for _ in range(2000):
        if keep(drawn := draw()):
            return drawn
    raise RuntimeError("the frames are exhausted: add some, or ask for fewer records")
