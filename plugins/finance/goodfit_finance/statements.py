"""Which entries and totals a statement has, whether they add up, and which entries it has twice.

A statement is a text of lines. A line that begins with a word for a total states one, a line that begins with a word
for an opening balance gives the start, every other line before the first total is an entry if it has an amount, and
what stands behind the totals is a remark. In a statement with debits and credits each side adds up for itself; where
both totals are given and no balance, they are equal. A line that begins with ``less`` or ``minus`` is taken off, and so
is a withdrawal between an opening and a closing balance. Where another line can be read in two ways, the reading that
adds up counts, the most usual one first. What cannot be read with certainty is not judged.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import product
from typing import NamedTuple

from goodfit_finance.amounts import AMOUNT, AMOUNT_WITH_BLANKS, CURRENCY, amounts, is_bracketed, signed
from goodfit_finance.lines import currencies, is_unclear, whole_amounts_with_cents, without_remarks

OPENING = re.compile(
    r"(?:(?:opening|starting|previous|old) balance|balance brought forward|(?:balance )?b/f|brought forward|"
    r"anfangssaldo|(?:alter|letzter) (?:konto)?saldo|saldovortrag|übertrag)\b",
    re.IGNORECASE,
)
BALANCE = re.compile(
    r"(?:(?:closing|ending|final|new) balance|balance carried forward|(?:balance )?c/f|carried forward|"
    r"(?:end|schluss)saldo|neuer (?:konto)?saldo)\b",
    re.IGNORECASE,
)
TOTAL = re.compile(
    rf"(?:grand total|sum total|total|subtotal|(?:gesamt|end|zwischen)?summe|(?:gesamt|end)betrag|{BALANCE.pattern})\b",
    re.IGNORECASE,
)
SIDE = re.compile(r"\b(?:(?P<debit>dr|debits?)|(?P<credit>cr|credits?(?! note)))\b", re.IGNORECASE)
TOTAL_WITH_BLANKS = re.compile(
    rf"\s*{TOTAL.pattern}(?: (?:debit|credit)s?)?\W*(?:{CURRENCY}\s*)?[-−–]?\d{{1,3}}(?: \d{{3}})+[.,]\d\d(?!\d)",
    re.IGNORECASE,
)
"""A total in which blanks group thousands: no number of a document stands between its word and its amount."""

DATED = r"[\W\d]*(?:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*[\W\d]+)?"
LESS = re.compile(rf"{DATED}(?:less(?! than|-)|minus|abzüglich|abzgl)\b")
"""A line that begins with it, or behind its date, is taken off."""
WITHDRAWN = re.compile(
    rf"{DATED}(?:(?:cash|atm|counter|card|bank)\s)?(?:withdrawals?|payments? out|paid out|standing orders?"
    r"|auszahlung(?:en)?|abhebung(?:en)?|abbuchung(?:en)?)\b(?!.*\b(?:from|revers\w+|return\w*|refund\w*|received"
    r"|to you|back|in|storn\w+|von)\b)"
)
"""What leaves an account, whoever keeps it, where nothing says that it came."""

DEDUCTION = re.compile(r"\b(?:discount|rebate|deduction|allowance|less|minus|skonto)\b")
GIVEN_BACK = re.compile(r"\b(?:refund|return)s?\b")
PAID_OUT = re.compile(r"\b(?:(?:withdrawal|card payment|payment out|fee|charge)s?|payments out)\b")
PAYMENT = re.compile(r"\bpayments?\b(?! in\b| received\b)")
"""In an account it may come or go; in a list it is an entry like others."""

FEWEST_ENTRIES = 2


class Line(NamedTuple):
    """A line with an amount."""

    words: str
    """The line without its amount, in small letters."""
    amount: Decimal
    side: str
    """``debit``, ``credit``, or empty where the line names neither."""


class Total(NamedTuple):
    """A total with what the entries above it make."""

    stated: Decimal
    computed: Decimal
    side: str = ""
    """``debit`` or ``credit`` of a journal's total; empty for other totals."""
    is_balance: bool = False
    """Whether it is what remains in an account."""


