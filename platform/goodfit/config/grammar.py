"""How a typed value is written in Hydra's grammar, and read back."""

from __future__ import annotations

import re
from typing import Any

from goodfit.config.settings import find_setting

_PART = re.compile(r"""\s*(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")\s*(?=,|$)|[^,]+""")
"""One of a list's values: in quotes, or up to the next comma."""


def unquoted(text: str) -> str:
    """Text without Hydra's quotes; within them a quote is escaped, and so are backslashes before one."""
    if len(text) < 2 or text[0] not in "'\"" or text[-1] != text[0]:
        return text
    inner = re.sub(rf"(\\+)({text[0]})", lambda match: "\\" * (len(match[1]) // 2) + match[2], text[1:-1])
    return re.sub(r"(\\+)$", lambda match: "\\" * (len(match[1]) // 2), inner)


def plain_value(text: str) -> Any:
    """A typed value as Hydra's grammar reads it, for plain values and lists of them."""
    if text.startswith("[") and text.endswith("]"):
        return [unquoted(part.strip()) for part in _PART.findall(text[1:-1]) if part.strip()]
    words = {"null": None, "": None, "true": True, "false": False}
    if text.lower() in words:
        return words[text.lower()]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def is_text(key: str) -> bool:
    """Whether a setting is taken as typed: a text, a choice, or names with texts."""
    setting = find_setting(key)
    return setting is not None and (setting.plain_type in (str, dict[str, str | None]) or bool(setting.choices))


def override(key: str, text: str) -> str:
    """A typed value in Hydra's grammar; text settings are taken as typed, so that any path works."""
    if is_text(key) and text not in ("null", "") and text[0] not in "'\"":
        text = quoted(text)
    elif text.startswith("["):  # lists are of texts, [0,1] too
        text = "[" + ",".join(quoted(part) for part in plain_value(text)) + "]"
    return f"++{key}={text or 'null'}"


def quoted(text: str) -> str:
    """Text in Hydra's quotes: a quote is escaped, and so are backslashes before a quote or the end."""
    escaped = re.sub(r"(\\*)'", r"\1\1\\'", text)
    return "'" + re.sub(r"(\\+)$", r"\1\1", escaped) + "'"
