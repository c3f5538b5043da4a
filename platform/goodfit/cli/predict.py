"""goodfit predict RUN [TEXT...] [--input FILE] [--output FILE] [--documents PATH]: answers as JSON lines, or a chat.

Words such as ``dataset.fields.text=said`` and ``dataset.on_bad_rows=quarantine`` say how the input is read.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shlex
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from goodfit.cli.arguments import Arguments
from goodfit.cli.console import Bar, standard_input, warn
from goodfit.cli.converse import converse
from goodfit.cli.findings import of_joined
from goodfit.cli.setting_up import open_host_of
from goodfit.config.settings import find_setting
from goodfit.config.words import FIELDS, ON_BAD_ROWS, ReadingWords, reading_words
from goodfit.errors import ConfigError, StoppedError
from goodfit.files import at_home, ending, to_output, unwritten
from goodfit.registry import did_you_mean
from goodfit.texts.shown import json_line

if TYPE_CHECKING:
    from goodfit.data.gather import OneFile
    from goodfit.runs.documents import Documents
    from goodfit.runs.kept_answers import KeptAnswers
    from goodfit.runs.opened import OpenedRun

_SETTING = re.compile(r"dataset\.[\w.]+")
TABLE_SUFFIXES = (".csv", ".tsv", ".parquet", ".xlsx")


def run(arguments: Arguments) -> dict[str, Any] | None:
    """Answer texts, a file, or standard input."""
    if not arguments.words:
        raise ConfigError("predict without a run", 'goodfit predict runs/latest "a text"')
    folder, *typed = arguments.words
    texts, reading = _sorted(typed)
    file, output, searched = map(arguments.options.get, ("--input", "--output", "--documents"))
    _refuse_output(folder, output, file, searched)
    _refuse_input(texts, file)
    host = open_host_of(arguments, folder)
    from goodfit.runs.answer import answer_records
    from goodfit.runs.cuts import told_of_unread
    from goodfit.runs.documents import find_documents
    from goodfit.runs.kept_answers import question_of
    from goodfit.runs.opened import open_run

    opened = open_run(folder, host, measured=False)
    documents = find_documents(opened, host, searched, reading.renamed)
    warn(host.others(), arguments.warnings, quiet=arguments.quiet)
    is_bare = not texts and file is None and output is None and not arguments.json
    if is_bare and opened.task.kind.talks and sys.stdin.isatty():
        return converse(opened, arguments.warnings)
    if arguments.json or not arguments.quiet:  # whether documents are cut is found by reading all of them
        told = [*_named(opened, texts), *_unsearched(opened, documents, searched)]
        warn(told, arguments.warnings, quiet=arguments.quiet)
    read = _read(opened, texts, file, reading)
    warn([*_unanswered(read), *_called_alike(read), *of_joined(read.joined)], arguments.warnings, quiet=arguments.quiet)
    question = partial(question_of, opened, read.records, documents.places)
    with _taking(output, question, arguments.json) as taken:
        if taken.answers:
            Bar(arguments.quiet).say(f"goes on behind {len(taken.answers)} answers that an earlier try left")
        parts = answer_records(opened, read.records, documents.places, len(taken.answers))
        while part := _next(parts, arguments.quiet):
            taken.add(part)
    little_read = sum("unread" in answer for answer in taken.answers)
    warn(told_of_unread(little_read, len(taken.answers)), arguments.warnings, quiet=arguments.quiet)
    rejected = [problem.shown() for problem in read.rejected]
    if output is not None:
        Bar(arguments.quiet).say(f"wrote {len(taken.answers)} answers to {output}")
        return {"answers": len(taken.answers), "rejected": rejected, "output": output}
    return {"answers": taken.answers, "rejected": rejected}


def _next(parts: Iterator[Sequence[Mapping[str, Any]]], quiet: bool) -> Sequence[Mapping[str, Any]]:
    """The next answers. The bar is gone when they come: on a terminal both would be in one place."""
    with Bar(quiet):
        return next(parts, ())


def _sorted(words: Sequence[str]) -> tuple[list[str], ReadingWords]:
    """Texts, and what the other words say of how a file is read.

    Raises:
        ConfigError: A word is another setting.
    """
    reading = reading_words([word for word in words if "=" in word])
    for key in (word.partition("=")[0] for word in reading.others):
        if _SETTING.fullmatch(key) or find_setting(key) is not None:
            known = [FIELDS + name for name in ("text", "source", "id")] + [ON_BAD_ROWS]
            hint = did_you_mean(key, known, f"it takes {FIELDS}text=NAME and {ON_BAD_ROWS}=quarantine")
            raise ConfigError(f"predict takes no '{key}'", hint)
    return [word for word in words if "=" not in word or word in reading.others], reading


def _refuse_input(texts: Sequence[str], file: str | None) -> None:
    """Refuse what cannot be meant to be answered.

    Raises:
        ConfigError: There are texts beside a file, or a text is the name of one.
        DataError: There is no such file.
    """
    if texts and file is not None:
        raise ConfigError("predict has texts and --input", "give one of them")
    from goodfit.data.read import TEXT_LINES, refuse_missing
    from goodfit.schema.dataset import SUFFIXES

    if file is not None:
        refuse_missing(Path(file), "check --input")
    known = (*SUFFIXES, TEXT_LINES)
    if files := [text for text in texts if ending(Path(text)) in known and os.path.isfile(text)]:
        raise ConfigError(f"'{files[0]}' is a file, expected a text", f"--input {shlex.quote(files[0])}")


def _named(opened: OpenedRun, texts: Sequence[str]) -> Iterator[str]:
    """What to say of texts that may be meant as files or folders: those that are the name of one."""
    for text in texts:
        if os.path.exists(text):
            sort, typed = "folder" if os.path.isdir(text) else "file", shlex.quote(text)
            searches = f", --documents {typed} searches it" if opened.task.kind.searches else ""
            yield f"'{text}' is answered as a text, and is the name of a {sort}: --input {typed} reads it{searches}"


def _unsearched(opened: OpenedRun, documents: Documents, searched: str | None) -> Iterator[str]:
    """What to say of the files and of the ends of documents that are not searched, and of names that cannot be."""
    from goodfit.data.stand_ins import PRIVACY_KEY, is_guessable
    from goodfit.runs.documents import cut_documents

    scrub = opened.task.scrub
    if documents.places and scrub is not None and is_guessable(scrub.mode):
        yield f"without {PRIVACY_KEY} a name has another pseudonym in a question than in documents, and is not found"
    if documents.unread:
        endings = ", ".join(f"{name} {count}" for name, count in sorted(documents.unread.items()))
        yield f"not searched, of the files in {searched}: {endings}"
    if cut := cut_documents(opened, documents.places):
        yield f"of {len(cut)} of {len(documents.places)} documents only the beginning is read"


def _read(opened: OpenedRun, texts: Sequence[str], file: str | None, reading: ReadingWords) -> OneFile:
    """What is answered: the texts, the file's rows, or what is sent to this process where neither is given."""
    from goodfit.runs.inputs import lines_of, read_inputs

    is_bare = not texts and file is None
    if is_bare and sys.stdin.isatty():
        each = "texts" if len(opened.task.kind.prompted) < 2 else "rows as JSON objects"
        print(f"type {each}, one a line; Ctrl-D ends", file=sys.stderr)
    lines = lines_of(standard_input()) if is_bare else None
    return read_inputs(opened, texts, file, lines, reading.renamed, reading.on_bad_rows == "quarantine")


