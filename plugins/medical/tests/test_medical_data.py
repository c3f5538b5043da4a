"""The starter data of the medical plugin are what its README says."""

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from goodfit_medical import plugin
from goodfit_medical.codes import PROCEDURE, code_list, mentioned
from goodfit_medical.doses import doses, unread
from goodfit_medical.frequencies import unsupported_figures
from goodfit_medical.negation import negated, stated
from goodfit_medical.vocabulary import drugs, jargon

from goodfit.testing.starter_data import SIZES
from goodfit.testing.starter_files import starter_files

HERE = Path(__file__).resolve().parents[1]
TASKS = ["coding", "entities", "notes", "patient_message"]
TEXT_FIELD = {"coding": "text", "entities": "text", "notes": "source", "patient_message": "source"}
DATA = starter_files("medical", HERE / "goodfit_medical")
METRICS = {metric.name: metric for metric in plugin.goodfit_register_metrics()}
CORE_METRICS = {"figures_supported", "figures_kept", "reading_grade"}

every_task = pytest.mark.parametrize("task", TASKS)
every_split = pytest.mark.parametrize("split", SIZES)
writing = pytest.mark.parametrize("task", ["notes", "patient_message"])


@every_task
def test_a_generator_writes_the_committed_files_again(task):
    assert DATA[task].written_otherwise(HERE / "generators" / f"{task}.py") == []


@every_task
def test_the_files_hold_what_was_drawn_and_what_was_planted(task):
    assert DATA[task].misplanted() == []


@every_task
def test_only_what_was_planted_is_read_twice(task):
    assert DATA[task].repeated(lambda row: row[TEXT_FIELD[task]]) == []


@every_task
def test_an_id_begins_with_the_task(task):
    assert {row["id"].split("-")[0] for split in SIZES for row in DATA[task].records(split)} == {task}


@pytest.mark.parametrize(
    ("task", "words"),
    [
        pytest.param("coding", "accounts for the whole picture", id="coding"),
        pytest.param("entities", "shed no more light", id="entities"),
        pytest.param("notes", "sit down, arm on the table", id="notes"),
        pytest.param("patient_message", "will reassess in", id="patient_message"),
    ],
)
def test_some_sentence_frames_occur_only_in_test(task, words):
    assert DATA[task].splits_that_say(words, lambda row: row[TEXT_FIELD[task]]) == {"test"}


@every_split
def test_every_code_has_its_part_of_every_split_and_some_notes_have_none(split):
    records = DATA["coding"].records(split)
    counts = Counter(label for record in records for label in record["labels"])
    assert set(counts) == set(code_list())
    assert min(counts.values()) >= 0.04 * len(records)
    assert 0.05 <= sum(not record["labels"] for record in records) / len(records) <= 0.2
    assert all(10 <= len(record["text"].split()) <= 70 for record in records)


@every_split
def test_a_term_alone_does_not_make_a_code(split):
    records = DATA["coding"].right(split)
    assert all(set(record["labels"]) <= mentioned(record["text"]) for record in records)
    named = sum(len(mentioned(record["text"])) for record in records)
    in_vain = sum(len(mentioned(record["text"]) - set(record["labels"])) for record in records)
    assert 0.15 <= in_vain / named <= 0.4


def test_the_code_list_has_procedures_and_no_term_stands_for_two_codes():
    terms = [term.lower() for code in code_list().values() for term in code.terms]
    assert len(terms) == len(set(terms))
    assert len(code_list()) == 16
    assert sum(code.startswith(PROCEDURE) for code in code_list()) == 6
    assert all(mentioned(f"Seen for {term}.") == {name} for name, code in code_list().items() for term in code.terms)


