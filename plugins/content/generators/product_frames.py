"""The invented products, values and phrases of the task content/product_copy, and how the house writes its copy.

A product that ``NEW`` lists is sold in the test split only, and so are the names of ``NEW_NAMES``.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Product:
    """A kind of product; a feature goes on from "it"."""

    noun: str
    range: str
    materials: tuple[str, ...]
    sizes: tuple[str, ...]
    features: tuple[str, ...]


PRODUCTS = [
    Product("kettle", "kitchen", ("steel", "enamel", "copper"), ("1.5 litres", "2 litres", "23 cm high"),
            ("pours without a drip", "works on every hob", "keeps water hot for 2 hours")),
    Product("teapot", "kitchen", ("stoneware", "glass", "porcelain"), ("1 litre", "4 cups", "6 cups"),
            ("pours without a drip", "stays warm for 2 hours", "has a lid that locks")),
    Product("bread bin", "kitchen", ("beech", "steel", "bamboo"), ("35 cm wide", "40 cm wide", "20 cm high"),
            ("keeps a loaf fresh for 3 days", "fits on a narrow shelf", "opens with one hand")),
    Product("frying pan", "kitchen", ("steel", "iron", "copper"), ("20 cm wide", "24 cm wide", "28 cm wide"),
            ("works on every hob", "goes into the oven", "has a handle that stays cool")),
    Product("blanket", "bedroom", ("wool", "cotton", "fleece"), ("130 cm wide", "150 cm wide", "200 cm long"),
            ("folds into a small bag", "goes into the machine at 30 degrees", "is soft on both sides")),
    Product("bedside lamp", "bedroom", ("oak", "glass", "ceramic"), ("30 cm high", "35 cm high", "42 cm high"),
            ("dims at a touch", "switches off after 1 hour", "throws no light on your neighbour")),
    Product("alarm clock", "bedroom", ("steel", "bamboo", "walnut"), ("8 cm wide", "10 cm wide", "12 cm high"),
            ("ticks without a sound", "wakes you with light", "runs for 12 months on one battery")),
    Product("laundry basket", "bedroom", ("rattan", "cotton", "bamboo"), ("60 litres", "80 litres", "55 cm high"),
            ("folds flat", "has two handles", "stands in a corner")),
    Product("watering can", "garden", ("zinc", "steel", "copper"), ("5 litres", "8 litres", "35 cm high"),
            ("pours without a drip", "has two handles", "reaches the back row")),
    Product("bench", "garden", ("teak", "oak", "iron"), ("120 cm wide", "150 cm wide", "180 cm wide"),
            ("seats 3 people", "folds flat", "stays out all year")),
    Product("lantern", "garden", ("iron", "glass", "copper"), ("30 cm high", "45 cm high", "60 cm high"),
            ("burns for 8 hours", "hangs on a hook", "stays out all year")),
    Product("hammock", "garden", ("cotton", "canvas", "jute"), ("200 cm long", "220 cm long", "240 cm long"),
            ("carries 150 kg", "folds into a small bag", "hangs in 2 minutes")),
    Product("desk lamp", "office", ("steel", "walnut", "brass"), ("40 cm high", "45 cm high", "50 cm high"),
            ("turns all the way round", "dims at a touch", "clamps on in 2 minutes")),
    Product("notebook", "office", ("linen", "leather", "cork"), ("160 pages", "200 pages", "21 cm high"),
            ("opens flat", "closes with a band", "has a pocket for receipts")),
    Product("shelf", "office", ("oak", "walnut", "steel"), ("60 cm wide", "80 cm wide", "100 cm wide"),
            ("carries 20 kg", "hangs in 10 minutes", "hides its screws")),
    Product("paper tray", "office", ("beech", "cork", "steel"), ("24 cm wide", "32 cm wide", "3 levels"),
            ("stacks with its sisters", "holds 500 sheets", "has a felt base")),
    Product("backpack", "travel", ("canvas", "leather", "nylon"), ("18 litres", "24 litres", "45 cm high"),
            ("keeps rain out", "goes under a plane seat", "has a pocket for a laptop")),
    Product("travel mug", "travel", ("steel", "ceramic", "bamboo"), ("0.3 litres", "0.5 litres", "18 cm high"),
            ("keeps tea hot for 4 hours", "has a lid that locks", "opens with one hand")),
    Product("umbrella", "travel", ("nylon", "bamboo", "canvas"), ("95 cm wide", "110 cm wide", "28 cm long"),
            ("stands wind of 60 km an hour", "opens with one hand", "folds into a small bag")),
    Product("weekend bag", "travel", ("canvas", "leather", "linen"), ("30 litres", "40 litres", "50 cm wide"),
            ("goes under a plane seat", "has two handles", "has a pocket for shoes")),
]  # fmt: skip

NEW = [
    Product("butter dish", "kitchen", ("porcelain", "oak", "marble"), ("17 cm wide", "250 g"),
            ("keeps butter soft", "has a lid with a knob")),
    Product("eye mask", "bedroom", ("silk", "cotton"), ("20 cm wide", "24 cm wide"),
            ("lets no light in", "goes into the machine at 40 degrees")),
    Product("wheelbarrow", "garden", ("steel", "zinc"), ("85 litres", "140 cm long"),
            ("tips with one hand", "carries 120 kg")),
    Product("footrest", "office", ("beech", "felt"), ("42 cm wide", "15 cm high"),
            ("rocks as you think", "tilts in 3 steps")),
    Product("neck cushion", "travel", ("fleece", "cotton"), ("30 cm wide", "28 cm long"),
            ("clips onto a bag", "packs down to 12 cm")),
]  # fmt: skip

NAMES = [
    "Birch", "Cedar", "Coral", "Dale", "Ember", "Forest", "Harbour", "Lake", "Maple", "Mill", "North", "Olive", "River",
    "Robin", "Stone", "Willow",
]  # fmt: skip
NEW_NAMES = ["Anchor", "Falcon", "Garnet", "Quarry", "Saffron"]
COLOURS = ["black", "white", "grey", "dark blue", "light blue", "moss green", "red", "yellow", "sand", "pink"]
POUNDS = [9, 12, 15, 19, 24, 25, 29, 35, 39, 45, 49, 59, 65, 79, 85, 95]

LEADS = {
    "kitchen": ("Cook at ease with", "Cook calmly with"),
    "bedroom": ("Sleep well with", "Rest easy with"),
    "garden": ("Enjoy the garden with", "Go outside with"),
    "office": ("Clear your desk for", "Get to work with"),
    "travel": ("Travel light with", "Set off with"),
}
"""Range -> how its copy begins, and how it begins where the source forbids that."""

SLOGANS = {
    "kitchen": "at ease",
    "bedroom": "sleep well",
    "garden": "enjoy the garden",
    "office": "clear your desk",
    "travel": "travel light",
}
"""What a ``never say`` has to name for the second beginning: a rival's slogan, or worn out."""