def _unanswered(read: OneFile) -> list[str]:
    """What to say of the rows that have no answer."""
    told = []
    if bad := read.rejected:
        told.append(f"bad rows have no answer: {len(bad)} of {read.rows_read}, the first {bad[0]}")
    if empty := read.empty:
        told.append(f"empty rows have no answer: {len(empty)}, the first at {empty[0]}")
    return told


def _called_alike(read: OneFile) -> Iterator[str]:
    """What to say of records that have one id, so that nobody can tell their answers apart by it."""
    places: dict[str, list[str]] = {}
    for record in read.records:
        places.setdefault(record.id, []).append(record.origin)
    if alike := [origins for origins in places.values() if len(origins) > 1]:
        (one, other, *_), count = alike[0], sum(map(len, alike))
        yield f"{count} rows share their ids with others, the first {other} with {one}: tell their answers by the order"


def _refuse_output(run: str, output: str | None, *read: str | None) -> None:
    if output is None:
        return
    if Path(output).resolve().is_relative_to(at_home(run).resolve()):
        raise ConfigError(f"{output} lies in the run's folder, whose files are its evidence", "choose another --output")
    if Path(output).is_dir():
        raise unwritten(Path(output), os.strerror(errno.EISDIR))
    if Path(output).exists() and not os.access(output, os.W_OK):
        raise unwritten(Path(output), os.strerror(errno.EACCES))
    if any(Path(output).resolve() == Path(one).resolve() for one in read if one is not None):
        raise ConfigError(f"{output} is read, and would be written over", "choose another --output")
    if ending(Path(output)) in TABLE_SUFFIXES:
        what = f"answers are written as JSON lines, and {output} would be a table"
        raise ConfigError(what, f"--output {Path(output).with_suffix('.jsonl')}")
    if not Path(output).parent.is_dir():
        raise unwritten(Path(output), os.strerror(errno.ENOENT))


class _Sent:
    """Answers that go to a stream as they come, or only into the result of ``--json``."""

    def __init__(self, stream: IO[str] | None) -> None:
        self._stream = stream
        self.answers: list[Mapping[str, Any]] = []

    def add(self, answers: Sequence[Mapping[str, Any]]) -> None:
        """Send some more."""
        self.answers += answers
        if self._stream is not None:
            self._stream.write("".join(json_line(answer) + "\n" for answer in answers))
            self._stream.flush()


@contextlib.contextmanager
def _taking(output: str | None, question: Callable[[], str], as_json: bool) -> Iterator[_Sent | KeptAnswers]:
    """What takes the answers: a file gets them whole, or what is there stays; a pipe, or what a link leads to, as they
    come, and so does standard output."""
    from goodfit.runs.kept_answers import keep_answers

    if output is None:
        yield _Sent(None if as_json else sys.stdout)
        return
    path = Path(output)
    if path.is_symlink() or (path.exists() and not path.is_file()):
        with to_output(path), path.open("w", encoding="utf-8") as stream:
            yield _Sent(stream)
        return
    with keep_answers(path, question()) as kept:
        try:
            yield kept
        except KeyboardInterrupt:
            if not kept.answers:
                raise
            where = f"{len(kept.answers)} answers are kept beside {output}"
            raise StoppedError(signal.SIGINT, where, "the same command goes on", "predict") from None
