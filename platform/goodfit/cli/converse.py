"""A chat on the terminal with a finished run: ``goodfit predict RUN`` where nothing is given to answer."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from goodfit.cli.console import warn
from goodfit.texts.shown import in_lines

if TYPE_CHECKING:
    from goodfit.runs.opened import OpenedRun

SYSTEM = "/system"
"""What begins a line that is no message of the user's."""

BROKEN_OFF = " […]"
"""What stands behind an answer that was not written to its end."""


def converse(opened: OpenedRun, noted: list[str]) -> None:
    """Talk until an empty line or the end of the input.

    Args:
        opened: The run, of a kind that talks.
        noted: Gets what is told besides.
    """
    from goodfit.runs.answer import reply

    messages: list[dict[str, str]] = []
    was_told = False
    print(f"an empty line ends the chat; {SYSTEM} TEXT as its first line is the system message", file=sys.stderr)
    while True:
        try:
            # bytes that are no text come as halves of surrogate pairs
            said = input("you: ").encode("utf-8", "replace").decode().strip()
        except EOFError:
            said = ""
        if not said:
            return
        if said.split()[0] == SYSTEM:
            _instruct(messages, said.removeprefix(SYSTEM).strip(), noted)
            continue
        messages.append({"role": "user", "content": said})
        said_next, is_cut = reply(opened, messages)
        if is_cut and not was_told:
            warn(["the chat is longer than the model reads: from here on its beginning is left out"], noted)
            was_told = True
        messages.append({"role": "assistant", "content": said_next.answer})
        print(f"model: {in_lines(said_next.answer)}{BROKEN_OFF if said_next.broken_off else ''}")


def _instruct(messages: list[dict[str, str]], text: str, noted: list[str]) -> None:
    """Begin a chat with a system message, in the place of one that was typed before."""
    if not text or any(message["role"] == "user" for message in messages):
        warn([f"{SYSTEM} TEXT has to be the first line of a chat, and was left out"], noted)
    else:
        messages[:] = [{"role": "system", "content": text}]
