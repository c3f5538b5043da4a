"""Conversations as data: the usual layouts of rows, and a plain way to write one down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from goodfit.data.records import MissingField, RowProblem, close_name
from goodfit.kinds.shape import need_text

Message = Mapping[str, str]

ROLES = {
    "system": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "bot": "assistant",
    "model": "assistant",
}
"""What data sets call the speakers -> what goodfit calls them."""

NAMES = {"system": "System", "user": "User", "assistant": "Assistant"}
"""As they are written down where a tokenizer has no chat template."""


def read_messages(values: Mapping[str, Any]) -> list[Message]:
    """A row as messages: ``messages``, ``conversations`` (ShareGPT), an Alpaca row, or ``prompt`` and ``completion``.

    Raises:
        RowProblem: It is none of these, or the speakers do not take turns.
    """
    for name, role, content in (("messages", "role", "content"), ("conversations", "from", "value")):
        if values.get(name) is not None:
            return _in_turns([*_before(values), *_listed(values[name], name, role, content)])
    if values.get("instruction") is not None:
        asked, given = need_text(values, "instruction"), _text_if_any(values, "input")
        return _in_turns([*_before(values), *_pair(f"{asked}\n\n{given}" if given else asked, values, "output")])
    if values.get("prompt") is not None:
        if isinstance(values["prompt"], list):
            said = values.get("completion") or []
            if not isinstance(said, list):
                raise RowProblem("prompt is a list of messages, and completion is none")
            return _in_turns([*_before(values), *_listed([*values["prompt"], *said], "prompt", "role", "content")])
        return _in_turns([*_before(values), *_pair(need_text(values, "prompt"), values, "completion")])
    raise MissingField("messages")


def _before(values: Mapping[str, Any]) -> list[Message]:
    """What stands beside a row's own messages: ``system``, and ``history`` as pairs of what was asked and answered."""
    found: list[Message] = []
    if system := _text_if_any(values, "system"):
        found.append({"role": "system", "content": system})
    history = values.get("history") or ()
    for pair in history if isinstance(history, list | tuple) else [history]:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise RowProblem("history is no list of pairs, [asked, answered]")
        for role, content in zip(("user", "assistant"), pair, strict=True):
            found.append({"role": role, "content": need_text({"history": content}, "history")})
    return found


def _text_if_any(values: Mapping[str, Any], name: str) -> str | None:
    """A field that may be missing or blank, and has to be a text where it is there."""
    given = values.get(name)
    if given is not None and not isinstance(given, str):
        raise RowProblem(f"{name} is a {type(given).__name__}, expected text")
    return given if given and given.strip() else None


def typed_message(text: str) -> list[Message]:
    """A plain text as what a user says."""
    return [{"role": "user", "content": need_text({"messages": text}, "messages")}]


def _pair(asked: str, values: Mapping[str, Any], answer: str) -> list[Message]:
    messages: list[Message] = [{"role": "user", "content": asked}]
    if values.get(answer) is not None:
        messages.append({"role": "assistant", "content": need_text(values, answer)})
    return messages


def _listed(given: Any, name: str, role: str, content: str) -> list[Message]:
    if not isinstance(given, list) or not given:
        raise RowProblem(f"{name} is no list of messages")
    found = []
    for number, message in enumerate(given, 1):
        if not isinstance(message, dict) or role not in message:
            raise RowProblem(f"message {number} has to be {{{role}, {content}}}")
        if not isinstance(message[role], str) or message[role] not in ROLES:
            close = close_name(str(message[role]), ROLES)
            raise RowProblem(f"message {number} has an unknown role{close}, expected system, user or assistant")
        if message.get("tool_calls") or message.get("function_call"):
            raise RowProblem(f"message {number} calls tools, and goodfit learns texts alone")
        if message.get("weight") == 0 and ROLES[message[role]] == "assistant":
            raise RowProblem(f"message {number} has the weight 0, and all that the assistant says is learnt")
        try:
            said = need_text(message, content)
        except RowProblem as problem:
            raise RowProblem(f"message {number}: {problem}") from None
        found.append({"role": ROLES[message[role]], "content": said})
    return found


def _in_turns(messages: Sequence[Message]) -> list[Message]:
    """A system message may stand first; then user and assistant take turns, the user first."""
    spoken = messages[1:] if messages[0]["role"] == "system" else messages
    for number, message in enumerate(spoken):
        expected = ("user", "assistant")[number % 2]
        if message["role"] != expected:
            place = number + 1 + len(messages) - len(spoken)
            raise RowProblem(f"message {place} is the {message['role']}'s, expected the {expected}'s")
    return list(messages)


def written(messages: Sequence[Message], end: str, opens_answer: bool = False) -> str:
    """A conversation in lines, ``User: …`` and ``Assistant: …``.

    Args:
        messages: What was said.
        end: What stands behind each of the assistant's turns.
        opens_answer: Whether the assistant's next turn is begun.
    """
    lines = [
        f"{NAMES[message['role']]}: {message['content'].strip()}{end if message['role'] == 'assistant' else ''}"
        for message in messages
    ]
    return "\n".join([*lines, *([f"{NAMES['assistant']}:"] if opens_answer else [])])
