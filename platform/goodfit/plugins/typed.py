"""Whether a value that a plugin hands over has the type that ``hooks/types.py`` promises."""

from __future__ import annotations

import dataclasses
import functools
import numbers
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from goodfit.hooks.types import Finding

NUMBERS = {float: numbers.Real, int: numbers.Integral}
"""What may stand for Python's own numbers: NumPy's, and a whole number for any."""


@functools.cache
def hints_of(sort: type) -> dict[str, Any]:
    """Field -> annotation of a value that crosses the border."""
    import numpy as np

    return typing.get_type_hints(sort, localns={"np": np})


@functools.cache
def promised(sort: type, field: str) -> Any:
    """What a function of a spec has to return: ``DataSourceSpec.files`` a mapping, ``GateSpec.judge`` a verdict."""
    import numpy as np

    hint = hints_of(sort)[field]
    function = typing.get_args(hint)[0] if type(None) in typing.get_args(hint) else hint  # one that may be left out
    found = typing.get_args(function)[1] or type(None)
    return np.ndarray | np.generic if found is np.ndarray else found  # of one row, numpy gives a number


def expect(value: Any, annotation: Any) -> None:
    """Refuse a value of another type, and one that holds a part of another.

    Raises:
        TypeError: Says both.
    """
    outer, inner = typing.get_origin(annotation) or annotation, typing.get_args(annotation)
    if outer is Any:
        return
    if outer is Literal:
        if value not in inner:
            raise TypeError(f"expected one of {', '.join(inner)}, got {value!r}")
    elif outer in (types.UnionType, typing.Union):
        _expect_one_of(value, inner, annotation)
    elif outer is Callable:
        if not callable(value):
            raise TypeError(f"expected a function, got {type(value).__name__}")
    elif not _is_a(value, outer):
        raise TypeError(f"expected {getattr(outer, '__name__', outer)}, got {type(value).__name__}")
    elif dataclasses.is_dataclass(outer):
        if outer is not Finding:  # of those ``offers.sound`` says what is wrong
            expect_fields(value)
    elif inner:
        _expect_parts(value, inner)


def _expect_parts(value: Any, inner: Sequence[Any]) -> None:
    for part in value:
        expect(part, inner[0])
        if isinstance(value, Mapping):
            expect(value[part], inner[1])


def expect_fields(value: Any) -> None:
    """Refuse a frozen value with a field of another type than the one that is promised.

    Raises:
        TypeError: Names the field, and both types.
    """
    for name, annotation in hints_of(type(value)).items():
        try:
            expect(getattr(value, name), annotation)
        except TypeError as error:
            raise TypeError(f"{type(value).__name__}.{name}: {error}") from None


def _is_a(value: Any, outer: type) -> bool:
    if outer in NUMBERS:
        return isinstance(value, NUMBERS[outer]) and not isinstance(value, bool)
    if outer in (tuple, Sequence):  # a list does as well as a tuple; a text is no list of texts
        return isinstance(value, Sequence) and not isinstance(value, str)
    if outer is bool:
        import numpy as np

        return isinstance(value, bool | np.bool_)
    return isinstance(value, outer)


def _expect_one_of(value: Any, choices: Sequence[Any], annotation: Any) -> None:
    wrong = []
    for choice in choices:
        try:
            return expect(value, choice)
        except TypeError as error:
            wrong.append(error)
    only = [choice for choice in choices if choice is not type(None)]
    raise wrong[0] if len(only) == 1 else TypeError(f"expected {annotation}, got {type(value).__name__}")
