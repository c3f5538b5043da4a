"""Cells that hold no value: what spreadsheets and programs write in the place of one."""

from __future__ import annotations

ERRORS = frozenset({
    "#n/a", "#null!", "#div/0!", "#value!", "#ref!", "#name?", "#num!", "#spill!", "#calc!",
    "#nv", "#wert!", "#bezug!", "#zahl!",
})  # fmt: skip
"""Errors of a spreadsheet's formulas, in small letters; in German, too, as its tables have them."""
MISSING = frozenset({"nan", "null", "n/a"})
"""What programs write where there is nothing; ``none`` may be meant, as of a label."""


def is_error(cell: str) -> bool:
    """Whether a whole cell is an error of a spreadsheet."""
    return cell.strip().lower() in ERRORS


def is_no_value(cell: str) -> bool:
    """Whether a whole cell stands for a value that is not there."""
    return is_error(cell) or cell.strip().lower() in MISSING
