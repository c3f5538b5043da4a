"""goodfit predict RUN [TEXT...] [--input FILE] [--output FILE] [--documents PATH]: answers as JSON lines, or a chat."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Any

from goodfit.cli.main import Arguments
from goodfit.cli.setting_up import open_host_of
from goodfit.errors import ConfigError

FIELDS = "dataset.fields."
"""What words begin with that name a field of the input."""

TABLES = (".csv", ".tsv", ".parquet", ".xlsx")


def run(arguments: Arguments) -> dict[str, Any] | None:
    """Answer texts, a file, or standard input."""
    if not arguments.words:
        raise ConfigError("predict without a run", 'goodfit predict runs/latest "a text"')
    folder, *typed = arguments.words
    names = [word for word in typed if word.startswith(FIELDS) and "=" in word]
    renamed = dict(word.removeprefix(FIELDS).split("=", 1) for word in names)
    texts = [word for word in typed if word not in names]
    _refuse_other_format(arguments.options.get("--output"))
    if texts and "--input" in arguments.options:
        raise ConfigError("predict has texts and --input", "give one of them")
    from goodfit.data.read import SUFFIXES

    if files := [text for text in texts if Path(text).suffix in SUFFIXES and Path(text).is_file()]:
        raise ConfigError(f"'{files[0]}' is a file, expected a text", f"--input {shlex.quote(files[0])}")
    host = open_host_of(arguments, folder)
    from goodfit.runs.answer import answer_records, cut_documents, find_documents
    from goodfit.runs.inputs import lines_of, read_inputs
    from goodfit.runs.opened import open_run

    opened = open_run(folder, host)
    documents = find_documents(opened, host, arguments.options.get("--documents"))
    talks = opened.task.kind.talks and not texts and not arguments.json and sys.stdin.isatty()
    if talks and not {"--input", "--output"} & set(arguments.options):
        return _converse(opened)
    if (cut := cut_documents(opened, documents)) and not arguments.quiet:
        print(f"warning: of {len(cut)} of {len(documents)} documents only the beginning is read", file=sys.stderr)
    lines = None if texts or "--input" in arguments.options else lines_of(sys.stdin.read())
    records, empty = read_inputs(opened, texts, arguments.options.get("--input"), lines, renamed)
    if empty and not arguments.quiet:
        print(f"warning: empty rows have no answer: {len(empty)}, the first at {empty[0]}", file=sys.stderr)
    answers = answer_records(opened, records, documents)
    output = arguments.options.get("--output")
    if output is not None:
        _write(Path(output), answers)
        return {"answers": len(answers), "output": output}
    if arguments.json:
        return {"answers": answers}
    for answer in answers:
        print(json.dumps(answer, ensure_ascii=False))
    return None


def _converse(opened: Any) -> None:
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


def _refuse_other_format(output: str | None) -> None:
    if output is not None and Path(output).suffix in TABLES:
        what = f"answers are written as JSON lines, and {output} would be a table"
        raise ConfigError(what, f"--output {Path(output).with_suffix('.jsonl')}")


def _write(path: Path, answers: list[dict[str, Any]]) -> None:
    try:
        path.write_text("".join(json.dumps(answer, ensure_ascii=False) + "\n" for answer in answers), "utf-8")
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}", "choose another --output") from None
