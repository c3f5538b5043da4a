"""The frames of the task medical/patient_message: what a clinician writes, and how the patient is told.

``TOPICS``: name -> "drugs", for "train" and for "test" (none where the topic names none); "train" and "test" sources
(the second for the test split only); "messages". Slots: drug, dose, higher; ab and often, one time as clinicians and as
patients say it; bp, bp2, n, period, days, weeks and figures that only some topics use, such as breath, risk, kg and
gain_days; site.
"""

TOPICS = {
    "blood_pressure": {
        "drugs": (["lisinopril", "amlodipine"], ["ramipril"]),
        "train": [
            "sustained hypertension, [clinic readings|readings] of {bp} and {bp2}, without hypertensive sequelae. "
            "{drug} to be "
            "titrated from {dose} to {higher} {ab}; any orthostatic symptoms to be reported, review in {period}",
            "ambulatory monitoring [confirms|is in keeping with] hypertension ({bp}, then {bp2}). Antihypertensive "
            "regimen "
            "adapted: {drug} {higher} {ab} instead of {dose}. [Watch for|Caution:] postural hypotension, review in "
            "{period}",
        ],
        "test": [
            "both systolic and diastolic values remain hypertensive at {bp} and {bp2}. We therefore uptitrated "
            "{drug} from "
            "{dose} to {higher} {ab} and will reassess in {period}, or sooner if hypotensive"
        ],
        "messages": [
            "your blood pressure is too high ({bp} and {bp2}). Take {higher} of {drug} {often} instead of {dose}. "
            "Tell us if you "
            "feel dizzy when you stand up. We see you again in {period}",
            "we found a blood pressure of {bp} and {bp2}, and that is too high. From now on take {drug} {higher} "
            "{often}, not "
            "{dose}. Come back in {period}, or at once if you feel faint",
        ],
    },
    "bladder": {
        "drugs": (["nitrofurantoin"], ["nitrofurantoin"]),
        "train": [
            "[dysuria|dysuria and frequent micturition] with positive culture, in keeping with acute cystitis. "
            "Commence {drug} "
            "{dose} po {ab} for {days}; repeat specimen if symptomatic {n} days after completion",
            "acute cystitis, afebrile, no haematuria. {drug} {dose} {ab} po for {days}, then stop; if dysuria persists "
            "{n} days after the last tablet, a further specimen for culture",
        ],
        "test": [
            "findings indicate cystitis without renal involvement. The patient was commenced on {drug}, {dose} po "
            "{ab}, {days} in "
            "total; persistent dysuria {n} days later warrants another culture"
        ],
        "messages": [
            "you have a bladder infection. Take {drug} {dose} {often} for {days}. If it still burns {n} days after "
            "that, bring "
            "us a new urine sample",
            "your bladder is infected. Please take {dose} of {drug} {often}, for {days}. Still burning {n} days "
            "later? Then we "
            "need a fresh urine sample",
        ],
    },
    "lung": {
        "drugs": (["amoxicillin"], ["doxycycline"]),
        "train": [
            "chest radiograph with consolidation, [lower|right lower] zone, in keeping with pneumonia; pyrexial at "
            "{temp}. {drug} "
            "{dose} po {ab} for {days}. Repeat radiograph in {weeks} weeks to document resolution",
            "pneumonia confirmed radiologically, temperature {temp}, mild dyspnoea on exertion. Commence {drug} "
            "{dose} {ab} for "
            "{days}, adequate hydration; follow-up radiograph after {weeks} weeks",
        ],
        "test": [
            "febrile ({temp}) with new pulmonary consolidation; we treat as pneumonia with {drug}, {dose} {ab}, "
            "over {days}. "
            "Radiological resolution to be confirmed {weeks} weeks from now"
        ],
        "messages": [
            "the X-ray shows an infection of your lung, so you have a fever of {temp}. Take {drug} {dose} {often} "
            "for {days}. We "
            "take a new X-ray in {weeks} weeks",
            "you have a lung infection with a fever of {temp}. Please take {dose} of {drug} {often} for {days}. In "
            "{weeks} weeks "
            "a new X-ray will show if it is gone",
        ],
    },
    "sugar": {
        "drugs": (["metformin"], ["gliclazide"]),
        "train": [
            "HbA1c {hba} mmol/mol, suboptimal glycaemic control despite {drug} {dose}. Dose uptitrated to {higher} "
            "{ab}; renal "
            "function and lipids to be repeated in {period}",
            "glycaemic control remains suboptimal (HbA1c {hba} mmol/mol). Increase {drug} from {dose} to {higher} "
            "{ab}. "
            "Creatinine, lipids and HbA1c in {period}",
        ],
        "test": [
            "chronic hyperglycaemia with an HbA1c of {hba} mmol/mol, asymptomatic. {drug} was titrated upwards, "
            "{higher} {ab} in "
            "place of {dose}; we repeat HbA1c, eGFR and lipids in {period}"
        ],
        "messages": [
            "your long-term blood sugar is {hba} mmol/mol, which is too high. Take {higher} of {drug} {often} instead "
            "of {dose}. We test your blood again in {period}",
            "the sugar value over the last months is {hba} mmol/mol. That is too much. Please take {drug} {higher} "
            "{often}, no longer {dose}, and come for a blood test in {period}",
        ],
    },
    "iron": {
        "drugs": (["ferrous sulfate"], ["ferrous sulfate"]),
        "train": [
            "haemoglobin {hb} g/dL with low ferritin, [consistent with|diagnostic of] iron deficiency anaemia. "
            "{drug} {dose} po "
            "{ab} for {period}; adverse gastric effects possible. Colonoscopy requested to exclude a colonic lesion",
            "anaemia, haemoglobin {hb} g/dL, ferritin low, aetiology unclear. Commence {drug} {dose} {ab}, minimum "
            "{period}. "
            "Colonoscopy under sedation [arranged|to follow] to look for occult haemorrhage",
        ],
        "test": [
            "symptomatic anaemia on a background of depleted ferritin; haemoglobin has dropped to {hb} g/dL. We "
            "replace iron with "
            "{drug} {dose} po {ab} over {period} and proceed to colonoscopy"
        ],
        "messages": [
            "your blood count is low ({hb} g/dL) because you lack iron. Take {drug} {dose} {often} for {period}. We "
            "also want to look "
            "at your bowel with a camera",
            "you do not have enough iron, so your blood count is only {hb} g/dL. Please take {dose} of {drug} {often} "
            "for {period}. A "
            "camera test will show if your bowel loses blood",
        ],
    },
    "cut": {
        "drugs": (["paracetamol", "ibuprofen"], ["naproxen"]),
        "train": [
            "laceration of the {site}, {cm} cm, sutured under local anaesthesia, tetanus prophylaxis given stat. "
            "Analgesia: {drug} "
            "{dose} {ab}. Sutures to be removed in {n} days; erythema or pyrexia to be reported",
            "{cm} cm laceration ({site}), benign exudate, neurovascular status intact, sutures placed. {drug} "
            "{dose} {ab} as "
            "analgesic. Suture removal after {n} days, earlier review if febrile or erythematous",
        ],
        "test": [
            "sutured a {cm} cm laceration over the {site}, contaminated but without cellulitis. Analgesic cover "
            "with {drug} "
            "{dose} {ab}; the sutures stay for {n} days unless erythema develops"
        ],
        "messages": [
            "we closed the {cm} cm cut on your {site} with stitches. They come out in {n} days. For pain, take "
            "{drug} {dose} "
            "{often}. Call us if the skin turns red or you get a fever",
            "the stitches in your {site} hold a cut of {cm} cm and stay in for {n} days. You may take {dose} of "
            "{drug} {often}. "
            "Come at once if it gets red or hot",
        ],
    },
    "bone": {
        "drugs": (["paracetamol", "ibuprofen"], ["naproxen"]),
        "train": [
            "undisplaced distal fracture of the {site} on radiographs, immobilised in plaster for {weeks} weeks. "
            "Analgesia with "
            "{drug} {dose} {ab}. Neurovascular check at {n} days, then repeat radiograph",
            "radiological evidence of an undisplaced fracture ({site}); immobilisation for {weeks} weeks, "
            "elevation. {drug} {dose} "
            "{ab} for analgesia. Review in {n} days with radiograph to exclude displacement",
        ],
        "test": [
            "the {site} is fractured but undisplaced, hence conservative management: immobilised for {weeks} "
            "weeks, {drug} {dose} "
            "{ab} as analgesic, radiological review {n} days from today"
        ],
        "messages": [
            "your {site} is broken, but the bones are in place. The cast stays on for {weeks} weeks. For pain, "
            "take {drug} "
            "{dose} {often}. We check it in {n} days",
            "the X-ray shows a break in your {site}. You need a cast for {weeks} weeks. You may take {dose} of "
            "{drug} {often}. "
            "Please come back in {n} days",
        ],
    },
    "heart": {
        "drugs": (["furosemide"], ["furosemide"]),
        "train": [
            "bilateral pedal oedema and exertional dyspnoea due to cardiac decompensation. Diuretic: {drug} "
            "increased from {dose} "
            "to {higher} {ab}; fluid restriction {litres} litres daily. Report weight gain above {kg} kg in "
            "{gain_days} days",
            "decompensated cardiac failure with pulmonary congestion and bilateral oedema. {drug} {higher} {ab} "
            "instead of {dose}, "
            "fluids limited to {litres} litres. Daily weight; gain over {kg} kg within {gain_days} days to be reported",
        ],
        "test": [
            "oedematous to the knee bilaterally, dyspnoeic on exertion. To augment diuresis {drug} goes from "
            "{dose} to {higher} "
            "{ab}, intake {litres} litres at most; a gain of more than {kg} kg over {gain_days} days is an alarm"
        ],
        "messages": [
            "your heart is weak, so water collects in your legs. Take {higher} of {drug} {often} instead of "
            "{dose}. Drink at most "
            "{litres} litres a day. Call us if you gain {kg} kg in {gain_days} days",
            "there is too much water in your body. Please take {drug} {higher} {often}, not {dose}, and drink no "
            "more than "
            "{litres} litres a day. If you gain {kg} kg within {gain_days} days, call us",
        ],
    },
    "asthma": {
        "drugs": (["salbutamol"], ["salbutamol"]),
        "train": [
            "exacerbation of asthma with bronchospasm, spirometry {breath} per cent of predicted. {drug} {dose} "
            "{ab}, inhaled "
            "corticosteroid to be continued. Repeat spirometry in {soon} weeks",
            "spirometry at {breath} per cent, in keeping with an exacerbation; nocturnal dyspnoea. Rescue "
            "medication {drug} {dose} "
            "{ab} on top of the inhaled corticosteroid; spirometry again after {soon} weeks",
        ],
        "test": [
            "acute bronchospasm responded to nebulised treatment; spirometry reached {breath} per cent. "
            "Discharged on {drug}, "
            "{dose} {ab}, with unchanged inhaled corticosteroid and spirometry {soon} weeks hence"
        ],
        "messages": [
            "your asthma is worse: your lungs reach {breath} per cent. Take {dose} of {drug} {often} and go on "
            "with your other "
            "inhaler. We test your breath again in {soon} weeks",
            "the breath test shows {breath} per cent, because your airways are tight. Please use {drug}, {dose} "
            "{often}, and keep "
            "your daily inhaler. The next test is in {soon} weeks",
        ],
    },
    "stomach": {
        "drugs": (["omeprazole"], ["lansoprazole"]),
        "train": [
            "endoscopy: mucosal erythema with gastro-oesophageal reflux, histology benign. {drug} {dose} {ab} for "
            "{weeks} weeks; "
            "further endoscopy only if symptomatic {n} days after completion",
            "dyspepsia due to reflux, biopsy without malignancy. Commence {drug} {dose} {ab}, {weeks} weeks in "
            "total. Reassess if "
            "symptomatic {n} days after cessation, otherwise discharge",
        ],
        "test": [
            "the gastric biopsy was benign and reflux accounts for the dyspepsia. {drug} {dose} {ab} over {weeks} "
            "weeks; we would "
            "consider another endoscopy if symptomatic {n} days thereafter"
        ],
        "messages": [
            "acid rises from your stomach, and we found no cancer. Take {drug} {dose} {often} for {weeks} weeks. "
            "Call us if it "
            "still hurts {n} days after that",
            "good news: the tissue is healthy. Stomach acid causes your pain. Please take {dose} of {drug} {often} "
            "for {weeks} "
            "weeks. Still pain {n} days later? Then come back",
        ],
    },
    "thyroid": {
        "drugs": (["levothyroxine"], ["levothyroxine"]),
        "train": [
            "TSH {tsh} mU/L, hypothyroidism [confirmed|symptomatic]. {drug} to be titrated from {dose} to {higher} "
            "{ab}, fasting. "
            "Repeat TSH in {weeks} weeks; tachycardia would suggest an excessive dose",
            "persistent hypothyroid state with a TSH of {tsh} mU/L. {drug} {higher} {ab} instead of {dose}, taken "
            "fasting; TSH to be "
            "rechecked after {weeks} weeks, earlier if tachycardic",
        ],
        "test": [
            "at {tsh} mU/L the TSH is still elevated, in line with undertreated hypothyroidism. We move {drug} "
            "from {dose} to "
            "{higher} {ab} (fasting) and repeat TSH {weeks} weeks later unless tachycardic before"
        ],
        "messages": [
            "your thyroid is too slow (the value is {tsh} mU/L). Take {higher} of {drug} {often} instead of {dose}, on "
            "an empty "
            "stomach. We test your blood in {weeks} weeks. Tell us if your heart races",
            "the thyroid value is {tsh} mU/L, so you need more {drug}: {higher} {often}, no longer {dose}, before you "
            "eat. Come for a "
            "blood test in {weeks} weeks, or sooner if your heart races",
        ],
    },
    "cholesterol": {
        "drugs": (["atorvastatin"], ["simvastatin"]),
        "train": [
            "hypercholesterolaemia, LDL {ldl} mmol/L, cardiac risk {risk} per cent over ten years. Commence "
            "{drug} {dose} {ab} as "
            "primary prophylaxis; myalgia to be reported, lipids and hepatic function in {period}",
            "LDL elevated at {ldl} mmol/L with a ten-year cardiac risk of {risk} per cent. Prophylactic {drug} "
            "{dose} {ab}. "
            "Lipids and hepatic enzymes in {period}; discontinue in case of myalgia",
        ],
        "test": [
            "given an LDL of {ldl} mmol/L and an estimated cardiac risk of {risk} per cent in ten years, {drug} "
            "was commenced at "
            "{dose} {ab}; hepatic enzymes in {period}, stop if myalgic"
        ],
        "messages": [
            "your blood fats are too high ({ldl} mmol/L). The risk of a heart attack in ten years is {risk} per cent. "
            "Take {drug} {dose} "
            "{often}. We test your blood in {period}. Tell us if your muscles hurt",
            "the fat value in your blood is {ldl} mmol/L, and your heart risk over ten years is {risk} per cent. "
            "Please take {dose} of "
            "{drug} {often}. Blood test in {period}. Sore muscles? Call us",
        ],
    },
}

