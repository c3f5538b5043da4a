"""How much memory a run needs, from the model's shape: before anything is loaded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from goodfit.models.fast.layout import LONG_ROW
from goodfit.models.quantise import BYTES_PER_WEIGHT

GIB = 2**30
BYTES = 4
"""Trained weights, gradients and CPU activations are 32-bit floats."""
OPTIMISER_BYTES = {"adamw": 8, "adafactor": 1, "sgd": 4}
"""Per trained weight: two moments; factored ones; one."""
COPIES = 3
"""Of trained weights, besides those in use: as they were at first, and twice while the best are written."""
PROCESS = 500 * 2**20
"""Python with PyTorch, transformers and Lightning, before any weight: measured on x86-64 Linux."""
LAYER_VALUES = 17
"""Activations that a transformer layer keeps for the backward pass, per token and hidden unit
(Korthikanti et al. 2022, https://arxiv.org/abs/2205.05198, eq. 2: 34 bytes in 16 bits)."""
PAIR_VALUES = 2.5
"""And per pair of tokens and attention head (the same equation: 5 bytes in 16 bits)."""
PASSING_VALUES = 4
"""Per pair while a layer's long rows are computed: products, probabilities, dropout, their product."""
PAIR_DROPOUTS = ("attention_probs_dropout_prob", "attention_dropout", "attn_pdrop", "dropout_rate")
"""What configs of transformers call the dropout of attention; without it, a long row's pairs are never all there."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes, by what they are for."""

    weights: int
    gradients: int
    optimiser: int
    activations: int
    process: int
    parameters: int
    trainable: int

    @property
    def total(self) -> int:
        """All of it, in bytes."""
        return self.weights + self.gradients + self.optimiser + self.activations + self.process


@dataclass(frozen=True, slots=True)
class Load:
    """The largest batch of a run."""

    rows: int
    longest: int
    """Tokens of its longest record, input and output together."""
    labelled: int
    """Labelled positions."""


def at_rest(parameters: int, trainable: int, optimiser: str) -> Memory:
    """What a model takes before its first batch.

    Args:
        parameters: All of them.
        trainable: Those that are tuned.
        optimiser: ``optim.name``.
    """
    return Memory(
        weights=BYTES * (parameters + COPIES * trainable),
        gradients=BYTES * trainable,
        optimiser=OPTIMISER_BYTES[optimiser] * trainable,
        activations=0,
        process=PROCESS,
        parameters=parameters,
        trainable=trainable,
    )


def estimate(model: Any, config: Any, optimiser: str, load: Load, half: bool, quantised: int = 0) -> Memory:
    """Count a model that has its adapter, without its weights.

    Args:
        model: On any device, the meta device too.
        config: transformers' config of it.
        optimiser: ``optim.name``.
        load: The largest batch.
        half: Whether activations have 16 bits.
        quantised: Weights of the base that are held in 4 bits.
    """
    parameters = sum(weights.numel() for weights in model.parameters())
    trainable = sum(weights.numel() for weights in model.parameters() if weights.requires_grad)
    config = config.get_text_config()  # models that see, too, have one for each sense
    layers = config.num_hidden_layers
    if getattr(config, "is_encoder_decoder", False):
        layers += getattr(config, "num_decoder_layers", None) or layers
    width = 2 if half else BYTES
    classes = config.vocab_size if model.get_output_embeddings() is not None else 0
    tokens = load.rows * load.longest
    pairs = tokens * load.longest * getattr(config, "num_attention_heads", 0)  # some models have none
    kept = width * LAYER_VALUES * tokens * config.hidden_size
    dropped = any(getattr(config, rate, None) for rate in PAIR_DROPOUTS)
    passing = 0
    if load.longest < LONG_ROW:
        kept += width * PAIR_VALUES * pairs
    elif dropped or getattr(config, "attn_logit_softcapping", None):  # a layer's pairs are computed, and once more
        kept, passing = kept + dropped * pairs, PASSING_VALUES * width * pairs  # a byte says what was dropped
    activations = int(kept * layers) + passing + 3 * BYTES * load.labelled * classes
    rest = at_rest(parameters, trainable, optimiser)
    saved = int(quantised * (BYTES - BYTES_PER_WEIGHT))
    return replace(rest, weights=rest.weights - saved, activations=activations)
