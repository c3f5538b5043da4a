"""The medical plugin's metrics, checks and gate count what a hospital would count."""

import math

import numpy as np
import pytest
from goodfit_medical import plugin
from goodfit_medical.codes import mentioned
from goodfit_medical.doses import Dose, doses
from goodfit_medical.negation import negated, stated
from goodfit_medical.vocabulary import drugs, jargon

from goodfit.hooks.types import Evidence, Item

METRICS = {metric.name: metric for metric in plugin.goodfit_register_metrics()}
(GATE,) = plugin.goodfit_register_gates()
SOURCE = "Doctor: Take amoxicillin 500 mg. Patient: And my ibuprofen, 400 mg? Doctor: Stop it."


def score(name: str, items: list[Item]) -> float:
    statistics = METRICS[name].statistics(items)
    assert (statistics.dtype, statistics.shape) == (np.float64, (len(items), 2))
    return float(METRICS[name].reduce(statistics.sum(axis=0)))


def coded(text: str, labels: list[str], answer: list[str], name: str = "n") -> Item:
    return Item(id=name, fields={"text": text, "labels": labels}, answer=answer)


def written(answer: str, target: str = "", source: str = SOURCE, name: str = "w") -> Item:
    return Item(id=name, fields={"source": source, "target": target}, answer=answer)


def spans(*found: tuple[int, int, str]) -> list[dict]:
    return [dict(zip(("start", "end", "label"), span, strict=True)) for span in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("take 500 mg", {Dose("mg", 500)}, id="milligrams"),
        pytest.param("0.5 g, that is 500mg", {Dose("mg", 500)}, id="grams are compared in milligrams"),
        pytest.param("five hundred milligrams", {Dose("mg", 500)}, id="in words"),
        pytest.param("two hundred and fifty mg", {Dose("mg", 250)}, id="in long words"),
        pytest.param("1,000 mg or 50 micrograms", {Dose("mg", 1000), Dose("mg", 0.05)}, id="thousands and micrograms"),
        pytest.param("one or two tablets", {Dose("tablet", 1), Dose("tablet", 2)}, id="a range has two ends"),
        pytest.param("half a pill, 1/2 tablet", {Dose("tablet", 0.5)}, id="halves"),
        pytest.param("5-10 ml", {Dose("ml", 5), Dose("ml", 10)}, id="a range in digits"),
        pytest.param("10 mg/kg", {Dose("mg/kg", 10)}, id="by body weight"),
        pytest.param("glucose 110 mg/dL, sodium 138 mmol/L", set(), id="a laboratory value is no dose"),
        pytest.param("for 10 days, twice a day, 72 kg", set(), id="other numbers"),
        pytest.param("a tablet", set(), id="no number"),
    ],
)
def test_a_dose_is_the_same_however_it_is_written(text, found):
    assert doses(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("Metformin and METFORMIN", {"metformin"}, id="in any case"),
        pytest.param("acetaminophen, albuterol", {"paracetamol", "salbutamol"}, id="two names of one drug"),
        pytest.param("start telmisartan", {"telmisartan"}, id="by its ending"),
        pytest.param("fepropril", {"fepropril"}, id="one that does not exist"),
        pytest.param("cholesterol in April, an antibiotic", set(), id="words that are no drugs"),
    ],
)
def test_drugs_are_found_by_name_and_by_ending(text, found):
    assert drugs(text) == found


@pytest.mark.parametrize(
    ("text", "absent", "there"),
    [
        pytest.param("No fever or cough.", {"fever", "cough"}, set(), id="a list"),
        pytest.param("Denies chest pain, headache since Monday", {"chest pain", "headache"}, set(), id="a long list"),
        pytest.param("Cough for a week. No fever.", {"fever"}, {"cough"}, id="the next sentence"),
        pytest.param("No fever but a cough", {"fever"}, {"cough"}, id="but"),
        pytest.param("You don't have a rash", {"rash"}, set(), id="a short form"),
        pytest.param("Nausea was denied", {"nausea"}, set(), id="a cue behind"),
        pytest.param("No change in the cough", set(), {"cough"}, id="a change that is not"),
        pytest.param("No fever. Fever since today.", set(), {"fever"}, id="what is said both ways is there"),
        pytest.param("Blood pressure 150.5, no dizziness", {"dizziness"}, set(), id="a point in a number"),
        pytest.param("breathless", set(), {"shortness of breath"}, id="another word"),
    ],
)
def test_what_is_denied_is_told_from_what_is_there(text, absent, there):
    assert (negated(text), stated(text)) == (absent, there)


def test_jargon_is_found_as_whole_words():
    assert jargon("Hypertensive, take it bd; oedema") == {"hypertension", "b.d.", "oedema"}
    assert jargon("Your statement about the manes") == set()


