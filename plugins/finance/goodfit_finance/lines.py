"""How the lines of a statement are made ready to be read: dates and remarks go, whole amounts get cents.

``31.03. Rent EUR 1,250 (paid late)`` becomes ``Rent EUR 1,250.00``.
"""

import re
from collections.abc import Iterable

from goodfit_finance.amounts import AMOUNT, CODES, CURRENCY, NO_BREAK

DAY_OF_MONTH = re.compile(r"^\s*\d\d?\.\d\d\.?(?=\s)")
BRACKETS = re.compile(r"\([^()]*\)")
GROUPED = rf"\d{{1,3}}(?:[.,'’{NO_BREAK}]\d{{3}})+"
WHOLE_WITH_CURRENCY = re.compile(
    rf"(?P<before>{CURRENCY}\s?[-−–(]?)(?P<figure>{GROUPED}|\d+)(?!\d|[.,]\d|['’{NO_BREAK}]\d|\s?%)"
)
WHOLE_BEFORE_CURRENCY = re.compile(
    rf"(?<![\w.,])(?P<figure>{GROUPED}|\d+)(?=\s?(?:[€$£]|{CODES}|euros?|pounds?|dollars?|francs?)(?!\w|\s?\d))"
)
WHOLE_WITH_DASH = re.compile(rf"(?<![\w.,])(?P<figure>{GROUPED}|\d+)[.,][-–—]+")
WHOLE_AT_END = re.compile(rf"(?<![\w.,/-])(?P<figure>{GROUPED})\s*$")
NUMBER_AT_END = re.compile(r"(?:^|\s)[-+]?\d+(?:[.,]\d)?\s*(?:dr|cr)?\s*$", re.IGNORECASE)
CURRENCY_SIGNS = {"€": "EUR", "£": "GBP", "$": "USD", "¥": "JPY"}
NAMED_CURRENCY = re.compile(rf"\b(?:{CODES})\b|(?:\b[A-Z]{{1,3}})?[€$£¥]")
PLAIN_BALANCE = re.compile(r"^\s*balance\b(?! (?:brought|carried)| [bc]/f)", re.IGNORECASE)


def without_remarks(line: str) -> str:
    """A line without a day before its words, and without brackets beside an amount: ``Total 150.00 (31.03)``."""
    rest = DAY_OF_MONTH.sub("", line)
    line = rest if AMOUNT.search(rest) or WHOLE_WITH_CURRENCY.search(rest) else line
    outside = BRACKETS.sub(" ", line)
    return outside.rstrip() if AMOUNT.search(outside) or WHOLE_WITH_CURRENCY.search(outside) else line


def whole_amounts_with_cents(line: str) -> str:
    """A line in which amounts of money without cents have them; unchanged where an amount already has some."""
    if AMOUNT.search(line):
        return line
    for pattern in (WHOLE_WITH_CURRENCY, WHOLE_BEFORE_CURRENCY, WHOLE_WITH_DASH, WHOLE_AT_END):
        changed = pattern.sub(_with_cents, line)
        if changed != line:
            return changed
    return line


def is_unclear(line: str) -> bool:
    """Whether a line has several amounts, ends in a number that could be one, or is a balance of some sort."""
    found = len(AMOUNT.findall(line))
    return found > 1 or (not found and bool(NUMBER_AT_END.search(line))) or bool(found and PLAIN_BALANCE.match(line))


def currencies(lines: Iterable[str]) -> set[str]:
    """The currencies that lines name by a code or a sign."""
    return {CURRENCY_SIGNS.get(name, name) for line in lines for name in NAMED_CURRENCY.findall(line)}


def _with_cents(match: re.Match[str]) -> str:
    """A whole amount with two decimals, in the way in which its thousands are grouped."""
    point = "," if "." in match["figure"] else "."
    return f"{match.groupdict().get('before') or ''}{match['figure']}{point}00"
