"""Write the training records of the name taggers: python write_data.py FOLDER [COUNT]; the same seed, the same bytes."""

from __future__ import annotations

import json
import random
import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import people
import places
import sentences

SEED = 20
SHARE = {
    "WITH_NAMES": 0.18,
    "OPENINGS": 0.22,
    "WITH_WORK": 0.04,
    "WITH_PLACES": 0.1,
    "WITH_ORGS": 0.1,
    "WITH_ADDRESSES": 0.14,
    "WITHOUT": 0.06,
    "ORDINARY": 0.2,
}
STARTER_DATA = Path(__file__).parents[2]
"""The plugins, whose starter data have ordinary sentences, written for this project too."""
MADE_UP = 0.45
"""Names that a chain of letters makes up: the tagger has to know what a name looks like, not only these names."""
TYPES = {
    "PERSON": ("person", "first", "last", "initial"),
    "LOCATION": ("city", "country", "state", "loc"),
    "ORGANIZATION": ("org",),
    "STREET_ADDRESS": ("street", "zip"),
    "NRP": ("nrp",),
    "OCCUPATION": ("work",),
}
TYPE_OF = {slot: sort for sort, slots in TYPES.items() for slot in slots}


class Chain:
    """Makes words that are spelt like some given ones: each letter by the two or three before it."""

    def __init__(self, words: list[str], memory: int = 3) -> None:
        self.memory = memory
        self.next: dict[str, list[str]] = {}
        for word in words:
            marked = "^" * memory + word.lower() + "$"
            for place in range(memory, len(marked)):
                self.next.setdefault(marked[place - memory : place], []).append(marked[place])

    def word(self, chance: random.Random) -> str:
        """A made-up word with a capital."""
        while True:
            state, made = "^" * self.memory, ""
            while len(made) < 14 and (sign := chance.choice(self.next[state])) != "$":
                made += sign
                state = (state + sign)[-self.memory :]
            if 3 <= len(made) < 14:
                return re.sub(r"(^|[ -'])(\w)", lambda hit: hit[1] + hit[2].upper(), made)


@cache
def origins() -> dict[str, tuple[list[str], list[str], Chain, Chain]]:
    """Origin -> given names, family names, and what makes up more of both."""
    found = {}
    for name, (women, men, families) in people.PEOPLE.items():
        given, family = women.split() + men.split(), people.particles_kept(families)
        found[name] = (given, family, Chain(given, 2), Chain(family, 2))
    return found


@cache
def place_chain() -> Chain:
    """What makes up names of towns and streets."""
    return Chain([name for name in places.listed(places.CITIES) if " " not in name], 3)


def first(chance: random.Random, origin: str | None = None) -> str:
    """A given name."""
    given, _, chain, _ = origins()[origin or chance.choice(list(origins()))]
    return chain.word(chance) if chance.random() < MADE_UP else chance.choice(given)


def last(chance: random.Random, origin: str | None = None) -> str:
    """A family name, sometimes a double one."""
    _, family, _, chain = origins()[origin or chance.choice(list(origins()))]
    name = chain.word(chance) if chance.random() < MADE_UP else chance.choice(family)
    return f"{name}-{chance.choice(family)}" if chance.random() < 0.04 else name


def person(chance: random.Random) -> str:
    """A full name: mostly one origin, sometimes mixed, initials, three parts, or a family name first."""
    origin = chance.choice(list(origins()))
    other = origin if chance.random() < 0.8 else chance.choice(list(origins()))
    name, family = first(chance, origin), last(chance, other)
    kind = chance.random()
    if kind < 0.08:
        return f"{name} {chance.choice('ABCDEFGHJKLMNPRSTW')}. {family}"
    if kind < 0.14:
        return f"{name} {first(chance, origin)} {family}"
    if kind < 0.18:
        return f"{name} {family} {last(chance, origin)}"
    if kind < 0.24:
        return name
    return f"{family} {name}" if kind < 0.27 else f"{name} {family}"


