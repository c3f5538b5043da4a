"""What a plugin offers is wrapped: a function of it that fails names its plugin, and returns what it promised."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import sys
import types
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from goodfit.errors import GoodfitError, PluginError
from goodfit.hooks.types import DataSourceSpec
from goodfit.plugins.calls import FOREIGN, reason, tame

Spec = TypeVar("Spec")


def guard(spec: Spec, plugin: str) -> Spec:
    """The spec with each of its functions behind a ``Guarded``."""
    changed = {
        name: Guarded(getattr(spec, name), plugin, type(spec), name, spec.name)  # type: ignore[attr-defined]
        for name in functions_of(type(spec))
        if getattr(spec, name) is not None
    }
    return dataclasses.replace(spec, **changed)  # type: ignore[type-var]


def functions_of(sort: type) -> list[str]:
    """The fields of a spec that hold a function."""
    return [field.name for field in dataclasses.fields(sort) if str(field.type).startswith("Callable[")]


@dataclass(frozen=True, slots=True)
class Guarded:
    """A function that a plugin offers; goes to worker processes where the function does."""

    function: Callable[..., Any]
    plugin: str
    sort: type
    field: str
    offer: str

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call it; what it prints goes to standard error.

        Raises:
            GoodfitError: What the function says to the user in goodfit's own errors.
            PluginError: It raised anything else, or returned something of another type.
        """
        try:
            with tame(), contextlib.redirect_stdout(sys.stderr):
                result = self.function(*arguments, **named)
            expect(result, promised(self.sort, self.field))
        except GoodfitError:
            raise
        except FOREIGN as error:
            why = reason(error, had_records=self.sort is not DataSourceSpec)
            raise PluginError(
                f"the plugin '{self.plugin}' failed in {self.offer}.{self.field}: {why}",
                f"goodfit plugins check {self.plugin} tells its authors what is wrong",
            ) from error
        return result


@functools.cache
def promised(sort: type, field: str) -> Any:
    """What a function of a spec has to return: ``DataSourceSpec.files`` a mapping, ``GateSpec.judge`` a verdict."""
    import numpy as np

    hints = typing.get_type_hints(sort, localns={"np": np})
    hint = hints[field]
    function = typing.get_args(hint)[0] if type(None) in typing.get_args(hint) else hint  # one that may be left out
    found = typing.get_args(function)[1]
    return np.ndarray | np.generic if found is np.ndarray else found  # of one row, numpy gives a number


def expect(result: Any, annotation: Any) -> None:
    """Refuse a result of another type.

    Raises:
        TypeError: Says both.
    """
    outer = typing.get_origin(annotation) or annotation
    outer = annotation if outer is types.UnionType else outer
    if outer is Any:
        return
    if not isinstance(result, outer):
        raise TypeError(f"expected {getattr(outer, '__name__', outer)}, got {type(result).__name__}")
    inner = typing.get_args(annotation)
    if isinstance(outer, type) and issubclass(outer, Sequence) and inner and isinstance(inner[0], type):
        wrong = next((part for part in result if not isinstance(part, inner[0])), None)
        if wrong is not None:
            raise TypeError(f"expected a sequence of {inner[0].__name__}, got {type(wrong).__name__} in it")
