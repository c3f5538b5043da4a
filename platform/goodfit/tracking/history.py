"""history.jsonl: one line for each logged step, and the same to a tracker."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Sink = Callable[[Mapping[str, Any]], None]


class History:
    """Appends lines to ``history.jsonl``.

    Args:
        path: The file.
        also: Another place that takes each line.
    """

    def __init__(self, path: Path, also: Sink | None = None) -> None:
        self._path = path
        self._also = also
        self._hash: Any = None

    @property
    def digest(self) -> str | None:
        """The SHA-256 of the file as it was left here; None before the first line."""
        return None if self._hash is None else self._hash.hexdigest()

    def log(self, line: Mapping[str, Any]) -> None:
        """Write one line; figures that are not finite become null."""
        clean = {
            name: None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in line.items()
        }
        if self._hash is None:  # a run that goes on has the lines until its checkpoint
            self._hash = hashlib.sha256(self._path.read_bytes() if self._path.exists() else b"")
        written = (json.dumps(clean) + "\n").encode()
        with self._path.open("ab") as file:
            file.write(written)
        self._hash.update(written)
        if self._also is not None:
            self._also(clean)
