"""Splitting: whole, balanced, groups and near-duplicates together, the same whatever order the rows have."""

import random
import re
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodfit.data.gather import gather, read_split
from goodfit.data.records import Record
from goodfit.data.split import keep_together, split_off, with_units
from goodfit.errors import DataError
from goodfit.hooks.certainty import unit_numbers
from goodfit.kinds import find_kind
from goodfit.schema.dataset import DatasetConf
from goodfit.texts.alike import near_duplicates

LABELS = "abc"


def split(records, share=0.25, salt="42:test"):
    return split_off(
        records, share, salt, lambda record: (record.fields["label"],), lambda record: (record.fields["text"],)
    )


def a_text(number):
    chance = random.Random(number)
    return " ".join(
        chance.choice("bcdfgklmnprst") + chance.choice("aeiou") + str(chance.randrange(99)) for _ in range(8)
    )


@st.composite
def record_lists(draw):
    """Records with labels, some groups, and some texts that are copies of others up to case and signs."""
    count = draw(st.integers(1, 40))
    records = []
    for number in range(count):
        copied = draw(st.integers(0, number)) if draw(st.integers(0, 4)) == 0 else number
        text = a_text(copied) if copied == number else f"{a_text(copied).upper()}!"
        group = draw(st.sampled_from([None, None, None, "g1", "g2", "g3"]))
        fields = {"text": text, "label": draw(st.sampled_from(LABELS))}
        records.append(Record(f"r{number}", fields, group))
    return records


@settings(max_examples=60, deadline=None)
@given(records=record_lists(), share=st.floats(0, 0.9), seed=st.integers(0, 5))
def test_a_split_loses_nothing_doubles_nothing_and_keeps_the_order(records, share, seed):
    stays, goes = split(records, share, f"{seed}:test")
    assert sorted([*stays, *goes], key=records.index) == records
    assert stays == sorted(stays, key=records.index)
    assert goes == sorted(goes, key=records.index)


@settings(max_examples=60, deadline=None)
@given(records=record_lists(), seed=st.integers(0, 5))
def test_groups_and_near_duplicates_stay_together(records, seed):
    stays, goes = split(records, 0.4, f"{seed}:test")
    for key in (lambda record: record.group, lambda record: re.sub(r"\W+", " ", record.fields["text"].lower()).strip()):
        parts = [{key(record) for record in part} - {None} for part in (stays, goes)]
        assert not parts[0] & parts[1]


@settings(max_examples=60, deadline=None)
@given(records=record_lists(), shuffle=st.randoms(use_true_random=False))
def test_a_split_does_not_depend_on_the_order_of_the_rows(records, shuffle):
    shuffled = list(records)
    shuffle.shuffle(shuffled)
    assert {record.id for record in split(records)[1]} == {record.id for record in split(shuffled)[1]}


@pytest.mark.parametrize("share", [0.1, 0.15, 0.5])
def test_a_split_has_its_share_of_every_label(share):
    counts = {"a": 200, "b": 60, "c": 20}
    labels = [label for label, count in counts.items() for _ in range(count)]
    records = [Record(f"r{n}", {"text": a_text(n), "label": label}) for n, label in enumerate(labels)]
    _, goes = split(records, share)
    found = Counter(record.fields["label"] for record in goes)
    assert all(abs(found[label] - share * count) <= 1 for label, count in counts.items())
    assert abs(len(goes) - share * len(records)) <= 1


def test_a_unit_that_is_too_large_for_what_is_due_keeps_no_smaller_one_from_it():
    for seed in range(20):
        records = [
            Record(f"r{n}", {"text": a_text(n), "label": "ab"[n % 2]}, "large" if n < 40 else None) for n in range(140)
        ]
        _, goes = split(records, 0.15, f"{seed}:test")
        assert 19 <= len(goes) <= 23 or {"large"} < {record.group for record in goes}


