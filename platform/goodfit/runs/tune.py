"""The middle of a run: load, tune, judge."""

from __future__ import annotations

import logging
import time
from typing import Any

import torch

from goodfit.models.adapters import build_adapter
from goodfit.models.device import pick_device
from goodfit.models.load import load_model, start_head
from goodfit.plugins.host import Host
from goodfit.ranks import is_first_process
from goodfit.runs.ask import audit_model
from goodfit.runs.begun import Begun
from goodfit.runs.compute_path import pick_path
from goodfit.runs.machine import fix_machine
from goodfit.runs.plan import fit_memory
from goodfit.runs.prepare import Prepared, training_data
from goodfit.runs.score import BaseAnswers, Probe, base_answers, build_measure, judge_model, pick_probe, top_score
from goodfit.runs.write import Finished, write_down
from goodfit.schema import RunConf
from goodfit.tracking.history import History
from goodfit.training.interrupt import StopSignals
from goodfit.training.state import Owner, Saved
from goodfit.training.steps import planned_steps
from goodfit.training.trainer import train
from goodfit.training.watch import Progress, Watch


def tune_and_judge(
    prepared: Prepared,
    host: Host,
    begun: Begun,
    history: History,
    progress: Progress,
    signals: StopSignals,
    saved: Saved | None,
    started: float,
) -> Finished:
    """Load the model, tune it, measure it against its base, and write everything down.

    Args:
        prepared: The run.
        host: The plugins.
        begun: The run's folder.
        history: Takes the course.
        progress: Shows it.
        signals: End it.
        saved: What an earlier process of the run left.
        started: When this one began, by the monotonic clock.
    """
    conf, data = prepared.conf, training_data(prepared)
    fix_machine(conf)
    device = pick_device(conf.hardware.accelerator)
    steps = planned_steps(conf, len(data.examples))
    model = untuned_model(prepared, device)
    probe = pick_probe(prepared)
    base = _base_answers(prepared, model, probe) if is_first_process() else None
    model = adapted(model, conf, device)
    path = pick_path(prepared, model)
    logging.getLogger(__name__).info("path: %s (%s)", path.name, path.reason)
    fit_memory(prepared, path)
    with path.on(model):
        trained = train(
            conf,
            model,
            data,
            device=device,
            measure=build_measure(prepared, probe),
            folder=begun.folder,
            watch=Watch(history.log, progress, steps),
            signals=signals,
            saved=saved,
            owner=Owner(begun.identity, begun.refuse_gone),
            top=top_score(prepared),
        )
        if trained.soup is not None:
            logging.getLogger(__name__).info("soup: %s", trained.soup)
            progress.say(str(trained.soup))
        if base is None:
            raise SystemExit(0)  # a further process of the same run: the first one judges and writes
        judged = judge_model(prepared, model, base, trained.trace, probe)
        audited = audit_model(prepared, host, model, judged)
    return write_down(prepared, host, begun, model, judged, audited, trained, path, time.monotonic() - started)


def untuned_model(prepared: Prepared, device: str) -> Any:
    """The base model with its head as training finds it."""
    conf, learner = prepared.conf, prepared.learner
    model = load_model(prepared.base, conf.model, learner.head, learner.outputs, conf.seed, conf.adapter.four_bits)
    model = model.to(device)
    counted = prepared.encoded["train"].log_odds is not None and conf.privacy.epsilon is None  # they count the records
    if counted and not prepared.base_is_asked:
        start_head(model, prepared.encoded["train"].log_odds)
    return model


def adapted(model: Any, conf: RunConf, device: str) -> Any:
    """The model with its adapter, whose first weights are a function of the seed, whatever was asked of it before."""
    torch.manual_seed(conf.seed)
    return build_adapter(model, conf.adapter).to(device)


def _base_answers(prepared: Prepared, model: Any, probe: Probe) -> BaseAnswers:
    if not prepared.base_is_asked:
        return base_answers(prepared, model, probe)  # the model is not asked
    model.requires_grad_(False)  # what is trained is chosen later: here it would cost two gradients of all weights
    with pick_path(prepared, model).on(model):
        return base_answers(prepared, model, probe)
