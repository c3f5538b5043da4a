"""Writes the synthetic data of the task finance/anomalies: ``python generators/anomalies.py [FOLDER]``.

A record is a statement of one month in lines: a header, three to six entries, a total, often a remark. It is
consistent, or has one error: a total that its entries do not make, an entry that stands there twice, an amount with the
wrong sign (or on the wrong side), or an entry of another month. All other sums are right to the cent. A journal has as
much debit as credit, unless an entry stands there twice or on the wrong side. Consistent statements have what looks
like errors: instalments of the same amount, credit notes, a balance of the month before.
"""

import calendar
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from random import Random

from ledger_frames import CLEARED, COUNTERS, ENTRIES, FOUND, HEADERS, NEUTRAL, SERIES
from values import MONTHS, grouped, person, spread_amount, trade_name
from writing import Row, frames_of, in_shares, write_task

SEED = 88211
SHARES = {
    "consistent": 0.34, "sum_error": 0.17, "duplicate_entry": 0.17, "sign_error": 0.16, "period_error": 0.16,
}  # fmt: skip
LAYOUTS = ("bank", "list", "journal")
NATURES = {"bank": {"in": 35, "out": 55, "back": 10}, "list": {"out": 65, "back": 35}, "journal": {"in": 40, "out": 60}}
"""Layout -> how often, in per cent, an entry is of each nature."""

SERIES_SHARE = 0.3
TOLD, CLEARING, NEUTRALLY = 0.7, 0.78, 0.92  # chances, each including those before it


@dataclass(frozen=True)
class Entry:
    """One line before it is written."""

    day: int
    month: int
    words: str
    nature: str
    """``in``, ``out`` or ``back``."""
    amount: Decimal
    turned: bool = False
    """Whether its sign is wrong."""


