"""A finished run, opened from its folder with its model."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from goodfit.data.progress import part_of
from goodfit.data.records import Record
from goodfit.kinds.shape import Coding, Encoded, Learner, Outcome
from goodfit.models.adapters import with_saved_adapter
from goodfit.models.base import Base
from goodfit.models.device import pick_device
from goodfit.models.load import load_model, load_saved, load_tokenizer
from goodfit.plugins.host import Host
from goodfit.run_files import ADAPTER, CONFIG, LOCK, MODEL, TASK
from goodfit.runs.bases import tuned_on
from goodfit.runs.compute_path import path_of
from goodfit.runs.cuts import refuse_beyond
from goodfit.runs.digests import refuse_changed
from goodfit.runs.find import finished_run
from goodfit.runs.json_files import read_json
from goodfit.runs.learner import build_learner
from goodfit.runs.lock import refuse_other_config
from goodfit.runs.task import Task, open_task
from goodfit.schema import RunConf


@dataclass(frozen=True, slots=True)
class OpenedRun:
    """A finished run with its model."""

    folder: Path
    task: Task
    base: Base
    learner: Learner
    coding: Coding
    model: Any
    trusted_from: float | None
    """The confidence from which on its answers need no review: infinite where all need it, None where nothing tells."""

    @property
    def conf(self) -> RunConf:
        """The written config."""
        return self.task.conf

    def scrubbed(self, records: Sequence[Record]) -> list[Record]:
        """Records as the run itself would have read them."""
        scrub = self.task.scrub
        return list(records) if scrub is None else scrub.records(records, self.task.kind.texts)[0]

    def outcomes(self, records: Sequence[Record], encoded: Encoded) -> list[Outcome]:
        """The model's answers, one for each record."""
        return next(self.outcomes_in_parts(records, encoded, len(records)))

    def outcomes_in_parts(
        self, records: Sequence[Record], encoded: Encoded, size: int, start: int = 0
    ) -> Iterator[list[Outcome]]:
        """The model's answers to so many records after the other; those before ``start`` are left out."""
        refuse_beyond(self.base, self.coding.tokenizer, [encoded])
        model = self.model.requires_grad_(False)
        path = path_of(self.conf, self.learner, self.coding, model, encoded.examples)
        for first in range(start, len(records), size):
            part = records[first : first + size]
            own = encoded if len(part) == len(records) else encoded.part(first, first + size)
            with path.on(model), part_of(first, len(part), len(records)):
                found = self.learner.outcomes(model, part, own)
            yield found


def open_run(typed: str, host: Host, *, measured: bool = True) -> OpenedRun:
    """Load a finished run.

    Args:
        typed: Its folder.
        host: The plugins.
        measured: Whether its answers are measured, or only given.

    Raises:
        ConfigError: It is not finished, its weights are damaged, its config is not the one that it was trained with, or
            its base is another one now.
    """
    folder = finished_run(typed)
    task = open_task(folder, host, measured=measured)
    conf = task.conf
    weights = weights_in(folder)
    refuse_changed(folder, LOCK, CONFIG, f"{weights.name}/")
    refuse_other_config(folder, conf)
    written = read_json(weights / TASK, "base", "labels")
    base = tuned_on(conf, written["base"], host)
    learner, coding = build_learner(task, base, load_tokenizer(base), tuple(written["labels"]))
    model = _load(weights, task, base, learner)
    device = pick_device("auto" if conf.hardware.accelerator == "gpu" else "cpu")
    return OpenedRun(folder, task, base, learner, coding, model.to(device).eval(), _trusted_from(written))


def _trusted_from(written: Mapping[str, Any]) -> float | None:
    if "trusted_from" not in written:
        return None
    found: float | None = written["trusted_from"]
    return math.inf if found is None else found


def weights_in(folder: Path) -> Path:
    """Where a run's folder has its weights."""
    return folder / (ADAPTER if (folder / ADAPTER).is_dir() else MODEL)


def _load(weights: Path, task: Task, base: Base, learner: Learner) -> Any:
    conf = task.conf
    if weights.name == MODEL:
        return load_saved(base, conf.model, learner.head, learner.outputs, weights)
    model = load_model(base, conf.model, learner.head, learner.outputs, conf.seed, conf.adapter.four_bits)
    return with_saved_adapter(model, weights)