def city(chance: random.Random) -> str:
    """A town, a known one or a made-up one."""
    if chance.random() < MADE_UP:
        made = place_chain().word(chance)
        return (
            f"{chance.choice(['Saint', 'Port', 'New', 'East', 'Bad', 'Los', 'El', 'Mount'])} {made}"
            if chance.random() < 0.12
            else made
        )
    return chance.choice(places.listed(places.CITIES))


def loc(chance: random.Random) -> str:
    """Any place."""
    return chance.choice(
        [city, lambda c: c.choice(places.listed(places.COUNTRIES)), lambda c: c.choice(places.listed(places.STATES))]
    )(chance)


def org(chance: random.Random) -> str:
    """An organisation."""
    values = {
        "city": lambda: city(chance),
        "country": lambda: chance.choice(places.listed(places.COUNTRIES)),
        "first": lambda: first(chance),
        "last": lambda: last(chance),
        "head": lambda: (
            chance.choice(places.listed(places.ORG_HEADS)) if chance.random() < 0.6 else place_chain().word(chance)
        ),
        "tail": lambda: chance.choice(places.listed(places.ORG_TAILS)),
        "word": lambda: chance.choice(ordinary()[1]).capitalize(),
        "field": lambda: chance.choice(places.listed(places.FIELDS)),
        "acronym": lambda: "".join(chance.choice("ABCDEFGHIKLMNOPRSTUVW") for _ in range(chance.choice([3, 3, 4]))),
    }
    pattern = chance.choice(places.listed(places.ORG_PATTERNS))
    return re.sub(r"\{(\w+)\}", lambda hit: values[hit[1]](), pattern)


def zip_code(chance: random.Random) -> str:
    """A postal code."""
    form = chance.choice(
        [
            "#####",
            "#####",
            "#####-####",
            "####",
            "AA# #AA",
            "A## #AA",
            "### ##",
            "A#A #A#",
            "####-###",
            "######",
            "#### AA",
        ]
    )
    return "".join(
        chance.choice("0123456789") if sign == "#" else chance.choice("BCDEFGHLMNPRSW") if sign == "A" else sign
        for sign in form
    )


def street(chance: random.Random) -> str:
    """A street with its number, in the manner of some country; sometimes with a flat."""
    number = str(chance.choice([chance.randrange(1, 99), chance.randrange(1, 999), chance.randrange(1000, 9999)]))
    if chance.random() < 0.12:
        number += chance.choice("abcAB")
    names = places.listed(places.STREET_NAMES)
    name = chance.choice([chance.choice(names), place_chain().word(chance), last(chance)])
    if chance.random() < 0.55:
        side = chance.choice(["North ", "E ", "S. ", "West ", "NW "]) if chance.random() < 0.12 else ""
        ends = places.listed(places.STREET_SUFFIXES) if chance.random() < 0.3 else places.STREET_ENDS.split("|")
        made = f"{number} {side}{name} {chance.choice(ends)}"
    else:
        pattern = chance.choice(places.listed(places.FOREIGN_STREETS))
        made = pattern.replace("{x}", name if chance.random() < 0.7 else name.lower()).replace("{n}", number)
        if chance.random() < 0.06:
            made = f"{chance.choice(places.listed(places.GREEK))} {number}"
        if chance.random() < 0.4:
            made = f"{chance.randrange(1, 99_999):0{chance.choice([1, 3, 4, 5])}} {made}"
    if chance.random() < 0.05:
        made = (
            f"{made.split(' ')[0]} {chance.choice(['P.O. Box', 'PO Box', 'Box', 'Postbox'])} {chance.randrange(1, 999)}"
        )
    if chance.random() < 0.05:
        made = f"the corner of {made} and {chance.choice([last, first])(chance)} {chance.choice(places.listed(places.STREET_SUFFIXES))}"
    if chance.random() < 0.25:
        made += chance.choice([" ", ", ", "\n", "\n "]) + chance.choice(
            ["Apt. {}", "Suite {}", "Apt {}", "Unit {}", "Flat {}", "apt. {}"]
        ).format(chance.randrange(1, 999))
    return made


