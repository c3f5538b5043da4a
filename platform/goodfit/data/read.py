"""Rows from files: JSONL, CSV, Parquet, a ``datasets`` folder, or the hub."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from goodfit.data.hub import hub_is_reachable, is_offline
from goodfit.data.records import Problem, Row
from goodfit.errors import DataError, HardwareError
from goodfit.schema.dataset import DatasetConf

SUFFIXES = (".jsonl", ".json", ".ndjson", ".csv", ".tsv", ".parquet")
NOT_UTF8 = "bytes that are not UTF-8"
_BOM = b"\xef\xbb\xbf"
_ESCAPED = re.compile("[\udc80-\udcff]")
_HALF = re.compile("[\ud800-\udfff]")
_HALF_NAMED = re.compile(rb"\\u[dD][89a-fA-F]")


def read_file(path: Path) -> tuple[list[Row], list[Problem]]:
    """All rows of a file, and those that could not be read.

    Raises:
        DataError: The file is missing, empty, or of a format that is not known.
    """
    if not path.exists():
        raise DataError(f"the data file {path} does not exist", "check the path")
    if path.is_dir():
        return _read_datasets_folder(path), []
    if path.suffix not in SUFFIXES:
        raise DataError(f"{path} has the ending '{path.suffix}'", f"goodfit reads {', '.join(SUFFIXES)} and folders")
    if path.suffix == ".parquet":
        rows, problems = _read_parquet(path), []
    else:
        content = path.read_bytes().removeprefix(_BOM)
        reader = _read_csv if path.suffix in (".csv", ".tsv") else _read_jsonl
        rows, problems = reader(path, content)
        if _HALF_NAMED.search(content):
            rows, halves = _without_half_pairs(rows)
            problems += halves
        undecoded = [problem.origin for problem in problems if problem.reason == NOT_UTF8]
        if len(undecoded) > len(rows):
            raise DataError(f"{path} is not UTF-8 (first at {undecoded[0]})", "save it as UTF-8")
    if not rows and not problems:
        raise DataError(f"{path} has no rows", "give a file with at least one record")
    return rows, problems


def _read_jsonl(path: Path, content: bytes) -> tuple[list[Row], list[Problem]]:
    if path.suffix == ".json" and content.lstrip().startswith(b"["):
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
                rows.append(Row(origin, values))
            else:
                problems.append(Problem(origin, f"a JSON {type(values).__name__}, expected an object"))
    return rows, problems


def _read_array(path: Path, content: bytes) -> tuple[list[Row], list[Problem]]:
    """One JSON array of objects; an item is named by its number."""
    try:
        items = json.loads(content, object_pairs_hook=_no_key_twice, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path} is broken JSON: {error}", "write it again, or one object a line (.jsonl)") from None
    origins = [f"{path.name}[{number}]" for number in range(1, len(items) + 1)]
    found = list(zip(origins, items, strict=True))
    rows = [Row(origin, item) for origin, item in found if isinstance(item, dict)]
    wrong = [(origin, type(item).__name__) for origin, item in found if not isinstance(item, dict)]
    return rows, [Problem(origin, f"a JSON {kind}, expected an object") for origin, kind in wrong]


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


def _read_csv(path: Path, content: bytes) -> tuple[list[Row], list[Problem]]:
    # bytes that are not UTF-8 become halves of surrogate pairs, which no text in UTF-8 holds
    lines = io.StringIO(content.decode("utf-8", "surrogateescape"), newline="").readlines()
    delimiter = "\t" if path.suffix == ".tsv" else _delimiter(lines[0] if lines else "")
    rows: list[Row] = []
    problems: list[Problem] = []
    header: list[str] | None = None
    start = 0
    while start < len(lines):
        cells, end, reason = _next_cells(lines, start, delimiter)
        origin = f"{path.name}:{start + 1}"
        if (byte := _no_utf8(lines[start : end if reason is None else start + 1])) is not None:
            line, column = byte
            origin, reason = f"{path.name}:{start + 1 + line}:{column}", NOT_UTF8
        elif header is None and reason is None:
            twice = sorted({name for name in cells if cells.count(name) > 1})
            reason = f"the column '{twice[0]}' stands twice" if twice else None
        elif header is not None and reason is None and cells and len(cells) != len(header):
            reason = f"{len(cells)} cells, expected {len(header)}"
        if reason is not None:
            problems.append(Problem(origin, reason))
            end = start + 1  # what a broken row's quotes swallowed is read again, row by row
            if header is None:
                break
        elif header is None:
            header = cells
        elif cells:
            rows.append(Row(origin, dict(zip(header, cells, strict=True))))
        start = end
    return rows, problems


def _delimiter(header: str) -> str:
    """What stands between names of columns: a comma, unless there is none and another one is."""
    return next((sign for sign in ",;\t|" if sign in header), ",")


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


def _read_parquet(path: Path) -> list[Row]:
    import pyarrow.parquet

    try:
        table = pyarrow.parquet.read_table(path)
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise DataError(f"{path} cannot be read as Parquet: {reason}", "write the file again") from None
    return [Row(f"{path.name}:{number}", values) for number, values in enumerate(table.to_pylist(), 1)]


def _read_datasets_folder(path: Path) -> list[Row]:
    import datasets

    try:
        loaded = datasets.load_from_disk(str(path))
    except (FileNotFoundError, ValueError) as error:
        raise DataError(
            f"{path} is no folder of a single datasets.Dataset: {str(error).splitlines()[0]}",
            "name the folder that Dataset.save_to_disk wrote, one for each split",
        ) from None
    if isinstance(loaded, datasets.DatasetDict):
        raise DataError(f"{path} holds several splits", f"name one: {path}/{next(iter(loaded), 'train')}")
    return [Row(f"{path.name}:{number}", row) for number, row in enumerate(_rows(loaded), 1)]


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
        split: [Row(f"{conf.name}/{split}:{number}", row) for number, row in enumerate(_rows(rows), 1)]
        for split, rows in loaded.items()
        if split in ("train", "validation", "test")
    }


def _rows(dataset: Any) -> Iterator[dict[str, Any]]:
    """Rows with label numbers turned into label names."""
    names = {name: feature.names for name, feature in dataset.features.items() if hasattr(feature, "names")}
    for row in dataset:
        yield {
            name: names[name][value] if name in names and isinstance(value, int) and value >= 0 else value
            for name, value in row.items()
        }
