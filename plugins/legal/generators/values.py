"""The invented people, sums, dates, periods and legal systems that fill the slots of a frame."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

ONES = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
MONTHS = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
]  # fmt: skip

# Two pools: the second one is drawn from in the test split only, so that no name can be learnt by heart.
NAME_HEADS = [
    "Harlow", "Meridian", "Ostrava", "Brackwell", "Tamarind", "Kestrel", "Lindqvist", "Ashgrove", "Bellweather",
    "Corvane", "Dunmore", "Eastholm", "Fairmead", "Greystoke", "Halcyon", "Ironbridge", "Juniper", "Kingsmere",
    "Larkfield", "Montclair", "Northgate", "Oakhurst", "Penrose",
]  # fmt: skip
NAME_HEADS_TEST = [
    "Quillon", "Ravensby", "Silvermere", "Thornbury", "Umberleigh", "Vantage", "Wexcombe", "Yarrow", "Zephyrine",
    "Alderney",
]  # fmt: skip
NAME_TAILS = [
    "Brothers", "Foundry", "Glass", "Logistics", "Estates", "Textiles", "Instruments", "Dairy", "Marine", "Software",
    "Catering", "Timber", "Analytics", "Packaging", "& Sons", "Property Partners", "Engineering", "Pharma",
]  # fmt: skip
NAME_FORMS = ["Limited", "Ltd", "LLP", "GmbH", "plc", "Inc.", "S.A.", "B.V.", "LLC", "AG"]
FIRST_NAMES = [
    "Amara", "Felix", "Ines", "Tomas", "Priya", "Gareth", "Leila", "Otto", "Noor", "Celeste", "Hugo", "Maren",
]  # fmt: skip
WOMEN = frozenset({"Amara", "Ines", "Priya", "Leila", "Noor", "Celeste", "Maren"})
LAST_NAMES = [
    "Okonjo", "Brandt", "Calder", "Novak", "Raman", "Pryce", "Haddad", "Lindner", "Vasquez", "Moreau", "Tanaka",
    "Olsen",
]  # fmt: skip

PLACES = {
    "England and Wales": "English", "Scotland": "Scots", "the Republic of Ireland": "Irish", "Singapore": "Singapore",
    "Switzerland": "Swiss", "France": "French", "the State of New York": "New York", "Germany": "German",
    "the Province of Ontario": "Ontario", "New Zealand": "New Zealand",
}  # fmt: skip
PLACES_TEST = {"the State of Delaware": "Delaware", "the Netherlands": "Dutch", "Jersey": "Jersey", "Japan": "Japanese"}
CURRENCIES = [("£", "GBP", "pounds"), ("€", "EUR", "euros"), ("US$", "USD", "dollars"), ("CHF ", "CHF", "francs")]
PERIODS = [
    (7, "day"), (10, "day"), (14, "day"), (21, "day"), (28, "day"), (30, "day"), (45, "day"), (60, "day"), (90, "day"),
    (5, "Business Day"), (10, "Business Day"), (15, "working day"), (2, "week"), (4, "week"), (6, "week"), (8, "week"),
    (1, "month"), (2, "month"), (3, "month"), (4, "month"), (6, "month"), (9, "month"), (12, "month"), (18, "month"),
    (24, "month"), (36, "month"), (2, "year"), (3, "year"), (4, "year"), (5, "year"), (7, "year"), (10, "year"),
]  # fmt: skip
UP_TO_A_YEAR = PERIODS[:23]


@dataclass(frozen=True)
class Contract:
    """One kind of contract and the words that its drafter defined. ``payer`` owes ``fee`` to ``provider``."""

    name: str
    provider: str
    payer: str
    agreement: str
    subject: str
    fee: str


CONTRACTS = [
    Contract("lease", "the Landlord", "the Tenant", "this Lease", "the Property", "the Rent"),
    Contract("services", "the Supplier", "the Customer", "this Agreement", "the Service", "the Service Charge"),
    Contract("supply", "the Seller", "the Buyer", "this Contract", "the Equipment", "the Price"),
    Contract("loan", "the Lender", "the Borrower", "this Deed", "the Facility", "the Interest"),
    Contract("licence", "the Licensor", "the Licensee", "this Licence", "the Software", "the Royalty"),
    Contract("consultancy", "the Consultant", "the Company", "this Agreement", "the Engagement", "the Fee"),
    Contract("distribution", "the Principal", "the Distributor", "this Agreement", "the Range", "the Commission"),
    Contract("construction", "the Contractor", "the Employer", "this Contract", "the Project", "the Contract Sum"),
]


def in_words(number: int) -> str:
    """English words of a number below one million, as in a cheque: ``12500`` is ``twelve thousand five hundred``."""
    if number < 20:
        return ONES[number]
    if number < 100:
        return TENS[number // 10] + (f"-{ONES[number % 10]}" if number % 10 else "")
    size, word = (100, "hundred") if number < 1000 else (1000, "thousand")
    rest = number % size
    joint = " and " if rest < 100 else " "
    return f"{in_words(number // size)} {word}" + (joint + in_words(rest) if rest else "")


def company(rng: Random, unseen: bool) -> str:
    """A company's name; ``unseen`` draws from the heads that no training text has."""
    head = rng.choice(NAME_HEADS_TEST if unseen else NAME_HEADS)
    return f"{head} {rng.choice(NAME_TAILS)} {rng.choice(NAME_FORMS)}"


