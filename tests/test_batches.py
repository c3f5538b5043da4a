"""Batches: every example once an epoch, the same plan for the same seed, every step weighed by its labels."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodfit.data.batches import IGNORED, Example, collate, padded
from goodfit.data.epochs import plan_epoch
from goodfit.data.progress import in_batches
from goodfit.schema.training import TrainingConf
from goodfit.training.loader import EpochOrder
from goodfit.training.steps import total_steps

examples_lists = st.lists(st.tuples(st.integers(1, 30), st.integers(0, 5)), min_size=1, max_size=60).map(
    lambda sizes: [
        Example(index, (5,) * length, (1,) * min(learnt, length) + (IGNORED,) * (length - min(learnt, length)))
        for index, (length, learnt) in enumerate(sizes)
    ]
)
plans = st.fixed_dictionaries(
    {
        "batch_size": st.integers(1, 9),
        "accumulation": st.integers(1, 4),
        "grouping": st.booleans(),
        "seed": st.integers(0, 99),
        "epoch": st.integers(0, 3),
        "devices": st.integers(1, 4),
    }
)


@settings(max_examples=100, deadline=None)
@given(examples=examples_lists, words=plans)
def test_each_example_is_in_exactly_one_batch_of_an_epoch(examples, words):
    (plan,) = plan_epoch(examples, **{**words, "devices": 1})
    assert sorted(index for batch in plan for index in batch.indices) == list(range(len(examples)))
    assert all(0 < len(batch.indices) <= words["batch_size"] for batch in plan)


@settings(max_examples=100, deadline=None)
@given(examples=examples_lists, words=plans)
def test_devices_get_equally_many_batches_and_together_every_example(examples, words):
    devices = plan_epoch(examples, **words)
    assert len(devices) == words["devices"]
    assert len({len(plan) for plan in devices}) == 1
    counts = Counter(index for plan in devices for batch in plan for index in batch.indices)
    assert set(counts) == set(range(len(examples)))


@settings(max_examples=100, deadline=None)
@given(examples=examples_lists, words=plans)
def test_a_batch_knows_the_labels_of_its_whole_optimiser_step(examples, words):
    devices = plan_epoch(examples, **words)
    for start in range(0, len(devices[0]), words["accumulation"]):
        step = [batch for plan in devices for batch in plan[start : start + words["accumulation"]]]
        supervised = sum(examples[index].supervised for batch in step for index in batch.indices)
        assert {batch.step_counted for batch in step} == {supervised}


@settings(max_examples=50, deadline=None)
@given(examples=examples_lists, words=plans)
def test_the_same_seed_and_epoch_give_the_same_plan(examples, words):
    assert plan_epoch(examples, **words) == plan_epoch(examples, **words)


@settings(max_examples=100, deadline=None)
@given(examples=examples_lists, words=plans)
def test_smaller_batches_that_are_accumulated_make_the_same_steps(examples, words):
    size, parts = words["batch_size"] * words["devices"], words["accumulation"]
    alone = {**words, "devices": 1}
    (whole,) = plan_epoch(examples, **{**alone, "batch_size": size * parts, "accumulation": 1})
    (plan,) = plan_epoch(examples, **{**alone, "batch_size": size})
    steps = [plan[start : start + parts] for start in range(0, len(plan), parts)]
    made = [sorted(index for batch in step for index in batch.indices) for step in steps]
    wanted = [sorted(batch.indices) for batch in whole]
    assert made == sorted(wanted, key=lambda step: len(step) <= size * (parts - 1))  # one of fewer batches comes last


def test_another_seed_or_epoch_gives_another_plan():
    examples = [Example(n, (1,) * (n % 7 + 1), (1,)) for n in range(64)]
    words = {"batch_size": 4, "accumulation": 1, "grouping": True}
    plans = [plan_epoch(examples, **words, seed=seed, epoch=epoch) for seed, epoch in ((1, 0), (2, 0), (1, 1))]
    assert plans[0] != plans[1] != plans[2] != plans[0]


def test_grouping_puts_near_equal_lengths_together():
    examples = [Example(n, (1,) * ((n * 37) % 100 + 1), (1,)) for n in range(100)]
    padded = {}
    for grouping in (True, False):
        (plan,) = plan_epoch(examples, batch_size=10, accumulation=1, grouping=grouping, seed=1, epoch=0)
        padded[grouping] = sum(10 * max(examples[i].length for i in batch.indices) for batch in plan)
    tokens = sum(example.length for example in examples)
    assert padded[True] <= 1.1 * tokens < padded[False]


@settings(max_examples=50, deadline=None)
@given(examples=examples_lists, words=plans)
def test_the_loaders_length_is_the_plans(examples, words):
    conf = TrainingConf(batch_size=words["batch_size"], accumulation=words["accumulation"])
    for rank in range(words["devices"]):
        order = EpochOrder(examples, conf, words["seed"], rank, words["devices"])
        order.set_epoch(words["epoch"])
        assert len(list(order)) == len(order)


@pytest.mark.parametrize(
    ("examples", "batch_size", "accumulation", "steps"),
    [
        pytest.param(32, 8, 1, 4, id="even"),
        pytest.param(33, 8, 1, 5, id="a short batch"),
        pytest.param(33, 8, 2, 3, id="a short step"),
        pytest.param(3, 8, 4, 1, id="fewer than a batch"),
    ],
)
def test_a_short_last_step_counts(examples, batch_size, accumulation, steps):
    from goodfit.schema import RunConf

    conf = RunConf(training=TrainingConf(batch_size=batch_size, accumulation=accumulation, epochs=1))
    assert total_steps(conf, examples) == steps


def test_a_batch_has_its_examples_one_behind_the_other():
    examples = [Example(0, (5, 6, 7), (IGNORED, 6, 7)), Example(1, (8,), (9,))]
    batch = collate(examples, pad_id=0, labels_at="tokens", step_counted=3)
    assert (batch.input_ids.tolist(), batch.lengths) == ([5, 6, 7, 8], (3, 1))
    assert batch.labels.tolist() == [IGNORED, 6, 7, 9]
    assert (batch.decoder_input_ids, batch.decoder_lengths) == (None, None)
    assert batch.step_counted == 3


def test_rows_are_padded_and_masked():
    batch = collate([Example(0, (5, 6, 7), (1,) * 3), Example(1, (8,), (1,))], pad_id=4, labels_at="tokens")
    ids, mask = padded(batch.input_ids, batch.lengths, batch.pad_id)
    assert ids.tolist() == [[5, 6, 7], [8, 4, 4]]
    assert mask.tolist() == [[1, 1, 1], [1, 0, 0]]


def test_a_batch_of_rows_has_a_label_for_each_row_and_a_seq2seq_one_both_sides():
    assert collate([Example(0, (5, 6), (1,)), Example(1, (7,), (0,))], 0, labels_at="rows").labels.tolist() == [1, 0]
    seq2seq = collate([Example(0, (5, 6), (3, 1), (0, 3)), Example(1, (7,), (1,), (0,))], 9, labels_at="tokens")
    assert (seq2seq.decoder_input_ids.tolist(), seq2seq.decoder_lengths) == ([0, 3, 0], (2, 1))
    assert seq2seq.labels.tolist() == [3, 1, 1]


@settings(max_examples=50, deadline=None)
@given(examples=examples_lists, batch_size=st.integers(1, 9))
def test_evaluation_takes_every_example_once_and_the_longest_first(examples, batch_size):
    batches = list(in_batches(examples, batch_size))
    assert sorted(index for batch in batches for index in batch) == list(range(len(examples)))
    lengths = [examples[index].length for batch in batches for index in batch]
    assert lengths == sorted(lengths, reverse=True)
