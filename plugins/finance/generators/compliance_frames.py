"""The sentence frames of the task finance/compliance: offers, breaches, what only looks like one, and risk warnings.

The frames of "train" are used in every split, those of "validation" and "test" only there. A text with an investment
and no risk warning has the label missing_risk_warning; savings need none. Slots: fund, saver (products), pct and rate
(percentages), years, amt, firm, city.
"""

OFFERS = {
    "investment": {
        "train": [
            "{fund} [puts your money to work in|invests in] [young technology firms|solar parks|rental flats in "
            "{city}]",
            "with {fund} you [share in|take part in] the [growth|profits] of [{count} chosen companies|emerging "
            "markets]",
            "[our clients|savers like you] earned {pct} [last year|on average since launch] with {fund}",
            "{fund} has [beaten our plan|gone from strength to strength], [up {pct}|a gain of {pct}] in {years} years",
            "[I recommend|we advise you] to move [part of your savings|{amt} of your deposit] into {fund}",
            "[looking for more than interest|tired of low rates]? {fund} aims at {pct} a year",
            "from {amt} you can own [a slice of a wind farm|a share in an office tower] through {fund}",
            "{fund}: [a modern portfolio|a low-risk mix] for [people who plan ahead|cautious minds]",
            "[take the worry out of retirement|let compound growth do the work]: {fund} by {firm}",
            "your [adviser|private banker] at {firm} has [picked|chosen] {fund} for [your goals|the next {years} "
            "years]",
            "[crypto made simple|digital coins without the jargon]: {fund} holds the {count} largest tokens",
        ],
        "validation": [
            "{fund} lends to small firms, and borrowers have been paying {pct}",
            "why leave {amt} asleep? {fund} wakes it up with dividends from {count} countries",
        ],
        "test": [
            "a vineyard, a harbour, a data centre: {fund} turns such places into income for you",
            "for your pension pot we suggest {fund}, whose units rose {pct} over {years} years",
            "{fund} copies the moves of star traders straight into your account",
            "picture {amt} becoming a deposit for a house: {fund} is built for that",
        ],
    },
    "savings": {
        "train": [
            "{saver} [pays|offers] {rate} a year on balances up to {amt}",
            "[open|start] {saver} in [ten minutes|one visit] and [earn|get] {rate} from the first day",
            "{saver} keeps [emergency money|your reserve] within reach, [no notice|withdrawals any time]",
            "[save for holidays|set {amt} aside] with {saver} and [see interest each month|watch it add up]",
            "our [fixed mortgage|home loan] costs {rate} for {years} years, as the [offer sheet|example] shows",
            "[pay bills|split rent] with {saver}, [the account for two|now with sub-accounts]",
        ],
        "validation": ["{saver} comes with a card, two envelopes and {rate} on what is left over"],
        "test": [
            "children grow, and so does {saver}: {rate} until they are eighteen",
            "{saver} rounds up each purchase and lays the coins aside at {rate}",
        ],
    },
}

