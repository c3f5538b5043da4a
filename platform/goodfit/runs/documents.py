"""What a ranking model searches: passages of a folder's files, rows of a file, or the documents of its own data."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from goodfit.data.read import read_file
from goodfit.data.records import BadRows, Problem, Row
from goodfit.data.text_files import TEXTS, is_text, text_of, texts_in
from goodfit.errors import ConfigError, DataError, HardwareError, PluginError
from goodfit.files import ending
from goodfit.kinds.ranking import documents_of
from goodfit.kinds.shape import Searcher
from goodfit.plugins.host import Host
from goodfit.runs.opened import OpenedRun
from goodfit.runs.records import read_splits
from goodfit.schema.dataset import SPLITS

BLANK_LINES = re.compile(r"\n\s*\n")
FIELDS = ("text", "positive", "document")
"""Where a row has a document."""


@dataclass(frozen=True, slots=True)
class Documents:
    """What is searched."""

    places: Mapping[str, str] = field(default_factory=dict)
    """Document -> where it stands; one that stands twice is named by its first place."""
    unread: Mapping[str, int] = field(default_factory=dict)
    """The endings of a folder's files that are not searched, with how many files have each; links out of it, too."""


def find_documents(opened: OpenedRun, host: Host, typed: str | None, renamed: Mapping[str, str | None]) -> Documents:
    """What a ranking model searches; nothing for other kinds.

    Args:
        opened: The run.
        host: The plugins.
        typed: Where the documents lie; None for those of the run's own data.
        renamed: Fields that have other names there.

    Raises:
        GoodfitError: No documents are there, or the kind searches none.
    """
    if not opened.task.kind.searches:
        if typed is not None:
            raise ConfigError(f"{opened.task.kind.name} searches no documents", "leave --documents out")
        return Documents()
    if typed is None:
        return _own_documents(opened, host)
    named = [name for fields in (renamed, opened.conf.dataset.fields) if (name := fields.get("positive"))]
    found, scrub = _read_documents(Path(typed), (*named, *FIELDS)), opened.task.scrub
    if scrub is None:
        return found
    return replace(found, places=dict(zip(scrub.texts(list(found.places)), found.places.values(), strict=True)))


def cut_documents(opened: OpenedRun, documents: Mapping[str, str]) -> set[str]:
    """The documents of which the model reads the beginning only."""
    learner = opened.learner
    return learner.too_long(list(documents)) if documents and isinstance(learner, Searcher) else set()


def _own_documents(opened: OpenedRun, host: Host) -> Documents:
    try:
        splits = read_splits(opened.task, host)
    except (DataError, HardwareError, PluginError) as error:
        error.fix = "name documents: --documents FOLDER"
        raise
    records = [record for split in SPLITS for record in splits[split]]
    return Documents({document: record.origin for record in reversed(records) for document in documents_of([record])})


def _read_documents(path: Path, columns: Sequence[str]) -> Documents:
    """The documents of a path.

    Args:
        path: A folder with ``.txt`` and ``.md`` files, which are cut at blank lines; one such file; or a data file.
        columns: The names under which a row of it may have a document, in the order in which they are looked for.

    Raises:
        DataError: There is no such path, or no document in it.
    """
    if not path.exists():
        raise DataError(f"the documents {path} do not exist", "check --documents")
    root = path if path.is_dir() else path.parent
    files, others, outside = texts_in(path) if path.is_dir() else ([path], [], [])
    found: dict[str, str] = {}
    for file in files:
        for document, where in _passages(file, root) if is_text(file) else _rows(file, columns):
            found.setdefault(document, where)
    if not found:
        what = f"no {' or '.join(TEXTS)} file" if not files else "no text"
        raise DataError(f"{path} has {what}", "name a folder of texts, or a file with a document in each row")
    unread = Counter(ending(file) or file.name for file in others)
    return Documents(found, unread + Counter(["links out of it"] * len(outside)))


def _passages(file: Path, root: Path) -> Iterator[tuple[str, str]]:
    text, place, line = text_of(file), 0, 1
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
    """What a row has under one of the names of a document, without blanks around it; nothing where it has none."""
    named = (row.values.get(name) for name in columns)
    return next((text.strip() for text in named if isinstance(text, str) and text.strip()), "")
