"""Which provisions a text cites: clauses, sections and schedules by their numbers, statutes by name and year.

``clause 12.3(b)``, ``cl. 12.3 (b)`` and ``Clauses 9 and 12.3(b)`` cite the same clause. A clause and a section of one
number are two provisions, for a section is mostly a statute's. A source that has clause 12.3 has clause 12 as well.
"""

import re

SHORT = {"cl": "clause", "s": "section", "ss": "sections", "art": "article", "sch": "schedule", "para": "paragraph"}
SHORT_FORMS = re.compile(rf"\b({'|'.join(SHORT)})\.\s?(?=\d)", re.IGNORECASE)
ONE = r"\d{1,3}[a-z]?(?:\.\d+)*(?:\s?\(\w{1,3}\))*(?!\w)"
PROVISIONS = re.compile(
    rf"\b(clause|section|article|schedule|paragraph|part|annex|appendix)"
    rf"(?:\s({ONE})|s\s({ONE}(?:(?:,\s|,?\s(?:and|or|to)\s){ONE})*))",
    re.IGNORECASE,
)
STATUTES = re.compile(r"\b((?:[A-Z]\w+ (?:(?:of|and|for|in) )*)+(?:Act|Code|Order|Regulations|Ordinance)),? (\d{4})\b")


def cited(text: str) -> set[str]:
    """The provisions and statutes that a text cites, each once and in one spelling."""
    statutes = {f"{name.removeprefix('The ')} {year}" for name, year in STATUTES.findall(text)}
    provisions: set[str] = set()
    for sort, single, several in PROVISIONS.findall(SHORT_FORMS.sub(lambda form: f"{SHORT[form[1].lower()]} ", text)):
        numbers = re.findall(ONE, (single or several).lower())
        provisions |= {f"{sort.lower()} {number.replace(' ', '')}" for number in numbers}
    return statutes | provisions


def uncited(text: str, source: str) -> set[str]:
    """What a text cites and its source does not have."""
    known = {start for citation in cited(source) for start in (citation, *_parents(citation))}
    return cited(text) - known


def _parents(citation: str) -> list[str]:
    """``clause 12`` and ``clause 12.3`` of ``clause 12.3(b)``."""
    return [citation[: joint.start()] for joint in re.finditer(r"[.(]", citation)]
