"""The frames of the task content/headline: what an article says in its first lines, and the headline over it.

``STORIES[topic]``: "train" frames are used in every split, those of "validation" and "test" only there; "headline" is
how the paper puts it. Slots: firm, other (a second firm), town, site, item, goods (a plural), count, people, percent,
millions, thousands, month, prize, cause, event, works (something that is built).
"""

STORIES = {
    "opening": {
        "headline": "{firm} opens {site} in {town}",
        "train": [
            "[people|shoppers|families] in {town} will soon have a new {site}: {firm} [unlocks|opens] the doors in "
            "{month}",
            "after [a year|two years] of building work, {firm} is ready to welcome the first visitors to its "
            "{site} in {town} [in|at the start of] {month}",
            "a {site} [run|owned] by {firm} [starts|begins] trading in {town} in {month}, [the first in the "
            "county|on the site of an old mill]",
        ],
        "validation": ["the ribbon at the {site} in {town} will be cut in {month}, and the name above it is {firm}"],
        "test": [
            "{town} gets a {site}. {firm} confirmed on Monday that the doors will be unlocked for good in {month}",
            "come {month}, {firm} will be at home in {town} as well, with a {site} [near the station|by the river]",
        ],
    },
    "closing": {
        "headline": "{firm} closes {site} in {town}",
        "train": [
            "the {site} that {firm} [has run|runs] in {town} will shut [for good|its doors] in {month}",
            "{firm} is to give up its {site} in {town} after [{years} years|falling sales], [the firm said|a "
            "letter to staff says]",
            "{month} will be the last month for the {site} in {town}, {firm} [announced|said] [on Tuesday|today]",
        ],
        "validation": ["the lights go out at the {site} in {town}: {firm} is not going to renew the lease in {month}"],
        "test": [
            "nobody will be let into the {site} in {town} after {month}, when {firm} hands back the keys",
            "{firm} pulls out of {town}. Its {site} there, once the largest, will not [be open|see customers] past "
            "{month}",
        ],
    },
    "recall": {
        "headline": "{firm} recalls {thousands},000 {goods}",
        "train": [
            "{firm} is [calling back|asking for the return of] {thousands},000 {goods} because [a part may break|the "
            "plug may get hot]",
            "owners of {goods} from {firm} should [stop using them|send them back]: [a fault|a loose screw] was "
            "found in {thousands},000 of them",
            "[a fault in|faulty parts of] {thousands},000 {goods} has led {firm} to take them back [for a full "
            "refund|at its own cost]",
        ],
        "validation": [
            "some {thousands},000 {goods} have to go back to {firm}, which fears that they could [crack|leak]"
        ],
        "test": [
            "there are {thousands},000 {goods} in homes across the country that {firm} wants to have back at once, "
            "for they may [overheat|come apart]",
            "do not switch them on, says {firm} of its {goods}. All {thousands},000 that were sold since {month} "
            "must be handed in",
        ],
    },
    "price_cut": {
        "headline": "{firm} cuts price of {goods} by {percent}%",
        "train": [
            "{goods} from {firm} will be {percent} per cent cheaper [from|as of] {month}",
            "{firm} [lowers|is lowering] what it charges for {goods} by {percent} per cent, [helped by|thanks to] "
            "lower costs of [steel|energy]",
            "buyers of {goods} will pay {percent} per cent less at {firm} [from {month} on|before long]",
        ],
        "validation": ["{percent} per cent comes off the price of all {goods} that {firm} sells, starting in {month}"],
        "test": [
            "anyone who waits until {month} before buying {goods} from {firm} saves {percent} per cent",
            "the labels on {goods} at {firm} are being rewritten, and the new figure is {percent} per cent lower",
        ],
    },
    "price_rise": {
        "headline": "{firm} raises price of {goods} by {percent}%",
        "train": [
            "{goods} from {firm} will be {percent} per cent dearer [from|as of] {month}",
            "{firm} [puts up|is putting up] what it charges for {goods} by {percent} per cent, [driven by|because "
            "of] higher costs of [steel|energy]",
            "buyers of {goods} will pay {percent} per cent more at {firm} [from {month} on|before long]",
        ],
        "validation": [
            "{percent} per cent is added to the price of all {goods} that {firm} sells, starting in {month}"
        ],
        "test": [
            "anyone who waits until {month} before buying {goods} from {firm} loses {percent} per cent",
            "the labels on {goods} at {firm} are being rewritten, and the new figure is {percent} per cent higher",
        ],
    },
    "hiring": {
        "headline": "{firm} to hire {count} people in {town}",
        "train": [
            "{firm} is [looking for|taking on] {count} [people|new staff] for its {site} in {town}",
            "{count} [jobs|posts] will be created in {town}, where {firm} is [adding a night shift to|growing] its "
            "{site}",
            "work for {count} more people: {firm} [wants to fill|is filling] its {site} in {town} [by|before] {month}",
        ],
        "validation": ["the {site} of {firm} in {town} needs {count} more pairs of hands by {month}"],
        "test": [
            "{count} contracts wait to be signed in {town}. {firm} cannot find staff fast enough for its {site}",
            "in {town}, where work is scarce, {firm} offers {count} places at its {site} [in|from] {month}",
        ],
    },
    "job_cuts": {
        "headline": "{firm} cuts {count} jobs in {town}",
        "train": [
            "{count} people at the {site} of {firm} in {town} will lose their [work|jobs] [by|in] {month}",
            "{firm} is to [shed|do away with] {count} posts in {town}, [most of them|half of them] at its {site}",
            "[staff|workers] in {town} were told that {count} of them will have to leave {firm} [by|before] {month}",
        ],
        "validation": ["the {site} of {firm} in {town} will run with {count} people fewer from {month}"],
        "test": [
            "{count} letters of notice went out in {town} on Friday. {firm} says that its {site} is too dear to run",
            "for {count} families in {town} {month} will be hard: {firm} no longer has work for them at its {site}",
        ],
    },
    "award": {
        "headline": "{firm} wins {prize} prize for its {goods}",
        "train": [
            "the {prize} prize of this year goes to {firm}, whose {goods} [convinced|pleased] the jury [most|at once]",
            "{firm} has [won|been given] the {prize} prize, [the jury praised|for the design of] its {goods}",
            "[out of|from] {count} entries the judges of the {prize} prize chose the {goods} that {firm} makes in "
            "{town}",
        ],
        "validation": ["{goods} made in {town} by {firm} take the {prize} prize home, ahead of {count} others"],
        "test": [
            "at the {prize} evening in {town} one name was read out last, that of {firm}. Its {goods} left {count} "
            "rivals behind",
            "a jury of {people} has spoken: nobody makes {goods} like {firm}, and the {prize} prize is theirs",
        ],
    },
    "takeover": {
        "headline": "{firm} buys {other} for £{millions} million",
        "train": [
            "{firm} takes over {other} [and pays|for] {millions} million pounds, [both firms said|as was announced "
            "in {town}]",
            "{other} is to be sold to {firm}. The price is {millions} million pounds[, paid in cash|]",
            "for {millions} million pounds {other} [becomes part of|goes to] {firm}, [its rival for years|a firm "
            "from {town}]",
        ],
        "validation": ["the owners of {other} accept the {millions} million pounds that {firm} has put on the table"],
        "test": [
            "{other} has a new owner. It took {firm} {millions} million pounds and [three|four] months of talks",
            "a cheque over {millions} million pounds changes hands in {month}, and then all of {other} belongs to "
            "{firm}",
        ],
    },
    "gift": {
        "headline": "{firm} gives £{thousands},000 to {cause}",
        "train": [
            "{cause} in {town} can [plan ahead|breathe again]: {firm} [donates|has promised] {thousands},000 pounds",
            "{firm} supports {cause} with {thousands},000 pounds, [collected by its staff|from the sale of {goods}]",
            "a gift of {thousands},000 pounds from {firm} [will help|goes to] {cause} in {town} [in|before] {month}",
        ],
        "validation": ["{thousands},000 pounds have arrived at {cause} in {town}, and the sender is {firm}"],
        "test": [
            "volunteers at {cause} could not believe the slip from the bank. {firm} had sent them {thousands},000 "
            "pounds",
            "instead of a party {firm} hands {thousands},000 pounds to {cause}, [its neighbour in|well known in] "
            "{town}",
        ],
    },
    "event": {
        "headline": "{town} {event} moves to {month}",
        "train": [
            "the {event} in {town} will not take place as planned [because of|owing to] [rain|road works], the new "
            "date is in {month}",
            "visitors to the {event} in {town} have to [wait until|come in] {month}, [the council said|says its host "
            "{firm}]",
            "{town} has found a new date for its {event}: [it will be held|the gates open] in {month}",
        ],
        "validation": ["who wants to see the {event} in {town} should cross out the old date and write down {month}"],
        "test": [
            "tickets for the {event} in {town} stay valid, though the tents will not go up before {month}",
            "{month} it is. After long talks with {firm} the {event} in {town} has a date that suits everybody",
        ],
    },
    "delay": {
        "headline": "New {works} in {town} delayed until {month}",
        "train": [
            "the new {works} in {town} will be finished [later|much later] than planned, in {month}, [its builder "
            "{firm} said|the council admits]",
            "{town} has to wait for its new {works}: {firm} now [expects|speaks of] {month}, [not the spring|after a "
            "wet winter]",
            "work on the new {works} in {town} [is behind|has fallen behind], and {firm} will not hand it over "
            "before {month}",
        ],
        "validation": [
            "nobody will use the new {works} in {town} before {month}, says {firm}, which [plans|builds] it"
        ],
        "test": [
            "fences will stand round the new {works} in {town} for longer. {firm} asks for patience up to {month}",
            "first it was the money, now it is the ground: {firm} cannot complete the new {works} in {town} until "
            "{month}",
        ],
    },
    "survey": {
        "headline": "{percent}% of {people} worry about {worry}, survey finds",
        "train": [
            "{percent} per cent of {people} [are worried|say that they worry] about {worry}, [a survey "
            "by|according to] {firm} [shows|has found]",
            "{firm} asked {count} {people} what [troubles|concerns] them. For {percent} per cent the answer was "
            "{worry}",
            "[one|the same] worry [came up again and again|stood out] when {firm} spoke to {people}: "
            "{percent} per cent named {worry}",
        ],
        "validation": [
            "what keeps {people} awake is {worry}, if the {percent} per cent who said so to {firm} are right"
        ],
        "test": [
            "ask {people} about {worry} and {percent} per cent will sigh. That is what {firm} heard in {count} talks",
            "{firm} has the figures to prove it: {worry} weighs on {percent} per cent of {people} in the county",
        ],
    },
}

