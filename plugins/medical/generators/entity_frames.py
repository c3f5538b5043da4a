"""The frames of the task medical/entities: clinical sentences whose slots in capitals are terms.

``FRAMES``: section of the record -> pool -> frames; the pool "test" is drawn from in the test split only. Slots in
capitals are spans (``LABELS`` says of which label); a digit tells two of a kind apart, and what belongs together has
one digit: DOSE1 is a dose of DRUG1 against TREATED1. Small slots are no terms though they look like some: amount and
lab (measurements), period (how long), visits and often (how often something else happens), name (who acts).
"""

LABELS = {
    "DRUG": "DRUG", "DOSE": "DOSE", "HIGHER": "DOSE", "FREQUENCY": "FREQUENCY", "TREATED": "PROBLEM", "SIDE": "PROBLEM",
    "COMPLAINT": "PROBLEM", "TEST": "PROCEDURE", "SOUGHT": "PROBLEM", "OPERATION": "PROCEDURE", "MENDED": "PROBLEM",
}  # fmt: skip

FRAMES = {
    "medication": {
        "train": [
            "[takes|is on|continues] {DRUG1} {DOSE1} {FREQUENCY1} [for|because of] {TREATED1}",
            "{DRUG1} {DOSE1} {FREQUENCY1} and {DRUG2} {DOSE2} {FREQUENCY2}",
            "started on {DRUG1}, {DOSE1} {FREQUENCY1}, [by {name}|{period} ago|at the last visit]",
            "{DRUG1} was [raised|increased|changed] from {DOSE1} to {HIGHER1} {FREQUENCY1}",
            "stopped {DRUG1} [{period} ago|on {his} own] because of {SIDE1}",
            "current medicines: {DRUG1} {DOSE1} {FREQUENCY1}; {DRUG2} {FREQUENCY2}",
            "[allergic to|cannot take] {DRUG1}, which [gave {him}|led to] {SIDE1}",
            "uses {DRUG1} {FREQUENCY1} against {TREATED1}, at most {HIGHER1} at a time",
            "forgets {his} {DRUG1} [now and then|when away], otherwise {DOSE1} {FREQUENCY1}",
            "{DOSE1} of {DRUG1} {FREQUENCY1} [helps|does not help] with {TREATED1}",
        ],
        "test": [
            "the box of {DRUG1} {DOSE1} at {his} bedside says {FREQUENCY1}",
            "swears by {DOSE1} of {DRUG1} {FREQUENCY1}, with {TREATED1} all the same",
            "{name} swapped {DRUG1} for {DRUG2} {DOSE2} {FREQUENCY2} on account of {SIDE1}",
            "no longer on {DRUG1}; {DRUG2} was cut to {DOSE2} {FREQUENCY2}",
        ],
    },
    "history": {
        "train": [
            "[complains of|presents with|reports] {COMPLAINT1} [for {period}|since last week]",
            "{COMPLAINT1} and {COMPLAINT2} [for {period}|which began after a {TEST1}]",
            "[denies|no] {COMPLAINT1} or {COMPLAINT2}",
            "had a {OPERATION1} [{period} ago|elsewhere], [without complications|for {MENDED1}]",
            "known {TREATED1}, [last {TEST1} normal|treated with {DRUG1} {DOSE1}]",
            "{his} [mother|brother] had {SOUGHT1} [and a {TEST1} at {age}|]",
            "[seen|came] {visits} with {COMPLAINT1}, [never|always] after meals",
            "took {DOSE1} of {DRUG1} at home, {TREATED1} [eased|came back] within {period}",
            "{COMPLAINT1} [got worse|came on] at work and [went|settled] with rest",
        ],
        "test": [
            "woken by {COMPLAINT1} {visits}, with {COMPLAINT2} on top",
            "recalls a {OPERATION1} in {his} youth but not why",
            "neither {COMPLAINT1} nor {COMPLAINT2} on direct questioning",
            "puts {his} {SIDE1} down to {DRUG1}, begun {period} before",
        ],
    },
    "course": {
        "train": [
            "{TEST1} [showed no {SOUGHT1}|confirmed {SOUGHT1}|was unremarkable]",
            "after the {OPERATION1}, {DRUG1} {DOSE1} {FREQUENCY1} was [resumed|continued]",
            "underwent a {OPERATION1} [under {name}|on day three] for {MENDED1}",
            "given {DRUG1} {DOSE1} {FREQUENCY1} until {TREATED1} [settled|improved]",
            "{TREATED1} responded to {DRUG1}, {DOSE1} {FREQUENCY1}, within {period}",
            "the {TEST1} had to be [repeated|stopped] because of {COMPLAINT1}",
            "[checks|readings] showed {lab}, so {DRUG1} was [held back|cut to {DOSE1}]",
            "{TEST1} and {TEST2} [are|were] normal, {lab}",
        ],
        "test": [
            "once the {OPERATION1} was behind {him}, {he} forgot {MENDED1} within {period}",
            "{DRUG1} {DOSE1} {FREQUENCY1} tided {him} over until the {OPERATION1}",
            "a second {TEST1} shed no more light on {his} {COMPLAINT1}",
            "{lab} on arrival; {DOSE1} of {DRUG1} given at once for {TREATED1}",
        ],
    },
    "plan": {
        "train": [
            "[start|begin] {DRUG1} {DOSE1} {FREQUENCY1} for {period}",
            "[book|arrange|request] a {TEST1} [next month|within {period}] to [rule out|look for] {SOUGHT1}",
            "raise {DRUG1} to {HIGHER1} {FREQUENCY1} should {TREATED1} [persist|return]",
            "continue {DRUG1} {FREQUENCY1}, stop {DRUG2}",
            "no {OPERATION1} needed unless {MENDED1} should [return|get worse]",
            "come back at once in case of {COMPLAINT1} or {COMPLAINT2}",
            "[pause|hold] {DRUG1} two days before the {OPERATION1}, then {DOSE1} {FREQUENCY1} again",
            "{DRUG1} {FREQUENCY1} as before, check {lab_name} in {period}",
        ],
        "test": [
            "aim for {DRUG1} {HIGHER1} {FREQUENCY1} by the summer, in small steps",
            "should {TREATED1} recur, {DOSE1} of {DRUG1} {FREQUENCY1} and a {TEST1}",
            "wean off {DRUG1}, then {DRUG2} {DOSE2} {FREQUENCY2} as sole treatment",
            "put {him} down for a {OPERATION1} on grounds of {MENDED1}",
        ],
    },
}

FILLERS = [
    "weight {amount}, [up a little|stable], {lab}",
    "lives with {his} [daughter|partner] and walks {often} with the dog",
    "drinks {amount_drunk} of [tea|water] a day and no alcohol",
    "seen by {name}, [next visit in {period}|back in {period}]",
    "{lab}, {lab2}",
    "[retired|off work for {period}], comes to the group {often}",
    "the family was told by {name} and has no further questions",
]

LABS = [
    "haemoglobin {n}.4 g/dL", "glucose 1{m}8 mg/dL", "sodium 13{d} mmol/L", "blood pressure 1{m}{d}/8{d}", "pulse 7{d}",
    "temperature 37.{d}", "oxygen 9{d} per cent", "creatinine {n}6 micromol/L",
]  # fmt: skip
LAB_NAMES = ["sodium", "blood count", "liver values", "potassium"]
VISITS = ["twice this year", "three times last month", "twice last week", "once before", "four times in May"]
OFTEN = ["every Sunday", "daily", "twice a week", "every other day", "on most days"]
AMOUNTS = ["58 kg", "64 kg", "71 kg", "83 kg", "96 kg"]
AMOUNTS_DRUNK = ["500 ml", "two litres", "1.5 litres", "three cups"]
