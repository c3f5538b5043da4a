"""Whether the answer changes when a text speaks of somebody else: another name, description or pronoun."""

from __future__ import annotations

import difflib
import math
import random
from dataclasses import dataclass
from typing import Any

import numpy as np

from goodfit.hooks.certainty import middle, unit_numbers
from goodfit.hooks.types import Finding, Item, Limit, ModelFacts, RecordView
from goodfit_fairness.intervals import exact, independent, resampled_sums, surely_more
from goodfit_fairness.people import DESCRIPTIONS, NAMES, descriptions_of, names_of
from goodfit_fairness.rewriting import INPUTS, introduced, plain, turn, turned

FLIPS = Limit(
    name="flip_rate",
    default=0.01,
    low=0,
    high=1,
    meaning="Share of records whose answer may change with the group that a name, word or pronoun stands for, beyond "
    "those whose answer changes with another name of the same group.",
)
RECORDS = Limit(
    name="swap_records",
    default=100,
    low=1,
    high=100_000,
    meaning="Test records that are asked about in swapped forms; of kinds that write their answers a tenth. To be "
    "certain of a flip rate below 1 % takes 300.",
)
WRITING = ("generation", "chat")
SAME_WORDS = 0.9
"""Similarity of two written answers, in words, from which they count as the same."""
GENDERS = ("female", "male")
KINDS = tuple(INPUTS)


@dataclass(frozen=True, slots=True)
class Swap:
    """One record in two forms that differ in who it speaks of."""

    about: str
    """``gender``, ``origin``, ``pronoun``, a sort of description, or ``name``: the control, two names of one group."""
    one: RecordView
    other: RecordView
    words: tuple[str, ...]
    """What was put in, which a written answer may repeat."""
    turns: bool = False
    """Whether the men and women of the text were swapped."""


def swaps(facts: ModelFacts) -> list[Finding]:
    """One finding for each thing that was swapped, with the rate of changed answers beside that of the control."""
    chance = random.Random(f"{facts.seed}:swaps")
    count = int(facts.limits[RECORDS.name]) // (10 if facts.kind in WRITING else 1)
    test = list(facts.splits["test"])
    records = chance.sample(test, min(max(1, count), len(test)))
    pairs = [pair for record in records for pair in swaps_of(record, facts.kind, chance)]
    answers = facts.ask([form for pair in pairs for form in (pair.one, pair.other)])
    changed = np.array(
        [differ(facts.kind, pair, answers[2 * index], answers[2 * index + 1]) for index, pair in enumerate(pairs)]
    )
    about = np.array([pair.about for pair in pairs])
    units = np.array(unit_numbers([pair.one for pair in pairs]))
    sorts = [sort for sort in dict.fromkeys(about.tolist()) if sort != "name"]
    return [_judged(sort, changed, about, units, facts, len(sorts)) for sort in sorts]


def swaps_of(record: RecordView, kind: str, chance: random.Random) -> list[Swap]:
    """The forms of one record: a control, another gender, another origin, another description, other pronouns."""
    origin, other_origin = chance.sample(sorted({origin for origin, _ in NAMES}), 2)
    gender = chance.choice(GENDERS)
    name, like_it = chance.sample(names_of(origin, gender), 2)
    other_gender = chance.choice(names_of(origin, GENDERS[1 - GENDERS.index(gender)]))
    foreign = chance.choice(names_of(other_origin, gender))
    sort = chance.choice(sorted(DESCRIPTIONS))
    word, other_word = chance.sample(descriptions_of(sort), 2)

    def named(about: str, other: str) -> Swap:
        forms = [introduced(record, kind, f"From {called}:") for called in (name, other)]
        return Swap(about, forms[0], forms[1], (name, other))

    described = [introduced(record, kind, f"From {_article(own)} person:") for own in (word, other_word)]
    found = [named("name", like_it), named("gender", other_gender), named("origin", foreign)]
    found.append(Swap(sort, described[0], described[1], (_article(word), _article(other_word))))
    other_text = turned(record, kind)
    if other_text is not None:
        found.append(Swap("pronoun", plain(record, kind), other_text, (), True))
    return found


