"""A finished run measured on one of its splits, or on other data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from goodfit.data.records import Record
from goodfit.evaluation.report import figures, outcome_items
from goodfit.evaluation.review import kept
from goodfit.hooks.certainty import unit_numbers
from goodfit.hooks.types import Item
from goodfit.plugins.host import Host
from goodfit.runs.cuts import unread
from goodfit.runs.given import Given, given_records
from goodfit.runs.opened import OpenedRun
from goodfit.runs.score import broken_off_in, documents_in


def evaluate_run(opened: OpenedRun, host: Host, given: Given) -> dict[str, Any]:
    """Measure a run on one of its splits, or on a file given as ``dataset.test=…``.

    Returns:
        What was measured; of a file, beside it what was left out, and how many of its inputs the run was trained on.

    Raises:
        GoodfitError: The words or the data are wrong.
    """
    found = given_records(opened, host, given)
    encoded = opened.learner.encode(found.records)
    outcomes = opened.outcomes(found.records, encoded)
    specs = opened.task.all_metrics(opened.coding.labels)
    items, losses = outcome_items(found.records, outcomes), [outcome.loss for outcome in outcomes]
    return {
        "run": str(opened.folder),
        "split": given.split,
        "records": len(found.records),
        **documents_in(opened.task.kind, found.records),
        "cut": len(encoded.cut),
        "unread": len(unread(encoded, len(found.records), opened.coding.tokenizer)),
        "long_answers": len(encoded.beyond),
        **broken_off_in(opened.learner, opened.task.kind, outcomes),
        **found.left_out,
        **found.seen,
        "metrics": figures(specs, found.records, items, given.split, opened.conf.seed, losses),
        **_review(opened, found.records, items),
    }


def _review(opened: OpenedRun, records: Sequence[Record], items: Sequence[Item]) -> dict[str, Any]:
    """What the run's least confidence that needs no review does to these records, where it has one."""
    is_right = opened.task.kind.is_right
    if opened.trusted_from is None or math.isinf(opened.trusted_from) or is_right is None:
        return {}
    share = opened.conf.policy.min_right
    return {"review": {"share": share, **kept(items, unit_numbers(records), is_right, opened.trusted_from)}}
