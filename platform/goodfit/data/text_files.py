"""Files of plain text: what one says, and a folder of them, in which each is a record."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from goodfit.data.encoding import NOT_UTF8, not_utf8
from goodfit.data.records import FileRows, Problem, Row
from goodfit.errors import DataError
from goodfit.files import ending

TEXTS = (".txt", ".md")


def text_of(file: Path) -> str:
    """What a file says.

    Raises:
        DataError: It is not UTF-8.
    """
    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise not_utf8(file, error.object, f"byte {error.start + 1}") from None


def is_text(file: Path) -> bool:
    """Whether a path is one of these files."""
    return ending(file) in TEXTS and file.is_file()


def texts_in(folder: Path) -> tuple[Sequence[Path], Sequence[Path]]:
    """A folder's texts at any depth, and its other files, each in order; hidden ones are left aside."""
    inside = sorted(path for path in folder.rglob("*") if path.is_file())
    there = [path for path in inside if not any(part.startswith(".") for part in path.relative_to(folder).parts)]
    texts = [path for path in there if is_text(path)]
    return texts, [path for path in there if not is_text(path)]


def read_texts(folder: Path, column: str = "text") -> FileRows:
    """A row for each text of a folder; its other files are bad rows.

    Beside the text a row has an ``id``, the file's path from the folder's name on, and ``folder``, the one below the
    folder in which it lies, if it does: texts are often sorted so (as for scikit-learn's ``load_files``).

    Args:
        folder: Where they lie.
        column: What the text is called.

    Raises:
        DataError: There is no text.
    """
    texts, others = texts_in(folder)
    if not texts:
        what = f"{folder} has no {' or '.join(TEXTS)} file"
        raise DataError(what, "name a file, a folder of texts, or one that Dataset.save_to_disk wrote")
    places = {file: file.relative_to(folder.parent).as_posix() for file in (*texts, *others)}
    found = FileRows([])
    for number, file in enumerate(texts, 1):
        inside = file.parent.relative_to(folder).as_posix()
        try:
            values = {"id": places[file], column: text_of(file), "folder": None if inside == "." else inside}
        except DataError:
            found.problems.append(Problem(places[file], NOT_UTF8, sort="unreadable"))
        else:
            found.rows.append(Row(places[file], values, number))
    wanted = " or ".join(TEXTS)
    found.problems.extend(Problem(places[file], f"its name does not end in {wanted}") for file in others)
    return found