class Statement(NamedTuple):
    """What a text says as a statement."""

    entries: tuple[Line, ...]
    totals: tuple[Total, ...]
    is_usual: bool = True
    """Whether the most usual lines are taken off; else it was read so because it adds up so."""


class Reading(NamedTuple):
    """One way to read the lines of a statement."""

    do_blanks_group: bool
    """Whether ``12 450.00`` is one amount; else it is a number and an amount."""
    is_dash_a_minus: bool
    """Whether the dash of ``rent - 84.20`` makes the amount negative."""
    are_deductions_taken_off: bool
    """Whether ``discount 10.00`` makes the total smaller, though it has no minus."""
    are_refunds_taken_off: bool
    """Whether ``refund 10.00`` does."""
    are_payments_taken_off: bool
    """Whether ``card payment 10.00`` does."""
    is_account: bool
    """Whether it has an opening and a closing balance, and no minus among its entries."""

    def takes_off(self, words: str) -> bool:
        """Whether an entry with these words makes the total smaller; its debit or credit says so by itself."""
        if SIDE.search(words):
            return False
        if LESS.match(words) or (self.is_account and WITHDRAWN.match(words)):
            return True
        choices = (self.are_deductions_taken_off, self.are_refunds_taken_off, self.are_payments_taken_off)
        is_payment = PAID_OUT.search(words) or (self.is_account and PAYMENT.search(words))
        names = (DEDUCTION.search(words), GIVEN_BACK.search(words), is_payment)
        return any(is_taken and is_named for is_taken, is_named in zip(choices, names, strict=True))


def read_statement(text: str) -> Statement | None:
    """Read a statement.

    Returns:
        Its first reading that adds up, or else the most usual one. None where no total, or too few entries, or several
        sums one after the other, or more than one currency were found, or a line is not clear.
    """
    lines = [whole_amounts_with_cents(without_remarks(line)) for line in text.splitlines()]
    readings = _readings(lines)
    found = [
        statement._replace(is_usual=_is_alike(reading, readings[0], statement.entries))
        for reading in readings
        if (statement := _read(lines, reading))
    ]
    return next((statement for statement in found if adds_up(statement)), found[0] if found else None)


def adds_up(statement: Statement) -> bool:
    """Whether every total is what its entries make, to the cent, and debits and credits are equal."""
    return all(total.stated == total.computed for total in statement.totals) and is_balanced(statement)


def is_balanced(statement: Statement) -> bool:
    """Whether the totals of debits and credits are equal; true where not both are given, or a balance is as well."""
    sides = {total.side: total.stated for total in statement.totals if total.side}
    has_balance = any(total.is_balance for total in statement.totals)
    return has_balance or len(sides) < len(("debit", "credit")) or sides["debit"] == sides["credit"]


def repeated(statement: Statement) -> list[Line]:
    """Entries that stand there again with the same words, date and reference among them, and the same amount."""
    return [entry for entry, count in Counter(statement.entries).items() if count > 1]


def _readings(written: Sequence[str]) -> list[Reading]:
    """All ways to read a statement, the most usual one first."""
    has_minus = _has_minus(written)
    is_account = not has_minus and all(any(word.match(line.strip()) for line in written) for word in (OPENING, BALANCE))
    groups = [True] if any(map(TOTAL_WITH_BLANKS.match, written)) else [False, True]
    refunds = [False] if has_minus else [not is_account, is_account]
    payments = [False] if has_minus else [is_account, not is_account]
    deductions = [False, True] if has_minus or is_account else [True, False]
    ways = product(deductions, refunds, payments, groups, [True, False])
    return [Reading(group, dash, *taken_off, is_account) for *taken_off, group, dash in ways]


