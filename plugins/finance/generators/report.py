"""Writes the synthetic data of the task finance/report: ``python generators/report.py [FOLDER]``.

A record is the figures of a company's quarter as an object, in any order, and one or two sentences that report two of
its measures: the right figures, the right direction. Most attributes are left out of the text; a change in per cent is
reported only where the figures have it.
"""

from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from report_frames import AUDITS, EVENTS, MEASURES, MOVES, OUTLOOKS, REGIONS, REPORTS
from values import trade_name
from writing import Row, frames_of, write_task

from goodfit.testing.frames import spin, tidy
from goodfit.testing.starter_data import SIZES

SEED = 63841
FLAT, WITH_CHANGE = 0.12, 0.5
TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Measure:
    """A measure of a quarter, as it is written."""

    name: str
    now: str
    before: str
    change: str
    """In per cent with its sign; empty where the figures do not have it."""
    direction: str


def measure(name: str, rng: Random) -> Measure:
    """A measure with two values, and in half of the cases its change."""
    form, _, (low, high) = MEASURES[name]
    before = max(TENTH, Decimal(str(10 ** rng.uniform(low, high))).quantize(TENTH))
    steps = Decimal(rng.choice([-28, -17, -12, -9, -6, -4, -3, 3, 4, 5, 7, 8, 11, 15, 22, 31]))
    now = before if rng.random() < FLAT else max(TENTH, (before * (100 + steps) / 100).quantize(TENTH))
    direction = "flat" if now == before else "up" if now > before else "down"
    percent = ((now / before - 1) * 100).quantize(TENTH)
    change = f"{percent:+} %" if direction != "flat" and "%" not in form and rng.random() < WITH_CHANGE else ""
    return Measure(name, form.format(now), form.format(before), change, direction)


def move(told: Measure, split: str, rng: Random) -> str:
    """What a report says of one measure."""
    frames = [
        frame for frame in frames_of(MOVES[told.direction], split, rng) if told.change or "{change}" not in frame
    ] or ["{measure} {be} " + told.direction + " at {now}"]
    values = {"measure": told.name, "be": MEASURES[told.name][1], "now": told.now, "before": told.before}
    return spin(rng.choice(frames), rng).format(**values, change=told.change.lstrip("+-"))


def attributes(measures: list[Measure], facts: dict[str, str], rng: Random) -> dict[str, str]:
    """Everything that is known of the quarter: facts first, then the measures in any order."""
    known = dict(facts)
    for one in rng.sample(measures, len(measures)):
        known |= {one.name: one.now, f"{one.name} last year": one.before}
        known |= {f"{one.name} change": one.change} if one.change else {}
    return known


def report(_plan: Any, split: str, rng: Random) -> Row:
    """The figures of one quarter, and what is said about them."""
    measures = [measure(name, rng) for name in rng.sample(list(MEASURES), rng.choice([3, 4, 4]))]
    facts = {
        "period": f"Q{rng.randint(1, 4)} {rng.randint(2022, 2026)}", "company": trade_name(rng, split),
        "region": rng.choice(REGIONS), "event": rng.choice(EVENTS), "outlook": rng.choice(OUTLOOKS),
        "employees": f"{rng.randint(4, 90) * 25}", "sites": str(rng.randint(2, 40)), "status": rng.choice(AUDITS),
    }  # fmt: skip
    told = rng.sample(measures, 2)
    moves = {f"M{place}": move(one, split, rng) for place, one in enumerate(told, 1)}
    target = tidy(spin(rng.choice(frames_of(REPORTS, split, rng)), rng).format(**facts, **moves) + ".")
    slices = {"directions": " and ".join(sorted({one.direction for one in told}))}
    return {"source": attributes(measures, facts, rng), "target": target, "slices": slices}


if __name__ == "__main__":
    write_task(
        "report", "generation", SEED, lambda split, _rng: range(SIZES[split]), report, lambda row: row["target"],
        most_alike=0.7, words=(10, 42),
    )  # fmt: skip
