"""How many trials of a search share a pass: what was typed, or what a probe on their own records measures."""

from __future__ import annotations

import itertools

from goodfit.config.search import Search
from goodfit.errors import ConfigError
from goodfit.kinds import find_kind
from goodfit.models.device import pick_device
from goodfit.models.fast.attention import NotFlat
from goodfit.runs.machine import fix_machine
from goodfit.runs.prepare import training_data
from goodfit.runs.tune import adapted
from goodfit.sweeps.packed import PACKABLE
from goodfit.sweeps.shared import Shared
from goodfit.training.pack import Trial, pack_width


def why_alone(search: Search) -> str:
    """Why no two trials can share a pass, as far as the words tell; empty where nothing speaks against it."""
    conf, sweep = search.first.conf, search.conf
    learner = find_kind(conf.task.kind or "").learners.get(conf.model.family or "")
    timed = next((name for name in (*sweep.objectives, *sweep.constraints) if name.strip().startswith("seconds")), "")
    if timed:
        return f"'{timed}' is about a trial's own time, of which one in a pass has a share"
    if conf.adapter.name not in PACKABLE:
        return f"adapter={conf.adapter.name} cannot be packed"
    if conf.hardware.strategy != "single":
        return f"hardware.strategy is {conf.hardware.strategy}"
    if conf.runtime.path == "plain":
        return "runtime.path is plain"
    if conf.runtime.gradient_checkpointing:
        return "runtime.gradient_checkpointing is true"
    return "the records of a batch are compared with each other" if learner and learner.labels_at == "pairs" else ""


def width_of(search: Search, shared: Shared) -> tuple[int, str]:
    """Trials in one pass, and why; 0 where they cannot be packed."""
    sweep = search.conf
    if reason := why_alone(search):
        return 0, reason
    if sweep.width is not None:
        return sweep.width, "sweep.width was typed"
    most = min(sweep.ahead, sweep.trials)
    bench = shared.bench(search.first)
    fix_machine(bench.prepared.conf)
    device, data = pick_device(bench.prepared.conf.hardware.accelerator), training_data(bench.prepared)
    try:
        made = (adapted(shared.model(bench, device)[0], bench.prepared.conf, device) for _ in range(most))
        first = Trial("first", next(made), bench.prepared.conf, data)
        path = shared.path(bench, first.model)
        if not path.flat:
            return 0, path.reason
        others = (Trial("other", model, bench.prepared.conf, data) for model in made)
        return pack_width(itertools.chain([first], others), most, path), "measured"
    except ConfigError as error:  # a trial with these settings says so, too, and the others go on
        return 0, error.what
    except NotFlat as reason:
        return 0, str(reason)
