"""The sentence frames of the task finance/fraud: what happened in each kind of case, and what is mentioned besides.

``CORES[label][split]``: the frames of "train" are used in every split, those of "validation" and "test" only there.
Many legitimate cases look like fraud until the reason is read, and frauds borrow the words of another one (a stolen
card after a taken account, a supplier's name on a mule's transfer), because cases do. Slots: amt and small (sums), firm
and other (companies), who and whom (persons), city and far (towns), time and later, count (two to nine), days, limit,
doc (a number).
"""

CORES = {
    "legitimate": {
        "train": [
            "three card payments in {far} within [an hour|one evening], total {amt}. [Card used abroad for the first "
            "time|Terminal is new to us]; {who} had [told us of the trip|registered the journey in the app] and "
            "[confirms all of them|recognises each one]",
            "{firm} sent [a letter|an e-mail] with new bank details. Accounts payable [called the number on "
            "file|rang the known contact] and [{who}|the supplier's controller] confirmed the [change of bank|new "
            "account] before {amt} was released",
            "[password and phone number changed|new device and new number registered] at {time}. {who} came to the "
            "branch in {city} with [a passport|an identity card] and [had lost the old phone|had bought a new phone]",
            "{who} receives {amt} from [{count} flatmates|{count} people] each month and sends the sum on the same day "
            "to {firm}; [tenancy agreement on file|the landlord confirmed], it is the [shared rent|rent of the flat]",
            "[first payment to a new payee|large payment to an unknown account], {amt} to {firm}. {who} says it is the "
            "deposit for a [kitchen|roof|van], showed the [signed quote|order] and [visited the showroom|met the "
            "fitter]",
            "customer [disputed|queried] {amt} at {firm}, did not know the name; it is the [trading name of her "
            "gym|company behind the car park], she now [remembers the payment|withdraws the dispute]",
            "[cash withdrawal|counter withdrawal] of {amt}, ten times the usual sum. {who} is buying a [used "
            "car|boat] from a private seller and [answered every question calmly|brought the advert]",
            "[invoice {doc} of {firm} was paid twice|{firm} was overpaid], the supplier [noticed and returned "
            "{amt}|sent "
            "{amt} back] and asked for nothing else",
            "{who} sends {amt} to a relative in {far} every month, [the amount rose because of school fees|this time "
            "double because of a hospital bill]; same payee for {count} years",
            "[{count} failed logins|account locked at {time}] and then a reset. Voice check passed, {who} [had "
            "mistyped an old password|was on a new keyboard], no payee was added and nothing was moved",
            "payment {amt}, {firm} to {other}, reference {doc}, [payee known since {count} years|paid each quarter], "
            "[two signatures|dual approval], inside working hours",
            "incoming {amt} from {other}, reference 'salary and bonus', employer on file, [higher than usual|three "
            "times the usual sum] because of the yearly bonus, nothing sent on",
            "online purchase {amt} at {time}, [new shop|first order there], strong authentication passed on the usual "
            "phone, delivery to the home address in {city}",
            "{who} asks why the card was declined in {far}. Our rule stopped {count} hotel bookings, [he is on a "
            "business trip|she has been posted there] and the [employer|booking site] confirms",
        ],
        "validation": [
            "the director of {firm} asked by mail for an urgent transfer of {amt}. The clerk walked over to his "
            "office; "
            "he had indeed written it, the auction ends tonight",
            "student account received {amt} from {other} and withdrew most of it; it is the grant of the foundation, "
            "paid once a year, and the cash went to the dormitory",
            "{count} small card payments at the same shop in a row, {small} each. The shop is the launderette "
            "downstairs "
            "and {who} was doing the washing",
            "payee name and account did not match, {amt} to {who}. She has married, the bank of the payee confirmed "
            "the "
            "old name",
        ],
        "test": [
            "alert for a login from {far} followed by {amt} to a payee never used before. {who} had moved there for "
            "work, had announced the move in branch, and the payee is the letting agent",
            "{firm} changed its account in March. Our buyer met the finance lead at their site in {city}, got the "
            "details "
            "on paper and sent a cent first, which arrived",
            "treasurer of a sports club collects {amt} from {count} parents and pays it on to a coach company the day "
            "after; minutes of the club show the outing",
            "{who} bought {count} gift cards worth {amt} at the till of {firm}. They are prizes for staff, the "
            "employer's "
            "purchase order is attached",
            "somebody phoned for {who} and asked to raise the transfer limit. It was the daughter, who holds a "
            "registered "
            "power of attorney",
            "card tested with {small}, then {amt} at the same merchant: a hotel that reserves a token sum first, as "
            "its "
            "terms say; guest is in the house",
            "payment {amt} at {time} on a Sunday, {firm} to {other}, outside usual pattern, [payroll run brought "
            "forward|"
            "month-end cut-off], both approvers reached by phone",
        ],
    },
    "card_fraud": {
        "train": [
            "{count} card payments in {far}, total {amt}, while {who} was [at work|in hospital] in {city} with the "
            "card "
            "[in her wallet|in his pocket]; chip not read, [magnetic stripe|number keyed in]",
            "[online orders|web purchases] of {amt} at {firm}, [delivered to|sent to] an address in {far} that {who} "
            "does "
            "not know; the card [was never lent|is still with him], only its number was used",
            "small charge of {small} at {time}, then {amt} at [a phone shop|an electronics shop] in {far}. {who} [did "
            "not make either|was asleep]; number probably [skimmed at a fuel pump|copied in a restaurant]",
            "{who} reports the wallet [gone|missing] since [the tram ride|the market]. Within {count} hours "
            "[contactless "
            "payments|purchases without a PIN] of {amt} in {city}",
            "card [intercepted in the post|taken from the letter box] before {who} received it, first used for {amt} "
            "at "
            "[a jeweller|petrol stations], PIN letter was opened, too",
            "[dispute|chargeback] over {amt} at {firm}: cardholder [has never shopped there|does not own a car], the "
            "shop "
            "shows a sale [without authentication|by mail order] and another name",
            "{who} gave the card to a waiter in {far}, a day later {count} purchases of {amt} [in another country|on a "
            "gaming site] that [nobody in the family made|she denies]",
            "cash machine in {city} kept the card, a [helpful stranger|man behind her] watched the PIN; {amt} [drawn "
            "elsewhere|withdrawn] minutes later",
            "payment {amt}, {firm}, card not present, [{count} attempts with other expiry dates|security code "
            "guessed at "
            "the {count}th try], holder denies it",
            "subscription of {small} a week at {firm} that {who} never took out; [number used after a shop's data "
            "leak|card had been replaced, token lived on]",
            "[travel site|airline] booked with the card of {who} for passengers she does not know, {amt}, flight from "
            "{far} [tonight|tomorrow]",
            "{who} sold a table online and typed the card number into a [buyer's page|courier's page]; {amt} was "
            "[charged|taken] at {firm} the same hour, account and login untouched",
        ],
        "validation": [
            "taxi firm in {far} debited {amt} in {count} rides in one night, card lay at home in {city}, no PIN",
            "{who} finds {amt} for hotel nights in {far}; he was at a wedding in {city} and has photos",
            "toll company charged {small} forty times; plate does not belong to {who}, plastic in the drawer",
        ],
        "test": [
            "holder was on a ship without reception when her plastic bought {amt} of perfume in {far}; the terminal "
            "fell back to a swipe",
            "somebody ordered {count} tablets with the digits of {who}'s card and had them sent to a parcel locker, "
            "{amt}",
            "a reading device was found on the ticket machine in {city}; {who} is one of {count} people with "
            "withdrawals "
            "abroad, here {amt}",
            "{who} lost his purse on the beach and rang us an hour later; tap payments of {small} each add up to {amt}",
            "supplier {firm} has {amt} from our purchasing card. Buyer on leave, card in the safe, no order, no "
            "delivery "
            "and no invoice",
            "authorisation {amt}, merchant in {far}, keyed entry, holder answers the text message with NO",
        ],
    },
    "invoice_fraud": {
        "train": [
            "e-mail in the name of {firm} announced [new bank details|another account]. {amt} for invoice {doc} was "
            "paid "
            "there; the real supplier [now sends a reminder|never changed its bank]",
            "invoice {doc} over {amt} from {firm} for [a directory entry|search engine listing] that nobody ordered, "
            "[looks like a register fee|threatens collection]; paid by a temp",
            "mail from 'the managing director' to accounts: pay {amt} to {other} [today|before noon], [strictly "
            "confidential|do not call, I am in a meeting]. Address [differs by one letter|is a free mailbox], he knows "
            "nothing of it",
            "supplier {firm} in the ledger has the [same account as a clerk|home address of an employee]; {count} "
            "invoices "
            "of {amt}, [no delivery notes|no orders], approved by the same clerk",
            "PDF of invoice {doc} was [altered on the way|changed in the mailbox]: amount {amt} and layout are "
            "right, the "
            "account number [is another one|belongs to a bank in {far}]",
            "[caller|a Mr {who}] claimed to be from the bank of {firm} and asked accounts payable to [send the next "
            "{amt} to a safe account|use the new details below]; call back number was his own",
            "invoice {doc} of {firm} came [twice|a second time with another number] and {amt} was paid both times; "
            "second "
            "sender [has a domain registered last week|writes from a look-alike domain]",
            "payment {amt} to {other}, payee details edited {days} days ago after a mail, [name and account do not "
            "match|bank reports another holder], invoice {doc} is genuine, the request was not",
            "our customer {firm} paid {amt} to an account that is not ours; letter with our [logo|letterhead] and a "
            "forged signature had told them so",
            "rent of the branch in {city} went to a stranger: letter said the landlord had [sold|moved bank], nobody "
            "[checked|rang him], {amt} lost",
            "{count} invoices just below the approval limit, {amt} in all, from {firm} which has no [website|staff] "
            "and was "
            "founded {days} days before the first one; consultant denies any work",
            "request to change payroll account of {who} came from a private mailbox; salary {amt} paid there, {who} "
            "[asks where it is|never wrote]",
        ],
        "validation": [
            "domain renewal bill {doc} over {amt}: sender is not our registrar, clerk booked it as usual fee",
            "law firm's mail on a confidential takeover made {who} in treasury wire {amt}; the firm has never heard "
            "of it",
            "bank data on {firm}'s last three bills differ from the contract, {amt} went to {far}, phone on the bill "
            "is "
            "dead",
        ],
        "test": [
            "{firm} chases us for {amt}. We did pay, on the strength of a letter about a factoring bank that turns "
            "out not "
            "to exist",
            "a bill for toner, {amt}, that no one asked for; goods were dropped at reception to make it look owed",
            "the finance trainee got {count} chat messages from a profile with the boss's photo and sent {amt} to "
            "{other}",
            "creditor master data: account of {other} overwritten at {time}, restored {days} days later, {amt} paid in "
            "between",
            "site manager signs for hours of {firm} that were never worked; his brother owns the firm, {amt} this year",
            "reply chain with {firm} was hijacked, tone and signature perfect, only the payment page at the end was "
            "swapped; {amt} on its way to {far}",
        ],
    },
    "account_takeover": {
        "train": [
            "{who} read a [code|one-time password] to a caller 'from our security team'; minutes later [a new device "
            "was "
            "registered|the limit was raised] and {amt} went to [a new payee|{other}]",
            "[SIM swapped|phone number ported] at {time}, then password reset by text, then {amt} out in {count} "
            "transfers; {who} [had no signal|noticed when the phone went dead]",
            "login from {far} with the right password, [mail address and phone changed|alerts switched off], {amt} "
            "sent "
            "to {whom}; {who} [cannot sign in any more|is locked out]",
            "{who} installed [a remote help program|screen sharing] for a 'technician', looked away, and {amt} left "
            "the "
            "savings account [for {other}|in {count} parts]",
            "link in a text about a [parcel|tax refund] led to a page like ours; {who} entered user name and code, "
            "[{count} payees were added|a second phone was enrolled] and {amt} is gone",
            "[caller passed the security questions|voice was accepted] but was not {who}; address changed to {far}, "
            "new "
            "card and password requested, {amt} moved to {other}",
            "same device signed in to {count} customers' accounts within an hour, passwords [reused from a "
            "leak|tried from a list]; at {who}'s {amt} was moved [to a wallet|abroad]",
            "business login of {firm}: session [hijacked by malware|taken over in the browser], payment file replaced, "
            "{amt} to {count} new payees, staff saw only a [waiting screen|maintenance page]",
            "transfer {amt} to {whom}, first use, {time}, [device enrolled {count} minutes before|behind an anonymous "
            "network], typing rhythm unlike the holder's",
            "{who} says that she did not open the overdraft of {amt} nor add the payee; [mailbox was broken into|mail "
            "rules forwarded our letters], then the bank password was reset",
            "former partner of {who} still knew the [PIN of the tablet|answers], signed in as her and sent {amt} to "
            "himself; [she wants the access blocked|she had told nobody]",
            "old phone of {who} [sold without a reset|left in a taxi], banking app opened by the finder, {amt} to a "
            "[prepaid account|new payee in {far}]",
        ],
        "validation": [
            "{who} scanned a square code on a parking meter and approved what the app then asked; since then someone "
            "else "
            "signs in and {amt} left",
            "call centre reset the access for a man with the right birthday; the true {who} is abroad and misses {amt}",
            "app moved to another handset overnight, push approvals all from {far}, {amt} to {other}",
        ],
        "test": [
            "a voice like her grandson's asked {who} for the numbers on the token; now the profile shows a foreign "
            "handset "
            "and {amt} is missing",
            "contact data of {who} rewritten in chat, a fortnight later the savings were emptied, {amt}, in {count} "
            "steps",
            "{firm}'s bookkeeper typed her key into a copy of our start page; {count} payments of {amt} were waiting "
            "for "
            "release, one got through",
            "forgotten-password mail was answered by a stranger who had the mailbox of {who}, and {amt} followed",
            "{who} let 'the bank' see her screen to stop a fraud, and approved {amt} which she was told was a test",
            "dormant profile woken at {time} from an unknown browser, phone replaced, {amt} to {whom}, holder "
            "[deceased|in care]",
        ],
    },
    "money_mule": {
        "train": [
            "{count} incoming transfers from strangers, total {amt}, [withdrawn in cash|sent on to {far}] within the "
            "hour; {who} [keeps ten per cent|calls it a home office job]",
            "{who}, student, was offered a job as [payment agent|finance assistant] by chat: receives {amt}, [buys "
            "vouchers|buys crypto] and sends the codes on",
            "account opened {days} days ago, no salary, {amt} in from {count} people, [out again at once|drained the "
            "same "
            "day] to {other}; holder [does not know the senders|says a friend asked]",
            "{whom}, whom {who} has never met, asked her to receive {amt} for him and pass it to {far}; [she is in "
            "love "
            "with him|she calls him her fiance], the senders report a scam",
            "{who} [lent|sold] his card and PIN for {small} a week; since then {amt} from victims of [shop fraud|false "
            "invoices] runs through his account",
            "recall from another bank: {amt} credited to {who} comes from [a hacked account|a forged invoice of "
            "{firm}]; "
            "he has [already forwarded it|drawn it out], minus a fee",
            "[young customer|schoolboy], usual balance {small}, gets {amt} from {firm}, goes to {count} cash "
            "machines and "
            "[hands the money to a man in a car|posts the notes]",
            "{who} receives [parcels|goods] and {amt} for people abroad, repacks and sends on, paid per piece; "
            "contract "
            "came by messenger, [firm cannot be found|address is a car park]",
            "transfer {amt}, {who} to {whom}, {time}, {count} minutes after the same sum came in, [third such pair "
            "this "
            "week|reference 'loan back']",
            "{who} says {amt} arrived by mistake and a caller asked to [send it on to {other}|pay it back to another "
            "account]; fourth 'mistake' this month, and she kept a part",
            "firm account of {firm}: no staff, no stock, but {amt} a week from private persons, sent to {far} [the "
            "same "
            "afternoon|in round sums]; director {who} is a pensioner who [signed for a fee|was paid to sign]",
            "{count} people with the same telephone opened accounts in {city}, each gets about {amt} and [moves it "
            "in a "
            "circle|pays it into one wallet]",
        ],
        "validation": [
            "{who} answered an advert for easy money, passes {amt} through for a commission, thinks it is currency "
            "trading",
            "holder lets her boyfriend's contacts use her account; {amt} in, notes out, senders are fraud victims",
            "incoming {amt} from {count} countries on a youth account, crypto exchange the same night",
        ],
        "test": [
            "ex-colleague asked {who} to 'park' {amt} for a weekend and give it to a courier; sender's bank wants it "
            "back",
            "on paper {who} is a tester of money services: what comes in, {amt}, she tests by wiring it to {far}, "
            "and she "
            "keeps {small}",
            "balance never above {small} for years, now {amt} comes and goes daily, {who} explains nothing and is "
            "always "
            "on the phone",
            "{who} took a loan of {amt} in his name on request of a stranger who promised half, and transferred it to "
            "{other}",
            "charity without a register number collects {amt} in {city} and empties the account each evening at a "
            "machine",
            "{whom} coaches {count} pensioners to receive sums and to say they are for a car; here {amt}, police "
            "informed",
        ],
    },
}

