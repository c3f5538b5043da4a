"""Everything of a run between its data and its training: base model, learner, encoding. Loads no weights."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from goodfit.data.batches import Example, TrainingData, by_record, document_numbers
from goodfit.data.epochs import Planned, plan_epoch
from goodfit.data.gather import Splits
from goodfit.errors import ConfigError
from goodfit.hooks.types import Finding
from goodfit.kinds.passes import pad_id
from goodfit.kinds.shape import Coding, Encoded, Learner
from goodfit.kinds.word_dropout import drop_words
from goodfit.models.base import Base
from goodfit.models.load import answers, load_tokenizer
from goodfit.plugins.host import Host
from goodfit.runs.bases import open_base
from goodfit.runs.control import typed_controls
from goodfit.runs.cuts import cut_records, refuse_beyond, refuse_unsupervised, unknown_tokens
from goodfit.runs.known import TaskData
from goodfit.runs.learner import build_learner, how_asked
from goodfit.runs.machine import settle
from goodfit.runs.task import Task, refuse_family
from goodfit.schema import RunConf
from goodfit.schema.dataset import SPLITS


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run that is ready to train."""

    task: Task
    base: Base
    splits: Splits
    learner: Learner
    coding: Coding
    encoded: Mapping[str, Encoded]
    findings: Sequence[Finding]
    asked: Sequence[Mapping[str, Any]]
    """The audits of the data that were asked, for run.json."""
    before: Sequence[Mapping[str, Any]]
    """The runs that the base came from, for run.json and the card."""

    @property
    def conf(self) -> RunConf:
        """The run's config, with its labels filled in."""
        return self.task.conf

    @property
    def base_is_asked(self) -> bool:
        """Whether the base can be asked: it answers with text, or has a head with the task's labels."""
        learner = self.learner
        return not learner.outputs or answers(self.base, self.conf.model, learner.head, learner.outputs)

    @property
    def varies(self) -> bool:
        """Whether a training example differs from one epoch to the next."""
        return self.encoded["train"].vary is not None or self.conf.training.word_dropout > 0


def training_data(prepared: Prepared) -> TrainingData:
    """What a run learns from, encoded.

    Raises:
        ConfigError: It cannot be learnt as the settings say.
    """
    encoded, conf, coding = prepared.encoded["train"], prepared.conf.training, prepared.coding
    if conf.class_weights == "balanced":
        labels = [record.fields["label"] for record in prepared.splits["train"]]
        encoded = dataclasses.replace(encoded, examples=_balanced(encoded.examples, labels))
    if conf.word_dropout:
        encoded = drop_words(encoded, coding, conf.word_dropout)
    if prepared.learner.labels_at == "pairs":
        _refuse_uncompared(encoded.examples, prepared.conf)
    return TrainingData(encoded.examples, prepared.learner.labels_at, pad_id(coding.tokenizer), encoded.vary)


def first_epoch(examples: Sequence[Example], conf: RunConf) -> list[Planned]:
    """The batches of the first epoch, of all devices; privately, the records."""
    if conf.privacy.epsilon is not None:
        return [Planned(tuple(windows), 0) for windows in by_record(examples)]
    of_devices = plan_epoch(
        examples,
        batch_size=conf.training.batch_size,
        accumulation=1,
        grouping=conf.training.length_grouping,
        seed=conf.seed,
        epoch=0,
        devices=conf.hardware.devices * conf.hardware.nodes,
    )
    return [planned for device in of_devices for planned in device]


def _refuse_uncompared(examples: Sequence[Example], conf: RunConf) -> None:
    """Refuse batches of one document each: it is the likest whatever the model says of it, and nothing is learnt.

    Raises:
        ConfigError: Names the setting.
    """
    for planned in first_epoch(examples, conf):
        if len(set(document_numbers([examples[index] for index in planned.indices]))) > 1:
            return
    raise ConfigError(
        f"an encoder learns ranking against the wrong documents of a batch, and with "
        f"training.batch_size={conf.training.batch_size} and these records no batch has one",
        "a greater training.batch_size, or wrong documents in the records: the field negatives",
    )


def _balanced(examples: Sequence[Example], labels: Sequence[str]) -> list[Example]:
    """Examples with weights with which all labels count alike, however many records and tokens they have; the mean of
    the weights of all losses is 1, and each example counts for as much as any other in the mean loss of its step.

    ``class_weight="balanced"`` of https://scikit-learn.org/stable/modules/generated/sklearn.utils.class_weight.compute_class_weight.html.

    Args:
        examples: Of the training records.
        labels: Of each record.
    """
    counts = Counter(labels)
    losses = sum(example.supervised for example in examples)
    shares = {label: losses / (len(counts) * count) for label, count in counts.items()}
    return [
        dataclasses.replace(
            example,
            weight=shares[labels[example.record]] / example.supervised,
            counts_as=losses / len(examples),
        )
        for example in examples
    ]


def prepare(data: TaskData, host: Host) -> Prepared:
    """Find the base model, settle what depends on the machine, and encode.

    Raises:
        GoodfitError: Whatever can be known without weights.
    """
    prepared = prepare_records(data, host)
    learnt = training_data(prepared)  # what cannot be kept is refused before weights are read
    if prepared.conf.privacy.epsilon is not None:
        from goodfit.training.trainer import guarantee_of

        guarantee_of(prepared.conf, learnt)
    return prepared


def prepare_records(data: TaskData, host: Host) -> Prepared:
    """What is alike of all runs that differ only in how they are trained.

    Raises:
        GoodfitError: Whatever can be known without weights, but for whether these settings can train on it.
    """
    conf = settle(data.task.conf)
    base = open_base(conf, host)
    refuse_family(data.task.kind, base.family)
    tokenizer = load_tokenizer(base)
    model = dataclasses.replace(conf.model, **how_asked(data.task, base, tokenizer))
    task = dataclasses.replace(data.task, conf=dataclasses.replace(conf, model=model))
    learner, coding = build_learner(task, base, tokenizer, data.labels)
    encoded = {split: learner.encode(data.splits[split]) for split in SPLITS}
    refuse_beyond(base, tokenizer, encoded.values())
    findings = [
        *data.findings,
        *cut_records(encoded, data.splits, conf),
        *unknown_tokens(encoded, data.splits, coding.tokenizer),
        *typed_controls(encoded, data.splits, data.task.kind.texts, learner, coding.tokenizer),
    ]
    refuse_unsupervised(encoded["train"])
    return Prepared(task, base, data.splits, learner, coding, encoded, findings, data.asked, data.before)
