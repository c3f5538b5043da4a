"""One vector of an encoder's states, the way that the model was trained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor


def pooled(states: Tensor, mask: Tensor, how: str) -> Tensor:
    """States -> one vector for each row.

    Args:
        states: (batch, seq, hidden).
        mask: (batch, seq), 1 at tokens.
        how: ``cls``, ``mean`` or ``mean_normalised`` (Reimers and Gurevych 2019, https://arxiv.org/abs/1908.10084).

    Returns:
        (batch, hidden).
    """
    from torch.nn.functional import normalize

    if how == "cls":
        return states[:, 0]
    weights = mask.unsqueeze(-1).to(states.dtype)
    mean = (states * weights).sum(1) / weights.sum(1)
    if how == "mean":
        return mean
    # a unit's mean square is 1, as behind a layer norm: on vectors of length 1 a new head learns twenty times slower
    return normalize(mean, dim=-1) * mean.shape[-1] ** 0.5


def pool_states(model: Any, how: str) -> None:
    """Let a sequence classifier read pooled states: heads read the first state, or the pooler's output."""
    base = getattr(model, model.base_model_prefix)
    if model.__class__.__name__.endswith("ForTokenClassification"):
        return

    def hook(_module: Any, _args: Any, kwargs: dict[str, Any], output: Any) -> Any:
        vector = pooled(output.last_hidden_state, kwargs["attention_mask"], how)
        output["last_hidden_state"] = vector.unsqueeze(1)
        if "pooler_output" in output or getattr(base, "pooler", None) is not None:
            output["pooler_output"] = vector
        return output

    base.register_forward_hook(hook, with_kwargs=True)
