"""Records that are left out by their id, as if they had never been in the files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from goodfit.data.records import Row, RowProblem, own_id, values_of
from goodfit.errors import DataError
from goodfit.files import refuse_special


def without_rows(
    rows: Mapping[str, Sequence[Row]], listed: Path, names: Mapping[str, str | None]
) -> tuple[dict[str, list[Row]], list[str]]:
    """The rows of each split without those whose ids stand in a file, one a line; the ids that were places.

    Rows without an id are called as records are: by split and number, ``train-7``; those that stay are numbered anew.

    Args:
        rows: Of each split.
        listed: The file.
        names: Field -> its name in the data.

    Raises:
        DataError: The file cannot be read, or names an id that is in no split: an erasure must not miss a row.
    """
    ids = listed_ids(listed)
    kept, found, places = {}, set(), []
    for split, split_rows in rows.items():
        kept[split], gone = [], 0
        for row in split_rows:
            name, is_place = _called(row, names, f"{split}-{row.number}")
            if name not in ids:
                kept[split].append(replace(row, number=row.number - gone))
                continue
            gone += 1
            found.add(name)
            if is_place:
                places.append(name)
    if missing := sorted(ids - found):
        shown = ", ".join(missing[:5]) + (" and more" if len(missing) > 5 else "")
        raise DataError(f"{len(missing)} of the ids in {listed} are in no record: {shown}", "check the ids")
    return kept, places


def _called(row: Row, names: Mapping[str, str | None], place: str) -> tuple[str | None, bool]:
    """What a row is called, and whether that is its place; one whose id is none becomes no record, and has no name."""
    try:
        own = own_id(values_of(row, names))
    except RowProblem:
        return None, False
    return own or place, own is None


def listed_ids(path: Path) -> set[str]:
    """The ids in a file, one a line.

    Raises:
        DataError: It cannot be read, or there is none in it.
    """
    refuse_special(path)
    try:
        ids = {line for line in path.read_text("utf-8-sig").split("\n") if line.strip()}
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise DataError(f"{path} cannot be read: {reason}", "name a UTF-8 file with an id in each line") from None
    if not ids:
        raise DataError(f"{path} names no record", "write an id in each line")
    return ids