SECTIONS = {
    "opening": "local", "closing": "local", "recall": "products", "price_cut": "products", "price_rise": "products",
    "hiring": "jobs", "job_cuts": "jobs", "award": "products", "takeover": "business", "gift": "local",
    "event": "local", "delay": "local", "survey": "business",
}  # fmt: skip

AROUND = [
    "{firm} was founded in {year} and has {staff} employees",
    "the firm's turnover [rose|fell] by {other_percent} per cent [last year|in {year}]",
    "the mayor of {town} [spoke of|called it] [a surprise|an important step], [and thanked all who took part|but "
    "did not take questions]",
    "[a spokeswoman|a manager] [said|added] that [more details|further figures] would follow [in "
    "{other_month}|next week]",
    "a {site} of the same kind [stands|is found] in [a town nearby|the next county], [where {staff} people work|open "
    "since {year}]",
    "shares in the sector [rose|fell] by {other_percent} per cent [on the day|in {other_month}]",
    "[experts|observers] had expected [as much|something like it] since {other_month}",
    "[neighbours|readers] told this paper that they [were pleased|were not surprised|had seen it coming]",
    "only {other_percent} per cent of [local firms|businesses] [plan|see] anything of the kind",
    "[in {year}|{years} years ago] a similar plan [came to nothing|was dropped] for lack of money",
    "talks [had begun|started] in {other_month} and were held [behind closed doors|in good spirit]",
    "there will be an evening for [questions|the public] in {other_month}, entry is free",
    "{staff} people [signed|answered] a letter on the matter [in {other_month}|this week]",
    "[photographs|the full text] can be seen in the town library [until the end of {other_month}|from Tuesday]",
]
"""What stands around the story: figures and months in it belong in no headline."""

