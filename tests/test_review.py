"""From which confidence on answers need no person's review."""

import json

import numpy as np
import pytest

from goodfit.evaluation.review import LOOKS, enough, kept, least_confidence, review_of, right_needed
from goodfit.evaluation.shown import of_review
from goodfit.hooks.types import Item


def items_of(pairs):
    return [
        Item(id=str(place), fields={"label": "a"}, answer="a" if right else "b", confidence=confidence)
        for place, (confidence, right) in enumerate(pairs)
    ]


def is_right(item):
    return item.answer == item.fields["label"]


def test_the_least_confidence_is_the_one_from_which_on_the_share_is_sure():
    # right throughout above 0.6, half right below
    pairs = [(0.6 + place / 1000, True) for place in range(100)]
    pairs += [(place / 1000, place % 2 == 0) for place in range(99)]
    found = least_confidence(items_of(pairs), range(len(pairs)), is_right, 0.95)
    assert 0.59 < found < 0.61
    above = [right for confidence, right in pairs if confidence >= found]
    assert np.mean(above) > 0.95
    measured = kept(items_of(pairs), range(len(pairs)), is_right, found)
    assert (measured["of"], measured["answers"]) == (199, len(above))
    assert measured["right"]["value"] == pytest.approx(np.mean(above), abs=1e-6)


@pytest.mark.parametrize("seed", range(20))
def test_one_pass_finds_what_a_look_at_each_confidence_does(seed):
    chance = np.random.default_rng(seed)
    confidence = chance.integers(0, 30, 150) / 30  # many are alike
    items = items_of(zip(confidence.tolist(), (chance.random(150) < 0.6 + confidence / 2).tolist(), strict=True))
    units = chance.integers(0, 120, 150).tolist()
    found = {least: kept(items, units, is_right, least)["right"] for least in sorted(set(confidence), reverse=True)}
    counts = {least: (right["n"], round(right["value"] * right["n"])) for least, right in found.items()}
    every = counts[min(counts)][0]
    looks = [next(at for at, (n, _) in counts.items() if n >= every * share / LOOKS) for share in range(1, LOOKS + 1)]
    looks = list(dict.fromkeys(looks))
    needed = right_needed(tuple(counts[at][0] for at in looks), 0.7)
    sure = [at for at, least in zip(looks, needed, strict=True) if counts[at][1] >= least]
    assert least_confidence(items, units, is_right, 0.7) == (sure[-1] if sure else None)


@pytest.mark.parametrize(("looks", "share"), [((300,), 0.9), ((20, 40, 60, 80), 0.9), (tuple(range(15, 301, 15)), 0.8)])
def test_several_looks_together_err_as_seldom_as_one(looks, share):
    needed = right_needed(looks, share)
    right = (np.random.default_rng(3).random((20_000, looks[-1])) < share).cumsum(1)
    passes = np.any([right[:, count - 1] >= least for count, least in zip(looks, needed, strict=True)], axis=0).mean()
    assert 0.02 < passes < 0.055


@pytest.mark.parametrize("share", [0.8, 0.9, 0.95, 0.99])
def test_enough_records_are_those_that_show_the_share_where_all_are_right(share):
    count = enough(share)
    for size, shows in ((count, True), (count - 1, False)):
        pairs = [(0.9, True)] * size
        assert (least_confidence(items_of(pairs), range(size), is_right, share) is not None) is shows


def test_a_group_counts_once_and_is_right_where_all_of_it_is():
    pairs = [(0.9, True)] * 200
    assert least_confidence(items_of(pairs), [0] * 200, is_right, 0.95) is None
    found = kept(items_of([(0.9, True), (0.8, False), (0.7, True)]), [0, 0, 1], is_right, 0.5)
    assert (found["answers"], found["right"]["value"], found["right"]["n"]) == (3, 0.5, 2)
    assert "of their 2 groups of records are right" in of_review({"share": 0.5, **found})


