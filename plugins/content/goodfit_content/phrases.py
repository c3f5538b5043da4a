"""Whether a phrase stands in a text: as whole words, whatever their case, with hyphens as blanks.

A phrase of the style guide may have a word in angle brackets: ``made in <country>``, ``most <adjective>``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

WORD = re.compile(r"[£$€%]|#\d+|\d+(?:[.,]\d+)*|[^\W\d_]\w*(?:['’]\w+)*")
"""Currency and percent signs are words of their own, so that ``£39`` does not stand in ``£39.50``."""

COUNTRIES = (
    "africa america argentina asia australia austria bangladesh belgium brazil britain bulgaria canada chile china "
    "croatia czechia denmark england estonia europe finland france germany greece hungary iceland india indonesia "
    "ireland israel italy japan kenya korea latvia lithuania luxembourg malaysia malta mexico morocco netherlands "
    "norway pakistan peru philippines poland portugal romania scotland serbia singapore slovakia slovenia spain sweden "
    "switzerland taiwan thailand tunisia turkey uk ukraine us usa vietnam wales"
)
ADJECTIVE = (
    r"(?!(?:\w*ment|material|metal|animal|meal|hospital|music|traffic|fabric|plastic|topic|table|vegetable|plant|restaurant|"
    r"need|seed|feed|speed|bed|client|patient|student|parent|event|content)$)"
    r"(?:\w+(?:able|ible|al|ful|ic|ive|less|ous|ant|ent|ed|ular|lish)|modern|secure|precise|complete|robust|exciting|"
    r"charming|appealing|striking|refreshing|stunning|amazing|luxury)"
)
PLACEHOLDERS = {"<country>": re.compile(COUNTRIES.replace(" ", "|")), "<adjective>": re.compile(ADJECTIVE)}
"""A word of a phrase -> the words that it stands for. English adjectives are told by their endings."""

SENTENCES = re.compile(r"(?<=[.!?;,])\s+(?=[^\W\d])|\s\|\s|\n")
"""Where a denial ends; ``No. 1`` goes on."""
DENIALS = frozenset({"not", "no", "never", "without", "nor", "neither", "cannot", "hardly"})
GO_ON = frozenset({"only", "just", "merely", "simply"})
"""What makes a denial harmless: ``not only``."""
MOST_WORDS_BETWEEN = 3
"""Between a denial and what it denies: ``not in any way guaranteed``."""

Match = Callable[[str, str], bool]
"""(word of a text, word of a phrase) -> whether they agree."""


def words(text: str) -> tuple[str, ...]:
    """The words of a text in small letters."""
    return tuple(word.replace("’", "'") for word in WORD.findall(text.casefold()))


def those_in(phrases: Iterable[str], text: str) -> list[str]:
    """The phrases whose words follow one another in a text; a phrase without words stands nowhere."""
    there = words(text)
    return [phrase for phrase in phrases if any(_places(phrase, there, _agree))]


def without(phrases: Iterable[str], text: str) -> str:
    """A text with crosses in place of these phrases: what stood beside one does not follow what stood before it."""
    there = list(WORD.finditer(text))
    said = tuple(word for match in there for word in words(match[0])[:1])
    letters = list(text)
    for phrase in phrases:
        for before, found in _places(phrase, said, _agree):
            start, end = there[len(before)].start(), there[len(before) + len(found) - 1].end()
            letters[start:end] = "x" * (end - start)
    return "".join(letters)


def forms_in(phrases: Iterable[str], text: str) -> list[str]:
    """The phrases that stand in a text, also in another form: ``cheap`` in ``cheaper``, ``bargain`` in ``bargains``."""
    there = words(text)
    return [phrase for phrase in phrases if any(_places(phrase, there, _is_form))]


def claimed(phrase: str, text: str) -> set[tuple[str, ...]]:
    """What stands in a text for a phrase and is not denied there: ``not guaranteed`` claims nothing."""
    return {
        found
        for sentence in SENTENCES.split(text)
        for before, found in _places(phrase, words(sentence), _agree)
        if not _denies(before)
    }


def _places(phrase: str, there: tuple[str, ...], agree: Match) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """(the words before, the words themselves) wherever a phrase stands."""
    wanted = [
        word for piece in phrase.casefold().split() for word in ([piece] if piece in PLACEHOLDERS else words(piece))
    ]
    for start in range(len(there) - len(wanted) + 1) if wanted else ():
        found = there[start : start + len(wanted)]
        if all(agree(word, sought) for word, sought in zip(found, wanted, strict=True)):
            yield there[:start], found


def _agree(word: str, sought: str) -> bool:
    return word == sought or (sought in PLACEHOLDERS and PLACEHOLDERS[sought].fullmatch(word) is not None)


def _is_form(word: str, sought: str) -> bool:
    """Whether a word is another form of the one that is sought, by the rules of English spelling."""
    if word == sought or len(sought) < 3 or not sought.isalpha():
        return word == sought
    endings = ["er", "ers", "est", "ed", "ing"]
    forms = {sought + ending for ending in ("s", "es", "ly", "'s", *endings)}
    forms |= {sought + sought[-1] + ending for ending in endings}  # big, bigger
    if sought.endswith("e"):
        forms |= {sought[:-1] + ending for ending in endings}  # nice, nicer
    if sought.endswith("y"):
        forms |= {sought[:-1] + "i" + ending for ending in ("es", "er", "est", "ed", "ly", "ous")}  # trendy, trendier
    return word in forms


def _denies(before: tuple[str, ...]) -> bool:
    """Whether one of the last words before a phrase denies it."""
    near = before[-MOST_WORDS_BETWEEN - 1 :]
    return any(
        (word in DENIALS or word.endswith("n't")) and not GO_ON & set(near[place + 1 : place + 2])
        for place, word in enumerate(near)
    )
