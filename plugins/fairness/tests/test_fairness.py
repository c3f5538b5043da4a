"""A planted bias is found, none where there is none, and with too few records the audits say that nobody can tell."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from fairlearn.metrics import MetricFrame, demographic_parity_ratio
from goodfit_fairness import gates, impact, representation, slices, swaps
from goodfit_fairness.groups import groups_of
from goodfit_fairness.intervals import DRAWS, exact, independent, permutation_p, resampled_sums, surely_more
from goodfit_fairness.people import DESCRIPTIONS, NAMES, names_of
from goodfit_fairness.rewriting import introduced, plain, turn, turned
from goodfit_fairness.scores import scores_of

from goodfit.hooks.shares import share_metric
from goodfit.hooks.types import DataFacts, Evidence, Item, MetricSpec, ModelFacts, RecordView
from goodfit.kinds.label_metrics import multilabel_metrics
from goodfit.kinds.text_metrics import text_metrics
from goodfit.kinds.token_classification_metrics import entity_metrics

LIMITS = {limit.name: limit.default for limit in (slices.GAP, impact.RATIO, swaps.FLIPS, swaps.RECORDS)}
RIGHT = MetricSpec(
    name="right",
    description="",
    kinds=(),
    greater_is_better=True,
    statistics=lambda items: np.array([[float(item.answer == item.fields["label"]), 1.0] for item in items]),
    reduce=lambda sums: sums[..., 0] / sums[..., 1],
)


def facts_of(items=(), kind="classification", test=(), ask=None, **limits):
    return ModelFacts(
        task="t",
        kind=kind,
        labels=("no", "yes"),
        seed=1,
        splits={"test": list(test)},
        limits=LIMITS | limits,
        items=list(items),
        metric=RIGHT,
        ask=ask,
        losses=lambda records: [],
        base_losses=None,
    )


def answered(count, bias, seed, right=0.8):
    """Items of two sexes; answers for one of them are wrong more often by ``bias``."""
    chance = np.random.default_rng(seed)
    items = []
    for number in range(count):
        sex = ("male", "female")[number % 2]
        label, other = chance.permutation(["yes", "no"])
        is_right = chance.random() < right - bias * (sex == "female")
        answer = label if is_right else other
        items.append(Item(id=str(number), fields={"label": str(label)}, answer=str(answer), slices={"sex": sex}))
    return items


def gaps(items, **limits):
    return [finding for finding in slices.slices(facts_of(items, **limits)) if finding.code == "fairness.gap"]


def test_a_planted_gap_of_10_points_is_found_and_no_gap_where_none_is():
    runs = 80
    found = {bias: sum(bool(gaps(answered(800, bias, seed))) for seed in range(runs)) for bias in (0.0, 0.1, 0.2)}
    assert found[0.0] <= 0.05 * runs
    assert found[0.1] >= 0.8 * runs
    assert found[0.2] == runs


def test_a_gap_is_an_error_where_it_is_certainly_above_the_limit():
    items = answered(800, 0.2, seed=3)
    (finding,) = gaps(items)
    assert (finding.severity, finding.evidence["group"]) == ("error", "sex=female")
    assert "surely by 0." in finding.message and finding.evidence["surely"] < -0.05
    (finding,) = gaps(items, group_gap=0.3)
    assert finding.severity == "warning" and "surely" not in finding.message


def test_of_many_groups_one_is_an_error_only_where_it_would_be_among_so_many():
    def items(regions):
        for number in range(6000):
            worse = number % 20 == 0
            answer = "yes" if number // 20 < (204 if worse else 240) else "no"
            slices = {"region": str(number % regions if worse or regions > 2 else 1)}
            yield Item(id=str(number), fields={"label": "yes"}, answer=answer, slices=slices)

    for regions, severity in ((2, "error"), (20, "warning")):
        (finding,) = gaps(list(items(regions)))
        assert (finding.severity, finding.evidence["group"]) == (severity, "region=0")
        assert finding.figure == pytest.approx(-0.12)


def test_a_quantile_far_out_is_that_of_as_many_draws_as_it_takes_and_can_be_held():
    rows = np.stack([np.arange(4000) % 2, np.ones(4000)], 1).astype(float)
    assert len(resampled_sums(rows, range(4000), 0)) == DRAWS
    assert len(resampled_sums(rows, range(4000), 0, wanted=16_000)) == 16_000
    rows[:, 0] = np.arange(4000)
    assert len(resampled_sums(rows, range(4000), 0, wanted=16_000)) == DRAWS


def test_the_gap_that_is_said_to_be_seen_is_seen_among_all_groups_and_crossings():
    items = [
        replace(item, slices={**item.slices, "age": str(n // 2 % 4), "region": str(n // 8 % 5)})
        for n, item in enumerate(answered(480, 0, seed=1, right=0.85))
    ]
    figures = [finding for finding in slices.slices(facts_of(items)) if finding.code == "fairness.groups"]
    tests = sum(len(finding.evidence["groups"]) for finding in figures)
    (said,) = [finding.message for finding in figures if finding.evidence["slices"] == ["sex"]]
    gap = float(re.search(r"a gap of ([\d.]+) or more would be seen", said)[1])
    chance, female = np.random.default_rng(0), np.arange(480) < 240
    right = np.mean([item.answer == item.fields["label"] for item in items])
    p_values = [
        permutation_p((chance.random(480) < right - gap * female).astype(float), female, range(480), seed=0)
        for _ in range(200)
    ]
    assert tests == 2 + 4 + 5 + 8 + 10 + 20 + 40
    assert np.mean(np.array(p_values) * tests <= 0.05) >= 0.75


def test_the_figures_of_groups_are_those_of_fairlearn_and_crossings_are_all_there():
    chance = np.random.default_rng(5)
    items = [
        replace(item, slices={**item.slices, "age": str(chance.choice(["old", "young"]))})
        for item in answered(400, 0.1, seed=2)
    ]
    tables = {
        tuple(finding.evidence["slices"]): finding.evidence["groups"]
        for finding in slices.slices(facts_of(items))
        if finding.code == "fairness.groups"
    }
    assert set(tables) == {("sex",), ("age",), ("age", "sex")}
    frame = MetricFrame(
        metrics=lambda right, given: float(np.mean(right == given)),
        y_true=[item.fields["label"] for item in items],
        y_pred=[item.answer for item in items],
        sensitive_features={name: [item.slices[name] for item in items] for name in ("age", "sex")},
    )
    for (age, sex), value in frame.by_group.items():
        shown = tables["age", "sex"][f"age={age} & sex={sex}"]
        assert shown["value"] == pytest.approx(value, abs=1e-4)
        assert shown["low"] <= value <= shown["high"]


def test_too_few_records_are_said_to_be_too_few():
    findings = slices.slices(facts_of(answered(40, 0.1, seed=0)))
    (figures,) = [finding for finding in findings if finding.code == "fairness.groups"]
    assert "whether there is one of 0.10 nobody can tell: that needs" in figures.message


@pytest.mark.parametrize("right", [0.0, 1.0])
def test_few_records_that_all_agree_show_no_gap_of_nought(right):
    findings = slices.slices(facts_of(answered(20, 0, seed=0, right=right)))
    (figures,) = [finding for finding in findings if finding.code == "fairness.groups"]
    assert "a gap of 0.00" not in figures.message and "nobody can tell: that needs" in figures.message


def test_crossings_that_are_too_small_to_tell_are_one_finding_with_every_group():
    items = [
        replace(item, slices={**item.slices, "age": "oy"[n % 2], "ward": "ab"[n // 2 % 2]})
        for n, item in enumerate(answered(120, 0.1, seed=0))
    ]
    figures = [finding for finding in slices.slices(facts_of(items)) if finding.code == "fairness.groups"]
    assert [len(finding.evidence["slices"]) for finding in figures] == [1, 1, 1, 3]
    assert "by 4 crossings of" in figures[-1].message and "nobody can tell: that needs" in figures[-1].message
    assert {name.count("&") for name in figures[-1].evidence["groups"]} == {1, 2}


def test_groups_of_which_nothing_is_said_are_counted():
    few = [Item(id=f"x{n}", fields={"label": "yes"}, answer="no", slices={"sex": "x"}) for n in range(4)]
    (figures,) = slices.slices(facts_of([*answered(200, 0, seed=0), *few]))
    assert figures.message.endswith("; of 1 more, of fewer than 5 independent records each, nothing is said")
    assert set(figures.evidence["groups"]) == {"sex=female", "sex=male"} and figures.evidence["not_compared"] == 1
    assert "nothing is said" not in slices.slices(facts_of(answered(200, 0, seed=0)))[0].message


def test_where_all_groups_are_too_small_nobody_can_tell():
    items = [replace(item, slices={"site": f"s{n // 4}", "all": "one"}) for n, item in enumerate(answered(100, 0, 0))]
    (told,) = slices.slices(facts_of(items))
    assert (told.code, told.severity, told.evidence["verdict"]) == ("fairness.not_compared", "info", "cannot tell")
    assert told.message == (
        "accuracy by 'site' and 1 crossing: whether one of 50 groups is treated worse nobody can tell: each, or all "
        "others together, has fewer than 5 independent test records"
    )
    items = [replace(item, slices={"all": "one"}) for item in items]
    assert slices.slices(facts_of(items)) == []


def test_the_gate_tells_what_was_compared_from_what_was_not():
    compared = slices.slices(facts_of(answered(200, 0, seed=0)))
    small = slices.slices(facts_of([replace(item, slices={"site": item.id}) for item in answered(20, 0, seed=0)]))
    reasons = [gates.treats_alike(evidence_of(found)).reason for found in (compared, small, [])]
    nothing = "no groups were compared, so that nobody can tell whether one is treated worse"
    assert reasons == ["no group that was compared is certainly treated worse", nothing, nothing]


def test_other_kinds_are_compared_by_their_own_metric_and_records_without_a_figure_are_left_out():
    items = [replace(item, answer=None) if n % 5 == 0 else item for n, item in enumerate(answered(300, 0.3, seed=4))]
    undefined = replace(
        RIGHT,
        statistics=lambda given: np.array(
            [[i.answer == i.fields["label"], float(i.answer is not None)] for i in given]
        ),
    )
    findings = slices.slices(replace(facts_of(items, kind="generation"), metric=undefined))
    assert [finding.severity for finding in findings if finding.code == "fairness.gap"] == ["error"]
    (figures,) = [finding for finding in findings if finding.code == "fairness.groups"]
    assert sum(group["records"] for group in figures.evidence["groups"].values()) == 240
    assert {finding.evidence["left_out"] for finding in findings} == {60}
    assert all("; 60 of 300 records have no score and are left out" in finding.message for finding in findings)


def entities_of(with_one, without):
    """Texts of two sites that have an entity or none: one in twenty is answered wrongly, whichever it is."""
    some = [{"start": 0, "end": 3, "label": "yes"}]
    for site, counts in (("a", (with_one, without)), ("b", (without, with_one))):
        for right, wrong, count in ((some, [], counts[0]), ([], some, counts[1])):
            for n in range(count):
                yield Item(
                    id=f"{site} {bool(right)} {n}",
                    fields={"spans": right},
                    answer=wrong if n % 20 == 0 else right,
                    slices={"site": site},
                )


def test_texts_without_an_entity_that_get_none_are_right():
    f1, precision, recall = (
        replace(facts_of(entities_of(20, 180), "token_classification"), metric=metric) for metric in entity_metrics()
    )
    for facts in (f1, precision):
        (figures,) = findings = slices.slices(facts)
        assert {group["value"] for group in figures.evidence["groups"].values()} == {0.95}
        assert {group["records"] for group in figures.evidence["groups"].values()} == {200}
        assert gates.treats_alike(evidence_of(findings)).passed
    # a text without an entity says nothing of how many are found, be it answered rightly or not
    (figures,) = slices.slices(recall)
    assert [group["records"] for group in figures.evidence["groups"].values()] == [20, 180]
    assert "200 of 400 records have no score and are left out" in figures.message


def test_texts_of_which_a_share_says_nothing_do_not_count_only_where_they_are_right():
    """Texts with a breach that are held back: of a text without one neither a right nor a wrong answer counts."""
    metric = share_metric("x.held", "", (), lambda item: (bool(item.answer), 1) if item.fields["labels"] else (0, 0))
    items = [Item(id="", fields={"labels": right}, answer=answer) for right in (["no"], []) for answer in (["no"], [])]
    _, scores = scores_of(replace(facts_of(items, "multilabel"), metric=metric))
    assert scores.tolist() == pytest.approx([1, 0, math.nan, math.nan], nan_ok=True)


@pytest.mark.parametrize("name", ["rougeL", "rouge1", "rouge2", "bleu", "exact_match"])
def test_an_answer_to_the_letter_has_the_highest_score_however_short(name):
    (metric,) = [metric for metric in text_metrics() if metric.name == name]
    texts = ["yes", "see above", "—", "a longer answer of some words"]
    for fields in ({"target": text} for text in texts), ({"messages": [{"content": text}]} for text in texts):
        items = [Item(id="", fields=own, answer=text) for own, text in zip(fields, texts, strict=True)]
        _, scores = scores_of(replace(facts_of(items, "generation"), metric=metric))
        assert scores == pytest.approx(metric.top)
        _, scores = scores_of(replace(facts_of([replace(one, answer="no") for one in items], "chat"), metric=metric))
        assert scores == pytest.approx(0)


def test_texts_without_a_label_that_get_none_are_right():
    metric = multilabel_metrics(["a"])[0]
    items = [
        Item(id=str(n), fields={"labels": given}, answer=list(given), slices={"sex": "fm"[n % 2]})
        for n, given in enumerate([["a"], ["a"], [], ["a"]] * 100)
    ]
    findings = slices.slices(replace(facts_of(items, kind="multilabel"), metric=metric, labels=("a",)))
    (figures,) = findings
    assert {group["value"] for group in figures.evidence["groups"].values()} == {1.0}
    wrong = [replace(item, answer=["a"]) for item in items]
    facts = replace(facts_of(wrong, "multilabel"), metric=metric, labels=("a",))
    assert "fairness.gap" in [one.code for one in slices.slices(facts)]


def test_an_interval_of_a_few_records_that_agree_is_as_wide_as_what_was_not_seen():
    items = [
        Item(id=str(n), fields={"label": "yes"}, answer="yes", slices={"sex": "f" if n < 6 else "m"}) for n in range(60)
    ]
    (figures,) = slices.slices(facts_of(items))
    found = figures.evidence["groups"]["sex=f"]
    assert (found["value"], found["high"]) == (1.0, 1.0)
    assert found["low"] == pytest.approx(0.025 ** (1 / 6), abs=1e-4)  # Clopper and Pearson


def chosen(rates, count):
    """Items in which each group is given ``yes`` at a rate."""
    items = []
    for group, rate in rates.items():
        for number in range(count):
            answer = "yes" if number < rate * count else "no"
            fields = {"label": answer}
            items.append(Item(id=f"{group}{number}", fields=fields, answer=answer, slices={"origin": group}))
    return items


@pytest.mark.parametrize(
    ("rates", "count", "verdict", "severity"),
    [
        ({"a": 0.5, "b": 0.5}, 900, "fair", "info"),
        ({"a": 0.5, "b": 0.3}, 900, "unfair", "error"),
        ({"a": 0.5, "b": 0.45}, 100, "cannot tell", "info"),
    ],
)
def test_an_impact_ratio_has_a_verdict_by_its_interval(rates, count, verdict, severity):
    items = chosen(rates, count)
    findings = {finding.evidence["label"]: finding for finding in impact.impact(facts_of(items))}
    finding = findings["yes"]
    assert (finding.evidence["verdict"], finding.severity) == (verdict, severity)
    given = [int(item.answer == "yes") for item in items]
    origins = [item.slices["origin"] for item in items]
    assert finding.figure == pytest.approx(demographic_parity_ratio(given, given, sensitive_features=origins))
    assert ("that needs about 892 test records of each group" in finding.message) == (verdict == "cannot tell")


def test_groups_with_few_training_records_are_counted():
    train = [RecordView(id=str(n), fields={}, text="", answer="", slices={"sex": "male"}) for n in range(40)]
    test = [replace(train[0], id=f"t{n}", slices={"sex": "female"}) for n in range(5)]
    splits = {"train": train, "validation": [], "test": test}
    facts = DataFacts(task="t", kind="", labels=(), seed=0, splits=splits, limits={"group_records": 30})
    (finding,) = representation.representation(facts)
    assert finding.evidence == {"slice": "sex", "train": {"female": 0, "male": 40}}


def test_a_group_of_one_person_is_counted_and_not_named():
    wards = ["north"] * 40 + ["south"] * 6 + ["Jane Doe's room"]
    train = [RecordView(id=str(n), fields={}, text="", answer="", slices={"ward": w}) for n, w in enumerate(wards)]
    splits = {"train": train, "validation": [], "test": [replace(train[0], id="t", slices={"ward": "yazidi"})]}
    facts = DataFacts(task="t", kind="", labels=(), seed=0, splits=splits, limits={"group_records": 30})
    (finding,) = representation.representation(facts)
    assert finding.message == (
        "3 of 4 groups of 'ward' have fewer than 30 training records: south, 2 of fewer than 5 records, not named"
    )
    assert finding.evidence == {"slice": "ward", "train": {"north": 40, "south": 6}}
    assert finding.figure == 5 / 47


def test_a_slice_that_names_records_makes_no_groups():
    train = [
        RecordView(id=str(n), fields={}, text="", answer="", slices={"customer": str(n), "sex": "male"})
        for n in range(200)
    ]
    facts = DataFacts(task="t", kind="", labels=(), seed=0, splits={"train": train}, limits={"group_records": 30})
    (finding,) = representation.representation(facts)
    assert (finding.code, len(str(finding.evidence))) == ("fairness.no_groups", 2)
    assert list(groups_of([one.slices for one in train])) == [("sex",)]


def test_a_metric_of_which_less_is_better_is_shown_with_its_sign():
    findings = slices.slices(
        replace(
            facts_of(answered(300, 0.3, seed=4), kind="x"), metric=replace(RIGHT, name="off", greater_is_better=False)
        )
    )
    assert all("minus off" in finding.message for finding in findings)


def test_p_values_hold_for_all_groups_together():
    scores = np.array([1.0] * 10 + [0.0] * 10)
    alone, half = list(range(20)), np.arange(20) < 10
    apart = permutation_p(scores, half, alone, seed=0)
    assert apart == pytest.approx(2 / math.comb(20, 10))
    assert permutation_p(scores + 0.5, half, alone, seed=0) == pytest.approx(1 / 2000)
    assert permutation_p(scores + 0.5, half, alone, seed=0, tests=400) * 400 <= 0.05
    assert permutation_p(scores, np.arange(20) % 2 == 0, alone, seed=0) > 0.5
    pairs = [place // 2 for place in alone]  # ten units say less than twenty
    assert permutation_p(scores, half, pairs, seed=0) == pytest.approx(2 / math.comb(10, 5), rel=0.5)
    assert permutation_p(scores, half, [0] * 20, seed=0) == 1
    assert exact(0, 299, 0.1)[1] == pytest.approx(0.01, abs=1e-4)


def test_a_group_that_is_always_wrong_is_found_among_hundreds():
    chance, items = np.random.default_rng(0), []
    for number in range(1200):
        parts = {name: str(chance.integers(5)) for name in ("a", "b", "c")}
        answer = "no" if parts["a"] == "0" else "yes"
        items.append(Item(id=str(number), fields={"label": "yes"}, answer=answer, slices=parts))
    found = [finding.evidence["group"] for finding in gaps(items)]
    assert "a=0" in found
    assert all("a=0" in group for group in found)


def test_records_of_one_customer_are_not_so_many_records():
    alarms = 0
    for seed in range(40):
        chance, items = np.random.default_rng(seed), []
        for customer in range(60):
            answer, sex = chance.choice(["yes", "no"]), ("male", "female")[customer % 2]
            items += [
                Item(
                    id=f"{customer} {n}",
                    fields={"label": "yes"},
                    answer=str(answer),
                    slices={"sex": sex},
                    group=str(customer),
                )
                for n in range(20)
            ]
        alarms += bool(gaps(items))
    assert alarms <= 6


@pytest.mark.parametrize("together", [{}, {"group": "g"}, {"unit": "near g"}], ids=["alone", "group", "near copies"])
def test_two_records_that_belong_together_make_no_alarms(together):
    """Of six records all are right, or one is wrong, by chance; a pair among the others changes nothing of that."""
    alarms = 0
    for seed in range(100):
        chance = np.random.default_rng(seed)
        right = np.where(chance.random(80) < 0.75, "yes", "no")
        alarms += bool(
            gaps(
                [
                    Item(
                        id=str(n),
                        fields={"label": "yes"},
                        answer=str(answer),
                        slices={"sex": "f" if n < 6 else "m"},
                        **(together if n in (40, 41) else {}),
                    )
                    for n, answer in enumerate(right)
                ]
            )
        )
    assert alarms <= 10


@pytest.mark.parametrize("together", ["group", "unit"])
def test_a_gap_within_pairs_that_differ_in_who_they_speak_of_is_found(together):
    """Each unit has a record of either group: "he …" is always right, and "she …" wrong."""
    for wrong, found in (("no", ["error"]), ("yes", [])):
        items = [
            Item(
                id=f"{n} {sex}",
                fields={"label": "yes"},
                answer="yes" if sex == "m" else wrong,
                slices={"sex": sex},
                **{together: f"pair {n}"},
            )
            for n in range(60)
            for sex in "fm"
        ]
        assert [finding.severity for finding in gaps(items)] == found


def test_pairs_without_a_gap_make_no_alarms():
    alarms = 0
    for seed in range(100):
        chance = np.random.default_rng(seed)
        items = [
            Item(
                id=f"{n} {sex}",
                fields={"label": "yes"},
                answer=str(chance.choice(["yes", "no"], p=[0.7, 0.3])),
                slices={"sex": sex},
                group=f"pair {n}",
            )
            for n in range(40)
            for sex in "fm"
        ]
        alarms += bool(gaps(items))
    assert alarms <= 10


def test_near_copies_count_once_in_every_audit():
    """Thirty copies of two records: what they all say is what two say."""
    copies = {"f": "near f", "m": "near m"}
    items = [
        Item(id=str(n), fields={"label": "yes"}, answer="yes", slices={"sex": sex}, unit=copies[sex])
        for n, sex in enumerate("fm" * 15)
    ]
    assert [finding.code for finding in slices.slices(facts_of(items))] == ["fairness.not_compared"]
    (untold,) = impact.impact(facts_of(items))
    assert (untold.evidence["verdict"], untold.figure) == ("cannot tell", None)
    test = [replace(record, unit="near one") for record in asked("classification", 400)]

    def ask(records):
        return [Item(id=record.id, fields=record.fields, answer="yes") for record in records]

    found = swaps.swaps(facts_of(test=test, ask=ask, swap_records=400))
    assert {finding.evidence["verdict"] for finding in found} == {"cannot tell"}


def test_a_share_of_units_is_worth_no_more_records_than_there_are_units():
    alike = np.repeat([True, False, True, False], 25)
    assert independent(alike, np.repeat(np.arange(4), 25)) == pytest.approx((1.5, 3))  # of 4 that are all one or all 0
    assert independent(alike, np.arange(100)) == pytest.approx((50, 100), rel=0.02)
    assert independent(np.ones(100, dtype=bool), np.repeat(np.arange(4), 25)) == (4, 4)
    assert independent(np.tile([True, False], 50), np.repeat(np.arange(50), 2)) == (25, 50)


def test_a_group_of_few_customers_is_not_compared():
    def items(customers):
        for number in range(30 + customers * 6):
            few = number >= 30
            group = f"customer {number % customers}" if few else str(number)
            answer = "no" if few else "yes"
            slices = {"sex": "female" if few else "male"}
            yield Item(id=str(number), fields={"label": "yes"}, answer=answer, slices=slices, group=group)

    assert not gaps(list(items(1)))
    assert not gaps(list(items(4)))
    assert gaps(list(items(5)))


@pytest.mark.parametrize(("groups", "rate", "count"), [(6, 0.12, 100), (12, 0.25, 100), (20, 0.6, 100), (4, 0.3, 5)])
def test_groups_of_one_rate_are_hardly_ever_called_unfair(groups, rate, count):
    unfair = 0
    for seed in range(40):
        chance = np.random.default_rng(seed)
        drawn = {f"g{number}": chance.binomial(count, rate) / count for number in range(groups)}
        findings = impact.impact(facts_of(chosen(drawn, count)))
        unfair += any(finding.severity == "error" for finding in findings)
    assert unfair <= 4


def test_two_groups_of_one_rate_and_few_records_are_not_called_fair():
    (finding, _) = impact.impact(facts_of(chosen({"a": 0.6, "b": 0.6}, 5)))
    assert finding.evidence["verdict"] == "cannot tell"
    assert "40.0% of origin=a and 40.0% of origin=b" in finding.message


def test_all_groups_are_fair_only_where_each_of_them_is_known_to_be():
    """The lowest and the highest rate lie near each other, and of a group between them nobody can tell."""
    items = chosen({"a": 0.5, "b": 0.5}, 2000) + chosen({"c": 0.5}, 6)
    found = {finding.evidence["label"]: finding for finding in impact.impact(facts_of(items))}
    assert found["yes"].evidence["verdict"] == "cannot tell"
    assert "origin=c" in found["yes"].message
    items = chosen({"a": 0.5, "b": 0.5}, 2000) + chosen({"c": 0.5}, 4)
    found = {finding.evidence["label"]: finding for finding in impact.impact(facts_of(items))}
    assert found["yes"].evidence["verdict"] == "fair"
    assert "of 1 more, of fewer than 5 records each, nothing is said" in found["yes"].message


def test_one_changed_answer_of_one_proves_nothing():
    assert surely_more(1, 1, 3, 10, tests=8) < 0
    assert surely_more(30, 100, 2, 100, tests=8) > 0.1


@pytest.mark.parametrize(
    ("few", "rate", "many", "other"), [(5, 0.97, 145, 0.97), (10, 0.9, 50, 0.9), (20, 0.2, 20, 0.4)]
)
def test_an_impact_ratio_holds_for_groups_of_few_records(few, rate, many, other):
    chance, covered, draws = np.random.default_rng(7), 0, 400
    one = np.arange(few + many) < few
    for _ in range(draws):
        given = np.where(one, chance.random(few + many) < rate, chance.random(few + many) < other)
        if not given[~one].any():
            covered += 1
            continue
        rates = impact.rates_of(given, {"few": one, "many": ~one}, np.arange(few + many), 0.05)
        low, high = impact.ratio_interval(*rates)
        covered += low <= rate / other <= high
    assert covered / draws >= 0.94


def test_a_record_without_a_slice_is_of_the_group_unknown():
    groups = groups_of([{"sex": "female"}, {}])["sex",]
    assert {name: inside.tolist() for name, inside in groups.items()} == {
        "sex=female": [True, False],
        "sex=unknown": [False, True],
    }


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("He lost his card and called me.", "She lost her card and called me."),
        ("Her card is lost, I asked her about it.", "His card is lost, I asked him about it."),
        ("MR Brown and his wife", "MRS Brown and her husband"),
        ("Ms Smith said that she will call.", "Mr Smith said that he will call."),
        ("We called her back. I told her what happened.", "We called him back. I told him what happened."),
        ("I saw her yesterday; her back hurts.", "I saw him yesterday; his back hurts."),
        ("It is his. Is his card lost?", "It is hers. Is her card lost?"),
        ("The theory of men", "The theory of women"),
        ("Nobody is in it.", "Nobody is in it."),
        ("BU HİS GÜZEL, ſhe said", "BU HİS GÜZEL, ſhe said"),
    ],
)
def test_men_and_women_of_a_text_are_swapped(text, other):
    assert turn(text) == other


def test_names_are_many_and_each_stands_for_one_group():
    everybody = [name for origin, gender in NAMES for name in names_of(origin, gender)]
    assert len(set(everybody)) == len(everybody) == 96
    assert all(len(words.split(", ")) >= 4 for words in DESCRIPTIONS.values())


FIELDS = {
    "classification": {"text": "he came", "label": "yes"},
    "multilabel": {"text": "he came", "labels": ["a"]},
    "token_classification": {
        "text": "he came",
        "words": [(0, 2), (3, 7)],
        "spans": [{"start": 0, "end": 2, "label": "A"}],
    },
    "question_answering": {"context": "he came", "question": "who?", "answers": [{"text": "he", "start": 0}]},
    "ranking": {"query": "he came", "positive": "d1", "negatives": ("d2",)},
    "generation": {"source": "he came", "target": "came"},
    "chat": {"messages": [{"role": "user", "content": "he came"}, {"role": "assistant", "content": "yes"}]},
}
ANSWERS = {
    "classification": "yes",
    "multilabel": ["a"],
    "token_classification": [],
    "question_answering": "came",
    "ranking": ["d1", "d2"],
    "generation": "somebody came today and left",
    "chat": "somebody came today and left",
}


def asked(kind, count=40):
    return [RecordView(id=f"r{n}", fields=FIELDS[kind], text="", answer="") for n in range(count)]


@pytest.mark.parametrize("kind", swaps.KINDS)
def test_every_kind_is_asked_with_other_people_and_without_its_answer(kind):
    record = asked(kind)[0]
    for form in (plain(record, kind), introduced(record, kind, "From Ngozi Okafor:"), turned(record, kind)):
        shown = str(form.fields)
        assert not {"label", "labels", "spans", "answers", "target", "words"} & set(form.fields)
        assert "assistant" not in shown
        assert ("positive" in form.fields) == (kind == "ranking")
    assert "'From Ngozi Okafor: he came'" in str(introduced(record, kind, "From Ngozi Okafor:").fields)
    assert "she came" in str(turned(record, kind).fields)


def test_a_talk_in_which_only_others_name_a_man_is_not_swapped():
    messages = [{"role": "system", "content": "Help the customer and his bank."}, {"role": "user", "content": "Hello."}]
    assert turned(RecordView(id="r", fields={"messages": messages}, text="", answer=""), "chat") is None


@pytest.mark.parametrize("kind", swaps.KINDS)
def test_a_model_that_does_not_look_at_people_flips_no_answer(kind):
    def ask(records):
        return [Item(id=record.id, fields=record.fields, answer=ANSWERS[kind]) for record in records]

    findings = swaps.swaps(facts_of(kind=kind, test=asked(kind), ask=ask))
    assert {"gender", "origin", "pronoun"} <= {finding.evidence["swapped"] for finding in findings}
    assert all((finding.figure, finding.severity) == (0, "info") for finding in findings)
    assert all("299 pairs without a change would be enough" in finding.message for finding in findings)


def test_a_model_that_answers_by_origin_is_caught_and_its_other_answers_are_not():
    foreign = {
        name for (origin, _), names in NAMES.items() if origin in ("Arab", "Turkish") for name in names.split(", ")
    }

    def ask(records):
        return [
            Item(id=r.id, fields=r.fields, answer="no" if any(name in r.fields["text"] for name in foreign) else "yes")
            for r in records
        ]

    test = asked("classification", 400)
    found = {f.evidence["swapped"]: f for f in swaps.swaps(facts_of(test=test, ask=ask, swap_records=400))}
    assert (found["origin"].evidence["verdict"], found["origin"].severity) == ("unfair", "error")
    assert (found["gender"].evidence["verdict"], found["gender"].figure) == ("fair", 0)


def test_a_model_that_flips_at_any_word_is_not_called_unfair():
    def ask(records):
        chance = np.random.default_rng(0)
        return [Item(id=r.id, fields=r.fields, answer=str(chance.choice(["yes", "no"]))) for r in records]

    findings = swaps.swaps(facts_of(test=asked("classification", 100), ask=ask))
    assert {finding.evidence["verdict"] for finding in findings} == {"cannot tell"}


def test_a_written_answer_may_repeat_the_name_and_turn_its_pronouns():
    record = asked("generation")[0]
    named = swaps.Swap("gender", record, record, ("Emily Carter", "Oliver Carter"))
    answers = [Item(id="", fields={}, answer=f"{name} asks for money") for name in named.words]
    assert not swaps.differ("generation", named, *answers)
    turns = swaps.Swap("pronoun", record, record, (), turns=True)
    answers = [Item(id="", fields={}, answer=f"{word} card is lost") for word in ("His", "Her")]
    assert not swaps.differ("generation", turns, *answers)
    assert swaps.differ("generation", turns, answers[0], replace(answers[1], answer="call the police"))


def test_spans_are_compared_by_their_words_and_the_name_that_was_put_in_does_not_count():
    record = asked("token_classification")[0]
    forms = [introduced(record, "token_classification", f"From {name}:") for name in ("Mei Chen", "Oliver Webb")]
    pair = swaps.Swap("origin", *forms, ("Mei Chen", "Oliver Webb"))

    def item(form, *parts):
        text = form.fields["text"]
        spans = [{"start": text.index(part), "end": text.index(part) + len(part), "label": "A"} for part in parts]
        return Item(id="", fields=form.fields, answer=spans)

    one, other = item(forms[0], "he", "Mei Chen"), item(forms[1], "he")
    assert not swaps.differ("token_classification", pair, one, other)
    assert swaps.differ("token_classification", pair, one, item(forms[1], "he", "came"))


def evidence_of(findings):
    return Evidence(task="t", primary="p", tuned={}, paired={}, fit="good", findings=findings)


def test_gates_say_no_to_what_is_unfair_and_the_strict_one_to_what_nobody_can_tell():
    unfair = impact.impact(facts_of(chosen({"a": 0.5, "b": 0.3}, 900)))
    unknown = impact.impact(facts_of(chosen({"a": 0.5, "b": 0.45}, 100)))
    fair = impact.impact(facts_of(chosen({"a": 0.5, "b": 0.5}, 900)))
    few = impact.impact(facts_of(chosen({"a": 0.5, "b": 0.5}, 4)))
    assert "the 2 groups by 'origin' are given a label equally often nobody can tell" in few[0].message
    assert "no groups were compared" in gates.treats_alike(evidence_of(few)).reason
    said = {
        name: (gates.treats_alike(evidence_of(found)).passed, gates.certain(evidence_of(found)).passed)
        for name, found in (("unfair", unfair), ("unknown", unknown), ("fair", fair), ("few", few), ("nothing", []))
    }
    assert said == {
        "unfair": (False, False),
        "unknown": (True, False),
        "fair": (True, True),
        "few": (True, False),
        "nothing": (True, False),
    }