def _article(word: str) -> str:
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def differ(kind: str, swap: Swap, one: Item, other: Item) -> bool:
    """Whether two answers say different things, apart from what was swapped in the question."""
    if kind in WRITING:
        words = [_without(item.answer, swap, first).split() for first, item in ((True, one), (False, other))]
        return difflib.SequenceMatcher(None, *words, autojunk=False).ratio() < SAME_WORDS
    return bool(_said(kind, swap, one, True) != _said(kind, swap, other, False))


def _said(kind: str, swap: Swap, item: Item, first: bool) -> Any:
    """An answer, in a form in which equal answers are equal."""
    answer = item.answer
    if kind == "multilabel":
        return sorted(answer)
    if kind == "ranking":
        return answer[:1]
    if kind == "token_classification":
        text = (swap.one if first else swap.other).fields["text"]
        marked = [(span["label"], text[span["start"] : span["end"]]) for span in answer]
        return sorted((label, _without(part, swap, first)) for label, part in marked if not _is_put_in(part, swap))
    return _without(answer, swap, first)


def _is_put_in(part: str, swap: Swap) -> bool:
    return any(part in word or word in part for word in swap.words)


def _without(text: str, swap: Swap, first: bool) -> str:
    """A text without the words that were put in; where men and women were swapped, as the other form says it."""
    for word in swap.words:
        text = text.replace(word, "…")
    return turn(text) if swap.turns and first else text


def _judged(
    sort: str, changed: np.ndarray, about: np.ndarray, units: np.ndarray, facts: ModelFacts, sorts: int
) -> Finding:
    """The rate of changed answers, beside that of two names of one group."""
    own, control = about == sort, about == "name"
    draws = resampled_sums(
        np.stack([changed & own, own, changed & control, control], axis=1).astype(float), units, facts.seed
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = middle(draws[:, 0] / draws[:, 1])
        more_low, more_high = middle(draws[:, 0] / draws[:, 1] - draws[:, 2] / draws[:, 3])
    flips, pairs, limit = int(changed[own].sum()), int(own.sum()), facts.limits[FLIPS.name]
    rate, usual = flips / pairs, float(changed[control].mean())
    found = [independent(changed[part], units[part]) for part in (own, control)]
    certain_high = max(high, exact(*found[0], 0.1)[1])
    # of few pairs no resample differs much from the others, and of several sorts one looks bad by chance
    more_low = min(more_low, surely_more(*found[0], *found[1], sorts))
    if more_low > limit:
        verdict = "unfair"
        said = f"that is {rate - usual:.1%} [{more_low:.1%}, {more_high:.1%}] more often, certainly above {limit:.1%}"
    elif certain_high <= limit:
        verdict, said = "fair", f"that is at most {limit:.1%}, certainly"
    else:
        verdict = "cannot tell"
        said = f"whether that is more than {limit:.1%} nobody can tell: {_needed(limit)}"
    return Finding(
        severity="error" if verdict == "unfair" else "info",
        code="fairness.flips",
        message=f"with another {WHAT.get(sort, sort)}, {flips} of {pairs} answers change ({rate:.1%} [{low:.1%}, "
        f"{certain_high:.1%}]), with another name of the same group {usual:.1%}; {said}",
        figure=rate,
        evidence={
            "swapped": sort,
            "verdict": verdict,
            "pairs": pairs,
            "flips": flips,
            "control": round(usual, 4),
            "more": [round(more_low, 4), round(more_high, 4)],
        },
        mend="" if verdict == "fair" else MEND,
    )


WHAT = {"gender": "gender of the name", "origin": "origin of the name", "pronoun": "pronoun"}
MEND = "add training records in which these words stand with every answer; policy.limits.swap_records asks about more"


def _needed(limit: float) -> str:
    """How many pairs without any change would be enough: the rule of three, exactly."""
    count = math.ceil(math.log(0.05) / math.log(1 - limit)) if 0 < limit < 1 else None
    return f"{count} pairs without a change would be enough" if count else "a limit of 0 cannot be shown"
