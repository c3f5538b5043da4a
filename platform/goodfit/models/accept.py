"""Whether a model may be computed flat: one padded and one flat step on real examples have to be the same."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from goodfit.data.batches import Example, LabelsAt, collate
from goodfit.errors import ConfigError
from goodfit.models.call import call, total_loss
from goodfit.models.device import in_precision
from goodfit.models.fast.frozen import can_be_kept, is_tuned
from goodfit.models.fast.graphs import graphs_of
from goodfit.models.fast.layout import CURRENT
from goodfit.models.fast.path import ComputePath
from goodfit.models.parts import base_of, in_evaluation
from goodfit.schema.runtime import RuntimeConf

LOSS_TOLERANCE = 1e-4
"""Of the loss, relative."""

GRADIENT_TOLERANCE = 1e-3
"""Of a tensor's gradient, relative to its largest value; true differences are below 1e-5."""

FLOOR = 1e-5
"""Gradients are compared down to this share of the largest gradient of all tensors."""

ROUNDING, HALF_SLACK = 2.0, 1e-2
"""In 16 bits a fast step may be as far from one in 32 bits as the plain one in 16 bits is, twice, and a little more."""

NOISE = 0.02
"""Weights that are zero, as LoRA's second matrix is at first, get noise of this size: zeros hide gradients."""

RECORDED = ("tokens", "rows")
"""Where a model has to answer for its steps to be recorded: all others wait for the GPU to know their shapes, as do
steps that look for what is kept of their rows."""

SHORT_SHARE = 0.75
"""The last layer is computed for tokens that answer alone where these are at most such a share of all: to pick and to
put back each time has its price."""

ROWS = 4
REFUSALS = (RuntimeError, ValueError, TypeError, LookupError, AttributeError, AssertionError, NameError)
"""What models raise that do not take flat batches, ``NotFlat`` among them."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The outcome of a comparison."""

    same: bool
    reason: str


def choose_path(
    model: Any,
    conf: RuntimeConf,
    examples: Sequence[Example],
    pad_id: int,
    *,
    labels_at: LabelsAt,
    own_head: bool,
    keeps: bool,
    graphs: bool = False,
    precision: str = "32",
) -> ComputePath:
    """The fastest path on which a step of this model is the same as on the plain one.

    Args:
        model: On its device, with its trainable weights chosen.
        conf: The runtime group, with ``linears`` settled.
        examples: Of the run.
        pad_id: The token that fills up.
        labels_at: Where the model answers.
        own_head: Whether a row's vector is the one that the model's own head reads.
        keeps: Whether rows come again, so that what is frozen can be kept of each.
        graphs: Whether a GPU may record its steps, whose losses are not scaled.
        precision: In which it will be trained; a GPU has other kernels for 16 bits.

    Raises:
        ConfigError: ``runtime=fast`` was asked for, and the model is not the same there.
    """
    onednn = conf.linears == "onednn"
    plain = ComputePath(False, onednn, checkpointing=conf.gradient_checkpointing)
    if conf.path == "plain":
        return replace(plain, reason="runtime.path is plain")
    by_batch = _turns_by_batch(base_of(model).config.get_text_config(), examples)
    flat = replace(plain, flat=True, reads_first_state=labels_at == "rows" and own_head, by_batch=by_batch)
    kept = [replace(flat, keep_base=True)] if keeps and not by_batch and can_be_kept(model) else []
    compared = Comparison(False, "in 32 bits a GPU has no attention for rows of any lengths")
    on_cpu = model.device.type == "cpu"
    ways = [*kept, flat, *([replace(flat, onednn=False)] if onednn else [])]
    if on_cpu and _read_share(examples, labels_at) <= SHORT_SHARE:
        ways = [way for path in ways for way in (replace(path, short_for=labels_at), path)]
    for path in ways if on_cpu or precision != "32" else ():
        compared = compare_steps(model, examples, pad_id, labels_at, path)
        if compared.same and not on_cpu:
            compared = _in_half(model, examples, pad_id, labels_at, path, precision)
        if compared.same:
            found = replace(path, reason=compared.reason)
            takes = graphs and not on_cpu and labels_at in RECORDED and not (path.keep_base or path.checkpointing)
            return _recorded(model, examples, pad_id, labels_at, found) if takes and is_tuned(model) else found
    if conf.path == "fast":
        raise ConfigError(f"runtime=fast, and this model cannot be computed flat: {compared.reason}", "runtime=auto")
    plain = replace(plain, reason=f"not flat: {compared.reason}")
    faster = onednn and compare_steps(model, examples, pad_id, labels_at, plain).same
    return plain if faster else replace(plain, onednn=False)