def occupation(chance: random.Random) -> str:
    """What somebody does for a living."""
    field, doer = chance.choice(places.listed(places.WORK_FIELDS)), chance.choice(places.listed(places.WORKERS))
    kind = chance.random()
    if kind < 0.4:
        made = chance.choice(places.listed(places.OCCUPATIONS))
    elif kind < 0.85:
        made = f"{field} {doer}"
    else:
        made = f"{field} and {chance.choice(places.listed(places.WORK_FIELDS))} {doer}"
    return made if chance.random() < 0.4 else made[0].upper() + made[1:]


def plain_value(slot: str, chance: random.Random) -> str:
    """What fills a place that is no name."""
    number = chance.choice([chance.randrange(2, 90), chance.randrange(100, 9999)])
    mail = f"{first(chance).split()[0].lower()}{chance.randrange(99)}@{chance.choice(['mailbox', 'corp', 'inbox'])}.example"
    return {
        "ordinary": lambda: sentence(chance),
        "verb": lambda: chance.choice(sentences.VERBS),
        "words": lambda: " ".join(chance.choice(ordinary()[1]) for _ in range(chance.randrange(1, 5))),
        "Words": lambda: " ".join(chance.choice(ordinary()[1]) for _ in range(chance.randrange(1, 5))).capitalize(),
        "thing": lambda: chance.choice(sentences.THINGS),
        "drug": lambda: chance.choice(sentences.DRUGS),
        "disease": lambda: chance.choice(sentences.DISEASES),
        "title": lambda: chance.choice(sentences.TITLES),
        "month": lambda: chance.choice(sentences.MONTHS),
        "day": lambda: chance.choice(sentences.DAYS),
        "date": lambda: chance.choice(
            ["12/03/2021", "3 May 2020", "2019-11-04", "March 9, 2022", "21.08.2023", "July 4th"]
        ),
        "time": lambda: f"{chance.randrange(1, 12)}:{chance.randrange(10, 59)}{chance.choice([' pm', ' am', ''])}",
        "num": lambda: str(number),
        "money": lambda: chance.choice(["${:,}", "EUR {:,}.00", "£{}", "{} million dollars", "{} euros"]).format(
            number
        ),
        "phone": lambda: chance.choice(["+44 20 7946 {:04}", "555-{:04}", "(0{}) 123 456", "07700 {:06}"]).format(
            number
        ),
        "email": lambda: mail,
        "card": lambda: "4929 1174 5524 " + f"{number:04}",
    }[slot]()


VALUES: dict[str, Callable[[random.Random], str]] = {
    "person": person,
    "first": first,
    "last": last,
    "initial": lambda chance: chance.choice("ABCDEFGHJKLMNPRSTW"),
    "city": city,
    "country": lambda chance: chance.choice(places.listed(places.COUNTRIES)),
    "state": lambda chance: chance.choice(places.listed(places.STATES)),
    "loc": loc,
    "org": org,
    "street": street,
    "zip": zip_code,
    "work": occupation,
    "nrp": lambda chance: chance.choice(places.listed(places.PEOPLES)),
}
ADDRESSES = (
    "{street}, {city}, {state} {zip}|{street}, {city} {zip}|{street}, {zip} {city}|{street}\n{city}\n{country}|{street}\n{city}, {state} {zip}|"
    "{street}\n{zip} {city}\n{country}|{street} {city} {state} {zip}|{street}\n {city}\n {country} {zip}|{street}, {city}, {country}|{street}, {city}"
).split("|")


@cache
def ordinary() -> tuple[list[str], list[str]]:
    """Sentences of starter data with a capital at the beginning alone, where no name can be; and common words."""
    found: set[str] = set()
    for path in sorted(STARTER_DATA.glob("*/goodfit_*/data/*/train.jsonl")):
        for line in path.open(encoding="utf-8"):
            for text in texts_in(json.loads(line)):
                found.update(part.strip() for part in re.split(r"\n|(?<=[.!?]) ", text) if nameless(part.strip()))
    return sorted(found), sorted(common_words())


