"""The sentence frames of the clause types: what each type says, in old and in plain English.

``CORES[label][split]``: the frames of "train" are used in every split, those of "validation" and "test" only there.
Many cores speak with the words of another type (a payment duty that arises on termination), because contracts do.
Slots: X and Y the two parties in either order, P who performs, R who pays, agr, obj, fee, dur, amt, pct, date, count,
place (of the law), and the clause numbers n in a core, m in an opener, k in a tail.
"""

CORES = {
    "confidentiality": {
        "train": [
            "[{X}|each party] [shall|must|will] keep [secret|strictly private|in confidence] [all|any] "
            "[papers|know-how|business data] [received|obtained] from the other [in connection with|for] {obj} and "
            "[shall|may] not [reveal|pass] it to [anyone else|any third party]",
            "[no announcement|no press release|no public statement] about {agr} or {obj} [shall|may] be made by {X} "
            "[unless|until] {Y} has [approved its wording|agreed the text in writing]",
            "the [terms|existence and terms] of {agr}, including {fee}, [are not to be|must not be] [made known "
            "to|shared with|discussed with] anyone [outside|not employed by] {X}, save as [a court|a regulator|the "
            "tax authorities] may [order|require]",
            "for {dur} after {agr} ends, {X} [will|shall] not use {Y}'s [trade secrets|customer lists|price "
            "lists|formulae] for any purpose other than [performing its duties|{obj}]",
            "[upon|on] [demand|written request|expiry of {agr}], {X} shall [return|destroy|hand back] [every "
            "copy|all copies] of [papers|files|records] supplied by {Y} and certify that none has been "
            "[retained|kept]",
            "{X} may show {Y}'s [accounts|drawings|figures] only to [staff|advisers] who need them to "
            "[pay|check|value] {fee} and who [have undertaken|have promised] to [be silent about them|treat them "
            "likewise]",
            "the duty of secrecy [in this clause|hereunder] does not [apply to|cover] [anything|information] that "
            "[is in the public domain|was lawfully known to {X} beforehand|{X} developed on its own]",
            "whatever {X} learns about the [liabilities|finances|claims|invoices] of {Y} while "
            "[negotiating|performing] {agr} [stays|shall remain] between the parties",
            "[if|where] a court [orders|compels] {X} to produce any document of {Y}, {X} shall [give notice at "
            "once|first warn {Y}] and [reveal|produce] no more than the order requires",
        ],
        "validation": [
            "{X} shall mark as restricted, and store apart from its own files, everything {Y} hands over about {obj}",
            "neither party may tell [a competitor|the press] what {fee} amounts to or that {agr} was ever signed",
        ],
        "test": [
            "what passes between {X} and {Y} about {obj} is not for the ears of [anyone else|outsiders]",
            "{X} [undertakes|covenants] that no employee will [publish|circulate|speak of] {Y}'s "
            "[methods|pricing|plans], during the term or for {dur} thereafter",
            "data rooms opened for {obj} shall be closed to [visitors|outsiders], and passwords issued to {X} lapse "
            "when {agr} [ends|lapses]",
            "{X} may not [mention|name] {Y} as a client, nor the sums it has paid, without [leave|its blessing]",
        ],
    },
    "indemnity": {
        "train": [
            "{X} [shall|must|agrees to] [indemnify|hold harmless|indemnify and hold harmless] {Y} [against|from and "
            "against] [all|any] [losses|claims, costs and expenses|liabilities] arising [out of|from] [{obj}|any "
            "breach of {agr}|the negligence of its staff]",
            "[if|should] a third party [sues|brings proceedings against] {Y} [because of|in relation to] {obj}, {X} "
            "[shall|will] [bear|meet|make good] [the whole cost|every loss] on demand",
            "{X} will [reimburse|make good to] {Y} [on demand|pound for pound] [any fine|all damages|any tax] [for "
            "which {Y} is held liable|imposed on {Y}] [owing to|by reason of] an act of {X}",
            "{Y} [is to be|shall be] kept [whole|safe from loss] by {X} if any warranty in clause {n} [turns out to "
            "be|proves] [untrue|misleading]",
            "the cost of defending [an infringement claim|a claim by a former employee|a claim that confidence was "
            "broken] against {Y} [falls on|shall be borne by] {X}, [who may conduct the defence|including lawyers' "
            "fees]",
            "{X} shall [defend|protect] {Y} [and its officers|] at {X}'s own expense from [every suit|any action] "
            "[which alleges|alleging] that {obj} [infringes|violates] [a patent|another's rights|the law]",
            "where {Y} has paid [a claim|a fine|compensation] that [was caused by|is due to] {X}, {X} shall "
            "[refund|repay] it within {dur} [together with costs|with interest at {pct} per cent]",
            "{Y} must [notify {X} promptly|give {X} control of the defence] when it [seeks cover|claims to be "
            "indemnified] for a third party's demand [under this clause|]",
            "[without limit|up to {amt}], {X} [shall|will] stand behind {Y} for [whatever|all that] {Y} [has to "
            "pay|is ordered to pay] to [others|customers|neighbours] on account of {obj}",
        ],
        "validation": [
            "losses that outsiders cause {Y} to suffer through {obj} are for the account of {X}, not of {Y}",
            "{X} shall step into the shoes of {Y} in any lawsuit over {obj} and satisfy the judgment",
        ],
        "test": [
            "{X} [takes upon itself|assumes] every [burden|liability] that [strangers to {agr}|third parties] may "
            "lay on {Y} by reason of {obj}",
            "if {Y} is made to [compensate|pay] anyone for something {X} did, {X} [puts {Y} back in pocket|refunds "
            "{Y} in full]",
            "{X} saves {Y} harmless should the assignment of any right under {agr} be [challenged|attacked] in court",
            "a judgment against {Y} for late delivery by {X} shall be [settled|discharged] by {X} within {dur}",
        ],
    },
    "limitation_of_liability": {
        "train": [
            "{X}'s [total|aggregate|entire] liability [under|in connection with] {agr} [shall not exceed|is limited "
            "to|is capped at] [{amt}|{pct} per cent of {fee}|{fee} paid in the last {dur}]",
            "[in no event|under no circumstances] [shall|will] {X} be [liable|responsible|answerable] for [loss of "
            "profit|indirect loss|consequential loss|loss of goodwill] [however caused|whether in contract or tort]",
            "{Y} may not [recover|claim] more than {amt} from {X} [for all claims taken together|in any year], "
            "[even if|whether or not] {X} [was negligent|was warned]",
            "nothing in {agr} [limits|excludes] liability for [death|fraud|personal injury]; [save for "
            "that|otherwise] {X} [answers only|pays damages only] [up to {amt}|to the extent of its insurance]",
            "the [indemnity|warranty] in clause {n} is [subject to a ceiling of|limited to] {amt} [in total|per claim]",
            "{X} [is not liable|has no liability] [for any delay|for any breach] [unless a claim is notified within "
            "{dur}|that is notified later than {dur} after {obj} ended]",
            "[any|every] claim of {Y} for damages [is confined|shall be confined] to [direct loss|a refund of "
            "{fee}] and [lapses after {dur}|excludes lost business]",
            "{X} [shall|will] not [answer for|be held to account for] [lost data|lost revenue|loss of custom] "
            "arising from {obj}, [termination|a breach of confidence|late payment] included",
            "[the parties agree that|it is agreed that] damages [payable by|recoverable from] {X} stop at "
            "[{amt}|the amount of {fee}], [which reflects|having regard to] the price of {obj}",
        ],
        "validation": [
            "beyond {amt} the risk of {obj} lies with {Y}, and {X} owes nothing further for it",
            "{Y} bears its own lost profits and has no recourse to {X} for them",
        ],
        "test": [
            "whatever goes wrong with {obj}, {Y} can [look to|ask] {X} for {amt} [at most|and no more]",
            "a refund of {fee} is all that {Y} [can expect|may demand] if {X} [breaks|fails to perform] {agr}",
            "neither {X} nor its staff [owe|shall owe] {Y} anything for [missed sales|wasted time|damage to "
            "reputation]",
            "the promise of {X} to hold {Y} harmless [does not stretch|shall not extend] beyond {amt}",
        ],
    },
    "termination": {
        "train": [
            "{X} may [terminate|end|cancel] {agr} [at any time|] by giving [{Y}|the other] [not less than|at least] "
            "{dur} [written notice|notice in writing]",
            "if {Y} [fails to pay|does not pay] {fee} within {dur} [of the due date|], {X} may [bring {agr} to an "
            "end|treat {agr} as discharged] [at once|forthwith]",
            "{agr} [ends|comes to an end|expires] [automatically|without notice] [on {date}|if {Y} becomes "
            "insolvent|if control of {Y} passes to another]",
            "[either party|{X}] may [withdraw from|cancel] {agr} [with immediate effect|forthwith] where [a "
            "warranty in clause {n} is untrue|the other discloses a secret|the other commits a serious breach]",
            "[on|upon] [a material breach|an act of insolvency] by {Y} which is not [remedied|put right] within "
            "{dur}, {X} [is entitled to|may] [rescind|determine] {agr}",
            "{X} [has the right|is free] to [walk away from|give up] {obj} after {dur}[ without paying "
            "compensation|, against payment of {amt}|]",
            "[any|each] [purported|attempted] assignment by {Y} [entitles|shall entitle] {X} to [end|terminate] "
            "{agr} [on {dur} notice|immediately]",
            "{agr} [continues|shall continue] for {dur} and [thereafter|then] until [either party|{X}] [gives "
            "notice|serves notice to quit]",
            "should [an event beyond control|the delay] [last|continue] for more than {dur}, [either side|{X}] may "
            "[declare {agr} over|cancel what remains of {obj}] [without liability|]",
        ],
        "validation": [
            "the contractual relationship is over once {dur} have passed since {X} wrote to {Y} that it wants no "
            "more of it",
            "{X} may break {agr} at the third anniversary if it has told {Y} {dur} before",
        ],
        "test": [
            "{X} may [call it a day|be released] {dur} after [telling|informing] {Y} [in writing|by letter]",
            "nothing more [need|shall] be done about {obj} once [{Y} enters liquidation|{Y} ceases to trade], and "
            "{agr} is then [spent|at an end]",
            "a party who is [kept waiting|unpaid] for {dur} may [bow out|regard itself as released] from {agr}",
            "{agr} shall have no effect after {date} unless [renewed|prolonged] by [both parties|a signed memorandum]",
        ],
    },
    "governing_law": {
        "train": [
            "{agr} [is governed by|shall be governed by|shall be construed in accordance with] the law[s|] of "
            "{place} [and its courts have jurisdiction|]",
            "[any|every] dispute about [{obj}|{fee}|the validity of {agr}] [shall|is to] be [decided|settled] by "
            "the courts of {place}",
            "the parties [submit|irrevocably submit] to the [exclusive|non-exclusive] jurisdiction of the courts of "
            "{place} [for all claims|in respect of any claim, including one for indemnity|]",
            "[{agr}|this document] and any [non-contractual claim|claim in tort] [take effect under|are subject to] "
            "the law of {place}, [without regard to|excluding] its rules on conflict of laws",
            "[questions of liability|the duties of confidence|claims for unpaid sums] [arising hereunder|] shall be "
            "[judged|determined] according to the law of {place}",
            "[any|a] difference between the parties [which is not settled within {dur}|] shall be [referred "
            "to|resolved by] [arbitration|a sole arbitrator] [seated in|in] {place}",
            "{X} [agrees|consents] to be [sued|served with proceedings] in {place} and [waives|gives up] any "
            "objection to that [forum|venue]",
            "the United Nations convention on the sale of goods [does not apply|is excluded]; the "
            "[domestic|internal] law of {place} [applies|prevails] [instead|]",
        ],
        "validation": [
            "judges sitting in {place} alone may hear a quarrel over {obj}",
            "the meaning and effect of {agr} follow the legal rules in force in {place}",
        ],
        "test": [
            "for all legal purposes {agr} [is deemed|shall be taken] to have been made in {place} and "
            "[lives|stands] under its [statutes|legal order]",
            "[disagreements|controversies] on whether {X} could [terminate|assign] {agr} go before the "
            "[tribunals|bench] of {place}",
            "{X} may bring suit over {fee} [only|nowhere but] in {place}, whose [rules|legal system] the parties "
            "choose",
        ],
    },
    "assignment": {
        "train": [
            "{X} [may|shall|must] not [assign|transfer|assign or transfer] [{agr}|its rights under {agr}] [to "
            "anyone|to any third party] without [the prior written consent of {Y}|{Y}'s consent]",
            "{X} may [assign|make over|charge] [the right to be paid {fee}|the benefit of the indemnity|the benefit "
            "of any warranty] to [its bank|a buyer of its business|any company of its group]",
            "{X} [may|shall] not [subcontract|delegate] [any of|] its [tasks|duties] [unless|until] {Y} has "
            "[agreed|consented] [in writing|]",
            "{agr} [binds|shall bind] and [benefits|enures to the benefit of] the [successors|heirs and "
            "successors|permitted assigns] of [each party|{X}]",
            "[a change of control of|a merger of] {X} [counts|shall count] as a transfer of {agr} [and needs "
            "leave|that requires {Y}'s approval]",
            "[by novation|by deed], {X} may [put another in its place|substitute a new party] [provided|if] that "
            "person [can pay {fee}|assumes all liability under {agr}|promises to keep its secrets]",
            "[the consent of {Y} to|permission for] a [transfer|disposal] of {agr} [shall not be|may not be] "
            "unreasonably [withheld|delayed]; silence for {dur} [counts as|is] consent",
            "[no right|no obligation] under {agr} [can|may] pass to [another person|a purchaser of {X}] [without "
            "leave|except by operation of law]",
        ],
        "validation": [
            "{X} may hand its role under {agr} to a sister company after telling {Y}",
            "the rights given by {agr} are personal to {X} and die with it",
        ],
        "test": [
            "{X} alone may enjoy {obj}; it [cannot|may not] [sell|give away|lend] its place in {agr}",
            "should {X} sell its business, the buyer [steps into|takes over] {agr} [and the debts under it|] only "
            "if {Y} [nods|agrees]",
            "{Y} may direct that {fee} be collected by [a factor|its financiers], to whom the claim [then "
            "belongs|is made over]",
        ],
    },
    "payment": {
        "train": [
            "{R} [shall|must|will] pay {fee} [of {amt}|] [within {dur} of the date of the invoice|in advance on the "
            "first day of each quarter|by bank transfer]",
            "[sums|amounts] [not paid on time|overdue] [bear|shall carry] interest at {pct} per cent a year [from "
            "the due date|until settled]",
            "[on|upon] [termination|assignment] of {agr}, {R} shall [settle|pay] [all invoices then "
            "outstanding|{fee} accrued to that day] within {dur}",
            "{fee} [is|shall be] [payable|due] in {count} [equal|monthly] instalments [of {amt}|], the first on {date}",
            "[all sums|all charges] are [stated|quoted] [exclusive of|without] value added tax, which {R} shall "
            "[add|pay in addition]",
            "{R} may [not set off|not deduct] [any claim|any loss or damages] [against|from] {fee} [unless {P} "
            "admits it|]",
            "{P} [may|shall] [invoice|bill] {R} [monthly in arrear|every {dur}|upon delivery] for {obj}, [and "
            "expenses are refunded at cost|showing tax separately]",
            "{R} [may|is entitled to] [hold back|retain] {pct} per cent of {fee} [until {obj} meets the warranties "
            "in clause {n}|for {dur}]",
            "[the deposit of|an advance of] {amt} [is to be|shall be] [lodged|paid] by {R} [on signature|before "
            "{date}] and [credited to the last invoice|returned when {agr} ends]",
        ],
        "validation": [
            "for {obj} {R} owes {amt}, half of it now and half on {date}",
            "{P} may put {fee} up by {pct} per cent each year",
        ],
        "test": [
            "{R} [remits|shall remit] {amt} to the account [named by|of] {P} [no later than|by] {date}",
            "[in consideration of|in return for] {obj}, {P} [receives|earns] {amt} a [month|year], [even where "
            "liability is disputed|free of any counterclaim]",
            "money owed to {P} falls [due|for settlement] {dur} after [its bill arrives|delivery], whoever "
            "[governs|owns] {R} by then",
        ],
    },
    "warranty": {
        "train": [
            "{P} [warrants|represents|warrants and represents] that {obj} [is|shall be] [free from defects|of "
            "satisfactory quality|fit for its purpose] [for {dur}|on delivery]",
            "[each party|{X}] [warrants|confirms|represents] that it has [full power|the authority] to [enter "
            "into|sign] {agr}",
            "[as at the date of {agr}|at {date}], {X} [is not party to|is not aware of] any "
            "[litigation|claim|dispute] and has paid [all taxes|all debts] [due|when they fell due]",
            "[except as stated|save as set out] [in clause {n}|in {agr}], [all conditions|all representations] "
            "implied by [statute|law] [about {obj}|] are [excluded|disclaimed]",
            "if {obj} [is found faulty|does not conform] within {dur}, {P} shall [repair or replace it|put it "
            "right] free of charge",
            "{obj} [is provided as it stands|is supplied as is], and {P} makes no [promise|statement] about its "
            "[quality|condition|accuracy]",
            "{X} [declares|assures {Y}] that [nothing it has disclosed|no account it has shown] is "
            "[false|misleading] [and that no licence has been terminated|]",
            "{P} [guarantees|vouches] that the [use|enjoyment] of {obj} does not infringe [anyone's rights|any law] "
            "and that it [owns|may transfer] all [title|rights] [to it|therein]",
        ],
        "validation": [
            "{P} promises that {obj} will do what the description says",
            "{X} states as a fact that it is solvent and free to sign",
        ],
        "test": [
            "{obj} [measures up|answers] to the [sample|specification] and will [go on doing so|last] for {dur}, "
            "says {P}",
            "{X} is [duly incorporated|in good standing], owes nobody {amt} or more, and [stands by|gives] this "
            "statement as true",
            "{R} takes {obj} as [he|it] finds it; {P} [vouches for|affirms] nothing",
        ],
    },
}

