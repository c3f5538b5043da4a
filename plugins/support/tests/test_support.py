"""The support department: its data are as the README says, its metrics count right, its check warns."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from goodfit_support import metrics, plugin
from goodfit_support.checks import has_contact_details

from goodfit.hooks.types import Item

GENERATORS = Path(__file__).parents[1] / "generators"
SIZES = {"train": 480, "validation": 120, "test": 150}
TASKS = ("intent", "sentiment")


def records_of(task: str) -> dict[str, list[dict]]:
    files = plugin.files_of(task)
    return {split: [json.loads(line) for line in path.read_text("utf-8").splitlines()] for split, path in files.items()}


def items(*pairs: tuple[str, str]) -> list[Item]:
    """Make items from (label, answer)."""
    return [
        Item(id=str(row), fields={"label": label}, answer=answer, confidence=None)
        for row, (label, answer) in enumerate(pairs)
    ]


@pytest.mark.parametrize("task", TASKS)
def test_a_generator_reproduces_the_committed_files_byte_for_byte(task, tmp_path):
    subprocess.run([sys.executable, str(GENERATORS / f"{task}.py"), str(tmp_path)], check=True)
    for split, path in plugin.files_of(task).items():
        assert (tmp_path / f"{split}.jsonl").read_bytes() == path.read_bytes()


@pytest.mark.parametrize("task", TASKS)
def test_splits_have_their_sizes_and_share_neither_text_nor_id(task):
    splits = records_of(task)
    rows = [row for records in splits.values() for row in records]
    assert {split: len(records) for split, records in splits.items()} == SIZES
    assert len({row["text"].casefold() for row in rows}) == len({row["id"] for row in rows}) == len(rows)


@pytest.mark.parametrize(
    ("task", "labels", "rarest"),
    [pytest.param("intent", 8, 0.08, id="intent"), pytest.param("sentiment", 3, 0.25, id="sentiment")],
)
def test_no_label_is_rare_in_any_split(task, labels, rarest):
    for records in records_of(task).values():
        counts = Counter(row["label"] for row in records)
        assert len(counts) == labels
        assert min(counts.values()) >= rarest * len(records)


@pytest.mark.parametrize(
    ("task", "words"),
    [pytest.param("intent", "fake page", id="intent"), pytest.param("sentiment", "what a letdown", id="sentiment")],
)
def test_some_sentence_frames_occur_only_in_test(task, words):
    found = {split for split, records in records_of(task).items() for row in records if words in row["text"].lower()}
    assert found == {"test"}


@pytest.mark.parametrize("task", TASKS)
def test_every_record_names_its_channel_and_customer(task):
    rows = [row for records in records_of(task).values() for row in records]
    assert {row["slices"]["channel"] for row in rows} == {"email", "chat", "phone_note"}
    assert {row["slices"]["customer"] for row in rows} == {"private", "business"}


@pytest.mark.parametrize(
    ("counts", "pairs", "value"),
    [
        pytest.param(
            metrics.urgent_counts,
            [
                ("fraud_report", "fraud_report"),
                ("billing_error", "refund"),
                ("account_access", "fraud_report"),
                ("refund", "fraud_report"),
                ("account_access", "account_access"),
            ],
            0.5,
            id="urgent: another urgent intent is a miss, other intents do not count",
        ),
        pytest.param(
            metrics.escalation_counts,
            [("negative", "negative"), ("negative", "neutral"), ("negative", "negative"), ("positive", "negative")],
            2 / 3,
            id="escalation: only negative messages count",
        ),
        pytest.param(
            metrics.false_alarm_counts,
            [("negative", "negative"), ("neutral", "negative"), ("positive", "neutral"), ("positive", "positive")],
            1 / 3,
            id="false alarm: only the others count",
        ),
    ],
)
def test_a_metric_is_the_ratio_of_its_summed_counts(counts, pairs, value):
    rows = counts(items(*pairs))
    assert rows.shape == (len(pairs), 2)
    assert rows.dtype == np.float64
    assert metrics.ratio(rows.sum(axis=0)) == pytest.approx(value)


def test_a_ratio_works_on_many_resamples_and_is_nan_where_nothing_was_possible():
    sums = np.array([[[1.0, 2.0], [0.0, 0.0]], [[3.0, 3.0], [0.0, 5.0]]])
    np.testing.assert_array_equal(metrics.ratio(sums), [[0.5, np.nan], [1.0, 0.0]])


def test_no_items_give_no_rows_and_no_value():
    rows = metrics.escalation_counts([])
    assert rows.shape == (0, 2)
    assert np.isnan(metrics.ratio(rows.sum(axis=0)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Write to ines.b42@example.com.", True, id="mail"),
        pytest.param("Please call 555-0142.", True, id="local number"),
        pytest.param("My number is (555) 010-4477", True, id="area code"),
        pytest.param("call +1 555 010 4477 please", True, id="country code"),
        pytest.param("call +15550104477", True, id="country code without spaces"),
        pytest.param("Where is order #48213? I paid $129.95.", False, id="order and amount"),
        pytest.param("order GF-20417, 204417 and 14 Alder Row", False, id="order numbers"),
        pytest.param("It came on 2031-05-03, not on 04.05.2031.", False, id="dates"),
        pytest.param("card 4000 0000 0000 0000", False, id="a card is not a phone"),
        pytest.param("I tweeted @goodshop at 12:30", False, id="handle"),
    ],
)
def test_contact_details_are_told_from_other_numbers(text, expected):
    assert has_contact_details(text) is expected


def test_the_check_finds_exactly_the_contact_details_that_the_generators_put_in():
    for task in TASKS:
        findings = plugin.goodfit_check_data(task=f"support/{task}", splits=records_of(task))
        assert {finding.evidence["split"]: finding.figure for finding in findings} == {
            "train": 10.0,
            "validation": 2.0,
            "test": 3.0,
        }


def test_a_finding_names_at_most_twenty_ids_and_no_text():
    records = [{"id": f"row-{row}", "text": "Mail a@example.com", "label": "neutral"} for row in range(30)]
    (finding,) = plugin.goodfit_check_data(task="support", splits={"train": records, "test": []})
    assert (finding.severity, finding.code) == ("warning", "support.contact_details")
    assert finding.message == "30 of 30 train messages hold a mail address or a phone number"
    assert finding.evidence == {"split": "train", "count": 30, "ids": [f"row-{row}" for row in range(20)]}


def test_the_check_leaves_the_tasks_of_other_departments_alone():
    records = [{"id": "a", "text": "Mail a@example.com", "label": "neutral"}]
    assert plugin.goodfit_check_data(task="supporters/club", splits={"train": records}) == []


def test_every_source_has_its_files_and_every_metric_its_name():
    sources = plugin.goodfit_register_data_sources()
    assert [source.name for source in sources] == ["support.intent", "support.sentiment"]
    assert all(path.is_file() for source in sources for path in source.files().values())
    names = [metric.name for metric in plugin.goodfit_register_metrics()]
    assert names == ["support.urgent_recall", "support.escalation_recall", "support.false_alarm_rate"]