REMARKS = {
    "train": [
        "[cranial nerves|reflexes] intact, [no focal deficit|gait unremarkable], neurological examination "
        "otherwise normal",
        "cardiac auscultation unremarkable, [no murmur|regular rhythm], abdomen soft and not tender",
        "[discussed with|letter copied to] {name}, who agrees with the proposed regimen",
        "renal and hepatic function within normal limits, [electrolytes unremarkable|no signs of dehydration]",
        "[no known allergies|allergies reviewed], concomitant medication unchanged, [no interaction expected|list "
        "updated]",
        "[lungs clear bilaterally|chest clear on auscultation], oxygen saturation [adequate|normal] on room air",
        "[previous records|old notes] requested from {name}, [not available today|still outstanding]",
        "the patient [ambulates|mobilises] independently and has [capacity|full capacity], consent documented",
        "chronic conditions stable, [vaccination status|influenza vaccination] up to date per records",
        "family history [non-contributory|unremarkable], social history as [documented|recorded] by {name}",
    ],
    "test": [
        "no lymph nodes palpable, skin without lesions, fundi not visualised",
        "case presented by {name} at the weekly conference, consensus reached",
        "thyroid not enlarged, peripheral pulses symmetrical, calves supple",
        "anticoagulation not indicated at present, bleeding history unremarkable",
    ],
}

# How often, as clinicians write it and as it is said to a patient.
TIMES = {
    "morning": ("mane", "every morning"), "day": ("od", "once a day"), "twice": ("bd", "twice a day"),
    "thrice": ("tds", "three times a day"), "four": ("qds", "four times a day"), "night": ("nocte", "at night"),
    "needed": ("prn", "when you need it"), "meals": ("bd", "twice a day"), "week": ("weekly", "once a week"),
}  # fmt: skip
SITES = {"cut": ["left hand", "right knee", "chin", "left heel", "forehead"], "bone": ["wrist", "ankle", "left thumb"]}
EXTRA_DRUGS = {  # drugs that only this task has, or gives otherwise: their doses and times
    "ferrous sulfate": (("200 mg",), ("morning", "twice")),
    "lansoprazole": (("15 mg", "30 mg"), ("morning",)),
    "simvastatin": (("20 mg", "40 mg"), ("night",)),
    "salbutamol": (("two puffs", "four puffs"), ("needed", "four")),
}