def test_near_copies_are_resampled_together():
    records = [Record(f"r{n}", {"text": a_text(n // 5), "label": "a"}, "g" if n > 96 else None) for n in range(100)]
    known = with_units(records, lambda record: (record.fields["text"],))
    assert [replace(record, unit=None) for record in known] == records
    assert unit_numbers(known) == [n // 5 for n in range(100)]
    alone = [Record(f"r{n}", {"text": a_text(n)}, "g" if n < 2 else None) for n in range(4)]
    assert (
        unit_numbers(with_units(alone, lambda record: (record.fields["text"],))) == unit_numbers(alone) == [0, 0, 1, 2]
    )


def test_of_a_text_that_stands_there_very_often_the_copies_are_not_held_against_each_other():
    looked = []

    def text(record):
        looked.append(record.id)
        return (record.fields["text"],)

    records = [Record(f"r{n}", {"text": a_text(n % 2)}) for n in range(20_000)]
    assert [len(unit) for unit in keep_together(records, text)] == [10_000, 10_000]
    assert len(looked) == 20_000


def test_another_seed_gives_another_split_and_the_same_seed_the_same():
    records = [Record(f"r{n}", {"text": a_text(n), "label": "a"}) for n in range(60)]
    first, again, other = (split(records, 0.3, f"{seed}:test")[1] for seed in (1, 1, 2))
    assert first == again != other


def test_a_new_record_hardly_moves_the_others():
    records = [Record(f"r{n}", {"text": a_text(n), "label": "a"}) for n in range(100)]
    before = {record.id for record in split(records)[1]}
    after = {record.id for record in split([*records, Record("new", {"text": a_text(999), "label": "a"})])[1]}
    assert len(before ^ after) <= 2


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        pytest.param("Please send the invoice again today", "please send the INVOICE, again; today!", True, id="signs"),
        pytest.param(a_text(1), a_text(2), False, id="other words"),
        pytest.param(
            " ".join(a_text(n) for n in range(10)),
            " ".join([*(a_text(n) for n in range(9)), a_text(9).rsplit(" ", 1)[0], "changed"]),
            True,
            id="one word of eighty",
        ),
        pytest.param("yes", "no", False, id="single words"),
        pytest.param("yes", "Yes.", True, id="a single word twice"),
        pytest.param("?!", "...", False, id="no words at all"),
        pytest.param("\U0001f44d", "\U0001f44d", True, id="one sign twice"),
    ],
)
def test_near_duplicates_are_found(one, other, alike):
    assert near_duplicates([a_text(77), one, other]) == ([(2, 1)] if alike else [])


def test_records_of_several_labels_split_whatever_their_combinations():
    records = [
        Record(f"r{n}", {"text": a_text(n), "labels": [f"l{bit}" for bit in range(6) if n >> bit & 1]})
        for n in range(64)
    ]
    records.append(Record("rare", {"text": a_text(99), "labels": ["l0", "rare"]}))

    def labels(record):
        return tuple(record.fields["labels"])

    for seed in range(9):
        stays, goes = split_off(records, 0.25, f"{seed}:test", labels, lambda record: (record.fields["text"],))
        assert abs(len(goes) - 0.25 * len(records)) <= 1
        assert {label for record in goes for label in labels(record)} <= {
            label for record in stays for label in labels(record)
        }
        assert "rare" in {record.id for record in stays}


def test_what_hangs_together_by_a_chain_is_one_unit():
    texts = [a_text(1), a_text(1), a_text(2), a_text(3)]
    groups = [None, "g", "g", None]
    records = [
        Record(f"r{n}", {"text": text}, group) for n, (text, group) in enumerate(zip(texts, groups, strict=True))
    ]
    assert keep_together(records, lambda record: (record.fields["text"],)) == [[0, 1, 2], [3]]


@pytest.fixture
def gathered(tmp_path, write_rows, rows_of):
    """``gathered(seed, sizes, **settings)``: the splits of files with so many rows."""
    kind = find_kind("classification")

    def read(seed, sizes, **settings):
        files = {
            split: str(write_rows(tmp_path / f"{split}.jsonl", rows_of("classification", count, number)))
            for number, (split, count) in enumerate(sizes.items())
        }
        conf = DatasetConf(source="files", **files, **settings)
        return gather(conf, seed, None, lambda row: kind.check(row, True), kind.stratum, kind.compared)

    return read


def test_goodfit_splits_what_was_not_given(gathered):
    splits = gathered(42, {"train": 100, "test": 10}, validation_share=0.2)
    assert (len(splits.train), len(splits.validation), len(splits.test)) == (80, 20, 10)
    assert Counter(record.fields["label"] for record in splits.validation) == {"good": 10, "bad": 10}


def test_a_limit_takes_the_first_of_a_seeded_shuffle(gathered):
    sizes = {"train": 30, "validation": 5, "test": 5}
    first, again, other = (gathered(seed, sizes, limit=7).train for seed in (1, 1, 2))
    assert len(first) == 7
    assert first == again
    assert {record.id for record in first} != {record.id for record in other}
    assert {record.id for record in gathered(1, sizes, limit=6).train} < {record.id for record in first}
    assert len(gathered(1, sizes, limit=100).train) == 30


def test_one_more_file_need_not_have_what_only_the_own_data_had(tmp_path, write_rows, rows_of):
    kind = find_kind("classification")
    write_rows(tmp_path / "more.jsonl", rows_of("classification", 4))

    def read(own, renamed):
        return read_split(tmp_path / "more.jsonl", own, renamed, lambda row: kind.check(row, True))

    assert len(read({"group": "customer"}, {}).records) == 4
    with pytest.raises(DataError, match="no row has a field 'customer'"):
        read({}, {"group": "customer"})
