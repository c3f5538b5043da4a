"""How an encoder's tokenizer reads the words of a text: most have tokens of their own, some share one."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from goodfit.data.records import Record

SHAPES = ("first", "all", "inside")
"""Where a word has capitals: its first letter, all of them, or others."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A word, with those behind it that have no token of their own.

    "4th" is two words and may be one token, as may ")." be; a tokenizer may drop a combining mark. A token put in for
    such a word would stand where the model has never read one.
    """

    first: int
    last: int
    """Words ``first`` up to, not including, ``last``."""
    tokens: list[int]


def units_of(tokenizer: Any, record: Record, marks: Mapping[str, int]) -> list[Unit]:
    """The record's words as the tokenizer reads them, in its text.

    Args:
        tokenizer: The base's.
        record: With a text and its words.
        marks: See ``case_marks``; empty for none.
    """
    words = record.fields["words"]
    tokens, reached = _tokens_of_words(tokenizer, record)
    unknown = tokenizer.unk_token_id or 0
    units: list[Unit] = []
    for index, (start, _) in enumerate(words):
        held = units and (start < reached[units[-1].first] or start == words[index - 1][1])
        if held and not tokens[index]:
            units[-1] = replace(units[-1], last=index + 1)
        else:
            units.append(Unit(index, index + 1, tokens[index] or [unknown]))
    return [_marked(unit, record, marks) for unit in units] if marks else units


def case_marks(tokenizer: Any) -> dict[str, int]:
    """The tokens that stand behind words with capitals where a tokenizer lowers its texts; none where it does not.

    BERT's vocabularies hold tokens that no text has, for uses like this one.
    """
    known = tokenizer.get_vocab()
    found = {shape: known.get(f"[unused{number}]") for number, shape in enumerate(SHAPES, 1)}
    lowers = (
        tokenizer("Us", add_special_tokens=False)["input_ids"] == tokenizer("us", add_special_tokens=False)["input_ids"]
    )
    return {shape: token for shape, token in found.items() if token is not None} if lowers else {}


def _marked(unit: Unit, record: Record, marks: Mapping[str, int]) -> Unit:
    words = record.fields["words"]
    shape = _shape(record.fields["text"][words[unit.first][0] : words[unit.last - 1][1]])
    return replace(unit, tokens=[*unit.tokens, marks[shape]]) if shape in marks else unit


def _shape(word: str) -> str:
    if len(word) > 1 and word.isupper():
        return "all"
    if word[:1].isupper():
        return "first"
    return "inside" if any(sign.isupper() for sign in word) else ""


def _tokens_of_words(tokenizer: Any, record: Record) -> tuple[list[list[int]], list[int]]:
    """Of each word the tokens that begin in it, and where the last one of them ends."""
    text, words = record.fields["text"], record.fields["words"]
    coded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    tokens: list[list[int]] = [[] for _ in words]
    reached = [0] * len(words)
    place = 0
    for token, (start, end) in zip(coded["input_ids"], coded["offset_mapping"], strict=True):
        while place + 1 < len(words) and start + (start < end and text[start].isspace()) >= words[place][1]:
            place += 1
        tokens[place].append(token)
        reached[place] = end
    return tokens, reached


def tags_of_words(record: Record, units: Sequence[Unit], tags: Sequence[str]) -> dict[int, str]:
    """The tag of each word, given those of units: letters, digits and marks go on with what their unit begins.

    Another sign does so only where the next unit goes on, too: of "Acme Inc., Berlin" the comma is no part of the name,
    though one token may hold it with the full stop.
    """
    text, words = record.fields["text"], record.fields["words"]
    found: dict[int, str] = {}
    for unit, tag, following in zip(units, tags, (*tags[1:], "O"), strict=True):
        found[unit.first] = tag
        inside = "O" if tag == "O" else f"I-{tag[2:]}"
        for index in range(unit.first + 1, unit.last):
            if following != inside and unicodedata.category(text[words[index][0]])[0] not in "LNM":
                inside = "O"
            found[index] = inside
    return found
