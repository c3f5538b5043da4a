"""Keys and passwords in training records: a model may learn them by heart, and whoever reads the run has them."""

from __future__ import annotations

import math
import re
from collections import Counter

from goodfit.hooks.types import DataFacts, Finding
from goodfit_quality.report import about

KEYS = re.compile(
    r"""-----BEGIN\ (?:[A-Z]+\ )*PRIVATE\ KEY-----
    |\b(?:AKIA|ASIA)[A-Z0-9]{16}\b
    |\bgh[pousr]_[A-Za-z0-9]{30,}\b|\bgithub_pat_[A-Za-z0-9_]{30,}\b|\bglpat-[\w-]{20,}
    |\bsk-(?:[a-z]+-)?[A-Za-z0-9_-]{20,}\b|\bhf_[A-Za-z0-9]{30,}\b|\bAIza[\w-]{35}\b
    |\bxox[abprs]-[A-Za-z0-9-]{10,}
    |\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}
    |\b[a-z][a-z0-9+]{2,15}://[^\s:/@]{1,64}:[^\s:/@]{3,64}@""",
    re.VERBOSE,
)
NAMED = re.compile(
    r"\b(?:pass(?:word|wd|phrase)?|secret|api[ _-]?key|access[ _-]?(?:key|token)|auth[ _-]?token)\b"
    r"\s*(?:is\b|[:=])\s*[\"']?(?P<value>[^\s\"',;]{8,128})",
    re.IGNORECASE,
)
LEAST_BITS = 2.8
"""Entropy of the characters of a value, in bits each, from which it is more likely a secret than a word."""


def secrets(facts: DataFacts) -> list[Finding]:
    """One finding for each split that has records with keys or passwords."""
    findings = []
    for split, records in facts.splits.items():
        rows = [record.id for record in records if has_secret(record.text) or has_secret(record.answer)]
        message = f"{split} records hold a key or a password"
        mend = "take them out of the files and change them: whoever has the data has them"
        findings += about("secret", message, rows, len(records), mend, "error", split=split)
    return findings


def has_secret(text: str) -> bool:
    """Whether a text has what looks like a key, or a value that it calls a password."""
    return bool(KEYS.search(text)) or any(_is_random(match["value"]) for match in NAMED.finditer(text))


def _is_random(value: str) -> bool:
    """Whether a value mixes letters with digits or signs, in no simple order."""
    kinds = sum(any(test(sign) for sign in value) for test in (str.isdigit, str.islower, str.isupper))
    kinds += any(not sign.isalnum() for sign in value.strip(".)"))
    counts = Counter(value)
    bits = -sum(count / len(value) * math.log2(count / len(value)) for count in counts.values())
    return kinds >= 2 and any(sign.isdigit() for sign in value) and bits >= LEAST_BITS
