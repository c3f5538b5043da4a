"""Writes the synthetic data of the task finance/audit_qa: ``python generators/audit_qa.py [FOLDER]``.

A record is an extract of a report (an introduction, a table in lines, some notes) and a question. The answer is a cell
of the table, or the shortest words of a note; a quarter of the questions have none: the year or the line is not in the
table, or the note speaks of the matter and does not say.
"""

import re
from dataclasses import dataclass, field
from random import Random

from audit_frames import AUDITORS, CELL_ASKS, FILLERS, INTROS, LINES, TOPICS, WEAKNESSES
from values import CITIES, day, grouped, spread_amount, trade_name, written_day
from writing import Row, frames_of, in_shares, write_task

from goodfit.testing.frames import spin

SEED = 29501
# (where the question looks, whether the answer is there) -> share
SHARES = {("table", True): 0.36, ("note", True): 0.39, ("table", False): 0.11, ("note", False): 0.14}
SLOT = re.compile(r"\{(\w+)\}")


@dataclass
class Extract:
    """A context while it is written; ``places`` holds where the values of capital slots and cells went."""

    split: str
    rng: Random
    text: str = ""
    places: dict[str, tuple[int, str]] = field(default_factory=dict)

    def write(self, frame: str, values: dict[str, str], name: str = "") -> None:
        """Add a filled frame; the value of its capital slot is remembered under ``name``."""
        done = 0
        for slot in SLOT.finditer(frame):
            self.text += frame[done : slot.start()]
            if slot[1].isupper():
                self.places[name] = (len(self.text), values[slot[1]])
            self.text, done = self.text + values[slot[1]], slot.end()
        self.text += frame[done:]


def values_of(split: str, year: int, unit: str, rng: Random) -> dict[str, str]:
    """New values for one sentence."""
    return {
        "VALUE": "", "WHO": rng.choice(AUDITORS), "WHEN": written_day(day(rng, 2500), rng.choice(["long", "american"])),
        "WHERE": rng.choice(WEAKNESSES), "city": rng.choice(CITIES), "firm": trade_name(rng, split),
        "company": trade_name(rng, split), "rate": f"{rng.randint(10, 79) / 10}", "other": str(rng.randint(2, 60)),
        "year": str(year), "unit": unit,
    }  # fmt: skip


def value_of(topic: str, currency: str, rng: Random) -> str:
    """A sum, or a number, as a note on this topic states it."""
    if topic == "dividend":
        return f"{currency} {rng.randint(8, 480) / 100:.2f}"
    if topic == "headcount":
        return f"{rng.randint(140, 28000):,}"
    amount = spread_amount(rng, 0, 2)
    return f"{currency} {amount:.1f} million" if rng.random() < 0.7 else f"{currency} {int(amount * 1000):,} thousand"


def table(extract: Extract, lines: list[str], columns: list[str], unit: str) -> None:
    """Write the table in one of three ways; the cell of a line and a column is remembered as ``line/column``."""
    rng = extract.rng
    style = rng.choice(["bars", "brackets", "blanks"])
    between = {"bars": " | ", "blanks": "  ", "brackets": ""}[style]
    extract.write(f"\n{unit}" + ("" if style == "brackets" else between + between.join(columns)) + "\n", {})
    for line in lines:
        low = rng.uniform(0.5, 2.6)
        cells = [grouped(spread_amount(rng, low, low + 0.2))[:-1] for _ in columns]
        frames = [f"{between}{{CELL}}"] * 2 if style != "brackets" else [": {CELL}", f" ({columns[1]}: {{CELL}})"]
        extract.write(line, {})
        for column, frame, cell in zip(columns, frames, cells, strict=True):
            extract.write(frame, {"CELL": cell}, f"{line}/{column}")
        extract.write("\n", {})


def question(plan: tuple[str, bool], split: str, rng: Random) -> Row:
    """An extract with a question about its table or about one of its notes."""
    (part, is_answered), year = plan, rng.randint(2019, 2025)
    currency = rng.choice(["EUR", "USD", "GBP"])
    unit = f"{currency} {rng.choice(['million', 'thousand'])}"
    columns, extract = [str(year), str(year - 1)], Extract(split, rng)
    extract.write(spin(rng.choice(frames_of(INTROS, split, rng)), rng), values_of(split, year, unit, rng))
    lines = rng.sample(list(LINES), rng.choice([4, 5]))
    shown, hidden = lines[1:], lines[0]
    topics = rng.sample(list(TOPICS), 3)
    asked = topics[0]
    table(extract, shown, columns, unit)
    for topic in rng.sample(topics, 3):
        speaks = is_answered if topic == asked and part == "note" else rng.random() < 0.6
        frame = spin(rng.choice(frames_of(TOPICS[topic]["says" if speaks else "silent"], split, rng)), rng)
        values = values_of(split, year, unit, rng) | {"VALUE": value_of(topic, currency, rng)}
        extract.write(frame + " ", values, topic)
    extract.write(rng.choice(FILLERS), values_of(split, year, unit, rng))
    if part == "note":
        ask, answer = spin(rng.choice(frames_of(TOPICS[asked]["asks"], split, rng)), rng), asked
    else:
        line, column = (rng.choice(shown), rng.choice(columns)) if is_answered else _missing(shown, hidden, year, rng)
        ask, answer = rng.choice(frames_of(CELL_ASKS, split, rng)), f"{line}/{column}"
        ask = ask.format(line=rng.choice(LINES[line]), column=column)
    return _row(extract, ask[0].upper() + ask[1:], answer if is_answered else "", part)


def _missing(shown: list[str], hidden: str, year: int, rng: Random) -> tuple[str, str]:
    """A line and a column of which the table lacks one."""
    if rng.random() < 0.5:
        return hidden, str(year - rng.choice([0, 1]))
    return rng.choice(shown), str(year + rng.choice([-3, -2, 1]))


def _row(extract: Extract, ask: str, answer: str, part: str) -> Row:
    answers = []
    if answer:
        start, text = extract.places[answer]
        answers = [{"text": text, "start": start}]
    return {"context": extract.text, "question": ask, "answers": answers, "slices": {"asked": part}}


if __name__ == "__main__":
    write_task(
        "audit_qa", "question_answering", SEED, lambda split, rng: in_shares(SHARES, split, rng), question,
        lambda row: f"{row['question']} {row['context']}", most_alike=0.7, words=(70, 150),
    )  # fmt: skip
