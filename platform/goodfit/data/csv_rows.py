"""Rows of a CSV file: each begins on a line of its own, and one that cannot be taken costs no other."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from goodfit.data.encoding import NOT_UTF8
from goodfit.data.records import FileRows, Problem, Row
from goodfit.errors import DataError
from goodfit.files import ending

_ESCAPED = re.compile("[\udc80-\udcff]")
_QUOTED = re.compile('"[^"]*"')
_NAMED_DELIMITER = re.compile('"?sep=(.)"?[\r\n]+', re.IGNORECASE)
"""The line with which a file tells Excel what stands between its cells."""


@dataclass(frozen=True, slots=True)
class _CsvRow:
    """What begins at a line: a row, the names of the columns, or nothing where the line is bare."""

    origin: str
    """``file:line`` of its beginning."""
    cells: Sequence[str]
    """Nothing on a bare line, and where quotes are broken."""
    end: int
    """The line to go on at: behind the row; behind its first line where it cannot be taken, since what its quotes
    swallowed is read again, row by row."""
    problem: Problem | None
    """Why it cannot be taken; None where it can."""

    @property
    def is_blank(self) -> bool:
        """Whether it has cells, and nothing stands in any."""
        return bool(self.cells) and not any(map(str.strip, self.cells))


def read_csv(path: Path, content: bytes) -> FileRows:
    """The rows of a table, below a line with the names of its columns.

    Raises:
        DataError: The names cannot be meant.
    """
    # bytes that are not UTF-8 become halves of surrogate pairs, which no text in UTF-8 holds
    lines = io.StringIO(content.decode("utf-8", "surrogateescape"), newline="").readlines()
    named = _NAMED_DELIMITER.fullmatch(lines[0]) if lines else None
    start = 1 if named else 0
    delimiter = named[1] if named else _delimiter(path, lines)
    found = FileRows([])
    header: list[str] = []
    while start < len(lines):
        row = _row_at(path.name, lines, start, delimiter, len(header) or None)
        if row.problem is not None:
            found.problems.append(row.problem)
            if not header:
                break
        elif row.is_blank:
            found.empty.append(row.origin)
        elif row.cells and not header:
            header = [*map(str.strip, row.cells)]
            _refuse_header(row.origin, header, _next_cells(lines, row.end, delimiter)[0])
        elif row.cells:
            values = {name: cell for name, cell in zip(header, row.cells, strict=True) if name}
            found.rows.append(Row(row.origin, values, found.count + 1))
        start = row.end
    return found


def _row_at(name: str, lines: Sequence[str], start: int, delimiter: str, width: int | None) -> _CsvRow:
    """What begins at a line.

    Args:
        name: The file's, for the origin.
        lines: Those of the file.
        start: The line, from 0.
        delimiter: What stands between cells.
        width: How many cells a row has to have; None before the columns are named.
    """
    cells, end, broken = _next_cells(lines, start, delimiter)
    origin, problem = f"{name}:{start + 1}", None
    if (byte := _no_utf8(lines[start : end if broken is None else start + 1])) is not None:
        line, column = byte
        problem = Problem(f"{name}:{start + 1 + line}:{column}", NOT_UTF8, sort="unreadable")
    elif broken is not None:
        problem = Problem(origin, broken, sort="unreadable")
    elif width not in (None, len(cells)) and any(map(str.strip, cells)):
        problem = Problem(origin, f"{len(cells)} cells, expected {width}")
    return _CsvRow(origin, cells, end if problem is None else start + 1, problem)


def _delimiter(path: Path, lines: Sequence[str]) -> str:
    """What stands between names of columns: in a doubt a comma."""
    header = _QUOTED.sub("", lines[0] if lines else "")
    return "\t" if ending(path) == ".tsv" else max(",;\t|", key=header.count)


def _refuse_header(origin: str, cells: Sequence[str], below: Sequence[str]) -> None:
    """Refuse names of columns that cannot be meant, and a title above them.

    Raises:
        DataError: Two columns have one name, or the row below fills more columns than the one that has a name.
    """
    fix = "give each column a name of its own in this line; if it is a record, add one with the names above it"
    refuse_doubles(origin, cells, fix)
    named = [name for name in cells if name]
    if len(named) == 1 and sum(map(bool, map(str.strip, below))) > 2:
        fix = "let the line with the names of the columns be the first: take out what stands above it"
        raise DataError(f"{origin}: one of {len(cells)} columns has a name, as in a title", fix)


def refuse_doubles(origin: str, names: Sequence[str], fix: str = "give each column a name of its own") -> None:
    """Refuse columns of one name.

    Args:
        origin: Where the names stand.
        names: Of all columns; those without one have none in common.
        fix: What is to be done.

    Raises:
        DataError: There are two; it tells their places, for a name is text where the file has no line of names.
    """
    for number, name in enumerate(names, 1):
        first = names.index(name) + 1
        if name and first != number:
            raise DataError(f"{origin}: the columns {first} and {number} have one name", fix)


def _next_cells(lines: Sequence[str], start: int, delimiter: str) -> tuple[list[str], int, str | None]:
    """The cells of the row that begins in a line, the line behind it, and why it is broken."""
    csv.field_size_limit(2**31 - 1)
    reader = csv.reader((lines[number] for number in range(start, len(lines))), delimiter=delimiter, strict=True)
    try:
        cells = next(reader, [])
    except csv.Error as error:
        return [], start + reader.line_num, f"broken CSV: {error}"
    return cells, start + reader.line_num, None


def _no_utf8(lines: Sequence[str]) -> tuple[int, int] | None:
    """The line, from 0, and column in bytes, from 1, of the first byte that is not UTF-8."""
    for number, line in enumerate(lines):
        found = _ESCAPED.search(line)
        if found is not None:
            return number, len(line[: found.start()].encode("utf-8", "surrogateescape")) + 1
    return None
