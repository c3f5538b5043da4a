"""What a plugin offers is wrapped: a function of it that fails names its plugin, and returns what it promised."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from goodfit.errors import GoodfitError, HardwareError, PluginError
from goodfit.hooks.types import AuditSpec, DataSourceSpec, GateSpec, MetricSpec, ModelSpec
from goodfit.plugins.calls import FOREIGN, awaited, bounded, is_from_us, reason, tame
from goodfit.plugins.restored import restored
from goodfit.plugins.typed import expect, promised
from goodfit.schema.dataset import SPLITS

if TYPE_CHECKING:
    import numpy as np

Spec = TypeVar("Spec")


TELLING = ((DataSourceSpec, "files"), (ModelSpec, "folder"), (GateSpec, "needs"))
"""Functions that may say something to the user in any of goodfit's own errors."""


def guard(spec: Spec, plugin: str, seconds: float | None = None) -> Spec:
    """The spec with each of its functions behind a ``Guarded``.

    Args:
        spec: What a plugin offers.
        plugin: Its name.
        seconds: The longest that a gate or a light audit may take; of others it is said that they take longer.
    """
    held = isinstance(spec, GateSpec) or (isinstance(spec, AuditSpec) and not spec.heavy)
    changed = {
        name: Guarded(getattr(spec, name), plugin, type(spec), name, spec.name, seconds, held)  # type: ignore[attr-defined]
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
    seconds: float | None
    """After which a call is stopped, or said to be waited for; None where nobody waits."""
    held: bool
    """Whether it is stopped; what else takes as long as there are data, or a network."""

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call it; what it prints goes to standard error, and what it changes of the process is put back.

        Raises:
            GoodfitError: What the function may say to the user.
            PluginError: It raised anything else, or returned something of another type.
        """
        try:
            if self.sort is MetricSpec and self.field != "reduce":  # items that it changes are read by the next one
                arguments = copy.deepcopy(arguments)
            whole = f"{self.offer}.{self.field}"
            with tame(), restored(self.plugin, whole), contextlib.redirect_stdout(sys.stderr), self._bounded():
                result = self.function(*arguments, **named)
            expect(result, promised(self.sort, self.field))
            if check := SOUND.get((self.sort, self.field)):
                check(result, *arguments)
        except FOREIGN as error:
            if isinstance(error, GoodfitError) and self._may_say(error):
                raise
            why = reason(error, had_records=self.sort is not DataSourceSpec)
            raise PluginError(
                f"the plugin '{self.plugin}' failed in {self.offer}.{self.field}: {why}",
                f"goodfit plugins check {self.plugin} tells its authors what is wrong",
            ) from error
        return result

    def _may_say(self, error: GoodfitError) -> bool:
        """Whether an error is for the user: of the machine, of our own code that was called, or of ``TELLING``. What
        else is said of records may hold a text of theirs."""
        return isinstance(error, HardwareError) or (self.sort, self.field) in TELLING or is_from_us(error)

    def _bounded(self) -> contextlib.AbstractContextManager[None]:
        if self.seconds is None:
            return contextlib.nullcontext()
        if self.held:
            return bounded(self.seconds)
        return awaited(self.seconds, self.plugin, f"{self.offer}.{self.field}")


def _refuse_rows(rows: np.ndarray, items: Sequence[Any], _seed: int = 0) -> None:
    _refuse_no_numbers(rows)
    if rows.ndim != 2 or len(rows) != len(items):
        raise ValueError(f"expected an array of shape ({len(items)}, k), a row for each record, got {rows.shape}")


def _refuse_values(values: np.ndarray, sums: np.ndarray) -> None:
    _refuse_no_numbers(values)
    if values.shape != sums.shape[:-1]:
        raise ValueError(f"expected an array of shape {sums.shape[:-1]} of sums {sums.shape}, got {values.shape}")


def _refuse_no_numbers(array: np.ndarray) -> None:
    if array.dtype.kind not in "biuf":
        raise TypeError(f"expected real numbers, got {array.dtype}")
    import numpy as np

    if np.isinf(array).any():
        raise ValueError("expected finite numbers, or nan where nothing is defined, got infinite ones")


def _refuse_no_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise ValueError(f"there is no folder {folder}")


def _refuse_no_files(files: Mapping[str, Path]) -> None:
    if "train" not in files or not set(files) <= set(SPLITS):
        raise ValueError(f"expected a file for train, and for others of {', '.join(SPLITS)}; got {', '.join(files)}")
    if gone := [str(path) for path in files.values() if not path.exists()]:
        raise ValueError(f"there is no {gone[0]}")


SOUND: Mapping[tuple[type, str], Callable[..., None]] = {
    (MetricSpec, "statistics"): _refuse_rows,
    (MetricSpec, "ideal"): _refuse_rows,
    (MetricSpec, "reduce"): _refuse_values,
    (ModelSpec, "folder"): _refuse_no_folder,
    (DataSourceSpec, "files"): _refuse_no_files,
}
"""A function of a spec -> what refuses a result of the right type that cannot be used; it sees the arguments, too."""
