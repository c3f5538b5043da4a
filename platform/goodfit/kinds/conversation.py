"""Conversations as data: the usual layouts of rows, and a plain way to write one down."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from goodfit.data.records import MissingField, RowProblem, close_name, from_cell
from goodfit.kinds.shape import need_text

Message = Mapping[str, str]

ROLES = {
    "system": "system",
    "developer": "system",
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

PAIRS = (("role", "content"), ("from", "value"))
"""What speaker and words are called: by OpenAI, and in ShareGPT."""

ASKED = ("prompt", "question", "query", "input", "user")
ANSWERED = ("completion", "output", "response", "answer", "reply", "target", "assistant")
"""What columns are called that hold one turn, for the words that mend a row."""

_NO = ("false", "0", "0.0", "no")
"""How tables and other programs write in a text that an answer is not to be learnt."""

LEAVE_OUT = "leave these conversations out; where all of the answers may be learnt, leave out what marks them"


def read_messages(values: Mapping[str, Any], labelled: bool) -> list[Message]:
    """A row as messages: ``messages``, ``conversations`` (ShareGPT), an Alpaca row, or ``prompt`` and ``completion``.

    Several in a row may be one speaker's: see ``in_turns``.

    Args:
        values: The row's.
        labelled: Whether the answer has to be there.

    Raises:
        RowProblem: It is none of these, or there is more to it than texts to learn.
    """
    if values.get("tools") not in (None, "", [], {}, "[]"):
        raise RowProblem(
            "tools are given, and goodfit learns texts alone",
            "leave out the field 'tools' where no answer needs it, and else these rows",
        )
    for name in ("messages", "conversations"):
        if values.get(name) is not None:
            return [*_before(values), *_listed(values[name], name)]
    if values.get("instruction") is not None:
        asked, given = need_text(values, "instruction"), _text_if_any(values, "input")
        asked = f"{asked}\n\n{given}" if given else asked
        return [*_before(values), *_pair(asked, values, "output", labelled)]
    if values.get("prompt") is not None:
        return [*_before(values), *_prompted(values, labelled)]
    asked, answered = _likely(values, ASKED), _likely(values, ANSWERED)
    words = f"dataset.fields.prompt={asked} dataset.fields.completion={answered}"
    raise MissingField("messages", words if asked and answered else "")


def _likely(values: Mapping[str, Any], names: Sequence[str]) -> str | None:
    """The one column that has a name of these."""
    found = [name for name, given in values.items() if isinstance(given, str) and str(name).lower() in names]
    return found[0] if len(found) == 1 else None


def _prompted(values: Mapping[str, Any], labelled: bool) -> list[Message]:
    """``prompt`` and ``completion``, texts or lists of messages."""
    said = values.get("completion")
    if said is not None and _is_no(values.get("label")):
        raise RowProblem("label is false: this completion is not to be learnt", "leave out the rows with label false")
    if not isinstance(values["prompt"], list):
        return _pair(need_text(values, "prompt"), values, "completion", labelled)
    if not isinstance(said or [], list):
        raise RowProblem("prompt is a list of messages, and completion is none")
    return _listed([*values["prompt"], *(said or [])], "prompt")


def _is_no(given: Any) -> bool:
    """Whether a mark says that an answer is not to be learnt: false or 0, in a cell of a table as a text."""
    return given.strip().lower() in _NO if isinstance(given, str) else given == 0


def _before(values: Mapping[str, Any]) -> list[Message]:
    """What stands beside a row's own messages: ``system``, and ``history`` as pairs of what was asked and answered."""
    found: list[Message] = []
    if system := _text_if_any(values, "system"):
        found.append({"role": "system", "content": system})
    history = from_cell(values.get("history")) or ()
    for pair in history if isinstance(history, list | tuple) else [history]:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise RowProblem("history is no list of pairs, [asked, answered] (in a cell of a table as JSON)")
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


def messages_in(given: Any) -> Any:
    """The messages that a cell of a table holds as JSON; another text, a list too, may be what somebody says."""
    found = from_cell(given)
    is_said = isinstance(found, list) and found and isinstance(found[0], dict)
    return found if is_said and any(role in found[0] for role, _ in PAIRS) else given


