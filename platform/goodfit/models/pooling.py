"""One vector of an encoder's states, the way that the model was trained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from goodfit.models.fast.layout import CURRENT

if TYPE_CHECKING:
    from torch import Tensor

    from goodfit.models.fast.layout import Layout


def pooled(states: Tensor, mask: Tensor, how: str) -> Tensor:
    """States of padded rows -> one vector for each row.

    Args:
        states: (batch, seq, hidden).
        mask: (batch, seq), 1 at tokens.
        how: ``cls``, ``mean`` or ``mean_normalised`` (Reimers and Gurevych 2019, https://arxiv.org/abs/1908.10084).

    Returns:
        (batch, hidden).
    """
    if how == "cls":
        return states[:, 0]
    weights = mask.unsqueeze(-1).to(states.dtype)
    return _scaled((states * weights).sum(1) / weights.sum(1), how)


def pooled_flat(states: Tensor, layout: Layout, how: str) -> Tensor:
    """States of rows that stand one behind the other -> one vector for each row.

    Args:
        states: (tokens, hidden).
        layout: Of these rows.
        how: As in ``pooled``.

    Returns:
        (rows, hidden).
    """
    if how == "cls":
        return states[layout.row_starts()]
    rows = layout.row_of_tokens("inputs")
    sums = states.new_zeros(len(layout.lengths), states.shape[-1]).index_add(0, rows, states)
    return _scaled(sums / layout.row_sizes().to(states.dtype)[:, None], how)


def _scaled(mean: Tensor, how: str) -> Tensor:
    from torch.nn.functional import normalize

    if how == "mean":
        return mean
    # a unit's mean square is 1, as behind a layer norm: on vectors of length 1 a new head learns twenty times slower
    return normalize(mean, dim=-1) * mean.shape[-1] ** 0.5


def pool_states(model: Any, how: str) -> None:
    """Pool the states of a base, or of the base of a classifier: heads read the first state, or the pooler's output."""
    base = model.base_model

    def hook(_module: Any, _args: Any, kwargs: dict[str, Any], output: Any) -> Any:
        states = output.last_hidden_state
        if CURRENT.layout is None:
            vector = pooled(states, kwargs["attention_mask"], how)
        else:
            vector = pooled_flat(states[0], CURRENT.layout, how)
        output["last_hidden_state"] = vector.unsqueeze(1)
        if "pooler_output" in output or getattr(base, "pooler", None) is not None:
            output["pooler_output"] = vector
        return output

    base.register_forward_hook(hook, with_kwargs=True)
    base.pooled_states = how  # an attribute, so that a copy of the model knows


def unread_pooler(model: Any) -> Any | None:
    """The pooler of a model whose states are pooled otherwise: its output is read by nobody."""
    base = model.base_model
    return getattr(base, "pooler", None) if hasattr(base, "pooled_states") else None