def test_where_no_answer_is_sure_enough_all_need_review():
    found = kept(items_of([(0.4, True)] * 9), range(9), is_right, 0.5)
    told = "a person has to review every answer: none of 9 has a confidence of 0.500"
    assert of_review({"share": 0.95, **found}) == told


def test_confidence_that_says_nothing_trusts_no_answer():
    chance = np.random.default_rng(0)
    pairs = list(zip(chance.random(500), chance.random(500) < 0.7, strict=True))
    found = review_of({split: (items_of(pairs), range(500)) for split in ("validation", "test")}, is_right, 0.95)
    assert found == {"share": 0.95, "confidence": None, "validation": 500, "enough": 59}
    assert of_review(found).endswith("no confidence has 0.95 of the validation answers above it right beyond chance")


@pytest.mark.parametrize(
    ("truth", "size", "least"),
    [
        pytest.param(
            lambda confidence: 0.895 + 0 * confidence, 300, 0, id="whatever the confidence, too few are right"
        ),
        pytest.param(lambda confidence: 0.6 + 0.4 * confidence, 300, 60, id="the sure ones are right"),
    ],
)
def test_a_share_that_was_shown_holds_on_other_records_in_nineteen_of_twenty(truth, size, least):
    chance, shown, broken = np.random.default_rng(1), 0, 0
    for _ in range(200):
        confidence = chance.random(size)
        right = chance.random(size) < truth(confidence)
        found = least_confidence(items_of(zip(confidence, right, strict=True)), range(size), is_right, 0.9)
        shown += found is not None
        broken += found is not None and truth(np.linspace(found, 1, 999)).mean() < 0.9
    assert shown >= least
    assert broken <= 10


@pytest.fixture(scope="module")
def certain(finished):
    """A run of 24 validation records that asks for little."""
    return finished("classification", "encoder", "policy.min_right=0.6", "optim.lr=0.02", "training.epochs=8")[0]


def test_a_run_says_which_answers_need_no_review(goodfit, certain, tmp_path, write_rows, rows_of):
    review = json.loads((certain / "metrics.json").read_text("utf-8"))["review"]
    task = json.loads((certain / "adapter" / "task.json").read_text("utf-8"))
    assert review["confidence"] == task["trusted_from"]
    assert review["of"] == 24
    card = (certain / "adapter" / "README.md").read_text("utf-8")
    assert (
        "The confidence is the least of 20 from which on that share is right beyond chance"
        in card.split("## Review")[1]
    )
    file = write_rows(tmp_path / "new.jsonl", rows_of("classification", 20, 9))
    answers = goodfit("predict", certain, "--input", file, "--json").json["answers"]
    marked = [answer["review"] for answer in answers]
    assert marked == [answer["confidence"] < round(review["confidence"], 6) for answer in answers]
    measured = goodfit("evaluate", certain, f"dataset.test={file}", "--json").json["review"]
    assert measured["answers"] == marked.count(False)
    assert (
        f"{marked.count(False)} of 20 answers have a confidence of at least"
        in goodfit("evaluate", certain, f"dataset.test={file}").out
    )


def test_where_too_few_records_show_it_every_answer_needs_review(goodfit, finished):
    folder, _ = finished("classification", "encoder")
    review = json.loads((folder / "metrics.json").read_text("utf-8"))["review"]
    assert review == {"share": 0.95, "confidence": None, "validation": 24, "enough": 59}
    answers = goodfit("predict", folder, "a lovely chair", "a broken lamp", "--json").json["answers"]
    assert [answer["review"] for answer in answers] == [True, True]
    assert "review" not in goodfit("evaluate", folder, "--json").json
    told = "a person has to review every answer: 0.95 takes 59 independent validation records, and there are 24"
    assert f"{told}\n\n## Gates" in (folder / "adapter" / "README.md").read_text("utf-8")


def test_kinds_that_are_right_in_part_say_nothing_of_review(finished):
    folder, _ = finished("token_classification", "encoder")
    assert "review" not in json.loads((folder / "metrics.json").read_text("utf-8"))
