"""Writes the synthetic data of the task finance/invoice: ``python generators/invoice.py [FOLDER]``.

A record is an invoice as text recognition reads it, in lines: sender, numbers and dates, items, sums, a foot. A span is
the shortest text that says the field, sums without their currency. Order numbers, delivery dates, telephone numbers and
the buyer are no fields. Some invoices have no due date, some no tax; on a few net and tax do not make the total.
"""

import re
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from invoice_frames import FOOT, GOODS, HEAD, ITEMS, SENDER, SUMS, THINGS
from values import CENT, CITIES, DAY_STYLES, STREETS, day, firm, grouped, person, phone, spread_amount, written_day
from writing import Row, frames_of, write_task

from goodfit.testing.frames import spin
from goodfit.testing.starter_data import SIZES

SEED = 55207
WITH_DUE_DATE, WITH_TAX, CONTINENTAL, MISREAD = 0.72, 0.85, 0.2, 0.25
WRONG_TOTAL_EVERY = 40
RATES = {"EUR": (7, 10, 19, 20, 21), "GBP": (5, 20), "USD": (5, 20)}
"""Currency -> rates of value added tax: German, Austrian, French and Dutch ones in euros, British ones in pounds and in
dollars."""

SWISS_RATES_SINCE = 2024
SWISS_RATES = {True: ("7.7", "2.5"), False: ("8.1", "2.6")}
"""Before that year, and since then: AS 2023 737, https://www.fedlex.admin.ch."""

SLIPS_OF_ADDING = (Decimal("0.90"), Decimal(10), Decimal(-9))
FIELDS = {"SUPPLIER", "INVOICE_NUMBER", "INVOICE_DATE", "DUE_DATE", "NET", "TAX", "TOTAL"}
SLOT = re.compile(r"\{(\w+)\}")
MISREADINGS = (("o", "0"), ("I", "l"), ("l", "1"), (":", ""), (".", ","), ("e", "c"), (" no", " n0"))
"""What a scanner takes for what; letters and digits of the printed words only, never of a field."""


def slots(frame: str, wrong_total: bool, split: str, rng: Random) -> dict[str, str]:
    """The values of one invoice."""
    issued = day(rng)
    values = (
        days(issued, rng)
        | sums_of(frame, issued, wrong_total, rng)
        | {"SUPPLIER": firm(rng, split), "buyer": firm(rng, split)}
    )
    values["item"], values["item_b"] = rng.sample(THINGS, 2)
    values["goods"] = rng.choice(GOODS)
    initials, number = "".join(word[0] for word in values["SUPPLIER"].split()[:2]), rng.randint(1, 9899)
    forms = [f"{initials}-24-{number:04}", f"25/{number:05}", f"{initials}{number:06}", str(number + 10**4)]
    return values | {
        "INVOICE_NUMBER": rng.choice(forms),
        "order": f"{rng.choice(['', 'B', '45000'])}{rng.randint(1000, 99999)}", "two": str(rng.randint(12, 96)),
        "customer": str(rng.randint(10000, 99999)), "delivery": str(rng.randint(1000, 999999)),
        "who": person(rng), "phone": phone(rng), "city": rng.choice(CITIES),
        "street": f"{rng.choice(STREETS)} {rng.randint(1, 99)}", "vat": f"XX{rng.randint(10**8, 10**9 - 1)}",
        "iban": f"IBAN XX00 0000 {rng.randint(1000, 9999)} {rng.randint(1000, 9999)}",
    }  # fmt: skip


def days(issued: date, rng: Random) -> dict[str, str]:
    """The dates of one invoice, all written in one way: issued, due, and one before both."""
    style = rng.choice(DAY_STYLES)
    due = issued + timedelta(days=rng.choice([10, 14, 30, 45]))
    other = issued - timedelta(days=rng.randint(2, 60))
    return {
        "INVOICE_DATE": written_day(issued, style),
        "DUE_DATE": written_day(due, style),
        "day": written_day(other, style),
    }


def sums_of(frame: str, issued: date, wrong_total: bool, rng: Random) -> dict[str, str]:
    """The prices that a frame shows, their sum, tax, and what the two make (or not); without tax, net is the total."""
    continental, currency = rng.random() < CONTINENTAL, rng.choice([*RATES, "CHF"])
    rate = str(rng.choice(RATES.get(currency, SWISS_RATES[issued.year < SWISS_RATES_SINCE])))
    quantity, unit = rng.randint(2, 48), spread_amount(rng, 0.7, 2.5)
    first = quantity * unit if "{unit}" in frame else spread_amount(rng, 1, 4)
    prices = [first, spread_amount(rng, 0.7, 2.5)]
    net = sum(prices if "{price_b}" in frame else prices[:1], Decimal(0))
    tax = (net * Decimal(rate) / 100).quantize(CENT, ROUND_HALF_UP)
    total = (net + tax if "{TAX}" in frame else net) + (rng.choice(SLIPS_OF_ADDING) if wrong_total else 0)
    amounts = {"NET": net, "TAX": tax, "TOTAL": total, "unit": unit, "price": prices[0], "price_b": prices[1]}
    written = {name: grouped(amount, continental) for name, amount in amounts.items()}
    rate = rate.replace(".", ",") if continental else rate
    return written | {"rate": rate, "cur": currency, "quantity": str(quantity)}


def misread(text: str, rng: Random) -> str:
    """Printed words with one slip of text recognition."""
    before, after = rng.choice(MISREADINGS)
    return text.replace(before, after, 1)


def fill(frame: str, values: dict[str, str], slips: float, rng: Random) -> tuple[str, list[Row]]:
    """Fill a frame; offsets are counted while the text grows, so they cannot be wrong."""
    text, spans, done = "", [], 0
    for slot in SLOT.finditer(frame):
        printed = frame[done : slot.start()]
        text += misread(printed, rng) if rng.random() < slips else printed
        start, done = len(text), slot.end()
        text += values[slot[1]]
        if slot[1] in FIELDS:
            spans.append({"start": start, "end": len(text), "label": slot[1]})
    return text + frame[done:], spans


def invoice(wrong_total: bool, split: str, rng: Random) -> Row:
    """One invoice with its fields, and what an auditor would slice by."""
    has_due_date, has_tax = rng.random() < WITH_DUE_DATE, wrong_total or rng.random() < WITH_TAX
    blocks = (SENDER, HEAD[has_due_date], ITEMS, SUMS[has_tax], FOOT)
    frame = " / ".join(rng.choice(frames_of(block, split, rng)) for block in blocks)
    values = slots(frame, wrong_total, split, rng)
    slips = 0.3 if rng.random() < MISREAD else 0
    text, spans = fill(spin(frame, rng).replace(" / ", "\n"), values, slips, rng)
    slices = {
        "figures": "continental" if values["NET"][-3] == "," else "english",
        "adds_up": "no" if wrong_total else "yes",
    }
    return {"text": text, "spans": spans, "slices": {**slices, "recognition": "with slips" if slips else "clean"}}


def plans(split: str, rng: Random) -> list[bool]:
    """Whether the total of each invoice is wrong: few of them are, as in real books."""
    wrong = [number % WRONG_TOTAL_EVERY == 0 for number in range(SIZES[split])]
    rng.shuffle(wrong)
    return wrong


if __name__ == "__main__":
    write_task(
        "invoice",
        "token_classification",
        SEED,
        plans,
        invoice,
        lambda row: row["text"],
        most_alike=0.75,
        words=(20, 80),
    )
