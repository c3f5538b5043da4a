"""Doses, drugs, denials and frequencies are read in a text as a clinician would read them."""

from pathlib import Path

import pytest
from goodfit_medical.doses import Dose, doses, unread
from goodfit_medical.frequencies import spelled_out, taken, unsupported_figures, untold
from goodfit_medical.negation import negated, stated
from goodfit_medical.prescribed import moved_doses, moved_frequencies
from goodfit_medical.vocabulary import drugs, jargon, known_drugs, lists


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
        pytest.param("for 10 days, twice a day, weight 72 kg", set(), id="other numbers"),
        pytest.param("gain above 2 kg in 3 days", set(), id="a weight"),
        pytest.param("creatinine clearance 30 ml/min, TSH 6.3 mU/L", set(), id="more laboratory values"),
        pytest.param("a drop in blood pressure, comes as a tablet, the third tablet", set(), id="no doses"),
        pytest.param("a tablet, one capsule", {Dose("tablet", 1)}, id="an article"),
        pytest.param("2 kg", {Dose("mg", 2e6)}, id="kilograms"),
        pytest.param(".5 mg or 0,5 mg", {Dose("mg", 0.5)}, id="no nought, decimal comma"),
        pytest.param("2,5 mg", {Dose("mg", 2.5)}, id="a decimal comma"),
        pytest.param("875/125 mg", {Dose("mg", 875), Dose("mg", 125)}, id="two drugs in one"),
        pytest.param("20 mmol, 40 mEq", {Dose("mmol", 20), Dose("meq", 40)}, id="millimoles"),
        pytest.param("10 U, ten units, 10 international units", {Dose("unit", 10)}, id="units"),
        pytest.param("1.2 million units", {Dose("unit", 1.2e6)}, id="millions of units"),
        pytest.param("10 000 units", {Dose("unit", 10_000)}, id="a space between thousands"),
        pytest.param("50 nanograms", {Dose("mg", 5e-5)}, id="nanograms"),
        pytest.param("2 litres", {Dose("ml", 2000)}, id="litres"),
        pytest.param("two teaspoons", {Dose("ml", 10)}, id="teaspoons"),
        pytest.param("2 tabs, 3 inhalations", {Dose("tablet", 2), Dose("puff", 3)}, id="short forms"),
        pytest.param("2 patches, one sachet", {Dose("patch", 2), Dose("sachet", 1)}, id="other forms"),
        pytest.param("1½ mg, 1 1/2 mg, one and a half mg", {Dose("mg", 1.5)}, id="one and a half"),
        pytest.param("two and a half tablets, 2½ tablets", {Dose("tablet", 2.5)}, id="two and a half"),
        pytest.param("half tablet, half of the tablet, one-half tablet", {Dose("tablet", 0.5)}, id="more halves"),
        pytest.param("a tablet and a half", {Dose("tablet", 1.5)}, id="a half behind"),
        pytest.param("one point five mg", {Dose("mg", 1.5)}, id="a decimal in words"),
        pytest.param("two 500 mg tablets", {Dose("tablet", 2), Dose("mg", 500)}, id="how many of which"),
        pytest.param("2 paracetamol 500 mg tablets", {Dose("tablet", 2), Dose("mg", 500)}, id="a drug between"),
        pytest.param("two more tablets", {Dose("tablet", 2)}, id="a word between"),
        pytest.param("2 x 500 mg", {Dose("times", 2), Dose("mg", 500)}, id="times"),
        pytest.param("5 mg/h, 2 micrograms/kg/min", {Dose("mg/h", 5), Dose("mg/kg/min", 0.002)}, id="by time"),
        pytest.param("one (1) tablet, 1 (one) tablet", {Dose("tablet", 1)}, id="said twice"),
        pytest.param("five-hundred micro-grams", {Dose("mg", 0.5)}, id="hyphens"),
        pytest.param("vitamin B12 1 mg", {Dose("mg", 1)}, id="a number in a name"),
        pytest.param("co-codamol 30/500 two tablets qds", {Dose("tablet", 2)}, id="a combination before a count"),
        pytest.param("two co-codamol 30/500 tablets", {Dose("tablet", 2)}, id="a combination between"),
        pytest.param("2 tablets of co-codamol 30/500", {Dose("tablet", 2)}, id="a combination behind"),
        pytest.param("Symbicort 200/6 2 puffs bd", {Dose("puff", 2)}, id="a combination of an unknown name"),
        pytest.param("warfarin 1/2 tablet", {Dose("tablet", 0.5)}, id="half a tablet of a drug"),
        pytest.param("co-careldopa 12.5/50 mg", {Dose("mg", 12.5), Dose("mg", 50)}, id="a combination with its unit"),
    ],
)
def test_a_dose_is_the_same_however_it_is_written(text, found):
    assert doses(text) == found


