"""The finance department's findings: counts and ids of what arithmetic shows, and never a text."""

from decimal import Decimal

import pytest
from goodfit_finance import plugin
from goodfit_finance.benford import ENOUGH

from goodfit.hooks.types import Item

RIGHT = "Expenses\n01 Feb rent 900.00\n02 Feb tea 10.00\nTotal 910.00"
WRONG = RIGHT.replace("910.00", "901.00")
TWICE = "Expenses\n02 Feb tea 10.00\n02 Feb tea 10.00\nTotal 20.00"
INVOICE = "Net 100.00\nVAT 19.00\nTotal 119.00\nOrder 7"


def row(name: str, text: str, label: str) -> dict:
    return {"id": name, "text": text, "label": label}


def item(name: str, text: str, answer: str) -> Item:
    return Item(id=name, fields={"text": text, "label": "…"}, answer=answer)


def spans(text: str, **fields: str) -> list[dict]:
    return [
        {"start": text.index(value), "end": text.index(value) + len(value), "label": label}
        for label, value in fields.items()
    ]


def test_statements_that_do_not_add_up_are_one_finding_of_each_split():
    train = [
        row("a", RIGHT, "consistent"),
        row("b", WRONG, "sum_error"),
        row("c", WRONG, "consistent"),
        row("d", "?", "x"),
    ]
    splits = {"train": train, "test": [row("e", RIGHT, "consistent")]}
    unread, finding = plugin.goodfit_check_data("finance/anomalies", splits)
    assert unread.evidence["ids"] == ["d"]
    assert (finding.severity, finding.code, finding.figure) == ("warning", "finance.sums", 2 / 3)
    assert finding.message == "in 2 of 3 train statements sums do not add up; 1 of them are labelled consistent"
    assert finding.evidence == {
        "split": "train",
        "labelled_consistent": 1,
        "ids_labelled_consistent": ["c"],
        "count": 2,
        "of": 3,
        "ids": ["b", "c"],
    }


def test_a_journal_with_more_debit_than_credit_is_a_finding():
    journal = "Journal\nrent Dr 900.00\nbank Cr 900.00\nTotal debits 900.00\nTotal credits 900.00"
    open_ = journal.replace("Cr 900.00", "Cr 800.00").replace("credits 900.00", "credits 800.00")
    splits = {"test": [row("a", journal, "consistent"), row("b", open_, "consistent")]}
    (finding,) = plugin.goodfit_check_data("finance/anomalies", splits)
    assert (finding.severity, finding.code, finding.evidence["ids"]) == ("warning", "finance.sums", ["b"])


def test_arithmetic_that_the_labels_know_is_only_information():
    splits = {"test": [row("a", WRONG, "sum_error"), row("b", TWICE, "duplicate_entry"), row("c", "?", "consistent")]}
    _, sums, twice = plugin.goodfit_check_data("finance/anomalies", splits)
    assert (sums.severity, twice.severity, twice.code) == ("info", "info", "finance.duplicates")


def test_wrong_sums_that_the_model_called_consistent_are_a_warning():
    items = [item("a", WRONG, "consistent"), item("b", WRONG, "sum_error"), item("c", TWICE, "consistent")]
    sums, twice = plugin.goodfit_check_answers("finance/anomalies", items)
    assert sums.severity == twice.severity == "warning"
    assert sums.message == "in 2 of 3 statements sums do not add up; 1 of them are called consistent"
    assert twice.message == "in 1 of 3 statements an entry stands there twice; 1 of them are called consistent"


def test_a_fault_that_arithmetic_does_not_find_is_unfounded():
    splits = {"test": [row("a", RIGHT, "sum_error"), row("b", WRONG, "sum_error"), row("c", RIGHT, "duplicate_entry")]}
    found = [
        finding for finding in plugin.goodfit_check_data("finance/anomalies", splits) if "unfounded" in finding.code
    ]
    assert [(finding.message, finding.evidence["ids"]) for finding in found] == [
        ("1 of 2 test statements that are labelled sum_error do not have that fault", ["a"]),
        ("1 of 1 test statements that are labelled duplicate_entry do not have that fault", ["c"]),
    ]
    (finding,) = plugin.goodfit_check_answers("finance/anomalies", [item("a", RIGHT, "sum_error")])
    assert finding.message == "1 of 1 statements that are called sum_error do not have that fault"


