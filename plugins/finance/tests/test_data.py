"""The finance department's data are what its README says, and its generators write them again."""

import json
import re
from collections import Counter
from decimal import Decimal
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from goodfit_finance import plugin
from goodfit_finance.amounts import amounts, is_numeric
from goodfit_finance.directions import claims, directions
from goodfit_finance.statements import adds_up, read_statement, repeated

from goodfit.kinds.generation import attributes
from goodfit.testing.starter_data import SIZES
from goodfit.testing.starter_files import starter_files

HERE = Path(__file__).resolve().parent.parent
TASKS = ["invoice", "report", "fraud", "anomalies", "compliance", "audit_qa"]
DATA = starter_files("finance", HERE / "goodfit_finance")
METRICS = {metric.name: metric for metric in plugin.goodfit_register_metrics()}
PLACES_OF_CASES = (
    "Accra Antwerp Baku Basel Cork Dubai Gdansk Hamburg Lagos Leeds Lima Lyon Malmo Manila Minsk Panama Perth Porto"
    " Riga Tirana Toronto Turin"
)
PROMPTED = {"report": ["{source}"], "audit_qa": ["{question}", "{context}"]}


def right(task: str) -> list[dict]:
    return [row for split in SIZES for row in DATA[task].right(split)]


def read(task: str, row: dict) -> str:
    if task == "audit_qa":
        return row["question"] + row["context"]
    return json.dumps(row["source"]) if task == "report" else row["text"]


@pytest.mark.parametrize("task", TASKS)
def test_a_generator_writes_the_committed_files_again(task):
    assert DATA[task].written_otherwise(HERE / "generators" / f"{task}.py") == []


@pytest.mark.parametrize("task", TASKS)
def test_the_files_hold_what_was_drawn_and_what_was_planted(task):
    assert DATA[task].misplanted() == []


@pytest.mark.parametrize("task", TASKS)
def test_only_what_was_planted_is_read_twice(task):
    assert DATA[task].repeated(partial(read, task)) == []


@pytest.mark.parametrize("task", TASKS)
def test_an_id_begins_with_the_task_and_every_record_has_slices(task):
    rows = [row for split in SIZES for row in DATA[task].records(split)]
    assert all(row["id"].split("-")[0] == task and row["slices"] for row in rows)


@pytest.mark.parametrize("split", SIZES)
@pytest.mark.parametrize(("task", "labels"), [("fraud", 5), ("anomalies", 5)])
def test_no_label_is_rare(task, labels, split):
    rows = DATA[task].records(split)
    counts = Counter(row["label"] for row in rows)
    assert len(counts) == labels
    assert min(counts.values()) >= 0.08 * len(rows)


@pytest.mark.parametrize("split", SIZES)
def test_every_breach_has_its_part_of_every_split_and_some_texts_have_none(split):
    rows = DATA["compliance"].records(split)
    counts = Counter(label for row in rows for label in row["labels"])
    assert len(counts) == 5
    assert min(counts.values()) >= 0.04 * len(rows)
    assert 0.2 <= sum(not row["labels"] for row in rows) / len(rows) <= 0.35
    assert any(len(row["labels"]) == 3 for row in rows)


@pytest.mark.parametrize(
    ("task", "words"),
    [
        pytest.param("fraud", "parcel locker", id="fraud"),
        pytest.param("compliance", "before i hang up", id="compliance"),
        pytest.param("anomalies", "nominal ledger", id="anomalies"),
        pytest.param("invoice", "please remit", id="invoice"),
        pytest.param("report", "to which one may add", id="report"),
        pytest.param("audit_qa", "size of the workforce", id="audit_qa"),
    ],
)
def test_some_frames_occur_only_in_test(task, words):
    assert DATA[task].splits_that_say(words) == {"test"}


@pytest.mark.parametrize("split", SIZES)
def test_invoice_fields_lie_where_their_spans_say(split):
    for row in DATA["invoice"].records(split):
        found = {span["label"]: row["text"][span["start"] : span["end"]] for span in row["spans"]}
        assert len(found) == len(row["spans"])
        assert all(before["end"] <= after["start"] for before, after in pairwise(row["spans"]))
        assert all(value == value.strip() and "\n" not in value for value in found.values())
        for label in {"NET", "TAX", "TOTAL"} & set(found):
            assert len(amounts(found[label])) == 1


def test_invoices_lack_a_due_date_or_tax_now_and_then():
    fields = [{span["label"] for span in row["spans"]} for row in right("invoice")]
    assert all({"SUPPLIER", "INVOICE_NUMBER", "INVOICE_DATE", "TOTAL"} <= found for found in fields)
    assert 0.2 <= sum("DUE_DATE" not in found for found in fields) / len(fields) <= 0.4
    assert 0.1 <= sum("TAX" not in found for found in fields) / len(fields) <= 0.2


def test_only_the_invoices_that_say_so_do_not_add_up():
    wrong = 0
    for row in right("invoice"):
        found = {span["label"]: amounts(row["text"][span["start"] : span["end"]]) for span in row["spans"]}
        if "TAX" in found:
            (net,), (tax,), (total,) = found["NET"], found["TAX"], found["TOTAL"]
            assert (net + tax == total) == (row["slices"]["adds_up"] == "yes"), row["id"]
            wrong += row["slices"]["adds_up"] == "no"
    assert 15 <= wrong <= 25


