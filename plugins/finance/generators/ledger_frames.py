"""The words of the task finance/anomalies: what is booked, on which side, and what a bookkeeper remarks.

Entries of "train" are used in every split, those of "test" in the test split only. ``in`` is money or revenue that
comes in, ``out`` money or cost that goes out, ``back`` a cost that is given back. Slots: firm, who, doc (a number).
"""

ENTRIES = {
    "in": {
        "train": (
            "customer payment {firm} inv {doc}", "sales invoice {doc} {firm}", "interest received",
            "rent received unit {doc}",
            "card takings till {doc}", "grant instalment {doc}", "licence income {firm}", "sale of used van {doc}",
            "consulting fee {firm} inv {doc}", "dividend received {firm}", "subscription income batch {doc}",
        ),
        "validation": ("ticket sales counter {doc}", "royalty from {firm}"),
        "test": ("donation received ref {doc}", "workshop fees paid in {doc}", "commission earned {firm}"),
    },
    "out": {
        "train": (
            "office rent", "electricity {firm}", "supplier payment {firm} inv {doc}", "wages week {doc}",
            "insurance premium",
            "stationery {firm}", "bank charges", "courier {firm} job {doc}", "train tickets {who}", "hotel {who}",
            "repair of lift {firm}", "software licence {doc}", "cleaning {firm} inv {doc}", "telephone bill",
            "fuel card {doc}",
            "legal fees {firm}", "loan instalment {doc}", "catering {firm}",
        ),
        "validation": ("water bill", "trade fair stand {firm}", "parking {who}"),
        "test": (
            "waste collection {firm}", "postage machine top-up {doc}", "security guard {firm} shift {doc}",
            "toner {doc}",
        ),
    },
    "back": {
        "train": (
            "credit note {firm} no {doc}", "refund from {firm}", "returned deposit {firm}", "rebate {firm} ref {doc}",
        ),
        "validation": ("overpayment returned {firm}",),
        "test": ("goods sent back {firm}, credited", "bonus for volume {firm} ref {doc}"),
    },
}  # fmt: skip

# Costs that rightly come again with the same amount: only the number of the week or month tells them apart.
SERIES = (
    "cleaning {firm} week {n}", "wages week {n}", "lease of copier instalment {n}", "parking permit bay {n}",
    "loan instalment {n} of 48", "newspaper {firm} issue {n}",
)  # fmt: skip

# The other side of a journal's entries, so that debits and credits are equal.
COUNTERS = {
    "train": (
        "current account {firm}", "bank, sum of voucher {doc}", "cash at bank", "bank account no {doc}",
        "to clearing account {doc}",
    ),
    "validation": ("giro account no {doc}",),
    "test": ("bank, contra of the above", "cheque account no {doc}"),
}  # fmt: skip

HEADERS = {
    "bank": {
        "train": (
            "Bank statement {month}, account of {firm}", "{firm}, current account, {month}",
            "Account movements {month}",
        ),
        "validation": ("Cash book of {firm} for {month}",),
        "test": ("Extract of the giro account, {firm}, {month}", "Movements in {month}: {firm}"),
    },
    "list": {
        "train": (
            "Expenses {month}, department {doc}", "Cost list for {month}, {firm}", "Petty cash {month}, kept by {who}",
        ),
        "validation": ("Spending of project {doc} in {month}",),
        "test": ("What branch {doc} spent in {month}", "Cost centre {doc}, {month}"),
    },
    "journal": {
        "train": ("Journal {month}, page {doc}", "Ledger extract {month}, {firm}", "Postings of {who} in {month}"),
        "validation": ("Day book {month}, sheet {doc}",),
        "test": ("Nominal ledger, period {month}", "Entries keyed by {who}, {month}"),
    },
}  # fmt: skip

# What somebody wrote below: that something is wrong (with the statement's own error), or that it is not.
FOUND = {
    "sum_error": {
        "train": (
            "checked by {who}, difference of {gap} not explained", "vouchers come to {right}, reason unknown",
            "recount gives {right} instead", "does not tie out, {gap} open", "{who}: adding machine shows {right}",
            "casting to be redone, {gap} off",
        ),
        "validation": ("off by {gap}, I have been over it three times",),
        "test": ("by my arithmetic it should read {right}", "{gap} vanishes between the lines and the foot"),
    },
    "duplicate_entry": {
        "train": (
            "{who}: the same voucher keyed again?", "one of these was paid already",
            "only one receipt in folder {doc} for both",
            "supplier says we owe it once", "looks booked a second time, see {who}", "both lines carry one document",
        ),
        "validation": ("one bill, two lines, why?",),
        "test": ("one of a pair to be struck out", "{who} entered what {who} had entered before"),
    },
    "sign_error": {
        "train": (
            "{who}: this should go the other way", "an amount stands on the wrong side",
            "plus and minus mixed up in one line",
            "a cost shown as income, or the reverse", "to be turned round by {who}",
            "reversed by mistake, see voucher {doc}",
        ),
        "validation": ("money came where it should have gone",),
        "test": ("one line needs flipping", "what we received is written as spent, or vice versa"),
    },
    "period_error": {
        "train": (
            "{who}: one of these is not of this month", "cut-off to be corrected", "a line belongs in another period",
            "booked too early or too late, ask {who}", "date outside the statement", "to be moved to its own month",
        ),
        "validation": ("a stray from another month",),
        "test": ("one voucher has lost its way in the calendar", "accrue elsewhere, says {who}"),
    },
}  # fmt: skip

CLEARED = {
    "sum_error": {
        "train": (
            "checked by {who}, no difference", "agreed to the vouchers, difference nil", "counted twice, all tied out",
            "reconciled by {who}, adds up",
        ),
        "validation": ("recount made no difference",),
        "test": ("the foot is right, says my arithmetic",),
    },
    "duplicate_entry": {
        "train": (
            "no voucher was keyed twice, says {who}", "lines that look alike have a receipt each",
            "nothing booked a second time",
            "{who} compared documents, each stands here once",
        ),
        "validation": ("as many bills as lines",),
        "test": ("{who} looked for pairs and found none",),
    },
    "sign_error": {
        "train": (
            "signs checked by {who}", "minus lines are money given back, that is right",
            "both sides gone through, none is wrong",
            "no plus or minus mixed up",
        ),
        "validation": ("direction of each line is fine",),
        "test": ("nothing needs flipping, {who} looked",),
    },
    "period_error": {
        "train": (
            "cut-off tested, all of this month", "dates are right, {who}", "no line belongs in another period",
            "nothing was booked too early or too late",
        ),
        "validation": ("no stray from another month",),
        "test": ("the calendar agrees with each voucher",),
    },
}  # fmt: skip

NEUTRAL = (
    "prepared by {who}", "vouchers in folder {doc}", "next page follows", "printed from the archive", "copy for {firm}",
    "filed by {who}", "budget not used up",
)  # fmt: skip