UNCERTAIN = [
    "two fifty milligrams",
    "2 500 mg",
    "1.250 mg",
    "05 mg",
    "5'000 mg",
    "a few tablets",
    "a couple of tablets",
    "1-0-1 tablets",
    "10-5 mg",
    "2 grains",
    "6 MU",
    "500 mg x2",
    "72 kg",
    "dose in mg: 500",
    "daily.5 mg",
    "5OO mg",
    "500. mg",
    "mg 500",
    "tablets: two",
    "two pink tablets",
    "2 Panadol tablets",
    "10k units",
    "10..20 mg",
    "10 & 20 mg",
    "0 . 5 mg",
    "two (3) tablets",
    "co-codamol 8/500",
]


@pytest.mark.parametrize("text", UNCERTAIN)
def test_a_quantity_that_is_not_certain_is_no_dose_and_is_told_of(text):
    assert doses(text) == set()
    assert len(unread(text)) == 1


@pytest.mark.parametrize("run", ["1/2 ", "one ", "1 ", "a ", "9", "1,", "and 2 "])
def test_a_run_of_numbers_without_end_is_not_certain(run):
    assert doses(f"{run * 3000}mg") == set()


QUIET = [
    "500 mg x 7 days",
    "2 tablets 3 times a day",
    "in tablet form, mg/kg",
    "B12 is low",
    "your type 2 diabetes tablets",
    "in 2024 these tablets",
    "for two weeks tablets",
    "the 1st tablet",
    "5 ml of 100 mg per ml",
]


