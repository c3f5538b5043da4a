"""Which provisions, statutes and cases a text cites, each in one spelling.

``clause 12.3(b)``, ``cl 12.3 (b)`` and ``Clauses 9 and 12.3(b)`` cite the same clause; ``§ 5``, ``Sec. 5`` and ``s 5``
the same section; so are ``§ 433 Abs. 1`` and ``§ 433(1)``. A clause and a section of one number are two provisions, for
a section is mostly a statute's. A source that has clause 12.3 has clause 12 as well, one that has clauses 9 to 12 has
clause 10, one that has clause 4(a) to (c) has clause 4(b), one that has Article 6(1) GDPR has Article 6 GDPR, and one
that has the Bribery Act 2010 has the Bribery Act. The hyphen of one section, clause or rule belongs to its number: UCC
``§ 2-107`` is no range; ``§§ 2-7``, ``§ 2–7`` and ``§ 433-435 BGB`` are. A case is cited by its parties, the words
beside the ``v`` without ``Ltd`` and the like, or by the word behind ``Re``, and by its report.
"""

import re
from collections.abc import Iterator, Sequence
from string import ascii_lowercase, ascii_uppercase
from typing import NamedTuple

SHORT = {
    "cl": "clause", "cls": "clauses", "s": "section", "ss": "sections", "sec": "section", "secs": "sections",
    "art": "article", "arts": "articles", "sch": "schedule", "sched": "schedule", "para": "paragraph",
    "paras": "paragraphs", "appendices": "appendixes", "§": "section", "§§": "sections",
}  # fmt: skip
SHORT_FORMS = re.compile(
    r"(?<![\w'’.])(cls?|secs?|arts?|sched|sch|paras?|appendices|(?-i:ss?)|ss?(?=\.)|§§?)\.?\s?(?=\d|\(\w)",
    re.IGNORECASE,
)
GERMAN_ONE = r"(\d{1,3}[a-z]?|[a-z]{1,2})\b"
GERMAN_INNER = re.compile(
    rf"(?:(?<=[\w)])\s(?:Abs\.|Absatz|Satz|Nr\.|lit\.)|(?<=[\d)])\sS\.)\s?{GERMAN_ONE}"
    rf"(?:\s?(?:bis|[-–])\s?{GERMAN_ONE})?"
)
"""``S.`` is a sentence behind a number: behind a word it may be a section."""
HYPHEN = "\u2011"
"""What is written for a hyphen that belongs to a number."""

INNER = r"(?:\s?\((?-i:[a-z]{1,2}|[ivxlc]+|[A-Z]|[IVXLC]+|\d{1,3}[A-Za-z]{0,2})\))"
DIGITS = rf"\d{{1,4}}[a-z]?(?:{HYPHEN}\d{{1,4}}[a-z]?)*(?:\.\d+)*"
ONE = rf"(?:{DIGITS}{INNER}*|{INNER}+|(?-i:[IVXLC]+|[A-Z](?:-?\d{{1,2}})?))(?!\w)"
JOINT = r"(?:,\s?(?:and\s|or\s)?|\s(?:and|or|to|through|bis|&|and/or)\s|\s?[-–]\s?)"
UP_TO = frozenset({"to", "through", "bis", "-", "–"})
ONE_SORT = re.compile(
    r"\b(clause|section|article|paragraph)(?=\s(\d+)\.\d[\w.()]*,?\s(?:and|or|to)\s\2\.\d)", re.IGNORECASE
)
"""A sort that stands once for several of one number: ``clause 4.1 or 4.2``; but ``clause 3 and 30 days``."""
CODES = "BGB|HGB|StGB|ZPO|StPO|GmbHG|AktG|InsO|UWG|KSchG|UStG|BDSG|GG|DSGVO|GDPR|ABGB|ZGB|FRCP|FRCrP|FRE|FRAP|FRBP"
FEDERAL = {"civ": "FRCP", "crim": "FRCrP", "evid": "FRE", "app": "FRAP", "bankr": "FRBP"}
FEDERAL_RULES = re.compile(
    rf"\b(?:Fed(?:eral|\.)\s?R(?:ules?|\.)\s(?:of\s)?|Fed\.R\.)(Civ|Crim|Evid|App|Bankr)[a-z]*\.?\s?"
    rf"(?:P(?:rocedure|\.)\s?)?({ONE})|\b(FRCP|FRCrP|FRE|FRAP|FRBP)\s({ONE})"
)
HYPHENED = re.compile(
    rf"\b(?:section|clause|rule)\s\d+[a-z]?(?:-\d+[a-z]?)+(?![\w.()]*\s(?-i:{CODES})\b)"
    rf"|\b(?:section|clause|rule)s\s(\d+)-\d+[a-z]?{INNER}*(?:{JOINT}\1-\d+[a-z]?{INNER}*)+",
    re.IGNORECASE,
)
"""One number with hyphens, or several that begin alike: ``§§ 2-107 and 2-108``."""