FIRMS = [
    "Alder Foods", "Bright Mills", "Castle Print", "Corner Books", "Dale Motors", "East Dairy", "Forest Paper",
    "Grand Hotels", "Green Farms", "Harbour Bank", "Hill Bakery", "King Carpets", "Lake Energy", "Market Shoes",
    "Moor Textiles", "North Air", "Park Homes", "River Glass", "Stone Brewery", "Summer Toys", "Union Rail",
    "Valley Bikes", "West Water", "Winter Sports",
]  # fmt: skip
NEW_FIRMS = ["Anchor Tools", "Falcon Phones", "Orchard Pet Care", "Silver Clocks", "Tide Furniture", "Wren Optics"]
TOWNS = [
    "Ashford Bay", "Barton", "Castlebridge", "Danby", "Elmouth", "Fairport", "Greenwick", "Harwood", "Kingsmere",
    "Langdale", "Millford", "Newbridge", "Oakham Green", "Redhill Cross", "Southbank", "Thornby",
]  # fmt: skip
SITES = ["shop", "warehouse", "cafe", "factory", "school", "garage", "office", "hotel", "bakery", "clinic"]
GOODS = [
    "kettles", "bikes", "lamps", "boots", "tents", "toys", "heaters", "chairs", "cameras", "coats", "clocks", "prams",
    "phones", "tables", "rugs",
]  # fmt: skip
PEOPLE = ["parents", "farmers", "students", "nurses", "teachers", "drivers", "tenants", "cooks"]
WORRIES = ["rent", "energy bills", "noise", "traffic", "debt", "old age", "bad weather", "short nights"]
PRIZES = ["Golden Lion", "Green Wheel", "Silver Needle", "County", "Blue Star", "Young Makers"]
CAUSES = ["the food bank", "the animal home", "the youth club", "the lifeboat crew", "the choir", "the hospice"]
EVENTS = ["music festival", "book fair", "boat race", "flower show", "film week", "food market", "marathon"]
WORKS = ["bridge", "library", "swimming pool", "station", "museum", "cycle path", "hospital wing", "town hall"]
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November"]