TABOOS = ["luxury", "cheap", "gift idea", "must-have", "eco-friendly", "handmade", "on sale", "trendy", "bargain"]
PERKS = [
    "free delivery", "free returns", "a repair service", "a gift box", "a spare part", "a care guide",
    "a 2 year guarantee", "free returns for 30 days", "free delivery from £20", "a 5 year guarantee",
]  # fmt: skip

FOR_THE_HOUSE = {
    "sku": ("MF-{a}{b}{c}", "{c}{a}-{b}{b}"),
    "stock": ("{a}{b}0 in the warehouse", "{b}{c} left", "back in week {b}"),
    "supplier": (
        "Northgate Works", "Ostrava Home", "Brackwell and Daughters", "Tamarind Trading", "Lindholm Goods",
        "Kestrel Imports", "Corvane Crafts",
    ),
    "weight": ("{a}{b}0 g with box", "{a}.{b} kg with box", "{b}00 g"),
    "care": ("wipe with a dry cloth", "wash by hand", "brush off dust", "air now and then", "keep out of strong sun"),
    "made in": ("Portugal", "Wales", "Poland", "Denmark", "Vietnam", "Scotland", "India"),
    "launch": ("spring", "summer", "autumn", "winter", "week {b}"),
    "season": ("all year", "Christmas table", "back to school", "summer fair"),
    "buyer": ("people who move house", "students", "young families", "people who give presents", "hobby cooks"),
    "replaces": ("last year's model", "nothing, it is new", "the {a}{b} series"),
}  # fmt: skip
"""Attributes that the copy leaves out."""
