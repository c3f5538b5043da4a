"""The frames of the task finance/audit_qa: what a report's text says, what it leaves out, and what is asked about it.

``TOPICS[name]``: "says" are sentences that hold an answer in their one slot in capitals, "silent" are sentences on the
same matter that do not, "asks" are questions. Frames of "train" are used in every split. Slots: VALUE, WHO, WHEN,
WHERE; in small letters company, city, firm, year, and other and rate (figures that answer nothing).
"""

TOPICS = {
    "dividend": {
        "says": {
            "train": (
                "The board [proposes|recommends] a dividend of {VALUE} per share.",
                "Shareholders [are to receive|will be paid] {VALUE} per share, payable in June.",
            ),
            "validation": ("Each share carries a proposed payout of {VALUE}.",),
            "test": ("It is intended to distribute {VALUE} for every share held.",),
        },
        "silent": {
            "train": (
                "The board will [decide on a dividend|propose a dividend] in May.",
                "The dividend policy aims at a payout of {other} % of profit.",
            ),
            "validation": ("Whether shareholders receive anything is left to the meeting.",),
            "test": ("A payout per share will be announced with the invitation to the meeting.",),
        },
        "asks": {
            "train": ("[What|Which] dividend per share is proposed?", "How much do shareholders get per share?"),
            "validation": ("What is the proposed payout for a share?",),
            "test": ("How large is the distribution on one share?",),
        },
    },
    "auditor": {
        "says": {
            "train": (
                "The statements were audited by {WHO}, [who|which] raised no objection.",
                "{WHO} [issued an unqualified opinion|audited the accounts] [in March|after six weeks of work].",
            ),
            "validation": ("The audit opinion is signed by {WHO}.",),
            "test": ("For the fourth time the books were examined by {WHO}.",),
        },
        "silent": {
            "train": (
                "The auditor has issued an unqualified opinion.",
                "A new auditor is to be elected, the mandate was put out to tender.",
            ),
            "validation": ("The audit fee came to EUR {other} thousand.",),
            "test": ("The audit committee met the auditor four times and was content.",),
        },
        "asks": {
            "train": ("Who audited the [statements|accounts]?", "Which firm is the auditor?"),
            "validation": ("Whose audit opinion is it?",),
            "test": ("By whom were the books examined?",),
        },
    },
    "headcount": {
        "says": {
            "train": (
                "At year end the group [had|employed] {VALUE} people.",
                "The number of employees [reached|stood at] {VALUE} on the closing date.",
            ),
            "validation": ("On 31 December {VALUE} persons were on the payroll.",),
            "test": ("The workforce counted {VALUE} heads when the books were closed.",),
        },
        "silent": {
            "train": (
                "The number of employees fell slightly, as {other} retired.",
                "Staff turnover was {other} %, less than in the trade.",
            ),
            "validation": ("In {city} {other} apprentices began their training.",),
            "test": ("{other} posts in {city} were moved to a partner.",),
        },
        "asks": {
            "train": (
                "How many people does the group employ?",
                "[What was|How large was] the number of employees at year end?",
            ),
            "validation": ("How many persons are on the payroll?",),
            "test": ("What is the size of the workforce?",),
        },
    },
    "impairment": {
        "says": {
            "train": (
                "An impairment of {VALUE} was booked on the plant in {city}.",
                "Goodwill of the {city} unit was written down by {VALUE}.",
            ),
            "validation": ("The value of the site in {city} was cut by {VALUE}.",),
            "test": ("A write-off of {VALUE} hits the books for the works in {city}.",),
        },
        "silent": {
            "train": (
                "The plant in {city} was tested for impairment, [none was needed|with no result to report].",
                "An impairment of the unit in {city} is possible if rates rise by {rate} points.",
            ),
            "validation": ("Tests of goodwill used a discount rate of {rate} %.",),
            "test": ("The works in {city} remain in the books as before, after a test.",),
        },
        "asks": {
            "train": ("How large was the impairment?", "[What|Which] amount was written down?"),
            "validation": ("By how much was the site's value cut?",),
            "test": ("What sum was written off?",),
        },
    },
    "loan": {
        "says": {
            "train": (
                "The [syndicated loan|bond] [falls due|matures] on {WHEN} and carries {rate} % interest.",
                "Net debt includes a loan that must be repaid by {WHEN}.",
            ),
            "validation": ("The bank line can be drawn until {WHEN}.",),
            "test": ("What the banks have lent must be returned no later than {WHEN}.",),
        },
        "silent": {
            "train": (
                "The [syndicated loan|bond] carries interest of {rate} % and has no covenants.",
                "Terms of the loan are set out in the annex.",
            ),
            "validation": ("Half of the bank line was drawn in {year}.",),
            "test": ("The banks have lent at {rate} % and hold a charge on the land in {city}.",),
        },
        "asks": {
            "train": ("When does the loan fall due?", "[By when|On which date] must the loan be repaid?"),
            "validation": ("Until when can the line be drawn?",),
            "test": ("What is the date on which the borrowed money goes back?",),
        },
    },
    "lawsuit": {
        "says": {
            "train": (
                "For the lawsuit with {firm} a provision of {VALUE} was made.",
                "The dispute with {firm} was settled for {VALUE}.",
            ),
            "validation": ("{VALUE} were set aside for the case against {firm}.",),
            "test": ("Should {firm} win in court, {VALUE} stand ready.",),
        },
        "silent": {
            "train": (
                "{firm} has sued the company over {other} deliveries; no provision was made.",
                "The outcome of the dispute with {firm} is open, and no sum can be named.",
            ),
            "validation": ("A court in {city} hears the case against {firm} in autumn.",),
            "test": ("Lawyers think that {firm} will lose in court.",),
        },
        "asks": {
            "train": ("How much was [set aside|provided] for the dispute?", "What does the lawsuit cost?"),
            "validation": ("Which provision exists for the case?",),
            "test": ("What amount covers a defeat in court?",),
        },
    },
    "purchase": {
        "says": {
            "train": (
                "In May the group [bought|acquired] {firm} for {VALUE}.",
                "The purchase price for {firm} was {VALUE}, paid in cash.",
            ),
            "validation": ("{firm} joined the group at a price of {VALUE}.",),
            "test": ("To own {firm} the company spent {VALUE}.",),
        },
        "silent": {
            "train": (
                "In May the group [bought|acquired] {firm}; both sides agreed not to disclose the price.",
                "Talks on the purchase of {firm} go on.",
            ),
            "validation": ("{firm}, bought in {year}, added {other} shops.",),
            "test": ("{firm} now belongs to the group and brings {other} patents.",),
        },
        "asks": {
            "train": (
                "What was paid for [the company that was bought|the acquisition]?",
                "How much did the acquisition cost?",
            ),
            "validation": ("At which price did the new company join?",),
            "test": ("What did the group spend to own the new unit?",),
        },
    },
    "weakness": {
        "says": {
            "train": (
                "The auditor found a weakness in {WHERE}.",
                "Internal control was effective except for {WHERE}.",
            ),
            "validation": ("Findings of the audit concern {WHERE} alone.",),
            "test": ("What the examiners did not like was {WHERE}.",),
        },
        "silent": {
            "train": (
                "The auditor [found no weakness|was satisfied with internal control].",
                "Weaknesses that were named in {year} have been mended.",
            ),
            "validation": ("The letter of the auditor on internal control is due in {city} next month.",),
            "test": ("The examiners tested {other} controls.",),
        },
        "asks": {
            "train": ("Where did the auditor find a weakness?", "Which control was not effective?"),
            "validation": ("What do the findings concern?",),
            "test": ("What did the examiners object to?",),
        },
    },
}

