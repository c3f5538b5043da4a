"""Which drug a text gives which dose, and which doses an answer moved from one drug to another.

Only a dose right behind its drug counts (``metformin 500 mg``), up to the next drug, comma, "and" or end of a sentence.
A dose is moved where the source gives the drug other doses, and gives this one to other drugs only.
"""

import re

from goodfit_medical.doses import NUMBER_WORD, Dose, doses
from goodfit_medical.vocabulary import named_drugs

BEHIND = re.compile(rf"\s\(?(?:\d|half\b|(?:an?|{NUMBER_WORD})\b)")
STOP = re.compile(r"[,;.](?:\s|$)|\n|\b(?:and|or|then|to)\b")
Given = set[tuple[str, Dose]]


def moved_doses(answer: str, source: str) -> set[Dose]:
    """The doses that an answer gives to a drug, and that its source gives to other drugs only."""
    right, elsewhere = _given(source)
    known = {drug for drug, _ in right}
    return {dose for drug, dose in _given(answer)[0] - right if drug in known and dose not in elsewhere}


def _given(text: str) -> tuple[Given, set[Dose]]:
    """The drugs of a text with their doses, and the doses of the rest of the text."""
    small = text.lower()
    named = named_drugs(small)
    given: Given = set()
    rest, position = "", 0
    starts = [start for start, _, _ in named]
    for (_, end, drug), following in zip(named, [*starts[1:], len(small)], strict=False):
        if not BEHIND.match(small, end):
            continue
        stop = STOP.search(small, end, following)
        close = stop.start() if stop else following
        given |= {(drug, dose) for dose in doses(small[end:close])}
        rest, position = f"{rest}{small[position:end]}; ", close
    return given, doses(rest + small[position:])
