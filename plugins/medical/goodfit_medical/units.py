"""Which words are units of a dose, and what each of them is equal to."""

MEASURES = {
    ("mg", 1e6): "kg kgs kilo kilos kilogram kilograms kilogramme kilogrammes",
    ("mg", 1000.0): "g gm gms gram grams gramme grammes",
    ("mg", 1.0): "mg mgs mgm milligram milligrams milligramme milligrammes",
    ("mg", 1e-3): "mcg mcgs ug μg microgram micrograms microgramme microgrammes",
    ("mg", 1e-6): "ng nanogram nanograms nanogramme nanogrammes",
    ("ml", 1000.0): "l litre litres liter liters",
    ("ml", 10.0): "cl centilitre centilitres centiliter centiliters",
    ("ml", 5.0): "tsp tsps teaspoon teaspoons teaspoonful teaspoonfuls",
    ("ml", 1.0): "ml mls mil mils cc ccs millilitre millilitres milliliter milliliters",
    ("mmol", 1.0): "mmol mmols millimole millimoles",
    ("meq", 1.0): "meq meqs milliequivalent milliequivalents",
    ("unit", 1.0): "u unit units iu ius",
    ("unit", 1e6): "megaunit megaunits",
}
"""(unit, how much of it) -> the ways to write it. A teaspoon of medicine is 5 ml."""

FORMS = {
    "tablet": "tablet tablets tab tabs pill pills capsule capsules cap caps caplet caplets softgel softgels",
    "patch": "patch patches", "sachet": "sachet sachets", "lozenge": "lozenge lozenges",
    "puff": "puff puffs inhalation inhalations actuation actuations",
    "drop": "drop drops gtt gtts", "spray": "spray sprays", "ampoule": "ampoule ampoules ampule ampules amp amps",
    "vial": "vial vials", "nebule": "nebule nebules", "suppository": "suppository suppositories supp supps",
    "pessary": "pessary pessaries", "tablespoon": "tbsp tablespoon tablespoons tablespoonful tablespoonfuls",
    "spoonful": "spoon spoons spoonful spoonfuls", "scoop": "scoop scoops", "ounce": "oz ounce ounces",
    "squirt": "squirt squirts", "capful": "capful capfuls", "click": "click clicks", "strip": "strip strips",
    "injection": "injection injections", "application": "application applications",
}  # fmt: skip
"""What is counted -> the ways to write it."""

UNCERTAIN = frozenset({"gr", "grs", "grain", "grains", "mu", "mui"})
"""Grams or grains; thousandths of a unit or millions of units."""

MEASURED = {word: unit for unit, words in MEASURES.items() for word in words.split(" ")}
COUNTED = {word: (form, 1.0) for form, words in FORMS.items() for word in words.split(" ")}
UNITS = {**MEASURED, **COUNTED}
"""A way to write a unit -> (unit, how much of it)."""

PER = {
    "kg": "/kg", "kilo": "/kg", "kilogram": "/kg", "ml": "/ml", "h": "/h", "hr": "/h", "hour": "/h", "min": "/min",
    "minute": "/min", "m": "/m2",
}  # fmt: skip
"""What a dose is divided by -> how its unit ends. A dose by day or by tablet keeps its unit."""

LABORATORY = frozenset({"dl", "l", "litre", "liter", "mmol", "mol"})
"""What an amount in blood or urine is divided by."""
