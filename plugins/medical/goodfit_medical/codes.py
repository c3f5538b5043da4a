"""Which codes a coder may give, and which of them a note mentions, rightly or in vain.

``codes.json`` is the code list: code -> its title and the terms that notes use for it. The list was invented for this
package and belongs to no official classification.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PROCEDURE = "procedure_"
"""What the codes of procedures begin with; all others are diagnoses."""


@dataclass(frozen=True, slots=True)
class Code:
    """One line of the code list."""

    title: str
    terms: tuple[str, ...]
    """How notes say it, the usual way first."""


@cache
def code_list() -> Mapping[str, Code]:
    """Code -> title and terms, in the order of the file."""
    lines = json.loads((Path(__file__).parent / "codes.json").read_text(encoding="utf-8"))
    return {code: Code(title=line["title"], terms=tuple(line["terms"])) for code, line in lines.items()}


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    """Code -> a pattern of its terms as whole words, in any case."""
    return {
        code: re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, line.terms))})(?!\w)", re.IGNORECASE)
        for code, line in code_list().items()
    }


def mentioned(text: str) -> set[str]:
    """The codes of which a text has a term, whatever it says about it."""
    return {code for code, pattern in _patterns().items() if pattern.search(text)}
