"""What a plugin's code changes of the process is put back behind its call: the working directory, and torch's ways."""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

FOLDER, GRAD, DTYPE = "the working directory", "torch's grad mode", "torch's default dtype"
THREADS = "torch's number of threads"


@contextlib.contextmanager
def restored(plugin: str, what: str) -> Iterator[None]:
    """Put back what runs inside changes of the process, and warn once of each such change.

    Args:
        plugin: Whose code runs.
        what: The hook, or the function, that is called.
    """
    before = _state()
    try:
        yield
    finally:
        now = _state()
        for part, value in {**_of_a_new_torch(), **before}.items():
            if now[part] != value:
                _parts()[part][1](value)
                _tell(plugin, what, part)


@functools.cache
def _tell(plugin: str, what: str, part: str) -> None:
    """Once: a scrubber is called for each batch of texts."""
    logging.getLogger(__name__).warning("the plugin '%s' changed %s in %s; it was put back", plugin, part, what)


def _state() -> dict[str, Any]:
    return {part: read() for part, (read, _) in _parts().items()}


def _of_a_new_torch() -> dict[str, Any]:
    """What torch is like behind its import, should the call have imported it; its threads depend on the machine."""
    torch = sys.modules.get("torch")
    return {} if torch is None else {GRAD: True, DTYPE: torch.float32}


def _parts() -> dict[str, tuple[Callable[[], Any], Callable[[Any], object]]]:
    """Part of the process -> what reads it, what sets it; torch's where it is imported."""
    parts: dict[str, tuple[Callable[[], Any], Callable[[Any], object]]] = {FOLDER: (_folder, _go_to)}
    if (torch := sys.modules.get("torch")) is not None:
        parts[GRAD] = (torch.is_grad_enabled, torch.set_grad_enabled)
        parts[DTYPE] = (torch.get_default_dtype, torch.set_default_dtype)
        parts[THREADS] = (torch.get_num_threads, torch.set_num_threads)
    return parts


def _folder() -> str | None:
    """The working directory; None where somebody deleted it."""
    try:
        return os.getcwd()
    except FileNotFoundError:
        return None


def _go_to(folder: str | None) -> None:
    with contextlib.suppress(OSError):  # it is gone
        os.chdir(folder or "")