@pytest.mark.parametrize("text", QUIET)
def test_what_is_certain_or_no_quantity_is_not_told_of(text):
    assert unread(text) == set()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("Metformin and METFORMIN", {"metformin"}, id="in any case"),
        pytest.param("acetaminophen, albuterol", {"paracetamol", "salbutamol"}, id="two names of one drug"),
        pytest.param("start telmisartan", {"telmisartan"}, id="by its ending"),
        pytest.param("Epinephrine or adrenaline", {"adrenaline"}, id="a British and an American name"),
        pytest.param("amoxicillin/clavulanate", {"co-amoxiclav"}, id="a name with an ending in it"),
        pytest.param("insulin glargine", {"insulin", "glargine"}, id="an insulin"),
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
        pytest.param("No fever and now has chest pain.", {"fever"}, {"chest pain"}, id="now has"),
        pytest.param("She did not take the tablets and has a fever.", set(), {"fever"}, id="and has"),
        pytest.param("She denies fever, has a cough.", {"fever"}, {"cough"}, id="has behind a comma"),
        pytest.param("He never smoked and has asthma.", set(), {"asthma"}, id="never smoked"),
        pytest.param("Paracetamol did not help the headache.", set(), {"headache"}, id="a drug that did not help"),
        pytest.param("It didn't ease the cough", set(), {"cough"}, id="another that did not"),
        pytest.param("Pneumonia was not ruled out.", set(), {"pneumonia"}, id="not ruled out"),
        pytest.param("Fever: no.", {"fever"}, set(), id="an answer"),
        pytest.param("Fever: no, cough: yes", {"fever"}, {"cough"}, id="two answers"),
        pytest.param("Fever absent. Cough: nil", {"fever", "cough"}, set(), id="absent and nil behind"),
        pytest.param("Nil fever, w/o cough", {"fever", "cough"}, set(), id="nil and w/o before"),
        pytest.param("She is fever-free", {"fever"}, set(), id="free"),
        pytest.param("Cough, fever absent", {"fever"}, {"cough"}, id="absent is the last one"),
        pytest.param("Fever, cough and rash absent", {"fever", "cough", "rash"}, set(), id="absent is the list"),
        pytest.param("Fever, denied cough", {"cough"}, {"fever"}, id="denied is the next one"),
        pytest.param("No fever, cough or rash", {"fever", "cough", "rash"}, set(), id="a list of three"),
        pytest.param(
            "Denies chest pain, fever, cough, rash, vomiting, nausea or headache",
            {"chest pain", "fever", "cough", "rash", "vomiting", "nausea", "headache"},
            set(),
            id="a list longer than the window",
        ),
        pytest.param("No fever, he coughs and has a rash", {"fever"}, {"cough", "rash"}, id="a new subject"),
        pytest.param("Did not come to us last week on Monday for fever", set(), {"fever"}, id="beyond six words"),
        pytest.param(
            "Has never had a rash, denies that he has fever", {"rash", "fever"}, set(), id="having in a trigger"
        ),
        pytest.param("Denies weight loss and itching", {"weight loss", "itching"}, set(), id="words that begin alike"),
        pytest.param("breathless", set(), {"shortness of breath"}, id="another word"),
        pytest.param("No fever, cough present.", {"fever"}, {"cough"}, id="present behind a comma"),
        pytest.param("No fever, productive cough for 3 days.", {"fever"}, {"cough"}, id="days behind a comma"),
        pytest.param("No fever, dry cough x3 days", {"fever"}, {"cough"}, id="days in a short form"),
        pytest.param("no dizziness on standing, headache since Monday", {"dizziness"}, {"headache"}, id="since"),
        pytest.param(
            "No wheeze on auscultation, bilateral ankle swelling noted", {"wheeze"}, {"ankle swelling"}, id="noted"
        ),
        pytest.param("No chest pain with worsening breathlessness", {"chest pain"}, {"shortness of breath"}, id="with"),
        pytest.param("No fever for 3 days, no cough present", {"fever", "cough"}, set(), id="absent for days"),
        pytest.param("No fever, cough, or rash noted", {"fever", "cough", "rash"}, set(), id="a list with its noted"),
        pytest.param("No appetite, nausea all day.", set(), {"nausea"}, id="a lack that is a complaint"),
        pytest.param("Not eating, vomiting since yesterday", set(), {"vomiting"}, id="not eating"),
        pytest.param("He could not straighten his leg, back pain", set(), {"back pain"}, id="what he cannot do"),
        pytest.param("No appetite, nausea or vomiting", {"nausea", "vomiting"}, set(), id="a list by its or"),
        pytest.param("Denies sleep problems, cough", {"cough"}, set(), id="who denies denies the list"),
        pytest.param("No lumps, fever, chills", {"fever", "chills"}, set(), id="a list with other words"),
        pytest.param("He takes no medication for asthma.", set(), {"asthma"}, id="no medication for"),
        pytest.param("She did not take tablets for the headache.", set(), {"headache"}, id="not taken for"),
        pytest.param("No treatment needed for the rash.", set(), {"rash"}, id="no treatment needed for"),
        pytest.param("Without treatment the cough got worse.", set(), {"cough"}, id="without treatment"),
        pytest.param(
            "No need to worry about the cough. No doubt this is asthma", set(), {"cough", "asthma"}, id="doubt"
        ),
        pytest.param("No nausea, vomiting ++", {"nausea"}, {"vomiting"}, id="two plus signs"),
        pytest.param("no fever, headache+, no cough", {"fever", "cough"}, {"headache"}, id="a plus sign"),
        pytest.param("Fever - no, cough - yes", {"fever"}, {"cough"}, id="answers behind a dash"),
        pytest.param("chest pain -ve, cough +ve", {"chest pain"}, {"cough"}, id="negative in a short form"),
    ],
)
def test_what_is_denied_is_told_from_what_is_there(text, absent, there):
    assert (negated(text), stated(text)) == (absent, there)


