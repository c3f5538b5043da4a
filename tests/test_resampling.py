"""Intervals and paired tests: they cover what they promise, and see a difference where there is one."""

from dataclasses import replace

import numpy as np
import pytest

from goodfit.data.records import Record
from goodfit.evaluation.report import differences, figures, items_of
from goodfit.evaluation.resample import by_unit, gap, interval, mean, paired
from goodfit.hooks.certainty import unit_numbers
from goodfit.hooks.shares import share_metric
from goodfit.kinds.label_metrics import classification_metrics
from goodfit.kinds.text_metrics import text_metrics
from goodfit.kinds.token_classification_metrics import entity_metrics
from goodfit.sweeps.correct import corrected


def rows(values):
    return np.stack([np.asarray(values, dtype=float), np.ones(len(values))], axis=1)


def test_the_value_is_the_metric_itself_and_the_interval_holds_it():
    found = interval(rows([1, 0, 1, 1, 0, 1, 1, 1]), mean, seed=0)
    assert found.value == 0.75
    assert found.low < 0.75 < found.high


def test_an_interval_covers_the_truth_in_95_of_100_samples():
    chance = np.random.default_rng(1)
    covered = 0
    for sample in range(200):
        found = interval(rows(chance.random(80) < 0.7), mean, seed=sample)
        covered += found.low <= 0.7 <= found.high
    assert 0.90 <= covered / 200 <= 0.985


def macro_f1_of(count, records, seed):
    """Statistics and reduction of macro F1 over so many labels, of which each is answered right eight times of ten."""
    labels, chance = [str(number) for number in range(count)], np.random.default_rng(seed)
    metric = next(spec for spec in classification_metrics(labels) if spec.name == "f1_macro")
    right = chance.integers(0, count, records)
    answers = np.where(chance.random(records) < 0.8, right, (right + chance.integers(1, count, records)) % count)
    given = [Record(str(n), {"text": "x", "label": labels[one]}) for n, one in enumerate(right)]
    items = items_of(given, [labels[one] for one in answers], [None] * records)
    return metric.statistics(items), metric.reduce


def test_a_mean_over_many_labels_of_few_records_is_covered_too():
    covered = 0
    for sample in range(60):
        found = interval(*macro_f1_of(77, 700, sample), sample)
        covered += found.low <= 0.8 <= found.high
    assert covered >= 54


def rare_label(seed, records=60):
    """Two labels of half the records each, and a third of which there are a few, badly answered or well."""
    labels, chance = ["a", "b", "c"], np.random.default_rng(seed)
    metric = next(spec for spec in classification_metrics(labels) if spec.name == "f1_macro")
    right = chance.choice(3, records, p=[0.49, 0.48, 0.03])
    answers = np.where(chance.random(records) < 0.7, right, (right + chance.integers(1, 3, records)) % 3)
    given = [Record(str(n), {"text": "x", "label": labels[one]}) for n, one in enumerate(right)]
    items = items_of(given, [labels[one] for one in answers], [None] * records)
    return metric.statistics(items), metric.reduce


def test_a_label_that_resamples_lose_makes_no_interval_miss_more():
    everything, reduce = rare_label(0, 200_000)
    truth = float(reduce(everything.sum(0)))
    found = [interval(*rare_label(sample), sample) for sample in range(150)]
    # few labels of few records: nothing that was seen says how a label is answered of which there was none
    assert sum(one.low <= truth <= one.high for one in found) >= 136


def means_over(counts, right):
    """Statistics and reduction of the mean recall over labels of so many records, of which so many are right."""
    labels = [str(number) for number in range(len(counts))]
    metric = next(spec for spec in classification_metrics(labels) if spec.name == "recall_macro")
    asked = [label for label, count in zip(labels, counts, strict=True) for _ in range(count)]
    answers = list(asked)
    for label, count, well in zip(labels, counts, right, strict=True):
        first = asked.index(label)
        answers[first : first + count - well] = [labels[label == labels[0]]] * (count - well)
    given = [Record(str(n), {"text": "x", "label": label}) for n, label in enumerate(asked)]
    return metric.statistics(items_of(given, answers, [None] * len(asked))), metric.reduce


