"""A conversation as a decoder reads it: by its tokenizer's chat template, or in plain lines where it has none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from goodfit.errors import ConfigError
from goodfit.kinds.conversation import Message, written
from goodfit.models.marks import no_end

MARK = "\ue000\ue001\ue002"
"""Stands for what the assistant says where a conversation is rendered to see what is around it: signs for private use,
which no template looks for."""

ASKED = "\ue002\ue001\ue000"
"""Stands for what the user says there."""

FIXED_DAY = "{% macro strftime_now(form) %}26 Jul 2024{% endmacro %}"
"""Put before a chat template that writes today's date into a conversation: nothing learnt or read may depend on it. The
day is the one that Llama 3's template falls back to."""


@dataclass(frozen=True, slots=True)
class Turns:
    """How conversations are written for a tokenizer."""

    tokenizer: Any

    def written(self, messages: Sequence[Message]) -> str:
        """A conversation as the model reads it.

        Raises:
            ConfigError: The chat template refuses it.
        """
        from jinja2 import TemplateError

        if not self.tokenizer.chat_template:
            return written(messages, self.tokenizer.eos_token or "")
        template = self.tokenizer.get_chat_template()
        try:
            found: str = self.tokenizer.apply_chat_template(
                [dict(message) for message in messages],
                chat_template=FIXED_DAY + template if "strftime_now" in template else template,
                tokenize=False,
            )
        except TemplateError as error:
            roles = ", ".join(message["role"] for message in messages)
            raise ConfigError(
                f"the tokenizer's chat template refuses a conversation of {roles}: {error}",
                "leave out what it refuses, such as system messages, or choose another model",
            ) from None
        return found

    def around(self, messages: Sequence[Message]) -> list[str]:
        """What stands before, between and behind what the assistant says.

        It is what a template makes of all turns together: Qwen 3's puts an empty thought before the last one only.

        Raises:
            ConfigError: The chat template refuses the conversation, or leaves out some of it.
        """
        said = sum(message["role"] == "assistant" for message in messages)
        around = self.written(
            [{**message, "content": MARK} if message["role"] == "assistant" else message for message in messages]
        ).split(MARK)
        if len(around) != said + 1:
            raise _leaves_out("the assistant said before")
        return around

    def closing(self) -> tuple[str, int | None]:
        """What closes the assistant's turn: blanks and a token that stands in no text, and that token.

        Raises:
            ConfigError: The chat template closes it with no such token.
        """
        behind = self.around([{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}])[1]
        coded = self.tokenizer(behind, add_special_tokens=False, return_offsets_mapping=True)
        tokens = zip(coded["input_ids"], coded["offset_mapping"], strict=True)
        token, end = next(((token, end) for token, (start, end) in tokens if behind[start:end].strip()), (None, 0))
        if self.tokenizer.chat_template and token not in self.tokenizer.added_tokens_decoder:
            raise ConfigError(
                "the tokenizer's chat template closes the assistant's turn with no token of its own",
                "choose a model with another chat template: with this one no answer would end",
            )
        return behind[:end], token


@dataclass(frozen=True, slots=True)
class Frame:
    """A prompt's place in a chat template, as the user's one turn; the answer is the assistant's."""

    tokenizer: Any
    before: str
    behind: str
    """Up to where the answer begins, but for its blank."""
    blank: str
    """What the answer begins with."""
    end: int
    """The token that closes the answer."""

    def around(self, text: str) -> tuple[list[int], list[int]]:
        """Token ids of a prompt with what stands before it, and of what stands behind it."""
        text = text.strip()
        coded = self._coded(f"{self.before}{text}{self.behind}")
        end = len(self.before) + len(text)
        ids = [token for token, _ in coded]
        count = next((place for place, (_, (start, _)) in enumerate(coded) if start >= end), len(coded))
        return ids[:count], ids[count:]

    def answer(self, text: str) -> tuple[int, ...]:
        """Token ids of an answer, without its end: as they are behind a prompt."""
        coded = self._coded(f"{self.behind}{self.blank}{text}")
        return tuple(token for token, (_, end) in coded if end > len(self.behind))

    def _coded(self, text: str) -> list[tuple[int, tuple[int, int]]]:
        coded = self.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        return list(zip(coded["input_ids"], coded["offset_mapping"], strict=True))


def frame_of(tokenizer: Any) -> Frame:
    """What a tokenizer's chat template puts around a prompt.

    Raises:
        ConfigError: It refuses or leaves out the prompt, or closes the answer with no token of its own.
    """
    try:
        return _frame_of(tokenizer)
    except ConfigError as error:
        error.fix = f"model.apply_chat_template=false asks it in plain lines; or {error.fix}"
        raise


def _frame_of(tokenizer: Any) -> Frame:
    turns = Turns(tokenizer)
    asked, *_ = turns.around([{"role": "user", "content": ASKED}, {"role": "assistant", "content": MARK}])
    before, *behind = asked.split(ASKED)
    if len(behind) != 1:
        raise _leaves_out("the user says")
    bare, (_, end) = behind[0].rstrip(" "), turns.closing()
    if end is None:
        raise no_end(tokenizer)
    return Frame(tokenizer, before, bare, behind[0][len(bare) :], end)


def _leaves_out(what: str) -> ConfigError:
    return ConfigError(
        f"the tokenizer's chat template leaves out what {what}", "choose a model with another chat template"
    )
