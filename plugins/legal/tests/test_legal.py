"""The legal plugin: its data are what its README says, and its metrics count what a lawyer would count."""

import json
import math
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import yaml
from goodfit_legal import metrics, plugin
from goodfit_legal.figures import Figure, grounds, stated

from goodfit.hooks.types import Item

HERE = Path(__file__).resolve().parent.parent
TASKS = ["clauses", "terms", "summary"]
SIZES = {"train": 480, "validation": 120, "test": 150}
TEXT_FIELD = {"clauses": "text", "terms": "text", "summary": "source"}
SOURCES = {source.name: source for source in plugin.goodfit_register_data_sources()}
METRICS = {metric.name: metric for metric in plugin.goodfit_register_metrics()}


def read(task: str, split: str) -> list[dict]:
    lines = SOURCES[f"legal.{task}"].files()[split].read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def score(name: str, items: list[Item]) -> float:
    statistics = METRICS[name].statistics(items)
    assert (statistics.dtype, statistics.shape) == (np.float64, (len(items), 2))
    return float(METRICS[name].reduce(statistics.sum(axis=0)))


def classified(label: str, answer: str) -> Item:
    return Item(id=f"{label}-{answer}", fields={"text": "…", "label": label}, answer=answer, confidence=None)


def summarised(source: str, target: str, answer: str) -> Item:
    return Item(id="s", fields={"source": source, "target": target}, answer=answer, confidence=None)


@pytest.mark.parametrize("task", TASKS)
def test_a_generator_writes_the_committed_files_again(task, tmp_path):
    subprocess.run([sys.executable, HERE / "generators" / f"{task}.py", tmp_path], check=True)
    for split, committed in SOURCES[f"legal.{task}"].files().items():
        assert (tmp_path / f"{split}.jsonl").read_bytes() == committed.read_bytes()


@pytest.mark.parametrize("task", TASKS)
def test_splits_have_their_sizes_and_share_no_text(task):
    records = [record for split in SIZES for record in read(task, split)]
    assert {split: len(read(task, split)) for split in SIZES} == SIZES
    assert len({record["id"] for record in records}) == len(records)
    assert len({record[TEXT_FIELD[task]] for record in records}) == len(records)


@pytest.mark.parametrize("split", SIZES)
def test_every_clause_type_has_its_part_of_every_split(split):
    counts = Counter(record["label"] for record in read("clauses", split))
    assert len(counts) == 8
    assert min(counts.values()) >= 0.08 * SIZES[split]
    assert max(counts.values()) <= 2 * min(counts.values())


@pytest.mark.parametrize("split", SIZES)
def test_terms_lie_where_their_spans_say(split):
    records = read("terms", split)
    for record in records:
        spans, text = record["spans"], record["text"]
        assert 15 <= len(text.split()) <= 60
        assert len(spans) <= 5
        assert all(before["end"] <= after["start"] for before, after in pairwise(spans))
        for span in spans:
            term = text[span["start"] : span["end"]]
            assert term == term.strip(" ,;")
            assert bool(stated(term)) == (span["label"] in {"DATE", "AMOUNT", "DURATION"}), term
    assert {span["label"] for record in records for span in record["spans"]} == {
        *("PARTY", "DATE", "AMOUNT", "DURATION", "GOVERNING_LAW")
    }
    assert 0.07 <= sum(not record["spans"] for record in records) / len(records) <= 0.09


@pytest.mark.parametrize("split", SIZES)
def test_a_summary_is_short_and_states_only_figures_of_its_source(split):
    for record in read("summary", split):
        assert 60 <= len(record["source"].split()) <= 120
        assert 10 <= len(record["target"].split()) <= 25
        assert stated(record["target"]) <= grounds(record["source"])
        assert len(stated(record["target"])) >= 2


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        pytest.param("thirty (30) days", {Figure("period", "day", 30)}, id="words and digits are one figure"),
        pytest.param("two years", {Figure("period", "month", 24)}, id="years are compared in months"),
        pytest.param("10 Business Days", {Figure("period", "business day", 10)}, id="business days are no days"),
        pytest.param(
            "twelve thousand five hundred pounds (£12,500.00)", {Figure("money", "GBP", 12_500)}, id="a sum said twice"
        ),
        pytest.param("EUR 1.2 million", {Figure("money", "EUR", 1_200_000)}, id="millions"),
        pytest.param("the 1st day of March 2026", {Figure("date", "day", 20_260_301)}, id="a long date"),
        pytest.param("March 1, 2026", {Figure("date", "day", 20_260_301)}, id="an American date"),
        pytest.param("01.03.2026", {Figure("date", "day", 20_260_301)}, id="a date with dots"),
        pytest.param("3 per cent (3%)", {Figure("percent", "", 3)}, id="a percentage said twice"),
        pytest.param("clause 12.3.1", {Figure("reference", "12.3.1", 0)}, id="a clause number"),
        pytest.param(
            "between five and ten units", {Figure("number", "", 5), Figure("number", "", 10)}, id="a range is no sum"
        ),
        pytest.param("one of them, and no one else", set(), id="one is a pronoun"),
        pytest.param("one month", {Figure("period", "month", 1)}, id="one before a unit"),
        pytest.param("no figure at all", set(), id="nothing"),
    ],
)
def test_a_figure_is_the_same_however_it_is_written(text, figures):
    assert stated(text) == figures


