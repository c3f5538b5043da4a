"""How many trials of a search share a pass: what was typed, or what a probe on their own records measures."""

from __future__ import annotations

import itertools

from goodfit.config.search import Search
from goodfit.errors import ConfigError
from goodfit.models.device import pick_device
from goodfit.models.fast.attention import NotFlat
from goodfit.runs.machine import fix_machine
from goodfit.runs.prepare import training_data
from goodfit.runs.tune import adapted
from goodfit.sweeps.check import why_alone
from goodfit.sweeps.shared import Shared
from goodfit.training.pack import Trial, pack_width


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
