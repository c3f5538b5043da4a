"""The frames of the task medical/coding: how a note says that something is to be coded, and how it names it in vain.

``CODED`` and ``NAMED``: kind of code -> pool -> frames; a pool called "test" is drawn from in the test split only.
Slots: x the term with its article, bare the term alone, he and his of the patient, kin a relative, years, when, month,
name.
``PAIRS`` say two codes in one breath: x and bare are coded, y and ybare are not.
"""

CODED = {
    "diagnosis": {
        "train": [
            "[assessment|impression|diagnosis]: {bare}",
            "[seen|attends|comes in] with {x}, which has [worsened|not settled] [since {month}|over {years} weeks]",
            "{x} [confirmed|diagnosed] [today|at this visit|by {name}]",
            "treatment for {x} [started today|was changed|goes on]",
            "the findings [fit|point to] {x} and {he} is treated for it",
            "{his} {bare} [is worse again|needs more attention|flared up this week]",
            "[now|still] [troubled by|off work because of] {x}",
            "{he} has {x}, [no longer a mere suspicion|as suspected {when}]",
            "tests [prove|leave no doubt about] {x}",
            "main problem is {x}, [not under control|hardly better than {when}]",
            "told that it is {x}; [plan explained|leaflet given|questions answered]",
        ],
        "chronic": [
            "[known|long-standing] {bare}, [stable on tablets|poorly controlled|medicine adjusted]",
            "has lived with {x} for {years} years, [reviewed today|medicine renewed]",
            "{x} [in the family and now in this patient as well|just like {his} {kin}]",
            "no change in [the treatment of |]{his} {bare}, [to be seen again in {years} months|well controlled]",
        ],
        "acute": [
            "[acute|fresh] {bare}, [treated here|sent home with treatment|admitted for it]",
            "{x} for the second time in {years} months, treated again",
            "{x} that was [missed|not seen] {when} [is plain now|became clear today]",
        ],
        "test": [
            "we are dealing with {x} here",
            "{x} accounts for the whole picture",
            "{he} was found to suffer from {x}",
            "all criteria of {x} are met",
            "today's visit was about {his} {bare}, which {he} finds hard to bear",
            "conclusion after discussion with {name}: {bare}",
            "care plan for {x} handed over",
        ],
    },
    "procedure": {
        "train": [
            "{x} [was done|was carried out|was performed] [on arrival|this morning|without problems|by {name}]",
            "had {x} [before discharge|this morning|during this visit]",
            "{x} [completed|done] today, [well tolerated|no complications]",
            "after {x} {he} [went home|was watched for an hour]",
            "{he} [underwent|came for and had] {x}",
            "agreed to {x}, [done straight away|and had it at once]",
            "{bare} [done|performed] in room {years}, [report in the file|took {years} minutes]",
            "{x} could not wait and was done [at the bedside|within the hour]",
        ],
        "test": [
            "we went ahead with {x}",
            "{name} saw to {x} while {he} was with us",
            "{x} took place as arranged",
            "{he} got through {x} in good spirits",
            "{x}: done, nothing to add",
        ],
    },
}