def test_a_label_of_few_records_that_are_all_right_may_be_answered_worse():
    found = interval(*means_over([190, 5, 5], [180, 5, 5]), seed=0)
    # of both labels together: the chance that ten records show nothing wrong is 0.025 where 0.31 of each are
    assert found.value == pytest.approx(0.982, abs=0.001)
    assert found.value - found.low == pytest.approx(2 * (1 - 0.025 ** (1 / 10)) / 3, abs=0.002)
    plenty = interval(*means_over([190, 190, 190], [180, 190, 190]), seed=0)
    assert plenty.high - plenty.low < 0.04


def test_many_labels_of_few_records_are_not_all_answered_worse_at_once():
    found = interval(*means_over([5] * 40, [5] * 40), seed=0)
    assert found.value - found.low == pytest.approx(1 - 0.025 ** (1 / 200), abs=1e-6)  # as accuracy of 200 records


def test_a_difference_on_a_label_of_few_records_is_not_certain_either():
    statistics, reduce = means_over([100, 3], [90, 3])
    found = paired(statistics, means_over([100, 3], [90, 0])[0], reduce, seed=0)
    assert found.difference == pytest.approx(0.5)
    assert found.low < 0.05


def test_a_mean_of_parts_is_what_scikit_learn_calls_macro():
    from sklearn.metrics import recall_score

    statistics, reduce = means_over([7, 5, 3], [4, 5, 0])
    asked = [0] * 7 + [1] * 5 + [2] * 3
    answers = [1] * 3 + [0] * 4 + [1] * 5 + [0] * 3
    assert float(reduce(statistics.sum(0))) == pytest.approx(recall_score(asked, answers, average="macro"))


def test_a_model_that_answers_less_is_not_called_better_or_worse_for_that():
    chance, found = np.random.default_rng(3), []
    for sample in range(60):
        (one, other) = (chance.poisson(rate, 120) for rate in (2.0, 0.2))
        both = [np.stack([chance.binomial(count, 0.8), count], 1).astype(float) for count in (one, other)]
        found.append(paired(*both, mean, sample).p)
    assert np.mean(np.array(found) <= 0.05) <= 0.12


def test_a_score_whose_sign_was_turned_has_the_same_interval():
    (ece,) = (spec for spec in classification_metrics(["a", "b"]) if spec.name == "ece")
    chance = np.random.default_rng(0)
    for sample in range(20):
        sure = chance.uniform(0.3, 1, 120)
        items = items_of(records(120, 1), ["ab"[n % 2] for n in range(120)], sure.tolist())
        rows_of = ece.statistics(items)
        found = interval(rows_of, ece.reduce, sample)
        turned = interval(rows_of, lambda sums: -ece.reduce(sums), sample)
        assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))
        assert found.low >= 0


def test_draws_that_are_not_finite_cost_no_bound():
    few = np.zeros((6, 2))
    few[:, 1], few[0, 0] = 1, 1

    def logarithm(sums):
        with np.errstate(divide="ignore"):
            return np.log(mean(sums))

    assert not np.isnan(interval(few, logarithm, 0, top=0).high)