def _read_share(examples: Sequence[Example], labels_at: LabelsAt) -> float:
    """The share of all tokens whose states a model's answers are made of, at least."""
    if labels_at != "tokens":
        return 1.0 if labels_at == "spans" else 0.0
    tokens = sum(len(example.decoder_inputs or example.inputs) for example in examples)
    return sum(example.supervised for example in examples) / tokens


def _in_half(
    model: Any, examples: Sequence[Example], pad_id: int, labels_at: LabelsAt, path: ComputePath, precision: str
) -> Comparison:
    """The same in 16 bits on a GPU, where blocks are slower than padded rows (benchmarks/gpu.md)."""
    CURRENT.in_blocks = False
    compared = compare_steps(model, examples, pad_id, labels_at, path, precision)
    if compared.same and CURRENT.in_blocks:
        return Comparison(False, "a GPU has no attention for rows of any lengths with what this model adds to it")
    return compared


def _recorded(
    model: Any, examples: Sequence[Example], pad_id: int, labels_at: LabelsAt, flat: ComputePath
) -> ComputePath:
    """The flat path with CUDA graphs, where a recorded step is the same, too."""
    graphs = replace(flat, graphs=True)
    compared = compare_steps(model, examples, pad_id, labels_at, graphs, "bf16")
    if compared.same:
        return replace(graphs, reason=compared.reason)
    return replace(flat, reason=f"{flat.reason}; no CUDA graphs: {compared.reason}")


def compare_steps(
    model: Any,
    examples: Sequence[Example],
    pad_id: int,
    labels_at: LabelsAt,
    path: ComputePath,
    precision: str = "32",
) -> Comparison:
    """One plain step and one on another path; the model is left as it was.

    Args:
        model: With its trainable weights chosen, if it has any.
        examples: Of the run; a few are taken, the longest among them.
        pad_id: The token that fills up.
        labels_at: Where the model answers.
        path: The other path.
        precision: Of the fast step.
    """
    import torch

    batch = collate([_learnable(example) for example in probe_examples(examples)], pad_id, labels_at).to(model.device)
    devices = [model.device] if model.device.type == "cuda" else []
    computed = functools.partial(in_precision, precision, model.device.type)
    limits = LOSS_TOLERANCE, GRADIENT_TOLERANCE
    plain = ComputePath(False, False, checkpointing=path.checkpointing)  # what keeps all may not fit
    with torch.random.fork_rng(devices), _ready_to_compare(model):
        with plain.on(model):
            expected = _step(model, batch)
        if precision != "32":
            with plain.on(model), computed():
                loss, gradients, _ = _distance(expected, _step(model, batch))
            limits = ROUNDING * loss + HALF_SLACK, ROUNDING * gradients + HALF_SLACK
        CURRENT.windowed = False
        try:
            with path.on(model), computed():
                found = _step(model, batch)
                graphs = graphs_of(model)
                if graphs is not None and graphs.failure:
                    return Comparison(False, graphs.failure)
        except REFUSALS as error:
            return Comparison(False, f"{type(error).__name__}: {(str(error) or 'no message').splitlines()[0]}")
    reach = _unseen_reach(base_of(model).config.get_text_config()) if path.flat else None
    if reach is not None and max(batch.lengths) <= reach:
        return Comparison(False, f"only its mask tells that tokens see no further than {reach}, and no row is longer")
    return _judged(expected, found, *limits)


def _unseen_reach(config: Any) -> int | None:
    """How far tokens of some layer see, where only a mask tells: a flat step has no mask, and short rows need none.

    Most models hand their window on to attention, which holds rows of any length to it. Llama 4 (chunks) and Phi 3.5
    MoE (a window) do not.
    """
    layers = getattr(config, "layer_types", None)
    if CURRENT.windowed or (layers is not None and not {"sliding_attention", "chunked_attention"} & set(layers)):
        return None
    reaches = [getattr(config, name, None) for name in ("attention_chunk_size", "sliding_window")]
    return min((reach for reach in reaches if isinstance(reach, int)), default=None)


