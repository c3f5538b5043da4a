"""How much memory a run needs, from the model's shape: before anything is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from goodfit.data.batches import Example
from goodfit.models.fast.layout import LONG_ROW
from goodfit.models.parts import linear_layers
from goodfit.models.quantise import BYTES_PER_WEIGHT

GIB = 2**30
BYTES = 4
"""Trained weights, gradients and CPU activations are 32-bit floats."""
OPTIMISER_BYTES = {"adamw": 8, "adafactor": 1, "sgd": 4}
"""Per trained weight: two moments; factored ones; one."""
COPIES = {"cpu": 3, "cuda": 1}
"""Of trained weights, besides those in use: as they were at first, and on a CPU twice while the best are written."""
PROCESS = {"cpu": 750 * 2**20, "cuda": 700 * 2**20}
"""Python with PyTorch, transformers, Lightning and what audits import (x86-64 Linux, ``task=support``); on a GPU CUDA's
context (H100)."""
KEPT = {"cpu": 0.95, "cuda": 1.35}
"""What is kept for the backward pass, in units of what linear layers take and give. On CPUs the count of
Korthikanti et al. 2022 (https://arxiv.org/abs/2205.05198, eq. 2: per hidden unit 17 values of a layer whose linear
layers take and give 18); on GPUs measured (benchmarks/gpu.md)."""
PAIR_VALUES = 2.5
"""And per pair of tokens and attention head, where a CPU keeps them (the same equation: 5 bytes in 16 bits)."""
PASSING_VALUES = 4
"""Per pair while a layer's long rows are computed: products, probabilities, dropout, their product."""
PAIR_DROPOUTS = ("attention_probs_dropout_prob", "attention_dropout", "attn_pdrop", "dropout_rate")
"""What configs of transformers call the dropout of attention; without it, a long row's pairs are never all there."""

KEY_HEADS = ("num_key_value_heads", "num_kv_heads")
"""And the heads that keys and values have, where those of the queries share them."""


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
    """The largest batch of a run, as it is computed: where rows are padded, padding is among its tokens."""

    inputs: int
    """Tokens of the inputs."""
    outputs: int
    """Tokens of the decoder inputs."""
    pairs: int
    """Of tokens in one row, of rows that are not long."""
    long_pairs: int
    """And of those that are."""
    labelled: int
    """Labelled positions."""
    padded: bool = False
    """Whether rows are, and attention is that of transformers."""


def load_of(rows: Sequence[Example], flat: bool) -> Load:
    """The load of a batch."""
    inputs, outputs = [len(row.inputs) for row in rows], [len(row.decoder_inputs or ()) for row in rows]
    lengths = [row.length for row in rows]
    if not flat:
        inputs, outputs, lengths = ([max(part)] * len(rows) for part in (inputs, outputs, lengths))
    pairs = sum(length**2 for length in lengths if length < LONG_ROW)
    long_pairs = sum(length**2 for length in lengths if length >= LONG_ROW)
    return Load(sum(inputs), sum(outputs), pairs, long_pairs, sum(row.supervised for row in rows), not flat)


@dataclass(frozen=True, slots=True)
class Widths:
    """The linear layers that tokens go through; what goes into them and comes out, and their weights."""

    inputs: int
    """Of a token of the inputs."""
    outputs: int
    """Of a token of the decoder inputs."""
    weights: int
    below: int = 0
    """Layers that keep nothing for the backward pass, and whose linear layers are only among the weights."""


def widths_of(model: Any, below: Sequence[str] = ()) -> Widths:
    """Count a model that has no adapter yet.

    Args:
        model: On any device, the meta device too.
        below: Names of the layers that keep nothing for the backward pass.
    """
    inputs = outputs = weights = 0
    frozen = tuple(f"{name}." for name in below)
    for name in linear_layers(model):
        parts, weight = name.split("."), model.get_submodule(name).weight
        weights += weight.numel()
        if name.startswith(frozen):
            continue
        reads_inputs = parts[-1] in ("k", "v", "k_proj", "v_proj") and "enc" in parts[-2].lower()
        if model.config.is_encoder_decoder and "decoder" in parts and not reads_inputs:
            outputs += sum(weight.shape)
        else:
            inputs += sum(weight.shape)
    return Widths(inputs, outputs, weights, len(below))