RECITALS = re.compile(rf"\brecitals?\s?\((?:\d{{1,3}}|[A-Z])\)(?:{JOINT}\((?:\d{{1,3}}|[A-Z])\))*", re.IGNORECASE)
PROVISIONS = re.compile(
    rf"\b(clause|section|article|rule|schedule|paragraph|part|annex|appendix|exhibit|attachment|chapter|recital)"
    rf"(?:(?:\s|(?=\())({ONE}(?:[-–]{ONE})?(?:(?<=\)){JOINT}{INNER}+)*)|(?:es|s)\s({ONE}(?:{JOINT}{ONE})*))"
    rf"(?:\s(?:of\sthe\s)?(?-i:({CODES})\b))?",
    re.IGNORECASE,
)
LETTERED = frozenset(
    {"article", "schedule", "part", "annex", "appendix", "exhibit", "attachment", "chapter", "recital"}
)
"""What is counted in letters or Roman numbers: ``Exhibit B``, ``Article IV``, but no ``clause A``."""
MOST_IN_A_RANGE = 200
ROMAN = (
    "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI", "XVII",
    "XVIII", "XIX", "XX",
)  # fmt: skip
CODED = re.compile(rf" (?:{CODES.lower()})$")

STATUTES = re.compile(
    r"\b((?:[A-Z][\w-]+ (?:(?:of|and|for|in) )*)+(?:Act|Code|Order|Regulations|Ordinance|Rules)),? (?:of )?(\d{4})\b"
)
WITHOUT_YEAR = re.compile(r"\b((?:[A-Z][\w-]+ (?:(?:of|and|for|in) )*)+(?:Act|Ordinance))\b(?!,? (?:of )?\d{4})")
OPENERS = re.compile(r"^(?:(?:The|This|That|Under|In|By|Of|See|Any|Each|No|An|A|Every|Such|For|And|But|If)\s)+")
UNION_LAW = re.compile(
    r"\b(Regulation|Directive|Decision) (?:\((?:EU|EC|EEC)\) )?(?:No\.? )?(\d{2,4}/\d{1,4})(?:/(?:EU|EC|EEC))?\b"
)
US_CODE = re.compile(
    r"\b(\d{1,2}) (U\.?\s?S\.?\s?C|C\.?\s?F\.?\s?R)\b\.? ?(?:§§?|[Ss]ec(?:tion|\.)|[Pp]art)? ?(\d+\w*(?:[.-]\w+)*)"
)
COMPANY = r"(?:,?(?: &)? (?:Inc|Ltd|Limited|plc|PLC|LLC|LLP|Corp|Co|GmbH|AG|SE|SA)\b\.?)"
PARTIES = re.compile(rf"\b([A-Z][\w'’-]*){COMPANY}*[.,]* (?:v|vs)\.? ([A-Z][\w'’-]*)")
CROWN = re.compile(
    r"\bR ?\((?:on the application of )?(?:the )?([A-Z][\w'’-]*)[^()]*\) (?:v|vs)\.? (?:the )?([A-Z][\w'’-]*)"
)
OF_A_LETTER = (
    "Your|Our|My|The|This|That|These|An|A(?! \\()|Clauses?|Sections?|Articles?|Paragraphs?|Schedules?|Rules?|Parts?"
    "|Invoices?|Letters?|Contracts?|Agreements?|Meetings?|Orders?|Claims?|Payments?|Lease|Notice|Request|Call|Complaint"
)
OF_A_CASE = rf"[^\n]*(?:{COMPANY}|\[\d{{4}}\]|\((?:No|[A-Z][a-z]*ren)\b)"
MATTERS = re.compile(
    rf"(?:\b[Ii]n re|(?<=[a-z,;(][ ])Re|(?<=[(“\"])Re|^\W*Re(?={OF_A_CASE})) (?!(?:{OF_A_LETTER})\b)"
    r"((?:(?:Estate|Marriage|Guardianship|Adoption|Application|Petition) of )?[A-Z][\w'’-]*)",
    re.MULTILINE,
)
"""``In re Sigma Finance``; what begins a line with ``Re`` may be the subject of a letter."""

