"""chat: a conversation of several turns; the model learns what the assistant says, and nothing else."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from goodfit.data.batches import IGNORED, Example, LabelsAt
from goodfit.data.records import JOINED, Record, RowProblem
from goodfit.errors import ConfigError
from goodfit.kinds.conversation import (
    Message,
    in_turns,
    messages_in,
    plain_template,
    read_messages,
    typed_message,
    written,
)
from goodfit.kinds.decoding import generate, written_outcomes
from goodfit.kinds.shape import Coding, Encoded, Kind, Outcome, Texts, learnt_tokens
from goodfit.kinds.text import TextCoder
from goodfit.kinds.text_metrics import text_metrics
from goodfit.kinds.turns import Turns
from goodfit.kinds.whole import special_tokens


def check(values: Mapping[str, Any], labelled: bool) -> dict[str, Any]:
    """A row's ``messages``, in any of the usual layouts; the last one is the assistant's where answers are known."""
    given = messages_in(values.get("messages"))
    said = typed_message(given) if isinstance(given, str) and not labelled else read_messages(values, labelled)
    messages = in_turns(said)
    says_last = messages[-1]["role"]
    if labelled and says_last != "assistant":
        raise RowProblem(f"the last message is the {says_last}'s, expected the assistant's: the answer to learn")
    joined = len(said) - len(messages)
    return {"messages": messages, **({JOINED: joined} if joined else {})}


def before_answer(record: Record) -> list[Message]:
    """The conversation up to the answer."""
    messages: list[Message] = record.fields["messages"]
    return messages[:-1] if _is_answered(record) else messages


TRIED = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Is there a lamp?"},
    {"role": "assistant", "content": "The lamp is here."},
    {"role": "user", "content": "And a table?"},
]
"""A conversation on which a chat template of plain turns is tried."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """The characters of a rendered conversation that the assistant is to write."""

    start: int
    """Where a prompt for this turn ends: behind what opens it, before the blank of its first word."""
    end: int
    """Behind the token that closes the turn."""


class ReplyByDecoder:
    """A decoder reads the whole conversation in its own chat template; the assistant's turns are learnt.

    A tokenizer without a template gets a plain one, ``User: …`` and ``Assistant: …`` in lines.
    """

    head = "text_of_decoder"
    outputs = ()
    labels_at: LabelsAt = "tokens"
    monitor = "loss"
    learns = learnt_tokens

    def __init__(self, coding: Coding) -> None:
        self.coding = coding
        # a chat template has a beginning of its own
        self.before = [] if coding.tokenizer.chat_template else special_tokens(coding.tokenizer)[0]
        self.turns = Turns(coding.tokenizer)
        self.closing, turn_end = self.turns.closing()
        self.coder = TextCoder(coding, turn_end)
        self.room = min(coding.max_new_tokens, coding.max_tokens // 2)

    def encode(self, records: Sequence[Record]) -> Encoded:
        """One example for each conversation; of one that is too long the beginning is left out."""
        examples, cut, beyond = [], [], {}
        limit = self.coding.max_tokens + 1
        for index, record in enumerate(records):
            messages = record.fields["messages"]
            if _is_answered(record):
                self._refuse_changed(record)
                ids, learnt = self._tokens(messages)
            else:
                ids = [*self._opened(messages), self.coder.eos]
                learnt = [False] * len(ids)
            kept = self._last(ids, limit)
            read = _read(learnt)
            if len(kept) < len(ids) or read > self._longest_prompt:
                cut.append(index)
            if sum(learnt[read:]) > self.room:
                beyond[index] = sum(learnt[read:])
            labels = [ids[place] if learnt[place] else IGNORED for place in kept]
            examples.append(Example(index, tuple(ids[place] for place in kept[:-1]), tuple(labels[1:])))
        return Encoded(examples, cut, beyond)

    def _refuse_changed(self, record: Record) -> None:
        """Refuse answers that the template does not leave as they are: Qwen 3's moves thoughts, or leaves them out."""
        said = [
            {**message, "content": message["content"].strip()} if message["role"] == "assistant" else message
            for message in record.fields["messages"]
        ]
        if self._rendered(said)[0] != self.turns.written(said):
            raise ConfigError(
                f"{record.origin or record.id}: the tokenizer's chat template changes what the assistant said",
                "leave its thoughts out (<think>…</think>), or choose a model with another chat template",
            )

    def _last(self, ids: Sequence[int], most: int) -> list[int]:
        """Places of the last tokens, behind the sign that a text begins with."""
        head = int(ids[0] == self.coding.tokenizer.bos_token_id)
        return [*range(head), *range(max(head, len(ids) - most + head), len(ids))]

    def _tokens(self, messages: Sequence[Message]) -> tuple[list[int], list[bool]]:
        """Token ids of a conversation, and whether each is the assistant's: its words and the end of its turn."""
        text, turns = self._rendered(messages)
        coded = self.coding.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        learnt, turn = [False] * len(self.before), 0
        for start, end in coded["offset_mapping"]:
            while turn < len(turns) and start >= turns[turn].end:
                turn += 1
            learnt.append(turn < len(turns) and end > turns[turn].start)
        return [*self.before, *coded["input_ids"]], learnt

    def _opened(self, messages: Sequence[Message]) -> list[int]:
        """Token ids of a conversation with the assistant's next turn opened, as they are where that turn is learnt."""
        text, turns = self._rendered([*messages, {"role": "assistant", "content": ""}])
        return [*self.before, *self.coding.tokenizer(text[: turns[-1].start], add_special_tokens=False)["input_ids"]]

    def _rendered(self, messages: Sequence[Message]) -> tuple[str, list[_Turn]]:
        """A conversation as the model reads it, and where the assistant speaks."""
        text, *behind = self.turns.around(messages)
        said = [message["content"].strip() for message in messages if message["role"] == "assistant"]
        turns = []
        for words, rest in zip(said, behind, strict=True):
            start = len(text.rstrip(" "))
            text += words
            turns.append(_Turn(start, len(text) + (len(self.closing) if rest.startswith(self.closing) else 0)))
            text += rest
        return text, turns

    @property
    def _longest_prompt(self) -> int:
        return self.coding.max_tokens - self.room

    def outcomes(self, model: Any, records: Sequence[Record], encoded: Encoded) -> list[Outcome]:
        """Written answers; of a conversation that leaves no room for one the beginning is left out."""
        opened = [self._opened(before_answer(record)) for record in records]
        prompts = [[ids[place] for place in self._last(ids, self._longest_prompt)] for ids in opened]
        answers = generate(model, self.coder, prompts, self.room)
        return written_outcomes(self, model, encoded, list(map(_is_answered, records)), answers)

    def chat_template(self) -> str | None:
        """The plain turns as a chat template, where the tokenizer has none."""
        if self.coding.tokenizer.chat_template:
            return None
        return _template(self.coding.tokenizer, self.before, self.coding.tokenizer.eos_token, [], self._opened(TRIED))


