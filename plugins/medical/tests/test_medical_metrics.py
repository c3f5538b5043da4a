"""The medical plugin's metrics, checks and gate count what a hospital would count."""

import math

import pytest
from goodfit_medical import plugin
from goodfit_medical.codes import mentioned
from goodfit_medical.vocabulary import known_drugs, known_endings

from goodfit.data.records import record_of
from goodfit.evaluation.report import figures, items_of
from goodfit.hooks.types import Evidence, Item, Verdict
from goodfit.testing.measure import score

METRICS = {metric.name: metric for metric in plugin.goodfit_register_metrics()}
(GATE,) = plugin.goodfit_register_gates()
DOSE_METRICS = ("medical.doses_supported", "medical.doses_stated", "medical.doses_read")
SOURCE = "Doctor: Take amoxicillin 500 mg. Patient: And my ibuprofen, 400 mg? Doctor: Stop it."


def coded(text: str, labels: list[str], answer: list[str], name: str = "n") -> Item:
    return Item(id=name, fields={"text": text, "labels": labels}, answer=answer)


def written(answer: str, target: str = "", source: str = SOURCE, name: str = "w") -> Item:
    return Item(id=name, fields={"source": source, "target": target}, answer=answer)


def spans(*found: tuple[int, int, str]) -> list[dict]:
    return [dict(zip(("start", "end", "label"), span, strict=True)) for span in found]


def test_procedure_recall_looks_at_procedures_only():
    items = [
        coded("…", ["procedure_ecg", "diagnosis_asthma"], ["procedure_ecg"]),
        coded("…", ["procedure_ecg", "procedure_colonoscopy"], ["procedure_colonoscopy", "procedure_chest_xray"]),
        coded("…", ["diagnosis_asthma"], ["procedure_ecg"]),
    ]
    assert score(METRICS["medical.procedure_recall"], items) == pytest.approx(2 / 3)
    assert math.isnan(score(METRICS["medical.procedure_recall"], items[2:]))


def test_ruled_out_coded_counts_mentions_that_are_not_the_notes_own():
    text = "No sign of pneumonia. Mother has diabetes. Asthma, an ECG was done."
    own = ["diagnosis_asthma", "procedure_ecg"]
    assert mentioned(text) == {*own, "diagnosis_pneumonia", "diagnosis_type_2_diabetes"}
    items = [
        coded(text, own, [*own, "diagnosis_pneumonia"]),
        coded(text, own, ["diagnosis_migraine"]),
        coded("Asthma.", ["diagnosis_asthma"], []),
    ]
    assert score(METRICS["medical.ruled_out_coded"], items) == pytest.approx(1 / 4)
    assert math.isnan(score(METRICS["medical.ruled_out_coded"], items[2:]))
    foreign = [coded(text, ["J45.0"], ["J18.9"])]  # with another code list there is no way to give a wrong one
    assert math.isnan(score(METRICS["medical.ruled_out_coded"], foreign))


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
    assert score(METRICS["medical.prescriptions_exact"], [item]) == pytest.approx(value, nan_ok=True)


def test_doses_and_drugs_are_counted_over_all_answers():
    items = [
        written("Amoxicillin 0.5 g, stop ibuprofen.", "Amoxicillin 500 mg, stop ibuprofen."),
        written("Amoxicillin 250 mg and warfarin 400 mg.", "Amoxicillin 500 mg, stop ibuprofen."),
        written("Rest.", "Rest."),
    ]
    assert score(METRICS["medical.doses_supported"], items) == pytest.approx(2 / 3)
    assert score(METRICS["medical.drugs_supported"], items) == pytest.approx(3 / 4)
    assert score(METRICS["medical.drugs_kept"], items) == pytest.approx(3 / 4)
    assert all(math.isnan(score(METRICS[f"medical.{name}"], items[2:])) for name in ("doses_supported", "drugs_kept"))


def test_a_negation_is_kept_only_if_the_answer_denies_it_too():
    target = "Cough for a week. No fever or chest pain."
    items = [written("Coughs, without fever.", target), written("Fever. Denies chest pain.", target)]
    assert score(METRICS["medical.negation_kept"], items) == pytest.approx(2 / 4)
    assert math.isnan(score(METRICS["medical.negation_kept"], [written("No fever.", "Cough.")]))


def test_what_a_reference_states_behind_a_lack_is_no_negation():
    target = "No appetite, nausea all day. Takes no medication for asthma."
    items = [written(answer, target) for answer in ("No nausea. He has no asthma.", "Nausea all day. Asthma.")]
    assert math.isnan(score(METRICS["medical.negation_kept"], items))
    assert plugin.goodfit_check_answers("medical/notes", items) == []


