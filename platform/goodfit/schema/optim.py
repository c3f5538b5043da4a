"""How weights are updated: ``optim=<name>``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from goodfit.schema.model import Rate


@dataclass(kw_only=True, slots=True)
class OptimConf:
    """How weights are updated. Selected with ``optim=<name>``."""

    name: Literal["adamw", "adafactor", "sgd"] = "adamw"
    """AdamW (https://arxiv.org/abs/1711.05101), Adafactor (https://arxiv.org/abs/1804.04235), or SGD with momentum."""

    lr: Rate | None = None
    """Peak learning rate, after warm-up; when not given, ``model.adapter_lr``, with ``adapter=none`` ``model.lr``, and
    with ``optim=sgd`` 100 times as much. Adafactor multiplies it by a weight's root mean square where that is above 1.
    """

    weight_decay: Annotated[float, Field(ge=0, le=1)] = 0.01
    """Weight decay, on matrices only: not on biases, norms and the scales of ``adapter=ia3``. Decoupled from the
    gradient; with SGD it is added to it, and goes through the momentum."""

    beta1: Annotated[float, Field(ge=0, lt=1)] = 0.9
    """Decay of the first moment (SGD: the momentum)."""

    beta2: Annotated[float, Field(ge=0, lt=1)] = 0.999
    """Decay of the second moment."""

    eps: Annotated[float, Field(gt=0, le=1e-2)] = 1e-8
    """Added to the denominator of the update."""

    clip_norm: Annotated[float, Field(ge=0)] = 1.0
    """The gradient's global norm is clipped to this; 0 does not clip."""
