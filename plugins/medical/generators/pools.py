"""The drugs, problems, procedures, patients and places that fill the slots of a frame.

Drug names are international nonproprietary names. What a drug is for, its doses and how often it is taken are of a
usual kind, so that the texts read like notes; they are no guide to treatment. Persons are invented.
"""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Drug:
    """A drug as notes speak of it."""

    doses: tuple[str, ...]
    """Single doses, the smallest first."""
    times: tuple[str, ...]
    """Keys of ``TIMES``."""
    treats: tuple[str, ...]


@dataclass(frozen=True)
class Prescription:
    """What one patient takes."""

    drug: str
    dose: str
    higher: str
    """The next dose above ``dose``."""
    time: str
    treats: str


# How often a drug is taken, in the ways that notes say it. The second table is for the test split only.
TIMES = {
    "morning": ("once daily", "every morning", "once a day", "in the morning"), "night": ("at night", "at bedtime"),
    "twice": ("twice a day", "twice daily", "every 12 hours"), "thrice": ("three times a day", "every 8 hours"),
    "four": ("four times a day", "every 6 hours"), "week": ("once a week", "every Monday"),
    "needed": ("as needed", "when needed"), "meals": ("with meals", "before each meal"),
}  # fmt: skip
TIMES_TEST = {
    "morning": ("after breakfast", "each day at eight"), "night": ("each evening", "before going to sleep"),
    "twice": ("morning and evening", "2 times a day"), "thrice": ("3 times a day", "morning, noon and night"),
    "four": ("4 times a day",), "week": ("one day a week",), "needed": ("on demand", "when required"),
    "meals": ("at mealtimes",),
}  # fmt: skip

# The second pool is drawn from in the test split only, so that no name can be learnt by heart.
DRUGS = {
    "metformin": Drug(("500 mg", "850 mg", "1,000 mg"), ("twice", "meals"), ("type 2 diabetes", "high blood sugar")),
    "insulin": Drug(("8 units", "10 units", "14 units"), ("night", "meals"), ("type 2 diabetes", "high blood sugar")),
    "lisinopril": Drug(("5 mg", "10 mg", "20 mg"), ("morning",), ("high blood pressure", "heart failure")),
    "amlodipine": Drug(("5 mg", "10 mg"), ("morning", "night"), ("high blood pressure", "angina")),
    "bisoprolol": Drug(("1.25 mg", "2.5 mg", "5 mg"), ("morning",), ("palpitations", "angina", "heart failure")),
    "furosemide": Drug(("20 mg", "40 mg"), ("morning",), ("swollen ankles", "heart failure")),
    "warfarin": Drug(("3 mg", "5 mg"), ("night",), ("atrial fibrillation", "a clot in the leg")),
    "atorvastatin": Drug(("10 mg", "20 mg", "40 mg"), ("night", "morning"), ("high cholesterol",)),
    "amoxicillin": Drug(("250 mg", "500 mg"), ("thrice",), ("pneumonia", "a sore throat", "an ear infection")),
    "nitrofurantoin": Drug(("50 mg", "100 mg"), ("twice", "four"), ("a bladder infection",)),
    "paracetamol": Drug(("500 mg", "1 g"), ("four", "needed"), ("headache", "fever", "knee pain", "low back pain")),
    "ibuprofen": Drug(("200 mg", "400 mg"), ("thrice", "needed"), ("knee pain", "low back pain", "headache")),
    "omeprazole": Drug(("10 mg", "20 mg", "40 mg"), ("morning",), ("heartburn", "a stomach ulcer")),
    "lactulose": Drug(("10 ml", "15 ml"), ("twice", "night"), ("constipation",)),
    "sertraline": Drug(("50 mg", "100 mg"), ("morning",), ("depression", "panic attacks")),
    "levothyroxine": Drug(("25 micrograms", "50 micrograms", "75 micrograms"), ("morning",), ("a slow thyroid",)),
    "salbutamol": Drug(("one puff", "two puffs"), ("needed", "four"), ("asthma", "wheezing")),
    "cetirizine": Drug(("5 mg", "10 mg"), ("morning", "night"), ("hay fever", "an itchy rash")),
    "gabapentin": Drug(("100 mg", "300 mg"), ("thrice", "night"), ("nerve pain", "shingles pain")),
    "methotrexate": Drug(("7.5 mg", "10 mg", "15 mg"), ("week",), ("rheumatoid arthritis", "psoriasis")),
}
DRUGS_TEST = {
    "ramipril": Drug(("2.5 mg", "5 mg", "10 mg"), ("morning",), ("hypertension", "heart failure")),
    "gliclazide": Drug(("40 mg", "80 mg"), ("morning", "twice"), ("type 2 diabetes", "raised sugar levels")),
    "naproxen": Drug(("250 mg", "500 mg"), ("twice",), ("gout", "a stiff shoulder")),
    "doxycycline": Drug(("100 mg", "200 mg"), ("morning",), ("a chest infection", "acne")),
    "apixaban": Drug(("2.5 mg", "5 mg"), ("twice",), ("atrial fibrillation", "a clot in the lung")),
    "citalopram": Drug(("10 mg", "20 mg"), ("morning",), ("anxiety", "low mood")),
    "prednisolone": Drug(("5 mg", "30 mg"), ("morning",), ("a flare of asthma", "polymyalgia")),
    "senna": Drug(("one tablet", "two tablets"), ("night",), ("constipation", "hard stools")),
    "sumatriptan": Drug(("50 mg", "100 mg"), ("needed",), ("migraine",)),
    "alendronate": Drug(("35 mg", "70 mg"), ("week",), ("brittle bones",)),
}

