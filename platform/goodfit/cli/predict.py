"""goodfit predict RUN [TEXT...] [--input FILE] [--output FILE] [--documents PATH]: answers as JSON lines, or a chat.

Words such as ``dataset.fields.text=said`` and ``dataset.on_bad_rows=quarantine`` say how the input is read.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shlex
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goodfit.cli.console import Bar, warn
from goodfit.cli.main import Arguments
from goodfit.cli.setting_up import open_host_of
from goodfit.config.words import FIELDS, ON_BAD_ROWS, known_choice
from goodfit.errors import ConfigError, DataError
from goodfit.files import at_home
from goodfit.registry import did_you_mean

if TYPE_CHECKING:
    from goodfit.data.gather import OneFile
    from goodfit.runs.opened import OpenedRun

_SETTING = re.compile(r"dataset\.[\w.]+")
TABLES = (".csv", ".tsv", ".parquet", ".xlsx")


def run(arguments: Arguments) -> dict[str, Any] | None:
    """Answer texts, a file, or standard input."""
    if not arguments.words:
        raise ConfigError("predict without a run", 'goodfit predict runs/latest "a text"')
    folder, *typed = arguments.words
    texts, renamed, act = _sorted(typed)
    _refuse_output(folder, *map(arguments.options.get, ("--output", "--input", "--documents")))
    if texts and "--input" in arguments.options:
        raise ConfigError("predict has texts and --input", "give one of them")
    from goodfit.data.read import SUFFIXES, TEXT_LINES, refuse_missing
    from goodfit.runs.documents import unread_in

    if "--input" in arguments.options:
        refuse_missing(Path(arguments.options["--input"]), "check --input")
    known = (*SUFFIXES, TEXT_LINES)
    if files := [text for text in texts if Path(text).suffix.lower() in known and os.path.isfile(text)]:
        raise ConfigError(f"'{files[0]}' is a file, expected a text", f"--input {shlex.quote(files[0])}")
    host = open_host_of(arguments, folder)
    from goodfit.runs.answer import answer_records, cut_documents, find_documents
    from goodfit.runs.inputs import lines_of, read_inputs
    from goodfit.runs.opened import open_run

    opened = open_run(folder, host)
    documents = find_documents(opened, host, arguments.options.get("--documents"), renamed)
    talks = opened.task.kind.talks and not texts and not arguments.json and sys.stdin.isatty()
    if talks and not {"--input", "--output"} & set(arguments.options):
        return _converse(opened)
    searched = arguments.options.get("--documents")
    if searched is not None and (unread := unread_in(Path(searched))) and not arguments.quiet:
        endings = ", ".join(f"{ending} {count}" for ending, count in sorted(unread.items()))
        warn([f"not searched, of the files in {searched}: {endings}"])
    if (cut := cut_documents(opened, documents)) and not arguments.quiet:
        warn([f"of {len(cut)} of {len(documents)} documents only the beginning is read"])
    lines = None if texts or "--input" in arguments.options else lines_of(standard_input())
    read = read_inputs(opened, texts, arguments.options.get("--input"), lines, renamed, act == "quarantine")
    if not arguments.quiet:
        warn(_unanswered(read))
    with Bar(arguments.quiet) as bar:
        answers = answer_records(opened, read.records, documents)
    rejected = [asdict(problem) for problem in read.rejected]
    output = arguments.options.get("--output")
    if output is not None:
        _write(Path(output), answers)
        bar.say(f"wrote {len(answers)} answers to {output}")
        return {"answers": len(answers), "rejected": rejected, "output": output}
    if arguments.json:
        return {"answers": answers, "rejected": rejected}
    for answer in answers:
        print(json.dumps(answer, ensure_ascii=False))
    return None


def _sorted(words: Sequence[str]) -> tuple[list[str], dict[str, str], str]:
    """Texts, the fields that have other names, and what a bad row does."""
    texts: list[str] = []
    renamed: dict[str, str] = {}
    act = "stop"
    for word in words:
        key, equals, value = word.partition("=")
        if key.startswith(FIELDS) and equals:
            renamed[key.removeprefix(FIELDS)] = value
        elif key == ON_BAD_ROWS and equals:
            act = known_choice(key, value)
        elif equals and _SETTING.fullmatch(key):
            known = [FIELDS + name for name in ("text", "source", "id")] + [ON_BAD_ROWS]
            hint = did_you_mean(key, known, f"it takes {FIELDS}text=NAME and {ON_BAD_ROWS}=quarantine")
            raise ConfigError(f"predict takes no '{key}'", hint)
        else:
            texts.append(word)
    return texts, renamed, act


def _unanswered(read: OneFile) -> list[str]:
    """What to say of the rows that have no answer."""
    told = []
    if bad := read.rejected:
        told.append(f"bad rows have no answer: {len(bad)} of {read.rows_read}, the first {bad[0]}")
    if empty := read.empty:
        told.append(f"empty rows have no answer: {len(empty)}, the first at {empty[0]}")
    return told


def _converse(opened: OpenedRun) -> None:
    """A chat on the terminal, until an empty line or the end of the input."""
    from goodfit.runs.answer import reply

    messages: list[dict[str, str]] = []
    print("an empty line ends the chat", file=sys.stderr)
    while True:
        try:
            # bytes that are no text come as halves of surrogate pairs
            said = input("you: ").encode("utf-8", "replace").decode().strip()
        except EOFError:
            said = ""
        if not said:
            return
        messages.append({"role": "user", "content": said})
        messages.append({"role": "assistant", "content": reply(opened, messages)})
        print(f"model: {messages[-1]['content']}")


def standard_input() -> str:
    """What is sent to this process.

    Raises:
        DataError: It is not UTF-8.
    """
    try:
        return sys.stdin.read().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        what = f"standard input is not UTF-8 (first at byte {error.start + 1})"
        raise DataError(what, "send it as UTF-8, or name a file: --input FILE") from None


def _refuse_output(run: str, output: str | None, *read: str | None) -> None:
    if output is None:
        return
    if Path(output).resolve().is_relative_to(at_home(run).resolve()):
        raise ConfigError(f"{output} lies in the run's folder, whose files are its evidence", "choose another --output")
    if Path(output).is_dir():
        raise _not_written(output, os.strerror(errno.EISDIR))
    if any(Path(output).resolve() == Path(one).resolve() for one in read if one is not None):
        raise ConfigError(f"{output} is read, and would be written over", "choose another --output")
    if Path(output).suffix.lower() in TABLES:
        what = f"answers are written as JSON lines, and {output} would be a table"
        raise ConfigError(what, f"--output {Path(output).with_suffix('.jsonl')}")
    if not Path(output).parent.is_dir():
        raise _not_written(output, os.strerror(errno.ENOENT))


def _write(path: Path, answers: list[dict[str, Any]]) -> None:
    try:
        path.write_text("".join(json.dumps(answer, ensure_ascii=False) + "\n" for answer in answers), "utf-8")
    except OSError as error:
        raise _not_written(str(path), str(error.strerror)) from None


def _not_written(output: str, reason: str) -> ConfigError:
    return ConfigError(f"{output} cannot be written: {reason}", "choose another --output")