REPORTS = re.compile(r"\[(\d{4})\] (\d+ )?([A-Z][A-Za-z.]*(?: [A-Z][A-Za-z.]*){0,2}) (\d+)\b")
COUNTED = r"\s\d+\s(?:dollars?|cents?|[mb]illion|states?|compan(?:y|ies)|firms?|people|citizens?|patents?)\b"
US_REPORTS = re.compile(
    rf"\b(\d{{1,3}}) (U\.\s?S\.|US(?=\s\d)(?!{COUNTED})|S\.\s?Ct\."
    r"|F\.(?:\s?(?:[23]d|4th|Supp\.(?:\s?[23]d)?))?|L\.\s?Ed\.(?:\s?2d)?)"
    r" ?(\d{1,4})\b"
)
UNION_CASES = re.compile(r"\b([CTF])[-\u2010\u2011\u2013](\d{1,4}/\d\d)\b")


class Cited(NamedTuple):
    """The citations of a text that a pattern found, and the text without them."""

    found: set[str]
    rest: str


def cited(text: str) -> set[str]:
    """The provisions, statutes and cases that a text cites, each once and in one spelling."""
    cases = _cases(text)
    statutes = _statutes(cases.rest)
    bracketed = GERMAN_INNER.sub(lambda inner: " to ".join(f"({end})" for end in inner.groups() if end), statutes.rest)
    written_out = SHORT_FORMS.sub(lambda form: f"{SHORT[form[1].lower()]} ", bracketed)
    plain = RECITALS.sub(lambda some: re.sub(r"\s?\((\w+)\)", r" \1", some[0]), ONE_SORT.sub(r"\1s", written_out))
    whole = HYPHENED.sub(lambda some: re.sub(r"(?<=\w)-(?=\d)", HYPHEN, some[0]), FEDERAL_RULES.sub(_federal, plain))
    return cases.found | statutes.found | set(_provisions(whole))


def uncited(text: str, source: str) -> set[str]:
    """What a text cites and its source does not have."""
    known = {start for citation in cited(source) for start in (citation, *_parents(citation))}
    return cited(text) - known


def _cases(text: str) -> Cited:
    """Parties, and the places where decisions are printed."""
    found = {f"{first} v {second}".lower() for first, second in PARTIES.findall(text)}
    found |= {f"r ({first}) v {second}".lower() for first, second in CROWN.findall(text)}
    found |= {f"re {name}".lower() for name in MATTERS.findall(text)}
    found |= {_spaced(f"[{year}]", volume, name, page) for year, volume, name, page in REPORTS.findall(text)}
    found |= {_spaced(*report) for report in US_REPORTS.findall(text)}
    found |= {f"case {court.lower()}-{number}" for court, number in UNION_CASES.findall(text)}
    return Cited(found, US_REPORTS.sub(" ", REPORTS.sub(" ", text)))


def _federal(rule: re.Match[str]) -> str:
    """A federal rule as a rule of a code: ``Fed. R. Civ. P. 12(b)`` is ``rule 12(b) FRCP``."""
    code = FEDERAL[rule[1].lower()] if rule[1] else rule[3]
    return f"rule {rule[2] or rule[4]} {code}"