WEAKNESSES = (
    "the approval of supplier payments", "the stock count in the warehouse", "access rights in the ledger system",
    "the cut-off of sales at year end", "the valuation of spare parts", "the matching of bank statements",
    "the review of manual entries", "travel expenses",
)  # fmt: skip
AUDITORS = (
    "Halden & Pryce",
    "Moreau Audit LLP",
    "Tallis Brandt",
    "Novak Assurance",
    "Lindner Raman & Co",
    "Vesper Audit",
)

# A line of the table, and how a question names it.
LINES = {
    "Revenue": ("revenue", "turnover"),
    "Cost of sales": ("cost of sales",),
    "Personnel costs": ("personnel costs", "spending on staff"),
    "Research": ("research spending", "the cost of research"),
    "Operating profit": ("operating profit",),
    "Net profit": ("net profit", "profit after tax"),
    "Total assets": ("total assets", "the balance sheet total"),
    "Net debt": ("net debt",),
    "Inventories": ("the value of inventories", "stock"),
    "Cash": ("cash", "the cash position"),
    "Receivables": ("receivables", "what customers owed"),
    "Investment": ("investment", "capital spending"),
}
CELL_ASKS = {
    "train": (
        "What is the figure for {line} in {column}?",
        "{line} in {column}?",
        "What does the report give for {line} in {column}?",
    ),
    "validation": ("Give {line} for {column}.",),
    "test": ("Which number does the table show for {line} in {column}?", "In {column}, {line} came to what?"),
}
INTROS = {
    "train": (
        "{company} [publishes|presents] its [annual report|statements] for {year}.",
        "[Extract|Page 12] from the annual report of {company}, financial year {year}.",
        "The year {year} was [demanding|good] for {company}, a maker of parts with [plants|offices] in {city}.",
    ),
    "validation": ("Notes to the accounts of {company} for {year}.",),
    "test": ("{company}, {city}: what the books of {year} say.", "Management letter of {company} on {year}."),
}
FILLERS = (
    "All sums are in {unit} unless stated otherwise.", "Figures are rounded, differences are possible.",
    "Accounting rules were applied as in the year before.", "The report was approved by the board in {city}.",
    "Events after the closing date are described in note {other}.",
)  # fmt: skip