def test_jargon_counts_the_terms_that_remain_from_the_source():
    source = "Hypertension and oedema, furosemide 20 mg mane."
    items = [
        written("Your hypertension is better, dyspnoea too.", source=source),
        written("Take 20 mg each morning.", source=source),
    ]
    assert score(METRICS["medical.jargon_share"], items) == pytest.approx(1 / 6)
    assert METRICS["medical.jargon_share"].greater_is_better is False


@pytest.mark.parametrize("name", METRICS)
def test_no_items_give_an_undefined_metric(name):
    assert math.isnan(score(METRICS[name], []))


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
        (
            "medical.invented_doses",
            "warning",
            "1 of 3 answers state a dose that their source does not have, or has for another drug",
        ),
        (
            "medical.invented_drugs",
            "warning",
            f"1 of 3 answers name a drug that their source does not have; the check knows {known_drugs()} drugs "
            f"and {known_endings()} endings of drug names",
        ),
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


def judged(*answers: str, source: str = SOURCE, task_metrics: tuple[str, ...] = DOSE_METRICS) -> Verdict:
    """What the gate says of some answers to one source."""
    items = [written(answer, source=source, name=str(number)) for number, answer in enumerate(answers)]
    values = {f"test/{name}": score(METRICS[name], items) for name in task_metrics}
    tuned = {
        name: {"value": None if math.isnan(value) else value, "low": None, "high": None, "n": len(items)}
        for name, value in values.items()
    }
    return GATE.judge(Evidence(task="t", primary="test/rougeL", tuned=tuned, paired={}, fit="good", findings=[]))


RIGHT, REST = "Take amoxicillin 500 mg.", "Rest."


@pytest.mark.parametrize(
    ("answers", "passed", "reason"),
    [
        pytest.param(
            [RIGHT] * 100 + [REST] * 50,
            True,
            "100 of 150 answers state a dose, none of them an invented one; "
            "up to 3.0% of answers with a dose still may",
            id="none invented",
        ),
        pytest.param(
            [RIGHT] * 99 + ["Take 5 g."],
            False,
            "1.0% of the doses and frequencies in the answers do not stand in their sources, or stand there for "
            "another drug",
            id="one in a hundred",
        ),
        pytest.param(
            [RIGHT] + [REST] * 149,
            False,
            "it cannot tell: 1 of 150 answers state a dose, and it asks for 60",
            id="a single answer with a dose",
        ),
        pytest.param(
            [REST] * 2, False, "it cannot tell: 0 of 2 answers state a dose, and it asks for 60", id="no dose"
        ),
        pytest.param(
            [RIGHT] * 99 + ["Take two fifty milligrams."],
            False,
            "it cannot tell: 1.0% of the quantities in the answers cannot be read with certainty",
            id="a quantity that may be an invented dose",
        ),
    ],
)
def test_the_gate_passes_only_when_enough_doses_were_judged_and_none_was_invented(answers, passed, reason):
    verdict = judged(*answers)
    assert (verdict.passed, verdict.reason) == (passed, reason)


@pytest.mark.parametrize(
    ("patients", "notes", "passed", "reason"),
    [
        pytest.param(
            6,
            10,
            False,
            "it cannot tell: 60 of 60 answers state a dose, in 6 groups of records, and it asks for 60",
            id="six patients",
        ),
        pytest.param(
            75,
            2,
            True,
            "150 of 150 answers state a dose, in 75 groups of records, none of them an invented one; "
            "up to 4.0% of groups with a dose still may",
            id="75 patients",
        ),
    ],
)
def test_the_gate_counts_the_answers_to_one_group_of_records_once(patients, notes, passed, reason):
    records = [
        record_of(f"{patient}-{note}", {"source": SOURCE, "target": RIGHT}, group=str(patient), slices={}, origin="")
        for patient in range(patients)
        for note in range(notes)
    ]
    items = items_of(records, [RIGHT] * len(records), [None] * len(records))
    tuned = figures([METRICS[name] for name in DOSE_METRICS], records, items, "test", 0)
    verdict = GATE.judge(Evidence(task="t", primary="test/rougeL", tuned=tuned, paired={}, fit="good", findings=[]))
    assert (verdict.passed, verdict.reason) == (passed, reason)


WRONG = [
    "2 kg",
    ".5 mg",
    "2,5 mg",
    "875/125 mg",
    "20 mmol",
    "40 mEq",
    "10 U",
    "2 tabs",
    "half tablet",
    "a tablet",
    "1.2 million units",
    "50 nanograms",
    "2 litres",
    "100 international units",
    "2 patches",
    "a sachet",
    "two teaspoons",
    "three inhalations",
    "1½ mg",
    "a few tablets",
    "2 500 mg",
]


