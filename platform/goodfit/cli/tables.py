"""Tables for a terminal, however narrow: words fold over lines, and no figure is cut."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import zip_longest
from typing import Any

from goodfit.texts.shown import in_one_line

GAP = 2
"""Columns of the terminal between two columns of a table."""

FOLDED_TO = 12
"""So many signs of a word that is no figure stay together; where there is no room for a longer one, it folds."""

FIGURE = re.compile(r"(\S+=)?((?=\D*\d)[-+±\d.,:eE%/<>\[\]()]+)")
"""A word that is a figure or an end of an interval, or a setting with a figure: its name and its figure."""


def fitted(
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    width: int,
    *,
    spare: Collection[str] = (),
    styles: Sequence[str | None] = (),
    title: str | None = None,
    caption: str | None = None,
) -> Any:
    """What rich prints: a table that is at most so wide, or where none fits, each row as lines of header and cell.

    Args:
        headers: Of its columns.
        rows: Its cells.
        width: Of the terminal.
        spare: Columns that go before anything else does, the first of them first.
        styles: Of the rows, where they have any.
        title: Above it.
        caption: Below it.
    """
    columns = [list(column) for column in zip(headers, *_in_lines(rows), strict=True)]
    least = [_least(column) for column in columns]
    for name in spare:
        if _total(least) > width:
            at = next(at for at, column in enumerate(columns) if column[0] == name)
            del columns[at], least[at]
    if _total(least) > width:
        least = [_least(column, apart=True) for column in columns]
    fits = _total(least) <= width
    table = _side_by_side(columns, _widths(columns, least, width), styles) if fits else _below(columns, width, styles)
    table.title, table.caption = title, caption
    return table


def _in_lines(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[in_one_line(str(cell)) for cell in row] for row in rows]


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * (len(widths) - 1)


def _least(column: Sequence[str], apart: bool = False) -> int:
    """How wide a column has to be, so that no word of its header and no figure folds.

    Args:
        column: Its header and its cells.
        apart: Whether the name of a setting may stand in a line above its figure.
    """
    from rich.cells import cell_len

    header, *cells = column
    longest = max(map(cell_len, header.split()), default=0)
    for word in " ".join(cells).split():
        figure = FIGURE.fullmatch(word)
        if figure is None or apart:
            longest = max(longest, min(cell_len(figure[1] or "" if figure else word), FOLDED_TO))
        if figure is not None:
            longest = max(longest, cell_len(figure[2] if apart else word))
    return longest


def _widths(columns: Sequence[Sequence[str]], least: Sequence[int], width: int) -> list[int]:
    """As wide as its longest cell for each column; where that is too much, the widest ones give: first as long as no
    word folds."""
    from rich.cells import cell_len

    found = [max(map(cell_len, column)) for column in columns]
    for lowest in [max(map(cell_len, " ".join(column).split()), default=0) for column in columns], least:
        while _total(found) > width and (left := [at for at, low in enumerate(lowest) if found[at] > low]):
            found[max(left, key=found.__getitem__)] -= 1
    return found


def _cell(text: str, width: int) -> Any:
    """A cell in which the figure of a setting that is too long for a line begins one."""
    from rich.cells import cell_len
    from rich.text import Text

    def broken(word: re.Match[str]) -> str:
        figure = FIGURE.fullmatch(word[0]) if cell_len(word[0]) > width else None
        return f"{figure[1]}\n{figure[2]}" if figure and figure[1] else word[0]

    return Text(re.sub(r"\S+", broken, text))


def _side_by_side(columns: Sequence[Sequence[str]], widths: Sequence[int], styles: Sequence[str | None]) -> Any:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, GAP, 0, 0))
    for (header, *_), width in zip(columns, widths, strict=True):
        table.add_column(Text(header), width=width, overflow="fold")
    for row, style in zip_longest(zip(*(column[1:] for column in columns), strict=True), styles):
        table.add_row(*map(_cell, row, widths), style=style)
    return table


def _below(columns: Sequence[Sequence[str]], width: int, styles: Sequence[str | None]) -> Any:
    from rich.cells import cell_len
    from rich.table import Table
    from rich.text import Text

    headers = [header for header, *_ in columns]
    left_over = width - GAP - max(_least(["", *cells], apart=True) for _, *cells in columns)
    left = min(max(map(cell_len, headers)), max(left_over, _least([" ".join(headers)])))
    table = Table.grid(padding=(0, GAP, 0, 0), pad_edge=False)
    table.add_column(style="bold", width=left, overflow="fold")
    table.add_column(overflow="fold")
    for row, style in zip_longest(zip(*(column[1:] for column in columns), strict=True), styles):
        for header, cell in zip(headers, row, strict=True):
            if cell:
                table.add_row(Text(header), _cell(cell, width - left - GAP), style=style)
        table.add_row()
    return table