def test_jargon_is_found_as_whole_words():
    assert jargon("Hypertensive, take it bd; oedema") == {"hypertension", "b.d.", "oedema"}
    assert jargon("Your statement about the manes") == set()


def test_a_clinical_term_is_no_way_to_write_its_opposite():
    opposites = ["hypothyroidism", "hyperthyroidism", "hyperglycaemia", "hypoglycaemia", "symptomatic", "asymptomatic"]
    assert len({name for term in opposites for name in jargon(term)}) == len(opposites)


COMMON = (
    "lithium prednisone dexamethasone ceftriaxone zolpidem edoxaban dabigatran fentanyl clozapine olanzapine "
    "ticagrelor tamoxifen methadone tacrolimus amiodarone budesonide duloxetine empagliflozin semaglutide azathioprine "
    "naloxone hydroxychloroquine"
)


@pytest.mark.parametrize("name", COMMON.split(" "))
def test_common_drugs_are_known(name):
    assert drugs(f"Start {name} today.") == {name}


def test_the_readme_says_how_many_drugs_are_known():
    readme = Path(__file__).parents[1] / "README.md"
    assert f"**Drugs** are the {known_drugs()} of the word list" in readme.read_text("utf-8")


@pytest.mark.parametrize("kind", ["drugs", "jargon", "problems"])
def test_no_way_to_write_something_stands_for_two_things(kind):
    ways = [way for many in lists()[kind].values() for way in many]
    assert len(ways) == len(set(ways))
    assert ways == [way.lower() for way in ways]


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        pytest.param("500 mg tds", "500 mg three times a day", id="tds"),
        pytest.param("BD, b.d. or bid", "two times a day, two times a day or two times a day", id="twice"),
        pytest.param("od po, q.d.s.", "one time a day po, four times a day", id="with points"),
        pytest.param("tds. Then 5", "three times a day. Then 5", id="before a full stop"),
        pytest.param("q6h", "every 6 hours", id="hours"),
        pytest.param("5/7, then 2/52 or 3/12", "5 days, then 2 weeks or 3 months", id="days, weeks and months"),
        pytest.param("on 5/12/2026, 10.5/12", "on 5/12/2026, 10.5/12", id="a date is no period"),
        pytest.param("Twice daily", "two times daily", id="twice in words"),
        pytest.param("a good bid odds", "a good two times a day odds", id="whole words only"),
    ],
)
def test_latin_frequencies_are_spelled_out(text, spelled):
    assert spelled_out(text) == spelled


