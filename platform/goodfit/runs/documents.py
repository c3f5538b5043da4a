"""What a ranking model searches: passages of a folder's files, rows of a file, or the documents of its own data."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from goodfit.data.encoding import not_utf8
from goodfit.data.read import read_file
from goodfit.data.records import BadRows, Problem, Row
from goodfit.errors import DataError

TEXTS = (".txt", ".md")
BLANK_LINES = re.compile(r"\n\s*\n")
FIELDS = ("text", "positive", "document")
"""Where a row has a document."""


def read_documents(path: Path, columns: Sequence[str] = ()) -> Mapping[str, str]:
    """Document -> where it stands; one that stands twice is named by its first place.

    Args:
        path: A folder with ``.txt`` and ``.md`` files, which are cut at blank lines; one such file; or a data file
            whose rows have a ``text``, a ``positive`` or a ``document``.
        columns: Other names of that, looked for before these.

    Raises:
        DataError: There is no such path, or no document in it.
    """
    if not path.exists():
        raise DataError(f"the documents {path} do not exist", "check --documents")
    root = path if path.is_dir() else path.parent
    files = sorted(file for file in path.rglob("*") if _is_text(file)) if path.is_dir() else [path]
    found: dict[str, str] = {}
    for file in files:
        for document, where in _passages(file, root) if _is_text(file) else _rows(file, (*columns, *FIELDS)):
            found.setdefault(document, where)
    if not found:
        what = f"no {' or '.join(TEXTS)} file" if not files else "no text"
        raise DataError(f"{path} has {what}", "name a folder of texts, or a file with a document in each row")
    return found


def unread_in(path: Path) -> Counter[str]:
    """The endings of a folder's files that are not searched, with how many files have each."""
    files = [file for file in path.rglob("*") if file.is_file() and not _is_text(file)] if path.is_dir() else []
    shown = [file for file in files if not any(part.startswith(".") for part in file.relative_to(path).parts)]
    return Counter(file.suffix.lower() or file.name for file in shown)


def _is_text(file: Path) -> bool:
    return file.suffix.lower() in TEXTS and file.is_file()


def _passages(file: Path, root: Path) -> Iterator[tuple[str, str]]:
    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise not_utf8(file, error.object, f"byte {error.start + 1}") from None
    place, line = 0, 1
    for passage in filter(None, map(str.strip, BLANK_LINES.split(text))):
        start = text.index(passage, place)
        line += text.count("\n", place, start)
        yield passage, f"{file.relative_to(root)}:{line}"
        line += passage.count("\n")
        place = start + len(passage)


def _rows(file: Path, columns: Sequence[str]) -> Iterator[tuple[str, str]]:
    read = read_file(file)
    bare = [Problem(row.origin, f"no text in {', '.join(columns)}") for row in read.rows if not _document(row, columns)]
    if bare and len(bare) == len(read.rows):
        what = f"no row of {file} has a text in {', '.join(columns)}"
        raise DataError(what, "say which column has the documents: dataset.fields.positive=NAME")
    if read.problems or bare:
        raise BadRows([*read.problems, *bare], read.count)
    yield from ((_document(row, columns), row.origin) for row in read.rows)


def _document(row: Row, columns: Sequence[str]) -> str:
    """What a row has under one of the names of a document; nothing where it has none."""
    named = (row.values.get(name) for name in columns)
    return next((text for text in named if isinstance(text, str) and text.strip()), "")
