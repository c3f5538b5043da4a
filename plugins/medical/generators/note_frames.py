"""The frames of the task medical/notes: what doctor and patient say, and what the note keeps of it.

``SCENES``: name -> "train" and "test" (the second for the test split only): dialogues as lists of exchanges, in order;
"notes": what the section says. Slots: drug1 dose1 higher1 time1 and so on for up to three medicines, treats1 what the
first is for, old and new (new_dose, new_time) two drugs of which one replaces the other; s1 and s2 complaints as the
note names them and said1, said2 as patients do; n1, n2 complaints that are absent, asked1, asked2 as the doctor asks;
warn; side and said_side; period, period2, days, bp, bp2, n, operation; helped (spoken) and effect (written).
"""

SCENES = {
    "complaint": {
        "train": [
            [
                "Doctor: [what brings you here|what can I do for you]? Patient: [I have|there is this thing:] {said1}, "
                "for {period} [now|I would say].",
                "Doctor: [anything else|is that all]? Patient: [also {said2}|{said2} on top of it], [on and "
                "off|mostly at "
                "night].",
                "Doctor: any {asked1}? Patient: no[, not at all|]. Doctor: {asked2}? Patient: [no|never].",
                "Doctor: [did you take anything|have you tried anything]? Patient: {drug1}, {dose1} {time1}. {helped}.",
            ],
            [
                "Patient: {said1}, doctor, [and it will not go away|it drives me mad]. Doctor: since when? Patient: "
                "[{period}|it must be {period}].",
                "Doctor: do you have {asked1} or {asked2}? Patient: [neither|none of that]. [But|It is more that] "
                "I get "
                "{said2}.",
                "Patient: my [wife|neighbour|son] told me to take {drug1}. Doctor: how much? Patient: {dose1}, "
                "{time1}. "
                "{helped}.",
            ],
        ],
        "test": [
            [
                "Doctor: tell me. Patient: it began {period} ago with {said1}. Then came {said2}.",
                "Doctor: I have to ask: {asked1}? {asked2}? Patient: [luckily not|spared both].",
                "Patient: there was some {drug1} in the cupboard, so {time1} I swallow {dose1}. {helped}.",
            ]
        ],
        "notes": [
            "{s1} for {period}, with {s2}. No {n1} or {n2}. Took {drug1} {dose1} {time1} {effect}.",
            "{period} of {s1} and {s2}. Denies {n1} and {n2}. {drug1} {dose1} {time1} {effect}.",
        ],
    },
    "medicines": {
        "train": [
            [
                "Doctor: [which medicines do you take?|let us go through your medicines.] Patient: {drug1}, "
                "{dose1}, {time1}. "
                "[And|Then] {drug2}.",
                "Doctor: how much {drug2}? Patient: {higher2}. No, [sorry|wait], {dose2}, {time2}.",
                "Doctor: [are you still on|and] {drug3}? Patient: [no, I stopped|not any more,] {period} ago, it "
                "gave me "
                "{said_side}.",
                "Doctor: any allergies? Patient: [none that I know of|no].",
            ],
            [
                "Doctor: your list says {drug1} {higher1}. Patient: that is old, it is {dose1} now, {time1}.",
                "Doctor: {drug3}? Patient: I [gave it up|dropped it] {period} ago because of {said_side}.",
                "Doctor: anything new? Patient: {drug2}, {dose2} {time2}, from [the heart doctor|the hospital].",
                "Doctor: and you tolerate everything, no allergies? Patient: [no|none].",
            ],
        ],
        "test": [
            [
                "Patient: I brought the boxes. This is {drug1}, {dose1}, I take it {time1}. Doctor: and this one, "
                "{drug2}? "
                "Patient: {dose2}, {time2}.",
                "Doctor: {drug3} is missing. Patient: on purpose. {said_side}, every time. I threw it out {period} "
                "ago.",
                "Doctor: no allergies then? Patient: not one.",
            ]
        ],
        "notes": [
            "Takes {drug1} {dose1} {time1} and {drug2} {dose2} {time2}. Stopped {drug3} {period} ago because of "
            "{side}. "
            "No known allergies.",
            "Current: {drug1} {dose1} {time1}, {drug2} {dose2} {time2}. {drug3} stopped {period} ago ({side}). No "
            "allergies.",
        ],
    },
    "plan": {
        "train": [
            [
                "Doctor: [this is|you have] {treats1}. [We start|I give you] {drug1}, {dose1} {time1}, for {days}. "
                "Patient: "
                "[with food|before or after meals]? Doctor: [as you like|that does not matter].",
                "Patient: and my {drug2}? Doctor: [leave it off|stop it] [for now|as long as you take the other].",
                "Doctor: come back in {period}. If you get {warn}, come at once. Patient: [all right|I will].",
            ],
            [
                "Patient: so what is it? Doctor: {treats1}. Nothing [terrible|to fear], but it needs treatment.",
                "Doctor: {drug1}. Patient: how much? Doctor: {dose1}, {time1}, {days} in a row.",
                "Doctor: please stop {drug2} [meanwhile|today], the two do not go together. Patient: [good|gladly].",
                "Doctor: I [see|want to see] you in {period}, and straight away in case of {warn}.",
            ],
        ],
        "test": [
            [
                "Doctor: my guess was right, {treats1}. Here is a prescription: {dose1} of {drug1}, {time1}, "
                "{days} long.",
                "Patient: I still have {drug2} at home. Doctor: it stays in the drawer from today.",
                "Doctor: should {warn} turn up, do not wait for our next meeting in {period}.",
            ]
        ],
        "notes": [
            "{treats1}. Start {drug1} {dose1} {time1} for {days}, stop {drug2}. Review in {period}, at once in "
            "case of {warn}.",
            "Plan for {treats1}: {drug1} {dose1} {time1} for {days}. Stop {drug2}. Back in {period} or at once "
            "with {warn}.",
        ],
    },
    "side_effect": {
        "train": [
            [
                "Patient: since I [take|am on] {old}, {period} now, I have {said_side}. Doctor: [every day|all the "
                "time]? "
                "Patient: [most days|nearly].",
                "Doctor: any {asked1}? Patient: no. Doctor: [and|or] {asked2}? Patient: [no, nothing like "
                "that|neither].",
                "Doctor: then we stop {old} and try {new}, {new_dose} {new_time}. Patient: [from today|when]? Doctor: "
                "[tomorrow morning|as soon as you have it].",
            ],
            [
                "Doctor: how do you get on with {old}? Patient: badly. {said_side}, [it started {period} ago|for "
                "{period} now].",
                "Doctor: {asked1} as well? {asked2}? Patient: [no|no, only this].",
                "Doctor: take {new} instead, {new_dose}, {new_time}. [Throw the rest of the {old} away|No more {old}].",
            ],
        ],
        "test": [
            [
                "Patient: {old} does not agree with me. It is {period} now that I suffer from {said_side}.",
                "Doctor: but you were spared {asked1} and {asked2}? Patient: yes, so far.",
                "Doctor: we swap it: {new_dose} of {new}, {new_time}, and {old} goes back to the pharmacy.",
            ]
        ],
        "notes": [
            "{side} on {old} for {period}. No {n1} or {n2}. Stop {old}, start {new} {new_dose} {new_time}.",
            "{period} of {side}, put down to {old}. Denies {n1} and {n2}. {old} replaced by {new} {new_dose} "
            "{new_time}.",
        ],
    },
    "blood_pressure": {
        "train": [
            [
                "Doctor: [today it is|I measure] {bp}. Patient: at home it was {bp2} [this morning|on Sunday].",
                "Doctor: {asked1}? Patient: no. Doctor: {asked2}? Patient: [no|not once].",
                "Doctor: you take {dose1} of {drug1}. [Let us go up|We go up] to {higher1}, {time1}. Patient: "
                "[fine|if it "
                "helps].",
                "Doctor: the nurse checks it in {period}.",
            ],
            [
                "Patient: my machine shows {bp2}. Doctor: mine says {bp}, [too high|that is high] [both times|].",
                "Doctor: no {asked1}, no {asked2}? Patient: [none|I feel well].",
                "Doctor: how much {drug1} do you take? Patient: {dose1}. Doctor: make it {higher1}, {time1}. We "
                "measure "
                "again in {period}.",
            ],
        ],
        "test": [
            [
                "Doctor: sit down, arm on the table. {bp}, hm. And on your own machine? Patient: {bp2}.",
                "Doctor: you would tell me about {asked1} or {asked2}? Patient: of course, but there is none.",
                "Doctor: {drug1} has to go up, then, {higher1} in place of {dose1}, {time1}. In {period} we look "
                "again.",
            ]
        ],
        "notes": [
            "Blood pressure {bp}, at home {bp2}. No {n1} or {n2}. {drug1} raised from {dose1} to {higher1} "
            "{time1}. Check in "
            "{period}.",
            "{bp} today, {bp2} at home, without {n1} or {n2}. {drug1} {dose1} changed to {higher1} {time1}. Recheck in "
            "{period}.",
        ],
    },
    "recovery": {
        "train": [
            [
                "Doctor: how are you, {n} days after the {operation}? Patient: [better|not bad], [it pulls a "
                "little|I walk "
                "every day].",
                "Doctor: {asked1}? Patient: no. Doctor: any {asked2}? Patient: [no|none].",
                "Doctor: what do you take for the pain? Patient: {drug1}, {dose1}, {time1}. [That is enough|It "
                "does the job].",
                "Doctor: the wound looks clean. The stitches come out in {stitches}.",
            ],
            [
                "Patient: it is {n} days since my {operation}. Doctor: and the pain? Patient: [all right|bearable] "
                "with "
                "{drug1}, {dose1} {time1}.",
                "Doctor: any {asked1} or {asked2} since? Patient: [neither|no].",
                "Doctor: [let me see|show me]. Clean and dry. [Come|See the nurse] in {stitches} for the stitches.",
            ],
        ],
        "test": [
            [
                "Doctor: {operation}, {n} days ago, is that right? Patient: to the day.",
                "Doctor: you did not notice {asked1}? Or {asked2}? Patient: nothing of the sort.",
                "Patient: {time1} I need {dose1} of {drug1}, then the pain is gone. Doctor: this heals well, the "
                "threads go "
                "in {stitches}.",
            ]
        ],
        "notes": [
            "Day {n} after {operation}, wound clean. No {n1} or {n2}. Pain controlled with {drug1} {dose1} {time1}. "
            "Stitches out in {stitches}.",
            "{n} days after {operation}. Denies {n1} and {n2}, wound clean. {drug1} {dose1} {time1} for pain. "
            "Stitches out in "
            "{stitches}.",
        ],
    },
}