@pytest.mark.parametrize("wrong", WRONG)
def test_the_gate_sees_an_invented_dose_however_it_is_written(wrong):
    assert not judged(*[RIGHT] * 100, f"Take {wrong} at night.").passed


def test_the_gate_is_not_passed_by_a_task_that_does_not_measure_doses():
    verdict = judged(*[RIGHT] * 100, task_metrics=DOSE_METRICS[:1])
    missing = "test/medical.doses_stated, test/medical.doses_read"
    assert not verdict.passed
    assert verdict.reason == f"{missing} not measured: the task must write texts and name these metrics"


DAILY = [
    pytest.param("Methotrexate 10 mg once a week.", "Take methotrexate 10 mg every day.", id="weekly as daily"),
    pytest.param("Alendronate 70 mg weekly.", "Take alendronate 70 mg. Take it every morning.", id="each morning"),
    pytest.param("Methotrexate 2.5 mg, 4 tablets weekly.", "Take methotrexate 2.5 mg, 4 tablets a day.", id="tablets"),
    pytest.param("Apixaban 5 mg bd.", "Take apixaban 5 mg once daily.", id="twice as once"),
    pytest.param("Paracetamol 1 g qds.", "Take paracetamol 1 g twice a day.", id="four times as twice"),
    pytest.param("Fentanyl patch 12 mcg/h every 72 hours.", "Fentanyl patch 12 mcg/h, every 24 hours.", id="hours"),
    pytest.param("Ibuprofen 400 mg q8h.", "Take ibuprofen 400 mg q6h.", id="a short form in the answer"),
    pytest.param("Prednisolone 5 mg.", "Take prednisolone 5 mg three times daily.", id="none in the source"),
    pytest.param("Methotrexate weekly.", "Take methotrexate daily.", id="without a dose"),
    pytest.param(
        "Apixaban 5 mg BD, prednisolone 5 mg od.",
        "Take apixaban 5 mg twice daily and prednisolone 5 mg twice daily.",
        id="that of another drug",
    ),
    pytest.param("Ramipril 5 mg od; apixaban 5 mg bd.", "Ramipril twice a day, apixaban twice a day.", id="no dose"),
]


@pytest.mark.parametrize(("source", "answer"), DAILY)
def test_a_frequency_that_the_source_does_not_have_is_found_by_metric_audit_and_gate(source, answer):
    items = [written(source, source=source, name="same"), written(answer, source=source)]
    assert score(METRICS["medical.doses_supported"], items[:1]) in (1, pytest.approx(math.nan, nan_ok=True))
    assert score(METRICS["medical.doses_supported"], items[1:]) < 1
    (finding,) = plugin.goodfit_check_answers("medical/patient_message", items)
    assert (finding.code, finding.evidence["ids"]) == ("medical.invented_frequencies", ["w"])
    assert finding.message.startswith("1 of 2 answers say how often a medicine is taken and their source does not")
    assert not judged(*[source] * 100, answer, source=source).passed


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("Apixaban 5 mg BD", "Take apixaban 5 mg twice a day, every day."),
        ("Metformin 500 mg BD", "Take metformin 500 mg twice a day. Take it every day, even when you feel well."),
        ("Ramipril 2.5 mg BD", "Take ramipril 2.5 mg two times daily. Keep taking it daily."),
        ("Paracetamol 1g 6hrly", "Take paracetamol 1 g every six hours."),
        ("Paracetamol 1g 4-6 hrly", "Take paracetamol 1 g every four to six hours."),
        ("Simvastatin 40 mg ON for cholesterol", "Take simvastatin 40 mg every night."),
    ],
)
def test_usual_words_for_a_frequency_are_none_of_their_own(source, answer):
    item = written(answer, source=source)
    assert score(METRICS["medical.doses_supported"], [item]) == 1
    assert plugin.goodfit_check_answers("medical/patient_message", [item]) == []


def test_an_unclear_quantity_in_the_words_of_its_source_is_no_invention():
    source = "Take two fifty milligrams of amoxicillin."
    items = [written("Two fifty milligrams of amoxicillin.", source=source), written("A few tablets.", source=source)]
    assert score(METRICS["medical.doses_read"], items) == pytest.approx(1 / 2)
    (finding,) = plugin.goodfit_check_answers("medical/notes", items)
    assert finding.code == "medical.unclear_doses"
    assert finding.evidence["answers"] == 1


def test_a_latin_frequency_of_the_source_supports_the_figure_of_a_message():
    source = "Amoxicillin 500 mg tds for 5 days, omeprazole 20 mg od."
    items = [
        written("Take 500 mg three times a day for 5 days.", source=source),
        written("Take 500 mg four times a day.", source=source),
    ]
    assert score(METRICS["medical.figures_supported"], items) == pytest.approx(4 / 5)