def _is_alike(reading: Reading, other: Reading, entries: Sequence[Line]) -> bool:
    """Whether two readings take off the same entries."""
    return all(reading.takes_off(entry.words) == other.takes_off(entry.words) for entry in entries)


def _read(written: Sequence[str], reading: Reading) -> Statement | None:
    """One reading of the lines of a statement."""
    places = [place for place, line in enumerate(written) if TOTAL.match(line.strip()) and _line(line, reading)]
    if not places or any(_line(line, reading) and number not in places for number, line in _between(written, places)):
        return None
    above = [line for line in written[: places[-1] + 1] if _line(line, reading)]
    if len(currencies(above)) > 1 or any(map(is_unclear, written[1 : places[-1] + 1])):
        return None
    lines = [line for text in written[: places[0]] if (line := _line(text, reading))]
    openings = [line for line in lines if OPENING.match(line.words)]
    entries = tuple(line for line in lines if not OPENING.match(line.words))
    if len(entries) < FEWEST_ENTRIES:
        return None
    totals = [_total(line, openings, entries) for place in places if (line := _line(written[place], reading))]
    known = tuple(total for total in totals if total)
    return Statement(entries, known) if len(known) == len(totals) else None


def _has_minus(written: Sequence[str]) -> bool:
    """Whether an entry has a minus: what makes a total smaller is then written with one."""
    entries = (line for line in written if not OPENING.match(line.strip()) and not TOTAL.match(line.strip()))
    return any(amount < 0 for line in entries for amount in amounts(line))


def _between(written: Sequence[str], places: Sequence[int]) -> Iterator[tuple[int, str]]:
    """The lines from the first total to the last one: entries among them, which of the totals count them?"""
    return ((number, written[number]) for number in range(places[0], places[-1] + 1))


def _line(written: str, reading: Reading) -> Line | None:
    """A line with its last amount; None where it has none."""
    pattern = AMOUNT_WITH_BLANKS if reading.do_blanks_group else AMOUNT
    found = list(pattern.finditer(written))
    if not found:
        return None
    last = found[-1]
    words = " ".join((written[: last.start()] + written[last.end() :]).lower().split())
    amount = signed(last)
    if last["gap"] and not reading.is_dash_a_minus and not is_bracketed(last):
        amount = abs(amount)
    if reading.takes_off(words) and not TOTAL.match(words):
        amount = -abs(amount)
    side = SIDE.search(words)
    return Line(words, amount, str(side.lastgroup) if side else "")


def _total(line: Line, openings: Sequence[Line], entries: Sequence[Line]) -> Total | None:
    """A stated total with what the entries make; None where its rule is not certain.

    Before a closing balance, or without the word balance, a total may leave the opening balance out.
    """
    is_balance = bool(BALANCE.match(line.words))
    if any(entry.side for entry in entries) and (is_balance or not line.side):
        return _balance_of_sides(line, openings, entries, is_balance)
    counted = sum((entry.amount for entry in entries if not line.side or entry.side == line.side), Decimal(0))
    opening = sum((entry.amount for entry in openings), Decimal(0))
    may_leave_out = not is_balance and line.amount == counted
    return Total(line.amount, counted if may_leave_out else opening + counted, line.side, is_balance)


def _balance_of_sides(line: Line, openings: Sequence[Line], entries: Sequence[Line], is_balance: bool) -> Total | None:
    """A balance of debits and credits, whichever of the two adds to it; None where neither fits."""
    if not all(entry.side for entry in entries):
        return None
    for plus in ("debit", "credit"):
        total = sum((_towards(plus, entry) for entry in (*openings, *entries)), Decimal(0))
        if total == _towards(plus, line):
            return Total(line.amount, line.amount, "", is_balance)
    return None


def _towards(plus: str, line: Line) -> Decimal:
    """The amount of a line, negative on the other side than ``plus``; as it is where it names no side."""
    return line.amount if line.side in ("", plus) else -line.amount