def test_what_adds_up_in_an_unusual_reading_alone_is_neither_a_wrong_sum_nor_an_unfounded_one():
    account = "Bank\nOpening balance 100.00\n{} 30.00\nDeposit 50.00\nClosing balance 180.00"
    records = [row("a", account.format("Fee"), "sum_error"), row("b", account.format("Fee"), "consistent")]
    records += [row("c", account.format("Withdrawal"), "sum_error")]
    found = [finding.evidence["ids"] for finding in plugin.goodfit_check_data("finance/anomalies", {"test": records})]
    assert found == [["c"]]


def statements(amounts: list[Decimal]) -> list[dict]:
    pairs = zip(amounts[::2], amounts[1::2], strict=True)
    return [row(str(n), f"a {one}\nb {two}\nTotal {one + two}", "consistent") for n, (one, two) in enumerate(pairs)]


def spread(count: int) -> list[Decimal]:
    return [Decimal(str(10 ** (1 + 3 * step / count))).quantize(Decimal("0.01")) for step in range(count)]


def test_first_digits_of_all_entries_are_a_finding_where_there_are_enough():
    splits = {"train": statements(spread(ENOUGH)), "test": statements(spread(ENOUGH - 2))}
    (finding,) = plugin.goodfit_check_data("finance/anomalies", splits)
    assert (finding.severity, finding.code) == ("info", "finance.benford")
    assert finding.message.startswith(f"first digits of {ENOUGH} train amounts: close conformity with Benford's law (")
    assert (finding.evidence["split"], finding.evidence["amounts"]) == ("train", ENOUGH)


def test_made_up_amounts_are_a_warning():
    even = [Decimal(500 + step % 400) + Decimal("0.50") for step in range(ENOUGH)]
    (finding,) = plugin.goodfit_check_data("finance/anomalies", {"train": statements(even)})
    assert (finding.severity, finding.code) == ("warning", "finance.benford")
    assert "no conformity with Benford's law" in finding.message


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        pytest.param({"NET": "100.00", "TAX": "19.00", "TOTAL": "119.00"}, [], id="adds up"),
        pytest.param({"NET": "19.00", "TAX": "100.00", "TOTAL": "19.00"}, ["finance.invoice_sums"], id="does not"),
        pytest.param({"NET": "100.00", "TOTAL": "100.00"}, [], id="no tax"),
        pytest.param({"NET": "100.00", "TAX": "VAT", "TOTAL": "119.00"}, [], id="a field without an amount"),
    ],
)
def test_an_invoice_is_judged_by_its_own_sums(fields, codes):
    found = spans(INVOICE, **fields)
    answers = [Item(id="i", fields={"text": INVOICE, "spans": []}, answer=found)]
    assert [finding.code for finding in plugin.goodfit_check_answers("finance/invoice", answers)] == codes
    data = {"test": [{"id": "i", "text": INVOICE, "spans": found}]}
    assert [finding.code for finding in plugin.goodfit_check_data("finance/invoice", data)] == codes


def test_two_totals_in_an_answer_are_not_judged():
    found = [*spans(INVOICE, NET="100.00", TAX="19.00", TOTAL="119.00"), *spans(INVOICE, TOTAL="100.00")]
    answers = [Item(id="i", fields={"text": INVOICE, "spans": []}, answer=found)]
    assert plugin.goodfit_check_answers("finance/invoice", answers) == []


@pytest.mark.parametrize(("task", "quiet"), [("finance/fraud", "legitimate"), ("finance/anomalies", "consistent")])
def test_data_without_the_label_that_raises_no_alarm_are_a_finding(task, quiet):
    rows = [row("1", "Paid by card.", "fine"), row("2", "Paid twice by card.", "stolen card")]
    finding, *_ = plugin.goodfit_check_data(task, {"train": rows, "test": rows})
    assert (finding.code, finding.severity) == ("finance.no_quiet_label", "warning")
    assert f"no record is labelled '{quiet}'" in finding.message
    codes = [one.code for one in plugin.goodfit_check_data(task, {"train": rows, "test": [row("3", "Cash.", quiet)]})]
    assert "finance.no_quiet_label" not in codes


