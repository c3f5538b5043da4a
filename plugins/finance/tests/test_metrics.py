"""The finance metrics count what a fraud team, a controller, a compliance officer and an auditor would count."""

import math

import pytest
from goodfit_finance import plugin
from goodfit_finance.directions import Claim, claims, directions

from goodfit.hooks.types import Item
from goodfit.testing.measure import score

METRICS = {metric.name: metric for metric in plugin.goodfit_register_metrics()}
FIGURES = (
    "period: Q3 2025 | revenue: EUR 4.2 million | revenue last year: EUR 3.9 million | personnel costs: EUR 0.8 million"
    " | personnel costs last year: EUR 950 thousand | net debt: EUR 7 million | net debt last year: EUR 7.0 million"
    " | employees: 120"
)


def classified(*pairs: tuple[str, str]) -> list[Item]:
    """Items from (label, answer)."""
    return [Item(id=str(row), fields={"label": label}, answer=answer) for row, (label, answer) in enumerate(pairs)]


def marked(*pairs: tuple[list[str], list[str]]) -> list[Item]:
    """Items from (labels, answer)."""
    return [Item(id=str(row), fields={"labels": labels}, answer=answer) for row, (labels, answer) in enumerate(pairs)]


def asked(answer: str, *right: str) -> Item:
    answers = [{"text": text, "start": 0} for text in right]
    return Item(id="q", fields={"context": "…", "question": "…", "answers": answers}, answer=answer)


def reported(answer: str) -> Item:
    return Item(id="r", fields={"source": FIGURES, "target": "…"}, answer=answer)


@pytest.mark.parametrize("name", ["fraud_recall", "fraud_false_alarms", "anomaly_recall", "anomaly_false_alarms"])
def test_labels_without_the_one_that_raises_no_alarm_give_no_figure(name):
    items = classified(("fine", "fine"), ("stolen card", "fine"), ("fine", "stolen card"))
    assert math.isnan(score(METRICS[f"finance.{name}"], items))


@pytest.mark.parametrize(
    ("name", "items", "value"),
    [
        pytest.param(
            "fraud_recall",
            classified(
                ("card_fraud", "card_fraud"),
                ("card_fraud", "money_mule"),
                ("money_mule", "legitimate"),
                ("legitimate", "card_fraud"),
            ),
            2 / 3,
            id="an alarm under another name is an alarm",
        ),
        pytest.param(
            "fraud_false_alarms",
            classified(("legitimate", "card_fraud"), ("legitimate", "legitimate"), ("card_fraud", "card_fraud")),
            1 / 2,
            id="false alarms are counted among legitimate cases",
        ),
        pytest.param(
            "anomaly_recall",
            classified(("sum_error", "period_error"), ("sum_error", "consistent"), ("consistent", "consistent")),
            1 / 2,
            id="anomalies",
        ),
        pytest.param(
            "anomaly_false_alarms",
            classified(("consistent", "sum_error"), ("consistent", "consistent"), ("sum_error", "sum_error")),
            1 / 2,
            id="consistent statements that are flagged",
        ),
        pytest.param(
            "breach_recall",
            marked((["a"], ["b"]), (["a", "b"], ["a"]), (["a"], []), ([], ["a"])),
            2 / 3,
            id="a text that is held back for another breach is held back",
        ),
        pytest.param("breach_false_alarms", marked(([], ["a"]), ([], []), (["a"], ["a"])), 1 / 2, id="clean texts"),
        pytest.param(
            "false_answers",
            [asked("412.6"), asked(""), asked(" "), asked("x", "y")],
            1 / 3,
            id="questions without answer",
        ),
        pytest.param(
            "numeric_exact",
            [
                asked("4.2 million", "EUR 4.2 million"),
                asked("4.2", "EUR 4.2 million"),
                asked("12 per cent", "12 %"),
                asked("12", "12 %"),
                asked("1204", "1,204"),
                asked("", "412.6"),
                asked("Vesper Audit", "Vesper Audit"),
                asked("3"),
            ],
            3 / 6,
            id="numbers count with scale and per cent, words do not count",
        ),
        pytest.param(
            "numeric_exact",
            [
                asked("EUR 4.2 Million", "EUR 4.2 million"),
                asked("$4.2m", "US$4.2 million"),
                asked("-20,597", "$(20,597)"),
                asked("1,250.00", "1.250,00"),
                asked("12 percentage points", "12 %"),
            ],
            4 / 5,
            id="numbers count however they are written",
        ),
        pytest.param(
            "answer_exact",
            [
                asked("125", "12.5 %"),
                asked("GBP 100,000", "GBP 1,000.00"),
                asked("84.20", "(84.20)"),
                asked("5", "-5"),
                asked("1,000", "GBP 1,000.00"),
                asked("vesper audit.", "Vesper Audit"),
                asked("Audit", "Vesper Audit"),
                asked(""),
                asked("3"),
            ],
            3 / 9,
            id="signs of numbers count",
        ),
        pytest.param(
            "direction_right",
            [
                reported("Revenue rose to EUR 4.2 million, while personnel costs grew."),
                reported("Net debt was unchanged. Personnel costs fell."),
                reported("A good quarter for the group."),
            ],
            3 / 4,
            id="directions",
        ),
    ],
)
def test_a_metric_is_a_share_of_two_sums(name, items, value):
    assert score(METRICS[f"finance.{name}"], items) == pytest.approx(value)


