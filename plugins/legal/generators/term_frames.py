"""The sentence frames of the task legal/terms: sentences with terms, and sentences that only look as if they had some.

Slots in capitals are terms and become spans: PARTY, DATE, AMOUNT, DURATION, NOTICE (a
DURATION of a year at most), LAW. Slots in small letters are what a
reader could take for a term: clause (a number), act (a statute with its year), person, bank, percent, count, regno
(a register number), city. ``FRAMES[split]``: those of "train" are used in every split, the others only in their own.
"""

FRAMES = {
    "train": [
        "this [Agreement|Deed|Lease] is made on {DATE} between {PARTY} [(the Seller)|(company number {regno})|] and "
        "{PARTY} [(the Buyer)|of {city}|]",
        "{PARTY} [shall|must|will] pay {AMOUNT} to {PARTY} [on or before|no later than|by] {DATE}",
        "the [Rent|Fee|Price] is {AMOUNT} [a year|per calendar month|for each lot of {count} units], [first "
        "due|payable from] {DATE}",
        "[either party|the Tenant|the Client] may end this [Agreement|Lease] by giving notice of {NOTICE} [under "
        "clause {clause}|to {PARTY}|]",
        "[this Agreement|this document and any claim arising from it] [is governed by|shall be construed under] "
        "{LAW} [and the courts of {city} may hear disputes|]",
        "the term [begins|commences] on {DATE} and [runs|continues] for {DURATION} [unless ended under clause "
        "{clause}|]",
        "{PARTY} [guarantees|warrants] the [goods|works] for {DURATION} [from delivery|after handover], [up to "
        "{AMOUNT} per claim|as section {clause} of the {act} requires|]",
        "[in consideration of|against payment of] {AMOUNT}, {PARTY} [grants|gives] {PARTY} the right to use the "
        "[mark|software|land] for {DURATION}",
        "the [Borrower|Customer], {PARTY}, [shall|must] repay {AMOUNT} in {count} instalments, the last on {DATE}",
        "the liability of {PARTY} [in any year|for each event] [is limited to|shall not exceed] {AMOUNT}",
        "{PARTY} [received|took delivery of] the keys from {PARTY} on {DATE} and [lodged|paid] a deposit of {AMOUNT}",
        "[invoices|bills] of {PARTY} fall due {NOTICE} after receipt; late sums carry interest at {percent} per cent",
        "for {DURATION} after completion [the Consultant|{PARTY}] shall not [work for|solicit customers of] {PARTY}",
        "[notwithstanding clause {clause}|subject to the {act}], {LAW} shall [apply to|govern] the "
        "[guarantee|charge] given by {PARTY}",
        "[any|a] claim [must|shall] be notified within {NOTICE} of [{DATE}|the event], [failing which it lapses|or "
        "it is barred]",
        "the option [expires|lapses] on {DATE}, [whereupon|and then] {PARTY} [forfeits|loses] {AMOUNT}",
    ],
    "validation": [
        "{PARTY} (hereinafter the Supplier) has since {DATE} supplied {PARTY}, and the parties now prolong that "
        "supply by {DURATION}",
        "in default of payment of {AMOUNT} within {NOTICE}, the security passes to {PARTY} under {LAW}",
        "a retention of {AMOUNT} is held until {DATE}",
    ],
    "test": [
        "witness the hands of {PARTY} and {PARTY}, who [set their seals hereto|signed] on {DATE}",
        "rights arising here stand and fall with {LAW}, whichever court in {city} is seised",
        "[of the sum of|out of] {AMOUNT}, {PARTY} keeps {percent} per cent and remits the rest within {NOTICE}",
        "not before {DATE}, and only if {AMOUNT} [has cleared|stands to its credit], need {PARTY} [ship|deliver]",
        "{NOTICE} is allowed for [inspection|acceptance], counted from the arrival of {count} crates at the yard of "
        "{PARTY}",
    ],
}

# Sentences without a term: figures, names and places that a reader must leave alone.
FILLERS = {
    "train": [
        "[clause|paragraph] {clause} and Schedule {count} [apply|take effect] accordingly",
        "[nothing here|no word of this clause] [limits|excludes] a right under section {clause} of the {act}",
        "[notices|letters] are to be marked for the attention of {person} and sent to [Room {count}|Box {regno}], "
        "{city}",
        "this [document|deed] is signed in {count} counterparts, [each an original|which form one deed]",
        "interest [accrues|runs] at {percent} per cent above the base rate of {bank}",
        "[accounts|figures] are prepared under edition {count} of the [handbook|code] and audited by {bank}",
        "the [goods|pallets] number {regno} in all and [meet|comply with] standard {clause}",
        "headings [do not affect|shall not affect] the meaning of [clauses|Parts] {clause} to {count}",
        "the [register|folio] entry {regno} at the land office of {city} [is conclusive|prevails]",
        "the [expert|surveyor], {person}, [decides|shall decide] as an expert and not as an arbitrator",
        "[terms|words] defined in the {act} bear the same meaning here",
    ],
    "validation": ["version {clause} of the form replaces all earlier ones, as {person} confirmed"],
    "test": [
        "[{person} witnessed the signatures|{person} took the minutes] in {city}",
        "an increase of more than {percent} per cent calls for a fresh vote under the {act}",
        "lot {regno} stays with {bank} [as stakeholder|in escrow] at all times",
    ],
}
