"""Lets audits look at the tuned model's answers, and ask it about records of their own."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from goodfit.data.records import Record, record_of
from goodfit.evaluation.report import difference, outcome_items
from goodfit.hooks.types import Item, MetricSpec, ModelFacts, RecordView
from goodfit.kinds.passes import losses_of
from goodfit.models.parts import has_new_text_head
from goodfit.plugins.host import Host
from goodfit.runs.audit import Audited, ask_audit, limits_for, views
from goodfit.runs.prepare import Prepared
from goodfit.runs.score import Judged, primary_of

Losses = Callable[[Sequence[RecordView]], Sequence[float]]


def audit_model(prepared: Prepared, host: Host, model: Any, judged: Judged) -> Audited:
    """Ask the audits of models.

    Raises:
        PluginError: One that the run needs raises.
    """
    audited = Audited()
    looking = [chosen for chosen in prepared.task.audits if chosen.spec.look_at_model is not None]
    if not looking:
        return audited
    kind, conf = prepared.task.kind, prepared.conf
    shown = views(kind, prepared.splits)
    for chosen in looking:
        facts = ModelFacts(
            task=conf.task.name,
            kind=kind.name,
            labels=prepared.coding.labels,
            seed=conf.seed,
            splits=shown,
            limits=limits_for(chosen.spec, conf),
            items=copy.deepcopy(judged.items),
            metric=primary_of(prepared),
            ask=_ask(prepared, model),
            losses=_losses(prepared, model),
            base_losses=_base_losses(prepared, model),
            compared=partial(compared, primary_of(prepared), judged.items, conf.seed),
        )
        ask_audit(audited, chosen, "model", facts, host)
    return audited


def compared(metric: MetricSpec, tuned: Sequence[Item], seed: int, others: Sequence[Item]) -> dict[str, float | None]:
    """How the tuned model's answers differ from others to the same records.

    Raises:
        ValueError: They are to other records, or in another order.
    """
    if [one.id for one in others] != [one.id for one in tuned]:
        raise ValueError("answers are compared with those to the test records, in their order")
    return difference(metric, tuned, others, seed)


def _records(prepared: Prepared, asked: Sequence[RecordView]) -> list[Record]:
    """What an audit asks about, checked like any other record; an answer may be missing."""
    check = prepared.task.kind.check
    return [
        record_of(
            one.id,
            check(one.fields, False) | copy.deepcopy(dict(one.fields)),
            group=one.group,
            slices=dict(one.slices),
            unit=one.unit,
        )
        for one in asked
    ]


def _ask(prepared: Prepared, model: Any) -> Callable[[Sequence[RecordView]], list[Item]]:
    def ask(asked: Sequence[RecordView]) -> list[Item]:
        records = _records(prepared, asked)
        encoded = prepared.learner.encode(records)
        return outcome_items(records, prepared.learner.outcomes(model, records, encoded))

    return ask


def _losses(prepared: Prepared, model: Any) -> Losses:
    def losses(asked: Sequence[RecordView]) -> list[float]:
        records = _records(prepared, asked)
        return losses_of(prepared.learner, model, prepared.learner.encode(records), len(records))

    return losses


def _base_losses(prepared: Prepared, model: Any) -> Losses | None:
    """Through the tuned model with its adapter off; a new head's outputs mean nothing without it."""
    if not prepared.base_is_asked or has_new_text_head(model) or not hasattr(model, "peft_config"):
        return None
    tuned = _losses(prepared, model)

    def losses(asked: Sequence[RecordView]) -> Sequence[float]:
        with model.disable_adapter():
            return tuned(asked)

    return losses
