"""The invented firms, persons, sums, dates and numbers that fill the slots of a frame."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

CENT = Decimal("0.01")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip

# Two pools: the second one is drawn from in the test split only, so that no name can be learnt by heart.
FIRM_HEADS = (
    "Quillmere", "Ostrin", "Pellworth", "Tamblyn", "Corrigane", "Fenwold", "Marrowick", "Sandhallow", "Jorvale",
    "Brackmoor", "Ellingrove", "Varnholt", "Dunscar", "Oakenby", "Lantry", "Hexmoor", "Sellwick", "Arrandale",
)  # fmt: skip
FIRM_HEADS_TEST = (
    "Thistlecroft",
    "Wendlebury",
    "Kaldermann",
    "Iverstone",
    "Ruskholm",
    "Novarra",
    "Yelverd",
    "Zandhoek",
)
FIRM_TRADES = (
    "Packaging", "Office Supplies", "Logistics", "Cleaning Services", "Electrics", "Catering", "Timber", "Printing",
    "Software", "Glass", "Instruments", "Facilities", "Security", "Textiles", "Laboratory", "Components",
)  # fmt: skip
FIRM_FORMS = ("Ltd", "GmbH", "LLP", "Inc.", "plc", "B.V.", "AG", "S.A.", "& Sons")
HER_NAMES = ("Amara", "Ines", "Priya", "Leila", "Noor", "Celeste", "Maren", "Greta")
HIS_NAMES = ("Felix", "Tomas", "Gareth", "Otto", "Hugo", "Rafael", "Jonas", "Emeka")
LAST_NAMES = (
    "Okonjo",
    "Brandt",
    "Calder",
    "Novak",
    "Raman",
    "Pryce",
    "Haddad",
    "Lindner",
    "Vasquez",
    "Moreau",
    "Olsen",
)
CITIES = (
    "Leeds",
    "Cork",
    "Basel",
    "Lyon",
    "Toronto",
    "Hamburg",
    "Perth",
    "Antwerp",
    "Porto",
    "Gdansk",
    "Turin",
    "Malmo",
)
STREETS = ("Mill Lane", "Station Road", "Harbour Street", "Kiln Way", "Orchard Row", "Canal Walk", "Foundry Yard")
FIRST_DAY = date(2023, 1, 2)


def trade_name(rng: Random, split: str) -> str:
    """A company's name without its legal form; most heads in the test split are in no training text."""
    heads = FIRM_HEADS_TEST if split == "test" and rng.random() < 0.6 else FIRM_HEADS
    return f"{rng.choice(heads)} {rng.choice(FIRM_TRADES)}"


def firm(rng: Random, split: str) -> str:
    """A company's full name."""
    return f"{trade_name(rng, split)} {rng.choice(FIRM_FORMS)}"


def person(rng: Random, first_names: Sequence[str] = HER_NAMES + HIS_NAMES) -> str:
    """First and last name of an invented person."""
    return f"{rng.choice(first_names)} {rng.choice(LAST_NAMES)}"


def phone(rng: Random) -> str:
    """A number of the range that is kept free for fiction."""
    return f"555-01{rng.randint(0, 99):02}"


def spread_amount(rng: Random, low: float, high: float) -> Decimal:
    """An amount whose logarithm (base 10) is spread evenly between two bounds, as in real books."""
    return Decimal(str(10 ** rng.uniform(low, high))).quantize(CENT)


def grouped(amount: Decimal, continental: bool = False) -> str:
    """``1,250.00``, or ``1.250,00``."""
    text = f"{amount:,.2f}"
    return text.translate(str.maketrans(",.", ".,")) if continental else text


def round_sum(rng: Random) -> str:
    """A sum as people say it: ``4,800``."""
    return f"{rng.randint(2, 99) * rng.choice([10, 50, 100, 250, 1000]):,}"


def day(rng: Random, days: int = 1000) -> date:
    """A day after the start of 2023."""
    return FIRST_DAY + timedelta(days=rng.randrange(days))


def written_day(value: date, style: str) -> str:
    """A date in one of the ways of ``DAY_STYLES``."""
    month = MONTHS[value.month - 1]
    return {
        "long": f"{value.day} {month} {value.year}",
        "short": f"{value.day:02} {month[:3]} {value.year}",
        "iso": value.isoformat(),
        "dotted": f"{value:%d.%m.%Y}",
        "american": f"{month} {value.day}, {value.year}",
    }[style]


DAY_STYLES: Sequence[str] = ("long", "short", "iso", "dotted", "american")
