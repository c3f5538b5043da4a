"""What the trials of one process share: read and encoded records, and the frozen base. None of it is ever changed."""

from __future__ import annotations

import copy
import dataclasses
import json
from typing import Any

from goodfit.config.compose import Composed
from goodfit.config.search import Search
from goodfit.data.split import keep_together, split_off, with_units
from goodfit.errors import DataError
from goodfit.models.fast.frozen import KeptStates
from goodfit.models.fast.path import ComputePath
from goodfit.models.memory import Memory
from goodfit.plugins.host import Host, load_plugins
from goodfit.runs.compute_path import pick_path
from goodfit.runs.known import TaskData, read_task
from goodfit.runs.plan import check_memory
from goodfit.runs.prepare import Prepared, prepare_records
from goodfit.runs.score import Probe, pick_probe, simplest_answers
from goodfit.runs.tune import untuned_model
from goodfit.schema import RunConf

OWN = ("adapter", "optim", "schedule", "training", "policy", "run", "sweep", "tracker", "plugins", "choices")
"""Groups that neither records nor base depend on, but for the settings in ``READ``."""

READ = ("training.evaluation_batch_size", "training.probe_size", "adapter.four_bits")
"""Settings of these groups that records and base depend on."""

KEEP_BASE = ("lora", "rslora", "dora")
"""Adapters that leave the base's weights as they are: trials can hold the very same tensors."""

MOST_FRESH = 0.5
"""At most this share of the training records is held out anew, where there are more validation records than that."""

KEPT = 3
"""So many preparations are kept: those of the models that a search compares."""


@dataclasses.dataclass(slots=True)
class Bench:
    """What was prepared for trials of one kind."""

    key: str
    """Of the settings that records and base depend on."""
    prepared: Prepared
    probe: Probe
    model: Any = None
    """With its head, untuned."""
    simplest: list[Any] | None = None
    kept: KeptStates = dataclasses.field(default_factory=KeptStates)
    """What the base makes of the records, where trials leave it as it is."""
    paths: dict[Any, ComputePath] = dataclasses.field(default_factory=dict)
    """How models are computed, by the sort of their adapter."""
    memory: dict[str, Memory] = dataclasses.field(default_factory=dict)
    """What trials take, by their size."""


class Shared:
    """Prepares trials, each thing once.

    Args:
        host: The loaded plugins; loaded on first use, when not given.
    """

    def __init__(self, host: Host | None = None) -> None:
        self._host = host
        self._benches: dict[str, Bench] = {}
        self._read: dict[str, TaskData] = {}

    def host(self, conf: RunConf) -> Host:
        """The plugins."""
        if self._host is None:
            self._host = load_plugins(conf.plugins)
        return self._host

    def keep_read(self, composed: Composed, data: TaskData) -> None:
        """Keep the checked records of a trial, which are read for a bench, too.

        Args:
            composed: The trial.
            data: What ``read_task`` made of it, before it was settled what multiplies matrices.
        """
        conf = dataclasses.replace(data.task.conf, runtime=composed.conf.runtime)
        kept = dataclasses.replace(data, task=dataclasses.replace(data.task, conf=conf))
        self._read[_key(composed.conf, 0)] = kept

    def try_first(self, search: Search) -> None:
        """Prepare what all trials of a search share, where they share it all.

        Raises:
            GoodfitError: It cannot be prepared, and no trial is to blame.
        """
        own = all(one.key.partition(".")[0] in OWN and one.key not in READ for one in search.space)
        if own and len({_key(composed.conf, 0) for composed in search.options.values()}) <= 1:
            self.bench(search.first)

    def bench(self, composed: Composed, fresh: int = 0) -> Bench:
        """The records, encoded, and the probe, for the settings of this trial."""
        key = _key(composed.conf, fresh)
        if key not in self._benches:
            prepared = resplit(self.bench(composed).prepared, fresh) if fresh else self._prepared(composed, key)
            self._benches[key] = Bench(key, prepared, pick_probe(prepared))
            for old in list(self._benches)[:-KEPT]:
                del self._benches[old]
        kept = self._benches[key]
        return dataclasses.replace(kept, prepared=_with_own(kept.prepared, composed.conf))

    def _prepared(self, composed: Composed, key: str) -> Prepared:
        host = self.host(composed.conf)
        return prepare_records(self._read.pop(key, None) or read_task(composed, host), host)

    def model(self, bench: Bench, device: str) -> tuple[Any, list[Any]]:
        """A model of the trial's own, and the simplest answers to the probe."""
        kept = self._benches[bench.key]
        if kept.model is None:
            kept.model = untuned_model(kept.prepared, device)
            kept.model.requires_grad_(False)
            kept.simplest = _simplest(kept)
        return own_model(kept.model, bench.prepared.conf.adapter.name), kept.simplest or []

    def memory(self, bench: Bench) -> Memory:
        """What a trial takes.

        Raises:
            HardwareError: It cannot fit.
        """
        conf = bench.prepared.conf
        size = repr((conf.adapter, conf.optim.name, conf.training))
        bench.memory[size] = check_memory(bench.prepared, needed=bench.memory.get(size))
        return bench.memory[size]

    def path(self, bench: Bench, model: Any) -> ComputePath:
        """How a trial's model is computed: rank, scaling and rate of its adapter change nothing in it."""
        adapter = bench.prepared.conf.adapter
        sort = adapter.name, tuple(adapter.targets or ()), adapter.top_layers, bench.prepared.varies
        if sort not in bench.paths:
            bench.paths[sort] = pick_path(bench.prepared, model)
        return bench.paths[sort]


