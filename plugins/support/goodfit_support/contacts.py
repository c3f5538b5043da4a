"""Whether a text holds a mail address or a telephone number: plain rules for the usual ways to write them.

A telephone number has its country code (``+49 30 1234567``), its area code in brackets (``(030) 1234567``), a zero in
front (``07700 900123``) or the groups of North America (``555-0142``, ``555 010 4477``). Groups of digits alone are
none: they may be sums, sizes or dates.
"""

import re

MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(
    r"(?<![\w#$€£.,+-])(?<!\d\d )"  # not in the middle of a sum, an order number or a payment card
    r"(?:(?:\+|00[1-9])\d{1,3}(?:[ ./-]?\(?\d{1,11}\)?){1,6}"
    r"|\((?:0\d{1,5}|\d{3})\)(?:[ ./-]?\d{2,8}){1,4}"
    r"|0[1-9]\d{0,4}[ /-]\d{3,8}(?:[ -]\d{2,6}){0,2}"
    r"|0[1-9]\d{8,10}"
    r"|0[1-9](?:[ .-]\d\d){4}"
    r"|(?:1[ .-])?[2-9]\d\d[ .-]\d{3}[ .-]\d{4}"
    r"|[2-9]\d\d[.-]\d{4})"
    r"(?![\w-]|[.,]\d)"
)
DIGITS = range(7, 16)
"""From a local number to the longest that ITU-T E.164 allows (15); a payment card has 16."""


def has_contact_details(text: str) -> bool:
    """Whether a text holds a mail address or a telephone number."""
    return MAIL.search(text) is not None or any(_has_its_digits(found[0]) for found in PHONE.finditer(text))


def _has_its_digits(candidate: str) -> bool:
    return sum(letter.isdigit() for letter in candidate) in DIGITS
