"""The frames of the task content/brand_voice: how others say a thing, at length, and how the house says it.

``TOPICS[name]``: "train" frames are used in every split, those of "validation" and "test" only there; likewise those of
"also", the second thing to be said. "say" is how the house tells the first one to its reader, "more" the second one (on
the web and by mail), "tag" the hashtag of the social text.
Slots: goods (a plural), town, day, other_day, count, percent, hour, month, pounds.
"""

TOPICS = {
    "delay": {
        "train": [
            "[it is with regret that|unfortunately] the customer is informed that [all|any] orders of {goods} placed "
            "prior to {day} will be dispatched by our warehouse with a delay of approximately {count} days",
            "owing to [an amazing demand|the greatest demand of the year] for our {goods}, customers who attempt to "
            "purchase them before {day} [should expect|face] a delay of approximately {count} days",
            "a delay of {count} days [was caused by|has been caused by] our carrier, and all {goods} that the "
            "customer purchased prior to {day} are affected by it",
        ],
        "validation": ["clients will obtain their {goods} {count} days later if the purchase was made prior to {day}"],
        "test": [
            "due to unforeseen events the arrival of {goods} at the customer's home is postponed by {count} days, "
            "which concerns each purchase prior to {day}",
            "patience is required of users: {goods} that were ordered prior to {day} will be delivered by our "
            "partner no sooner than {count} days after the date given",
        ],
        "say": "your {goods} come {count} days late if you ordered before {day}",
        "also": {
            "train": [
                "no action is required of [the customer|clients]",
                "nothing needs to be [done|attempted] by [customers|users]",
            ],
            "test": ["[the customer|the reader] may simply sit back and wait"],
        },
        "more": "you need not do anything",
        "tag": "delay",
    },
    "sale": {
        "train": [
            "our biggest sale ever will commence on {day}, and customers can purchase the finest {goods} at an "
            "unbeatable {percent}% off",
            "do not miss it: an incredible {percent}% is taken off all {goods} by our team when the sale commences "
            "on {day}",
            "the lowest prices in town are guaranteed as clients purchase {goods} from {day}, with {percent}% off",
        ],
        "validation": ["from {day} a stunning reduction of {percent}% awaits users who obtain {goods} from our shops"],
        "test": [
            "what a chance: {percent}% is knocked off our perfect {goods} by management, subsequently to the "
            "opening of the doors on {day}",
            "{goods} have never been offered by us at {percent}% off, and yet this is what the customer will find "
            "from {day}",
        ],
        "say": "you pay {percent}% less for {goods} from {day}",
        "also": {
            "train": [
                "the [offer|reduction] is available in [every one|all] of our shops",
                "each of our shops is included by management",
            ],
            "test": ["no shop of ours is left out"],
        },
        "more": "all our shops take part",
        "tag": "sale",
    },
    "hours": {
        "train": [
            "customers are informed that our {town} shop will commence business at {hour} from {day}, in order to "
            "facilitate visits prior to work",
            "as of {day} the doors of our amazing {town} shop will be opened by our staff at {hour}, so that "
            "clients can purchase before the crowd",
            "additional opening time is offered by our {town} shop, which commences at {hour} from {day} on",
        ],
        "validation": ["early users will be pleased that the {town} shop is unlocked by us at {hour}, starting {day}"],
        "test": [
            "regarding the hours of the shop in {town}, it was decided by the board that it opens at {hour} from "
            "{day}, for the benefit of the customer",
            "the clock says {hour} and clients may already purchase in {town}: this incredible change commences on "
            "{day}",
        ],
        "say": "from {day} you can visit our {town} shop at {hour}",
        "also": {
            "train": [
                "business [terminates|will terminate] at 18:00, as before",
                "the doors are closed by our staff at 18:00, which is no change",
            ],
            "test": ["the end of the day stays where it was, at 18:00"],
        },
        "more": "we close at 18:00 as before",
        "tag": "opening",
    },
    "new_goods": {
        "train": [
            "the most stunning {goods} in the world will be presented by our {town} shop on {day}, and customers can "
            "obtain them prior to anyone else",
            "be the first to purchase: our number one {goods} are launched by the {town} shop on {day}",
            "it is our great pleasure to announce to our clients that perfect {goods} can be obtained in {town} as "
            "of {day}",
        ],
        "validation": ["world-class {goods} make their way to {town}, where the customer may purchase them from {day}"],
        "test": [
            "regarding {goods}, the wait is terminated: users in {town} are served by our team with the finest of "
            "them from {day}",
            "{town} will be amazed when unrivalled {goods} are unveiled by us on {day}, for customers to try and "
            "purchase",
        ],
        "say": "from {day} you find new {goods} in our {town} shop",
        "also": {
            "train": [
                "[customers|clients] are invited to try them in the shop",
                "all of them may be tried in the shop by [users|the customer]",
            ],
            "test": ["hands on, says the shop, to [customers|clients] who are curious"],
        },
        "more": "you can try them in the shop",
        "tag": "new",
    },
    "workshop": {
        "train": [
            "customers who wish to obtain assistance with the care of {goods} can attend an incredible workshop in "
            "{town} on {day} at {hour}",
            "on {day} at {hour} the best workshop on {goods} will be held by our experts in {town}, and clients can "
            "obtain a seat",
            "the repair of {goods} will be demonstrated by our team in {town} on {day} at {hour}, additional seats "
            "are available to users",
        ],
        "validation": ["the customer learns all about {goods} as our class in {town} commences on {day} at {hour}"],
        "test": [
            "regarding questions about {goods}, our masters will facilitate an evening in {town} on {day} at "
            "{hour} which no client should miss",
            "{day}, {hour}, {town}: an unrivalled chance for customers to be taught by experts how {goods} are kept",
        ],
        "say": "on {day} at {hour} we show you how to care for {goods} in {town}",
        "also": {
            "train": [
                "no fee is charged by us",
                "attendance is free for [customers|clients]",
            ],
            "test": ["money need not be brought by [users|customers]"],
        },
        "more": "you pay nothing",
        "tag": "workshop",
    },
    "recall": {
        "train": [
            "in the event that the customer purchased {goods} in {month}, these should be returned prior to {day}, "
            "as a fault was found by our experts",
            "a fault was detected by our team in {goods} sold in {month}, so clients are asked to return them to "
            "us prior to {day}",
            "customers who purchased our otherwise perfect {goods} in {month} must terminate their use and return "
            "them prior to {day}",
        ],
        "validation": ["{goods} from {month} were judged unsafe by our experts, users have until {day} to return them"],
        "test": [
            "regarding {goods} which left our shops in {month}: their return prior to {day} is required of the "
            "customer, since a weak part was noticed by us",
            "all {goods} that were obtained by clients in {month} have to be back with us by {day}, due to a fault",
        ],
        "say": "please return your {goods} by {day} if you bought them in {month}",
        "also": {
            "train": [
                "all of the money will be paid back by us",
                "[customers|clients] obtain all of their money back",
            ],
            "test": ["the full price goes back to the customer"],
        },
        "more": "you get all your money back",
        "tag": "recall",
    },
    "gift_card": {
        "train": [
            "the perfect present can now be purchased by customers in {town}: a gift card over {pounds} pounds, "
            "which can be utilised until {month}",
            "our clients in {town} can obtain the finest gift card, worth {pounds} pounds, and utilise it until "
            "{month}",
            "a gift card of {pounds} pounds is offered by our {town} shop to users who attempt to find the best "
            "present, and it does not terminate before {month}",
        ],
        "validation": [
            "{pounds} pounds on a stunning card: customers purchase it in {town} and utilise it until {month}"
        ],
        "test": [
            "regarding presents, assistance has arrived in {town}: a card which the customer can fill with {pounds} "
            "pounds, and whose value terminates in {month}",
            "nothing is easier for clients than a gift card over {pounds} pounds from {town}, to be utilised until "
            "{month} by anyone",
        ],
        "say": "you can give a card over £{pounds} from our {town} shop until {month}",
        "also": {
            "train": [
                "it can be utilised for all goods that are sold by us",
                "anything that we sell may be purchased with it",
            ],
            "test": ["there is nothing in our range that it cannot be utilised for"],
        },
        "more": "it works for all we sell",
        "tag": "gifts",
    },
    "repair": {
        "train": [
            "in order to assist customers, broken {goods} will be repaired by our {town} shop within {count} days "
            "for {pounds} pounds",
            "the fastest repair of {goods} is guaranteed by our {town} shop, where clients wait approximately "
            "{count} days and pay {pounds} pounds",
            "users need not purchase new {goods}: in {town} the old ones are repaired by our experts within "
            "{count} days for {pounds} pounds",
        ],
        "validation": [
            "the customer's {goods} are made as new by us in {town}, for {pounds} pounds and in {count} days"
        ],
        "test": [
            "regarding {goods} that no longer work, an attempt to mend them is made by the {town} shop, at {pounds} "
            "pounds and within {count} days",
            "{town} demonstrates that {goods} last: clients leave them for {count} days, {pounds} pounds are "
            "charged by us",
        ],
        "say": "we mend your {goods} in {town} within {count} days for £{pounds}",
        "also": {
            "train": [
                "a receipt is not required of [the customer|clients]",
                "no receipt needs to be shown by [customers|users]",
            ],
            "test": ["whether a receipt was kept by the customer is of no concern"],
        },
        "more": "you need no receipt",
        "tag": "repair",
    },
    "delivery": {
        "train": [
            "an additional service will be offered by us from {day}: customers in {town} obtain their {goods} within "
            "{count} days, risk-free and for {pounds} pounds",
            "the fastest delivery in {town} commences on {day}, as {goods} are brought to clients within {count} "
            "days for {pounds} pounds",
            "from {day} any purchase of {goods} will be carried by our drivers to users in {town} within {count} "
            "days, for only {pounds} pounds",
        ],
        "validation": ["{town}, be amazed: {goods} reach the customer in {count} days from {day}, at {pounds} pounds"],
        "test": [
            "regarding {goods} for the homes of {town}, transport within {count} days at {pounds} pounds is "
            "facilitated by us as of {day}",
            "no more carrying: {goods} are driven to clients in {town} by our own van from {day}, {count} days and "
            "{pounds} pounds being all it takes",
        ],
        "say": "from {day} we bring {goods} to you in {town} within {count} days for £{pounds}",
        "also": {
            "train": [
                "the hour is chosen by [the customer|clients]",
                "[customers|users] may select the hour at which it takes place",
            ],
            "test": ["the driver is told by the customer when to come"],
        },
        "more": "you choose the hour",
        "tag": "delivery",
    },
    "survey": {
        "train": [
            "customers are kindly asked to assist us: {count} questions regarding {goods} should be answered by the "
            "reader prior to {day}, and {pounds} pounds can be won",
            "in order to make the best {goods} even better, {count} questions are asked by our team, and {pounds} "
            "pounds can be won by clients until {day}",
            "an attempt to win an incredible {pounds} pounds is open to users who answer {count} questions about "
            "{goods} prior to {day}",
        ],
        "validation": [
            "{pounds} pounds are given by us to the customer who answers {count} questions on {goods} by {day}"
        ],
        "test": [
            "regarding {goods}, the opinion of clients is wanted: {count} questions, {day} as the last day, and a "
            "stunning {pounds} pounds to be won",
            "who knows {goods} better than the customer? Until {day} our {count} questions can be answered by "
            "anyone who fancies {pounds} pounds",
        ],
        "say": "answer {count} questions about {goods} by {day} and you may win £{pounds}",
        "also": {
            "train": [
                "no names are kept by us",
                "names of [customers|users] will not be kept",
            ],
            "test": ["who answered is forgotten by us at once"],
        },
        "more": "we keep no names",
        "tag": "survey",
    },
}