@pytest.mark.parametrize(
    ("truth", "answer", "exact"),
    [
        pytest.param([(0, 4, "NET")], [(0, 4, "NET")], 1, id="equal"),
        pytest.param([(0, 4, "NET"), (5, 9, "TAX")], [(5, 9, "TAX"), (0, 4, "NET")], 1, id="in any order"),
        pytest.param([(0, 4, "NET")], [(0, 4, "TOTAL")], 0, id="another field"),
        pytest.param([(0, 4, "NET")], [(0, 5, "NET")], 0, id="another end"),
        pytest.param([(0, 4, "NET")], [(0, 4, "NET"), (5, 9, "TAX")], 0, id="one too many"),
        pytest.param([(0, 4, "NET")], [], 0, id="one missing"),
        pytest.param([], [], 1, id="nothing to find"),
    ],
)
def test_an_invoice_is_exact_or_not(truth, answer, exact):
    names = ("start", "end", "label")
    spans, found = ([dict(zip(names, span, strict=True)) for span in side] for side in (truth, answer))
    item = Item(id="i", fields={"text": "…", "spans": spans}, answer=found)
    assert score(METRICS["finance.document_exact"], [item]) == exact


def test_a_measure_with_an_earlier_value_has_a_direction():
    assert directions(FIGURES) == {"revenue": "up", "personnel costs": "down", "net debt": "flat"}


@pytest.mark.parametrize(
    ("now", "before"),
    [("$1.1B", "$900M"), ("EUR 1.1 Million", "EUR 900 thousand"), ("EUR 1.250,00", "EUR 980,00")],
)
def test_a_direction_follows_from_values_in_any_scale_and_style(now, before):
    assert directions(f"revenue: {now} | revenue last year: {before}") == {"revenue": "up"}


def test_a_conjunction_in_the_name_of_a_measure_ends_no_part_of_a_sentence():
    assert claims("Sales and marketing fell.", ["sales and marketing"]) == [Claim("sales and marketing", "down")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(
            "Revenue rose, and personnel costs fell.", [("revenue", "up"), ("personnel costs", "down")], id="two"
        ),
        pytest.param("Revenue, at EUR 4.2 million, was higher than before.", [("revenue", "up")], id="higher than"),
        pytest.param("Revenue suffered from higher energy prices.", [], id="an adjective of something else"),
        pytest.param(
            "Revenue fell on higher personnel costs.", [("revenue", "down"), ("personnel costs", "up")], id="at once"
        ),
        pytest.param("A fall in personnel costs helped.", [("personnel costs", "down")], id="a noun with its measure"),
        pytest.param("Net debt stayed, growth is expected.", [], id="a noun without a measure"),
        pytest.param("Up by 8 %: revenue.", [("revenue", "up")], id="before its measure"),
        pytest.param("Revenue did not rise. Revenue never fell.", [], id="denied"),
        pytest.param("Revenue was good. It fell in May.", [], id="another sentence"),
        pytest.param("NET DEBT WAS UNCHANGED", [("net debt", "flat")], id="capitals"),
        pytest.param("The staff grew.", [], id="no measure"),
        pytest.param("Revenue hasn't grown. Revenue wasn’t up.", [], id="denied in short"),
        pytest.param("Revenue not only rose, it is a record.", [("revenue", "up")], id="not only is no denial"),
        pytest.param("Net debt grew while prices of energy fell.", [("net debt", "up")], id="another subject"),
        pytest.param(
            "Revenue rose at first but fell later.", [("revenue", "up"), ("revenue", "down")], id="no subject"
        ),
        pytest.param("Net debt, unlike revenue, rose.", [("net debt", "up")], id="a comparison"),
        pytest.param("Net debt, which had risen before, fell.", [("net debt", "down")], id="a clause between commas"),
        pytest.param("Revenue would have risen without the strike.", [], id="supposed"),
        pytest.param("Revenue made up 40% of sales.", [], id="made up"),
        pytest.param(
            "Revenue surged. Net debt plummeted.", [("revenue", "up"), ("net debt", "down")], id="strong verbs"
        ),
        pytest.param("Revenue soared, net debt plunged.", [("revenue", "up"), ("net debt", "down")], id="more of them"),
        pytest.param("Revenue dipped. Net debt doubled.", [("revenue", "down"), ("net debt", "up")], id="others"),
        pytest.param("Revenue is rising.", [("revenue", "up")], id="a participle"),
        pytest.param("Net debt was cut.", [("net debt", "down")], id="a passive"),
        pytest.param("The board cut its net debt.", [("net debt", "down")], id="an object"),
        pytest.param("Revenue showed strong growth.", [("revenue", "up")], id="showed growth"),
        pytest.param("Revenue saw price increases.", [], id="growth of something else"),
    ],
)
def test_a_word_of_direction_belongs_to_its_measure(text, found):
    assert claims(text, ["revenue", "personnel costs", "net debt"]) == [Claim(*claim) for claim in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("Revenue improved to EUR 4.2 million.", [("revenue", "up")], id="revenue"),
        pytest.param("The operating margin worsened.", [("operating margin", "down")], id="a margin"),
        pytest.param("There was an improvement in free cash flow.", [("free cash flow", "up")], id="a noun"),
        pytest.param("The net loss improved to EUR 1.2 million.", [], id="a loss"),
        pytest.param("Operating costs improved by 12 %.", [], id="costs"),
        pytest.param("Cost of sales improved.", [], id="costs with a good word"),
        pytest.param("Churn improved to 3 %.", [], id="a measure that is not known"),
        pytest.param("Net debt worsened.", [], id="debt"),
        pytest.param("Churn rose to 3 %.", [("churn", "up")], id="a word that does not judge"),
    ],
)
def test_better_is_more_only_where_more_is_good(text, found):
    costs = ["operating costs", "cost of sales", "net debt", "net loss", "churn"]
    assert claims(text, [*costs, "revenue", "operating margin", "free cash flow"]) == [Claim(*claim) for claim in found]


@pytest.mark.parametrize("name", METRICS)
def test_no_items_give_an_undefined_metric(name):
    assert math.isnan(score(METRICS[name], []))