def cache_of_token(config: Any) -> int:
    """Bytes of the keys and values that a text model keeps of a token while it answers, in all layers that write.

    Args:
        config: transformers' config of it; models without attention are taken to keep nothing of a token.
    """
    config = config.get_text_config()
    heads: int = getattr(config, "num_attention_heads", 0)
    if not heads:
        return 0
    shared: int = next((number for name in KEY_HEADS if (number := getattr(config, name, None))), heads)
    if getattr(config, "multi_query", False) and not getattr(config, "new_decoder_architecture", False):
        shared = 1
    width: int = getattr(config, "head_dim", None) or config.hidden_size // heads
    first, second = _depths(config)
    return 2 * BYTES * shared * width * (second or first)


def at_rest(parameters: int, trainable: int, optimiser: str, device: str = "cpu") -> Memory:
    """What a model takes before its first batch.

    Args:
        parameters: All of them.
        trainable: Those that are tuned.
        optimiser: ``optim.name``.
        device: Where it is trained.
    """
    return Memory(
        weights=BYTES * (parameters + COPIES[device] * trainable),
        gradients=BYTES * trainable,
        optimiser=OPTIMISER_BYTES[optimiser] * trainable,
        activations=0,
        process=PROCESS[device],
        parameters=parameters,
        trainable=trainable,
    )


def estimate(
    model: Any,
    config: Any,
    optimiser: str,
    load: Load,
    widths: Widths,
    *,
    half: bool,
    device: str = "cpu",
    quantised: int = 0,
    checkpointing: bool = False,
) -> Memory:
    """Count a model that has its adapter, without its weights.

    Args:
        model: On any device, the meta device too.
        config: transformers' config of it.
        optimiser: ``optim.name``.
        load: The largest batch.
        widths: Of the model without its adapter.
        half: Whether activations have 16 bits.
        device: Where it is trained.
        quantised: Weights of the base that are held in 4 bits.
        checkpointing: Whether layers keep what they read alone, one of them aside at a time.
    """
    parameters = sum(weights.numel() for weights in model.parameters())
    trainable = sum(weights.numel() for weights in model.parameters() if weights.requires_grad)
    config = config.get_text_config()  # models that see, too, have one for each sense
    width = 2 if half else BYTES
    classes = config.vocab_size if model.get_output_embeddings() is not None else 0
    kept = KEPT[device] * width * (widths.inputs * load.inputs + widths.outputs * load.outputs)
    if device == "cpu":  # a GPU's kernels compute them again
        kept += _of_pairs(config, load, width, widths.below)
    if checkpointing:
        kept = _of_one_layer(config, load, kept, widths.below)
    # autocast keeps what it made of 32-bit weights until the backward pass; those in 4 bits it does not see
    copies = 2 * (widths.weights - quantised) if half else 0
    kept += copies + 3 * BYTES * load.labelled * classes
    rest = at_rest(parameters, trainable, optimiser, device)
    saved = int(quantised * (BYTES - BYTES_PER_WEIGHT))
    return replace(rest, weights=rest.weights - saved, activations=int(kept))


def _of_pairs(config: Any, load: Load, width: int, below: int) -> float:
    """Bytes of pairs of tokens: kept in all layers but those below; of long rows, passing through one.

    Transformers' own attention keeps those of long rows, too, where it drops some.
    """
    layers = sum(_depths(config)) - below
    heads = getattr(config, "num_attention_heads", 0)  # some models have none
    found = width * PAIR_VALUES * heads * load.pairs * layers
    dropped = any(getattr(config, rate, None) for rate in PAIR_DROPOUTS)
    if load.padded and dropped:
        found += width * PAIR_VALUES * heads * load.long_pairs * layers
    elif dropped or getattr(config, "attn_logit_softcapping", None):  # of a dropped pair a byte is kept
        found += heads * load.long_pairs * (dropped * layers + PASSING_VALUES * width)
    return found


def _of_one_layer(config: Any, load: Load, kept: float, below: int) -> float:
    """Bytes where layers keep what they read: that of all layers but those below, and of one all that it keeps with
    as much again for its gradients, which find no room that the layers above have left."""
    first, second = _depths(config)
    read = config.hidden_size * ((first - below) * load.inputs + second * load.outputs)
    return BYTES * read + 2 * kept / max(1, first - below + second)


def _depths(config: Any) -> tuple[int, int]:
    """Layers of the one stack, or of the encoder's and of the decoder's."""
    first: int = config.num_hidden_layers
    if not getattr(config, "is_encoder_decoder", False):
        return first, 0
    return first, getattr(config, "num_decoder_layers", None) or first