def _simplest(bench: Bench) -> list[Any]:
    if bench.prepared.task.kind.untrained:  # the model is not asked
        return simplest_answers(bench.prepared, bench.model, bench.probe)
    with pick_path(bench.prepared, bench.model).on(bench.model):
        return simplest_answers(bench.prepared, bench.model, bench.probe)


def own_model(model: Any, adapter: str) -> Any:
    """A copy to be tuned; where the adapter leaves the base alone, it holds the same frozen tensors."""
    held = {id(weights): weights for weights in model.parameters()} if adapter in KEEP_BASE else {}
    found = copy.deepcopy(model, held)
    if not held:
        found.requires_grad_(True)
    return found


def resplit(prepared: Prepared, number: int) -> Prepared:
    """The run with as many of its training records held out, none of those that chose; the test records stay unread.

    Raises:
        DataError: Its training records belong together too much.
    """
    splits, kind, conf = prepared.splits, prepared.task.kind, prepared.conf
    share = min(MOST_FRESH, len(splits.validation) / len(splits.train))
    stays, fresh = split_off(splits.train, share, f"{conf.seed}:fresh {number}", kind.stratum, kind.compared)
    if not fresh:
        what = "no training records can be held out anew: a unit that holds the last of a label stays"
        raise DataError(what, "add sweep.confirmations=0, or more records")
    # of the records that chose, those that go with the fresh ones are on neither side
    both = [*fresh, *splits.validation]
    touching = {index for unit in keep_together(both, kind.compared) if min(unit) < len(fresh) for index in unit}
    chose = [record for index, record in enumerate(both) if index >= len(fresh) and index not in touching]
    train, validation = kind.related([*stays, *chose]), kind.related(with_units(fresh, kind.compared))
    encode = prepared.learner.encode
    return dataclasses.replace(
        prepared,
        splits=dataclasses.replace(splits, train=train, validation=validation),
        encoded={**prepared.encoded, "train": encode(train), "validation": encode(validation)},
    )


def _key(conf: RunConf, fresh: int) -> str:
    tree = {name: value for name, value in dataclasses.asdict(conf).items() if name not in OWN}
    read = [getattr(getattr(conf, group), name) for group, name in (key.split(".") for key in READ)]
    return json.dumps([tree, read, fresh], sort_keys=True)


def _with_own(prepared: Prepared, conf: RunConf) -> Prepared:
    """The preparation with the settings that are the trial's own."""
    settled = prepared.conf
    own = {name: getattr(conf, name) for name in OWN}
    return dataclasses.replace(
        prepared, task=dataclasses.replace(prepared.task, conf=dataclasses.replace(settled, **own))
    )
