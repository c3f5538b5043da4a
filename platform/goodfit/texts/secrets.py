"""Keys and passwords in a text: told from talk of them, and taken out."""

from __future__ import annotations

import functools
import math
import os
import re
from collections import Counter
from collections.abc import Container, Mapping

WEB_TOKEN = r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}"
TOKEN = "|".join(
    [
        r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
        r"\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{30,}|\bglpat-[\w-]{16,}",
        r"\b(?:sk|pk|rk)[-_](?:(?:live|test|proj)[-_]?|(?=[A-Za-z]*\d))[A-Za-z0-9]{16,}|\bsk-(?=[\w-]{0,64}\d)[\w-]{20,}\b",
        r"\bhf_[A-Za-z0-9]{20,}|\bnpm_[A-Za-z0-9]{20,}|\bAIza[\w-]{30,}|\bxox[abprs]-[\w-]{10,}",
    ]
)
"""Keys of AWS, GitHub, GitLab, Stripe, OpenAI and the like, Hugging Face, npm, Google, Slack: the kinds of
https://github.com/Yelp/detect-secrets that have a form of their own."""

KEYS = re.compile(
    rf"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----|{TOKEN}|{WEB_TOKEN}"
    r"|(?i:\b[a-z][a-z0-9+.-]{1,15}://[^\s:/@]{0,64}:(?!password@|\d{1,5}/)[^\s@]{3,64}@)"
    r"|(?i:(?:(?<=[?&]sig=)|(?<=[?&]signature=)|(?<=-signature=)|(?<=-security-token=))[\w%+/=.~-]{16,})"
)
"""Private keys, keys of services, web tokens, addresses with a password, and what signs an address: who has that, reads
what lies there (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html, and Azure's ``sig``)."""

NAMED = re.compile(
    r"(?<![^\W_])(?:pass(?:word|wd|phrase)?|pwd|secret|(?:api|access|account|secret)[ _-]?key|"
    r"(?:(?:access|auth)[ _-]?)?token)\b"
    r"\s*(?:is\b|[:=])\s*[\"']?(?P<value>[^\s\"',;]{8,128})",
    re.IGNORECASE,
)
LEAST_BITS = 2.8
"""Entropy of the characters of a value, in bits each, from which it is more likely a secret than a word."""

IN_ENVIRONMENT = re.compile(r"(?:TOKEN|KEY|SECRET|PASSWORD|PASSWD|CREDENTIALS?)$")
"""What names of variables with a secret end in."""
LEAST_LETTERS = 12
"""A shorter value of such a variable is more likely a switch."""
MAY_NAME = re.compile(r"(?!GOODFIT_).*(?:TOKEN|KEY)$", re.DOTALL)
"""Variables of these that may hold a name as well: of a project, a sort of record, a sign."""
WORD = r"(?:[A-Z]?[a-z]+|[A-Z]+)"
NAME = re.compile(rf"(?=.{{1,20}}$){WORD}(?:[._/-]{WORD})?")
"""A name of one word or two, no longer than goodfit's own; a passphrase has more of them. It may be written into a
config, and is left out of what is printed all the same."""

GONE = "[secret]"


def has_secret(text: str) -> bool:
    """Whether a text has what looks like a key, or a value that it calls a password."""
    return bool(KEYS.search(text)) or any(_is_random(match["value"]) for match in NAMED.finditer(text))


def secret_variable(text: str, known: Container[str] = ()) -> str | None:
    """The variable of this process's environment whose secret a text has.

    Args:
        text: Which.
        known: What is no secret, whatever variable holds it.
    """
    own = _own(tuple(os.environ.items()))
    held = ((value, name) for value, name in own.items() if value in text and value not in known)
    return next((name for value, name in held if not (MAY_NAME.match(name) and NAME.fullmatch(value))), None)


def redact(text: str) -> str:
    """The text with ``[secret]`` for every secret, those of this process's environment among them."""
    for value in _own(tuple(os.environ.items())):
        text = text.replace(value, GONE)
    text = KEYS.sub(GONE, text)
    return NAMED.sub(
        lambda match: match[0].replace(match["value"], GONE) if _is_random(match["value"]) else match[0], text
    )


@functools.lru_cache(maxsize=1)
def _own(environment: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    """Values of variables that are called secrets, as they are and as Python's errors write them, the longest first;
    and the variables."""
    values = {value: name for name, value in environment if IN_ENVIRONMENT.search(name) and len(value) >= LEAST_LETTERS}
    written = {repr(value)[1:-1]: name for value, name in values.items()} | values
    return {value: written[value] for value in sorted(written, key=len, reverse=True)}


def _is_random(value: str) -> bool:
    """Whether a value mixes letters with digits or signs, in no simple order."""
    kinds = sum(any(test(sign) for sign in value) for test in (str.isdigit, str.islower, str.isupper))
    kinds += any(not sign.isalnum() for sign in value.strip(".)"))
    counts = Counter(value)
    bits = -sum(count / len(value) * math.log2(count / len(value)) for count in counts.values())
    return kinds >= 2 and any(sign.isdigit() for sign in value) and bits >= LEAST_BITS
