"""Records that stand there twice, nearly twice, or on both sides of a split."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from goodfit.hooks import findings
from goodfit.hooks.findings import MOST_IDS, leak_severity
from goodfit.hooks.types import DataFacts, Finding, RecordView
from goodfit.texts.alike import NEAR, near_in_all
from goodfit_quality.report import about

HELD_OUT = ("validation", "test")
IN_ORDER = ("test", "validation", "train")
"""Of two records of different splits that are nearly the same, the later one is that which should go."""
INSIDE, CHOOSING = ("train", "train"), ("test", "validation")
LEAKING = tuple((split, "train") for split in HELD_OUT)
KEPT_TOGETHER = (
    "let goodfit split: give one file, dataset.train, and it keeps a group together; where the column names no such "
    "group, dataset.fields.group=null"
)

Splits = Mapping[str, Sequence[RecordView]]


def copies(facts: DataFacts) -> list[Finding]:
    """Copies within the training records, and near copies and groups that stand in two splits.

    Inputs that are the same to the letter in two splits are goodfit's own findings, ``data.leak`` and
    ``data.test_in_validation``.
    """
    train = facts.splits["train"]
    pairs = list(_pairs(facts.splits))
    inside = [pair for pair in pairs if pair.splits == INSIDE]
    apart = [pair for pair in pairs if not pair.same_text]
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
        *_near_leaks(facts.splits, [pair for pair in apart if pair.splits in LEAKING]),
        *_near_in_validation(facts.splits, [pair for pair in apart if pair.splits == CHOOSING]),
        *_group_leaks(facts.splits),
        *_groups_in_validation(facts.splits),
    ]


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two records that are nearly the same."""

    earlier: RecordView
    later: RecordView
    splits: tuple[str, str]
    """Where the two stand."""

    @property
    def same_text(self) -> bool:
        return _key(self.earlier.text) == _key(self.later.text)

    @property
    def one_answer(self) -> bool:
        return _key(self.earlier.answer) == _key(self.later.answer)


def _pairs(splits: Splits) -> Iterator[_Pair]:
    """Pairs of training records, or of two splits; of questions on one context, those that ask the same.

    Each record that has one stands in one; of records that are all the same, one stands for them in the others' pairs,
    so that there are as many pairs as records, and not the square.
    """
    same: dict[tuple[str, str, str, str], list[RecordView]] = defaultdict(list)
    for split in IN_ORDER:
        for record in splits[split]:
            same[split, record.text, record.answer, record.fields.get("question", "")].append(record)
    sides, several = [key[0] for key in same], list(same.values())
    for side, alike in zip(sides, several, strict=True):
        if side == "train":
            yield from (_Pair(alike[0], other, (side, side)) for other in alike[1:])
    for later, earlier in near_in_all([alike[0].compared or (alike[0].text,) for alike in several]):
        ones, others, both = several[earlier], several[later], (sides[earlier], sides[later])
        if both in (INSIDE, CHOOSING, *LEAKING) and _asks_alike(ones[0], others[0]):
            yield from (_Pair(ones[0], other, both) for other in others)
            yield from (_Pair(one, others[0], both) for one in ones[1:])


def _asks_alike(one: RecordView, other: RecordView) -> bool:
    asked = [set(_key(record.fields.get("question", "")).split()) for record in (one, other)]
    union = asked[0] | asked[1]
    return not union or len(asked[0] & asked[1]) / len(union) >= NEAR


def _near_leaks(splits: Splits, pairs: Sequence[_Pair]) -> list[Finding]:
    """Training records that are near copies of held-out ones.

    Only a near copy with the same answer is learnt by heart: where a word decides, as in product data that differ in
    one attribute, near copies have other answers, and of such there are many (7 % of a public test).
    """
    train = splits["train"]
    rows = _ordered(train, {pair.later.id for pair in pairs})
    met = {pair.earlier.id for pair in pairs}
    same = _same_in_test(pairs)
    told = f"; {len(same)} of these test records have the same answer, too" if same else ""
    message = f"training records are near copies of {_counted(splits, met)} records{told}"
    severity = leak_severity(len(same) / max(1, len(splits["test"])))
    return about("near_leak", message, rows, len(train), severity=severity, held_out=sorted(met)[:MOST_IDS])


def _near_in_validation(splits: Splits, pairs: Sequence[_Pair]) -> list[Finding]:
    """Test records with near copies among those that choose the checkpoint."""
    test, same = splits["test"], _same_in_test(pairs)
    met = _ordered(test, {pair.earlier.id for pair in pairs})
    return findings.about(
        "quality.near_in_validation",
        f"{len(met)} of {len(test)} test records have near copies in validation, which chooses the checkpoint; "
        f"{len(same)} have the same answer, too",
        met,
        len(test),
        severity=leak_severity(len(same) / max(1, len(test))),
        rows=_ordered(splits["validation"], {pair.later.id for pair in pairs}),
        mend="take these validation records out: dataset.without=<a file with their ids>",
    )


def _same_in_test(pairs: Sequence[_Pair]) -> set[str]:
    """The test records that have the answer of a near copy."""
    return {pair.earlier.id for pair in pairs if pair.splits[0] == "test" and pair.one_answer}


def _group_leaks(splits: Splits) -> list[Finding]:
    train = splits["train"]
    shared = _groups(train) & {group for split in HELD_OUT for group in _groups(splits[split])}
    rows = [record.id for record in train if record.group in shared]
    met = {split: [record.id for record in splits[split] if record.group in shared] for split in HELD_OUT}
    held_out = _counted(splits, {row for ids in met.values() for row in ids})
    message = f"training records belong to {len(shared)} groups that are held out, too, with {held_out} records"
    severity = leak_severity(len(met["test"]) / max(1, len(splits["test"])))
    return about("group_leak", message, rows, len(train), KEPT_TOGETHER, severity)


def _groups_in_validation(splits: Splits) -> list[Finding]:
    """Groups in validation and test. No error: what suits other records of a group is hardly chosen for these."""
    test, validation = splits["test"], splits["validation"]
    shared = _groups(test) & _groups(validation)
    met = [record.id for record in test if record.group in shared]
    return findings.about(
        "quality.group_in_validation",
        f"{len(met)} of {len(test)} test records belong to {len(shared)} groups of validation, which chooses the "
        "checkpoint",
        met,
        len(test),
        rows=[record.id for record in validation if record.group in shared],
        mend=KEPT_TOGETHER,
    )


def _groups(records: Sequence[RecordView]) -> set[str]:
    return {record.group for record in records if record.group is not None}


def _counted(splits: Splits, ids: set[str]) -> str:
    """How many of the records of each held-out split these are, of those that have some."""
    counts = {split: sum(record.id in ids for record in splits[split]) for split in HELD_OUT}
    return " and ".join(f"{count} of {len(splits[split])} {split}" for split, count in counts.items() if count)


def _ordered(records: Sequence[RecordView], ids: set[str]) -> list[str]:
    """Ids in the order of the data."""
    return [record.id for record in records if record.id in ids]


def _key(text: str) -> str:
    return " ".join(text.lower().split())