def test_statements_that_cannot_be_read_are_counted():
    total, summe, none = (f"Rent 1200.00\nPower 80.50\n{word} 1280.50" for word in ("Total", "Gesamtbetrag", "Fin"))
    rows = [row(str(number), text, "consistent") for number, text in enumerate((total, summe, none))]
    (finding,) = plugin.goodfit_check_data("finance/anomalies", {"train": rows})
    assert (finding.code, finding.severity, finding.evidence["ids"]) == ("finance.unread", "info", ["2"])
    (finding,) = plugin.goodfit_check_data("finance/anomalies", {"train": [*rows[1:], row("3", none, "consistent")]})
    assert finding.severity == "warning"
    assert finding.message == "2 of 3 train statements cannot be read with certainty, and are not added up"


def test_missed_frauds_are_one_finding_by_type():
    pairs = [("card_fraud", "legitimate"), ("card_fraud", "money_mule"), ("legitimate", "legitimate")]
    items = [Item(id=str(n), fields={"label": label}, answer=answer) for n, (label, answer) in enumerate(pairs)]
    (finding,) = plugin.goodfit_check_answers("finance/fraud", items)
    assert finding.message == "1 of 2 frauds were called legitimate: 1 card_fraud"
    assert finding.evidence == {
        "missed": {"card_fraud": 1},
        "frauds": {"card_fraud": 2},
        "count": 1,
        "of": 2,
        "ids": ["0"],
    }


def test_passed_breaches_are_one_finding():
    pairs = [(["a", "b"], []), (["a"], ["b"]), ([], [])]
    items = [Item(id=str(n), fields={"labels": labels}, answer=answer) for n, (labels, answer) in enumerate(pairs)]
    (finding,) = plugin.goodfit_check_answers("finance/compliance", items)
    assert finding.message == "1 of 2 texts with a breach were passed: 1 a, 1 b"


def test_reports_against_their_figures_are_a_finding_of_data_and_of_answers():
    source = "revenue: 4 | revenue last year: 3"
    items = [
        Item(id="a", fields={"source": source}, answer="Revenue fell."),
        Item(id="b", fields={"source": source}, answer=""),
    ]
    (finding,) = plugin.goodfit_check_answers("finance/report", items)
    assert (finding.message, finding.evidence["ids"]) == (
        "1 of 2 answers have a rise or fall that their figures do not show",
        ["a"],
    )
    splits = {"test": [{"id": "a", "source": source, "target": "Revenue fell."}]}
    (finding,) = plugin.goodfit_check_data("finance/report", splits)
    assert (finding.code, finding.evidence["split"]) == ("finance.wrong_direction", "test")


def test_answers_to_questions_without_one_are_a_finding():
    items = [Item(id=str(n), fields={"answers": []}, answer=answer) for n, answer in enumerate(["412.6", ""])]
    (finding,) = plugin.goodfit_check_answers("finance/audit_qa", items)
    assert finding.message == "1 of 2 questions without an answer in the report were answered"


def test_a_finding_lists_twenty_ids_and_counts_all():
    items = [Item(id=str(n), fields={"label": "card_fraud"}, answer="legitimate") for n in range(25)]
    (finding,) = plugin.goodfit_check_answers("finance/fraud", items)
    assert finding.evidence["count"] == 25
    assert finding.evidence["ids"] == [str(n) for n in range(20)]


@pytest.mark.parametrize("task", ["finance/fraud", "finance/report", "classification", "legal/clauses"])
def test_there_is_nothing_to_report_about_nothing_or_other_tasks(task):
    assert plugin.goodfit_check_answers(task, []) == []
    assert plugin.goodfit_check_data(task, {"train": []}) == []
