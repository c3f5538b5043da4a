"""Rows from files: JSONL, CSV, Parquet, a folder of texts or of ``datasets``, or the hub."""

from __future__ import annotations

import json
import math
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from goodfit.data.csv_rows import read_csv, refuse_doubles
from goodfit.data.encoding import NOT_UTF8, is_mixed, mend_of_few, not_utf8, utf16
from goodfit.data.hub import hub_is_reachable, is_offline
from goodfit.data.hub_cache import cached_folder
from goodfit.data.records import FIELDS, FileRows, Problem, Row, Sort
from goodfit.data.squad import is_squad, read_squad
from goodfit.data.text_files import read_texts
from goodfit.errors import DataError, HardwareError
from goodfit.files import ending, refuse_special
from goodfit.registry import nearest
from goodfit.schema.dataset import SPLITS, SUFFIXES, DatasetConf

_OF_CONFIGURATIONS = ("Config name is missing", "BuilderConfig ")
"""How what ``datasets`` says begins where no configuration was named, or one that there is not."""
SHOWN_CONFIGURATIONS = 20
TEXT_LINES = ".txt"
"""Where each line is a text; records that are learnt have more than that."""
DELIMITED = (".csv", ".tsv")
SPREADSHEETS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".numbers")
_ARRAY = re.compile(rb"\s*\[\s*{")
"""How an array of objects begins, whatever its file's ending says."""
_PACKED = (b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")
"""What gzip, ZIP, bzip2, xz and Zstandard begin a file with: no text of ours does."""
_SPREADSHEET = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
"""What spreadsheets begin with: newer ones are ZIP archives, older ones Microsoft's compound files."""
FEW_UNDECODED, UNDECODED_SHARE = 2, 0.1
"""Up to so many rows, or such a share, are damaged; with more that are not UTF-8, or all, the whole file is none."""
_BOM = b"\xef\xbb\xbf"
_HALF = re.compile("[\ud800-\udfff]")
_HALF_NAMED = re.compile(rb"\\u[dD][89a-fA-F]")


def read_file(path: Path) -> FileRows:
    """All rows of a file.

    Raises:
        DataError: The file is missing, empty, or of a format that is not known.
    """
    refuse_missing(path)
    if path.is_dir():
        found = read_texts(path) if holds_texts(path) else FileRows(_read_datasets_folder(path))
    else:
        _refuse_other_format(path)
        found = _read_parquet(path) if ending(path) == ".parquet" else _read_text(path)
    if not found.count:
        raise DataError(f"{path} has no rows", "give a file with at least one record")
    return found


def holds_texts(path: Path) -> bool:
    """Whether a path is a folder that ``datasets`` did not write."""
    return path.is_dir() and not any((path / name).exists() for name in ("state.json", "dataset_dict.json"))


def refuse_missing(
    path: Path, fix: str = "check the path; if a run was trained on it, put it back there, or a link"
) -> None:
    """Refuse a file that is not there, and what is neither a file nor a folder.

    Raises:
        DataError: It is so.
    """
    if not path.exists():
        raise DataError(f"the data file {path} does not exist", fix)
    refuse_special(path)


def _refuse_other_format(path: Path) -> None:
    with path.open("rb") as file:
        beginning = file.read(8)
    if ending(path) in SPREADSHEETS or (ending(path) in DELIMITED and beginning.startswith(_SPREADSHEET)):
        raise DataError(f"{path} is a spreadsheet, expected a text file", 'save its sheet as "CSV UTF-8" (.csv)')
    if ending(path) not in SUFFIXES:
        raise DataError(f"{path} has the ending '{path.suffix}'", f"goodfit reads {', '.join(SUFFIXES)} and folders")
    if beginning.startswith(_PACKED):
        raise DataError(f"{path} is compressed, in spite of its ending", "unpack it")


def _read_text(path: Path) -> FileRows:
    content = path.read_bytes().removeprefix(_BOM)
    if utf16(content) is not None:
        raise not_utf8(path, content)
    found = read_csv(path, content) if ending(path) in DELIMITED else _read_jsonl(path, content)
    if _HALF_NAMED.search(content):
        rows, halves = _without_half_pairs(found.rows)
        found = replace(found, rows=rows, problems=found.problems + halves)
    undecoded = [problem.origin for problem in found.problems if problem.reason == NOT_UTF8]
    many = len(undecoded) > max(FEW_UNDECODED, UNDECODED_SHARE * found.count)
    if undecoded and (many or len(undecoded) == found.count) and not is_mixed(content):
        raise not_utf8(path, content, undecoded[0])
    return replace(found, mend=mend_of_few(path, content)) if undecoded else found


def _read_jsonl(path: Path, content: bytes) -> FileRows:
    if _ARRAY.match(content) or (ending(path) == ".json" and content.lstrip().startswith(b"[")):
        return _read_array(path, content)
    if is_squad(content) and (found := read_squad(path.name, content)) is not None:
        return FileRows(found)
    rows, problems = [], []
    for number, line in enumerate(content.split(b"\n"), 1):
        origin = f"{path.name}:{number}"
        try:
            text = line.decode("utf-8")
            if not text.strip():
                continue
            values = json.loads(text, object_pairs_hook=_no_key_twice, parse_constant=_no_constant)
        except UnicodeDecodeError as error:
            problems.append(Problem(f"{origin}:{error.start + 1}", NOT_UTF8, sort="unreadable"))
        except json.JSONDecodeError as error:
            problems.append(Problem(f"{origin}:{error.colno}", f"broken JSON: {error.msg}", sort="unreadable"))
        except (ValueError, RecursionError) as error:
            reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
            problems.append(Problem(origin, f"broken JSON: {reason}", sort="unreadable"))
        else:
            if isinstance(values, dict):
                rows.append(Row(origin, values, len(rows) + len(problems) + 1))
            else:
                problems.append(_no_object(origin, values))
    return FileRows(rows, problems)


def _read_array(path: Path, content: bytes) -> FileRows:
    """One JSON array of objects; an item is named by its number."""
    try:
        items = json.loads(content, object_pairs_hook=_no_key_twice, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path} is broken JSON: {error}", "write it again, or one object a line (.jsonl)") from None
    found = [(f"{path.name}[{number}]", item, number) for number, item in enumerate(items, 1)]
    rows = [Row(origin, item, number) for origin, item, number in found if isinstance(item, dict)]
    return FileRows(rows, [_no_object(origin, item) for origin, item, _ in found if not isinstance(item, dict)])


def _no_object(origin: str, item: Any) -> Problem:
    return Problem(origin, f"a JSON {type(item).__name__}, expected an object", sort="unreadable")


def _without_half_pairs(rows: Sequence[Row]) -> tuple[list[Row], list[Problem]]:
    """Rows with half of a sign, which JSON can name and no text in UTF-8 holds, are bad: some programs cut signs so."""
    kept, problems = [], []
    for row in rows:
        if _HALF.search(json.dumps(row.values, ensure_ascii=False)):
            problems.append(Problem(row.origin, "half of a surrogate pair", sort="unreadable"))
        else:
            kept.append(row)
    return kept, problems


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        key = f"the key '{twice}'" if twice in FIELDS else "a key"  # another one may be text
        raise ValueError(f"{key} stands twice")
    return values


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _read_parquet(path: Path) -> FileRows:
    import pyarrow.parquet

    try:
        refuse_doubles(str(path), pyarrow.parquet.read_schema(path).names)  # of which pyarrow reads none
        table = pyarrow.parquet.read_table(path)
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise DataError(f"{path} cannot be read as Parquet: {reason}", "write the file again") from None
    columns = [_cells(column) for column in table.columns]
    found = FileRows([])
    for number, cells in enumerate(zip(*columns, strict=True), 1):
        origin, wrong = f"{path.name}:{number}", [cell for cell in cells if isinstance(cell, _NotRead)]
        if wrong:
            found.problems.append(Problem(origin, wrong[0].reason, sort=wrong[0].sort))
        else:
            values = {name: _known(cell) for name, cell in zip(table.column_names, cells, strict=True)}
            found.rows.append(Row(origin, values, number))
    return found


@dataclass(frozen=True, slots=True)
class _NotRead:
    """Stands for a cell that is no value."""

    reason: str
    sort: Sort = "value"


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
        return _NotRead(NOT_UTF8, "unreadable")
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
    with tempfile.TemporaryDirectory(prefix="goodfit-hub-") as cache:  # texts are not left in that of datasets
        loaded = _load_hub(conf, cache)
        return {
            split: [Row(f"{conf.name}/{split}:{number}", row, number) for number, row in enumerate(_rows(rows), 1)]
            for split, rows in loaded.items()
            if split in SPLITS
        }


def _load_hub(conf: DatasetConf, cache: str) -> Any:
    """The splits of a hub data set, written below a folder of its own while they are read."""
    import datasets

    try:
        place = _place_of(conf)
        return datasets.load_dataset(place, conf.config, revision=conf.revision, cache_dir=cache)
    except (ConnectionError, OSError) as error:
        reason = str(error).splitlines()[0]
        fix = "check name and network, or download it elsewhere and use dataset=files"
        if is_offline() and isinstance(error, FileNotFoundError):  # which names every ending that datasets knows
            reason = "not all of its files are here"
            fix = f"fetch it whole (hf download --repo-type dataset {conf.name}), or use dataset=files"
        raise HardwareError(f"the hub could not give {conf.name}: {reason}", fix) from None
    except (ValueError, datasets.exceptions.DatasetGenerationError) as error:
        if str(error).startswith(_OF_CONFIGURATIONS):
            raise _wrong_configuration(conf, datasets.get_dataset_config_names(place, revision=conf.revision)) from None
        raise DataError(f"{conf.name}: {str(error).splitlines()[0]}", "check dataset.name and dataset.config") from None


def _wrong_configuration(conf: DatasetConf, names: Sequence[str]) -> DataError:
    """Say which configurations there are, where none of them was named."""
    what = f"{conf.name} has no configuration '{conf.config}'"
    if conf.config is None:
        what = f"{conf.name} has {len(names)} configurations, and none of them is named"
    elif len(names) == 1:
        return DataError(what, f"leave dataset.config out: it has '{names[0]}' alone")
    elif guess := nearest(conf.config, names):
        return DataError(what, f"did you mean dataset.config={guess}?")
    more = len(names) - SHOWN_CONFIGURATIONS
    shown = ", ".join(names[:SHOWN_CONFIGURATIONS]) + (f" and {more} more" if more > 0 else "")
    return DataError(what, f"add dataset.config=<name>, one of {shown}")


def _place_of(conf: DatasetConf) -> str:
    """A hub data set's name; offline the folder that the hub's own cache has of it, which ``datasets`` looks up online
    alone."""
    name = str(conf.name)
    return str(cached_folder(name, conf.config, conf.revision)) if is_offline() and not Path(name).is_dir() else name


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
