"""Writes the synthetic data of the task content/product_copy: ``python generators/product_copy.py [FOLDER]``.

A record is an object of attributes and one or two sentences of copy that state what a buyer must know, say what the
source wants to be said, and avoid what it forbids. The house's own attributes (stock, supplier, …) stay out of it.
"""

from pathlib import Path
from random import Random

from product_frames import (
    COLOURS,
    FOR_THE_HOUSE,
    LEADS,
    NAMES,
    NEW,
    NEW_NAMES,
    PERKS,
    POUNDS,
    PRODUCTS,
    SLOGANS,
    TABOOS,
    Product,
)

from goodfit.testing.frames import Novelty, until_kept
from goodfit.testing.starter_data import SIZES, Row, generate

DATA = Path(__file__).resolve().parent.parent / "goodfit_content" / "data" / "product_copy"
SEED = 40417
NEW_SHARE = 0.35  # of the test split: products and names that training never shows
MOST_ALIKE = 0.6
LEFT_OUT = {"colour": 0.2, "size": 0.15, "feature": 0.12, "price": 0.12}
"""Attribute -> how often a source does not have it."""


def known_about(product: Product, name: str, rng: Random) -> dict[str, str]:
    """What the sales department knows about a product, in any order behind its name."""
    known = {
        "range": product.range,
        "material": rng.choice(product.materials),
        "colour": rng.choice(COLOURS),
        "size": rng.choice(product.sizes),
        "price": f"£{rng.choice(POUNDS)}",
        "feature": rng.choice(product.features),
    }
    left_out = [attribute for attribute, share in LEFT_OUT.items() if rng.random() < share]
    known = {attribute: value for attribute, value in known.items() if attribute not in left_out[:2]}
    known |= for_the_house(rng)
    if rng.random() < 0.45:
        known["must say"] = rng.choice(PERKS)
    if rng.random() < 0.5:
        known["never say"] = never_say(product, rng)
    order = rng.sample(list(known), len(known))
    return {"name": f"{name} {product.noun}", **{attribute: known[attribute] for attribute in order}}


def for_the_house(rng: Random) -> dict[str, str]:
    """Three to five attributes that no buyer asks for."""
    digits = {letter: str(rng.randint(1, 9)) for letter in "abc"}
    chosen = rng.sample(list(FOR_THE_HOUSE), rng.randint(3, 5))
    return {attribute: rng.choice(FOR_THE_HOUSE[attribute]).format_map(digits) for attribute in chosen}


def never_say(product: Product, rng: Random) -> str:
    """One to three phrases; half of the time the usual beginning of the copy is among them."""
    phrases = rng.sample(TABOOS, rng.randint(1, 2))
    if rng.random() < 0.5:
        phrases.append(SLOGANS[product.range])
    rng.shuffle(phrases)
    return "; ".join(phrases)


def copy_for(source: dict[str, str], product: Product) -> str:
    """The house's copy: what it is, and a second sentence with what it does, costs and comes with."""
    usual, other = LEADS[product.range]
    lead = other if SLOGANS[product.range] in source.get("never say", "") else usual
    first = f"{lead} the {source['name']} in {' '.join(source[key] for key in ('colour', 'material') if key in source)}"
    first += f", {source['size']}." if "size" in source else "."
    parts = [source["feature"]] if "feature" in source else []
    parts += [f"costs {source['price']}"] if "price" in source else []
    parts += [f"comes with {source['must say']}"] if "must say" in source else []
    return f"{first} It {', '.join(parts[:-1])}{' and ' if len(parts) > 1 else ''}{parts[-1]}." if parts else first


def record(split: str, rng: Random) -> Row:
    """One record without its id."""
    is_new = split == "test" and rng.random() < NEW_SHARE
    product = rng.choice(NEW if is_new else PRODUCTS)
    source = known_about(product, rng.choice(NEW_NAMES if is_new else NAMES), rng)
    slices = {"range": product.range, "phrases": "named" if {"must say", "never say"} & set(source) else "free"}
    return {"source": source, "target": copy_for(source, product), "slices": slices}


def records(split: str, novelty: Novelty, rng: Random) -> list[Row]:
    """All records of one split, none nearly a copy of another one in any split."""

    def fits(row: Row) -> bool:
        text = " | ".join(f"{attribute}: {value}" for attribute, value in row["source"].items())
        return 40 <= len(text.split()) <= 120 and 10 <= len(row["target"].split()) <= 40 and novelty.accepts(text)

    rows = [until_kept(lambda: record(split, rng), fits) for _ in range(SIZES[split])]
    return [{"id": f"product_copy-{split}-{number:03}", **row} for number, row in enumerate(rows)]


def main() -> None:
    """Write the three splits, with faults planted in them."""
    generate(DATA, "generation", records, SEED, MOST_ALIKE)


if __name__ == "__main__":
    main()
