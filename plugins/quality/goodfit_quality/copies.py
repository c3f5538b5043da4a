"""Records that stand there twice, nearly twice, or on both sides of a split."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from goodfit.hooks.findings import MOST_IDS
from goodfit.hooks.types import DataFacts, Finding, RecordView
from goodfit.texts.alike import NEAR, near_in_all
from goodfit_quality.report import about

HELD_OUT = ("validation", "test")


def copies(facts: DataFacts) -> list[Finding]:
    """Copies within the training records, near copies of held-out records among them, and groups on both sides.

    Inputs that are the same to the letter in training and test are goodfit's own finding, ``data.leak``.
    """
    train = facts.splits["train"]
    held_out = [record for split in HELD_OUT for record in facts.splits[split]]
    pairs = list(_pairs([*held_out, *train], len(held_out)))
    inside = [pair for pair in pairs if not pair.leaks]
    copied = _ordered(train, {pair.later.id for pair in inside if pair.one_answer})
    others = [] if facts.several_right else [pair for pair in inside if not pair.one_answer]
    contrary = _ordered(train, {one.id for pair in others for one in (pair.earlier, pair.later)})
    return [
        *about("duplicate", "training records are copies or near copies of others", copied, len(train)),
        *about(
            "near_conflict",
            "training records differ from another in hardly a word, and have another answer",
            contrary,
            len(train),
            "look at each of them: a word may decide, or one of two answers be wrong",
            "info",
        ),
        *_near_leaks(train, [pair for pair in pairs if pair.leaks and not pair.same_text]),
        *_group_leaks(train, held_out),
    ]


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two records that are nearly the same."""

    earlier: RecordView
    later: RecordView
    leaks: bool
    """Whether the earlier one is held out."""

    @property
    def same_text(self) -> bool:
        return _key(self.earlier.text) == _key(self.later.text)

    @property
    def one_answer(self) -> bool:
        return _key(self.earlier.answer) == _key(self.later.answer)


def _pairs(records: Sequence[RecordView], held_out: int) -> Iterator[_Pair]:
    """Pairs of which the second is a training record; of questions on one context, those that ask the same.

    Each record that has one stands in one; of records that are all the same, one stands for them in the others' pairs,
    so that there are as many pairs as records, and not the square.
    """
    same: dict[tuple[bool, str, str, str], list[RecordView]] = defaultdict(list)
    for number, record in enumerate(records):
        same[number < held_out, record.text, record.answer, record.fields.get("question", "")].append(record)
    sides, several = [key[0] for key in same], list(same.values())
    for is_held_out, alike in zip(sides, several, strict=True):
        if not is_held_out:
            yield from (_Pair(alike[0], other, False) for other in alike[1:])
    for later, earlier in near_in_all([alike[0].compared or (alike[0].text,) for alike in several]):
        ones, others = several[earlier], several[later]
        if not sides[later] and _asks_alike(ones[0], others[0]):
            yield from (_Pair(ones[0], other, sides[earlier]) for other in others)
            yield from (_Pair(one, others[0], sides[earlier]) for one in ones[1:])


def _asks_alike(one: RecordView, other: RecordView) -> bool:
    asked = [set(_key(record.fields.get("question", "")).split()) for record in (one, other)]
    union = asked[0] | asked[1]
    return not union or len(asked[0] & asked[1]) / len(union) >= NEAR


def _near_leaks(train: Sequence[RecordView], pairs: Sequence[_Pair]) -> list[Finding]:
    rows = _ordered(train, {pair.later.id for pair in pairs})
    met = sorted({pair.earlier.id for pair in pairs})
    message = "training records are near copies of held-out ones"
    return about("near_leak", message, rows, len(train), held_out=met[:MOST_IDS])


def _group_leaks(train: Sequence[RecordView], held_out: Sequence[RecordView]) -> list[Finding]:
    groups: dict[str, list[str]] = defaultdict(list)
    for record in train:
        if record.group is not None:
            groups[record.group].append(record.id)
    shared = {record.group for record in held_out if record.group in groups}
    rows = _ordered(train, {row for group in shared for row in groups[str(group)]})
    mend = "let goodfit split: give one file, dataset.train, and it keeps a group together"
    message = f"training records belong to {len(shared)} groups that are held out, too"
    return about("group_leak", message, rows, len(train), mend)


def _ordered(records: Sequence[RecordView], ids: set[str]) -> list[str]:
    """Ids in the order of the data."""
    return [record.id for record in records if record.id in ids]


def _key(text: str) -> str:
    return " ".join(text.lower().split())
