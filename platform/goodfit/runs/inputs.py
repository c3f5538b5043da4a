"""What a finished run is asked: typed texts, rows of a file, or lines."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from goodfit.data.gather import OneFile, names_in
from goodfit.data.read import TEXT_LINES, holds_texts, read_file
from goodfit.data.records import BadRows, FileRows, Problem, Row, RowProblem, own_id, problem_of, record_of, values_of
from goodfit.data.text_files import read_texts, text_of
from goodfit.errors import ConfigError, DataError
from goodfit.files import ending
from goodfit.kinds.shape import refuse_unknown_fields
from goodfit.runs.opened import OpenedRun


def read_inputs(
    opened: OpenedRun,
    texts: Sequence[str],
    file: str | None,
    lines: Sequence[str] | None,
    renamed: Mapping[str, str | None],
    quarantine: bool,
) -> OneFile:
    """Records to answer: typed texts, a file's rows, or lines of text or JSON; without an id they are numbered.

    Where other rows have ids, a row without one is called ``row-3``, as no row is that has one.

    Args:
        opened: The run.
        texts: Typed texts.
        file: A file's name, or that of a folder of texts.
        lines: Lines of standard input.
        renamed: Fields that have other names here than in the run's own data.
        quarantine: Whether bad rows are set aside.

    Raises:
        BadRows: A row lacks what the kind needs, and is not to be set aside; or no good row is left.
    """
    main, asked = opened.task.kind.typed, opened.task.kind.prompted
    if texts and len(asked) > 1:
        what = f"{opened.task.kind.name} is asked with {' and '.join(asked)}, and a typed text is the {main} alone"
        raise ConfigError(what, "--input FILE with a row for each, or a JSON object a line on standard input")
    if file is None:
        typed = [Row(f"text {n}", {main: text}, n) for n, text in enumerate(texts, 1)]
        read = _from_lines(lines or [], main, "standard input")
        read = replace(read, rows=typed + read.rows)
    elif holds_texts(Path(file)):
        read = read_texts(Path(file), main)
    elif ending(Path(file)) == TEXT_LINES:
        read = _from_lines(lines_of(text_of(Path(file))), main, Path(file).name)
    else:
        read = read_file(Path(file))
    records, problems = [], list(read.problems)
    refuse_unknown_fields(opened.task.kind, renamed)
    fields = names_in(read.rows, opened.conf.dataset.fields) | dict(renamed)
    own = _own_ids(read.rows, fields)
    for row in read.rows:
        values = values_of(row, fields)
        try:
            name = own_id(values) or _place(row, own)
            records.append(record_of(name, opened.task.kind.check(values, False), origin=row.origin))
        except RowProblem as problem:
            problems.append(problem_of(row, problem, fields.values()))
    if problems and not (quarantine and records):
        raise BadRows(problems, read.count, may_quarantine=bool(records), mends=[read.mend])
    if not records:
        raise DataError("there is nothing to answer", "give a text, --input FILE, or lines on standard input")
    return OneFile(opened.scrubbed(records), problems, read.count, read.empty)


def _own_ids(rows: Sequence[Row], fields: Mapping[str, str | None]) -> set[str]:
    """The ids that rows have, bad ones too."""
    found = set()
    for row in rows:
        with contextlib.suppress(RowProblem):
            found.add(own_id(values_of(row, fields)))
    return {one for one in found if one is not None}


def _place(row: Row, own: Collection[str]) -> str:
    """What a row without an id is called: its number, and among rows with ids what none of them is called."""
    name = f"row-{row.number}" if own else str(row.number)
    while name in own:
        name = f"row-{name}"
    return name


_BEGINS_AN_OBJECT = re.compile(r'\s*\{\s*"')
_BETWEEN_CELLS = re.compile(r"[,;\t|]")


def lines_of(text: str) -> list[str]:
    """The lines of a text. Unicode's own line separators stand inside JSON strings, and end no line."""
    return [line.removesuffix("\r") for line in text.split("\n")]


def _from_lines(lines: Sequence[str], main: str, origin: str) -> FileRows:
    """Lines of text or JSON; where some are JSON objects, one that begins as one and is none is bad.

    Raises:
        DataError: They are a table, whose header would be a text.
    """
    filled = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    cells = [cell.strip(' "').lower() for cell in _BETWEEN_CELLS.split(filled[0][1])] if filled else []
    if len(cells) > 1 and main in cells:
        fix = "--input FILE, with .csv or .tsv at its end, reads it by its columns"
        raise DataError(f"{origin} looks like a table with a column '{main}'", fix)
    objects = {number: _object(line) for number, line in filled}
    are_json = any(found is not None for found in objects.values())
    read = FileRows([])
    for number, line in filled:
        found = objects[number]
        if found is None and are_json and _BEGINS_AN_OBJECT.match(line):
            read.problems.append(Problem(f"{origin}:{number}", "broken JSON", sort="unreadable"))
        else:
            read.rows.append(Row(f"{origin}:{number}", {main: line} if found is None else found, number))
    return read


def _object(line: str) -> Mapping[str, Any] | None:
    """The JSON object that a line is."""
    if not line.lstrip().startswith("{"):
        return None
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