def _statutes(text: str) -> Cited:
    """Statutes by name and year, or by name alone; the law of the Union and of the United States by its numbers."""
    found = {f"{OPENERS.sub('', name)} {year}" for name, year in STATUTES.findall(text)}
    found |= {name for full in WITHOUT_YEAR.findall(text) if " " in (name := OPENERS.sub("", full))}
    found |= {f"{sort.lower()} {number}" for sort, number in UNION_LAW.findall(text)}
    found |= {f"{_spaced(title, code)} § {number}" for title, code, number in US_CODE.findall(text)}
    return Cited(found, UNION_LAW.sub(" ", US_CODE.sub(" ", STATUTES.sub(" ", text))))


def _provisions(text: str) -> Iterator[str]:
    for sort, single, several, code in PROVISIONS.findall(text):
        numbers = _whole(re.findall(ONE, single or several, re.IGNORECASE))
        joints = re.split(ONE, single or several, flags=re.IGNORECASE)[1:]
        named = [number for number in numbers if _counts(number, sort)]
        ranges = [
            between
            for first, joint, last in zip(numbers, joints, numbers[1:], strict=False)
            if joint.strip().lower() in UP_TO
            for between in _between(first, last)
        ]
        for number in (*named, *(between for between in ranges if _counts(between, sort))):
            citation = f"{sort.lower()} {number.lower().replace(' ', '').replace(HYPHEN, '-')}"
            yield f"{citation} {code.lower()}" if code else citation


def _whole(numbers: list[str]) -> list[str]:
    """Numbers with what they leave out: ``(b)`` is 4(b) behind ``4(a)``."""
    whole: list[str] = []
    for number in numbers:
        stem, bracket, _ = whole[-1].rpartition("(") if whole else ("", "", "")
        whole.append(f"{stem}{number.strip()}" if bracket and number.strip()[0] == "(" else number)
    return whole


def _counts(number: str, sort: str) -> bool:
    """Whether a provision of this sort can have such a number; a letter needs a capital in both (``Part I``)."""
    return not number[0].isalpha() or (sort.lower() in LETTERED and sort[0].isupper())


def _between(first: str, last: str) -> list[str]:
    """What lies between two ends: ``9`` to ``12`` has 10 and 11, ``4.1`` to ``4.3`` 4.2, ``I`` to ``III`` II, and
    ``4(a)`` to ``4(c)`` 4(b)."""
    ends = [re.fullmatch(r"(.*?\(?)(\d+|[a-z]+|[A-Z]+)(\)?)", end.strip()) for end in (first, last)]
    if not ends[0] or not ends[1] or ends[0].group(1, 3) != ends[1].group(1, 3):
        return []
    before, low, behind = ends[0].groups()
    return [f"{before}{one}{behind}" for one in _counted_between(low, ends[1][2])]


def _counted_between(low: str, high: str) -> Sequence[str]:
    """The numbers, Roman numbers or letters between two."""
    if low.isdigit() and high.isdigit():
        between = range(int(low) + 1, int(high))
        return [str(number) for number in between] if len(between) < MOST_IN_A_RANGE else []
    for counted in (ROMAN, tuple(map(str.lower, ROMAN)), ascii_uppercase, ascii_lowercase):
        if low in counted and high in counted:
            return counted[counted.index(low) + 1 : counted.index(high)]
    return []


def _spaced(*parts: str) -> str:
    """Parts in small letters without points, with one space between them: ``347 us 483``."""
    return " ".join(re.sub(r"[.\s]", "", part).lower() for part in parts if part)


def _parents(citation: str) -> list[str]:
    """``clause 12`` and ``clause 12.3`` of ``clause 12.3(b)``, a statute without its year, ``section 5`` of a code.

    What belongs to a code is a parent with the code and without it.
    """
    parents = [citation[: joint.start()] for joint in re.finditer(r"[.(]| \w+$", citation)]
    code = CODED.search(citation)
    return [*parents, *(f"{parent}{code[0]}" for parent in parents)] if code else parents