OPENERS = [
    "[great|amazing|incredible] news for [all our customers|our valued clients]!",
    "dear valued customer!",
    "attention, attention!",
    "[this is|here comes] what [customers|users|clients] have been waiting for!",
    "we are [proud|delighted|thrilled] to [announce|share] the following!",
    "kindly note the information below!",
    "hold on tight, [this is big|it gets better]!",
    "it has come to our attention that the following is of interest to [users|clients|customers].",
    "we hope that this message finds the reader well.",
]

CLOSERS = [
    "[our|the] service is [the best|unrivalled|world-class], [guaranteed|without exception]!",
    "additional information can be obtained [from|in] our [shops|call centre].",
    "do not hesitate to contact us in the event that [assistance is needed|questions arise].",
    "[customers|clients] all over the country [agree|say] that we are [number one|the finest], and it shows!",
    "[hurry|act now], [it never gets better than this|stock is limited]!!!",
    "satisfaction is [100% guaranteed|guaranteed by us], as always!",
    "we thank the customer for [the trust|the loyalty] shown to [the finest|the biggest] house in the trade.",
    "[terms|certain terms] apply and can be [obtained|requested] prior to purchase.",
    "nobody [beats|matches] us [on price|on quality], this is proven!",
    "thank you for [reading|your attention]!",
]

GOODS = [
    "kettles", "lamps", "blankets", "chairs", "clocks", "pans", "rugs", "teapots", "mirrors", "benches", "shelves",
    "pillows", "baskets", "tables", "vases", "knives", "towels", "candles",
]  # fmt: skip
NEW_GOODS = ["curtains", "stools", "lanterns", "quilts"]
TOWNS = [
    "Barton",
    "Danby",
    "Elmouth",
    "Fairport",
    "Harwood",
    "Langdale",
    "Millford",
    "Newbridge",
    "Southbank",
    "Thornby",
]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
MONTHS = ["January", "March", "April", "May", "June", "July", "August", "October", "November", "December"]
HOURS = ["7:00", "7:30", "8:00", "8:30", "9:00", "9:30", "10:00"]