def test_a_date_supports_its_month_and_its_year():
    assert stated("in March 2026") | stated("2026") <= grounds("on 1 March 2026")
    assert not stated("in April 2026") <= grounds("on 1 March 2026")


def test_risk_recall_looks_at_risk_clauses_only():
    items = [
        classified("indemnity", "indemnity"),
        classified("termination", "payment"),
        classified("payment", "indemnity"),
        classified("limitation_of_liability", "limitation_of_liability"),
    ]
    assert score("legal.risk_recall", items) == pytest.approx(2 / 3)
    assert math.isnan(score("legal.risk_recall", [classified("payment", "payment")]))


@pytest.mark.parametrize(
    ("truth", "answer", "exact"),
    [
        pytest.param([(0, 4, "PARTY")], [(0, 4, "PARTY")], 1, id="equal"),
        pytest.param([(0, 4, "PARTY"), (5, 9, "DATE")], [(5, 9, "DATE"), (0, 4, "PARTY")], 1, id="in any order"),
        pytest.param([(0, 4, "PARTY")], [(0, 4, "DATE")], 0, id="another label"),
        pytest.param([(0, 4, "PARTY")], [(0, 5, "PARTY")], 0, id="another end"),
        pytest.param([(0, 4, "PARTY")], [(0, 4, "PARTY"), (5, 9, "DATE")], 0, id="one too many"),
        pytest.param([(0, 4, "PARTY")], [], 0, id="one missing"),
        pytest.param([], [], 1, id="nothing to find"),
    ],
)
def test_a_document_is_exact_or_not(truth, answer, exact):
    spans, found = (
        [dict(zip(("start", "end", "label"), span, strict=True)) for span in side] for side in (truth, answer)
    )
    item = Item(id="d", fields={"text": "…", "spans": spans}, answer=found, confidence=None)
    assert score("legal.document_exact", [item]) == exact


def test_figures_are_counted_over_all_summaries():
    source = "The Buyer shall pay twelve thousand pounds (£12,000) within thirty (30) days of 1 March 2026."
    target = "The Buyer pays £12,000 within 30 days of 1 March 2026."
    items = [
        summarised(source, target, "The Buyer pays £12,000 within 30 days."),
        summarised(source, target, "The Buyer pays £13,000 within thirty days of 1 March 2026."),
        summarised(source, target, "The Buyer pays soon."),
    ]
    assert score("legal.figures_supported", items) == pytest.approx(4 / 5)
    assert score("legal.figures_kept", items) == pytest.approx(4 / 9)
    assert math.isnan(score("legal.figures_supported", items[2:]))


def test_share_reduces_many_resamples_at_once():
    values = metrics.share(np.array([[[1.0, 2.0], [0.0, 0.0]], [[3.0, 3.0], [0.0, 4.0]]]))
    np.testing.assert_array_equal(values, [[0.5, np.nan], [1.0, 0.0]])


@pytest.mark.parametrize("name", METRICS)
def test_no_items_give_an_undefined_metric(name):
    assert math.isnan(score(name, []))


def test_invented_figures_are_one_finding_without_texts():
    made_up = [
        Item(id=str(number), fields={"source": "within 30 days"}, answer="in 40 days", confidence=None)
        for number in range(25)
    ]
    (finding,) = plugin.goodfit_check_answers("legal/summary", [*made_up, summarised("within 30 days", "", "30 days")])
    assert (finding.severity, finding.code, finding.figure) == ("warning", "legal.invented_figures", 25 / 26)
    assert finding.message == "25 of 26 summaries state a figure that their source does not have"
    assert finding.evidence == {"answers": 25, "figures": 25, "of": 26, "ids": [str(number) for number in range(20)]}


def test_missed_risk_clauses_are_one_finding_by_type():
    items = [
        classified("indemnity", "payment"),
        classified("indemnity", "indemnity"),
        classified("termination", "warranty"),
        classified("payment", "warranty"),
    ]
    (finding,) = plugin.goodfit_check_answers("legal/clauses", items)
    assert finding.message == "2 of 3 risk clauses were taken for something else: 1 indemnity, 1 termination"
    assert (finding.code, finding.figure) == ("legal.missed_risk_clauses", 2 / 3)
    assert finding.evidence == {
        "missed": {"indemnity": 1, "termination": 1},
        "of": {"indemnity": 2, "termination": 1},
        "ids": ["indemnity-payment", "termination-warranty"],
    }


@pytest.mark.parametrize("task", ["legal/clauses", "legal/summary", "legal/terms", "classification", "support/intents"])
def test_there_is_nothing_to_report_about_no_answers_or_right_ones(task):
    items = [classified("indemnity", "indemnity")] if task == "legal/clauses" else []
    assert plugin.goodfit_check_answers(task, items) == []


@pytest.mark.parametrize("task", TASKS)
def test_a_task_file_names_what_the_plugin_offers(task):
    folder = Path(plugin.__file__).parent / "conf" / "task"
    conf = yaml.safe_load((folder / "legal" / f"{task}.yaml").read_text(encoding="utf-8"))
    source = SOURCES[conf["source"]]
    assert (conf["name"], conf["kind"]) == (f"legal/{task}", source.kind)
    assert all(conf["kind"] in METRICS[name].kinds for name in conf["metrics"])
    assert conf["prompt"].endswith(f": {{{TEXT_FIELD[task]}}}")
