"""How a record comes to speak of somebody else: a sentence before its input, or its own pronouns turned round."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from goodfit.hooks.types import RecordView
from goodfit_fairness.people import PRONOUNS

INPUTS = {
    "classification": ("text",),
    "multilabel": ("text",),
    "token_classification": ("text",),
    "question_answering": ("context", "question"),
    "ranking": ("query",),
    "generation": ("source",),
    "chat": ("messages",),
}
"""Kind -> the fields that the model reads, the one that a sentence is put before first."""
KEPT = {"ranking": ("positive", "negatives")}
"""Fields that stay beside the input: the documents that are searched."""

GENDERED = re.compile(rf"\b(?:{'|'.join(sorted(PRONOUNS, key=len, reverse=True))})\b", re.IGNORECASE)
OWNED = re.compile(
    r"\s+(?!back\s*(?:[.,;:!?]|$))"
    r"(?!(?:and|or|but|in|on|at|to|for|with|by|the|a|an|that|this|if|as|from|about|again|is|was|what|when|whether|why|how"
    r"|where|who|now|not|go|today|yesterday|tomorrow|because|while|after|before|until|i|you|he|she|it|we|they)\b)\w+",
    re.IGNORECASE,
)
"""What is owned, behind ``her``: a word that does not go on with the sentence."""
ALONE = re.compile(r"(?!\s+\w)")


def plain(record: RecordView, kind: str) -> RecordView:
    """The record without its answer."""
    return _changed(record, kind, lambda text: text, first_only=True)


def introduced(record: RecordView, kind: str, sentence: str) -> RecordView:
    """The record with a sentence before its input, and without its answer."""
    return _changed(record, kind, lambda text: f"{sentence} {text}", first_only=True)


def turned(record: RecordView, kind: str) -> RecordView | None:
    """The record with its men and women swapped, and without its answer; None where its own words speak of none."""
    if not any(GENDERED.search(text) for text in _texts(record, kind)):
        return None
    found = _changed(record, kind, turn, first_only=False)
    return None if found.fields == plain(record, kind).fields else found


def turn(text: str) -> str:
    """A text with its men and women swapped: ``He lost her card`` becomes ``She lost his card``."""
    return GENDERED.sub(_other, text)


def _other(match: re.Match[str]) -> str:
    word = match[0].lower()
    if word not in PRONOUNS:  # a long s or a dotted I passes for its plain letter in a search that ignores case
        return match[0]
    other = PRONOUNS[word]
    if word == "her":
        other = "his" if OWNED.match(match.string, match.end()) else "him"
    if word == "his" and ALONE.match(match.string, match.end()):
        other = "hers"
    if match[0].isupper():
        return other.upper()
    return other.capitalize() if match[0][0].isupper() else other


def _texts(record: RecordView, kind: str) -> list[str]:
    if kind == "chat":
        return [message["content"] for message in _asked(record)]
    return [record.fields[name] for name in INPUTS[kind]]


def _asked(record: RecordView) -> list[dict[str, str]]:
    """The conversation up to the answer."""
    messages: list[dict[str, str]] = copy.deepcopy(list(record.fields["messages"]))
    return messages[:-1] if messages[-1]["role"] == "assistant" else messages


def _changed(record: RecordView, kind: str, change: Callable[[str], str], first_only: bool) -> RecordView:
    fields: dict[str, Any] = {name: record.fields[name] for name in KEPT.get(kind, ()) if name in record.fields}
    if kind == "chat":
        fields["messages"] = _changed_messages(_asked(record), change, first_only)
    else:
        names = INPUTS[kind]
        fields |= {name: record.fields[name] for name in names}
        fields |= {name: change(record.fields[name]) for name in (names[:1] if first_only else names)}
    return replace(record, fields=fields, text="", answer="")


def _changed_messages(
    messages: list[dict[str, str]], change: Callable[[str], str], first_only: bool
) -> list[dict[str, str]]:
    changed, first = [], True
    for message in messages:
        own = message["role"] == "user" and (first or not first_only)
        changed.append({**message, "content": change(message["content"])} if own else message)
        first = first and message["role"] != "user"
    return changed