BREACHES = {
    "guaranteed_return": {
        "train": [
            "you will earn {pct} every year, [whatever markets do|come rain or shine]",
            "[a return of {pct} is certain|{pct} is in the bag], [we promise|you have our word]",
            "[guaranteed growth|assured profit] of {pct}, [no ifs|for as long as you stay]",
            "[you cannot lose|it is impossible to lose] with this, [the strategy always wins|our formula sees to it]",
            "your {amt} doubles in {years} years, [count on it|that is a fact]",
            "[prices only go one way|this market never falls], so the gain is [safe|sure]",
            "each client [gets|receives] {pct}, [year in, year out|without exception], and you will, too",
            "we [lock in|fix] a profit of {pct} for you [before you even invest|from day one]",
            "a [risk-free|sure-fire] {pct}: [the income simply arrives|set it up and collect]",
            "the value [can only rise|never dips], [our algorithm makes sure|history proves it]",
        ],
        "validation": [
            "in {years} years you hold {pct} more, period",
            "losing years do not exist with us, each one ends {pct} higher",
        ],
        "test": [
            "by Christmas after next the sum will stand {pct} higher, there is no doubt about that",
            "think of {pct} as a salary that nobody can cut",
            "the upside is settled in advance: {pct} for you",
            "with us a plus at year's end is a law of nature",
        ],
    },
    "pressure_to_buy": {
        "train": [
            "[only {count} places left|the last {count} units], [sign today|decide before midnight]",
            "[if you wait, you lose|those who hesitate pay more]: the price rises [tomorrow|at noon]",
            "[I can hold this for one hour|this link dies tonight], [do not ask around first|just say yes]",
            "your neighbours have [signed already|all joined], [do not be the one left behind|what are you waiting "
            "for]",
            "[call now|act this minute], [there will be no second chance|next week is too late]",
            "[do not talk it over with the family|there is no time for the small print], [the window shuts soon|move "
            "now]",
            "a bonus of {amt} [only if you sign during this call|for the first {count} who reply]",
            "[every day you delay costs you {amt}|you are losing money as you read], so [transfer today|start at once]",
            "[our manager will cancel your slot|the offer is withdrawn] unless [you confirm by tonight|we hear by six]",
        ],
        "validation": [
            "clock is ticking: {count} hours, then the door shuts for good",
            "bring the signed form tomorrow morning or the seat goes to someone quicker",
        ],
        "test": [
            "I need your yes before I hang up, the queue behind you is long",
            "sleep on it and it is gone, that is how fast this sells",
            "the counter on this page shows how few minutes you have got",
            "be brave, skip the reading, join while the others still ponder",
        ],
    },
    "undisclosed_fee": {
        "train": [
            "[costs are explained after signing|we talk about charges once you are in], [do not worry about "
            "them|later]",
            "it is [free|free of charge] (*), [* other costs apply|* see our offices for charges]",
            "[a service charge may be taken|some costs come off] [from your balance|along the way], [as we see "
            "fit|when due]",
            "[there is nothing to pay today|no fee to join], and [what leaving costs is in the contract|exit terms "
            "vary]",
            "[our share is taken before you see the result|we keep our part of the gain], [how much depends|terms "
            "differ]",
            "the [entry|performance] fee is [usual for the market|quite normal], [your adviser knows the figure|ask "
            "us]",
            "[no hidden costs at all|zero commission], as we [earn on the exchange rate|live from the spread] instead",
            "the quoted {pct} is [before costs, which are not shown here|gross, costs are listed elsewhere]",
            "[small|minor] costs [can arise|are possible] for [handling|custody], [they hardly matter|nothing to "
            "fret about]",
        ],
        "validation": [
            "what we earn from this stays between us and the product maker",
            "the price? Let us first get you started, the paperwork follows",
        ],
        "test": [
            "whatever it costs you will find out on the first statement",
            "we live on kickbacks from the fund house, so for you it is a present",
            "there is an amount deducted on the way, but who counts pennies",
            "a parting payment is due if you leave, its size is set at that time",
        ],
    },
    "unsuitable_comparison": {
        "train": [
            "[forget your savings book with its {rate}|a deposit gives {rate}], this [gives|makes] {pct}, [same "
            "safety|it is "
            "that simple]",
            "[just like a savings account|as safe as a deposit], [only better|but with {pct}]",
            "[since the low of last spring|in its best {count} months] it left [the index|every rival] behind by {pct}",
            "[a lottery ticket costs money|a coffee a day costs more], [this one pays|so why not invest it here]",
            "[competitors made {rate}|other houses gave {rate}] after costs, we made {pct} before costs",
            "[measured against gold in its worst year|next to cash under a mattress], {pct} is [a triumph|brilliant]",
            "[think of it as a fixed deposit|treat it like a current account], [with a bit more on top|just livelier]",
            "our [model portfolio|back-test] made {pct}, [your bank's fund|the rival's real fund] only {rate}",
            "[government bonds pay {rate}|the state pays {rate}], we pay {pct}, [so the choice is clear|do the sums]",
        ],
        "validation": [
            "put beside a piggy bank it wins by {pct}, need we say more",
            "over a window of {count} weeks that we picked, it outran the market",
        ],
        "test": [
            "property in {city} rose {rate}, our tokens {pct}: same thing, livelier pace",
            "where your bank hands out {rate}, shares like these hand out {pct}, and both are money in an account",
            "against the worst fund of the sector it shines with {pct}",
            "it behaves like an insurance policy, yet it earns like a start-up",
        ],
    },
}

