"""What decoder and seq2seq models read of a record, and write as its answer: token ids."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from goodfit.data.batches import IGNORED, Example
from goodfit.data.records import Record
from goodfit.errors import ConfigError
from goodfit.kinds.shape import Coding, Encoded, Learner
from goodfit.kinds.turns import frame_of
from goodfit.models.marks import hidden_tokens, no_end

SEPARATOR = "\n"
"""Between what a decoder reads and what it writes."""

AROUND = 4
"""Tokens that are kept free for those with which a tokenizer begins and ends a text."""

SIGNS = (";", "#", "+", "=")
"""What can stand between labels or behind one: the first that no label holds, so that a text reads one way only."""


class TextCoder:
    """Token ids of prompts and answers, for both text families.

    Args:
        coding: How the task is coded.
        turn_end: What ends an answer, where that is not the end of a text.

    Raises:
        ConfigError: Nothing would end an answer, or the model's chat template has no place for a prompt.
    """

    def __init__(self, coding: Coding, turn_end: int | None = None) -> None:
        self.coding = coding
        self.frame = frame_of(coding.tokenizer) if coding.apply_chat_template else None
        end = self.frame.end if self.frame else turn_end
        if end is None and coding.tokenizer.eos_token_id is None:
            raise no_end(coding.tokenizer)
        self.eos = int(coding.tokenizer.eos_token_id if end is None else end)
        """The end of an answer; it stays in the labels, so that the model learns to stop."""
        self.hidden = hidden_tokens(coding.tokenizer, self.is_decoder) | {self.eos}
        """What is left out of an answer that is shown."""
        self.around = AROUND + (len(self.ids(self.frame.before + self.frame.behind)) if self.frame else 0)
        """Tokens that may stand around a prompt in what is read, besides ``SEPARATOR``."""
        self._words: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {}

    @property
    def is_decoder(self) -> bool:
        """Whether prompt and answer share one row."""
        return self.coding.family == "decoder"

    def source(self, fields: Mapping[str, Any], room: int) -> tuple[tuple[int, ...], bool]:
        """What the model reads of a record: the prompt, filled; see ``reading``."""
        return self.reading(fill_prompt(self.coding.prompt, fields), room)

    def reading(self, text: str, room: int) -> tuple[tuple[int, ...], bool]:
        """What the model reads.

        Args:
            text: All of it.
            room: Tokens that are kept free for the answer in a decoder's row.

        Returns:
            Token ids, and whether the text had to be cut.
        """
        if self.frame:
            return self._with_room(*self.frame.around(text), room)
        ids = self.coding.tokenizer(text, add_special_tokens=True)["input_ids"]
        if not self.is_decoder:
            kept = ids[: self.coding.max_tokens - 1]
            return (tuple(ids), False) if len(ids) <= self.coding.max_tokens else ((*kept, self.eos), True)
        ids = ids[:-1] if ids and ids[-1] == self.eos else ids
        return self._with_room(ids, self.ids(SEPARATOR), room)

    def _with_room(self, ids: Sequence[int], end: Sequence[int], room: int) -> tuple[tuple[int, ...], bool]:
        """What a decoder reads, cut before its end where room for the answer would lack."""
        limit = max(0, self.coding.max_tokens - room - len(end))
        return (*ids[:limit], *end), len(ids) > limit

    def ids(self, text: str) -> tuple[int, ...]:
        """Tokens of a piece of text, with no special ones."""
        return tuple(self.coding.tokenizer(text, add_special_tokens=False)["input_ids"])

    def answer_ids(self, text: str) -> tuple[int, ...]:
        """Tokens of an answer, without its end."""
        if self.frame:
            return self.frame.answer(text)
        return self.ids(f" {text}" if self.is_decoder else text)

    def word_ids(self, word: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Tokens of a word where an answer begins with it, and of the same word behind another one."""
        if word not in self._words:
            self._words[word] = self.answer_ids(word), self.ids(f" {word}")
        return self._words[word]

    def refuse_no_room(self, label: int) -> None:
        """Refuse labels that leave no room for a text in a decoder's row.

        Args:
            label: Tokens of the longest one, or of the longest list of them that may be written.
        """
        around = len(self.ids(re.sub(r"{\w+}", "", self.coding.prompt))) + len(self.ids(SEPARATOR)) + self.around
        if self.is_decoder and label + around >= self.coding.max_tokens:
            raise ConfigError(
                f"the longest label, or list of labels, takes {label} tokens, and of the {self.coding.max_tokens} that "
                "the model reads none are left for a text",
                "shorten the labels, lower task.max_new_tokens for lists of them, or choose a model with a longer "
                "context, or an encoder (goodfit list model)",
            )

    def texts(self, answers: Sequence[Sequence[int]]) -> list[str]:
        """Written answers as texts, with the blanks that were written: some tokenizers take those before signs out."""
        said = [[token for token in ids if token not in self.hidden] for ids in answers]
        found = self.coding.tokenizer.batch_decode(said, clean_up_tokenization_spaces=False)
        return [text.strip() for text in found]

    def example(
        self, record: int, source: Sequence[int], target: Sequence[int], supervised: Sequence[bool] | None = None
    ) -> Example:
        """An example in the family's own layout.

        Args:
            record: Its index.
            source: What is read.
            target: What is written, its end included.
            supervised: Which target tokens are learnt; all, when not given.

        Raises:
            ConfigError: The model names no token with which a seq2seq answer starts.
        """
        learnt = [
            token if supervised is None or supervised[position] else IGNORED for position, token in enumerate(target)
        ]
        if self.is_decoder:
            return Example(record, (*source, *target[:-1]), (*[IGNORED] * (len(source) - 1), *learnt))
        start = self.coding.decoder_start_id
        if start is None:
            raise ConfigError("the model's config names no decoder_start_token_id", "choose another model")
        return Example(record, tuple(source), tuple(learnt), (start, *target[:-1]))