COMPLAINTS = [
    "chest pain", "shortness of breath", "a dry cough", "dizziness", "headache", "nausea", "vomiting", "low back pain",
    "swollen ankles", "a sore throat", "fever", "an itchy rash", "heartburn", "palpitations", "poor sleep", "tiredness",
]  # fmt: skip
COMPLAINTS_TEST = [
    "night sweats",
    "muscle cramps",
    "blurred vision",
    "a hoarse voice",
    "tingling in the feet",
    "chills",
]
SIDE_EFFECTS = ["nausea", "dizziness", "an itchy rash", "a dry cough", "diarrhoea", "headache", "swollen ankles"]
SIDE_EFFECTS_TEST = ["muscle cramps", "a metallic taste", "vivid dreams"]

# Procedure -> what it is done for. Tests look for something, operations mend it.
TESTS = {
    "chest X-ray": ("pneumonia", "heart failure"), "CT scan of the head": ("a bleed", "a stroke"),
    "colonoscopy": ("polyps", "inflammation of the bowel"), "gastroscopy": ("a stomach ulcer", "inflammation"),
    "lung function test": ("asthma", "narrow airways"), "skin biopsy": ("psoriasis", "skin cancer"),
    "coronary angiography": ("narrow arteries", "coronary disease"), "stress test": ("angina", "coronary disease"),
    "ultrasound of the abdomen": ("gallstones", "kidney stones"),
    "echocardiogram": ("heart failure", "a leaking valve"),
}  # fmt: skip
TESTS_TEST = {
    "bone scan": ("a stress fracture", "brittle bones"), "lumbar puncture": ("meningitis", "inflammation of the brain"),
    "MRI of the spine": ("a slipped disc", "nerve damage"), "bronchoscopy": ("a lung tumour", "chronic bronchitis"),
}  # fmt: skip
OPERATIONS = {
    "hip replacement": ("arthritis of the hip", "a hip fracture"),
    "knee arthroscopy": ("a torn cartilage", "knee pain"),
    "cataract operation": ("a cataract",), "gallbladder removal": ("gallstones",),
    "appendectomy": ("appendicitis",), "skin graft": ("a burn", "a leg ulcer"),
}  # fmt: skip
OPERATIONS_TEST = {"hernia repair": ("a hernia",), "tonsillectomy": ("enlarged tonsils",)}

PERIODS = ["three days", "5 days", "a week", "7 days", "10 days", "two weeks", "14 days", "six weeks", "three months"]
SETTINGS = ("emergency department", "outpatient clinic", "general practice", "hospital ward")
AGE_BANDS = {"18-39": (18, 39), "40-64": (40, 64), "65+": (65, 91)}
RELATIVES = ["mother", "father", "sister", "brother", "grandmother", "uncle"]
NAMES = ["Dr Okafor", "Dr Lindqvist", "Nurse Hollis", "Dr Moreau", "Dr Tanaka", "Nurse Duarte", "Dr Keane", "Dr Rahman"]
PRONOUNS = {
    "female": {"he": "she", "him": "her", "his": "her", "man": "woman"},
    "male": {"he": "he", "him": "him", "his": "his", "man": "man"},
}
"""Sex -> what the slots he, him, his and man become."""


def prescriptions(count: int, unseen: float, rng: Random) -> list[Prescription]:
    """What a patient takes, each drug once.

    Args:
        count: How many.
        unseen: Share of drugs and of ways to say a time that come from the pools of the test split.
        rng: The source of chance.
    """
    names: list[str] = []
    for _ in range(count):
        pool = DRUGS_TEST if rng.random() < unseen else DRUGS
        names.append(rng.choice([name for name in pool if name not in names]))
    return [prescribe(name, unseen, rng) for name in names]


def prescribe(name: str, unseen: float, rng: Random) -> Prescription:
    """A dose of a drug, how often it is taken and what for; ``unseen`` is the share of ways to say a time."""
    drug = {**DRUGS, **DRUGS_TEST}[name]
    place = rng.randrange(len(drug.doses) - 1)
    times = (TIMES_TEST if rng.random() < unseen else TIMES)[rng.choice(drug.times)]
    return Prescription(name, drug.doses[place], drug.doses[place + 1], rng.choice(times), rng.choice(drug.treats))


def patient(rng: Random) -> tuple[int, str, dict[str, str]]:
    """Age in years, sex, and the slices that the two give."""
    band, sex = rng.choice(list(AGE_BANDS)), rng.choice(["female", "male"])
    return rng.randint(*AGE_BANDS[band]), sex, {"sex": sex, "age_band": band}