def _read(learnt: Sequence[bool]) -> int:
    """Tokens before the last run of those that are learnt; all but the last one where nothing is."""
    place = len(learnt)
    while place and not learnt[place - 1]:
        place -= 1
    while place and learnt[place - 1]:
        place -= 1
    return place if any(learnt) else len(learnt) - 1


class ReplyBySeq2seq:
    """A seq2seq model reads the conversation so far and writes the assistant's turn; each turn is an example."""

    head = "text_of_seq2seq"
    outputs = ()
    labels_at: LabelsAt = "tokens"
    monitor = "loss"
    learns = learnt_tokens

    def __init__(self, coding: Coding) -> None:
        self.coding = coding
        self.coder = TextCoder(coding)
        self.room = coding.max_new_tokens

    def encode(self, records: Sequence[Record]) -> Encoded:
        """Of a conversation that is too long the beginning is left out."""
        examples, cut, beyond = [], [], {}
        for index, record in enumerate(records):
            messages = record.fields["messages"]
            turns = [number for number, message in enumerate(messages) if message["role"] == "assistant"]
            for number in turns or [len(messages)]:
                source, was_cut = self._source(messages[:number])
                said = messages[number]["content"] if number < len(messages) else ""
                target = (*self.coder.answer_ids(said), self.coder.eos)
                examples.append(self.coder.example(index, source, target[: self.room]))
                if len(target) > self.room:
                    beyond[index] = max(len(target), beyond.get(index, 0))
                if (was_cut or index in beyond) and index not in cut[-1:]:
                    cut.append(index)
        return Encoded(examples, cut, beyond)

    def _source(self, messages: Sequence[Message]) -> tuple[tuple[int, ...], bool]:
        ids = self.coding.tokenizer(written(messages, "", True), add_special_tokens=True)["input_ids"]
        return tuple(ids[-self.coding.max_tokens :]), len(ids) > self.coding.max_tokens

    def chat_template(self) -> str | None:
        """The plain turns as a chat template: a tokenizer's own is not what this family reads."""
        before, behind = special_tokens(self.coding.tokenizer)
        whole = self.coding.tokenizer(written(TRIED, "", True), add_special_tokens=True)["input_ids"]
        return _template(self.coding.tokenizer, before, "", behind, whole)

    def outcomes(self, model: Any, records: Sequence[Record], encoded: Encoded) -> list[Outcome]:
        """Written answers."""
        sources = [self._source(before_answer(record))[0] for record in records]
        answers = generate(model, self.coder, sources, self.room)
        return written_outcomes(self, model, encoded, list(map(_is_answered, records)), answers)