NAMED = {
    "diagnosis": {
        "train": [
            "no [sign|evidence] of {x}",
            "{x} was [ruled out|excluded] [today|by {name}|]",
            "{his} {kin} [had|has|is treated for] {x}",
            "[worried about|afraid of] {x}, but [tests were normal|could be reassured]",
            "denies [ever having had|any history of] {x}",
            "{x} [many years ago|in {his} youth], [treated then|long gone]",
            "[screening|test] for {x} was negative",
            "{x} was [suspected|diagnosed] elsewhere {when}, but [tests do not confirm it|this proved wrong]",
            "asks [about|for a leaflet on] {x} on behalf of {his} {kin}",
            "not {x} as [first thought|noted {when}]",
            "treatment for {x} was stopped because [the diagnosis was wrong|{he} never had it]",
            "findings do not fit {x}",
        ],
        "chronic": ["does not have {x}, unlike {his} {kin}", "no {bare} so far, [to be checked yearly|tests normal]"],
        "acute": [
            "[had|was treated for] {x} {years} years ago, [fully recovered|no trouble since]",
            "{x} of last [winter|summer] has [cleared completely|long healed]",
        ],
        "test": [
            "the idea of {x} was dropped",
            "nothing speaks for {x}",
            "{x} runs in the family but not in this patient",
            "{his} {kin} died of complications of {x}",
            "{x} is off the table",
            "{he} had feared {x}, without reason",
            "the old entry of {x} in the file is a mistake",
        ],
    },
    "procedure": {
        "train": [
            "{x} [was not needed|was not done|was offered and declined]",
            "{x} is [booked|planned|requested] for [next week|next month|{years} weeks from now]",
            "[declined|does not want] {x}",
            "{x} {years} years ago [was normal|went well]",
            "{his} {kin} [had {x} {when}|is waiting for {x}]",
            "asked about {x}, [not indicated|told that there is no need]",
            "{x} [cancelled|put off] because [{he} felt unwell|of a shortage of staff]",
            "no {bare} [today|this time|at this visit]",
            "would [need|have] {x} only if things get worse",
        ],
        "test": [
            "we saw no reason for {x}",
            "{x} will have to wait until spring",
            "{x} was talked over and left for another day",
            "{he} remembers {x} from {his} student days",
            "on the list for {x} at another hospital",
        ],
    },
}

PAIRS = {
    "train": [
        "{x}, [not|and not] {y}, explains [the complaints|how {he} feels]",
        "{y} was suspected, but [tests|the findings] showed {x}",
        "[tests|results] confirm {x} and exclude {y}",
        "{y} was excluded and {x} diagnosed instead",
        "treated for {x}; {his} {kin} has {y}",
        "no {ybare}, but clearly {x}",
        "what looked like {y} turned out to be {x}",
        "has {x} but [never had|is free of] {y}",
        "{x} [getting worse|under treatment], {y} [ruled out|unlikely]",
    ],
    "test": [
        "{name} thinks of {x} rather than {y}",
        "{x} it is, and {y} it is not",
        "the label of {y} was replaced by that of {x}",
        "besides {x} there is nothing, in particular no {ybare}",
    ],
}

OPENERS = {
    "emergency department": ["{age}-year-old {man}, [brought in by ambulance|walked in at night]", "ED: {man}, {age}"],
    "outpatient clinic": ["clinic letter: {man}, {age} years", "{age}-year-old {man} [referred to|seen in] clinic"],
    "general practice": ["{man}, {age}, at the practice [today|with {his} {kin}]", "home visit, {man} of {age}"],
    "hospital ward": ["ward round: {man} of {age}", "day {years} on the ward, {man}, {age}"],
}

FILLERS = [
    "[temperature|temp] 3[6|7].[1|4|8], pulse [68|76|84|92]",
    "[lives alone|lives with {his} {kin}|works nights|retired {years} years ago]",
    "[appetite and sleep are good|sleeps badly|eats well]",
    "[back in {years} weeks|review in {years} weeks|call if worse]",
    "blood samples [taken|sent to the laboratory]",
    "X-ray of the [knee|ankle|shoulder] [shows no damage|on file]",
    "[{he} smokes ten a day|stopped smoking {years} years ago|never smoked]",
    "medicine list [checked|updated] with {name}",
    "weight [54|63|72|88] kg, [unchanged|{years} kg less than {when}]",
    "[wants a certificate for work|asks about travel insurance]",
]

WHENS = ["in May", "last autumn", "in January", "at the last visit", "before the holidays", "in March"]
MONTHS = ["May", "last autumn", "January", "the last visit", "the holidays", "March"]
ARTICLES = {
    "a": {
        "12-lead ECG", "bladder infection", "blood transfusion", "broken wrist", "chest X-ray", "chest radiograph",
        "colonoscopy", "depressive episode", "failing heart", "flu jab", "flu shot", "flu vaccination",
        "fracture of the wrist", "heart tracing", "lung infection", "suture of a wound", "transfusion",
        "transfusion of red cells", "urinary infection", "urinary tract infection", "wound suture", "wrist fracture",
    },
    "an": {"ECG", "X-ray of the chest", "electrocardiogram", "endoscopy of the bowel", "influenza vaccination"},
}  # fmt: skip
COUNTS = ["two", "three", "four", "five", "six", "eight", "ten"]
