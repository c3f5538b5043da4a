"""The kinds of task: a file each with its record, how each family learns it, how it is decoded.

A kind's metrics are beside it, in ``<kind>_metrics.py``, those of labels in ``label_metrics.py`` and those of texts in
``text_metrics.py``. None of these files imports torch before a model is called, so that ``goodfit explain`` says at
once what a metric is, and a mistake in words or data is answered at once.
"""

from __future__ import annotations

import importlib
from typing import get_args

from goodfit.kinds.shape import Kind
from goodfit.registry import Registry
from goodfit.schema.task import KindName

KINDS: Registry[str] = Registry("kind", {name: f"{__name__}.{name}" for name in get_args(KindName)})
"""Kind -> the module with its ``KIND``."""


def find_kind(name: str) -> Kind:
    """The kind of a task."""
    return importlib.import_module(KINDS.pick(name)).KIND