ASIDES = [
    "customer since {count} years",
    "card [is still valid|was renewed in spring], PIN unchanged",
    "[supplier|payee] {other} is known to us",
    "password was last changed {days} days ago",
    "no earlier [alerts|cases]",
    "second line informed",
    "[funds on hold|payment on hold]",
    "salary comes from {firm}",
    "a relative in {far} receives money now and then",
    "[caller|customer] sounded [calm|upset]",
    "invoice {doc} attached",
    "limit is {limit}",
    "works as [a courier|an accountant|a nurse] in {city}",
    "the branch saw [the passport|the contract]",
    "app used daily, one device",
    "a new card was ordered last year",
    "e-mail address unchanged since opening",
    "[called back|reached] at {later}",
    "had a chargeback {count} years ago, settled",
    "cash use is normal for the age group",
]
"""What a case note mentions besides: words of every kind of fraud, none of which decides."""

PLACE_ASIDES = [
    "branch in {city}",
    "account kept in {city}",
    "home address in {city}",
    "customer of our {city} branch",
    "file held in {city}",
    "relationship opened in {city}",
]
"""What every case note mentions, so that no kind of case names places more often than another one."""

OPENERS = ["[alert|case] {doc}: ", "{time}, {city}. ", "note of {who}'s adviser: ", "rule hit. ", "hotline: "]
