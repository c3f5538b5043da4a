"""What a reply promises, and which of it the conversation's policy does not grant.

A promise is a clause, neither a question nor denied, that speaks of money back, of something given on top, of a time
or of fault. The policy is what the system messages say. A clause of it that speaks of the same thing and is not denied
grants it, as far as it has the same figures and days; a time is granted where the policy names it at all, save as one
at which nothing happens. These are plain rules for English: they find plain promises.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from goodfit.texts.figures import MONTH, Figure, grounds, stated

NO_COST = r"no (?:(?:extra|additional|further) )?(?:cost|charge)s?\b"
SORTS = {
    "refund": r"refund\w*(?! (?:policy|policies|rules?|form|team|department|request)\b)|money\b[^,]*\bback"
    r"|(?:paid|pay|paying|pays|give|gives|return\w*)\b[^,]*\bback\b|reimburse\w*|repa(?:y|id|ys|ying|yments?)\b"
    r"|credit(?:ed|ing)\b|(?:will|'ll|shall|can|may) credit\b|a credit (?:of|to your|on your)\b",
    "voucher": r"vouchers?|coupons?|gift cards?|store credit|credit note",
    "discount": r"discount\w*|\w+ ?(?:%|per ?cent) (?:off|less|cheaper)|[\d.,]+ (?:pounds |euros |dollars )?off\b"
    r"|reduc\w+",
    "gift": rf"free of charge|for free|{NO_COST}|(?:will not|won['’]t) be charged(?! (?:again|twice|until|before)\b)"
    r"|(?:we|i|shop|house)(?:['’]ll| will| shall| can)? (?:pays? for|(?:pays?|covers?) (?:the|your|all))\b"
    r"|sen[dt](?:ing)? (?:you |out )?(?:a|the) new (?:one|item|part|parcel|product)\b|on the house"
    r"|(?:is|are|be|it's) on us|compensat\w+|make it up to you"
    r"|goodwill|waiv(?:e|es|ed|ing)\b|replac(?:e|es|ed|ing|ements?)\b",
    "date": r"(?:will|'ll|shall|gets?|arrives?|comes?|takes?|calls?|answers?|sends?|sent|ready|repaired|paid|expect"
    r"|should (?:arrive|reach|come|be (?:with|there|here|back|ready|delivered)))\b"
    r".*\b{time}|{time}\b(?:(?!\band\b).)*\b(?:will|'ll|shall|gets?|arrives?|comes?|is|are)|within {time}",
    "fault": r"(?:our|my) (?:own )?(?:fault|mistake|negligence|error|oversight)|(?:we|i) (?:are|am|were|was) (?:\w+ )?"
    r"(?:liable|responsible|to blame|at fault|negligent)|(?:accept|take|took|assume|bear|admit)\w* (?:\w+ )?(?:the )?"
    r"(?:liability|responsibility|blame|fault)|(?:fault|mistake|error) (?:is|was) (?:\w+ )?(?:ours|mine)",
}
"""Sort of promise -> what a clause with such a promise says."""

DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday|today|tonight|tomorrow|immediately|at once|right away"
VAGUE = r"(?:next|this|few) (?:hours?|days?|weeks?|months?|weekend)"
DATE = rf"(?:\d+(?:st|nd|rd|th)? (?:of )?(?:{MONTH})|(?:{MONTH}) \d+)"
TIME = (
    rf"(?:{DAYS}|(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|few|next|this) (?:\w+ )?"
    rf"(?:hours?|days?|weeks?|months?|weekend|fortnights?)|{DATE})"
)
PATTERNS = {sort: re.compile(rf"\b(?:{words.replace('{time}', TIME)})", re.IGNORECASE) for sort, words in SORTS.items()}
HARMLESS = re.compile(
    r"\bno (?:problem|worries|doubt|trouble|matter|questions asked|later than|less than)\b"
    r"|\bnot (?:only|later than|less than)\b|\bnothing to worry\b"
    r"|\b(?:as|because|since) (?:(?!(?:that|if|when|whether|what|how|think|know|say|sure)\b)[\w'’]+ ){0,20}?"
    r"(?=(?:we|i)(?:['’](?:ll|m|re|ve)| will| am| are| have)\b)"
    r"|\byou(?:['’]d| would)? (?:like|want|wish)\b"
    r"(?=[^.;]*, which (?:we|i)\b[^,.;]*\b(?:arrang|issu|approv|process|grant|giv|send|sent|pay|paid|do|done)\w*)"
    r"|\bno need to (?!refund|reimburse|compensate|pay|replace)[^,.;:]*|\b(?:do not|don['’]t) (?:worry|hesitate)\b",
    re.IGNORECASE,
)
"""What sounds like a denial and denies no promise, a reason (``as it does not work I will``) among it."""
DENIED = re.compile(
    r"\b(?:never|nothing|nobody|neither|nor|none|cannot|unable|whether|decides?)\b"
    rf"|\b(?:not|\w+n['’]t)\b(?! be charged)|\b(?!{NO_COST})no\b"
    r"|\b(?:avoid|refus(?:e|es|ed)|declin(?:e|es|ed)|reject(?:s|ed)?|exclud(?:e|es|ed)|forbid(?:s|den)?|prohibited)\b"
    r"|\b(?:ruled out|out of the question|impossible|unavailable|approval|discretion|up to the manager)\b"
    r"|\bstop(?:s|ped)? (?:giving|offering|paying|granting|making)\b"
    r"|\bonly (?:an?|the|our) (?:\w+ )?(?:manager|supervisor|leader|director|team|workshop|head office)\b"
    r"|\byou(?:['’]d|['’]ve| would| had| have| did)? "
    r"(?:want|wish|like|ask|request|expect|hope|demand|prefer|need)(?:ed)?\b",
    re.IGNORECASE,
)
"""A clause with one of these refuses, or tells what somebody wants or another decides."""
PUT_ASIDE = re.compile(
    r"\b(?:instead of|rather than|in place of|in lieu of|without)\s+(?:(?!(?:we|i|they)\b)[\w'’]+\s+){0,3}$",
    re.IGNORECASE,
)
"""Stands before what is not given: ``a voucher instead of a``."""
CLAUSES = re.compile(r"(?<=[.!?;])\s+|,\s+(?=(?:but|and|so|yet|or)\b)")
PARTS = re.compile(
    r",\s+(?=(?:i|we|you|he|she|they|it|this|that|there|here|only|closed)\b)|,?\s+but\s+"
    r"|\s+and\s+(?=(?:we|i)(?:['’](?:ll|m|re|ve)|\s(?:will|am|are|have))\b)",
    re.IGNORECASE,
)
"""Where a clause goes on with a new subject: a denial holds up to there."""
ASKED = re.compile(
    r"\W*(?:(?:(?:can|could|would) you )?please\b(?! (?:note|expect|know|be assured|rest assured)\b)"
    r"|(?:send|return|reply|answer|write|call|let us|tell us)\b)"
    r"(?!.*(?:\b(?:will|shall|gets?|arrives?|comes?|takes?)\b|['’]ll\b))",
    re.IGNORECASE,
)
"""Begins a part that asks the customer for something: its time is no promise."""
IDLE = re.compile(
    r"\b(?:closed|holidays?|on strike)\b"
    r"|\b(?:no|not|never|\w+n['’]t)\b.*\b(?:deliver|ship|send|sent|dispatch|open|work|answer|call|arrive|come)",
    re.IGNORECASE,
)
"""Says that nothing happens at a time."""
IN_FULL = re.compile(
    r"\b(?:in full|full (?:amount|price|refund|sum)|(?:whole|entire) (?:amount|price|sum)|every (?:cent|penny))\b"
    r"|\b100 ?%",
    re.IGNORECASE,
)
IN_PART = re.compile(r"\d ?%|\bper ?cent\b|\bhalf\b|\bpart(?:ial|ly)?\b|\bup to\b|\bdifference\b", re.IGNORECASE)
NAMED_DAYS = re.compile(rf"\b({DAYS}|{VAGUE})s?\b", re.IGNORECASE)
NAMED_DATES = re.compile(rf"\b{DATE}\b", re.IGNORECASE)


def promises(text: str) -> Iterator[tuple[str, str]]:
    """(sort, clause) of every promise in a text."""
    for clause in CLAUSES.split(text):
        if not clause.rstrip().endswith("?"):
            yield from ((sort, clause) for sort in SORTS if any(_promises(sort, part) for part in PARTS.split(clause)))


def unbacked(messages: Sequence[Mapping[str, str]], answer: str) -> list[str]:
    """The sorts of the promises in an answer that the policy does not grant, once for each such promise.

    Args:
        messages: The conversation; what its system messages say is the policy.
        answer: The reply that is judged.
    """
    policy = "\n".join(message["content"] for message in messages if message["role"] == "system")
    return [sort for sort, clause in promises(answer) if not _is_granted(sort, clause, policy)]


def _promises(sort: str, part: str) -> bool:
    """Whether a part of a clause makes a promise of a sort, and neither denies it, puts it aside, nor asks for it."""
    said = HARMLESS.sub("", part)
    if DENIED.search(said) or (sort == "date" and ASKED.match(said)):
        return False
    return any(not PUT_ASIDE.search(said[: match.start()]) for match in PATTERNS[sort].finditer(said))


def _is_granted(sort: str, clause: str, policy: str) -> bool:
    """Whether a policy grants a promise, with its figures and times."""
    grants = [granting for granted, granting in promises(policy) if granted == sort]
    if IN_FULL.search(clause) and sort == "refund":
        grants = [granting for granting in grants if not IN_PART.search(granting)]
    times, known = _times(clause), _times_of(policy)
    sums = {figure for figure in stated(clause) if figure.kind in ("money", "percent")}
    return bool(grants or (sort == "date" and times)) and times <= known and sums <= grounds(policy)


def _times_of(policy: str) -> set[object]:
    """The times that a policy names, without those at which nothing happens."""
    parts = [part for clause in CLAUSES.split(policy) for part in PARTS.split(clause)]
    return {time for part in parts if not IDLE.search(part) for time in _times(part)}


def _times(text: str) -> set[object]:
    """The periods and dates that a text names; ``today`` and days of the week are among them."""
    text = re.sub(r"\b(?:an? |one )?fortnight\b", "two weeks", text, flags=re.IGNORECASE)
    text = re.sub(r"\ban? (?=(?:hour|day|week|month|year)\b)", "one ", text, flags=re.IGNORECASE)
    days = {day.lower() for day in NAMED_DAYS.findall(text)}
    dates = {_plain(date) for date in NAMED_DATES.findall(text)}
    return days | dates | _periods(text)


def _periods(text: str) -> set[Figure]:
    return {figure for figure in stated(text) if figure.kind in ("period", "date")}


def _plain(date: str) -> str:
    """``5th of March`` and ``March 5`` as ``5 march``."""
    words = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b|\bof\b", "", date.lower()).split()
    return " ".join(sorted(words))