def test_an_interval_shrinks_with_the_root_of_the_sample():
    chance = np.random.default_rng(2)
    small, large = (interval(rows(chance.random(count) < 0.6), mean, 0) for count in (50, 5000))
    assert (small.high - small.low) / (large.high - large.low) == pytest.approx(10, rel=0.25)


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        pytest.param([1] * 20, 0.8316, 1, id="all right"),
        pytest.param([0] * 20, 0, 0.1684, id="none right"),
        pytest.param([1], 0.025, 1, id="one record"),
        pytest.param([7] * 20, 7, 7, id="no score"),
    ],
)
def test_records_that_agree_do_not_make_certain(values, low, high):
    found = interval(rows(values), mean, seed=0)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-4)  # Clopper and Pearson 1934
    mirrored = interval(rows(values), lambda sums: -mean(sums), seed=0)
    assert (mirrored.low, mirrored.high) == pytest.approx((-high, -low), abs=1e-4)
    same = paired(rows(values), rows(values), mean, seed=0)
    unseen = 1 - 0.025 ** (1 / len(values))
    assert (same.low, same.high) == pytest.approx((-unseen, unseen))
    if len(values) == 20 and values[0] == 1:
        level = gap(rows(values), rows(values), mean, seed=0)
        assert (level.low, level.high) == pytest.approx((low - 1, 1 - low), abs=1e-4)
        beside = paired(rows(values), rows([0] * 20), mean, seed=0)
        assert (beside.low, beside.high) == pytest.approx((2 * low - 1, high), abs=1e-4)


@pytest.mark.parametrize("count", [5, 20, 100, 400])
def test_a_wrong_answer_more_makes_no_surer(count):
    found = [interval(rows([1] * (count - wrong) + [0] * wrong), mean, seed=0) for wrong in range(5)]
    lower = [one.low for one in found]
    assert lower == sorted(lower, reverse=True)
    widths = [one.high - one.low for one in found]
    assert min(widths) == widths[0]


def test_two_answers_do_not_hold_all_others_between_them():
    found = interval(rows([0.9, 0.95]), mean, seed=0)
    assert (found.low, found.high) == pytest.approx((0.925 * 0.025**0.5, 1 - 0.075 * 0.025**0.5), abs=1e-4)
    beside = paired(rows([0.5, 0.6, 0.7, 0.6]), rows([0.4, 0.4, 0.5, 0.55]), mean, seed=0)
    assert beside.low < 0


def test_a_calibration_error_lies_in_its_own_interval():
    (ece,) = (spec for spec in classification_metrics(["a", "b"]) if spec.name == "ece")
    chance = np.random.default_rng(0)
    for sample in range(20):
        sure = chance.uniform(0.3, 1, 200)
        right = chance.random(200) < sure
        items = items_of(records(200, 1), ["ab"[(n + wrong) % 2] for n, wrong in enumerate(~right)], sure.tolist())
        found = interval(ece.statistics(items), ece.reduce, sample)
        assert found.low < found.value < found.high


@pytest.mark.parametrize(("surer", "least", "most"), [(0.0, 0, 4), (0.15, 25, 40)])
def test_a_calibrated_model_is_seldom_told_that_it_is_not(surer, least, most):
    """Bins of few records are never right as often as their confidence says: that is no fault of the model."""
    ece = [spec for spec in classification_metrics(["a", "b"]) if spec.name == "ece"]
    chance, given, told = np.random.default_rng(0), records(150, 1), 0
    for sample in range(40):
        sure = chance.uniform(0.5, 1, 150)
        right = chance.random(150) < sure - surer
        items = items_of(given, ["ab"[(n + wrong) % 2] for n, wrong in enumerate(~right)], sure.tolist())
        told += figures(ece, given, items, "test", sample)["test/ece"]["low"] > 0
    assert least <= told <= most


@pytest.mark.parametrize(("value", "low", "high"), [(100, 83.16, 100), (0, 0, 16.84), (50, 41.58, 58.42)])
def test_a_score_of_0_to_100_is_no_more_certain_where_records_agree(value, low, high):
    found = interval(rows([value] * 20), mean, 0, top=100)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-2)
    beside = paired(rows([100] * 20), rows([0] * 20), mean, 0, top=100)
    assert (beside.low, beside.high) == pytest.approx((2 * 83.16 - 100, 100), abs=1e-2)


