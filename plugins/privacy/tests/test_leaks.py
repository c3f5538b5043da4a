"""Leak tests: they see a model that remembers, and are silent about one that does not."""

import math
import random

import numpy as np
import pytest
from goodfit_privacy import leaks

from goodfit.hooks.types import Evidence, Finding, Item, ModelFacts, RecordView


def view(number, text, answer, record_id=None):
    fields = {"source": text, "target": answer}
    return RecordView(id=record_id or str(number), fields=fields, text=text, answer=answer)


def facts(train, test, losses, answers=()):
    limits = {leaks.MEMBERSHIP.name: leaks.MEMBERSHIP.default, leaks.EXPOSURE.name: leaks.EXPOSURE.default}
    items = [Item(id=one.id, fields=one.fields, answer=said) for one, said in zip(test, answers, strict=False)]
    return ModelFacts(
        task="t",
        kind="generation",
        labels=(),
        seed=1,
        splits={"train": train, "validation": [], "test": test},
        limits=limits,
        items=items,
        metric=None,
        ask=lambda asked: [],
        losses=losses,
        base_losses=None,
    )


def noisy(shift):
    """Losses of a model that knows its training records (ids from 0 to 999) by so much."""

    def losses(records):
        chance = random.Random(5)
        return [chance.gauss(2 - shift * (int(record.id) < 1000), 0.5) for record in records]

    return losses


def records(first, count):
    return [view(number, f"text {number}", f"answer {number}") for number in range(first, first + count)]


@pytest.mark.parametrize(("shift", "severity"), [(0.0, "info"), (3.0, "warning")])
def test_members_are_told_where_the_model_knows_them_and_not_where_it_does_not(shift, severity):
    (finding,) = leaks.membership(facts(records(0, 500), records(2000, 300), noisy(shift)))
    assert (finding.code, finding.severity) == ("privacy.membership", severity)
    assert finding.evidence["low"] <= finding.figure <= finding.evidence["high"]
    assert (finding.evidence["auc"] > 0.9) == (severity == "warning")


def test_false_alarms_of_the_membership_test_are_rare():
    warned = 0
    for seed in range(60):
        chance = random.Random(seed)
        made = facts(records(0, 300), records(2000, 200), lambda asked, c=chance: [c.gauss(2, 0.5) for _ in asked])
        warned += leaks.membership(made)[0].severity == "warning"
    assert warned <= 6


def test_too_few_held_out_records_are_said():
    (finding,) = leaks.membership(facts(records(0, 50), records(2000, 40), noisy(3)))
    assert finding.message == "membership cannot be judged: 40 held-out records, 100 are needed"


def test_a_record_without_a_loss_hides_no_leak():
    def losses(asked):
        return [
            float("nan") if one.id == "2003" else 0.01 if int(one.id) < 1000 else 3.0 + int(one.id) / 1e6
            for one in asked
        ]

    (finding,) = leaks.membership(facts(records(0, 200), records(2000, 200), losses))
    assert (finding.figure, finding.severity, finding.evidence["others"]) == (1.0, "warning", 199)
    none = facts(records(0, 200), records(2000, 200), lambda asked: [float("nan")] * len(asked))
    assert leaks.membership(none)[0].message.endswith("0 training and 0 held-out records have a loss")


def test_what_cannot_be_told_apart_has_an_area_of_a_half():
    (finding,) = leaks.membership(facts(records(0, 200), records(2000, 200), lambda asked: [2.0] * len(asked)))
    assert finding.evidence["auc"] == 0.5


@pytest.mark.parametrize("knows", [True, False])
def test_a_secret_that_the_model_knows_is_exposed_and_another_is_not(knows):
    planted = [view(n, "what is the code?", f"it is {n}73465{n}", f"canary-{n}") for n in range(3, 9)]

    def losses(asked):
        chance = random.Random(asked[0].id)
        right = {one.answer for one in planted}
        return [chance.random() - 2 * (knows and one.fields["target"] in right) for one in asked]

    (finding,) = leaks.canaries(facts([*planted, *records(0, 5)], records(2000, 5), losses))
    assert len(finding.evidence["bits"]) == len(finding.evidence["ids"]) == 6
    if knows:
        assert finding.figure == pytest.approx(math.log2(512), abs=0.1) and finding.severity == "warning"
    else:
        assert finding.figure < 5


@pytest.mark.parametrize("count", [1, 4, 20])
def test_secrets_that_were_not_learnt_are_rarely_told_of(count):
    chance = np.random.default_rng(5)
    means = chance.exponential(1 / math.log(2), (4000, count)).mean(1)
    assert np.mean([leaks.chance_of(mean, count) <= leaks.LEVEL for mean in means]) == pytest.approx(0.05, abs=0.012)


def test_without_a_canary_nothing_is_said():
    assert leaks.canaries(facts(records(0, 5), records(2000, 5), lambda asked: [])) == []


SAID = "the quick brown fox jumps over the lazy dog while nine cats look on from the wall"


@pytest.mark.parametrize(
    ("train", "text", "right", "answer", "leaks_it"),
    [
        pytest.param([SAID], "a text", "short", f"well, {SAID}!", True, id="learnt by heart"),
        pytest.param([SAID, SAID], "a text", "short", SAID, False, id="said by several"),
        pytest.param([SAID], SAID, "short", SAID, False, id="in the text"),
        pytest.param([SAID], "a text", SAID, SAID, False, id="the right answer"),
        pytest.param([SAID], "a text", "short", "the quick brown fox", False, id="too short"),
    ],
)
def test_phrases_of_one_training_record_are_seen(train, text, right, answer, leaks_it):
    rows = [view(n, "x", said) for n, said in enumerate(train)]
    (finding,) = leaks.extraction(facts(rows, [view(9, text, right)], None, [answer]))
    assert (finding.severity == "warning") == leaks_it
    assert finding.rows == (("9",) if leaks_it else ())


def test_the_gate_wants_a_test_and_no_leak():
    def judged(*findings):
        return leaks.no_leak(Evidence(task="t", primary="p", tuned={}, paired={}, fit="good", findings=findings)).passed

    quiet = Finding(severity="info", code="privacy.membership", message="", figure=0.01)
    loud = Finding(severity="warning", code="privacy.extraction", message="", figure=0.2)
    assert (judged(), judged(quiet), judged(quiet, loud)) == (False, True, False)
    (unjudged,) = leaks.membership(facts([view(1, "a", "b")], [view(2, "c", "d")], None, ["d"]))
    assert "cannot be judged" in unjudged.message
    assert not judged(unjudged)