def _turns_by_batch(config: Any, examples: Sequence[Example]) -> bool:
    """Whether the longest row of a batch decides how states are turned in all of its rows: in some models one beyond
    the length that they were first trained with does, as in LongRoPE (Ding et al. 2024,
    https://arxiv.org/abs/2402.13753) as transformers has it."""
    ropes = getattr(config, "rope_parameters", None) or {}
    of_layers = [rope for rope in ropes.values() if isinstance(rope, dict)]
    turning = [rope for rope in (ropes, *of_layers) if rope.get("rope_type") in ("dynamic", "longrope")]
    first = [rope.get("original_max_position_embeddings") or config.max_position_embeddings for rope in turning]
    longest = max(max(example.rows, default=len(example.inputs)) for example in examples)
    return longest > min(first, default=longest)


def probe_examples(examples: Sequence[Example]) -> list[Example]:
    """The longest example, the shortest, and some between, in mixed order."""
    longest = max(examples, key=lambda example: example.length)
    others = [example for example in examples if example is not longest]
    learnable = [example for example in others if example.supervised] or others
    by_length = [*sorted(learnable, key=lambda example: example.length), longest]
    last = len(by_length) - 1
    picked = sorted({round(last * part / (ROWS - 1)) for part in range(ROWS)})
    chosen = [by_length[place] for place in picked]
    return [*chosen[1::2], *chosen[::2]]


def _learnable(example: Example) -> Example:
    """The example, with something to compare also where nobody knows an answer."""
    return example if example.supervised else replace(example, labels=(*example.labels[:-1], 0))


def _step(model: Any, batch: Any) -> tuple[float, dict[str, Any]]:
    """The loss, and the gradient of each trainable tensor; of a model without any, its logits instead."""
    import torch

    trained = {name: weights for name, weights in model.named_parameters() if weights.requires_grad}
    if not trained:
        scores = call(model, batch)
        return scores.losses().mean().item(), {"logits": scores.logits.detach()}
    loss = total_loss(model, batch) / batch.answers
    gradients = torch.autograd.grad(loss, list(trained.values()), allow_unused=True)
    return loss.item(), {
        name: gradient for name, gradient in zip(trained, gradients, strict=True) if gradient is not None
    }


def _judged(
    expected: tuple[float, dict[str, Any]], found: tuple[float, dict[str, Any]], of_loss: float, of_gradients: float
) -> Comparison:
    if expected[1].keys() != found[1].keys():
        return Comparison(False, "other tensors get a gradient")
    loss, gradients, worst = _distance(expected, found)
    if not loss <= of_loss:
        return Comparison(False, f"the loss differs by {loss:.1e}")
    if not gradients <= of_gradients:
        return Comparison(False, f"the gradient of {worst} differs by {gradients:.1e}")
    return Comparison(True, f"a plain and a fast step agree: loss to {loss:.1e}, gradients to {gradients:.1e}")


def _distance(expected: tuple[float, dict[str, Any]], found: tuple[float, dict[str, Any]]) -> tuple[float, float, str]:
    """Of the losses, relative; of the gradients, relative to a tensor's largest; and the tensor where that is most."""
    loss = abs(expected[0] - found[0]) / max(abs(expected[0]), 1e-6)
    largest = max((float(gradient.abs().max()) for gradient in expected[1].values()), default=0.0)
    worst, where = 0.0, ""
    for name, gradient in expected[1].items():
        scale = max(float(gradient.abs().max()), FLOOR / GRADIENT_TOLERANCE * largest)
        off = float((gradient - found[1][name]).abs().max()) / max(scale, 1e-30)
        if not off <= worst:  # NaN, too
            worst, where = off, name
        if math.isnan(off):
            break
    return loss, worst, where


@contextmanager
def _ready_to_compare(model: Any) -> Iterator[None]:
    """No dropout, no zeros in trainable weights; both are put back."""
    import torch

    zeros = [weights for weights in model.parameters() if weights.requires_grad and not weights.any()]
    torch.manual_seed(0)
    with in_evaluation(model):
        try:
            with torch.no_grad():
                for weights in zeros:
                    weights.normal_(std=NOISE)
            yield
        finally:
            with torch.no_grad():
                for weights in zeros:
                    weights.zero_()