@pytest.mark.parametrize(("answer", "low", "high"), [("the fee is due now", 83.157, 100.0), ("", 0.0, 16.843)])
def test_bleu_of_answers_that_are_all_right_or_all_empty_has_an_interval(answer, low, high):
    given = [Record(str(n), {"source": "x", "target": "the fee is due now"}) for n in range(20)]
    found = figures(text_metrics(), given, items_of(given, [answer] * 20, [None] * 20), "test", 0)["test/bleu"]
    assert (found["low"], found["high"]) == pytest.approx((low, high), abs=1e-3)


def test_a_better_answer_to_one_record_proves_nothing():
    assert paired(rows([1]), rows([0]), mean, seed=0).low < 0
    assert paired(rows([1] * 5), rows([0] * 5), mean, seed=0).low < 0
    assert paired(rows([1] * 6), rows([0] * 6), mean, seed=0).low > 0


def test_models_that_are_right_as_often_are_not_known_to_be_alike():
    found = paired(rows([1] * 50 + [0] * 50), rows([0] * 50 + [1] * 50), mean, seed=0)
    assert found.difference == 0
    assert found.low < -0.1 < 0.1 < found.high


def test_records_that_say_nothing_make_nothing_certain():
    found = np.zeros((200, 2))
    found[:2] = 1
    with np.errstate(invalid="ignore"):
        assert interval(found, mean, seed=0).low == pytest.approx(0.025**0.5, abs=1e-3)


def told_label(right, answers):
    """The figure of a recall of all labels but one, whose name has to be known; and of what it is on other labels."""
    spec = share_metric(
        "x.recall",
        "",
        ("classification",),
        lambda item: (item.answer != "fine", 1) if item.fields["label"] != "fine" else (0, 0),
        label="fine",
    )
    given = [Record(str(n), {"text": "x", "label": label}) for n, label in enumerate(right)]
    items = items_of(given, answers, [None] * len(given))
    return figures([spec], given, items, "test", 0)["test/x.recall"], (spec, given, items)


@pytest.mark.parametrize(
    ("found", "low", "high"), [(True, 0.025 ** (1 / 3), 1), (False, 0, 1 - 0.025 ** (1 / 3))], ids=["all", "none"]
)
def test_a_recall_is_no_surer_for_records_with_nothing_to_find(found, low, high):
    right = ["fraud"] * 3 + ["fine"] * 97
    figure, (spec, _, items) = told_label(right, right if found else ["fine"] * 100)
    assert (figure["low"], figure["high"], figure["n"]) == (pytest.approx(low, abs=1e-6), pytest.approx(high), 3)
    beside = differences([spec], items, items, "test", 0)["test/x.recall"]
    assert beside["high"] == pytest.approx(1 - 0.025 ** (1 / 3), abs=1e-6)
    rows_of = spec.statistics(items)
    assert gap(rows_of, rows_of, spec.reduce, 0).high == pytest.approx(1 - 0.025 ** (1 / 3), abs=1e-6)
    assert corrected([rows_of, rows_of], spec.reduce, 0, 0).low == pytest.approx(low, abs=1e-6)


def test_a_recall_of_labels_with_other_names_is_of_no_record():
    figure, _ = told_label(["theft"] * 5, ["theft"] * 5)
    assert figure == {"value": None, "low": None, "high": None, "n": 0, "units": 0, "better": "higher"}


@pytest.mark.parametrize(
    ("name", "count"), [("f1", 5), ("precision", 4), ("recall", 3)], ids=["f1", "precision", "recall"]
)
def test_a_figure_is_of_the_records_that_it_counts_something_of(name, count):
    spans = [{"start": 0, "end": 1, "label": "X"}]
    pairs = [(spans, spans)] * 2 + [(spans, [])] + [([], spans)] * 2 + [([], [])] * 20
    given = [Record(str(n), {"text": "x", "spans": right}) for n, (right, _) in enumerate(pairs)]
    items = items_of(given, [answer for _, answer in pairs], [None] * len(pairs))
    spec = next(one for one in entity_metrics() if one.name == name)
    assert figures([spec], given, items, "test", 0)[f"test/{name}"]["n"] == count


