"""Gradient checkpointing: layers keep what they read alone, and compute the rest again for the backward pass.

Chen et al. 2016, https://arxiv.org/abs/1604.06174. What is computed again draws the same dropout.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from goodfit.errors import ConfigError
from goodfit.models.fast.forwards import replace_forwards
from goodfit.models.fast.layout import CURRENT
from goodfit.models.parts import base_of, layer_stacks


@contextmanager
def recomputing(model: Any) -> Iterator[None]:
    """Let a model's layers keep nothing else, for as long as it lasts.

    Raises:
        ConfigError: Nobody knows which of its modules are its layers.
    """
    layers = [layer for stack in layer_stacks(base_of(model)).values() for layer in stack]
    if not layers:
        raise ConfigError(
            f"runtime.gradient_checkpointing: {type(base_of(model)).__name__} has no list of layers",
            "runtime.gradient_checkpointing=false",
        )
    undo = replace_forwards(layers, lambda layer: functools.partial(_forward, layer.forward))
    try:
        yield
    finally:
        undo()


def _forward(forward: Callable[..., Any], *args: Any, **words: Any) -> Any:
    import torch
    from torch.utils.checkpoint import checkpoint

    if not torch.is_grad_enabled():
        return forward(*args, **words)
    # all of it is handed over: of the devices of these tensors the state of the generator is kept
    given = *args, *words.values()
    return checkpoint(lambda *_: forward(*args, **words), *given, use_reentrant=False, context_fn=_same_draws)


def _same_draws() -> tuple[AbstractContextManager[None], AbstractContextManager[None]]:
    """Around a layer at first, and around it again."""
    if CURRENT.layout is None:
        return nullcontext(), nullcontext()
    draws = CURRENT.layout.draws
    return nullcontext(), draws.again(draws.bits)