@every_split
def test_terms_lie_where_their_spans_say(split):
    records = DATA["entities"].records(split)
    for record in records:
        spans, text = record["spans"], record["text"]
        assert all(before["end"] <= after["start"] for before, after in pairwise(spans))
        for span in spans:
            term = text[span["start"] : span["end"]]
            assert term == term.strip(" ,;.")
            assert not term.lower().startswith(("a ", "an ", "the "))
            assert bool(doses(term)) == (span["label"] == "DOSE"), term
            assert bool(drugs(term)) == (span["label"] == "DRUG"), term
    assert {span["label"] for record in records for span in record["spans"]} == {
        *("DRUG", "DOSE", "FREQUENCY", "PROBLEM", "PROCEDURE")
    }
    assert 0.03 <= sum(not record["spans"] for record in records) / len(records) <= 0.12


def test_the_test_split_has_drugs_that_training_does_not():
    data = DATA["entities"]

    def named(split: str) -> set[str]:
        return {drug for record in data.records(split) for drug in drugs(record["text"])}

    leaked = {fault["of"] for fault in data.faults() if fault["fault"] == "leak"}
    copied = {drug for record in data.records("test") if record["id"] in leaked for drug in drugs(record["text"])}
    assert len(named("test") - (named("train") - copied)) >= 5


@writing
@every_split
def test_a_written_text_is_short_and_invents_no_dose_and_no_drug(task, split):
    for record in DATA[task].right(split):
        source, target = record["source"], record["target"]
        assert 40 <= len(source.split()) <= 130
        assert 10 <= len(target.split()) <= 40
        assert set() < doses(target) <= doses(source)
        assert set() < drugs(target) <= drugs(source)


@every_split
def test_notes_deny_problems_and_never_state_what_they_deny(split):
    records = DATA["notes"].right(split)
    assert sum(bool(negated(record["target"])) for record in records) > 0.6 * len(records)
    assert [record["id"] for record in records if negated(record["target"]) & stated(record["target"])] == []


@every_split
def test_a_message_to_a_patient_has_none_of_the_clinical_terms_of_its_source(split):
    for record in DATA["patient_message"].right(split):
        assert len(jargon(record["source"])) >= 4
        assert jargon(record["target"]) == set()


@writing
@every_split
def test_a_written_text_invents_no_figure_and_no_quantity_that_is_not_clear(task, split):
    for record in DATA[task].right(split):
        assert unsupported_figures(record["target"], record["source"]) == set()
        assert unread(record["source"]) | unread(record["target"]) == set()


def figures(topic: str, pattern: str) -> list[float]:
    """What a pattern finds in all messages of a topic, as numbers."""
    messages = [
        record["target"]
        for split in SIZES
        for record in DATA["patient_message"].right(split)
        if record["slices"]["topic"] == topic
    ]
    found = [float(number) for message in messages for number in re.findall(pattern, message)]
    assert len(found) == len(messages) > 0
    return found


def test_a_message_asks_nothing_unsafe_of_a_patient():
    assert min(figures("asthma", r"(\d+) per cent")) > 75
    assert max(figures("asthma", r"in (\d+) weeks")) <= 3
    assert max(figures("cholesterol", r"(\d+) per cent")) < 25
    assert max(figures("heart", r"gain ([\d.]+) kg")) <= 2
    assert max(figures("heart", r"kg (?:with)?in (\d+) days")) <= 3
    assert len(figures("iron", r"([\d.]+) g/dL")) > 20


@every_split
def test_what_is_coded_is_not_of_the_past(split):
    assert [record["id"] for record in DATA["coding"].records(split) if "flared up last" in record["text"]] == []


@every_task
def test_a_task_file_names_what_the_plugin_and_the_core_offer(task):
    folder = Path(plugin.__file__).parent / "conf"
    conf = yaml.safe_load((folder / "task" / "medical" / f"{task}.yaml").read_text(encoding="utf-8"))
    source = DATA[task].source
    assert (conf["name"], conf["source"], conf["kind"]) == (f"medical/{task}", source.name, source.kind)
    own = [name for name in conf["metrics"] if name not in CORE_METRICS]
    assert own
    assert all(conf["kind"] in METRICS[name].kinds for name in own)
    assert conf["prompt"].endswith(f": {{{TEXT_FIELD[task]}}}")
    dataset = yaml.safe_load((folder / "dataset" / "medical" / f"{task}.yaml").read_text(encoding="utf-8"))
    assert dataset == {"source": conf["source"]}
