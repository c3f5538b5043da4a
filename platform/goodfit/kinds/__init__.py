"""The kinds of task: a file each with its record, how each family learns it, how it is decoded.

A kind's metrics are beside it, in ``<kind>_metrics.py``, those of labels in ``label_metrics.py`` and those of texts in
``text_metrics.py``: they need no torch, so that ``goodfit explain`` says at once what a metric is.
"""

from __future__ import annotations

import importlib

from goodfit.kinds.shape import Kind
from goodfit.registry import Registry

KINDS: Registry[str] = Registry(
    "kind",
    {
        "classification": "goodfit.kinds.classification",
        "multilabel": "goodfit.kinds.multilabel",
        "token_classification": "goodfit.kinds.token_classification",
        "question_answering": "goodfit.kinds.question_answering",
        "ranking": "goodfit.kinds.ranking",
        "generation": "goodfit.kinds.generation",
        "chat": "goodfit.kinds.chat",
        "language_modeling": "goodfit.kinds.language_modeling",
    },
)
"""Kind -> the module with its ``KIND``."""


def find_kind(name: str) -> Kind:
    """The kind of a task."""
    return importlib.import_module(KINDS.pick(name)).KIND
