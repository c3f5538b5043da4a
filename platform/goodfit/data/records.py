"""The rows of a file, the records that they become, and what is wrong with one that cannot."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Literal

from goodfit.errors import DataError

SHOWN_PROBLEMS = 20

Sort = Literal["missing", "twice", "unreadable", "value"]
"""What is bad of a row: it lacks a field, has another row's id, cannot be read at all, or has a value that cannot be
meant."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as read."""

    origin: str
    """``file:line``."""
    values: Mapping[str, Any]
    number: int
    """Its place among all rows, bad ones too, or that of its line: the id of its answer, unless it has one."""


@dataclass(frozen=True, slots=True)
class Record:
    """One checked row."""

    id: str
    fields: Mapping[str, Any]
    """The fields of the record's kind, under goodfit's names."""
    group: str | None = None
    """Records of one group stay in one split and are resampled together."""
    slices: Mapping[str, str] = field(default_factory=dict)
    origin: str = ""
    """``file:line``."""
    unit: str | None = None
    """What it is resampled with, where other held-out records are of its group or near copies of it."""
    joined: int = 0
    """Messages that were read as one with the message before them, for one speaker said both."""


JOINED = "joined"
"""What a kind's check calls ``Record.joined``, beside the fields."""


def record_of(record_id: str, checked: Mapping[str, Any], **more: Any) -> Record:
    """A record of what its kind's check found.

    Args:
        record_id: Its id.
        checked: The fields, and what was counted as they were read.
        more: What else a record has.
    """
    fields = dict(checked)
    return Record(record_id, joined=fields.pop(JOINED, 0), fields=fields, **more)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row is bad. Never holds the row's text."""

    origin: str
    """``file:line`` or ``file:line:column``."""
    reason: str
    """As files and results have it: names in it are goodfit's, or were typed."""
    fix: str = ""
    """What mends it, where its kind knows."""
    sort: Sort = "value"
    lacks: str = ""
    """The field that is missing."""
    first: str = ""
    """The origin of the row that has the same id."""
    in_full: str = ""
    """The reason with names that the data have, where it has any: for who is there to mend them, and for no file."""

    def __str__(self) -> str:
        return f"{self.origin}: {self.reason}"

    def told(self) -> str:
        """As the error has it that ends a command."""
        return f"{self.origin}: {self.in_full or self.reason}"

    def shown(self) -> dict[str, str]:
        """As files and results have it."""
        return {"origin": self.origin, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class FileRows:
    """What stands in a file."""

    rows: list[Row]
    problems: list[Problem] = field(default_factory=list)
    """Rows that could not be read."""
    empty: list[str] = field(default_factory=list)
    """``file:line`` of rows of a table without anything in a cell, which spreadsheets write below their last one."""
    mend: str = ""
    """What mends the file, where its bad rows look alike."""

    @property
    def count(self) -> int:
        """Rows that have anything in them."""
        return len(self.rows) + len(self.problems)


class RowProblem(Exception):
    """Raised by a kind when a row cannot become a record; says the field and the reason."""

    sort: Sort = "value"
    lacks = first = ""

    def __init__(self, reason: str, fix: str = "", in_full: str = "") -> None:
        super().__init__(reason)
        self.fix = fix
        self.in_full = in_full


class MissingField(RowProblem):
    """Raised by a kind when a row lacks a field that it needs."""

    sort = "missing"

    def __init__(self, name: str, fix: str = "") -> None:
        super().__init__(f"the field '{name}' is missing", fix)
        self.lacks = name


class SameId(RowProblem):
    """Raised when a row has the id of another one, and says where that is."""

    sort = "twice"

    def __init__(self, name: str, first: str) -> None:
        super().__init__(f"the id '{name}' stands twice (first: {first})")
        self.first = first


def values_of(row: Row, names: Mapping[str, str | None]) -> dict[str, Any]:
    """The values of a row, under goodfit's names too: of a field that the data have none for, None."""
    return {**row.values, **{ours: row.values.get(theirs) for ours, theirs in names.items()}}


def from_cell(given: Any) -> Any:
    """The list or object that a cell of a table holds as JSON; whatever else is given stays as it is."""
    if isinstance(given, str) and given.lstrip().startswith(("[", "{")):
        with contextlib.suppress(ValueError, RecursionError):
            return json.loads(given)
    return given


def own_id(values: Mapping[str, Any]) -> str | None:
    """The id that a row has; None where it has none, and is called by its place.

    Raises:
        RowProblem: It is no text and no number, and nobody could name the row by it.
    """
    given = values.get("id")
    if given is None or given == "":
        return None
    if isinstance(given, float) and given.is_integer():
        given = int(given)  # as pandas writes a whole number in a column in which one is missing
    if isinstance(given, float):
        raise RowProblem(
            "id is a fraction, expected text or a whole number",
            "name another column, dataset.fields.id=<name>, or none, and rows are numbered: dataset.fields.id=null",
        )
    if not isinstance(given, str | int):
        raise RowProblem(f"id is a {type(given).__name__}, expected text or a number")
    return str(given)


def problem_of(row: Row, problem: RowProblem, typed: Iterable[str | None] = ()) -> Problem:
    """What a kind said of a row, with the row's own fields where one is missing."""
    reason, in_full = str(problem), problem.in_full
    if problem.sort == "missing":
        typed = [*typed]
        reason, in_full = (f"{reason} ({given(row.values, typed)})" for given in (fields_known, fields_given))
    return Problem(row.origin, reason, problem.fix, problem.sort, problem.lacks, problem.first, in_full)


_FIELD_NAME = re.compile(r"[^\W\d][\w.-]*(?:[ /][\w.-]+){0,2}")
"""One to three words, where others beside them are known to be names of fields."""
_PLAIN_NAME = re.compile(r"[a-z]+(?:_[a-z]+)*_?\d{0,2}")
"""As programs name fields, and as no person is written."""
_LONGEST_NAME = 40
FIELDS = frozenset({
    "answer_start", "answers", "completion", "content", "context", "conversations", "end", "from", "group", "history",
    "id", "input", "instruction", "label", "labels", "messages", "negatives", "output", "positive", "prompt", "query",
    "question", "role", "slices", "source", "spans", "start", "system", "tags", "target", "text", "tokens", "value",
})  # fmt: skip
"""What the fields of records, and what stands in them, are called in goodfit: no text of anybody's."""


def fields_given(values: Mapping[str, Any], typed: Iterable[str | None] = ()) -> str:
    """The fields of a row for an error. What a file without a header line has in their place is text, and not shown.

    Args:
        values: The row's.
        typed: Names that the user gave, ``dataset.fields.text=utterance``.
    """
    given, known = _fields_in(values, typed)
    form = _FIELD_NAME if known else _PLAIN_NAME
    if all(form.fullmatch(name) and len(name) <= _LONGEST_NAME for name in given):
        return f"fields: {', '.join(given) or 'none'}"
    return f"{len(given)} fields, whose names may be text and are not repeated: is there a header line?"


def fields_known(values: Mapping[str, Any], typed: Iterable[str | None] = ()) -> str:
    """The fields of a row for a file: those that goodfit has, or that were typed, and how many others there are.

    Args:
        values: The row's.
        typed: As in ``fields_given``.
    """
    given, known = _fields_in(values, typed)
    count = len(given) - len(known)
    others = f"{count} other{'s' * (count > 1)}" if count else ""
    return f"fields: {' and '.join(filter(None, (', '.join(known), others))) or 'none'}"


def _fields_in(values: Mapping[str, Any], typed: Iterable[str | None]) -> tuple[list[str], list[str]]:
    """The names of the fields that a row has, and those of them that are nobody's text."""
    given = sorted(str(name) for name, there in values.items() if there is not None)
    known = FIELDS | {part.strip() for name in typed if name for part in name.split(";")}
    return given, [name for name in given if name in known or name.lower() in FIELDS]


def close_name(value: str, known: Iterable[str]) -> str:
    """What an error, and no file, may say of a value that ought to be a known name: nothing, unless it is nearly one.

    Where fields are swapped, the value is a record's text.
    """
    close = get_close_matches(value, sorted(known), n=1, cutoff=0.75)
    return f" ('{value}', did you mean '{close[0]}'?)" if close else ""


def listed(problems: Sequence[Problem]) -> str:
    """The first problems, those of one reason together, and how many more there are."""
    places: dict[str, list[str]] = {}
    for problem in problems[:SHOWN_PROBLEMS]:
        places.setdefault(problem.in_full or problem.reason, []).append(problem.origin)
    shown = "; ".join(f"{', '.join(origins)}: {reason}" for reason, origins in places.items())
    more = len(problems) - SHOWN_PROBLEMS
    return shown + (f"; and {more} more (all of them with --json)" if more > 0 else "")


def _file(origin: str) -> str:
    return origin.partition(":")[0]


class BadRows(DataError):
    """Rows that cannot become records.

    Args:
        problems: Why, row by row.
        rows: How many were read.
        may_quarantine: Whether they can be set aside.
        mends: What mends whole files, before anything else.
    """

    def __init__(
        self, problems: Sequence[Problem], rows: int, may_quarantine: bool = False, mends: Sequence[str] = ()
    ) -> None:
        sorts = {problem.sort for problem in problems}
        lacking = {problem.lacks for problem in problems}
        all_bad = len(problems) == rows > 1
        fixes = {problem.fix for problem in problems}
        own = fixes.pop() if len(fixes) == 1 else ""
        if all_bad and sorts == {"missing"} and len(lacking) == 1:
            what = f"no row has what is needed: {problems[0].told()}; the other {rows - 1} neither"
            fix = own or f"say which field of yours it is: dataset.fields.{lacking.pop()}=<name>"
        elif all_bad and len({problem.in_full or problem.reason for problem in problems}) == 1:
            what = f"no row is good: {problems[0].told()}; the other {rows - 1} have the same fault"
            fix = own or "mend the column, or name another one: dataset.fields.<field>=<name>"
            if sorts == {"unreadable"}:
                fix = "mend the rows"
        else:
            what = f"{len(problems)} of {rows} rows are bad: {listed(problems)}"
            fix = ("missing" not in sorts and own) or "mend the rows"
            if sorts == {"twice"}:
                fix = "give every record of all files an id of its own, or name another column: "
                fix += "dataset.fields.id=<name>, or no column, and rows are numbered: dataset.fields.id=null"
                # ids that begin anew in each file would take whole files away
                may_quarantine &= all(_file(one.origin) == _file(one.first) for one in problems)
            fix += ", or set them aside: dataset.on_bad_rows=quarantine" * may_quarantine
        super().__init__(what, ", ".join([*filter(None, mends), fix]))
        self.problems = tuple(problems)
