"""The frames of the task legal/summary: what a clause says at length, and how a plain sentence says it.

``SCENES[name]``: "sources" are used in every split, "test" only in the test split, "targets" are the plain sentences.
"exceptions" has words of a source and how the plain sentence says that exception, lest a rule be read as absolute.
Slots: X and Y the two parties in either order, P who performs, R who pays, agr, obj, fee, n and k clause numbers; amt,
dur, date, pct as lawyers write them, and AMT, DUR, DATE, PCT, the same figures in plain writing.
"""

from typing import NotRequired, TypedDict


class Scene(TypedDict):
    """The frames of one topic."""

    sources: list[str]
    test: list[str]
    targets: list[str]
    exceptions: NotRequired[dict[str, str]]


SCENES: dict[str, Scene] = {
    "payment": {
        "sources": [
            "in consideration of the performance by {P} of its obligations under {agr}, {R} shall pay to {P} the "
            "sum of {amt} [by way of {fee}|as {fee}]. The said sum shall be remitted in cleared funds within {dur} "
            "of the receipt by {R} of a proper invoice, [and time for payment shall be of the essence|without any "
            "deduction whatsoever]",
            "{P} may submit an invoice for {fee}, being {amt}, [on completion of each stage|at the end of each "
            "quarter], and {R} shall settle every such invoice no later than {dur} after the date which it bears",
        ],
        "test": [
            "there falls to be paid by {R}, in return for {obj}, a price of {amt}; {P} shall render its account in "
            "writing, and {R} must honour that account before {dur} have run from its arrival"
        ],
        "targets": [
            "{R} must pay {P} {AMT} within {DUR} of [getting the invoice|the invoice]",
            "{P} is owed {AMT}, which {R} has to pay within {DUR} of [being invoiced|the invoice]",
            "[once invoiced|after the invoice], {R} has {DUR} to pay {P} {AMT}",
        ],
    },
    "late_interest": {
        "sources": [
            "if {R} shall fail to pay any sum due under {agr} on the due date, that sum shall bear interest at the "
            "rate of {pct} per annum, both before and after judgment, which shall accrue daily from {dur} after the "
            "due date until actual payment, [compounded quarterly|and be payable upon demand]",
            "any amount which remains unpaid by {R} for a period exceeding {dur} shall, [without further "
            "notice|without prejudice to any other remedy of {P}], attract default interest of {pct} a year until "
            "it is discharged in full",
        ],
        "test": [
            "should money due from {R} to {P} be outstanding when {dur} have elapsed from its due date, there shall "
            "be added to it, as agreed compensation for the delay, {pct} for each year and rateably for each part "
            "of a year"
        ],
        "targets": [
            "{R} pays {PCT} yearly interest on any sum that is more than {DUR} late",
            "if {R} pays more than {DUR} late, {P} can charge interest of {PCT} a year",
            "sums that {R} leaves unpaid for {DUR} [carry|earn] yearly interest of {PCT}",
        ],
    },
    "termination": {
        "sources": [
            "{X} may determine {agr} at any time after {date} by giving to {Y} not less than {dur} prior notice in "
            "writing, and upon the expiry of such notice {agr} shall cease and be of no further effect, but without "
            "prejudice to any accrued right",
            "notwithstanding any other provision hereof, {X} is entitled to bring {agr} to an end, without being "
            "obliged to state a reason, provided always that {Y} has received a written notice at least {dur} "
            "beforehand and that such notice does not take effect earlier than {date}",
        ],
        "test": [
            "no party is bound for ever: once {date} has passed, {X} may be released from {agr} by a letter "
            "addressed to {Y}, and the release takes hold when {dur} have gone by since that letter was delivered"
        ],
        "targets": [
            "from {DATE}, {X} may end {agr} by giving {Y} written notice of {DUR}",
            "{X} can leave {agr} after {DATE} if it gives {Y} {DUR} of written notice",
            "{Y} must get notice of {DUR} if {X} wants to end {agr}, which it may do from {DATE}",
        ],
    },
    "deposit": {
        "sources": [
            "on or before {date}, {R} shall lodge with {P} a deposit in the sum of {amt} as security for the due "
            "performance of its obligations. {P} shall hold the deposit [in a separate account|as stakeholder] and "
            "shall release it to {R} within {dur} after {agr} has ended, less any sum properly deducted",
            "as security for its covenants {R} shall by {date} pay {amt} to {P}, who may resort to it for arrears "
            "or damage and must repay whatever then remains not more than {dur} after the end of {agr}",
        ],
        "test": [
            "{P} is to have in its hands, by {date} and for as long as {agr} lasts, {amt} of {R}'s money against "
            "loss; the balance goes back to {R} at the latest {dur} from the last day of the term"
        ],
        "targets": [
            "{R} pays {P} a deposit of {AMT} by {DATE} and gets it back within {DUR} of the end",
            "{P} holds a deposit of {AMT}, due by {DATE}, and returns what is left within {DUR}",
            "by {DATE}, {R} must leave {AMT} with {P}, repayable within {DUR} after {agr} ends",
        ],
    },
    "secrecy": {
        "sources": [
            "{X} shall hold in strict confidence all information of a confidential nature which it may obtain from "
            "{Y} in connection with {obj}, and shall not disclose the same to any third party. The obligations in "
            "this clause shall continue for {dur} after the termination of {agr}, howsoever caused; for each breach "
            "{X} shall forfeit {amt}",
            "all papers, data and know-how supplied by {Y} are and remain secret, and {X} undertakes, both during "
            "{agr} and for {dur} thereafter, neither to use nor to reveal them, on pain of an agreed sum of {amt} "
            "for each occasion",
        ],
        "test": [
            "whatever of {Y}'s affairs becomes known to {X} is to go no further until {dur} have passed from the "
            "end of {agr}, and every indiscretion costs {X} the sum of {amt} without proof of loss"
        ],
        "targets": [
            "{X} must keep {Y}'s information secret for {DUR} after the end, or pay {AMT} per breach",
            "for {DUR} after {agr} ends, {X} owes {Y} {AMT} for every secret that it reveals",
            "each time {X} reveals {Y}'s secrets within {DUR} of the end, it must pay {AMT}",
        ],
    },
    "cap": {
        "sources": [
            "the aggregate liability of {X} to {Y} under or in connection with {agr}, whether in contract, tort "
            "(including negligence) or otherwise, shall in no circumstances exceed {amt}, and no claim shall be "
            "brought by {Y} unless notice of it has been given within {dur} of the event complained of",
            "save in the case of fraud or wilful default, {Y} shall not be entitled to recover from {X} more than "
            "{amt} in respect of all losses taken together, and any claim not notified in writing within {dur} of "
            "the loss shall be deemed to have been waived",
        ],
        "test": [
            "{amt} is the utmost that {Y} can obtain from {X} on account of {obj}, be the cause what it may, and a "
            "complaint which has not reached {X} before {dur} are over comes too late"
        ],
        "targets": [
            "{X} owes {Y} at most {AMT} in damages, and claims must be made within {DUR}",
            "{Y} can claim no more than {AMT} from {X} and must do so within {DUR}",
            "claims against {X} are limited to {AMT} and lapse unless {Y} makes them within {DUR}",
        ],
        "exceptions": {"fraud or wilful default": "except for fraud or wilful default, {target}"},
    },
    "repair": {
        "sources": [
            "{P} warrants that {obj} shall be free from defects in material and workmanship for a period of {dur} "
            "from {date}. Where a defect appears within that period, {P} shall at its own cost [repair or "
            "replace|make good] the defective part; this warranty does not extend to damage caused by misuse",
            "should any fault in {obj} come to light within {dur} of {date}, and provided that {R} has reported it "
            "without undue delay, {P} shall put the same right free of charge and bear all expense of carriage and "
            "labour",
        ],
        "test": [
            "from {date} and until {dur} have passed, {R} need not spend anything on faults in {obj} for which it "
            "is not to blame: the mending of them is the affair of {P}, labour and parts included"
        ],
        "targets": [
            "{P} must fix faults in {obj} for free if they appear within {DUR} of {DATE}",
            "for {DUR} from {DATE}, {P} repairs {obj} without charging {R}",
            "{R} gets free repairs of {obj} from {P} for {DUR}, starting on {DATE}",
        ],
        "exceptions": {
            "damage caused by misuse": "{target}, but not damage from misuse",
            "not to blame": "{target}, unless {R} is to blame",
        },
    },
    "delay": {
        "sources": [
            "{P} shall complete {obj} on or before {date}. In the event that completion is delayed beyond that date "
            "for any reason other than an act of {R}, {P} shall pay or allow to {R} liquidated damages of {amt} for "
            "every week of delay or part thereof, which the parties accept to be a genuine estimate of the loss",
            "time being of the essence, {obj} is to be delivered by {P} by {date}; for each week by which delivery "
            "is late, {R} may deduct {amt} from {fee}, and such deduction is in full satisfaction of any claim for "
            "lateness",
        ],
        "test": [
            "if {date} goes by and {obj} is not ready, {P} gives {R} a credit of {amt} a week until it is, unless "
            "{R} itself held matters up; nothing more is due for being late"
        ],
        "targets": [
            "{P} must deliver by {DATE} or pay {R} {AMT} for every week of delay",
            "every week after {DATE} that {P} is late costs it {AMT}, payable to {R}",
            "if {P} has not finished by {DATE}, {R} gets {AMT} for each week",
        ],
        "exceptions": {
            "other than an act of {R}": "{target}, unless {R} is to blame",
            "{R} itself held matters up": "{target}, unless {R} is to blame",
        },
    },
    "renewal": {
        "sources": [
            "{agr} shall continue until {date} and shall thereafter be renewed automatically for successive terms "
            "of equal length, unless either {X} or {Y} has given notice of non-renewal not less than {dur} before "
            "the end of the current term, in which event it shall expire by lapse of time",
            "the initial term shall expire on {date}; where neither {X} nor {Y} has declared in writing, at the "
            "latest {dur} before that day, that it does not wish to go on, a further term of the same duration "
            "shall begin on the day following",
        ],
        "test": [
            "silence prolongs: let {X} and {Y} both be silent until fewer than {dur} are left before {date}, and "
            "{agr} runs on past that day for as long again as it has lasted"
        ],
        "targets": [
            "{agr} renews itself after {DATE} unless {X} or {Y} objects at least {DUR} before",
            "to stop the renewal on {DATE}, {X} or {Y} must give notice {DUR} ahead",
            "unless {X} or {Y} gives notice {DUR} before {DATE}, {agr} is renewed",
        ],
    },
    "insurance": {
        "sources": [
            "{X} shall at its own expense effect and maintain with a reputable insurer a policy of insurance in "
            "respect of {obj} for not less than {amt} for any one claim, shall keep such policy in force until "
            "{dur} after the end of {agr}, and shall produce the policy and the receipt for the last premium "
            "whenever {Y} may require",
            "throughout {agr} and for {dur} thereafter, {X} must be covered against claims by third parties to the "
            "amount of {amt} per event, and {Y} may ask at any reasonable time for evidence that the cover stands "
            "and the premiums have been paid",
        ],
        "test": [
            "{Y} is not to be exposed to an uninsured partner: {X} buys cover of {amt} a claim, and does not let it "
            "go until {dur} after {agr} is over, and shows the policy when asked"
        ],
        "targets": [
            "{X} must stay insured for {AMT} per claim until {DUR} after {agr} ends",
            "{X} needs insurance of {AMT} per claim, kept up for {DUR} after the end",
            "during {agr} and {DUR} afterwards, {X} has to be insured for {AMT} per claim",
        ],
    },
    "non_compete": {
        "sources": [
            "for {dur} following the termination of {agr}, {X} shall not, whether directly or indirectly and "
            "whether on its own account or for another, carry on any business which competes with that of {Y}; and "
            "for every breach {X} shall pay to {Y} the sum of {amt} as agreed damages",
            "{X} covenants with {Y} that it will not solicit any customer of {Y} within {dur} after {agr} has come "
            "to an end, and agrees that {amt} shall be payable for each contravention, the right to an injunction "
            "being reserved",
        ],
        "test": [
            "having had the run of {Y}'s trade, {X} stays out of it until {dur} after {agr} is over; a customer "
            "taken away sooner is to be paid for with {amt}, and the courts may restrain {X} besides"
        ],
        "targets": [
            "{X} may not compete with {Y} for {DUR} after the end, or it pays {AMT} each time",
            "for {DUR} after {agr} ends, competing with {Y} costs {X} {AMT} per breach",
            "{X} owes {Y} {AMT} for every breach of the {DUR} ban on competing",
        ],
    },
    "review": {
        "sources": [
            "with effect from {date}, and at intervals of {dur} thereafter, {P} may by written notice increase "
            "{fee} by not more than {pct} of the amount previously payable, provided that an increase so notified "
            "shall not be retrospective and shall be binding on {R} in the absence of manifest error",
            "{fee} shall remain fixed until {date}, on which day and at the end of every {dur} following it {P} is "
            "at liberty to revise the same upwards, the increase on each occasion being subject to a maximum of "
            "{pct}",
        ],
        "test": [
            "{R} has peace until {date}; from then on {P} may ask for more, though by {pct} at the most and not "
            "again until {dur} have passed since it last did so"
        ],
        "targets": [
            "from {DATE}, {P} may raise {fee} by up to {PCT} every {DUR}",
            "{P} can increase {fee} by at most {PCT} per {DUR}, for the first time on {DATE}",
            "{fee} is fixed until {DATE} and may then rise by up to {PCT} every {DUR}",
        ],
    },
}

# What stands around the point of a clause: words, clause numbers and figures that no summary should pick up.
PADDING = [
    "this clause is without prejudice to clause {n} and to any other right or remedy available [to the parties|at law]",
    "any notice under this clause shall be in writing and delivered by hand or by [registered post|courier] to the "
    "address stated in Schedule {s}",
    "references to a party include its successors in title, and words in the singular include the plural where the "
    "context so admits",
    "[for the avoidance of doubt|it is hereby declared that] nothing in clause {n}.{s} shall be read as a waiver of "
    "any breach, whether past or future",
    "{X} acknowledges that it has [taken legal advice|read and understood this clause] and that the provision is "
    "reasonable in all the circumstances",
    "subject as aforesaid, the provisions of Part {s} of the Schedule shall apply with such changes as the case may "
    "require",
    "the parties shall in good faith do all such further acts as may be needed to give full effect to clause {n}",
    "a failure by {Y} to insist upon strict performance shall not be taken as consent to any departure from clause {n}",
    "[if any part of this clause is held to be void|should a part of this clause be unenforceable], the remainder "
    "shall stand as if that part had been struck out",
    "this clause was [agreed|settled] in version {s} of the draft and replaces clause {k} of the earlier heads of "
    "terms",
]