def texts_in(value: object) -> Iterator[str]:
    """Every text in a record, but what is about it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (
            text
            for key, part in value.items()
            if key not in ("id", "slices", "label", "role")
            for text in texts_in(part)
        )
    elif isinstance(value, list):
        yield from (text for part in value for text in texts_in(part))


_HARMLESS = re.compile(
    r"[A-Z]{2,4}|I|I'm|I'll|I've|January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|"
    r"Jul|Aug|Sep|Oct|Nov|Dec|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|Supplier|Customer|Tenant|Landlord|Buyer|Seller|"
    r"Contractor|Employer|Agreement|Act|Services?|Goods|Party|Parties|Part|Fees?|Term|Total|Net|Cash|Table|Patient|Doctor|English"
)


def nameless(text: str) -> bool:
    """Whether a sentence can hold no name: only its first word, a known one, and harmless ones have a capital."""
    words = re.findall(r"[^\W\d_]+(?:['’][a-z]+)?", text)
    if not 2 <= len(words) <= 40 or "@" in text or "/" in text:
        return False
    common = common_words()
    return words[0].lower() in common and all(word.islower() or _HARMLESS.fullmatch(word) for word in words[1:])


@cache
def common_words() -> frozenset[str]:
    """Words that name nobody."""
    return frozenset(Path(__file__).with_name("common_words.txt").read_text("utf-8").split())


def sentence(chance: random.Random) -> str:
    """A sentence without a name: an ordinary one, or words that stand together by chance."""
    texts, words = ordinary()
    if chance.random() < 0.65:
        return chance.choice(texts)
    salad = [chance.choice(words) for _ in range(chance.randrange(2, 12))]
    kind = chance.random()
    if kind < 0.15:
        return " ".join(word.capitalize() for word in salad[:4])
    if kind < 0.25:
        return f"{salad[0].capitalize()}: {' '.join(salad[1:])}"
    said = " ".join(word + chance.choice(["", "", "", "", ",", "'s", " I", " -"]) for word in salad)
    return said.capitalize() + chance.choice([".", ".", "!", "?", "", "..."])


def record(chance: random.Random) -> dict[str, object]:
    """A text of one to three frames, with its spans."""
    text, spans = "", []
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        group = chance.choices(list(SHARE), list(SHARE.values()))[0]
        if group == "ORDINARY":
            text += (chance.choice([" ", " ", "\n"]) if text else "") + sentence(chance)
            continue
        frame = chance.choice([line for line in getattr(sentences, group).strip().split("\n") if line]).replace(
            "\\n", "\n"
        )
        frame = frame.replace("{address}", "{@}")
        while "{@}" in frame:
            frame = frame.replace("{@}", chance.choice(ADDRESSES), 1)
        text, spans = filled(frame, chance, text + (chance.choice([" ", " ", "\n"]) if text else ""), spans)
    kind = chance.random()
    if kind < 0.14:
        text = text.lower() if len(text.lower()) == len(text) else text
    elif kind < 0.18:
        text = text.upper() if len(text.upper()) == len(text) else text
    elif kind < 0.24 and text[-1] in ".!?":
        text = text[:-1]
        spans = [{**span, "end": min(span["end"], len(text))} for span in spans]
    return {"text": text, "spans": spans}


def filled(
    frame: str, chance: random.Random, text: str, spans: list[dict[str, object]]
) -> tuple[str, list[dict[str, object]]]:
    """Put a frame with its values behind a text."""
    place = 0
    for hit in re.finditer(r"\{(\w+)\}", frame):
        text += frame[place : hit.start()]
        place, slot = hit.end(), hit[1]
        if slot.lower() not in VALUES:
            text += plain_value(slot, chance)
            continue
        value = VALUES[slot.lower()](chance)
        value = value.upper() if slot.isupper() else value
        spans = [*spans, {"start": len(text), "end": len(text) + len(value), "label": TYPE_OF[slot.lower()]}]
        text += value
    return text + frame[place:], spans


def main(folder: Path, count: int) -> None:
    """Write train, validation and test: other frames' fillings, not other frames; real texts are measured elsewhere."""
    folder.mkdir(parents=True, exist_ok=True)
    for split, size in (("train", count), ("validation", count // 10), ("test", count // 10)):
        chance = random.Random(f"{SEED}:{split}")
        rows = [json.dumps({"id": f"{split}-{n}", **record(chance)}, ensure_ascii=False) + "\n" for n in range(size)]
        (folder / f"{split}.jsonl").write_text("".join(rows), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 8000)