SMALL_TALK = {
    "train": [
        "Doctor: [was it easy to park|did you find a seat outside]? Patient: [yes, thank you|just about].",
        "Patient: [terrible|lovely] weather[, is it not|]. Doctor: [it is|so they say].",
        "Doctor: how is the [garden|dog|choir]? Patient: [fine|growing], it keeps me [busy|young].",
        "Patient: I have a [train|bus] at {n} past. Doctor: we will [be quick|not take long].",
        "Doctor: [is your daughter|is your husband|are the children] well? Patient: [yes|quite well], they send "
        "their regards.",
        "Patient: my {kin} had the same [once|years ago]. Doctor: [it is common|that happens].",
        "Doctor: let me [close the door|find your file] first. Patient: [take your time|of course].",
        "Patient: I [nearly cancelled|was in two minds about coming]. Doctor: [good that you came|I am glad you "
        "did not].",
        "Doctor: do you still work at the [library|market|school]? Patient: [three days a week|until the summer].",
        "Patient: your new [chairs|pictures] are nice. Doctor: [the nurse chose them|thank you].",
        "Doctor: [sleep|appetite]? Patient: [as always|fine]. Doctor: [good|I am glad].",
        "Patient: I read about it [in a magazine|online]. Doctor: [and what did it say?|one should not read too much.]",
    ],
    "test": [
        "Patient: is that a new lamp? Doctor: you notice everything.",
        "Doctor: the holidays were good? Patient: too short.",
        "Patient: the lift is broken again. Doctor: I heard.",
        "Doctor: please hang your coat over there. Patient: I will keep it on.",
    ],
}