def test_procedure_recall_looks_at_procedures_only():
    items = [
        coded("…", ["procedure_ecg", "diagnosis_asthma"], ["procedure_ecg"]),
        coded("…", ["procedure_ecg", "procedure_colonoscopy"], ["procedure_colonoscopy", "procedure_chest_xray"]),
        coded("…", ["diagnosis_asthma"], ["procedure_ecg"]),
    ]
    assert score("medical.procedure_recall", items) == pytest.approx(2 / 3)
    assert math.isnan(score("medical.procedure_recall", items[2:]))


def test_ruled_out_coded_counts_mentions_that_are_not_the_notes_own():
    text = "No sign of pneumonia. Mother has diabetes. Asthma, an ECG was done."
    own = ["diagnosis_asthma", "procedure_ecg"]
    assert mentioned(text) == {*own, "diagnosis_pneumonia", "diagnosis_type_2_diabetes"}
    items = [
        coded(text, own, [*own, "diagnosis_pneumonia"]),
        coded(text, own, ["diagnosis_migraine"]),
        coded("Asthma.", ["diagnosis_asthma"], []),
    ]
    assert score("medical.ruled_out_coded", items) == pytest.approx(1 / 4)
    assert math.isnan(score("medical.ruled_out_coded", items[2:]))


@pytest.mark.parametrize(
    ("truth", "answer", "value"),
    [
        pytest.param([(0, 4, "DRUG"), (5, 9, "DOSE")], [(5, 9, "DOSE"), (0, 4, "DRUG")], 1, id="in any order"),
        pytest.param([(0, 4, "DRUG")], [(0, 4, "DRUG"), (5, 9, "PROBLEM")], 1, id="other labels do not count"),
        pytest.param([(0, 4, "DRUG"), (5, 9, "DOSE")], [(0, 4, "DRUG")], 0, id="a dose is missing"),
        pytest.param([(0, 4, "DRUG")], [(0, 5, "DRUG")], 0, id="another end"),
        pytest.param([(0, 4, "DRUG")], [(0, 4, "DRUG"), (5, 9, "DOSE")], 0, id="one too many"),
        pytest.param([(0, 4, "PROBLEM")], [], math.nan, id="nothing is prescribed"),
    ],
)
def test_a_list_of_medicines_is_exact_or_not(truth, answer, value):
    item = Item(id="d", fields={"text": "…", "spans": spans(*truth)}, answer=spans(*answer))
    assert score("medical.prescriptions_exact", [item]) == pytest.approx(value, nan_ok=True)


def test_doses_and_drugs_are_counted_over_all_answers():
    items = [
        written("Amoxicillin 0.5 g, stop ibuprofen.", "Amoxicillin 500 mg, stop ibuprofen."),
        written("Amoxicillin 250 mg and warfarin 400 mg.", "Amoxicillin 500 mg, stop ibuprofen."),
        written("Rest.", "Rest."),
    ]
    assert score("medical.doses_supported", items) == pytest.approx(2 / 3)
    assert score("medical.drugs_supported", items) == pytest.approx(3 / 4)
    assert score("medical.drugs_kept", items) == pytest.approx(3 / 4)
    assert all(math.isnan(score(f"medical.{name}", items[2:])) for name in ("doses_supported", "drugs_kept"))


def test_a_negation_is_kept_only_if_the_answer_denies_it_too():
    target = "Cough for a week. No fever or chest pain."
    items = [written("Coughs, without fever.", target), written("Fever. Denies chest pain.", target)]
    assert score("medical.negation_kept", items) == pytest.approx(2 / 4)
    assert math.isnan(score("medical.negation_kept", [written("No fever.", "Cough.")]))


def test_jargon_counts_the_terms_that_remain_from_the_source():
    source = "Hypertension and oedema, furosemide 20 mg mane."
    items = [
        written("Your hypertension is better, dyspnoea too.", source=source),
        written("Take 20 mg each morning.", source=source),
    ]
    assert score("medical.jargon_share", items) == pytest.approx(1 / 6)
    assert METRICS["medical.jargon_share"].greater_is_better is False


@pytest.mark.parametrize("name", METRICS)
def test_no_items_give_an_undefined_metric(name):
    assert math.isnan(score(name, []))


def test_unknown_codes_are_one_finding_for_each_split_that_has_them():
    strange = [{"id": f"r{number}", "text": "…", "labels": ["diagnosis_asthma", "J45"]} for number in range(25)]
    known = [{"id": "k", "text": "…", "labels": ["diagnosis_asthma"]}, {"id": "e", "text": "…", "labels": []}]
    splits = {"train": [*strange, *known], "validation": known, "test": [*known, {**strange[0], "labels": ["a", "b"]}]}
    train, test = plugin.goodfit_check_data("medical/coding", splits)
    assert (train.severity, train.code, train.figure) == ("warning", "medical.unknown_codes", 25 / 27)
    assert train.message == "25 of 27 train notes have a code that the code list does not have"
    ids = [f"r{number}" for number in range(20)]
    assert train.evidence == {"split": "train", "records": 25, "codes": 1, "ids": ids}
    assert test.evidence == {"split": "test", "records": 1, "codes": 2, "ids": ["r0"]}