TITLES = {
    "confidentiality": ["Confidentiality", "Non-disclosure"],
    "indemnity": ["Indemnity", "Indemnities"],
    "limitation_of_liability": ["Limitation of liability", "Liability"],
    "termination": ["Termination", "Term and termination"],
    "governing_law": ["Governing law", "Jurisdiction"],
    "assignment": ["Assignment", "Assignment and subcontracting"],
    "payment": ["Payment", "Charges and payment"],
    "warranty": ["Warranties", "Representations and warranties"],
}

# What a drafter puts before the operative words. The title is that of any clause, so it tells nothing of the type.
OPENERS = [
    "subject to clause {m} ([{title}]),",
    "notwithstanding [anything in|] clause {m} ([{title}]),",
    "without prejudice to clause {m} ([{title}]),",
    "save as [provided|set out] in clause {m} ([{title}]),",
    "in addition to [its duties|the rights] under clause {m} ([{title}]),",
]

# What a drafter adds after them, by the type whose words it borrows; any tail can follow any clause.
TAILS = {
    "confidentiality": [
        ", [provided that|but] nothing [here|in this clause] [obliges|requires] anyone to disclose confidential "
        "information",
        ", [and|but] the [other|receiving] party shall keep the particulars confidential",
    ],
    "indemnity": [
        ". This does not [affect|reduce] [any|the] indemnity [given in|under] clause {k}",
        ", [without prejudice to|in addition to] any right to be indemnified against third-party claims",
    ],
    "limitation_of_liability": [
        ", and [the cap on liability|the limit of liability] in clause {k} [applies|shall apply] to this clause",
        ". Nothing in this clause [excludes or limits|limits] liability for fraud or death",
    ],
    "termination": [
        ". This clause [survives|outlives] [termination|expiry] of {agr}",
        ", [until|even after] {agr} is terminated [or expires|by notice|]",
    ],
    "governing_law": [
        ", so far as the law of {place} [permits|allows]",
        ", [save where|unless] a court of {place} having jurisdiction orders otherwise",
    ],
    "assignment": [
        ", and the same [holds for|applies to] [permitted assigns|successors and assigns]",
        ", [whether or not|even if] {agr} has been assigned or transferred",
    ],
    "payment": [
        ", [whether or not|even if] {fee} has been [paid|invoiced]",
        ". [Interest|Any invoice] already [due|outstanding] remains payable within {dur}",
    ],
    "warranty": [
        ", but [no warranty or representation|no representation] is [given|to be implied] in that respect",
        ", [provided that|if] the warranties in clause {k} [are true|were true when given]",
    ],
}
