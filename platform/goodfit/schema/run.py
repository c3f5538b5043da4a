"""RunConf: a run as one typed value, with a field per group of conf/."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from goodfit.schema.adapter import AdapterConf
from goodfit.schema.dataset import DatasetConf
from goodfit.schema.hardware import HardwareConf
from goodfit.schema.model import ModelConf
from goodfit.schema.optim import OptimConf
from goodfit.schema.plugins import PluginsConf
from goodfit.schema.policy import PolicyConf
from goodfit.schema.precision import PrecisionConf
from goodfit.schema.privacy import PrivacyConf
from goodfit.schema.quality import QualityConf
from goodfit.schema.runtime import RuntimeConf
from goodfit.schema.schedule import ScheduleConf
from goodfit.schema.sweep import SweepConf
from goodfit.schema.task import TaskConf
from goodfit.schema.tracker import TrackerConf
from goodfit.schema.training import TrainingConf


@dataclass(kw_only=True, slots=True)
class RunFolderConf:
    """Where a run is written."""

    dir: str | None = None
    """The run's folder; when not given, ``runs/<date>/<time>-<task>-<model>``. Where it lies below a folder ``runs``,
    and nowhere else, ``runs/latest`` points to it afterwards."""


@dataclass(kw_only=True, slots=True)
class RunConf:
    """A run: everything that is needed to make the model, in one value."""

    task: TaskConf = field(default_factory=TaskConf)
    """What is to be learnt."""
    dataset: DatasetConf = field(default_factory=DatasetConf)
    """Where the records come from."""
    model: ModelConf = field(default_factory=ModelConf)
    """Which base model is tuned."""
    adapter: AdapterConf = field(default_factory=AdapterConf)
    """Which weights are tuned."""
    optim: OptimConf = field(default_factory=OptimConf)
    """How weights are updated."""
    schedule: ScheduleConf = field(default_factory=ScheduleConf)
    """How the learning rate moves."""
    training: TrainingConf = field(default_factory=TrainingConf)
    """How long and in what batches a model trains."""
    runtime: RuntimeConf = field(default_factory=RuntimeConf)
    """How the process runs."""
    hardware: HardwareConf = field(default_factory=HardwareConf)
    """What the model runs on."""
    precision: PrecisionConf = field(default_factory=PrecisionConf)
    """The number format of the computation."""
    privacy: PrivacyConf = field(default_factory=PrivacyConf)
    """What is taken out of the texts before anything reads or stores them."""
    quality: QualityConf = field(default_factory=QualityConf)
    """What faults of the data do to a run."""
    policy: PolicyConf = field(default_factory=PolicyConf)
    """Which gates a model has to pass."""
    plugins: PluginsConf = field(default_factory=PluginsConf)
    """Which plugins take part."""
    tracker: TrackerConf = field(default_factory=TrackerConf)
    """Where figures are tracked besides the run folder."""
    sweep: SweepConf = field(default_factory=SweepConf)
    """How a search goes on, or a named search."""
    run: RunFolderConf = field(default_factory=RunFolderConf)
    """Where the run is written."""
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 42
    """The seed of everything: splits, order, weights of new layers, dropout, resampling."""
    choices: dict[str, str] = field(default_factory=dict)
    """The option that was chosen in each group, for people and for the run's name; written by goodfit."""