def test_codes_for_mentions_that_are_ruled_out_are_one_finding_by_code():
    text = "No pneumonia, no migraine. Asthma."
    items = [
        coded(text, ["diagnosis_asthma"], ["diagnosis_asthma", "diagnosis_pneumonia"], "a"),
        coded(text, ["diagnosis_asthma"], ["diagnosis_migraine", "diagnosis_pneumonia"], "b"),
        coded(text, ["diagnosis_asthma"], ["diagnosis_asthma"], "c"),
    ]
    (finding,) = plugin.goodfit_check_answers("medical/coding", items)
    assert (finding.severity, finding.code, finding.figure) == ("warning", "medical.ruled_out_coded", 3 / 6)
    assert finding.message == "2 of 3 notes got a code that they mention and that is not theirs"
    assert finding.evidence == {
        "answers": 2,
        "codes": {"diagnosis_migraine": 1, "diagnosis_pneumonia": 2},
        "of": 6,
        "ids": ["a", "b"],
    }


@pytest.mark.parametrize("task", ["medical/notes", "medical/patient_message"])
def test_invented_doses_and_drugs_and_turned_negations_are_a_finding_each(task):
    items = [
        written("Amoxicillin 250 mg and 5 mg of warfarin.", "Amoxicillin 500 mg.", name="a"),
        written("Fever. Amoxicillin 500 mg.", "No fever.", name="b"),
        written("No fever. Amoxicillin 0.5 g.", "No fever.", name="c"),
    ]
    findings = plugin.goodfit_check_answers(task, items)
    assert [(finding.code, finding.severity, finding.message) for finding in findings] == [
        ("medical.invented_doses", "warning", "1 of 3 answers state a dose that their source does not have"),
        ("medical.invented_drugs", "warning", "1 of 3 answers name a drug that their source does not have"),
        ("medical.turned_negations", "warning", "1 of 3 answers state a problem that their reference denies"),
    ]
    assert [finding.evidence for finding in findings] == [
        {"answers": 1, "places": 2, "of": 3, "ids": ["a"]},
        {"answers": 1, "places": 1, "of": 3, "ids": ["a"]},
        {"answers": 1, "places": 1, "of": 3, "ids": ["b"]},
    ]


@pytest.mark.parametrize("task", ["medical/entities", "medicals/notes", "legal/summary", "generation"])
def test_other_tasks_are_left_alone(task):
    assert plugin.goodfit_check_answers(task, [written("Warfarin 5 mg.")]) == []
    assert plugin.goodfit_check_data(task, {"train": [{"id": "a", "labels": ["J45"]}]}) == []


@pytest.mark.parametrize("task", ["medical/coding", "medical/notes", "medical/patient_message"])
def test_there_is_nothing_to_report_about_no_answers(task):
    assert plugin.goodfit_check_answers(task, []) == []


@pytest.mark.parametrize(
    ("figures", "passed", "reason"),
    [
        pytest.param(
            {"test/medical.doses_supported": {"value": 1.0, "low": 1.0, "high": 1.0, "n": 150}},
            True,
            "no dose was invented in 150 answers; up to 2.0% of answers still may",
            id="none invented",
        ),
        pytest.param(
            {"test/medical.doses_supported": {"value": 0.99, "low": 0.97, "high": 1.0, "n": 150}},
            False,
            "1.0% of the doses in the answers do not stand in their sources",
            id="one in a hundred",
        ),
        pytest.param(
            {"test/medical.doses_supported": {"value": None, "low": None, "high": None, "n": 150}},
            False,
            "no answer states a dose, so there is nothing to judge by",
            id="no dose at all",
        ),
        pytest.param(
            {"test/f1_micro": {"value": 0.9, "low": 0.8, "high": 1.0, "n": 150}},
            False,
            "test/medical.doses_supported was not measured: it needs a task that writes texts",
            id="another kind of task",
        ),
    ],
)
def test_the_gate_passes_only_when_doses_were_judged_and_none_was_invented(figures, passed, reason):
    evidence = Evidence(task="t", primary="test/rougeL", tuned=figures, paired={}, fit="good", findings=[])
    verdict = GATE.judge(evidence)
    assert (verdict.gate, verdict.passed, verdict.reason) == ("medical.no_invented_doses", passed, reason)
