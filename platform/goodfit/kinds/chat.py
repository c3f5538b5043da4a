"""chat: a conversation of several turns; the model learns what the assistant says, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from goodfit.data.batches import IGNORED, Example, LabelsAt
from goodfit.data.records import Record, RowProblem
from goodfit.errors import ConfigError
from goodfit.kinds.conversation import Message, read_messages, typed_message, written
from goodfit.kinds.measures import text_metrics
from goodfit.kinds.passes import mean_losses
from goodfit.kinds.shape import Coding, Encoded, Kind, Outcome
from goodfit.kinds.text import TextCoder, generate
from goodfit.kinds.whole import special_tokens


def check(values: Mapping[str, Any], labelled: bool) -> dict[str, Any]:
    """A row's ``messages``, in any of the usual layouts; the last one is the assistant's where answers are known."""
    given = values.get("messages")
    messages = typed_message(given) if isinstance(given, str) and not labelled else read_messages(values)
    says_last = messages[-1]["role"]
    if labelled and says_last != "assistant":
        raise RowProblem(f"the last message is the {says_last}'s, expected the assistant's: the answer to learn")
    if says_last == "system":
        raise RowProblem("the conversation has a system message only")
    return {"messages": messages}


def before_answer(record: Record) -> list[Message]:
    """The conversation up to the answer."""
    messages: list[Message] = record.fields["messages"]
    return messages[:-1] if messages[-1]["role"] == "assistant" else messages


@dataclass(frozen=True, slots=True)
class _Turn:
    """Something that the assistant says, in a rendered conversation."""

    start: int
    end: int
    """Characters of its words."""


class ReplyByDecoder:
    """A decoder reads the whole conversation in its own chat template; the assistant's turns are learnt.

    A tokenizer without a template gets a plain one, ``User: …`` and ``Assistant: …`` in lines.
    """

    head = "text_of_decoder"
    outputs = ()
    labels_at: LabelsAt = "tokens"
    monitor = "loss"

    def __init__(self, coding: Coding) -> None:
        self.coding = coding
        # a chat template has a beginning of its own
        self.before = [] if coding.tokenizer.chat_template else special_tokens(coding.tokenizer)[0]
        self.coder = TextCoder(coding, self._turn_end())

    def _turn_end(self) -> int | None:
        """The token behind what the assistant says."""
        text, (turn,) = self._rendered([{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}])
        behind: list[int] = self.coding.tokenizer(text[turn.end :], add_special_tokens=False)["input_ids"]
        return behind[0] if behind else None

    def encode(self, records: Sequence[Record]) -> Encoded:
        """One example for each conversation; of one that is too long the beginning is left out."""
        examples, cut = [], []
        for index, record in enumerate(records):
            ids, learnt = self._tokens(record.fields["messages"])
            limit = self.coding.max_tokens
            if len(ids) > limit + 1:
                cut.append(index)
                ids, learnt = ids[-limit - 1 :], learnt[-limit - 1 :]
            labels = [token if is_learnt else IGNORED for token, is_learnt in zip(ids, learnt, strict=True)]
            examples.append(Example(index, tuple(ids[:-1]), tuple(labels[1:])))
        return Encoded(examples, cut)

    def _tokens(self, messages: Sequence[Message]) -> tuple[list[int], list[bool]]:
        """Token ids of a conversation, and whether each is the assistant's: its words and the end of its turn."""
        text, turns = self._rendered(messages)
        coded = self.coding.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        ids, turn = [*self.before, *coded["input_ids"]], 0
        learnt = [False] * len(self.before)
        for start, end in coded["offset_mapping"]:
            while turn < len(turns) and start >= turns[turn].end:
                turn += 1
            learnt.append(turn < len(turns) and end > turns[turn].start and end > start)
        for place in range(1, len(ids)):  # what closes the turn: the first token behind its words
            if learnt[place - 1] and not learnt[place] and ids[place] == self.coder.eos:
                learnt[place] = True
        return ids, learnt

    def _rendered(self, messages: Sequence[Message]) -> tuple[str, list[_Turn]]:
        """A conversation as the model reads it, and where the assistant speaks."""
        text, turns = self._written(messages, opens_answer=False), []
        for number, message in enumerate(messages):
            if message["role"] != "assistant":
                continue
            opened, said = self._written(messages[:number], opens_answer=True), message["content"].strip()
            start = text.find(said, len(opened))
            if not text.startswith(opened) or start < 0:
                raise ConfigError(
                    "the tokenizer's chat template changes what was said before", "choose a model with another one"
                )
            turns.append(_Turn(start, start + len(said)))
        return text, turns

    def _written(self, messages: Sequence[Message], opens_answer: bool) -> str:
        if not self.coding.tokenizer.chat_template:
            return written(messages, self.coding.tokenizer.eos_token or "", opens_answer)
        found: str = self.coding.tokenizer.apply_chat_template(
            [dict(message) for message in messages], tokenize=False, add_generation_prompt=opens_answer
        )
        return found

    def _prompt(self, record: Record) -> tuple[int, ...]:
        """The conversation up to the answer, with the assistant's turn opened; its beginning is left out if it must."""
        text = self._written(before_answer(record), opens_answer=True)
        ids = self.coding.tokenizer(text, add_special_tokens=False)["input_ids"]
        limit = self.coding.max_tokens - self._room - len(self.before)
        return (*self.before, *ids[-limit:])

    @property
    def _room(self) -> int:
        return min(self.coding.max_new_tokens, self.coding.max_tokens // 2)

    def outcomes(self, model: Any, records: Sequence[Record], encoded: Encoded) -> list[Outcome]:
        """Greedy answers."""
        answers = generate(model, self.coder, [self._prompt(record) for record in records], self._room)
        return _outcomes(self, model, records, encoded, answers)

    def losses(self, model: Any, encoded: Encoded, records: int) -> list[float]:
        """Mean negative log-likelihood of what the assistant says in each conversation, per token."""
        return mean_losses(model, encoded.examples, self.coding, self.labels_at, records)


class ReplyBySeq2seq:
    """A seq2seq model reads the conversation so far and writes the assistant's turn; each turn is an example."""

    head = "text_of_seq2seq"
    outputs = ()
    labels_at: LabelsAt = "tokens"
    monitor = "loss"

    def __init__(self, coding: Coding) -> None:
        self.coding = coding
        self.coder = TextCoder(coding)

    def encode(self, records: Sequence[Record]) -> Encoded:
        """Of a conversation that is too long the beginning is left out."""
        examples, cut = [], []
        for index, record in enumerate(records):
            messages = record.fields["messages"]
            turns = [number for number, message in enumerate(messages) if message["role"] == "assistant"]
            for number in turns or [len(messages)]:
                source, was_cut = self._source(messages[:number])
                said = messages[number]["content"] if number < len(messages) else ""
                target = (*self.coder.answer_ids(said), self.coder.eos)
                examples.append(self.coder.example(index, source, target[: self.coding.max_new_tokens]))
                if (was_cut or len(target) > self.coding.max_new_tokens) and index not in cut[-1:]:
                    cut.append(index)
        return Encoded(examples, cut)

    def _source(self, messages: Sequence[Message]) -> tuple[tuple[int, ...], bool]:
        ids = self.coding.tokenizer(written(messages, "", True), add_special_tokens=True)["input_ids"]
        return tuple(ids[-self.coding.max_tokens :]), len(ids) > self.coding.max_tokens

    def outcomes(self, model: Any, records: Sequence[Record], encoded: Encoded) -> list[Outcome]:
        """Greedy answers."""
        sources = [self._source(before_answer(record))[0] for record in records]
        return _outcomes(
            self, model, records, encoded, generate(model, self.coder, sources, self.coding.max_new_tokens)
        )

    def losses(self, model: Any, encoded: Encoded, records: int) -> list[float]:
        """Mean negative log-likelihood of what the assistant says in each conversation, per token."""
        return mean_losses(model, encoded.examples, self.coding, self.labels_at, records)


def _outcomes(
    learner: Any, model: Any, records: Sequence[Record], encoded: Encoded, answers: Sequence[Sequence[int]]
) -> list[Outcome]:
    known = bool(records) and all(record.fields["messages"][-1]["role"] == "assistant" for record in records)
    losses: list[Any] = learner.losses(model, encoded, len(records)) if known else [None] * len(records)
    texts = learner.coding.tokenizer.batch_decode(answers, skip_special_tokens=True)
    return [Outcome(text.strip(), None, loss) for text, loss in zip(texts, losses, strict=True)]


def _repeated(train: Sequence[Record], records: Sequence[Record]) -> tuple[str, list[str]]:
    """The user's own last words: what an assistant that only repeats would say."""
    said = [next(m["content"] for m in reversed(before_answer(record)) if m["role"] == "user") for record in records]
    return "the user's last message, repeated", said


KIND = Kind(
    name="chat",
    fields={
        "messages": "[{role, content}], roles `system`, `user` and `assistant`, the last one the assistant's",
        "conversations": "the same as [{from, value}] (ShareGPT), or",
        "instruction, input, output": "one turn (Alpaca), or",
        "prompt, completion": "one turn",
    },
    typed="messages",
    prompted=(),
    check=check,
    labels=None,
    text=lambda record: written(before_answer(record), ""),
    stratum=lambda record: "",
    learners={"decoder": ReplyByDecoder, "seq2seq": ReplyBySeq2seq},
    metrics=text_metrics,
    untrained=_repeated,
    reference=_repeated,
)
