"""The one function through which a model is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goodfit.data.batches import IGNORED, Batch

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Scores:
    """What the model says where there are labels."""

    logits: Tensor
    """(supervised, classes or vocabulary)."""
    targets: Tensor
    """(supervised,)."""
    rows: Tensor
    """(supervised,): the batch row that each belongs to."""


def call(model: Any, batch: Batch) -> Scores:
    """Run a model; its head is applied only where there are labels.

    Args:
        model: Of transformers, with or without a PEFT adapter.
        batch: Padded tensors on the model's device.
    """
    import torch

    inputs = {"input_ids": batch.input_ids, "attention_mask": batch.attention_mask}
    if batch.decoder_input_ids is not None:
        inputs["decoder_input_ids"] = batch.decoder_input_ids
    if batch.labels.dim() == 1:
        rows = torch.arange(len(batch.labels), device=batch.labels.device)
        return Scores(model(**inputs).logits, batch.labels, rows)
    labelled = batch.labels != IGNORED
    head = model.get_output_embeddings()
    if head is None:
        logits = model(**inputs).logits[labelled]
    else:
        # the projection to the vocabulary is the dearest layer: it sees labelled positions only
        hook = head.register_forward_pre_hook(lambda _module, args: (args[0][labelled].unsqueeze(0), *args[1:]))
        try:
            logits = model(**inputs).logits.squeeze(0)
        finally:
            hook.remove()
    return Scores(logits, batch.labels[labelled], labelled.nonzero()[:, 0])
