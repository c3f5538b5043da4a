"""Models of transformers whose attention no interface of it replaces: their modules get a flat forward instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor

from goodfit.models.fast.attention import NotFlat, attend
from goodfit.models.fast.forwards import replace_forwards
from goodfit.models.fast.layout import CURRENT


def swap_attention(model: Any) -> Callable[[], None]:
    """Let a model that computes attention by itself compute it flat where there is a layout, and as before elsewhere.

    Args:
        model: Of transformers, below an adapter.

    Returns:
        What undoes it.

    Raises:
        NotFlat: Its attention is not known.
    """
    from transformers.models.mpnet.modeling_mpnet import MPNetEncoder, MPNetPreTrainedModel, MPNetSelfAttention

    if not isinstance(model, MPNetPreTrainedModel):
        raise NotFlat(f"{type(model).__name__} has an attention of its own")
    encoder = next(module for module in model.modules() if isinstance(module, MPNetEncoder))
    attentions = [module for module in model.modules() if isinstance(module, MPNetSelfAttention)]
    undo = replace_forwards(attentions, _mpnet)
    biases = encoder.compute_position_bias

    def of_longest(states: Tensor) -> Tensor:
        """One bias for the longest row, and not one for every pair of tokens of the flat row."""
        layout = CURRENT.layout
        return biases(states if layout is None else states[:, : max(layout.sizes("inputs")[0])])

    encoder.compute_position_bias = of_longest

    def leave() -> None:
        del encoder.compute_position_bias
        undo()

    return leave


def _mpnet(module: Any) -> Callable[..., Any]:
    """Song et al. 2020 (https://arxiv.org/abs/2004.09297): attention with a bias for relative positions."""
    padded = module.forward

    def forward(
        hidden_states: Tensor,
        attention_mask: Tensor | None = None,
        position_bias: Tensor | None = None,
        output_attentions: bool = False,
        **others: Any,
    ) -> Any:
        if CURRENT.layout is None:
            return padded(hidden_states, attention_mask, position_bias, output_attentions, **others)
        shape = (*hidden_states.shape[:-1], -1, module.attention_head_size)
        parts = (layer(hidden_states).view(shape).transpose(1, 2) for layer in (module.q, module.k, module.v))
        rate = module.dropout.p if module.training else 0.0
        found, _ = attend(module, *parts, attention_mask, rate, is_causal=False, position_bias=position_bias)
        return (module.o(found.flatten(2)),)

    return forward
