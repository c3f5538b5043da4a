"""Answers that are kept as they come, so that a command that was stopped goes on with them."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from goodfit import __version__
from goodfit.data.records import Record
from goodfit.errors import ConfigError
from goodfit.files import EVERYBODY, file_digest, to_output, write_whole
from goodfit.run_files import CONFIG, TASK
from goodfit.runs.held import is_taken, open_plain
from goodfit.runs.opened import OpenedRun, weights_in
from goodfit.texts.shown import json_line

Answer = Mapping[str, Any]


def question_of(opened: OpenedRun, records: Sequence[Record], documents: Iterable[str]) -> str:
    """The digest of all that answers hang on: the run, what is asked, and what is searched."""
    found = hashlib.sha256(__version__.encode())
    for path in (weights_in(opened.folder) / TASK, opened.folder / CONFIG):
        found.update(file_digest(path).encode())
    for asked in (*([record.id, record.fields] for record in records), *documents):
        found.update(json.dumps(asked).encode())
    return found.hexdigest()


class KeptAnswers:
    """The answers so far, in a file beside the one that they are for.

    Its first line says to what they are answers, each other one is a part of them: one that was not written whole is
    as if it were not there.

    Args:
        output: The file that they are for.
        file: The file that they are in, with what an earlier try left.
        question: What they are answers to.
    """

    def __init__(self, output: Path, file: IO[bytes], question: str) -> None:
        self._output, self._file = output, file
        self.answers: list[Answer] = []
        """In the order of the records; those of an earlier try first."""
        whole = 0
        for part, end in _left(file, question):
            self.answers += part
            whole = end
        file.seek(whole)
        file.truncate()
        if not whole:
            self._write(_first_line(question))

    def add(self, answers: Sequence[Answer]) -> None:
        """Keep some more."""
        self._write(_line(answers))
        self.answers += answers

    def finish(self) -> None:
        """Write the file that they are for: whole, or not at all."""
        with to_output(self._output):
            write_whole(self._output, b"".join(map(_line, self.answers)))

    def _write(self, line: bytes) -> None:
        with to_output(self._output):
            self._file.write(line)
            self._file.flush()
            os.fsync(self._file.fileno())


@contextlib.contextmanager
def keep_answers(output: Path, question: str) -> Iterator[KeptAnswers]:
    """Keep answers until they are all there; those of a try that was stopped come first.

    Args:
        output: The file that they are for.
        question: What they are answers to, see ``question_of``.

    Raises:
        ConfigError: Another process answers the same for this file, or it cannot be written.
    """
    place = output.with_name(f".{output.name}.{question[:12]}.answers")
    with to_output(output):
        opened = open_plain(place, os.O_RDWR | os.O_CREAT, EVERYBODY, "r+b")
    with opened as file:
        if not is_taken(file, place):
            raise ConfigError(f"another predict is writing to {output}", "wait for its end, or choose another --output")
        is_done = False
        try:
            kept = KeptAnswers(output, file, question)
            yield kept
            kept.finish()
            is_done = True
        finally:
            # a stop may come as well while those of an earlier try are read
            if is_done or os.fstat(file.fileno()).st_size <= len(_first_line(question)):
                place.unlink(missing_ok=True)


def _left(file: IO[bytes], question: str) -> Iterator[tuple[list[Answer], int]]:
    """The parts that a try which was stopped left, and the bytes up to the end of each; the first one is empty."""
    first = _first_line(question)
    if file.readline() != first:
        return
    end = len(first)
    yield [], end
    for line in file:
        try:
            part = json.loads(line)
        except ValueError:
            return
        if not line.endswith(b"\n"):
            return
        end += len(line)
        yield part, end


def _first_line(question: str) -> bytes:
    return _line({"answers_to": question})


def _line(value: Any) -> bytes:
    return f"{json_line(value)}\n".encode()
