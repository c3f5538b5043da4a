"""history.jsonl: one line for each logged step, and the same to a tracker."""

from __future__ import annotations

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

    def log(self, line: Mapping[str, Any]) -> None:
        """Write one line; figures that are not finite become null."""
        clean = {
            name: None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in line.items()
        }
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(clean) + "\n")
        if self._also is not None:
            self._also(clean)
