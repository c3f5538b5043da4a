"""How long and in what batches a model trains: ``training=<name>``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from goodfit.schema.ranges import Count


@dataclass(kw_only=True, slots=True)
class TrainingConf:
    """How long and in what batches a model trains. Selected with ``training=<name>``."""

    epochs: Count | None = None
    """At most this many passes over the training records; when not given, ``model.epochs``."""

    max_steps: Count | None = None
    """At most this many optimiser steps, if that is fewer than the epochs make."""

    batch_size: Count = 16
    """Records in one forward pass, on each device. An encoder learns ranking against the documents of these alone."""

    accumulation: Count = 1
    """Batches whose gradients make one optimiser step; their losses are weighed by supervised tokens."""

    evaluations_per_epoch: Count = 1
    """How often per epoch the held-out records are scored."""

    patience: Annotated[int, Field(ge=0)] = 4
    """Stop after this many evaluations without a better held-out score (of models that write their answers: a lower
    held-out loss); 0 never stops early. A lower held-out loss at the same score is better, too, as before anything is
    learnt, but not where no score could be higher, as at an F1 of 1."""

    evaluation_batch_size: Count = 64
    """Records in one forward pass of an evaluation."""

    probe_size: Annotated[int, Field(ge=16)] = 200
    """How many training records are scored, in evaluation mode, beside the held-out ones: the fit diagnosis."""

    save_every_steps: Count | None = None
    """Optimiser steps between two checkpoints; when not given, as often as costs 2 % of the time. One is written at
    each evaluation besides. It changes nothing in the model."""

    keep_checkpoints: Count = 2
    """The newest checkpoints that are kept, beside the best one."""

    max_rise: Annotated[float, Field(gt=1)] = 3.0
    """Training ends as failed where its loss, over 20 steps, is this many times what it was in the first 20 steps, or
    where that was below 0.1 nats, as where a tuned model is tuned again, this many times 0.1."""

    class_weights: Literal["none", "balanced"] = "none"
    """``balanced`` weighs the loss of a record by how rare its label is among the training records, so that all labels
    count alike, whatever their tokens (scikit-learn's formula, with a mean of 1); for classification."""

    word_dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """The chance of each word of a training record to be hidden behind the mask token, drawn anew in each epoch: the
    model learns to tell by what stands around a word, too. For encoders."""

    soup: Count = 1
    """So many trainings one after another from the same first weights, each with the records in other orders and with
    other dropout. The average of their best weights is the model where its held-out loss is at most theirs on average
    (Wortsman et al. 2022, https://arxiv.org/abs/2203.05482), and the best of them else: one training's luck counts
    less, for so many times the time."""

    length_grouping: bool = False
    """Put records of near-equal length in one batch, which saves time where batches are padded (``runtime=plain``,
    GPUs) and makes them less of a random sample; which ones is a function of seed and epoch."""
