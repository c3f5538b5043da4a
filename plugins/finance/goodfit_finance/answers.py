"""Whether an answer to a question about a report is the right one, its figures taken by their value.

SQuAD's rule for equal answers drops all signs: to it, ``12.5 %`` is ``125`` and ``(84.20)`` is ``84.20``. Here they are
not.
"""

import re
from collections.abc import Sequence

from goodfit_finance.amounts import CURRENCY, CURRENCY_NAME, is_numeric, numbers


def is_right(answer: str, right: Sequence[str]) -> bool:
    """Whether an answer is one of the right ones; without any, it has to be empty."""
    return any(is_same(answer, text) for text in right) if right else not answer.strip()


def is_same(answer: str, right: str) -> bool:
    """Whether an answer has the right number, or else the right words; capitals and a full stop do not count."""
    if is_numeric(right):
        return numbers(answer) == numbers(right) or _as_written(answer) == _as_written(right)
    return _words(answer) == _words(right)


def _as_written(text: str) -> list[str]:
    """A text without its currency: ``10.000`` is what ``EUR 10.000`` says, whatever its dot means."""
    return _words(re.sub(rf"{CURRENCY}|{CURRENCY_NAME}", "", text))


def _words(text: str) -> list[str]:
    return text.strip(" .,;:\n").lower().split()