# As the note names it, as patients say it, as doctors ask for it.
SYMPTOMS = [
    ("chest pain", "pain in my chest", "pain in your chest"), ("cough", "a cough", "coughing"),
    ("shortness of breath", "trouble breathing", "trouble breathing"), ("fever", "a high temperature", "fever"),
    ("headache", "a headache", "headaches"), ("dizziness", "dizzy spells", "dizziness"), ("nausea", "nausea", "nausea"),
    ("vomiting", "vomiting", "vomiting"), ("diarrhoea", "loose stools", "diarrhoea"), ("rash", "a rash", "rashes"),
    ("sore throat", "a sore throat", "sore throat"), ("back pain", "pain in the back", "back pain"),
    ("abdominal pain", "stomach ache", "stomach pain"), ("palpitations", "a racing heart", "palpitations"),
    ("swollen ankles", "swollen ankles", "swelling of the ankles"), ("wheeze", "a wheeze", "wheezing"),
    ("bleeding", "bleeding", "bleeding"), ("redness", "redness", "redness of the wound"),
]  # fmt: skip
SYMPTOMS_TEST = [
    ("night sweats", "night sweats", "night sweats"), ("blurred vision", "blurry vision", "blurred vision"),
    ("itching", "an itch", "itching"), ("joint pain", "painful joints", "joint pain"),
    ("constipation", "constipation", "constipation"), ("runny nose", "a runny nose", "runny nose"),
]  # fmt: skip
WARNINGS = ["fever", "chest pain", "vomiting", "a rash", "trouble breathing", "bleeding", "dizziness", "black stools"]
SIDES = [
    ("nausea", "nausea"), ("dizziness", "dizzy spells"), ("dry cough", "a dry cough"), ("rash", "a rash"),
    ("diarrhoea", "loose stools"), ("headache", "headaches"), ("swollen ankles", "swollen ankles"),
    ("vomiting", "vomiting"), ("tiredness", "tiredness"),
]  # fmt: skip
HELPED = [("It helps a little", "with some relief"), ("It does nothing", "without effect"), ("It helps", "with relief")]
# What a doctor asks for in some scenes; in the others any complaint may be absent.
ABSENT = {
    "blood_pressure": {"chest pain", "headache", "dizziness", "shortness of breath", "palpitations", "blurred vision"},
    "recovery": {"fever", "vomiting", "bleeding", "redness", "chest pain", "cough"},
}
NO_COMPLAINTS = {"bleeding", "redness"}  # asked for, and not what a patient comes with
# Drugs that fit some scenes: drug1, and for a plan what is stopped meanwhile. The second pools are for the test split.
FITTING = {
    "complaint": ["paracetamol", "ibuprofen", "cetirizine", "omeprazole"],
    "plan": ["amoxicillin", "nitrofurantoin", "ibuprofen", "cetirizine", "omeprazole"],
    "blood_pressure": ["lisinopril", "amlodipine"],
    "recovery": ["paracetamol", "ibuprofen"],
}
FITTING_TEST = {
    "complaint": ["naproxen", "senna"], "plan": ["doxycycline", "prednisolone", "naproxen"],
    "blood_pressure": ["ramipril"], "recovery": ["naproxen"],
}  # fmt: skip
STOPPED = ["atorvastatin", "lactulose", "paracetamol", "methotrexate", "gabapentin"]
# Drugs against the same complaint: either may replace the other.
SWAPS = [
    ("lisinopril", "amlodipine"), ("paracetamol", "ibuprofen"), ("furosemide", "lisinopril"), ("metformin", "insulin"),
    ("bisoprolol", "amlodipine"), ("amoxicillin", "nitrofurantoin"),
]  # fmt: skip
SWAPS_TEST = [
    ("metformin", "gliclazide"), ("sertraline", "citalopram"), ("ibuprofen", "naproxen"), ("warfarin", "apixaban"),
    ("lactulose", "senna"), ("amoxicillin", "doxycycline"),
]  # fmt: skip
STITCHED = ["hip replacement", "knee arthroscopy", "gallbladder removal", "appendectomy", "skin graft"]
STITCHED_TEST = ["hernia repair"]