# What only looks like a breach: the same words in a sentence that breaks no rule, and warns of no risk.
FAIR = {
    "guaranteed_return": {
        "train": [
            "deposits are [covered by the guarantee scheme|protected by the national scheme] up to the legal limit",
            "we [guarantee an answer within {count} days|promise a named contact], and nothing else",
            "[the yearly statement always arrives in January|you can count on our service desk]",
        ],
        "validation": ["what is certain is the term, {years} years"],
        "test": ["we give our word on one thing: a call back the same day"],
    },
    "pressure_to_buy": {
        "train": [
            "[there is no hurry|take your time], [talk it over with your family|read the sheet at home first]",
            "you can [cancel|withdraw] within fourteen days [without giving a reason|after signing]",
            "the subscription period [ends on the date in the prospectus|is open until autumn], [the next one "
            "follows|later "
            "dates are planned]",
            "[call us|sign] when it suits you, the terms [stay the same|do not change this year]",
        ],
        "validation": ["sleep on it; nothing runs away and the terms are the same next month"],
        "test": ["say no today and you may still say yes in spring, on equal terms"],
    },
    "undisclosed_fee": {
        "train": [
            "our charge is {fee} a year, [taken in December|included in the figures above]",
            "[joining costs {fee} once|there is an entry charge of {fee}], leaving is free",
            "it costs {fee} a month, [that is all|nothing else is charged]",
            "[we receive {fee} from the provider|the maker pays us {fee}], [which we pass on to you|as the sheet says]",
        ],
        "validation": ["of each {amt} that you pay in, {fee} goes to us, the rest is yours"],
        "test": ["the bill is plain: {fee} when you enter, {fee} a year, none at the door"],
    },
    "unsuitable_comparison": {
        "train": [
            "over [ten years|{years} years] and after costs it [lagged|beat] its own index by {rate}",
            "unlike a savings account, it is [for money you will not need for {years} years|no place for a reserve]",
            "[compared with funds of the same sector|against its benchmark], it [ranks in the middle|was average]",
        ],
        "validation": ["next to similar funds, costs taken off on both sides, it did as well as most"],
        "test": ["side by side with its index since the start, and net of charges, it is {rate} behind"],
    },
}

WARNINGS = {
    "train": [
        "[the value can fall as well as rise|prices go up and down], [you may get back less than you invested|losses "
        "are "
        "possible]",
        "[your capital is at risk|capital at risk]",
        "you can lose [some or all|a large part] of your money",
        "[past performance does not tell the future|earlier gains are no guide to later ones]",
        "[only invest what you could do without|do not put in money that you need], [losses happen|it may be lost]",
        "in {count} of the last ten years it lost money, [and may again|in one of them {pct}]",
        "if [tenants do not pay|borrowers default|markets fall], you [lose|may not see your money again]",
        "[units cannot always be sold|selling can take months] and [may be worth less then|a loss is possible]",
    ],
    "validation": ["a bad year can eat what {count} good ones brought"],
    "test": [
        "please bear in mind that you might end with less than you started with",
        "should the project fail, the whole stake is gone",
        "it went down by {pct} once and nobody can rule out that it will again",
    ],
}
