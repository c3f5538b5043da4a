"""What can be set: every path of the schema with its type, default, range and meaning."""

from __future__ import annotations

import ast
import dataclasses
import functools
import inspect
import itertools
import re
import textwrap
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from goodfit.schema import RunConf

_NOT_GIVEN = re.compile(r"[wW]hen not given, (.+?)(?:\.(?: |$)|$)")
_NAME = re.compile(r"[a-z_]+\.[a-z_]+")
WRITTEN_BY_GOODFIT = frozenset({"choices"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting of the schema."""

    path: str
    annotation: Any
    default: Any
    owner: type
    """The dataclass that declares it."""

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rsplit(".", 1)[-1]

    @property
    def plain_type(self) -> Any:
        """The type without range and without None."""
        return _plain(self.annotation)

    @property
    def is_mapping(self) -> bool:
        """Whether names may be written below it."""
        return typing.get_origin(self.plain_type) is dict

    @property
    def choices(self) -> tuple[str, ...]:
        """The values it may have, where they are named."""
        return typing.get_args(self.plain_type) if typing.get_origin(self.plain_type) is typing.Literal else ()

    def bounds(self) -> Mapping[str, float]:
        """The range: any of ``gt``, ``ge``, ``lt``, ``le``."""
        found: dict[str, float] = {}
        for constraint in _constraints(self.annotation):
            for name in ("gt", "ge", "lt", "le"):
                value = getattr(constraint, name, None)
                if value is not None:
                    found[name] = value
        return found

    def doc(self) -> str:
        """The meaning, from the text below the field in the schema."""
        return _field_docs(self.owner).get(self.name, "")

    def derived(self) -> str:
        """What a setting without a default of its own becomes, from its meaning; empty where that says nothing."""
        found = _NOT_GIVEN.search(self.doc()) if self.default is None else None
        return found[1].replace("``", "") if found else ""

    def derived_from(self) -> list[str]:
        """The names that stand in what it becomes."""
        return _NAME.findall(self.derived())

    def type_name(self) -> str:
        """The type in a user's words."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        names = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}
        origin = typing.get_origin(self.plain_type)
        if origin is list:
            return "a list of texts, [a,b]"
        if origin is dict:
            return "names and texts" if _plain(typing.get_args(self.plain_type)[1]) is str else "names and numbers"
        return names[self.plain_type]

    def range_text(self) -> str:
        """The range in a user's words, empty if there is none."""
        bounds = self.bounds()
        low, high = bounds.get("ge", bounds.get("gt")), bounds.get("le", bounds.get("lt"))
        if low is not None and high is not None:
            if "lt" in bounds:
                return f"{'of at least' if 'ge' in bounds else 'above'} {low:g} and below {high:g}"
            return f"between {low:g} and {high:g}"
        if low is not None:
            return f"of at least {low:g}" if "ge" in bounds else f"above {low:g}"
        if high is not None:
            return f"of at most {high:g}" if "le" in bounds else f"below {high:g}"
        return ""


def _constraints(annotation: Any) -> list[Any]:
    found: list[Any] = []
    if typing.get_origin(annotation) is typing.Annotated:
        inner, *extras = typing.get_args(annotation)
        for extra in extras:
            found += list(getattr(extra, "metadata", ())) or [extra]
        return _constraints(inner) + found
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        for part in typing.get_args(annotation):
            found += _constraints(part)
    return found


def _plain(annotation: Any) -> Any:
    if typing.get_origin(annotation) is typing.Annotated:
        return _plain(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        (inner,) = [part for part in typing.get_args(annotation) if part is not type(None)]
        return _plain(inner)
    return annotation


@functools.cache
def _field_docs(owner: type) -> Mapping[str, str]:
    (declaration,) = ast.parse(textwrap.dedent(inspect.getsource(owner))).body
    docs: dict[str, str] = {}
    body = declaration.body  # type: ignore[attr-defined]
    for field, text in itertools.pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            docs[field.target.id] = " ".join(str(text.value.value).split())  # type: ignore[union-attr]
    return docs


@functools.cache
def settings() -> Mapping[str, Setting]:
    """Every setting that can be typed, by path, in the schema's order."""
    found: dict[str, Setting] = {}

    def walk(owner: type, prefix: str) -> None:
        hints = typing.get_type_hints(owner, include_extras=True)
        for field in dataclasses.fields(owner):
            path, annotation = prefix + field.name, hints[field.name]
            if dataclasses.is_dataclass(annotation):
                walk(annotation, path + ".")
            elif path not in WRITTEN_BY_GOODFIT:
                default = field.default if field.default_factory is dataclasses.MISSING else field.default_factory()
                found[path] = Setting(path=path, annotation=annotation, default=default, owner=owner)

    walk(RunConf, "")
    return found


@functools.cache
def groups() -> tuple[str, ...]:
    """The config groups: the nouns of conf/, ``experiment`` last."""
    nouns = [field.name for field in dataclasses.fields(RunConf) if field.name not in ("run", "seed", "choices")]
    return (*nouns, "experiment")


def group_doc(group: str) -> str:
    """One line on a group, for lists."""
    if group == "experiment":
        return "Settings of several groups that belong together."
    return _field_docs(RunConf)[group]


def find_setting(path: str) -> Setting | None:
    """The setting at a path; names below a mapping count as the mapping."""
    found = settings().get(path)
    if found is None and "." in path:
        parent = settings().get(path.rsplit(".", 1)[0])
        if parent is not None and parent.is_mapping:
            return parent
    return found