def _template(
    tokenizer: Any, before: Sequence[int], end: str, behind: Sequence[int], read: Sequence[int]
) -> str | None:
    """The plain turns as a chat template; None where no template gives what is read of ``TRIED``."""
    begins, closes = ("".join(tokenizer.convert_ids_to_tokens(ids)) for ids in (before, behind))
    trying = copy.deepcopy(tokenizer)
    for blank in ("", " "):  # behind a special token some tokenizers leave out the blank that a text begins with
        trying.chat_template = plain_template(begins + blank, end, closes)
        if trying.apply_chat_template(TRIED, add_generation_prompt=True, return_dict=False) == list(read):
            return str(trying.chat_template)
    return None


def _is_answered(record: Record) -> bool:
    """Whether a conversation ends with the assistant's own words."""
    said_last: str = record.fields["messages"][-1]["role"]
    return said_last == "assistant"


def _repeated(train: Sequence[Record], records: Sequence[Record]) -> tuple[str, list[str]]:
    """The user's own last words: what an assistant that only repeats would say."""
    said = [next(m["content"] for m in reversed(before_answer(record)) if m["role"] == "user") for record in records]
    return "the user's last message, repeated", said


def _spoken(record: Record) -> str:
    """The conversation up to the answer, without a system message."""
    return written([message for message in before_answer(record) if message["role"] != "system"], "")


KIND = Kind(
    name="chat",
    talks=True,
    writes_freely=True,
    fields={
        "messages": "[{role, content}], roles `system`, `user` and `assistant`, the last one the assistant's",
        "conversations": "the same as [{from, value}] (ShareGPT), or",
        "instruction, input, output": "one turn (Alpaca), or",
        "prompt, completion": "one turn; beside any of these",
        "system": "what stands before it, and",
        "history": "turns before it, [[asked, answered]]",
    },
    typed="messages",
    prompted=(),
    check=check,
    labels=None,
    text=lambda record: written(before_answer(record), ""),
    own=_spoken,
    answer=lambda record: record.fields["messages"][-1]["content"],
    texts=Texts(names=("messages.content",)),
    stratum=lambda record: (),
    learners={"decoder": ReplyByDecoder, "seq2seq": ReplyBySeq2seq},
    metrics=lambda labels: text_metrics(),
    untrained=_repeated,
    reference=_repeated,
)