def test_records_of_one_group_are_one_unit_of_a_figure():
    right = ["fraud"] * 6 + ["fine"] * 14
    _, (spec, given, _) = told_label(right, right)
    grouped = [replace(record, group=str(number // 3)) for number, record in enumerate(given)]
    losses = [1.0] * 20
    found = figures([spec], grouped, items_of(grouped, right, [None] * 20), "test", 0, losses)
    assert [(figure["n"], figure["units"]) for figure in found.values()] == [(6, 2), (20, 7)]


def test_copies_make_a_calibrated_model_no_worse():
    ece = [spec for spec in classification_metrics(["a", "b"]) if spec.name == "ece"]
    chance, told = np.random.default_rng(3), 0
    for sample in range(30):
        sure = chance.uniform(0.6, 0.99, 60)
        right = chance.random(60) < sure
        given = [Record(f"{n}-{copy}", {"text": "x", "label": "a"}, group=str(n)) for n in range(60) for copy in "vw"]
        answers = ["a" if right[n // 2] else "b" for n in range(120)]
        items = items_of(given, answers, np.repeat(sure, 2).tolist())
        found = figures(ece, given, items, "test", sample)["test/ece"]
        alone = figures(ece, given[::2], items[::2], "test", sample)["test/ece"]
        assert found == {**alone, "n": 120}
        assert (found["units"], alone["units"]) == (60, 60)
        told += found["low"] > 0
    assert told <= 3


def test_the_same_seed_gives_the_same_interval():
    data = rows(np.random.default_rng(3).random(40))
    assert interval(data, mean, 5) == interval(data, mean, 5) != interval(data, mean, 6)


def two_models(chance, count, gain=0.0):
    """Right or wrong, for two models on the same records, most of which both find easy or both find hard."""
    ease = chance.beta(0.8, 0.5, count)
    return rows(chance.random(count) < np.clip(ease + gain, 0, 1)), rows(chance.random(count) < ease)


def test_p_is_even_where_two_models_are_alike():
    chance = np.random.default_rng(4)
    p = np.array([paired(*two_models(chance, 60), mean, seed).p for seed in range(150)])
    assert 0.01 <= (p <= 0.05).mean() <= 0.10
    assert 0.35 <= (p <= 0.5).mean() <= 0.65


def test_p_is_small_and_the_interval_above_zero_where_one_is_better():
    found = paired(*two_models(np.random.default_rng(5), 400, gain=0.2), mean, 0)
    assert found.p < 0.005
    assert 0 < found.low < found.difference < found.high


def test_a_difference_changes_its_sign_with_the_order():
    one, other = two_models(np.random.default_rng(6), 200, gain=0.1)
    there, back = paired(one, other, mean, 0), paired(other, one, mean, 0)
    assert (there.difference, there.low, there.high) == pytest.approx((-back.difference, -back.high, -back.low))
    assert there.p == back.p


def test_answers_that_are_alike_on_some_records_may_differ_on_others():
    one, _ = two_models(np.random.default_rng(7), 50)
    same = paired(one, one, mean, 0)
    assert (same.difference, same.p) == (0, 1)
    assert (same.low, same.high) == pytest.approx((0.025**0.02 - 1, 1 - 0.025**0.02))


def test_pairing_tells_more_than_two_intervals():
    ease = np.random.default_rng(8).random(300)
    one, other = rows(ease + 0.01), rows(ease)
    together, apart = paired(one, other, mean, 0), gap(one, other, mean, 0)
    assert together.low > 0
    assert apart.low < 0 < apart.high


def test_a_p_is_never_zero():
    assert paired(rows(np.ones(500)), rows(np.zeros(500)), mean, 0).p == pytest.approx(1 / 1001)


def test_where_a_draw_is_not_defined_it_does_not_speak_for_a_difference():
    one, other = np.zeros((4, 2)), np.zeros((4, 2))
    one[:2], other[2:] = (1, 1), (0, 1)

    def share(sums):
        return np.where(sums[..., 1] > 0, sums[..., 0] / np.where(sums[..., 1] > 0, sums[..., 1], 1), np.nan)

    # of 16 ways to swap one leaves all as it was, one turns it round, and two leave one side without a figure
    assert paired(one, other, share, seed=0).p == pytest.approx(4 / 16, abs=0.05)


def test_records_of_a_group_are_resampled_together_so_that_the_interval_is_wider():
    chance = np.random.default_rng(9)
    answers = np.repeat(chance.random(30) < 0.6, 10)
    alone = interval(rows(answers), mean, 0)
    together = interval(by_unit(rows(answers), np.repeat(np.arange(30), 10)), mean, 0)
    assert together.value == alone.value
    assert (together.high - together.low) / (alone.high - alone.low) == pytest.approx(10**0.5, rel=0.2)


def records(count, groups):
    return [
        Record(f"r{n}", {"text": "x", "label": "ab"[n % 2]}, group=f"g{n // groups}" if groups > 1 else None)
        for n in range(count)
    ]


def test_units_are_groups_and_single_records():
    mixed = [Record("1", {}, "g"), Record("2", {}), Record("3", {}, "g"), Record("4", {})]
    assert unit_numbers(mixed) == [0, 1, 0, 2]


def test_figures_of_grouped_records_have_wider_intervals():
    specs = classification_metrics(["a", "b"])
    widths = []
    for groups in (1, 10):
        given = records(200, groups)
        answers = [r.fields["label"] if n // 10 % 3 else "a" for n, r in enumerate(given)]
        figure = figures(specs, given, items_of(given, answers, [None] * 200), "test", 0)["test/accuracy"]
        assert (figure["value"], figure["n"]) == (0.825, 200)
        widths.append(figure["high"] - figure["low"])
    assert widths[1] > 1.3 * widths[0]


@pytest.mark.parametrize(("wrong", "count"), [(0.03, 30), (0.03, 60), (0.1, 30)])
def test_a_loss_may_be_as_high_as_with_the_mistakes_that_were_not_seen(wrong, count):
    """Of thirty records a model that is wrong in three of a hundred answers is often right in all."""
    chance, missed = np.random.default_rng(0), 0
    truth = (1 - wrong) * 0.03 + wrong * 4
    given = records(count, 1)
    for _ in range(100):
        losses = np.where(chance.random(count) < wrong, chance.normal(4, 0.5, count), chance.exponential(0.03, count))
        loss = figures([], given, items_of(given, ["a"] * count, [None] * count), "test", 0, losses.tolist())[
            "test/loss"
        ]
        assert loss["low"] <= loss["value"] <= loss["high"]
        missed += not loss["low"] <= truth <= loss["high"]
    assert missed <= 5


def test_what_is_not_defined_is_null():
    given = records(4, 1)
    specs = classification_metrics(["a", "b"])
    items = items_of(given, ["a"] * 4, [None] * 4)
    nothing = {"value": None, "low": None, "high": None, "n": 0, "units": 0, "better": "lower"}
    assert figures(specs, given, items, "test", 0, [1.0, None, 1.0, 1.0])["test/ece"] == nothing
    assert "test/loss" not in figures(specs, given, items, "test", 0, [1.0, None, 1.0, 1.0])
    assert figures(specs, given, items, "test", 0, [1.0, 2.0, 1.0, 2.0])["test/loss"]["value"] == 1.5
    pair = differences(specs, items, items, "test", 0)
    assert pair["test/ece"] == {"difference": None, "low": None, "high": None, "p": None}


def test_a_metric_of_the_wrong_shape_is_named():
    import dataclasses

    (spec, *_) = classification_metrics(["a", "b"])
    wrong = dataclasses.replace(spec, statistics=lambda items: np.zeros(len(items)))
    given = records(4, 1)
    with pytest.raises(TypeError, match=r"the metric 'f1_macro' gave an array of shape \(4,\), expected \(4, k\)"):
        figures([wrong], given, items_of(given, ["a"] * 4, [None] * 4), "test", 0)
