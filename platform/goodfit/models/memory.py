"""How much memory a run needs, from the model's shape: before anything is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

GIB = 2**30
BYTES = 4
"""Trained weights, gradients and CPU activations are 32-bit floats."""
OPTIMISER_BYTES = {"adamw": 8, "adafactor": 1, "sgd": 4}
"""Per trained weight: two moments; factored ones; one."""
LAYER_VALUES = 17
"""Activations that a transformer layer keeps for the backward pass, per token and hidden unit
(Korthikanti et al. 2022, https://arxiv.org/abs/2205.05198, eq. 2: 34 bytes in 16 bits)."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes, by what they are for."""

    weights: int
    gradients: int
    optimiser: int
    activations: int
    parameters: int
    trainable: int

    @property
    def total(self) -> int:
        """All of it, in bytes."""
        return self.weights + self.gradients + self.optimiser + self.activations


def estimate(model: Any, config: Any, optimiser: str, batch: int, tokens: int, labelled: int, half: bool) -> Memory:
    """Count a model that has its adapter, without its weights.

    Args:
        model: On any device, the meta device too.
        config: transformers' config of it.
        optimiser: ``optim.name``.
        batch: Records in a batch.
        tokens: Of the longest record, input and output together.
        labelled: Labelled positions in a batch, at most.
        half: Whether activations have 16 bits.
    """
    parameters = sum(weights.numel() for weights in model.parameters())
    trainable = sum(weights.numel() for weights in model.parameters() if weights.requires_grad)
    hidden, layers = config.hidden_size, config.num_hidden_layers
    if getattr(config, "is_encoder_decoder", False):
        layers += getattr(config, "num_decoder_layers", None) or layers
    width = 2 if half else BYTES
    outputs = model.get_output_embeddings()
    classes = config.vocab_size if outputs is not None else 0
    activations = width * LAYER_VALUES * batch * tokens * hidden * layers + 3 * BYTES * labelled * classes
    return Memory(
        weights=BYTES * parameters,
        gradients=BYTES * trainable,
        optimiser=OPTIMISER_BYTES[optimiser] * trainable,
        activations=activations,
        parameters=parameters,
        trainable=trainable,
    )