class Book:
    """One statement while it is made: its month, its layout and its entries."""

    def __init__(self, split: str, rng: Random) -> None:
        self.split, self.rng = split, rng
        self.layout = rng.choice(LAYOUTS)
        self.month, self.year = rng.randint(1, 12), rng.choice([2023, 2024, 2025])
        self.entries = [self.entry() for _ in range(rng.randint(3, 4) - (self.layout == "journal"))]

    def fill(self, frame: str) -> str:
        """A frame with its slots filled."""
        values = {
            "firm": trade_name(self.rng, self.split), "who": person(self.rng), "doc": str(self.rng.randint(11, 9899)),
            "month": f"{MONTHS[self.month - 1]} {self.year}",
        }  # fmt: skip
        return frame.format_map(values)

    def entry(self, nature: str | None = None) -> Entry:
        """An entry of the statement's month."""
        natures = NATURES[self.layout]
        chosen = nature or self.rng.choices(list(natures), list(natures.values()))[0]
        words = self.fill(self.rng.choice(frames_of(ENTRIES[chosen], self.split, self.rng)))
        last = calendar.monthrange(self.year, self.month)[1]
        return Entry(self.rng.randint(1, last), self.month, words, chosen, spread_amount(self.rng, 1, 4))

    def add_series(self) -> None:
        """Put two entries of one amount in place of an entry; they differ in their number, as they should."""
        frame, number, first = self.rng.choice(SERIES), self.rng.randint(2, 40), self.entry("out")
        name = trade_name(self.rng, self.split)
        self.entries[:1] = [
            replace(first, words=frame.format(firm=name, n=number + step), day=min(28, first.day + 7 * step))
            for step in (0, 1)
        ]

    def balance(self) -> None:
        """Book what is missing to equal debits and credits against an account for money, on the last day."""
        gap = sum((entry.amount * (1 if entry.nature == "out" else -1) for entry in self.entries), Decimal(0))
        words = self.fill(self.rng.choice(frames_of(COUNTERS, self.split, self.rng)))
        last = max(entry.day for entry in self.entries)
        nature = "in" if gap > 0 else "out"
        self.entries.append(Entry(last, self.month, words, nature, abs(gap)))

    def duplicate(self) -> None:
        """Book one entry again."""
        self.entries.append(self.rng.choice(self.entries))

    def turn_sign(self) -> None:
        """Book one entry with the wrong sign, or on the wrong side."""
        place = self.rng.randrange(len(self.entries))
        self.entries[place] = replace(self.entries[place], turned=True)

    def move_period(self) -> None:
        """Date one entry one to four months before or after the statement's month."""
        place, shift = self.rng.randrange(len(self.entries)), self.rng.choice([-4, -3, -2, -1, 1, 2, 3, 4])
        month = (self.month - 1 + shift) % 12 + 1
        self.entries[place] = replace(self.entries[place], month=month, day=min(28, self.entries[place].day))

    def text(self, error: str) -> str:
        """The statement in lines; with a total that its entries do not make, if that is its error."""
        self.entries.sort(key=lambda entry: (entry.month, entry.day))
        header = self.fill(self.rng.choice(frames_of(HEADERS[self.layout], self.split, self.rng)))
        opening = [f"Opening balance {grouped(self.opening)}"] if self.layout == "bank" else []
        lines = [
            f"{entry.day:02} {MONTHS[entry.month - 1][:3]} {entry.words} {self.written(entry)}"
            for entry in self.entries
        ]
        gap = self.gap() if error == "sum_error" else Decimal(0)
        totals, right = self.totals(gap)
        return "\n".join([header, *opening, *lines, *totals, *self.remark(error, gap, right)])

    def written(self, entry: Entry) -> str:
        """The amount of an entry with its sign or side."""
        amount = grouped(entry.amount)
        is_debit = (entry.nature == "out") != entry.turned
        if self.layout == "journal":
            return f"{'Dr' if is_debit else 'Cr'} {amount}"
        if self.layout == "bank":
            return f"{'-' if is_debit else '+'}{amount}"
        return amount if is_debit else f"-{amount}"

    def value(self, entry: Entry) -> Decimal:
        """What an entry adds to the total, as it is written."""
        is_debit = (entry.nature == "out") != entry.turned
        return entry.amount if is_debit == (self.layout == "list") else -entry.amount

    def gap(self) -> Decimal:
        """By how much a wrong total is wrong: figures swapped, a line left out, a slip of the finger."""
        slips = [Decimal(9), Decimal(90), Decimal("0.90"), Decimal(100), Decimal(10), self.entries[0].amount]
        return self.rng.choice(slips) * self.rng.choice([1, -1])

    def totals(self, gap: Decimal) -> tuple[list[str], Decimal]:
        """The line or lines of totals, and what the one with the gap should have been."""
        if self.layout == "journal":
            sides = {"debits": Decimal(0), "credits": Decimal(0)}
            for entry in self.entries:
                sides["debits" if self.written(entry).startswith("Dr") else "credits"] += entry.amount
            wrong = self.rng.choice(list(sides))
            right = sides[wrong]
            sides[wrong] += gap
            return [f"Total {side} {grouped(amount)}" for side, amount in sides.items()], right
        right = sum((self.value(entry) for entry in self.entries), self.opening)
        return [f"{'Closing balance' if self.layout == 'bank' else 'Total'} {grouped(right + gap)}"], right

    @property
    def opening(self) -> Decimal:
        """Enough for the account to stay above nothing, in whole hundreds."""
        spent = sum((entry.amount for entry in self.entries), Decimal(0))
        return (spent // 100 + 3) * 100 if self.layout == "bank" else Decimal(0)

    def remark(self, error: str, gap: Decimal, right: Decimal) -> list[str]:
        """What somebody wrote below: what is wrong, or what is not wrong, or nothing to the point."""
        chance = self.rng.random()
        if error in FOUND and chance < TOLD:
            frames = FOUND[error]
        elif chance < CLEARING:
            frames = CLEARED[self.rng.choice([other for other in CLEARED if other != error])]
        else:
            return [self.fill(self.rng.choice(NEUTRAL))] if chance < NEUTRALLY else []
        frame = self.rng.choice(frames_of(frames, self.split, self.rng))
        return [self.fill(frame.replace("{gap}", grouped(abs(gap))).replace("{right}", grouped(right)))]


def statement(label: str, split: str, rng: Random) -> Row:
    """A statement that is consistent, or has the error that its label names."""
    book = Book(split, rng)
    if rng.random() < SERIES_SHARE:
        book.add_series()
    if book.layout == "journal":
        book.balance()
    if label == "duplicate_entry":
        book.duplicate()
    elif label == "sign_error":
        book.turn_sign()
    elif label == "period_error":
        book.move_period()
    return {"text": book.text(label), "label": label, "slices": {"layout": book.layout}}


if __name__ == "__main__":
    write_task(
        "anomalies", "classification", SEED, partial(in_shares, SHARES), statement, lambda row: row["text"],
        most_alike=0.7, words=(20, 70),
    )  # fmt: skip
