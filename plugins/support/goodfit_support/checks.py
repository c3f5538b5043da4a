"""Which messages hold contact details, so that somebody decides before a model learns them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from goodfit.hooks.types import Finding

MAX_IDS = 20

MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")

PHONE = re.compile(
    r"(?<![\w#$€£.,+-])"  # not in the middle of an amount or an order number
    r"(?:\+\d{8,15}"
    r"|(?:\+\d{1,3}[ .-]?)?(?:\(\d{2,5}\)[ .-]?)?\d{2,5}(?:[ .-]\d{2,5}){1,4})"
    r"(?![\w-])"
)
DATE = re.compile(r"\d{4}-\d\d-\d\d|\d\d?[.-]\d\d?[.-]\d{4}")
PHONE_DIGITS = range(7, 16)
"""From a local number to the longest that ITU-T E.164 allows (15); a payment card has 16."""


def has_contact_details(text: str) -> bool:
    """Whether a text holds a mail address or a phone number written in groups or with its country code."""
    return MAIL.search(text) is not None or any(_is_phone(found[0]) for found in PHONE.finditer(text))


def contact_details(splits: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Finding]:
    """Warn once per split that has messages with contact details.

    Args:
        splits: Split -> records with ``id`` and ``text``.

    Returns:
        Findings with the count and at most 20 ids, never a text.
    """
    found = {split: _ids(records) for split, records in splits.items()}
    return [_finding(split, ids, len(splits[split])) for split, ids in found.items() if ids]


def _ids(records: Iterable[Mapping[str, Any]]) -> list[str]:
    return [str(record["id"]) for record in records if has_contact_details(record["text"])]


def _is_phone(candidate: str) -> bool:
    digits = sum(letter.isdigit() for letter in candidate)
    return digits in PHONE_DIGITS and not DATE.fullmatch(candidate)


def _finding(split: str, ids: list[str], size: int) -> Finding:
    return Finding(
        severity="warning",
        code="support.contact_details",
        message=f"{len(ids)} of {size} {split} messages hold a mail address or a phone number",
        figure=float(len(ids)),
        evidence={"split": split, "count": len(ids), "ids": ids[:MAX_IDS]},
    )
