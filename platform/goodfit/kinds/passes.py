"""Evaluation passes over examples: the model in evaluation mode, batches of near-equal length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from goodfit.data.batches import Example, LabelsAt, collate
from goodfit.data.progress import in_batches
from goodfit.kinds.shape import Coding, Encoded, Learner
from goodfit.models.parts import in_evaluation

if TYPE_CHECKING:
    from torch import Tensor

    from goodfit.models.scores import Scores


@contextmanager
def evaluating(model: Any) -> Iterator[None]:
    """No dropout and no gradients."""
    import torch

    with in_evaluation(model), torch.inference_mode():
        yield


def pad_id(tokenizer: Any) -> int:
    """The token that fills up batches: never seen by the model, which has a mask, and never a label."""
    if tokenizer.pad_token_id is not None:
        return int(tokenizer.pad_token_id)
    return int(tokenizer.eos_token_id or 0)


def scores_of(
    model: Any, examples: Sequence[Example], coding: Coding, labels_at: LabelsAt
) -> Iterator[tuple[list[int], Scores]]:
    """Run examples; yields the indices of a batch with its scores."""
    from goodfit.models.call import call

    padding = pad_id(coding.tokenizer)
    with evaluating(model):
        for indices in in_batches(examples, coding.batch_size):
            batch = collate([examples[index] for index in indices], padding, labels_at)
            yield indices, call(model, batch.to(model.device))


def losses_of(learner: Learner, model: Any, encoded: Encoded, records: int) -> list[float]:
    """Mean negative log-likelihood of each record's labels, in nats."""
    return mean_losses(model, encoded.examples, learner.coding, learner.labels_at, records)


def losses_if_known(learner: Learner, model: Any, encoded: Encoded, known: Sequence[bool]) -> Sequence[float | None]:
    """The records' losses where the right answers of all are known, else None for each."""
    return losses_of(learner, model, encoded, len(known)) if known and all(known) else [None] * len(known)


def mean_losses(
    model: Any, examples: Sequence[Example], coding: Coding, labels_at: LabelsAt, records: int
) -> list[float]:
    """Mean negative log-likelihood of each record's labels, in nats; nan for a record without labels."""
    sums, counts = summed_losses(model, examples, coding, labels_at, records)
    return (sums / counts).tolist()


def summed_losses(
    model: Any, examples: Sequence[Example], coding: Coding, labels_at: LabelsAt, records: int
) -> tuple[Tensor, Tensor]:
    """Of each record: the sum of its labels' negative log-likelihoods, in nats, and their number: (records,) each."""
    import torch

    sums, counts = torch.zeros(records, dtype=torch.float64), torch.zeros(records, dtype=torch.float64)
    for indices, scores in scores_of(model, examples, coding, labels_at):
        owners = torch.tensor([examples[index].record for index in indices])[scores.rows.cpu()]
        sums.index_add_(0, owners, scores.losses().double().cpu())
        counts.index_add_(0, owners, torch.ones(len(owners), dtype=torch.float64))
    return sums, counts