@runtime_checkable
class Writer(Learner, Protocol):
    """How a text family learns a kind whose answer stands behind what is read."""

    coder: TextCoder
    room: int
    """Tokens of the longest answer, its end included."""


@runtime_checkable
class Scorer(Writer, Protocol):
    """How a text family learns a kind whose answer is chosen by how likely each of some texts is."""

    @property
    def scored(self) -> Sequence[tuple[int, ...]]:
        """Token ids of those texts, their ends included."""


def label_words(label: str) -> str:
    """A label as a text model writes it."""
    return label.replace("_", " ")


def sign_in_none(labels: Sequence[str]) -> str:
    """The first of ``SIGNS`` that none of these labels holds.

    Raises:
        ConfigError: Each is held by one; names those.
    """
    held = {sign: next((label for label in labels if sign in label), None) for sign in SIGNS}
    for sign, label in held.items():
        if label is None:
            return sign
    shown = ", ".join(f"'{sign}' in '{label}'" for sign, label in held.items())
    raise ConfigError(
        f"a text model writes labels with one of {' '.join(SIGNS)} between them, and they hold them all: {shown}",
        f"take the '{SIGNS[0]}' out of the labels that hold it, or choose an encoder (goodfit list model)",
    )


def fill_prompt(prompt: str, fields: Mapping[str, Any]) -> str:
    """A prompt with a record's fields put in; braces in the fields' texts stay as they are."""

    def put_in(place: re.Match[str]) -> str:
        value = fields.get(place[1])
        return value if isinstance(value, str) else place[0]

    return re.sub(r"{(\w+)}", put_in, prompt)


def prompt_of_others(coding: Coding, searches: bool) -> str:
    """The prompt with what stands around it, as those have to write it who ask the model without goodfit.

    Args:
        coding: How the task is coded.
        searches: Whether a document stands below the prompt.
    """
    prompt = f"{coding.prompt}{SEPARATOR}{{document}}" if searches and coding.family != "encoder" else coding.prompt
    if coding.apply_chat_template:
        frame = frame_of(coding.tokenizer)
        return f"{frame.before}{prompt.strip()}{frame.behind}"
    return f"{prompt}{SEPARATOR}" if prompt and coding.family == "decoder" else prompt


def encode_written(
    coder: TextCoder, records: Sequence[Record], room: int, answer: Callable[[Record], tuple[int, ...]]
) -> Encoded:
    """One example for each record: its prompt, and its answer, cut to ``room`` tokens.

    Args:
        coder: Of the model's family.
        records: What is asked.
        room: Tokens of an answer; so many are kept free for it in a decoder's row.
        answer: A record's answer, its end included.
    """
    examples, cut, beyond = [], [], {}
    for index, record in enumerate(records):
        source, was_cut = coder.source(record.fields, room)
        target = answer(record)
        examples.append(coder.example(index, source, target[:room]))
        if len(target) > room:
            beyond[index] = len(target)
        if was_cut or index in beyond:
            cut.append(index)
    return Encoded(examples, cut, beyond)
