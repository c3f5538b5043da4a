"""Files of plain text: what one says, and a folder of them, in which each is a record."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from goodfit.data.encoding import NOT_UTF8, not_utf8
from goodfit.data.records import FileRows, Problem, Row
from goodfit.errors import DataError
from goodfit.files import ending

TEXTS = (".txt", ".md")
LEADS_OUT = "it is a link to a file outside of the folder"


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


def texts_in(folder: Path) -> tuple[Sequence[Path], Sequence[Path], Sequence[Path]]:
    """A folder's texts at any depth, its other files, and links to files outside of it, each in order.

    Hidden ones are left aside. What a link leads to outside is not read: who sent the folder may not have meant it, or
    may want what lies there.
    """
    inside = sorted(path for path in folder.rglob("*") if path.is_file())
    there = [path for path in inside if not any(part.startswith(".") for part in path.relative_to(folder).parts)]
    root = folder.resolve()
    own = [path for path in there if path.resolve().is_relative_to(root)]
    outside = sorted(set(there) - set(own))
    return [path for path in own if is_text(path)], [path for path in own if not is_text(path)], outside


def read_texts(folder: Path, column: str = "text") -> FileRows:
    """A row for each text of a folder; its other files, and links out of it, are bad rows.

    Beside the text a row has an ``id``, the file's path from the folder's name on, and ``folder``, the one below the
    folder in which it lies, if it does: texts are often sorted so (as for scikit-learn's ``load_files``).

    Args:
        folder: Where they lie.
        column: What the text is called.

    Raises:
        DataError: There is no text.
    """
    texts, others, outside = texts_in(folder)
    if not texts:
        what = f"{folder} has no {' or '.join(TEXTS)} file"
        raise DataError(what, "name a file, a folder of texts, or one that Dataset.save_to_disk wrote")
    places = {file: file.relative_to(folder.parent).as_posix() for file in (*texts, *others, *outside)}
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
    found.problems.extend(Problem(places[file], LEADS_OUT) for file in outside)
    return found
