"""training.class_weights: labels that are rare count as much as those that are not."""

import json

import pytest
import torch
from safetensors.torch import load_file

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


@pytest.mark.parametrize(
    ("family", "path"), [("encoder", "fast"), ("encoder", "plain"), ("decoder", "fast"), ("seq2seq", "fast")]
)
def test_a_step_with_weights_is_that_of_as_many_records_of_each_label(
    goodfit, tiny_words, tmp_path, lopsided, family, path
):
    def trained(name, file, *words):
        words = [*tiny_words("classification", family), f"dataset.train={file}", *ONE_STEP, f"runtime={path}", *words]
        outcome = goodfit("train", *words, f"run.dir={name}")
        assert outcome.code == 0, outcome.err
        assert json.loads((tmp_path / name / "run.json").read_text("utf-8"))["steps"] == 1
        weights = load_file(tmp_path / name / "model" / "model.safetensors")
        return torch.cat([weights[part].flatten().double() for part in sorted(weights)])

    start = trained("start", lopsided[0], "optim.lr=1e-9")
    weighted = trained("weighted", lopsided[0], "training.class_weights=balanced") - start
    repeated = trained("repeated", lopsided[1]) - start
    neither = trained("neither", lopsided[0]) - start
    assert cosine(weighted, repeated) > 0.99999
    assert cosine(neither, repeated) < 0.99
    if family == "encoder":  # the others learn a label's tokens, of which some have more
        torch.testing.assert_close(weighted.norm(), repeated.norm(), rtol=1e-3, atol=0)


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
