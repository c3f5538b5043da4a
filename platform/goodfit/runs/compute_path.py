"""How a run's model is computed: on the fast path or on the padded one, as its own records show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from goodfit.data.batches import Example
from goodfit.errors import ConfigError
from goodfit.kinds.passes import pad_id
from goodfit.kinds.shape import Coding, Learner
from goodfit.models.accept import choose_path
from goodfit.models.fast.path import ComputePath
from goodfit.runs.prepare import Prepared
from goodfit.schema import RunConf


def pick_path(prepared: Prepared, model: Any) -> ComputePath:
    """How this model is computed in this run, judged by records of all splits."""
    examples = [example for part in prepared.encoded.values() for example in part.examples]
    conf, keeps = prepared.conf, not prepared.varies
    alone = conf.hardware.strategy == "single" and conf.privacy.epsilon is None
    graphs = conf.runtime.cuda_graphs and alone and conf.precision.name == "bf16"
    return path_of(conf, prepared.learner, prepared.coding, model, examples, keeps, graphs)


def path_of(
    conf: RunConf,
    learner: Learner,
    coding: Coding,
    model: Any,
    examples: Sequence[Example],
    keeps: bool = False,
    graphs: bool = False,
) -> ComputePath:
    """How a model is computed on some examples.

    Args:
        conf: Of the run.
        learner: Of its task.
        coding: Of its task.
        model: On its device, with its trainable weights chosen.
        examples: Of all splits.
        keeps: Whether they come again, so that what is frozen can be kept of each.
        graphs: Whether a GPU may record its training steps.
    """
    if conf.hardware.is_sharded:
        if conf.runtime.path == "fast":
            raise ConfigError(f"runtime=fast, and hardware={conf.hardware.strategy} shards the model", "runtime=auto")
        reason = f"hardware.strategy is {conf.hardware.strategy}"
        return ComputePath(False, False, reason, checkpointing=conf.runtime.gradient_checkpointing)
    own_head = conf.model.pooling == "head"
    padding = pad_id(coding.tokenizer)
    return choose_path(
        model,
        conf.runtime,
        examples,
        padding,
        labels_at=learner.labels_at,
        own_head=own_head,
        keeps=keeps,
        graphs=graphs,
        precision=conf.precision.name,
    )
