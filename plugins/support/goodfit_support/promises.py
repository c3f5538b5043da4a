"""What a reply promises, and which of it the conversation's policy does not grant.

A promise is a clause, neither a question nor denied, that speaks of money back, of something given on top, of a time
or of fault. The policy is what the system messages say. A clause of it that speaks of the same thing and is not denied
grants it, as far as it has the same figures and days; a time is granted where the policy names it at all. These are
plain rules for English: they find plain promises.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from goodfit.texts.figures import MONTH, grounds, stated

SORTS = {
    "refund": r"refund\w*|money\b[^,]*\bback|(?:paid|pay|paying|pays|give|gives|return\w*)\b[^,]*\bback\b|reimburse\w*",
    "voucher": r"vouchers?|gift cards?|store credit|credit note",
    "discount": r"discount\w*|\d+ ?% off|reduc\w+",
    "gift": r"free of charge|for free|at no cost|on the house|compensat\w+|make it up to you|goodwill",
    "date": r"(?:will|'ll|shall|gets?|arrives?|comes?|takes?|calls?|answers?|sends?|sent|ready|repaired|paid)\b"
    r".*\b{time}|{time}\b.*\b(?:will|'ll|shall|gets?|arrives?|comes?|is|are)",
    "fault": r"(?:our|my) (?:own )?(?:fault|mistake|negligence)|(?:we|i) (?:are|am|were|was) (?:\w+ )?"
    r"(?:liable|responsible|to blame|at fault|negligent)|accept (?:\w+ )?(?:liability|responsibility|the blame)",
}
"""Sort of promise -> what a clause with such a promise says."""

DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday|today|tonight|tomorrow|immediately|at once|right away"
TIME = (
    rf"(?:{DAYS}|(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|few|next|this) (?:\w+ )?"
    rf"(?:hours?|days?|weeks?|months?|weekend)|\d+ (?:{MONTH})|(?:{MONTH}) \d+)"
)
PATTERNS = {sort: re.compile(rf"\b(?:{words.replace('{time}', TIME)})", re.IGNORECASE) for sort, words in SORTS.items()}
DENIED = re.compile(
    r"\b(?:not|no|never|nothing|neither|nor|none|cannot|unable|whether|decides?|\w+n['’]t)\b"
    r"|\bwithout (?:an? |any |the )?(?:refund|voucher|money|compensation)",
    re.IGNORECASE,
)
CLAUSES = re.compile(r"(?<=[.!?;])\s+|,\s+(?=(?:but|and|so|yet|or)\b)")
NAMED_DAYS = re.compile(rf"\b(?:{DAYS})\b", re.IGNORECASE)
NAMED_DATES = re.compile(rf"\b(?:\d+ (?:{MONTH})|(?:{MONTH}) \d+)\b", re.IGNORECASE)


def promises(text: str) -> Iterator[tuple[str, str]]:
    """(sort, clause) of every promise in a text."""
    for clause in CLAUSES.split(text):
        if not clause.rstrip().endswith("?") and not DENIED.search(clause):
            yield from ((sort, clause) for sort, pattern in PATTERNS.items() if pattern.search(clause))


def unbacked(messages: Sequence[Mapping[str, str]], answer: str) -> list[str]:
    """The sorts of the promises in an answer that the policy does not grant, once for each such promise.

    Args:
        messages: The conversation; what its system messages say is the policy.
        answer: The reply that is judged.
    """
    policy = "\n".join(message["content"] for message in messages if message["role"] == "system")
    granted = {sort for sort, _ in promises(policy)}
    figures, times = grounds(policy), _times(policy)
    return [
        sort
        for sort, clause in promises(answer)
        if not (sort in granted or (sort == "date" and _times(clause)))
        or not _times(clause) <= times
        or not {figure for figure in stated(clause) if figure.kind in ("money", "percent")} <= figures
    ]


def _times(text: str) -> set[object]:
    """The periods and dates that a text names; ``today`` and days of the week are among them."""
    days = {day.lower() for day in NAMED_DAYS.findall(text)}
    dates = {" ".join(sorted(date.lower().split())) for date in NAMED_DATES.findall(text)}
    return days | dates | {figure for figure in stated(text) if figure.kind in ("period", "date")}
