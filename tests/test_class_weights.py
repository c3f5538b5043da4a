"""training.class_weights: labels that are rare count as much as those that are not."""

import json

import pytest
import torch
from safetensors.torch import load_file

from goodfit.data.epochs import plan_epoch
from goodfit.runs.prepare import training_data

ONE_STEP = [
    "adapter=none",
    "optim=sgd",
    "optim.lr=0.5",
    "optim.clip_norm=0",
    "optim.weight_decay=0",
    "schedule=constant",
]
ONE_STEP += ["schedule.warmup_share=0", "training.epochs=1", "training.patience=0", "training.batch_size=256"]


@pytest.fixture
def lopsided(tmp_path, write_rows, rows_of):
    """Files of training records, with three of the first label for one of each other, and with as many of each."""
    rows = rows_of("classification", 48)
    first = sorted({row["label"] for row in rows})[0]
    frequent, others = ([row for row in rows if (row["label"] == first) is is_first] for is_first in (True, False))
    counts = {label: sum(row["label"] == label for row in others) for label in {row["label"] for row in others}}
    few = min(counts.values())
    kept = [row for label in sorted(counts) for row in [row for row in others if row["label"] == label][:few]]
    rare = kept + [frequent[number % len(frequent)] | {"id": f"f{number}"} for number in range(3 * few)]
    times = [row | {"id": f"{row['id']}-{number}"} for row in kept for number in range(3)]
    even = times + [row for row in rare if row["label"] == first]
    return write_rows(tmp_path / "rare.jsonl", rare), write_rows(tmp_path / "even.jsonl", even)


@pytest.fixture
def one_step(goodfit, tmp_path, tiny_words):
    """``one_step(family, file, *words)``: a model's weights after a step on all records of a file."""

    def trained(family, file, *words):
        words = [*tiny_words("classification", family), f"dataset.train={file}", *ONE_STEP, *words]
        folder = tmp_path / f"run{len(list(tmp_path.glob('run*')))}"
        outcome = goodfit("train", *words, f"run.dir={folder}")
        assert outcome.code == 0, outcome.err
        assert json.loads((folder / "run.json").read_text("utf-8"))["steps"] == 1
        weights = load_file(folder / "model" / "model.safetensors")
        return torch.cat([weights[part].flatten().double() for part in sorted(weights)])

    return trained


@pytest.mark.parametrize(
    ("family", "path"), [("encoder", "fast"), ("encoder", "plain"), ("decoder", "fast"), ("seq2seq", "fast")]
)
def test_a_step_with_weights_is_that_of_as_many_records_of_each_label(one_step, lopsided, family, path):
    start = one_step(family, lopsided[0], f"runtime={path}", "optim.lr=1e-9")
    weighted = one_step(family, lopsided[0], f"runtime={path}", "training.class_weights=balanced") - start
    repeated = one_step(family, lopsided[1], f"runtime={path}") - start
    neither = one_step(family, lopsided[0], f"runtime={path}") - start
    assert cosine(weighted, repeated) > 0.99999
    assert cosine(neither, repeated) < 0.99
    torch.testing.assert_close(weighted.norm(), repeated.norm(), rtol=1e-3, atol=0)


LONG = "in no way what was asked for"


@pytest.fixture
def long_label(tmp_path, write_rows, rows_of):
    """``long_label(split, good, bad)``: a file of records of which each is there so many times, bad ones under a label
    of many tokens; there are nine good ones and three bad ones."""

    def write(split, good, bad):
        rows = rows_of("classification", 24, len(split))
        kept = [row for row in rows if row["label"] == "good"][:9] * good
        kept += [row | {"label": LONG} for row in rows if row["label"] == "bad"][:3] * bad
        numbered = [row | {"id": f"{split}{number}"} for number, row in enumerate(kept)]
        return write_rows(tmp_path / f"{split}-{good}-{bad}.jsonl", numbered)

    return write


@pytest.mark.parametrize("family", ["decoder", "seq2seq"])
def test_labels_count_alike_whatever_their_tokens(one_step, long_label, ready, family):
    others = [f"dataset.{split}={long_label(split, 1, 1)}" for split in ("validation", "test")]
    uneven = long_label("train", 1, 1)
    prepared, _ = ready("classification", family, f"dataset.train={uneven}", *others)
    sizes = [example.supervised for example in prepared.encoded["train"].examples]
    assert 2 * sizes[0] < sizes[-1]
    start = one_step(family, uneven, *others, "optim.lr=1e-9")
    weighted = one_step(family, uneven, *others, "training.class_weights=balanced") - start
    repeated = one_step(family, long_label("train", sizes[-1], 3 * sizes[0]), *others) - start
    neither = one_step(family, uneven, *others) - start
    assert cosine(weighted, repeated) > 0.99999
    assert cosine(neither, repeated) < 0.999
    torch.testing.assert_close(weighted.norm(), repeated.norm(), rtol=1e-3, atol=0)


@pytest.mark.parametrize("family", ["decoder", "seq2seq"])
def test_records_count_alike_in_every_step_whatever_others_are_in_it(long_label, ready, family):
    files = [f"dataset.{split}={long_label(split, 1, 1)}" for split in ("train", "validation", "test")]
    prepared, _ = ready("classification", family, *files, "training.class_weights=balanced")
    examples, sizes = training_data(prepared).examples, {"batch_size": 2, "accumulation": 2}
    (planned,) = plan_epoch(examples, **sizes, grouping=False, seed=0, epoch=0)
    labels = sum(example.supervised for example in examples)
    assert [batch.step_counted for batch in planned] == pytest.approx([4 * labels / 12] * 6)
    assert sum(example.weight * example.supervised for example in examples) == pytest.approx(labels)


def cosine(one, other):
    return float(one @ other / one.norm() / other.norm())


@pytest.mark.parametrize(
    ("kind", "words", "error", "fix"),
    [
        (
            "multilabel",
            (),
            "training.class_weights=balanced is for classification, not for multilabel",
            "add training.class_weights=none",
        ),
        (
            "classification",
            ("privacy.epsilon=8",),
            "privacy.epsilon counts no labels",
            "add training.class_weights=none",
        ),
    ],
)
def test_what_has_no_classes_to_weigh_is_refused(goodfit, tiny_words, kind, words, error, fix):
    outcome = goodfit("check", *tiny_words(kind, "encoder"), "training.class_weights=balanced", *words)
    assert outcome.code == 2
    assert outcome.errors == [(error, fix)]