def test_a_quantity_times_its_price_is_what_the_line_says():
    lines = [line for row in right("invoice") for line in row["text"].splitlines() if " x " in line]
    for line in lines:
        quantity = Decimal(re.search(r"(\d+) x ", line)[1])
        unit, price = amounts(line)
        assert quantity * unit == price, line
    assert len(lines) > 60


def test_an_invoice_in_swiss_francs_has_swiss_rates():
    swiss = [row["text"] for row in right("invoice") if re.search(r"\bCHF\b", row["text"])]
    rates = {rate.replace(",", ".") for text in swiss for rate in re.findall(r"([\d.,]+) %", text)}
    assert len(swiss) > 60
    assert rates <= {"7.7", "2.5", "8.1", "2.6"}


def test_a_place_does_not_tell_a_fraud():
    rows = right("fraud")
    for place in PLACES_OF_CASES.split():
        labels = [row["label"] for row in rows if re.search(rf"\b{place}\b", row["text"])]
        assert len(labels) >= 25
        assert 0.6 <= sum(label != "legitimate" for label in labels) / len(labels) <= 0.77, place


def test_a_report_says_which_way_two_measures_went_and_its_figures_agree():
    for row in right("report"):
        shown = directions(attributes(row["source"]))
        told = claims(row["target"], shown)
        assert len(told) == 2, row["id"]
        assert all(shown[claim.measure] == claim.direction for claim in told), row["id"]
        assert 10 <= len(row["target"].split()) <= 42


def test_only_errors_that_arithmetic_can_see_do_not_add_up_and_only_a_duplicate_stands_there_twice():
    seen = {"journal": {"sum_error", "sign_error", "duplicate_entry"}}
    for row in right("anomalies"):
        statement = read_statement(row["text"])
        assert statement is not None, row["id"]
        assert adds_up(statement) == (row["label"] not in seen.get(row["slices"]["layout"], {"sum_error"})), row["id"]
        assert bool(repeated(statement)) == (row["label"] == "duplicate_entry"), row["id"]


def test_consistent_journals_have_as_much_debit_as_credit():
    rows = [row for row in right("anomalies") if row["slices"]["layout"] == "journal"]
    journals = [read_statement(row["text"]) for row in rows if row["label"] == "consistent"]
    sides = [{total.side: total.stated for total in journal.totals} for journal in journals]
    assert len(sides) > 60
    assert all(totals["debit"] == totals["credit"] for totals in sides)


def test_arithmetic_finds_planted_labels_and_no_others():
    splits = {split: DATA["anomalies"].records(split) for split in SIZES}
    findings = plugin.goodfit_check_data("finance/anomalies", splits)
    ids = {name for found in findings if found.code == "finance.unfounded" for name in found.evidence["ids"]}
    ids |= {name for found in findings for name in found.evidence.get("ids_labelled_consistent", [])}
    assert ids
    assert ids <= {fault["id"] for fault in DATA["anomalies"].faults() if fault["fault"] == "noisy_label"}


def test_consistent_statements_have_instalments_of_one_amount_and_credits():
    consistent = [read_statement(row["text"]) for row in right("anomalies") if row["label"] == "consistent"]
    twice = [len({entry.amount for entry in found.entries}) < len(found.entries) for found in consistent]
    negative = [any(entry.amount < Decimal(0) for entry in found.entries) for found in consistent]
    assert sum(twice) > 20
    assert sum(negative) > 20


def test_an_answer_stands_in_its_report_and_a_quarter_of_the_questions_has_none():
    rows = right("audit_qa")
    for row in rows:
        for answer in row["answers"]:
            assert row["context"][answer["start"] :].startswith(answer["text"])
    assert 0.22 <= sum(not row["answers"] for row in rows) / len(rows) <= 0.28
    numeric = [is_numeric(answer["text"]) for row in rows for answer in row["answers"]]
    assert 0.6 <= sum(numeric) / len(numeric) <= 0.9


def test_what_is_not_in_the_table_is_not_asked_as_if_it_were():
    for row in right("audit_qa"):
        if row["slices"]["asked"] == "table" and row["answers"]:
            assert any(year in row["question"] and year in row["context"] for year in map(str, range(2018, 2027)))


@pytest.mark.parametrize("task", TASKS)
def test_a_task_file_names_what_the_plugin_offers(task):
    folder = Path(plugin.__file__).parent / "conf"
    conf = yaml.safe_load((folder / "task" / "finance" / f"{task}.yaml").read_text(encoding="utf-8"))
    source = DATA[task].source
    assert (conf["name"], conf["source"], conf["kind"]) == (f"finance/{task}", source.name, source.kind)
    own = [name for name in conf["metrics"] if name.startswith("finance.")]
    assert own
    assert all(conf["kind"] in METRICS[name].kinds for name in own)
    assert all(field in conf["prompt"] for field in PROMPTED.get(task, ["{text}"]))
    dataset = yaml.safe_load((folder / "dataset" / "finance" / f"{task}.yaml").read_text(encoding="utf-8"))
    assert dataset == {"source": conf["source"]}