@pytest.mark.parametrize(
    ("text", "source", "count"),
    [
        pytest.param("two times a day", "twice a day", 0, id="twice"),
        pytest.param("within 48 hours", "in 2 days", 0, id="hours and days"),
        pytest.param("for two days", "48 hours", 0, id="days and hours"),
        pytest.param("for 7 days", "7/7", 0, id="days in a short form"),
        pytest.param("in 2 weeks", "2/52", 0, id="weeks in a short form"),
        pytest.param("every 12 hours", "500 mg bd", 0, id="hours for times a day"),
        pytest.param("three times a day", "every 8 hours", 0, id="times a day for hours"),
        pytest.param("in one week", "500 mg weekly", 1, id="a period that is no frequency"),
        pytest.param("for 3 days", "48 hours", 1, id="other days"),
        pytest.param("in 3 weeks", "3/7", 1, id="another unit"),
    ],
)
def test_a_figure_is_supported_by_what_equals_it(text, source, count):
    assert len(unsupported_figures(text, source)) == count


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        pytest.param("Take 5 mg bd, b.i.d., twice daily, two times a day, 2x/day, every 12 hours", {12}, id="twice"),
        pytest.param("Take 5 mg tds, q8h, 8-hourly, every eight hours, thrice daily, 3 times per day", {8}, id="three"),
        pytest.param(
            "Take 5 mg od, daily, once a day, each day, every morning, nocte, one time per day", {24}, id="day"
        ),
        pytest.param(
            "Take 5 mg weekly, once a week, every 7 days, every Monday, on Mondays, 1x/week", {168}, id="week"
        ),
        pytest.param(
            "Take 5 mg on alternate days, every other day, every 48 hours, every second day", {48}, id="other"
        ),
        pytest.param("Take 5 mg every other week, fortnightly, once a fortnight, every 2/52", {336}, id="other week"),
        pytest.param("Take 5 mg every morning before breakfast", {24}, id="one part of a day said twice"),
        pytest.param("Take 5 mg every four to six hours", {4, 6}, id="a range has two ends"),
        pytest.param("Take 5 mg once or twice a day", {24, 12}, id="once or twice"),
        pytest.param("Take 10 mg daily in two divided doses", {12}, id="divided"),
        pytest.param("Methotrexate, by mouth, every week", {168}, id="words between"),
        pytest.param("Once a week take methotrexate", {168}, id="in front"),
        pytest.param("Take 5 mg, at most 20 mg a day", set(), id="the most"),
        pytest.param("Take 5 mg. Check your blood pressure every day. You cough every night.", set(), id="no medicine"),
        pytest.param("Keep your daily inhaler, take 5 mg at night or when needed", set(), id="what may be none"),
        pytest.param("Take 5 mg every morning and 10 mg every evening", set(), id="two parts of a day"),
    ],
)
def test_how_often_is_read_however_it_is_written(text, hours):
    assert taken(text) == hours


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        pytest.param("Apixaban 5 mg bd", "Apixaban 5 mg every morning and every evening", id="morning and evening"),
        pytest.param("Metformin 500 mg, morning and evening", "Metformin 500 mg twice a day", id="twice a day"),
        pytest.param("Metformin 500 mg mane, 500 mg nocte", "Metformin 500 mg twice daily", id="mane and nocte"),
        pytest.param("Simvastatin 20 mg nocte", "Simvastatin 20 mg once a day, every night", id="nocte"),
        pytest.param("Simvastatin 20 mg ON.", "Simvastatin 20 mg every night", id="ON"),
        pytest.param("Gliclazide 80 mg with breakfast", "Gliclazide 80 mg once a day", id="breakfast"),
        pytest.param("Methotrexate 10 mg on Monday", "Methotrexate 10 mg once a week", id="a weekday"),
        pytest.param("Denosumab 60 mg every 12 weeks", "Denosumab 60 mg every three months", id="weeks and months"),
        pytest.param("Ibuprofen, I take two a day", "Ibuprofen twice a day", id="two a day"),
        pytest.param("Senna 1 tablet tds", "Senna, three tablets a day", id="tablets of a day together"),
        pytest.param("Creon with meals", "Creon three times a day", id="meals"),
    ],
)
def test_a_frequency_is_supported_by_what_equals_it(source, answer):
    assert untold(answer, source) | moved_frequencies(answer, source) == set()


SOURCE = "Take metformin 500 mg bd and aspirin 75 mg od."


@pytest.mark.parametrize(
    ("answer", "source", "moved"),
    [
        pytest.param("metformin 75 mg and aspirin 500 mg", SOURCE, {75, 500}, id="swapped"),
        pytest.param("Metformin 500 mg twice a day, aspirin 75 mg", SOURCE, set(), id="kept"),
        pytest.param("75 mg aspirin, 500 mg metformin", SOURCE, set(), id="in front of the drug"),
        pytest.param("aspirin 500 mg", "metformin 500 mg, aspirin 75 mg, later 500 mg", set(), id="said elsewhere"),
        pytest.param("aspirin 500 mg", "metformin 500 mg. Aspirin as before.", set(), id="no dose of its own"),
        pytest.param("insulin 10 units", "insulin glargine 10 units", set(), id="two names of one drug"),
    ],
)
def test_a_dose_that_the_source_gives_to_another_drug_is_moved(answer, source, moved):
    assert {dose.amount for dose in moved_doses(answer, source)} == moved


def test_a_frequency_that_the_source_gives_to_another_drug_is_moved():
    source = "Start apixaban 5 mg BD, prednisolone 5 mg od."
    assert moved_frequencies("Apixaban 5 mg once daily and prednisolone twice daily.", source) == {24, 12}
    assert moved_frequencies("Apixaban 5 mg every 12 hours and prednisolone 5 mg each day.", source) == set()
    assert moved_frequencies("Aspirin twice a day.", source) == set()
