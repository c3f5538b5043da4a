"""Placeholder records for a new plugin: what people write to a department, and what they want by it."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from goodfit.testing.frames import Novelty, spin, tidy, until_kept
from goodfit.testing.starter_data import GIVEN

SIZES = {"train": 240, "validation": 60, "test": 80}
MOST_ALIKE = 0.6
"""Two texts of which more than this share of word triples is the same count as one."""

OPENINGS = (
    "",
    "[Good morning|Hello|Dear all|Hi there], ",
    "[As I said on {day}|After our talk on {day}|Following up], ",
    "{who} [told me to write|said this is the right address]: ",
)
ENDINGS = (
    "",
    " [Thanks|Thank you|Many thanks] [in advance|for your help|very much].",
    " I am [in the office|at my desk|on the phone] [until {hour}|after {hour}|all {day}].",
    " {who} knows [about it|the background|the details], too.",
)
FRAMES = {
    "question": (
        "[where|how] do I [find|look up|see] the {thing} [of my team|for {day}|that {who} spoke of]?",
        "[is|would] the {thing} [be ready|valid|the same] [from {day} on|for {who}|in {place}]?",
        "[who|which of you] [decides about|looks after|signs] the {thing} in {place}?",
        "[what|how much] does the {thing} [mean|cost|change] for [people in {place}|a new colleague|{who}]?",
        "[until when|since when] is the {thing} [open|in use|counted] [in {place}|for {who}]?",
    ),
    "request": (
        "[please|could you] [send|forward] the {thing} to {who} [by {day}|before {hour}|this week].",
        "I [need|would like to have] a [new|second|signed] {thing} for {who} [by {day}|in {place}].",
        "[kindly|please] [extend|renew|update] the {thing} of {who} [until {day}|for another month].",
        "[put|add] {who} on the {thing} [for {place}|from {day} on], [if possible|please].",
        "[we ask for|I hereby apply for] the {thing} [in {place}|for {who}] [on {day}|as agreed].",
    ),
    "complaint": (
        "the {thing} [is wrong again|was late again|still has not come], and {who} [waits|is annoyed|asks daily].",
        "it [cannot be|is not right] that the {thing} [takes weeks|gets lost] [in {place}|every time].",
        "[twice|three times] I asked for the {thing}, and [nobody answered|{who} hung up|nothing happened].",
        "the {thing} in {place} [is a mess|does not work], and [nobody cares|{who} only shrugs].",
        "I am [disappointed|angry]: the {thing} of {who} [was lost|was refused] [without a word|on {day}].",
    ),
    "notice": (
        "{who} [will be away|is on leave] from {day}; the {thing} [can wait|stays with me].",
        "the {thing} [was signed|arrived|is done] on {day}, [just so you know|for your files].",
        "from {day} the {thing} in {place} [is kept by {who}|has a new number|moves upstairs].",
        "[for your information|a short note]: {who} [has returned|no longer needs] the {thing}.",
        "we [changed|moved|closed] the {thing} for {place} on {day}, [nothing to do for you|all is settled].",
    ),
}
FILLINGS = {
    "thing": "access card|travel form|time sheet|contract|budget line|training plan|laptop|parking space|invoice|badge|"
    "meeting room|phone list|insurance paper|project code|order number|licence|security form|desk|roster|price list",
    "who": "|".join((*GIVEN, "my manager", "the new colleague")),
    "place": "Lisbon|Graz|Leeds|Turku|Porto|Ghent|building four|the warehouse|the second floor|the branch office",
    "day": "Monday|Tuesday|Wednesday|Thursday|Friday|the 3rd|the 12th|the 21st|the 30th|next week",
    "hour": "nine|ten|noon|two|four|half past five",
}


def starter_rows(task: str, seed: int) -> dict[str, list[dict[str, Any]]]:
    """Split -> labelled texts of four kinds, no two nearly alike; the same seed gives the same rows."""
    chance, novelty = Random(seed), Novelty(MOST_ALIKE)
    rows = {}
    for split, count in SIZES.items():
        labels = list(_cycle(count))
        rows[split] = [
            {"id": f"{task}-{split}-{number}", "text": _text(label, chance, novelty), "label": label}
            for number, label in enumerate(labels)
        ]
    return rows


def _cycle(count: int) -> Iterator[str]:
    labels = sorted(FRAMES)
    return (labels[number % len(labels)] for number in range(count))


def _text(label: str, chance: Random, novelty: Novelty) -> str:
    def draw() -> str:
        frame = chance.choice(OPENINGS) + chance.choice(FRAMES[label]) + chance.choice(ENDINGS)
        spun = spin(frame, chance)
        while "{" in spun:
            name = spun[spun.index("{") + 1 : spun.index("}")]
            spun = spun.replace(f"{{{name}}}", chance.choice(FILLINGS[name].split("|")), 1)
        return tidy(spun)

    return until_kept(draw, novelty.accepts)
