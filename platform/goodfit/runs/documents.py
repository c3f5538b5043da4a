"""What a ranking model searches: passages of a folder's files, rows of a file, or the documents of its own data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from goodfit.data.read import read_file
from goodfit.errors import DataError

TEXTS = (".txt", ".md")
BLANK_LINES = re.compile(r"\n\s*\n")
FIELDS = ("text", "positive", "document")
"""Where a row has a document."""


def read_documents(path: Path) -> Mapping[str, str]:
    """Document -> where it stands; one that stands twice is named by its first place.

    Args:
        path: A folder with ``.txt`` and ``.md`` files, which are cut at blank lines; one such file; or a data file
            whose rows have a ``text``, a ``positive`` or a ``document``.

    Raises:
        DataError: There is no such path, or no document in it.
    """
    if not path.exists():
        raise DataError(f"the documents {path} do not exist", "check --documents")
    files = sorted(file for file in path.rglob("*") if file.suffix in TEXTS) if path.is_dir() else [path]
    found: dict[str, str] = {}
    for file in files:
        for document, where in _passages(file) if file.suffix in TEXTS else _rows(file):
            found.setdefault(document, where)
    if not found:
        what = f"no {' or '.join(TEXTS)} file" if path.is_dir() else f"no row with {', '.join(FIELDS)}"
        raise DataError(f"{path} has {what}", "name a folder of texts, or a file with a document in each row")
    return found


def _passages(file: Path) -> Iterator[tuple[str, str]]:
    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(f"{file} is not UTF-8: byte {error.start + 1}", "save it as UTF-8") from None
    place = 0
    for passage in BLANK_LINES.split(text):
        line = text.count("\n", 0, place) + 1
        place = text.find(passage, place) + len(passage)
        if passage.strip():
            yield passage.strip(), f"{file.name}:{line}"


def _rows(file: Path) -> Iterator[tuple[str, str]]:
    rows, problems = read_file(file)
    if problems:
        raise DataError(f"{problems[0]}", "mend the file")
    for row in rows:
        named = next((row.values[name] for name in FIELDS if isinstance(row.values.get(name), str)), None)
        if named:
            yield named, row.origin
