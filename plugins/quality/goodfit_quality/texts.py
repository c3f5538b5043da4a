"""Texts that a model should not learn from: damaged, empty of content, far too long or short, in another language."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from goodfit.hooks.types import DataFacts, Finding, RecordView
from goodfit_quality.language import language_of
from goodfit_quality.no_value import is_no_value
from goodfit_quality.report import about

BROKEN = re.compile("[\ufffd\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""The sign that stands for bytes which were no text, and control characters."""
LIKELY = re.compile(
    "[\u00a0-\u017f\u2000-\u206f\u20ac\u2122]|[\u0370-\u06ff\u0900-\u0dff\u3000-\u9fff\uac00-\ud7af]{2}"
)
"""What a wrong reading of UTF-8 takes apart: accented letters, dashes, quotes, the euro; or a word of a script."""
FOREIGN = re.compile(r"[^\x00-\x7f]{2,}")
MARKUP = re.compile(
    r"&(?:amp|lt|gt|quot|nbsp|#\d{1,5});|</?(?:br|p|div|span|td|tr|li|ul|b|i)\b[^>]{0,80}>", re.IGNORECASE
)
FILLER = re.compile(
    r"(?:lorem ipsum.*|n/?a|none|null|nil|tbd|todo|test(?:ing)?|asdf\w*|x{2,}|[\W_]*)", re.IGNORECASE | re.DOTALL
)

FAR = 6.0
"""Robust standard deviations of the logarithm of the length from which a text is an outlier: of a normal distribution,
one in a thousand million."""
MAIN_LANGUAGE = 0.8
"""Share of the records that have to be in one language before the others are foreign to the data."""


def texts(facts: DataFacts) -> list[Finding]:
    """Findings about the inputs of the training records."""
    train = facts.splits["train"]
    count = len(train)
    damaged = [record.id for record in train if is_damaged(record.text) or is_damaged(record.answer)]
    marked = [record.id for record in train if MARKUP.search(record.text)]
    empty = {record.id: None for record in train if FILLER.fullmatch(record.text.strip())}
    no_value = [record.id for record in train if record.id not in empty and is_no_value(record.text)]
    missing = "training inputs stand for a missing value, such as #REF! of a spreadsheet"
    return [
        *about("damaged", "training records hold damaged characters", damaged, count, "read the file as UTF-8 again"),
        *about("markup", "training inputs hold HTML", marked, count, "take the markup out", "info"),
        *about("empty", "training inputs say nothing", list(empty), count),
        *about("no_value", missing, no_value, count, "write what stood there"),
        *_outliers(train),
        *_foreign(train),
    ]


def is_damaged(text: str) -> bool:
    """Whether a text was read in a wrong encoding once (``Ã©`` for ``é``), or lost characters on its way."""
    return bool(BROKEN.search(text)) or any(_was_utf8(run) for run in FOREIGN.findall(text))


def _was_utf8(run: str) -> bool:
    """Whether these characters are the bytes of UTF-8, each taken for one of Windows' western characters."""
    try:
        data = b"".join(bytes([ord(sign)]) if ord(sign) < 0x100 else sign.encode("cp1252") for sign in run)
        found = data.decode("utf-8")
        # an umlaut and a closing quote are bytes of UTF-8, too, but of a sign that hardly a text holds
        return len(found) < len(run) and bool(LIKELY.search(found))
    except UnicodeError:
        return False


def _outliers(train: Sequence[RecordView]) -> list[Finding]:
    """Texts whose length is far from that of the others."""
    lengths = np.log([max(1, len(record.text)) for record in train])
    middle = np.median(lengths)
    spread = max(1.4826 * float(np.median(np.abs(lengths - middle))), 0.05)
    rows = [record.id for record, length in zip(train, lengths, strict=True) if abs(length - middle) > FAR * spread]
    message = f"training inputs are far longer or shorter than the others (half have {np.exp(middle):.0f} characters)"
    return about("length", message, rows, len(train), "see whether they are whole, and one record each", "info")


def _foreign(train: Sequence[RecordView]) -> list[Finding]:
    """Texts in another language than most."""
    languages = [language_of(record.text) for record in train]
    known = Counter(language for language in languages if language is not None)
    if not known:
        return []
    main, often = known.most_common(1)[0]
    if often < MAIN_LANGUAGE * known.total():
        return []
    rows = [record.id for record, found in zip(train, languages, strict=True) if found not in (None, main)]
    others = {name: count for name, count in known.items() if name != main}
    message = f"training inputs are not in {main}, as the others are"
    return about("language", message, rows, len(train), "translate them", languages=others)
