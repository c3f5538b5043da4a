"""The sentence frames of the task legal/contract_qa: what a contract says, and what people ask about it.

``SCENES[name]``: "train" frames are used in every split, those of "validation" and "test" only there. A slot of two
capitals or more is a fact, and "facts" has what sort of value it is and how it is asked for; the last question is asked
in the test split only. A frame need not state all facts of its scene: a question about one that it leaves out has no
answer. "sided" facts bind one of the parties X and Y, so that the same question about the other one has no answer.
Slots in small letters (amt, dur, date, pct, n, k, s) are figures that nobody asks for; X, Y, P, R, agr, obj, fee as in
``summary_frames.py``.
"""

SCENES = {
    "payment": {
        "facts": {
            "PRICE": (
                "amt",
                [
                    "how much does {R} pay for {obj}",
                    "what is the price of {obj}",
                    "which sum does {R} owe for {obj}",
                    "what does {obj} cost {R}",
                ],
            ),
            "PAY_WITHIN": (
                "days",
                [
                    "how long does {R} have to pay an invoice",
                    "when does an invoice of {P} fall due",
                    "within what time must {R} settle an invoice",
                    "how soon must {R} send the money once it has been billed",
                ],
            ),
            "LATE_RATE": (
                "pct",
                [
                    "what interest runs on late payments",
                    "at what rate do overdue sums bear interest",
                    "what does {R} owe a year on money that is overdue",
                ],
            ),
        },
        "train": [
            "{R} shall pay {PRICE} for {obj} and shall settle each invoice within {PAY_WITHIN} of its receipt",
            "the price of {obj} is {PRICE}. {P} sends its invoice {dur} after completion, and sums which are overdue "
            "bear interest at {LATE_RATE} a year",
            "invoices of {P} [fall due|are payable] {PAY_WITHIN} after they are received; a sum that is late carries "
            "interest at {LATE_RATE} a year, and after {dur} of default {P} may suspend {obj}",
            "for {obj} {R} owes {P} {PRICE}, which {P} may invoice [in two parts|{dur} before it begins]",
        ],
        "validation": ["{P} bills {PRICE} for {obj}, and {R} has {PAY_WITHIN} to remit the money"],
        "test": [
            "{obj} is to be had for {PRICE}; what {R} has not remitted by the due day grows by {LATE_RATE} each year",
            "once its account has reached {R}, {P} must wait {PAY_WITHIN} for the money before it may complain, and "
            "{dur} before it may go to court",
        ],
    },
    "deposit": {
        "facts": {
            "DEPOSIT": (
                "amt",
                ["how much is the deposit", "what deposit does {R} pay", "which sum does {P} hold as security"],
            ),
            "DEPOSIT_DAY": (
                "date",
                [
                    "by when must the deposit be paid",
                    "on what date is the deposit due",
                    "when does {P} have to have the security in its hands",
                ],
            ),
            "DEPOSIT_BACK": (
                "dur",
                [
                    "when does {R} get the deposit back",
                    "how long may {P} keep the deposit after the end of {agr}",
                    "how soon is the security returned to {R}",
                ],
            ),
        },
        "train": [
            "{R} shall lodge a deposit of {DEPOSIT} with {P} on or before {DEPOSIT_DAY}",
            "as security {R} pays {P} a deposit of {DEPOSIT}, which {P} [returns|shall release] within {DEPOSIT_BACK} "
            "of the end of {agr}, less what is due for damage reported within {dur}",
            "the deposit is payable by {DEPOSIT_DAY} and shall be refunded {DEPOSIT_BACK} after {agr} has ended",
            "{P} holds {DEPOSIT} of {R} as a deposit [in a separate account|] and may draw on it where rent has been "
            "unpaid for {dur}",
        ],
        "validation": ["a deposit is to be with {P} by {DEPOSIT_DAY}; {R} has it back {DEPOSIT_BACK} after {agr}"],
        "test": [
            "against loss {P} keeps {DEPOSIT} of {R}'s money as a deposit, received no later than {DEPOSIT_DAY}",
            "what {R} left with {P} as a deposit goes back to it at the latest {DEPOSIT_BACK} from the last day of "
            "{agr}; interest of {pct} a year is kept by {P}",
        ],
    },
    "termination": {
        "sided": ["NOTICE", "EARLIEST"],
        "facts": {
            "NOTICE": (
                "dur",
                [
                    "how much notice must {X} give to end {agr}",
                    "what is the notice period for {X}",
                    "how long before does {X} have to announce that it leaves",
                ],
            ),
            "EARLIEST": (
                "date",
                [
                    "from what date may {X} end {agr}",
                    "when can {X} leave {agr} for the first time",
                    "which is the first day on which {X} may get out",
                ],
            ),
            "CURE": (
                "days",
                [
                    "how long does a party have to put a breach right",
                    "what time is given to remedy a breach",
                    "how many days or weeks pass before a breach that is not mended ends {agr}",
                ],
            ),
        },
        "train": [
            "{X} may terminate {agr} by giving {Y} {NOTICE} of written notice",
            "{X} may end {agr} at any time after {EARLIEST}; it need not give a reason, but shall [first|] offer {Y} a "
            "meeting within {dur}",
            "[after|from] {EARLIEST} {X} may give notice of {NOTICE} and so bring {agr} to an end",
            "[either party may cancel|{agr} may be cancelled] forthwith where the other commits a serious breach and "
            "does not remedy it within {CURE} of being asked to",
        ],
        "validation": ["{X} can leave {agr} by a letter to {Y} that is sent {NOTICE} ahead"],
        "test": [
            "{X} is bound until {EARLIEST} and may then be released by a letter that reaches {Y} {NOTICE} before",
            "a breach that is still there {CURE} after a complaint about it sets the other party free at once, and "
            "{dur} later the accounts are closed",
        ],
    },
    "term": {
        "facts": {
            "START": (
                "date",
                ["when does {agr} begin", "on what date does {agr} start", "from which day on are the parties bound"],
            ),
            "LENGTH": (
                "dur",
                [
                    "how long does {agr} last",
                    "what is the initial term of {agr}",
                    "for what time are the parties bound at first",
                ],
            ),
            "RENEWAL": (
                "dur",
                [
                    "how long before the end must a renewal be refused",
                    "by when does a party have to object to the renewal",
                    "how early must somebody speak who does not want {agr} to go on",
                ],
            ),
        },
        "train": [
            "{agr} begins on {START} and continues for {LENGTH}",
            "{agr} has an initial term of {LENGTH} and is renewed for the same time unless a party objects {RENEWAL} "
            "before it ends",
            "{agr} takes effect on {START}, [whatever the day of its signature|although it was signed on {date}], and "
            "is renewed each time that no party has objected in writing",
            "the renewal of {agr} does not take place where a party has refused it {RENEWAL} before the end of the "
            "term",
        ],
        "validation": ["the parties are bound from {START}, for {LENGTH} in the first place"],
        "test": [
            "{LENGTH} is the time for which the parties bind themselves, counted from {START}",
            "silence renews {agr}: who wants to be out of it must say so {RENEWAL} ahead of its last day, {date} at "
            "first",
        ],
    },
    "secrecy": {
        "sided": ["SECRET_FOR", "SECRET_SUM"],
        "facts": {
            "SECRET_FOR": (
                "dur",
                [
                    "how long must {X} keep secrets after the end of {agr}",
                    "for what time after {agr} is {X} bound to secrecy",
                    "until when may {X} not speak of what it learnt",
                ],
            ),
            "SECRET_SUM": (
                "amt",
                [
                    "what does {X} pay for a breach of secrecy",
                    "which sum is due if {X} discloses a secret",
                    "what does an indiscretion cost {X}",
                ],
            ),
        },
        "train": [
            "{X} shall keep confidential what it learns of {Y}'s business, during {agr} and for {SECRET_FOR} after it",
            "for every breach of confidence {X} shall pay {SECRET_SUM} to {Y}; papers are returned within {dur}",
            "{X} may not disclose {Y}'s secrets for {SECRET_FOR} after the end of {agr} and forfeits {SECRET_SUM} for "
            "each disclosure",
        ],
        "validation": ["what {X} has seen at {Y} stays secret until {SECRET_FOR} after {agr}"],
        "test": [
            "nothing of {Y}'s affairs may be repeated by {X} before {SECRET_FOR} have passed from the end of {agr}; "
            "files are destroyed {dur} earlier",
            "whenever {X} reveals a secret of {Y}, it owes it {SECRET_SUM}, and {Y} need not prove a loss",
        ],
    },
    "liability": {
        "sided": ["CAP", "CLAIM_WITHIN"],
        "facts": {
            "CAP": (
                "amt",
                [
                    "what is the limit of {X}'s liability",
                    "for how much is {X} liable at most",
                    "which sum can nobody claim more than from {X}",
                ],
            ),
            "CLAIM_WITHIN": (
                "dur",
                [
                    "how soon must a claim against {X} be notified",
                    "within what time must {Y} bring a claim against {X}",
                    "when is it too late to ask {X} for damages",
                ],
            ),
        },
        "train": [
            "the liability of {X} shall not exceed {CAP} in all, whatever the cause",
            "{Y} shall notify a claim against {X} within {CLAIM_WITHIN} of the loss, failing which it lapses; the "
            "other limits of liability are in clause {n}",
            "{X} is liable to {Y} up to {CAP}, and only for claims notified within {CLAIM_WITHIN}",
            "{X} is not liable for loss of profit; its liability for other loss is limited to {CAP}, of which {pct} is "
            "for costs",
        ],
        "validation": ["{Y} can ask {X} for {CAP} at most"],
        "test": [
            "be the loss what it may, {CAP} is all that {Y} can recover from {X}",
            "a complaint against {X} that comes more than {CLAIM_WITHIN} after the event is not heard, and no expert "
            "need be asked, whose fee is {amt}",
        ],
    },
    "warranty": {
        "facts": {
            "WARRANTY": (
                "dur",
                [
                    "how long is the warranty on {obj}",
                    "for what time does {P} warrant {obj}",
                    "until when are faults of {obj} the affair of {P}",
                ],
            ),
            "REPAIR": (
                "days",
                [
                    "how quickly must {P} repair a defect",
                    "within what time is a fault to be put right",
                    "how long may {P} take over the mending of {obj}",
                ],
            ),
        },
        "train": [
            "{P} warrants {obj} against defects for {WARRANTY} from delivery",
            "where {obj} proves defective, {P} shall repair it within {REPAIR} of being told, and free of charge",
            "{P} gives a warranty of {WARRANTY} on {obj} and puts a defect right within {REPAIR}",
            "the warranty covers material and labour; {R} shall report a defect of {obj} within {dur} of finding it",
        ],
        "validation": ["{obj} is under warranty for {WARRANTY}"],
        "test": [
            "{P} answers for faults that show in {obj} before {WARRANTY} are over, wear excepted",
            "told of a fault in {obj}, {P} has {REPAIR} to mend it; after {dur} more {R} may call in another firm",
        ],
    },
    "delivery": {
        "facts": {
            "DELIVERY": (
                "date",
                [
                    "when must {P} complete {obj}",
                    "by what date is {obj} due",
                    "which day is the last for {P} to be ready",
                ],
            ),
            "DELAY_SUM": (
                "amt",
                [
                    "what does {P} pay for each week of delay",
                    "which sum is due for every week that {P} is late",
                    "what does it cost {P} a week not to be ready",
                ],
            ),
            "SITE": (
                "site",
                [
                    "where is {obj} handed over",
                    "at what place does {R} take over {obj}",
                    "where does {R} have to go to receive {obj}",
                ],
            ),
        },
        "train": [
            "{P} shall complete {obj} by {DELIVERY} and hand it over at {SITE}",
            "{P} shall complete {obj} by {DELIVERY}, or pay {DELAY_SUM} for each week of delay",
            "{obj} is handed over at {SITE}; for every week of delay {P} allows {R} {DELAY_SUM}, but nothing for the "
            "first {dur}",
            "{obj} is complete when [an expert|{R}] has certified it, which shall be done within {dur}; delivery takes "
            "place at {SITE}",
        ],
        "validation": ["{R} receives {obj} at {SITE} not later than {DELIVERY}"],
        "test": [
            "{obj} awaits {R} at {SITE}, and if {P} has not finished it when {DELIVERY} is over, it credits {R} with "
            "{DELAY_SUM} a week",
            "ready on {DELIVERY}: so {P} has promised of {obj}, and {R} accepts no excuse save one notified by {date}",
        ],
    },
    "insurance": {
        "sided": ["COVER", "PROOF"],
        "facts": {
            "COVER": (
                "amt",
                [
                    "for how much must {X} be insured",
                    "what cover does {X} have to buy",
                    "which sum has the policy of {X} to pay per claim",
                ],
            ),
            "PROOF": (
                "days",
                [
                    "how soon must {X} show its policy",
                    "within what time does {X} prove that it is insured",
                    "how long may {X} take to produce evidence of cover",
                ],
            ),
        },
        "train": [
            "{X} shall be insured against claims of third parties for not less than {COVER} a claim",
            "{X} shall insure itself for {COVER} and show {Y} the policy within {PROOF} of a request",
            "on request {X} proves within {PROOF} that its insurance is in force; it shall stay so for {dur} after "
            "{agr}",
        ],
        "validation": ["{X} holds cover of {COVER} for each event"],
        "test": [
            "{Y} is safe from an uninsured partner: {X} has bought cover of {COVER} and bears an excess of {amt}",
            "asked for its policy, {X} must lay it before {Y} in {PROOF}",
        ],
    },
    "law": {
        "facts": {
            "LAW": (
                "law",
                [
                    "which law governs {agr}",
                    "under what law does {agr} stand",
                    "whose legal rules decide what {agr} means",
                ],
            ),
            "SEAT": (
                "city",
                [
                    "where is a dispute decided",
                    "at what place does the arbitrator sit",
                    "in which town would the parties meet to argue",
                ],
            ),
        },
        "train": [
            "{agr} is governed by {LAW}",
            "disputes are decided by an arbitrator who sits in {SEAT}, appointed within {dur}",
            "{agr} is governed by {LAW}, and a dispute shall be decided by an arbitrator in {SEAT}",
        ],
        "validation": ["{LAW} shall apply to {agr}"],
        "test": [
            "for its meaning and effect {agr} depends on {LAW}, the rules on conflict of laws left aside",
            "who has a quarrel over {agr} brings it before the arbitrator in {SEAT} not later than {date}",
        ],
    },
    "competition": {
        "sided": ["BAN", "BAN_SUM"],
        "facts": {
            "BAN": (
                "dur",
                [
                    "how long may {X} not compete with {Y}",
                    "for what time after {agr} is competition forbidden to {X}",
                    "when may {X} go after the customers of {Y}",
                ],
            ),
            "BAN_SUM": (
                "amt",
                [
                    "what does {X} pay if it competes",
                    "which sum is due where {X} breaks the ban on competition",
                    "what is the price for {X} of taking a customer away",
                ],
            ),
        },
        "train": [
            "{X} shall not compete with {Y} for {BAN} after the end of {agr}",
            "if {X} competes with {Y} in spite of this clause, it pays {BAN_SUM} for each case",
            "for {BAN} after {agr} {X} shall not solicit customers whom {Y} has served in the last {dur}, and pays "
            "{BAN_SUM} for each breach",
        ],
        "validation": ["until {BAN} after {agr}, the customers of {Y} are closed to {X}"],
        "test": [
            "{X} stays out of the trade of {Y} until {BAN} after {agr} is over",
            "a customer whom {X} lures away from {Y} is to be paid for with {BAN_SUM}, unless {Y} had lost him {dur} "
            "before",
        ],
    },
    "audit": {
        "sided": ["AUDIT_NOTICE"],
        "facts": {
            "AUDIT_NOTICE": (
                "dur",
                [
                    "how long before does {X} announce an audit",
                    "what notice must {X} give before it inspects the books",
                    "when does {Y} hear that {X} is coming to look at its accounts",
                ],
            ),
            "AUDIT_SHARE": (
                "pct",
                [
                    "from what error on does {Y} bear the cost of an audit",
                    "how large a shortfall makes {Y} pay for the audit",
                    "by how much must the figures be wrong for {Y} to pay the auditor",
                ],
            ),
        },
        "train": [
            "{X} may audit the books of {Y} once a year on notice of {AUDIT_NOTICE}; records are kept for {dur}",
            "the cost of an audit is borne by {X}, save that {Y} bears it where it shows a shortfall of more than "
            "{AUDIT_SHARE}",
            "{X} may inspect the accounts of {Y} if it announces this {AUDIT_NOTICE} before, and {Y} pays for the "
            "audit where sums are wrong by {AUDIT_SHARE} or more",
        ],
        "validation": ["{X} comes to look at the books of {Y} after a warning of {AUDIT_NOTICE}"],
        "test": [
            "the books of {Y} are open to {X} when {AUDIT_NOTICE} have passed since it wrote that it would come",
            "{Y} is charged with the auditor's bill if {AUDIT_SHARE} of what was due had been left out, and {X} if "
            "less",
        ],
    },
    "notices": {
        "facts": {
            "MEANS": (
                "means",
                [
                    "how must a notice be sent",
                    "in what way is a notice to be given",
                    "by what means do the parties have to write to each other",
                ],
            ),
            "DEEMED": (
                "days",
                [
                    "when is a notice deemed to have arrived",
                    "how long after posting does a notice count as received",
                    "what time is a letter thought to be on its way",
                ],
            ),
        },
        "train": [
            "a notice under {agr} shall be sent {MEANS}",
            "a notice is deemed received {DEEMED} after it was sent; a change of address is to be told within {dur}",
            "notices shall be given {MEANS} and count as received {DEEMED} after posting",
        ],
        "validation": ["the parties write to each other {MEANS}"],
        "test": [
            "only what was sent {MEANS} binds the party to whom it is addressed",
            "a letter is taken to be there {DEEMED} after it was posted, though it be returned {dur} later",
        ],
    },
    "review": {
        "facts": {
            "REVIEW_DAY": (
                "date",
                [
                    "from what date on may {P} raise {fee}",
                    "until when is {fee} fixed",
                    "on which day can {fee} go up for the first time",
                ],
            ),
            "REVIEW_MOST": (
                "pct",
                [
                    "by how much may {fee} rise",
                    "what is the largest increase of {fee}",
                    "how much more may {P} ask at a time",
                ],
            ),
        },
        "train": [
            "{fee} is fixed until {REVIEW_DAY}",
            "{P} may raise {fee} by not more than {REVIEW_MOST} at a time, on notice of {dur}",
            "from {REVIEW_DAY} {P} may increase {fee}, each time by {REVIEW_MOST} at most",
        ],
        "validation": ["{fee} may go up by {REVIEW_MOST}"],
        "test": [
            "{R} has peace from increases of {fee} until {REVIEW_DAY}; it is then told of one {dur} ahead",
            "{P} may ask for more than {fee} of today, but for {REVIEW_MOST} more at the most",
        ],
    },
    "expenses": {
        "sided": ["EXPENSE_LIMIT", "EXPENSE_WITHIN"],
        "facts": {
            "EXPENSE_LIMIT": (
                "amt",
                [
                    "what may {X} spend without asking",
                    "up to which sum are expenses of {X} refunded without approval",
                    "how much can {X} lay out on its own",
                ],
            ),
            "EXPENSE_WITHIN": (
                "dur",
                [
                    "by when must {X} claim its expenses",
                    "how long after the event can {X} ask for its expenses",
                    "until when does {X} have to hand in its receipts",
                ],
            ),
        },
        "train": [
            "{Y} refunds the expenses of {X} up to {EXPENSE_LIMIT} a month; more needs its approval",
            "{X} shall claim expenses within {EXPENSE_WITHIN}, and {Y} refunds them {dur} later",
            "expenses of {X} up to {EXPENSE_LIMIT} need no approval and are claimed within {EXPENSE_WITHIN}",
        ],
        "validation": ["{X} may lay out {EXPENSE_LIMIT} for {Y} without leave"],
        "test": [
            "what {X} spends for {Y} is made good, beyond {EXPENSE_LIMIT} only with leave, and never beyond {amt}",
            "receipts that {X} hands in later than {EXPENSE_WITHIN} after it paid are not made good",
        ],
    },
    "contact": {
        "sided": ["PERSON"],
        "facts": {
            "PERSON": (
                "person",
                ["who speaks for {X}", "who is the representative of {X}", "with whom does one talk at {X}"],
            ),
            "REPLACED": (
                "days",
                [
                    "how soon must a representative be replaced",
                    "within what time is a new representative named",
                    "how long may a party be without somebody who speaks for it",
                ],
            ),
        },
        "train": [
            "{X} is represented by {PERSON}, who may [sign for it|accept notices]",
            "a representative who leaves shall be replaced within {REPLACED}; orders up to {amt} need no signature",
            "the representative of {X} is {PERSON}; a party whose representative leaves names another within "
            "{REPLACED}",
        ],
        "validation": ["{PERSON} acts for {X} in all that concerns {agr}"],
        "test": [
            "whatever {PERSON} says in the matter of {agr} binds {X}, except promises of more than {amt}",
            "no party may be without a representative for longer than {REPLACED}",
        ],
    },
}

SITES = [
    "its own warehouse", "the north gate", "the depot in Larch Road", "the site office", "Quay 4", "the loading bay",
    "the registered office", "Hall 7", "the showroom", "the customs yard",
]  # fmt: skip
MEANS = [
    "by registered post", "by hand", "by courier", "by electronic mail", "through a notary", "through the data room",
    "by letter and by telephone", "by messenger against a receipt",
]  # fmt: skip
CITIES = ["Leeds", "Cork", "Basel", "Lyon", "Toronto", "Hamburg", "Auckland", "Perth", "Galway", "Antwerp"]
QUESTIONS = {
    "train": ["{question}?", "{question}?", "{question} under this contract?", "please check: {question}?"],
    "validation": ["{question}?", "one thing is not clear to me: {question}?"],
    "test": ["{question}?", "{question} according to the text?", "the other side asks: {question}?"],
}