def person(rng: Random) -> str:
    """First and last name of an invented person."""
    return f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}"


def titled_person(rng: Random, titles: Sequence[str]) -> str:
    """First and last name behind one of the titles; ``Mr`` and ``Ms`` go with the first name."""
    title, name = rng.choice(titles), person(rng)
    if title in ("Mr ", "Ms "):
        title = "Ms " if name.split()[0] in WOMEN else "Mr "
    return title + name


def sum_of_money(rng: Random, unseen: bool) -> tuple[str, str]:
    """The same sum twice: as lawyers spell it (one of several ways) and as a plain text does."""
    sign, code, noun = rng.choice(CURRENCIES)
    value = rng.randint(2, 99) * rng.choice([250, 500, 1000, 2500, 5000])
    plain = f"{sign}{value:,}"
    spelt = [plain, f"{code} {value:,}", f"{code} {value:,}.00", f"{in_words(value)} {noun} ({plain})"]
    return rng.choice([*spelt, f"{value:,} {noun}"] if unseen else spelt), plain


def period(rng: Random, choices: Sequence[tuple[int, str]] = PERIODS) -> tuple[str, str]:
    """The same period twice: as lawyers spell it (one of several ways) and as a plain text does."""
    count, unit = rng.choice(choices)
    unit += "s" if count > 1 else ""
    return rng.choice([f"{count} {unit}", f"{in_words(count)} ({count}) {unit}", f"{in_words(count)} {unit}"]), (
        f"{count} {unit}" if count > 1 else f"one {unit}"
    )


def day(rng: Random) -> tuple[str, str]:
    """The same date twice: as lawyers write it (one of several ways) and as a plain text does."""
    number, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(2021, 2034)
    ending = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd"}.get(number, "th")
    plain = f"{number} {MONTHS[month - 1]} {year}"
    long = f"the {number}{ending} day of {MONTHS[month - 1]} {year}"
    american = f"{MONTHS[month - 1]} {number}, {year}"
    return rng.choice([plain, plain, long, american, f"{number:02}.{month:02}.{year}"]), plain


def legal_system(rng: Random, unseen: bool) -> tuple[str, str]:
    """A legal system as a contract names it, and the place whose law it is."""
    places = PLACES_TEST if unseen else PLACES
    place = rng.choice(list(places))
    return rng.choice([f"the laws of {place}", f"the law of {place}", f"{places[place]} law"]), place
