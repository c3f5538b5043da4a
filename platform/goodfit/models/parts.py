"""Which modules of a model are its base and which are heads beside it, and the mode that each is in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def base_of(model: Any) -> Any:
    """The model of transformers below a PEFT adapter."""
    from peft import PeftModel

    return model.get_base_model() if isinstance(model, PeftModel) else model


def padding_of(config: Any) -> int | None:
    """The token that padding is, behind whose position RoBERTa and its kin begin to count: MPNet's is 1, whatever its
    config says."""
    padding: int | None = 1 if config.model_type == "mpnet" else config.pad_token_id
    return padding


def is_masked(model: Any) -> bool:
    """Whether it fills gaps in a text that it reads whole: an encoder with a head over the vocabulary."""
    return model.__class__.__name__.endswith("ForMaskedLM")


def has_new_text_head(model: Any) -> bool:
    """Whether the base came without a head over the vocabulary, so that what it guesses means nothing yet."""
    return hasattr(base_of(model), "text_head_is_new")


def head_names(model: Any) -> list[str]:
    """The modules beside the base: a classifier's new layers, or those below an encoder's vocabulary.

    A pooler that the base came without is one of them where it is read: whoever loads the base draws another one.
    """
    if is_masked(model):
        return _below_vocabulary(model)
    if model.get_output_embeddings() is not None or model.base_model is model:
        return []
    beside = [
        name
        for name, module in model.named_children()
        if name != model.base_model_prefix and any(True for _ in module.parameters())
    ]
    return [*([f"{model.base_model_prefix}.pooler"] if _reads_new_pooler(model.base_model) else []), *beside]


def _reads_new_pooler(base: Any) -> bool:
    return hasattr(base, "pooler_is_new") and not hasattr(base, "pooled_states")


def _below_vocabulary(model: Any) -> list[str]:
    """The layers between an encoder's states and its vocabulary, which shares its weights with the embeddings."""
    output, inside = model.get_output_embeddings(), model.base_model_prefix + "."
    return [
        name
        for name, module in model.named_modules()
        if module is not output
        and not name.startswith(inside)
        and next(module.children(), None) is None
        and any(True for _ in module.parameters())
    ]


LAYER_COUNTS = ("num_hidden_layers", "num_decoder_layers", "decoder_layers")
"""What configs of transformers call the number of layers."""


def layer_stacks(model: Any) -> dict[str, Any]:
    """The lists of a model's layers by their names, bottom layer first: one, or an encoder's and a decoder's."""
    from torch import nn

    config = model.config.get_text_config()
    counts = {getattr(config, name, None) for name in LAYER_COUNTS}
    found: dict[str, Any] = {}
    for name, module in model.named_modules():
        outer = any(name.startswith(f"{stack}.") for stack in found)
        if isinstance(module, nn.ModuleList) and len(module) in counts and not outer:
            found[name] = module
    return found


def linear_layers(model: Any) -> list[str]:
    """Full names of the linear layers of the base, without heads and poolers."""
    from torch import nn
    from transformers.pytorch_utils import Conv1D

    heads = tuple(f"{name}." for name in head_names(model)) + tuple(head_names(model))
    output = model.get_output_embeddings()
    return [
        name
        for name, module in model.named_modules()
        if isinstance(module, nn.Linear | Conv1D)
        and module is not output
        and not name.startswith(heads or ("\0",))
        and ".pooler." not in name
    ]


def adaptable_layers(model: Any) -> list[str]:
    """Full names of the linear layers that an adapter can be on.

    Routers among experts, which give more than a product, are left out; so is what a state-space layer multiplies last,
    whose weights its kernels read without calling the layer.
    """
    found = []
    for name in linear_layers(model):
        parent, _, last = name.rpartition(".")
        is_read_past = last == "out_proj" and hasattr(model.get_submodule(parent), "A_log")
        if not is_read_past and _multiplies(model.get_submodule(name)):
            found.append(name)
    return found


def _multiplies(layer: Any) -> bool:
    """Whether a linear layer gives its product alone: asked where an architecture has made one of its own."""
    import torch

    if not type(layer).__module__.startswith("transformers.models."):
        return True
    with torch.no_grad(), in_evaluation(layer):
        return isinstance(layer(layer.weight.new_zeros(1, layer.in_features)), torch.Tensor)


@contextmanager
def in_evaluation(model: Any) -> Iterator[None]:
    """A model in evaluation mode, for as long as it lasts; each module's own mode is put back."""
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        yield
    finally:
        for module, mode in modes.items():
            module.training = mode