def _pair(asked: str, values: Mapping[str, Any], answer: str, labelled: bool) -> list[Message]:
    messages: list[Message] = [{"role": "user", "content": asked}]
    if values.get(answer) is not None:
        messages.append({"role": "assistant", "content": need_text(values, answer)})
    elif labelled:
        column = _likely(values, ANSWERED)
        raise MissingField(answer, f"dataset.fields.{answer}={column}" if column else "")
    return messages


def _listed(given: Any, name: str) -> list[Message]:
    given = messages_in(given)
    if isinstance(given, str):
        raise RowProblem(f"{name} is a text, expected a list of messages (in a cell of a table as JSON)")
    if not isinstance(given, list) or not given:
        raise RowProblem(f"{name} is no list of messages")
    usual = PAIRS[name == "conversations"]
    role, content = next((pair for pair in PAIRS if isinstance(given[0], dict) and pair[0] in given[0]), usual)
    return [_message(message, number, role, content) for number, message in enumerate(given, 1)]


def _message(message: Any, number: int, role: str, content: str) -> Message:
    if not isinstance(message, dict) or role not in message:
        raise RowProblem(f"message {number} has to be {{{role}, {content}}}")
    if not isinstance(message[role], str) or message[role] not in ROLES:
        close = close_name(str(message[role]), ROLES)
        what, expected = f"message {number} has an unknown role", "expected system, user or assistant"
        raise RowProblem(f"{what}, {expected}", in_full=f"{what}{close}, {expected}")
    speaker = ROLES[message[role]]
    if message.get("tool_calls") or message.get("function_call"):
        raise RowProblem(f"message {number} calls tools, and goodfit learns texts alone", "leave out these rows")
    marks = {"weight": "the weight 0", "train": "'train' false"}
    if speaker == "assistant" and (found := [mark for name, mark in marks.items() if _is_no(message.get(name))]):
        raise RowProblem(f"message {number} has {found[0]}, and all that the assistant says is learnt", LEAVE_OUT)
    try:
        return {"role": speaker, "content": need_text({content: _joined(message.get(content))}, content)}
    except RowProblem as problem:
        raise RowProblem(f"message {number}: {problem}") from None


def _joined(content: Any) -> Any:
    """A message of several parts as one text, a line for each; whatever else it is stays as it is."""
    if not isinstance(content, list):
        return content
    parts = [part.get("text") if isinstance(part, dict) and part.get("type") == "text" else None for part in content]
    if not all(isinstance(part, str) for part in parts):
        raise RowProblem("a part is no text, and goodfit learns texts alone")
    return "\n".join(parts)


def in_turns(messages: Sequence[Message]) -> list[Message]:
    """A system message may stand first; then user and assistant take turns, whoever begins.

    What one of the two says in several messages in a row is read as one, with a blank line between them, as people who
    type write them and as chat templates want it.

    Args:
        messages: As they were given.

    Raises:
        RowProblem: The user says nothing, or a system message stands behind another one.
    """
    found: list[Message] = []
    for number, message in enumerate(messages, 1):
        role, before = message["role"], found[-1]["role"] if found else None
        if role == "system" and number > 1:
            raise RowProblem(f"message {number} is the system's, which may stand first only")
        if role == before:
            found[-1] = {"role": role, "content": f"{found[-1]['content']}\n\n{message['content']}"}
        else:
            found.append(message)
    if not any(message["role"] == "user" for message in found):
        raise RowProblem("no message is the user's", "leave these conversations out")
    return found


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


def plain_template(before: str, end: str, behind: str) -> str:
    """``written`` as a chat template, for those who ask a tokenizer.

    Args:
        before: What stands before all turns.
        end: What stands behind each of the assistant's turns.
        behind: What stands behind all turns.
    """
    first, last, close = (json.dumps(text, ensure_ascii=False) for text in (before, behind, end))
    return (
        "{{ " + first + " }}{% for message in messages %}{{ '' if loop.first else '\\n' }}"
        "{{ message['role'] | capitalize }}: {{ message['content'] | trim }}"
        "{{ " + close + " if message['role'] == 'assistant' else '' }}{% endfor %}"
        "{{ '\\nAssistant:' if add_generation_prompt else '' }}{{ " + last + " }}"
    )
