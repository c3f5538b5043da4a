"""The one function through which a model is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goodfit.data.batches import IGNORED, Batch, padded
from goodfit.models.fast.frozen import frozen_of
from goodfit.models.fast.layout import CURRENT, row_of_tokens, row_starts
from goodfit.models.fast.wiring import wiring_of

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Scores:
    """What the model says where there are labels."""

    logits: Tensor
    """(supervised, classes or vocabulary); of a yes or no for each label, (supervised, 2)."""
    targets: Tensor
    """(supervised,)."""
    rows: Tensor
    """(supervised,): the batch row that each belongs to."""

    def losses(self) -> Tensor:
        """Negative log-likelihood of each target, in nats: (supervised,)."""
        from goodfit.models.likelihood import losses

        return losses(self.logits, self.targets)


def call(model: Any, batch: Batch) -> Scores:
    """Run a model; its head is applied only where there are labels.

    Args:
        model: Of transformers, with or without a PEFT adapter. One that is wired takes the batch as it is, any
            other one gets it padded.
        batch: On the model's device.
    """
    frozen, wiring = frozen_of(model), wiring_of(model)
    if frozen is not None:
        with frozen.giving(batch) as inputs:
            return _scores(model, batch, inputs, flat=True)
    if wiring is not None:
        return _scores(model, batch, wiring.inputs(batch), flat=True)
    CURRENT.layout = None
    return _scores(model, batch, _padded_inputs(batch), flat=False)


def _scores(model: Any, batch: Batch, inputs: dict[str, Tensor], flat: bool) -> Scores:
    import torch

    if batch.pooled:
        rows = torch.arange(len(batch.lengths), device=batch.labels.device)
        logits = model(**inputs).logits[: len(rows)]
        decisions = len(batch.labels) // len(rows)
        if decisions == 1:
            return Scores(logits, batch.labels, rows)
        # a sigmoid is a softmax over a logit and 0
        either = torch.stack([torch.zeros_like(logits), logits], -1).flatten(0, 1)
        return Scores(either, batch.labels, rows.repeat_interleave(decisions))
    lengths = batch.decoder_lengths or batch.lengths
    labelled = (batch.labels != IGNORED).nonzero()[:, 0]
    rows = row_of_tokens(lengths).to(labelled.device)[labelled]
    where = labelled if flat else _places(lengths, labelled, rows)
    return Scores(_logits_at(model, inputs, where), batch.labels[labelled], rows)


def _logits_at(model: Any, inputs: dict[str, Tensor], where: Tensor) -> Tensor:
    """(labelled, classes or vocabulary), of the places of all rows below each other."""
    head = model.get_output_embeddings()
    if head is None:
        return model(**inputs).logits.flatten(0, 1)[where]  # type: ignore[no-any-return]
    # the projection to the vocabulary is the dearest layer: it sees labelled positions only
    hook = head.register_forward_pre_hook(lambda _, args: (args[0].flatten(0, 1)[where][None], *args[1:]))
    try:
        return model(**inputs).logits.squeeze(0)  # type: ignore[no-any-return]
    finally:
        hook.remove()


def _padded_inputs(batch: Batch) -> dict[str, Tensor]:
    ids, mask = padded(batch.input_ids, batch.lengths, batch.pad_id)
    inputs = {"input_ids": ids, "attention_mask": mask}
    if batch.decoder_input_ids is not None and batch.decoder_lengths is not None:
        inputs["decoder_input_ids"], _ = padded(batch.decoder_input_ids, batch.decoder_lengths, batch.pad_id)
    return inputs


def _places(lengths: tuple[int, ...], labelled: Tensor, rows: Tensor) -> Tensor:
    """Places of flat tokens where rows are padded to the longest."""
    return rows * max(lengths) + labelled - row_starts(lengths).to(labelled.device)[rows]
