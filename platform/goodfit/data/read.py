"""Rows from files: JSONL, CSV, Parquet, a ``datasets`` folder, or the hub."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from goodfit.data.encoding import is_mixed, not_utf8, utf16
from goodfit.data.hub import hub_is_reachable, is_offline
from goodfit.data.records import Problem, Row
from goodfit.errors import DataError, HardwareError
from goodfit.schema.dataset import SPLITS, DatasetConf

SUFFIXES = (".jsonl", ".json", ".ndjson", ".csv", ".tsv", ".parquet")
TEXT_LINES = ".txt"
"""Where each line is a text; records that are learnt have more than that."""
TABLES = (".csv", ".tsv")
SPREADSHEETS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".numbers")
_ARRAY = re.compile(rb"\s*\[\s*{")
"""How an array of objects begins, whatever its file's ending says."""
_PACKED = (b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")
"""What gzip, ZIP, bzip2, xz and Zstandard begin a file with: no text of ours does."""
_SPREADSHEET = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
"""What spreadsheets begin with: newer ones are ZIP archives, older ones Microsoft's compound files."""
NOT_UTF8 = "bytes that are not UTF-8"
FEW_UNDECODED, UNDECODED_SHARE = 2, 0.1
"""Up to so many rows, or such a share, are damaged; with more that are not UTF-8, or all, the whole file is none."""
_BOM = b"\xef\xbb\xbf"
_ESCAPED = re.compile("[\udc80-\udcff]")
_HALF = re.compile("[\ud800-\udfff]")
_QUOTED = re.compile('"[^"]*"')
_NAMED_DELIMITER = re.compile('"?sep=(.)"?[\r\n]+', re.IGNORECASE)
"""The line with which a file tells Excel what stands between its cells."""
_HALF_NAMED = re.compile(rb"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class FileRows:
    """What stands in a file."""

    rows: list[Row]
    problems: list[Problem] = field(default_factory=list)
    """Rows that could not be read."""
    empty: list[str] = field(default_factory=list)
    """``file:line`` of rows of a table without anything in a cell, which spreadsheets write below their last one."""

    @property
    def count(self) -> int:
        """Rows that have anything in them."""
        return len(self.rows) + len(self.problems)


def read_file(path: Path) -> FileRows:
    """All rows of a file.

    Raises:
        DataError: The file is missing, empty, or of a format that is not known.
    """
    refuse_missing(path)
    if path.is_dir():
        return FileRows(_read_datasets_folder(path))
    _refuse_other_format(path)
    found = _read_parquet(path) if path.suffix.lower() == ".parquet" else _read_text(path)
    if not found.count:
        raise DataError(f"{path} has no rows", "give a file with at least one record")
    return found


def refuse_missing(path: Path, fix: str = "check the path") -> None:
    """Refuse a file that is not there.

    Raises:
        DataError: It is not.
    """
    if not path.exists():
        raise DataError(f"the data file {path} does not exist", fix)


def _refuse_other_format(path: Path) -> None:
    ending = path.suffix.lower()
    with path.open("rb") as file:
        beginning = file.read(8)
    if ending in SPREADSHEETS or (ending in TABLES and beginning.startswith(_SPREADSHEET)):
        raise DataError(f"{path} is a spreadsheet, expected a text file", 'save its sheet as "CSV UTF-8" (.csv)')
    if ending not in SUFFIXES:
        raise DataError(f"{path} has the ending '{path.suffix}'", f"goodfit reads {', '.join(SUFFIXES)} and folders")
    if beginning.startswith(_PACKED):
        raise DataError(f"{path} is compressed, in spite of its ending", "unpack it")


def _read_text(path: Path) -> FileRows:
    content = path.read_bytes().removeprefix(_BOM)
    if utf16(content) is not None:
        raise not_utf8(path, content)
    found = _read_csv(path, content) if path.suffix.lower() in TABLES else _read_jsonl(path, content)
    if _HALF_NAMED.search(content):
        rows, halves = _without_half_pairs(found.rows)
        found = replace(found, rows=rows, problems=found.problems + halves)
    undecoded = [problem.origin for problem in found.problems if problem.reason == NOT_UTF8]
    many = len(undecoded) > max(FEW_UNDECODED, UNDECODED_SHARE * found.count)
    if undecoded and (many or len(undecoded) == found.count) and not is_mixed(content):
        raise not_utf8(path, content, undecoded[0])
    return found


def _read_jsonl(path: Path, content: bytes) -> FileRows:
    if _ARRAY.match(content) or (path.suffix.lower() == ".json" and content.lstrip().startswith(b"[")):
        return _read_array(path, content)
    rows, problems = [], []
    for number, line in enumerate(content.split(b"\n"), 1):
        origin = f"{path.name}:{number}"
        try:
            text = line.decode("utf-8")
            if not text.strip():
                continue
            values = json.loads(text, object_pairs_hook=_no_key_twice, parse_constant=_no_constant)
        except UnicodeDecodeError as error:
            problems.append(Problem(f"{origin}:{error.start + 1}", NOT_UTF8))
        except json.JSONDecodeError as error:
            problems.append(Problem(f"{origin}:{error.colno}", f"broken JSON: {error.msg}"))
        except (ValueError, RecursionError) as error:
            reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
            problems.append(Problem(origin, f"broken JSON: {reason}"))
        else:
            if isinstance(values, dict):
                rows.append(Row(origin, values, len(rows) + len(problems) + 1))
            else:
                problems.append(Problem(origin, f"a JSON {type(values).__name__}, expected an object"))
    return FileRows(rows, problems)


def _read_array(path: Path, content: bytes) -> FileRows:
    """One JSON array of objects; an item is named by its number."""
    try:
        items = json.loads(content, object_pairs_hook=_no_key_twice, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path} is broken JSON: {error}", "write it again, or one object a line (.jsonl)") from None
    found = [(f"{path.name}[{number}]", item, number) for number, item in enumerate(items, 1)]
    rows = [Row(origin, item, number) for origin, item, number in found if isinstance(item, dict)]
    wrong = [(origin, type(item).__name__) for origin, item, _ in found if not isinstance(item, dict)]
    return FileRows(rows, [Problem(origin, f"a JSON {kind}, expected an object") for origin, kind in wrong])


def _without_half_pairs(rows: Sequence[Row]) -> tuple[list[Row], list[Problem]]:
    """Rows with half of a sign, which JSON can name and no text in UTF-8 holds, are bad: some programs cut signs so."""
    kept, problems = [], []
    for row in rows:
        if _HALF.search(json.dumps(row.values, ensure_ascii=False)):
            problems.append(Problem(row.origin, "half of a surrogate pair"))
        else:
            kept.append(row)
    return kept, problems


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key '{twice}' stands twice")
    return values


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _read_csv(path: Path, content: bytes) -> FileRows:
    # bytes that are not UTF-8 become halves of surrogate pairs, which no text in UTF-8 holds
    lines = io.StringIO(content.decode("utf-8", "surrogateescape"), newline="").readlines()
    named = _NAMED_DELIMITER.fullmatch(lines[0]) if lines else None
    start = 1 if named else 0
    delimiter = named[1] if named else _delimiter(path, lines)
    found = FileRows([])
    header: list[str] | None = None
    while start < len(lines):
        cells, end, reason = _next_cells(lines, start, delimiter)
        origin = f"{path.name}:{start + 1}"
        if (byte := _no_utf8(lines[start : end if reason is None else start + 1])) is not None:
            line, column = byte
            origin, reason = f"{path.name}:{start + 1 + line}:{column}", NOT_UTF8
        elif reason is None and cells and not any(map(str.strip, cells)):
            found.empty.append(origin)
            cells = []
        elif header is None and reason is None:
            cells = [*map(str.strip, cells)]
            _refuse_header(origin, cells, _next_cells(lines, end, delimiter)[0])
        elif header is not None and reason is None and cells and len(cells) != len(header):
            reason = f"{len(cells)} cells, expected {len(header)}"
        if reason is not None:
            found.problems.append(Problem(origin, reason))
            end = start + 1  # what a broken row's quotes swallowed is read again, row by row
            if header is None:
                break
        elif header is None:
            header = cells or None
        elif cells:
            values = {name: cell for name, cell in zip(header, cells, strict=True) if name}
            found.rows.append(Row(origin, values, found.count + 1))
        start = end
    return found


def _delimiter(path: Path, lines: Sequence[str]) -> str:
    """What stands between names of columns: in a doubt a comma."""
    header = _QUOTED.sub("", lines[0] if lines else "")
    return "\t" if path.suffix.lower() == ".tsv" else max(",;\t|", key=header.count)


def _refuse_header(origin: str, cells: Sequence[str], below: Sequence[str]) -> None:
    """Refuse names of columns that cannot be meant, and a title above them.

    Raises:
        DataError: Two columns have one name, or the row below fills more columns than the one that has a name.
    """
    named = [name for name in cells if name.strip()]
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        fix = "give each column a name of its own in this line"
        raise DataError(f"{origin}: the column '{twice[0]}' stands twice", fix)
    if len(named) == 1 and sum(map(bool, map(str.strip, below))) > 2:
        fix = "let the line with the names of the columns be the first: take out what stands above it"
        raise DataError(f"{origin}: one of {len(cells)} columns has a name, as in a title", fix)


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


def _read_parquet(path: Path) -> FileRows:
    import pyarrow.parquet

    try:
        table = pyarrow.parquet.read_table(path)
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise DataError(f"{path} cannot be read as Parquet: {reason}", "write the file again") from None
    columns = [_cells(column) for column in table.columns]
    found = FileRows([])
    for number, cells in enumerate(zip(*columns, strict=True), 1):
        origin, wrong = f"{path.name}:{number}", [cell for cell in cells if isinstance(cell, _NotRead)]
        if wrong:
            found.problems.append(Problem(origin, wrong[0].reason))
        else:
            values = {name: _known(cell) for name, cell in zip(table.column_names, cells, strict=True)}
            found.rows.append(Row(origin, values, number))
    return found


@dataclass(frozen=True, slots=True)
class _NotRead:
    """Stands for a cell that is no value."""

    reason: str


def _cells(column: Any) -> list[Any]:
    """The values of a Parquet column; times that Python has no values for, beyond the year 9999, as their numbers."""
    try:
        found: list[Any] = column.to_pylist()
    except (ValueError, OverflowError):
        return [_cell(scalar) for scalar in column]
    return found


def _cell(scalar: Any) -> Any:
    try:
        return scalar.as_py()
    except UnicodeDecodeError:
        return _NotRead(NOT_UTF8)
    except (ValueError, OverflowError):
        number = getattr(scalar, "value", None)  # of a time, in its unit
        return _NotRead(f"a {scalar.type} that cannot be read") if number is None else str(number)


def _known(value: Any) -> Any:
    """A value, and None in the place of NaN, with which tables say that there is none."""
    return None if isinstance(value, float) and math.isnan(value) else value


def _read_datasets_folder(path: Path) -> list[Row]:
    import datasets

    try:
        loaded = datasets.load_from_disk(str(path))
    except (FileNotFoundError, ValueError, KeyError) as error:
        raise DataError(
            f"{path} is no folder of a single datasets.Dataset: {str(error).splitlines()[0]}",
            "name the folder that Dataset.save_to_disk wrote, one for each split",
        ) from None
    if isinstance(loaded, datasets.DatasetDict):
        raise DataError(f"{path} holds several splits", f"name one: {path}/{next(iter(loaded), 'train')}")
    return [Row(f"{path.name}:{number}", row, number) for number, row in enumerate(_rows(loaded), 1)]


def read_hub(conf: DatasetConf) -> dict[str, list[Row]]:
    """The splits of a hub data set.

    Raises:
        DataError: No name was given, or the hub has no such data set.
        HardwareError: The hub cannot be reached.
    """
    if conf.name is None:
        raise DataError("dataset=hub without a name", "add dataset.name=<owner>/<data set>")
    if not hub_is_reachable() and not is_offline():
        raise HardwareError(
            f"the hub could not give {conf.name}: it cannot be reached",
            "check the network (HF_ENDPOINT), take what was fetched before with HF_HUB_OFFLINE=1, or use dataset=files",
        )
    import datasets

    try:
        loaded = datasets.load_dataset(conf.name, conf.config, revision=conf.revision)
    except (ConnectionError, OSError) as error:
        raise HardwareError(
            f"the hub could not give {conf.name}: {str(error).splitlines()[0]}",
            "check name and network, or download it elsewhere and use dataset=files",
        ) from None
    except ValueError as error:
        raise DataError(f"{conf.name}: {str(error).splitlines()[0]}", "check dataset.name and dataset.config") from None
    return {
        split: [Row(f"{conf.name}/{split}:{number}", row, number) for number, row in enumerate(_rows(rows), 1)]
        for split, rows in loaded.items()
        if split in SPLITS
    }


def _rows(dataset: Any) -> Iterator[dict[str, Any]]:
    """Rows with label numbers turned into label names; -1 is that of no label."""
    read = {name: _reader(feature) for name, feature in dataset.features.items()}
    for row in dataset:
        yield {name: read[name](value) for name, value in row.items()}


def _reader(feature: Any) -> Callable[[Any], Any]:
    """How the values of a feature are read: of the labels of words, or of several of a text, each has its name."""
    import datasets

    if isinstance(feature, datasets.ClassLabel):
        names = dict(enumerate(feature.names))
        return lambda value: names.get(value) if isinstance(value, int) else value
    if isinstance(feature, datasets.List | datasets.LargeList):
        one = _reader(feature.feature)
        return _known if one is _known else lambda value: None if value is None else [one(part) for part in value]
    if isinstance(feature, dict):
        parts = {name: _reader(part) for name, part in feature.items()}
        return lambda value: None if value is None else {name: parts[name](part) for name, part in value.items()}
    return _known
